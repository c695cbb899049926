"""Why an answer proves what it proves, and what would prove more, in sentences made from the rules themselves."""

from collections.abc import Iterator
from datetime import date, timedelta

from app.readiness.catalogue import Catalogue
from app.readiness.grade import Grade, ShelfLives, aged, ageing_days
from app.readiness.hearing import NOTHING, ItemHeard, LineHeard, RuleHeard, hearing
from app.readiness.proof import ItemProof, confirmed_grade
from app.readiness.score import QuestionScore

_MOST_LACKING = 3  # figures of an item that are named; the page of the item has them all
_NOTHING_HEARD = ItemHeard(())


def proves_now(asked: QuestionScore) -> str:
    """What the answer proves, in one sentence."""
    if asked.claimed is None:
        if asked.proof.cap is not None:
            return f"Nothing is claimed, and a finding speaks against more than level {asked.proof.cap}."
        return "Nothing is claimed yet."
    if asked.proof.contradicted:
        found = next(
            (_contradiction(asked, each) for each in asked.proof.items if each.against == asked.proof.cap), None
        )
        return f"Proves level {asked.proven}: {found or 'a finding speaks against more'}."
    if asked.claimed == 0:
        return "Level 0 needs no proof."
    carrier = asked.proof.carried_by
    if carrier is None:
        return f"Proves level {asked.proven}: nothing that counts for more than somebody's word is attached."
    return f"Proves level {asked.proven}, by {_named(carrier)} ({carrier.effective}){_shown(asked, carrier)}."


def would_prove_more(catalogue: Catalogue, asked: QuestionScore) -> tuple[str, ...]:
    """What would lift the proven level towards the claim, the nearest first; empty where all of it is proven."""
    claimed, proven = asked.claimed, asked.proven
    if claimed is None or proven is None or proven >= claimed:
        return ()
    return tuple(_lifts(catalogue, asked, claimed, proven))


def item_proves(asked: QuestionScore, item: ItemProof) -> str | None:
    """What the question's rules read out of one item, in a sentence; None where they read nothing in it."""
    if not item.item.figures or not asked.question.rules.figures:
        return None
    told = heard(asked, item)
    if not told.rules:
        return None
    said = []
    if told.contradicting:
        gone = "; withdrawn, and counts no more" if item.item.withdrawn else "; settled by a newer item"
        stands = "" if item.against is not None else gone
        said.append(
            f"Speaks against more than level {told.contradicting.level}: {_contradiction(asked, item)}{stands}."
        )
    if told.shown:
        said.append(f"Shows level {told.shown.level}: {'; '.join(piece.title for piece in told.shown.pieces)}.")
    elif item.supports is not None:
        said.append(f"Shows level {item.supports} together with other items.")
    elif not told.contradicting:
        said.append("Read, and not enough by itself for any level: worth a document.")
    return " ".join((*said, *_of_which_model(item)))


def _of_which_model(item: ItemProof) -> Iterator[str]:
    """The model that a file's figures are of, which nothing here compares with the pilot's own."""
    models = {str(each.attributes["model"]) for each in item.item.figures if "model" in each.attributes}
    if models:
        yield f"Of the model “{models.pop()}”." if len(models) == 1 else f"Of {len(models)} models."


def good_until(item: ItemProof, shelf_lives: ShelfLives, as_of: date) -> date | None:
    """The last day on which the item still counts for the grade that it has now; None where it does not age."""
    observed_on = item.item.observed_on
    if observed_on is None or observed_on > as_of:
        return None
    now = aged(item.counted, observed_on, as_of, shelf_lives)
    for day in sorted(ageing_days(item.counted, observed_on, as_of, shelf_lives)):
        if aged(item.counted, observed_on, day, shelf_lives) < now:
            return day - timedelta(days=1)
    return None


def _lifts(catalogue: Catalogue, asked: QuestionScore, claimed: int, proven: int) -> Iterator[str]:
    proof = asked.proof
    if proof.cap is not None and proof.cap == proven:
        for item in proof.items:
            if item.against == proof.cap:
                yield (
                    f"{_named(item)} speaks against more than level {proof.cap}: {_contradiction(asked, item)}. "
                    f"A newer item that is {item.counted} or better and holds the same figure settles it."
                )
        return
    if proof.awaiting_review:
        change = proof.awaiting_review
        yield (
            f"The {change.kind.replace('-', ' ')} changed on {change.on}: until somebody looks at this answer again, "
            "its evidence counts one grade less. Saving it again is the look."
        )
    for item in proof.items:
        if item.item.confirmed and item.item.kind in ("link", "document") and (item.supports or 0) < claimed:
            yield f"{_named(item)} was confirmed for level {item.supports}; for more, somebody has to look again."
        supports = min(claimed, item.supports or 0)
        if item.item.withdrawn or supports <= proven:
            continue
        confirmed = confirmed_grade(item.item)
        if confirmed > item.counted:
            yield f"Once a second person confirms {_named(item)}, it counts as {confirmed}."
        elif item.item.observed_on is None:
            yield f"{_named(item)} has no date, so it counts as somebody's word."
        elif item.effective < item.counted and not proof.awaiting_review:
            yield f"{_named(item)} is of {item.item.observed_on} and has aged to {item.effective}; a new one counts."
    lacking = [(each, told) for each in proof.items if (told := _following(asked, each, proven, claimed))]
    if lacking:
        yield _lacking(*max(lacking, key=lambda each: _nearness(*each)))
    following = max(2, proven + 1)
    grade = str(Grade(following))
    if following <= claimed:
        yield f"Level {following} needs evidence that is {grade}: {catalogue.questions[asked.key].proof[following]}"


def _contradiction(asked: QuestionScore, item: ItemProof) -> str:
    """What an item says against the claim: the figure as found, beside its threshold."""
    told = heard(asked, item).contradicting
    if told is None:
        metrics = sorted({each.metric for each in item.item.figures if each.against is not None})
        return ", ".join(metrics) or "a finding"
    line = told.pieces[0].lines[0]
    return f"{line.subject} is {line.found}, {line.threshold}"


def _shown(asked: QuestionScore, item: ItemProof) -> str:
    """What an item was read to be, where a rule read it."""
    told = heard(asked, item).shown
    return f", read as: {'; '.join(piece.title for piece in told.pieces)}" if told else ""


def _following(asked: QuestionScore, item: ItemProof, proven: int, claimed: int) -> RuleHeard | None:
    """The next level that an item which was read comes near to, and does not show."""
    told = None if item.item.withdrawn else heard(asked, item).following
    if told is None or not proven < told.level <= claimed:
        return None
    return told if any(line.found != NOTHING for line in _unmet(told)) else None


def _nearness(item: ItemProof, told: RuleHeard) -> tuple[int, int, int, date]:
    """The lowest level first, then what counts most, lacks least and is newest."""
    return -told.level, item.effective, -len(_unmet(told)), item.item.observed_on or date.min


def _lacking(item: ItemProof, told: RuleHeard) -> str:
    """What an item lacks for a level, figure by figure."""
    lines = _unmet(told)
    lacks = "; ".join(f"{line.wanted} (found: {line.found})" for line in lines[:_MOST_LACKING])
    more = f"; and {len(lines) - _MOST_LACKING} more" if len(lines) > _MOST_LACKING else ""
    return f"For level {told.level}, {_named(item)} lacks: {lacks}{more}."


def _unmet(told: RuleHeard) -> tuple[LineHeard, ...]:
    return tuple(line for piece in told.pieces if not piece.met for line in piece.lines if not line.met)


def heard(asked: QuestionScore, item: ItemProof) -> ItemHeard:
    """What the question's rules hear in one of its items; worked out once, since several sentences ask."""
    if not item.item.figures or not asked.question.rules.figures:
        return _NOTHING_HEARD
    key = id(item.item)
    if key not in asked.told:
        yardstick = asked.yardstick
        asked.told[key] = hearing(yardstick.catalogue, asked.question, item.item, yardstick.needs)
    found: ItemHeard = asked.told[key]
    return found


def _named(item: ItemProof) -> str:
    return f"“{item.item.title}”" if item.item.title else f"the {item.item.kind} without a title"

"""Why an answer proves what it proves, and what would prove more, in sentences made from the rules themselves."""

from collections.abc import Iterator
from datetime import date, timedelta

from app.readiness.catalogue import Catalogue
from app.readiness.grade import Grade, ShelfLives, aged, ageing_days
from app.readiness.proof import ItemProof, confirmed_grade
from app.readiness.score import QuestionScore


def proves_now(asked: QuestionScore) -> str:
    """What the answer proves, in one sentence."""
    if asked.claimed is None:
        if asked.proof.cap is not None:
            return f"Nothing is claimed, and a finding speaks against more than level {asked.proof.cap}."
        return "Nothing is claimed yet."
    if asked.proof.contradicted:
        return f"Proves level {asked.proven}: a finding speaks against more."
    if asked.claimed == 0:
        return "Level 0 needs no proof."
    carrier = asked.proof.carried_by
    if carrier is None:
        return f"Proves level {asked.proven}: nothing that counts for more than somebody's word is attached."
    return f"Proves level {asked.proven}, by {_named(carrier)} ({carrier.effective})."


def would_prove_more(catalogue: Catalogue, asked: QuestionScore) -> tuple[str, ...]:
    """What would lift the proven level towards the claim, the nearest first; empty where all of it is proven."""
    claimed, proven = asked.claimed, asked.proven
    if claimed is None or proven is None or proven >= claimed:
        return ()
    return tuple(_lifts(catalogue, asked, claimed, proven))


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
                metrics = ", ".join(sorted({each.metric for each in item.item.figures if each.against is not None}))
                yield (
                    f"{_named(item)} speaks against more than level {proof.cap} ({metrics}). "
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
    following = max(2, proven + 1)
    grade = str(Grade(following))
    if following <= claimed:
        yield f"Level {following} needs evidence that is {grade}: {catalogue.questions[asked.key].proof[following]}"


def _named(item: ItemProof) -> str:
    return f"“{item.item.title}”" if item.item.title else f"the {item.item.kind} without a title"

"""What somebody needs to see to judge what waits: the claim, what is shown for it, and what confirming would change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from app.readiness.assessment import Answer, Evidence
from app.readiness.catalogue import Question
from app.readiness.proof import Proof, proof
from app.readiness.score import QuestionScore
from app.readiness.yardstick import Yardstick
from app.records.kept import Kept
from app.records.waiting import Waiting
from app.report.model import EvidenceLine, Fact, QuestionLine
from app.report.questions import question_line
from app.report.stated import need_facts, profile_facts

_KINDS = {
    "item": "Evidence",
    "withdrawal": "Withdrawal",
    "not-applicable": "Does not apply",
    "exception": "Exception",
    "pilot": "Profile and needs",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that waits, with what one needs to judge it."""

    waiting: Waiting
    address: str  # where it is confirmed: …/confirmation or …/acceptance
    back: str  # where it is sent back
    about: str  # the question's title, or that it is the profile
    question: Question | None
    line: QuestionLine | None  # the answer as it stands
    item: EvidenceLine | None
    file: str | None  # where its file is
    now: int | None  # proven now
    then: int | None  # proven once this is confirmed
    until: date | None  # of an exception
    version: int | None  # of the pilot
    profile: tuple[Fact, ...]
    needs: tuple[Fact, ...]
    next: str = ""

    @property
    def kind(self) -> str:
        """What kind of thing it is, in words."""
        return _KINDS[self.waiting.what]

    @property
    def key(self) -> str:
        """What names it on the page."""
        each = self.waiting
        return f"{each.what}-{each.id or each.pilot}{'-' + each.question if each.question else ''}".replace(".", "-")


@dataclass(frozen=True, slots=True)
class Pile:
    """What waits for one pilot."""

    pilot: UUID
    name: str
    rows: tuple[Row, ...]


def piles(found: Sequence[Waiting], known: Mapping[UUID, Kept], today: date) -> tuple[Pile, ...]:
    """Everything by pilot, the one that has waited longest first; each row knows which comes after it."""
    by_pilot: dict[UUID, list[Row]] = {}
    for each in found:
        row = _row(each, known.get(each.assessment) if each.assessment else None, today)
        by_pilot.setdefault(each.pilot, []).append(row)
    order = [row.key for rows in by_pilot.values() for row in rows]
    following = dict(zip(order, [*order[1:], order[-2] if len(order) > 1 else ""], strict=True)) if order else {}
    return tuple(
        Pile(pilot, rows[0].waiting.pilot_name, tuple(replace(row, next=following[row.key]) for row in rows))
        for pilot, rows in by_pilot.items()
    )


def _row(each: Waiting, kept: Kept | None, today: date) -> Row:
    question = kept.catalogue.questions[each.question] if kept and each.question else None
    address, back = _addresses(each)
    blank = Row(
        each, address, back, question.title if question else each.pilot_name, question,
        line=None, item=None, file=None, now=None, then=None, until=None, version=None, profile=(), needs=(),
    )  # fmt: skip
    if kept is None:
        return blank
    if question is None:
        pilot = kept.assessment.pilot
        needs = tuple(fact for fact in need_facts(kept.catalogue.policy.needs, pilot.needs) if fact.value is not None)
        return replace(blank, version=kept.pilot_version, profile=profile_facts(pilot.profile), needs=needs)
    return _on_question(blank, kept, question, today)


def _on_question(row: Row, kept: Kept, question: Question, today: date) -> Row:
    answer = kept.assessment.answers.get(question.key, Answer())
    shown = _proof(kept, question, answer, today)
    yardstick = Yardstick(kept.catalogue, kept.assessment.pilot.needs)
    asked = QuestionScore(question, kept.catalogue.dimension_of[question.key], answer, True, True, shown, yardstick)
    line = question_line(kept.catalogue, asked, today)
    wanted = str(row.waiting.id)
    item = next((each for each in line.evidence if each.id == wanted), None)
    exception = next((each for each in kept.assessment.exceptions if each.id == wanted), None)
    file = f"/assessments/{kept.id}/answers/{question.key}/evidence/{wanted}/file"
    confirmed = replace(answer, evidence=tuple(_confirmed(each, answer, wanted) for each in answer.evidence))
    return replace(
        row,
        line=line,
        item=item,
        file=file if item and item.kind in ("document", "artefact") else None,
        now=shown.proven,
        then=_proof(kept, question, confirmed, today).proven,
        until=exception.until if exception else None,
    )


def _proof(kept: Kept, question: Question, answer: Answer, today: date) -> Proof:
    yardstick = Yardstick(kept.catalogue, kept.assessment.pilot.needs)
    lives = kept.catalogue.shelf_lives[question.key]
    return proof(question, answer, kept.assessment.changes, lives, today, yardstick=yardstick)


def _confirmed(item: Evidence, answer: Answer, wanted: str) -> Evidence:
    """An item as it would be once what waits is confirmed; the others as they are."""
    if item.id != wanted:
        return item
    if item.withdrawn:
        return replace(item, withdrawn=replace(item.withdrawn, by="one", confirmed_by="another"))
    supports = answer.level if item.kind in ("link", "document") else item.supports
    return replace(item, attached_by="one", confirmed_by="another", supports=supports)


def _addresses(each: Waiting) -> tuple[str, str]:
    match each.what:
        case "item":
            return f"/evidence/{each.id}/confirmation", f"/evidence/{each.id}/return"
        case "withdrawal":
            return f"/evidence/{each.id}/withdrawal/confirmation", f"/evidence/{each.id}/withdrawal/return"
        case "exception":
            return f"/exceptions/{each.id}/acceptance", f"/exceptions/{each.id}/return"
        case "not-applicable":
            at = f"/assessments/{each.assessment}/answers/{each.question}"
            return f"{at}/confirmation", f"{at}/return"
        case "pilot":
            return f"/pilots/{each.pilot}/confirmation", f"/pilots/{each.pilot}/return"

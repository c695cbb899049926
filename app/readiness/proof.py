"""What the evidence of one answer proves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from app.finding import Finding
from app.readiness.assessment import Answer, Change, Evidence
from app.readiness.catalogue import Question
from app.readiness.grade import Grade, ShelfLives, aged, ageing_days


@dataclass(frozen=True, slots=True)
class ItemProof:
    """What one item is worth on a day."""

    item: Evidence
    counted: Grade  # what counts once declarations that nobody confirmed are set aside; before ageing and change
    effective: Grade  # after ageing and change
    supports: int | None  # the level that it supports; None where that is nothing, or it is withdrawn
    worth: int  # the level that it proves; 0 where it is withdrawn or nothing is claimed
    against: int | None  # the level above which it speaks against, while that stands


@dataclass(frozen=True, slots=True)
class Proof:
    """What an answer's evidence proves on a day."""

    items: tuple[ItemProof, ...]  # in the order of the answer's evidence
    cap: int | None  # the lowest level above which a standing finding speaks against
    proven: int | None  # None while unanswered
    contradicted: bool  # the cap lies below the claim
    declared: bool  # the proven level would be lower if only read grades counted
    awaiting_review: Change | None  # the first change that touches the answer and that it was not reviewed after

    @property
    def carried_by(self) -> ItemProof | None:
        """The item that decides the proven level; None where nothing attached does."""
        best = max(self.items, key=lambda each: each.worth, default=None)
        return best if best and best.worth > Grade.ASSERTED else None


def proof(
    question: Question,
    answer: Answer,
    changes: Sequence[Change],
    shelf_lives: ShelfLives,
    as_of: date,
    seen_until: date | None = None,
) -> Proof:
    """What the evidence proves on `as_of`.

    The best item decides, each worth the lower of its effective grade and of what it supports. A finding that speaks
    against caps them all until a newer item of the same or a higher grade settles it. A claim with nothing attached is
    somebody's word: level 1.

    With `seen_until`, what is dated after `as_of` and up to that day counts as there and fresh: so a trend can tell
    what is new from what has aged.
    """
    seen = _Seen(as_of, max(as_of, seen_until) if seen_until else as_of)
    touched = awaiting_review(question, answer, changes, seen.until)
    lowered = touched is not None
    items = tuple([_item(each, answer, shelf_lives, seen, lowered=lowered) for each in answer.evidence])
    caps = [each.against for each in items if each.against is not None]
    cap = min(caps, default=None)
    claimed = answer.level
    if claimed is None:
        return Proof(items, cap, None, contradicted=False, declared=False, awaiting_review=touched)
    ceiling = claimed if cap is None else min(claimed, cap)
    proven = min(ceiling, max([Grade.ASSERTED, *[each.worth for each in items]]))
    by_reading = min(ceiling, max([Grade.ASSERTED, *[_read_worth(each) for each in items]]))
    return Proof(items, cap, int(proven), cap is not None and cap < claimed, by_reading < proven, touched)


def awaiting_review(question: Question, answer: Answer, changes: Sequence[Change], as_of: date) -> Change | None:
    """The first change by `as_of` that touches the question and that the answer was not reviewed on or after."""
    if not changes:
        return None
    touching = (
        change
        for change in changes
        if change.kind in question.changes
        and change.on <= as_of
        and (answer.reviewed_on is None or answer.reviewed_on < change.on)
    )
    return min(touching, key=lambda change: (change.on, change.kind), default=None)


def days_of_difference(
    question: Question,
    shown: Proof,
    changes: Sequence[Change],
    shelf_lives: ShelfLives,
    after: date,
    until: date = date.max,
) -> Iterator[date]:
    """The days later than `after`, and by `until`, on which the proof of an answer may change by itself."""
    for each in shown.items:
        if each.item.observed_on is not None:
            yield from ageing_days(each.counted, each.item.observed_on, after, shelf_lives, until)
    for change in changes:
        if change.kind in question.changes and after < change.on <= until:
            yield change.on


def counted_grade(item: Evidence) -> Grade:
    """The grade that counts before ageing and change.

    Until a second person confirms, the lower of the declared grade and of what a reader read, or documented where
    nothing was read: nobody vouches for themselves. A calculation is at most documented.
    """
    if item.confirmed:
        return confirmed_grade(item)
    return min(confirmed_grade(item), item.read_grade or Grade.DOCUMENTED)


def confirmed_grade(item: Evidence) -> Grade:
    """The grade that counts once a second person has confirmed the item."""
    return min(item.declared_grade, Grade.DOCUMENTED) if item.kind == "calculation" else item.declared_grade


class _Seen(NamedTuple):
    """The day, and the day up to which what is dated later is there all the same."""

    as_of: date
    until: date


def _item(item: Evidence, answer: Answer, shelf_lives: ShelfLives, seen: _Seen, *, lowered: bool) -> ItemProof:
    counted = counted_grade(item)
    effective = _counting(counted, item, shelf_lives, seen, lowered=lowered)
    supports, worth = None, 0
    if answer.level is not None and not item.withdrawn:
        supports = _supported(item, answer.level)
        # Whatever an item supports, it is worth at least what a document of the same day would be, up to the claim.
        # What supports more than its grade is worth its grade, which is never less than a document's.
        as_document = effective
        if counted > Grade.DOCUMENTED and (supports is None or supports < effective):
            as_document = _counting(Grade.DOCUMENTED, item, shelf_lives, seen, lowered=lowered)
        worth = min(answer.level, max(min(effective, supports or 0), int(as_document)))
    return ItemProof(item, counted, effective, supports, worth, _against(item, counted, answer.evidence, seen))


def _counting(grade: Grade, item: Evidence, shelf_lives: ShelfLives, seen: _Seen, *, lowered: bool) -> Grade:
    """A grade after ageing and, where a change asks for a new look, one lower."""
    observed_on = item.observed_on
    if observed_on is not None and seen.as_of < observed_on <= seen.until:
        observed_on = seen.as_of
    left = aged(grade, observed_on, seen.as_of, shelf_lives)
    return left.lowered() if lowered else left


def _supported(item: Evidence, claimed: int) -> int | None:
    """The level that an item supports; None for nothing.

    A link or document supports the claim; once confirmed, the claim that was confirmed. Any other item supports what
    is stated for its findings. Rules that read findings, when the catalogue has them, take the place of what is stated.
    """
    if item.kind in ("link", "document"):
        return item.supports if item.supports is not None and item.confirmed else claimed
    return item.supports if item.figures else None


def _against(item: Evidence, counted: Grade, evidence: Sequence[Evidence], seen: _Seen) -> int | None:
    """The lowest level above which a finding of the item speaks against and still stands.

    Withdrawing an item silences it only when the withdrawal is confirmed.
    """
    if not item.findings or (item.withdrawn and item.withdrawn.confirmed):
        return None
    standing = (
        finding.against
        for finding in item.figures
        if finding.against is not None and not any(_settles(other, finding, item, counted, seen) for other in evidence)
    )
    return min(standing, default=None)


def _settles(other: Evidence, finding: Finding, item: Evidence, counted: Grade, seen: _Seen) -> bool:
    """Whether `other` is newer than `item`, of the same or a higher grade, and holds the same figure."""
    if other.withdrawn or other.observed_on is None or other.observed_on > seen.until:
        return False
    if item.observed_on is not None and other.observed_on <= item.observed_on:
        return False
    return counted_grade(other) >= counted and any(
        (each.metric, each.statistic) == (finding.metric, finding.statistic) for each in other.figures
    )


def _read_worth(proof_of_item: ItemProof) -> int:
    """What an item would prove if nothing but its read grade counted."""
    read = proof_of_item.item.read_grade or Grade.ASSERTED
    return min(proof_of_item.worth, read)

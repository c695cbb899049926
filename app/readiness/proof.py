"""What the evidence of one answer proves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from app.finding import Finding
from app.readiness.assessment import Answer, Change, Evidence
from app.readiness.catalogue import Question
from app.readiness.grade import Grade, ShelfLives, aged, ageing_days
from app.readiness.heard import Candidate, Support, reads_again, spoken_against, supports
from app.readiness.yardstick import Yardstick


@dataclass(frozen=True, slots=True)
class ItemProof:
    """What one item is worth on a day."""

    item: Evidence
    counted: Grade  # what counts once declarations that nobody confirmed are set aside; before ageing and change
    effective: Grade  # after ageing and change
    supports: int | None  # the level that it supports; None where that is nothing, or it is withdrawn
    worth: int  # the level that it proves; 0 where it is withdrawn or nothing is claimed
    read_worth: int  # the same, if only grades that a reader gave counted
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
    *,
    yardstick: Yardstick,
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
    counting = _Counting(shelf_lives, seen, lowered=lowered)
    heard = _heard(question, answer, counting, yardstick)
    items = tuple(
        [
            _item(question, each, answer, counting, heard.get(index), yardstick)
            for index, each in enumerate(answer.evidence)
        ]
    )
    caps = [each.against for each in items if each.against is not None]
    cap = min(caps, default=None)
    claimed = answer.level
    if claimed is None:
        return Proof(items, cap, None, contradicted=False, declared=False, awaiting_review=touched)
    ceiling = claimed if cap is None else min(claimed, cap)
    proven = min(ceiling, max([Grade.ASSERTED, *[each.worth for each in items]]))
    by_reading = min(ceiling, max([Grade.ASSERTED, *[each.read_worth for each in items]]))
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


class _Counting(NamedTuple):
    """What decides how much a grade still counts."""

    shelf_lives: ShelfLives
    seen: _Seen
    lowered: bool  # a change asks for a new look

    def of(self, grade: Grade, item: Evidence) -> Grade:
        """A grade after ageing and, where a change asks for a new look, one lower."""
        observed_on = item.observed_on
        if observed_on is not None and self.seen.as_of < observed_on <= self.seen.until:
            observed_on = self.seen.as_of
        left = aged(grade, observed_on, self.seen.as_of, self.shelf_lives)
        return left.lowered() if self.lowered else left


def _heard(question: Question, answer: Answer, counting: _Counting, yardstick: Yardstick) -> dict[int, Support]:
    """What the question's rules hear in each of the answer's items, by its place."""
    if not question.rules.supports or answer.level is None:
        return {}
    able = {
        index: each
        for index, each in enumerate(answer.evidence)
        if each.figures and not each.withdrawn and yardstick.concerns(question.rules, each)
    }
    if not able:
        return {}
    candidates = [
        Candidate(each, grade := counting.of(counted_grade(each), each), min(grade, each.read_grade or Grade.ASSERTED))
        for each in able.values()
    ]
    found = zip(able, supports(question.rules, candidates, yardstick), strict=True)
    return {index: support for index, support in found if support}


def _item(
    question: Question,
    item: Evidence,
    answer: Answer,
    counting: _Counting,
    heard: Support | None,
    yardstick: Yardstick,
) -> ItemProof:
    counted = counted_grade(item)
    effective = counting.of(counted, item)
    supported, worth, read_worth = None, 0, 0
    if answer.level is not None and not item.withdrawn:
        supported = heard.level if heard else _stated(item, answer.level, yardstick)
        by_itself = heard.worth if heard else min(effective, supported or 0)
        # Whatever an item supports, it is worth at least what a document of the same day would be, up to the claim.
        # What supports more than its grade is worth its grade, which is never less than a document's.
        as_document = effective
        if counted > Grade.DOCUMENTED and by_itself < effective:
            as_document = counting.of(Grade.DOCUMENTED, item)
        worth = min(answer.level, max(by_itself, int(as_document)))
        read = item.read_grade or Grade.ASSERTED
        read_worth = min(worth, max(heard.read, min(as_document, read)) if heard else read)
    return ItemProof(
        item,
        counted,
        effective,
        supported,
        worth,
        read_worth,
        _against(question, item, answer.evidence, counting.seen, yardstick),
    )


def _stated(item: Evidence, claimed: int, yardstick: Yardstick) -> int | None:
    """The level that an item supports without rules; None for nothing.

    A link or document supports the claim; once confirmed, the claim that was confirmed. What is stated for findings is
    taken where no rule of the catalogue reads any of them.
    """
    if item.kind in ("link", "document"):
        return item.supports if item.supports is not None and item.confirmed else claimed
    return item.supports if item.figures and not yardstick.hears(item) else None


def _against(
    question: Question, item: Evidence, evidence: Sequence[Evidence], seen: _Seen, yardstick: Yardstick
) -> int | None:
    """The lowest level above which a finding of the item speaks against and still stands.

    Withdrawing an item silences it only when the withdrawal is confirmed.
    """
    if not item.figures or (item.withdrawn and item.withdrawn.confirmed):
        return None
    heard = yardstick.hears(item)
    rules = () if not heard else tuple(spoken_against(question.rules, item, yardstick))
    stated = () if heard else tuple(each for each in item.figures if each.against is not None)
    if not rules and not stated:
        return None
    settling = [each for each in evidence if _may_settle(each, item, seen)]
    standing = [rule.level for rule in rules if not any(reads_again(rule, each, yardstick) for each in settling)]
    # What a document states is taken for findings that no rule reads.
    standing += [each.against or 0 for each in stated if not any(_same_figure(each, other) for other in settling)]
    return min(standing, default=None)


def _same_figure(finding: Finding, other: Evidence) -> bool:
    return any((each.metric, each.statistic) == (finding.metric, finding.statistic) for each in other.figures)


def _may_settle(other: Evidence, item: Evidence, seen: _Seen) -> bool:
    """Whether `other` is newer than `item`, and of the same or a higher grade before ageing and change."""
    if other.withdrawn or other.observed_on is None or other.observed_on > seen.until:
        return False
    if item.observed_on is not None and other.observed_on <= item.observed_on:
        return False
    return counted_grade(other) >= counted_grade(item)

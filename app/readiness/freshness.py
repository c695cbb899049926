"""What is stale and what goes stale by itself: which item on which day, and what its answer loses by it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from app.readiness.assessment import Assessment
from app.readiness.catalogue import Catalogue
from app.readiness.gates import GateState
from app.readiness.grade import Grade
from app.readiness.proof import ItemProof
from app.readiness.score import QuestionScore, Score, days_ahead, question_gate, question_score


@dataclass(frozen=True, slots=True)
class Aged:
    """An item that counts less than it did."""

    item: ItemProof
    before: Grade
    after: Grade


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapse:
    """A day on which items of one answer count less by themselves, and what the answer loses by it."""

    on: date
    question: str  # its key
    aged: tuple[Aged, ...]
    proven: tuple[int | None, int | None]  # before and after
    gate: tuple[GateState, GateState] | None  # before and after; None where the question is no gate

    @property
    def loses(self) -> bool:
        """Whether less is proven."""
        return (self.proven[1] or 0) < (self.proven[0] or 0)

    @property
    def turns(self) -> bool:
        """Whether a gate is no longer passed."""
        return self.gate is not None and self.gate[0] is GateState.PASSED and self.gate[1] is not GateState.PASSED


def stale(scored: Score) -> tuple[tuple[QuestionScore, Aged], ...]:
    """The items that count less than they did when they were fresh, by age, by a change or for want of a date."""
    return tuple(
        (asked, Aged(item, item.counted, item.effective))
        for asked in scored.questions.values()
        if asked.applicable
        for item in asked.proof.items
        if item.effective < item.counted and not item.item.withdrawn
    )


def lapses(catalogue: Catalogue, assessment: Assessment, scored: Score, until: date) -> Iterator[Lapse]:
    """Every day later than the score's, up to `until`, on which an item counts less by itself, in their order."""
    now = dict(scored.questions)
    for day, keys in days_ahead(catalogue, assessment, scored).items():
        if day > until:
            return
        for key in sorted(keys, key=list(now).index):
            before = now[key]
            after = now[key] = question_score(catalogue, assessment, before.dimension, before.question, day)
            aged = tuple(_aged(before, after))
            if aged or (after.proven or 0) < (before.proven or 0):
                yield Lapse(
                    on=day,
                    question=key,
                    aged=aged,
                    proven=(before.proven, after.proven),
                    gate=_gate(catalogue, assessment, before, after, scored.as_of, day),
                )


def _aged(before: QuestionScore, after: QuestionScore) -> Iterator[Aged]:
    for one, other in zip(before.proof.items, after.proof.items, strict=True):
        if other.effective < one.effective and not other.item.withdrawn:
            yield Aged(other, one.effective, other.effective)


def _gate(
    catalogue: Catalogue,
    assessment: Assessment,
    before: QuestionScore,
    after: QuestionScore,
    then: date,
    day: date,
) -> tuple[GateState, GateState] | None:
    gate = before.question.gate
    if gate is None:
        return None
    was = question_gate(catalogue, assessment, before, gate, then)
    return was.state, question_gate(catalogue, assessment, after, gate, day).state

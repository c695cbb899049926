"""What can be done about one question, and what comes of it: found by doing it to the answer and proving it again."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from typing import Literal

from app.readiness.assessment import Answer, Assessment, Evidence, not_applicable_problem
from app.readiness.catalogue import Catalogue, Question
from app.readiness.gates import GateState
from app.readiness.grade import Grade
from app.readiness.heard import findings_against
from app.readiness.proof import Proof
from app.readiness.score import QuestionScore, Score, question_gate, question_score
from app.readiness.verdict import Verdict
from app.readiness.yardstick import Yardstick

StepKind = Literal["level", "items", "withdrawal", "not-applicable", "pilot"]
"""What a step does: takes a question to a proven level, or has something confirmed by a second person."""

ONE, OTHER = "one person", "another person"  # whoever does a step, and whoever confirms it

_LETS_PASS = {
    Verdict.GO: {GateState.PASSED, GateState.NOT_APPLICABLE},
    Verdict.CONDITIONAL: {GateState.PASSED, GateState.NOT_APPLICABLE, GateState.UNPROVEN, GateState.EXCEPTED},
}


@dataclass(frozen=True, slots=True)
class Move:
    """One thing done to an answer."""

    kind: StepKind
    effort: Fraction  # in days
    level: int | None = None  # to which it takes the question, where it does
    grade: Grade | None = None  # of the evidence that it takes


@dataclass(frozen=True, slots=True)
class Option:
    """Moves that can be made together on a question, in their order, and how it stands afterwards."""

    moves: tuple[Move, ...]
    after: QuestionScore
    passes: bool  # its gate, if it has one, lets the target verdict pass

    @property
    def effort(self) -> Fraction:
        """In days."""
        return sum((each.effort for each in self.moves), Fraction(0))

    @property
    def marked(self) -> bool:
        """Whether it is marked as not applicable, confirmed or not."""
        return self.after.answer.not_applicable is not None


class Trials:
    """Where answers are tried out: one assessment, on one day, for one target.

    It holds what every trial needs, and leaves the assessment as it is.
    """

    def __init__(
        self, catalogue: Catalogue, assessment: Assessment, scored: Score, target: Verdict, without: Collection[str]
    ) -> None:
        self._catalogue = catalogue
        self._assessment = assessment
        self._as_of = scored.as_of
        self._target = target
        self._without = without
        self._yardstick = Yardstick(catalogue, assessment.pilot.needs)
        self._confirmation = days(catalogue.policy.confirmation_days)
        limit = Fraction(catalogue.policy.not_applicable_share)
        self._over_marked = {each.dimension.key for each in scored.dimensions if each.marked_share > limit}

    def allows(self, kind: StepKind, question: Question) -> bool:
        """Whether a step of that kind on that question is not ruled out."""
        return f"{kind}:{question.key}" not in self._without

    def as_it_is(self, asked: QuestionScore) -> Option:
        """Nothing done."""
        return Option((), asked, self.passes(asked))

    def options(self, asked: QuestionScore) -> tuple[Option, ...]:
        """What can be done about a question, without what something else does as well with less.

        The first is always: nothing.
        """
        return _undominated([self.as_it_is(asked), *self._tried(asked)])

    def after(self, asked: QuestionScore, answer: Answer) -> QuestionScore:
        """How the question stands with another answer."""
        trial = replace(self._assessment, answers={asked.key: answer})
        return question_score(
            self._catalogue, trial, asked.dimension, asked.question, self._as_of, yardstick=self._yardstick
        )

    def made(self, asked: QuestionScore, moves: Iterable[Move]) -> QuestionScore:
        """How the question stands after these moves, made in this order."""
        for move in moves:
            asked = self.after(asked, self._changed(asked, move))
        return asked

    def reviewed(self, asked: QuestionScore) -> QuestionScore:
        """How the question stands once somebody has looked at the answer again."""
        return self.after(asked, replace(asked.answer, reviewed_on=self._as_of))

    def confirmations(self, asked: QuestionScore) -> list[Move]:
        """What waits on a question for a second person, as far as it is not ruled out: items, withdrawals."""
        found: list[Move] = []
        if any(_waits(each) for each in asked.answer.evidence) and self.allows("items", asked.question):
            found.append(Move("items", self._confirmation))
        if any(_withdrawal_waits(each) for each in asked.answer.evidence) and self.allows("withdrawal", asked.question):
            found.append(Move("withdrawal", self._confirmation))
        return found

    def to_level(self, asked: QuestionScore, level: int, since: int) -> Move:
        """Taking the question to a proven level, at the catalogue's effort from the level `since`."""
        effort = sum((days(each) for each in asked.question.effort_days[since:level]), Fraction(0))
        return Move("level", effort, level, _grade_for(asked.proof, level))

    def _tried(self, asked: QuestionScore) -> Iterator[Option]:
        mark = asked.answer.not_applicable
        if not asked.asked:
            return
        if (
            mark is not None
            and not mark.confirmed
            and self.allows("not-applicable", asked.question)
            and not_applicable_problem(asked.question, self._assessment.pilot.profile) is None
        ):
            yield self._option(asked, [Move("not-applicable", self._confirmation)])
        if not asked.applicable and asked.dimension.key not in self._over_marked:
            return
        confirmations = self.confirmations(asked)
        together = [list(each) for count in (1, 2) for each in combinations(confirmations, count)]
        yield from (self._option(asked, moves) for moves in together)
        if not self.allows("level", asked.question):
            return
        proven = asked.proven or 0
        for level in range(max(1, proven + 1), 5):
            alone = self._option(asked, [self.to_level(asked, level, proven)])
            yield alone
            if alone.after.proven == alone.after.claimed:
                continue  # no confirmation adds anything to a claim that is proven
            for moves in together:
                confirmed = self.made(asked, moves)
                yield self._option(asked, [*moves, self.to_level(confirmed, level, proven)])

    def _option(self, asked: QuestionScore, moves: Sequence[Move]) -> Option:
        after = self.made(asked, moves)
        return Option(tuple(moves), after, self.passes(after))

    def passes(self, asked: QuestionScore) -> bool:
        """Whether the question's gate, if it has one, does not stand in the target's way."""
        gate = asked.question.gate
        return (
            gate is None
            or question_gate(self._catalogue, self._assessment, asked, gate, self._as_of).state
            in _LETS_PASS[self._target]
        )

    def _changed(self, asked: QuestionScore, move: Move) -> Answer:
        answer = asked.answer
        match move.kind:
            case "items":
                evidence = tuple(_confirmed(each, answer.level) if _waits(each) else each for each in answer.evidence)
                return replace(answer, evidence=evidence)
            case "withdrawal":
                evidence = tuple(_withdrawn(each) if _withdrawal_waits(each) else each for each in answer.evidence)
                return replace(answer, evidence=evidence)
            case "not-applicable" if answer.not_applicable:
                by = answer.not_applicable.by or ONE
                return replace(
                    answer, not_applicable=replace(answer.not_applicable, by=by, confirmed_by=_other_than(by))
                )
            case "level" if move.level is not None:
                return _shown_at(asked, self._yardstick, move.level, move.grade, self._as_of)
        raise ValueError(f"a move that no answer knows: {move.kind}")


def days(figure: float) -> Fraction:
    """A catalogue's days, exactly as they are written there."""
    return Fraction(str(figure))


def in_decimals(effort: Fraction) -> Decimal:
    """Days as they are shown."""
    return Decimal(effort.numerator) / Decimal(effort.denominator)


def _waits(item: Evidence) -> bool:
    return not item.confirmed and item.withdrawn is None


def _withdrawal_waits(item: Evidence) -> bool:
    return item.withdrawn is not None and not item.withdrawn.confirmed


def _other_than(name: str) -> str:
    return OTHER if name.strip().casefold() != OTHER else ONE


def _confirmed(item: Evidence, claimed: int | None) -> Evidence:
    """The item once a second person agrees: a link or document then supports the level that is claimed."""
    supports = claimed or 0 if item.kind in ("link", "document") else item.supports
    by = item.attached_by or ONE
    return replace(item, attached_by=by, confirmed_by=_other_than(by), supports=supports)


def _withdrawn(item: Evidence) -> Evidence:
    if item.withdrawn is None:
        return item
    by = item.withdrawn.by or ONE
    return replace(item, withdrawn=replace(item.withdrawn, by=by, confirmed_by=_other_than(by)))


def _grade_for(shown: Proof, level: int) -> Grade:
    """Of the evidence that takes an answer to a level: as high, and as high as whatever it has to settle."""
    settled = (each.counted for each in shown.items if each.against is not None and each.against < level)
    return Grade(max([level, *settled]))


def _shown_at(asked: QuestionScore, yardstick: Yardstick, level: int, grade: Grade | None, as_of: date) -> Answer:
    """The answer with a confirmed item of the day for that level, newer than what it settles, and reviewed."""
    answer = asked.answer
    item = Evidence(
        kind="document", grade=grade, observed_on=as_of, attached_by=ONE, confirmed_by=OTHER, supports=level
    )
    return replace(
        answer,
        level=max(answer.level or 0, level),
        ask=None,
        not_applicable=None,
        reviewed_on=as_of,
        evidence=(*(_settled(asked.question, each, yardstick, level) for each in answer.evidence), item),
    )


def _settled(question: Question, item: Evidence, yardstick: Yardstick, level: int) -> Evidence:
    """The item without findings that speak against more than a lower level, by a rule or as stated."""
    speaking = [
        finding
        for rule in question.rules.against
        if rule.level < level
        for finding in findings_against(rule, item, yardstick)
    ]
    if not speaking and all(each.against is None or each.against >= level for each in item.findings):
        return item
    findings = (
        each if each.against is None or each.against >= level else replace(each, against=None)
        for each in item.findings
        if each not in speaking
    )
    # What was stated for the item was not taken while a rule read it, and is not now.
    return replace(item, findings=tuple(findings), supports=None if speaking else item.supports)


def _undominated(options: Sequence[Option]) -> tuple[Option, ...]:
    """Without those that another one equals or betters in every respect; of equals the first stays."""
    kept: list[Option] = []
    for option in sorted(options, key=lambda each: (each.effort, len(each.moves))):  # stable; nothing done comes first
        if not any(_as_good(other, option) for other in kept):
            kept.append(option)
    return tuple(kept)


def _as_good(one: Option, other: Option) -> bool:
    """Whether one option does as well as another; that it costs no more is seen to."""
    return (
        len(one.moves) <= len(other.moves)
        and one.after.applicable == other.after.applicable
        and one.passes >= other.passes
        and one.marked <= other.marked
        and (one.after.claimed is not None) >= (other.after.claimed is not None)
        and (one.after.proven or 0) >= (other.after.proven or 0)
    )

"""The one door: `score(catalogue, assessment, as_of)`. Everything that shows a figure calls it.

Figures are exact fractions until they are shown.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from app.readiness.assessment import Answer, Assessment, not_applicable_problem
from app.readiness.catalogue import Catalogue, Dimension, Gate, Question
from app.readiness.gates import GateScore, GateState, gate_score
from app.readiness.proof import Proof, days_of_difference, proof
from app.readiness.verdict import Decision, Standing, TierChoice, decide, tier_for
from app.readiness.yardstick import Yardstick

_BLANK = Answer()


@dataclass(frozen=True, slots=True)
class QuestionScore:
    """One question on a day."""

    question: Question
    dimension: Dimension
    answer: Answer
    asked: bool  # its condition holds for the profile
    applicable: bool  # asked, and not confirmed as not applicable
    proof: Proof  # of what is attached, whether the question applies or not
    yardstick: Yardstick = field(compare=False, repr=False)  # that findings were measured by
    told: dict[int, Any] = field(default_factory=dict, compare=False, repr=False)  # kept by `explain`, by item

    @property
    def key(self) -> str:
        """The question's key."""
        return self.question.key

    @property
    def claimed(self) -> int | None:
        """The claimed level; None while unanswered or not applicable."""
        return self.answer.level if self.applicable else None

    @property
    def proven(self) -> int | None:
        """The proven level; None while unanswered or not applicable."""
        return self.proof.proven if self.applicable else None


@dataclass(frozen=True, slots=True)
class DimensionScore:
    """One dimension on a day, in percent; None where not known."""

    dimension: Dimension
    claimed: Fraction | None
    proven: Fraction | None
    claimed_range: tuple[Fraction, Fraction] | None  # from every blank at 0 to every blank at 4; None: none applies
    answered: int
    applicable: int
    marked_share: Fraction  # of the weight asked, marked as not applicable, confirmed or not

    @property
    def coverage(self) -> Fraction | None:
        """Answered questions as a share of the applicable ones; None where none applies."""
        return Fraction(self.answered, self.applicable) if self.applicable else None


@dataclass(frozen=True, slots=True)
class Score:
    """A pilot's readiness on a day, and why."""

    as_of: date
    decision: Decision
    tier: TierChoice
    claimed: Fraction | None
    proven: Fraction | None
    coverage: Fraction | None
    claimed_range: tuple[Fraction, Fraction] | None  # None where every applicable question is answered, or none applies
    dimensions: tuple[DimensionScore, ...]
    gates: tuple[GateScore, ...]
    questions: Mapping[str, QuestionScore]
    lapses_on: date | None  # the first later day on which anything differs by itself

    @property
    def answered(self) -> int:
        """How many applicable questions are answered."""
        return sum(each.answered for each in self.dimensions)

    @property
    def applicable(self) -> int:
        """How many questions apply."""
        return sum(each.applicable for each in self.dimensions)

    @property
    def on_declared_grades(self) -> tuple[str, ...]:
        """The questions whose proven level rests on a grade that somebody declared and no reader read."""
        return tuple(key for key, each in self.questions.items() if each.applicable and each.proof.declared)


def score(catalogue: Catalogue, assessment: Assessment, as_of: date) -> Score:
    """Score an assessment as it stands on a day (UTC)."""
    yardstick = Yardstick(catalogue, assessment.pilot.needs)
    questions = {
        question.key: question_score(catalogue, assessment, dimension, question, as_of, yardstick=yardstick)
        for dimension in catalogue.dimensions
        for question in dimension.questions
    }
    figures = summed_up(catalogue, assessment, questions, as_of)
    return replace(figures, lapses_on=_lapses_on(catalogue, assessment, figures))


def summed_up(
    catalogue: Catalogue, assessment: Assessment, questions: Mapping[str, QuestionScore], as_of: date
) -> Score:
    """The score that these questions come to, without the day on which it lapses.

    For whoever asks what a few questions would change: theirs are scored anew, the others taken as they are.
    """
    anything = any(each.claimed is not None for each in questions.values())
    dimensions = tuple(
        dimension_score(dimension, [questions[each.key] for each in dimension.questions], anything=anything)
        for dimension in catalogue.dimensions
    )
    gates = gate_scores(catalogue, assessment, questions, as_of)
    answered = sum(each.answered for each in dimensions)
    applicable = sum(each.applicable for each in dimensions)
    coverage = Fraction(answered, applicable) if applicable else None
    claimed = mean((each.dimension.weight, each.claimed) for each in dimensions)
    proven = mean((each.dimension.weight, each.proven) for each in dimensions)
    tier = tier_for(catalogue.policy, assessment.pilot.profile)
    standing = Standing(
        policy=catalogue.policy,
        tier=tier,
        gates=gates,
        coverage=coverage,
        answered=answered,
        applicable=applicable,
        proven=proven,
        dimensions=tuple((each.dimension, each.proven, each.marked_share) for each in dimensions),
        pilot_confirmed=assessment.pilot.confirmed,
        proofs={key: each.proof for key, each in questions.items()},
        claims={key: each.claimed for key, each in questions.items()},
        asks={key: each.answer.ask for key, each in questions.items()},
    )
    return Score(
        as_of=as_of,
        decision=decide(standing),
        tier=tier,
        claimed=claimed,
        proven=proven,
        coverage=coverage,
        claimed_range=_whole_range(dimensions) if coverage != 1 else None,
        dimensions=dimensions,
        gates=gates,
        questions=questions,
        lapses_on=None,
    )


def question_score(
    catalogue: Catalogue,
    assessment: Assessment,
    dimension: Dimension,
    question: Question,
    as_of: date,
    seen_until: date | None = None,
    *,
    yardstick: Yardstick | None = None,
) -> QuestionScore:
    """One question as it is answered, on a day; `seen_until` as for `proof`, `yardstick` where one is at hand."""
    profile = assessment.pilot.profile
    answer = assessment.answers.get(question.key, _BLANK)
    asked = question.when is None or question.when.holds(profile)
    away = (
        answer.not_applicable is not None
        and answer.not_applicable.confirmed
        and not_applicable_problem(question, profile) is None
    )
    lives = catalogue.shelf_lives[question.key]
    yardstick = yardstick or Yardstick(catalogue, assessment.pilot.needs)
    shown = proof(question, answer, assessment.changes, lives, as_of, seen_until, yardstick=yardstick)
    return QuestionScore(question, dimension, answer, asked, asked and not away, shown, yardstick)


def dimension_score(dimension: Dimension, questions: Sequence[QuestionScore], *, anything: bool) -> DimensionScore:
    """What the questions of a dimension come to; `anything`: whether a question of any dimension is answered."""
    applicable = [each for each in questions if each.applicable]
    weight = answered = answered_weight = claimed = proven = 0
    for each in applicable:
        weight += each.question.weight
        if each.claimed is not None and each.proven is not None:
            answered += 1
            answered_weight += each.question.weight
            claimed += each.question.weight * each.claimed
            proven += each.question.weight * each.proven
    asked_weight = sum(each.question.weight for each in questions if each.asked)
    marked_weight = sum(each.question.weight for each in questions if each.asked and each.answer.not_applicable)
    return DimensionScore(
        dimension=dimension,
        claimed=_percent(claimed, answered_weight) if answered else None,
        proven=_percent(proven, weight) if applicable and anything else None,
        claimed_range=(
            (_percent(claimed, weight), _percent(claimed + 4 * (weight - answered_weight), weight))
            if applicable
            else None
        ),
        answered=answered,
        applicable=len(applicable),
        marked_share=Fraction(marked_weight, asked_weight) if asked_weight else Fraction(0),
    )


def _percent(levels: int, weight: int) -> Fraction:
    """Weighted levels (0 to 4) as a share of the highest possible, in percent."""
    return Fraction(100 * levels, 4 * weight)


def mean(weighted: Iterable[tuple[int, Fraction | None]]) -> Fraction | None:
    """The weighted mean of what is known; None where nothing is."""
    known = [(weight, value) for weight, value in weighted if value is not None]
    if not known:
        return None
    return sum((weight * value for weight, value in known), Fraction(0)) / sum(weight for weight, _ in known)


def _whole_range(dimensions: Sequence[DimensionScore]) -> tuple[Fraction, Fraction] | None:
    low = mean((each.dimension.weight, each.claimed_range[0] if each.claimed_range else None) for each in dimensions)
    high = mean((each.dimension.weight, each.claimed_range[1] if each.claimed_range else None) for each in dimensions)
    return (low, high) if low is not None and high is not None else None


def gate_scores(
    catalogue: Catalogue, assessment: Assessment, questions: Mapping[str, QuestionScore], as_of: date
) -> tuple[GateScore, ...]:
    """Every gate, in the order of the catalogue."""
    return tuple(
        question_gate(catalogue, assessment, questions[question.key], gate, as_of) for question, gate in catalogue.gates
    )


def question_gate(
    catalogue: Catalogue, assessment: Assessment, asked: QuestionScore, gate: Gate, as_of: date
) -> GateScore:
    """The gate that stands on a question."""
    return gate_score(
        asked.question,
        gate,
        applicable=asked.applicable and (gate.when is None or gate.when.holds(assessment.pilot.profile)),
        claimed=asked.claimed,
        proven=asked.proven,
        cap=asked.proof.cap,
        unwritten=Yardstick(catalogue, assessment.pilot.needs).unwritten(asked.key),
        exceptions=assessment.exceptions,
        as_of=as_of,
    )


def days_ahead(catalogue: Catalogue, assessment: Assessment, scored: Score) -> Mapping[date, frozenset[str]]:
    """The later days on which anything may differ by itself, in their order, each with the questions whose day it is.

    An item ages, a change or an exception begins or ends, a legal duty's day comes (these two concern no question).
    """
    later: dict[date, set[str]] = {day: set() for day in _gate_days(catalogue, assessment) if day > scored.as_of}
    for key, each in scored.questions.items():
        if each.applicable and each.answer.evidence:
            lives = catalogue.shelf_lives[key]
            for day in days_of_difference(each.question, each.proof, assessment.changes, lives, scored.as_of):
                later.setdefault(day, set()).add(key)
    return {day: frozenset(later[day]) for day in sorted(later)}


def _lapses_on(catalogue: Catalogue, assessment: Assessment, scored: Score) -> date | None:
    """The first day later than the score's on which anything differs by itself. Only days of difference are tried."""
    now = scored.questions
    for day, keys in days_ahead(catalogue, assessment, scored).items():
        then = {
            key: question_score(
                catalogue, assessment, now[key].dimension, now[key].question, day, yardstick=now[key].yardstick
            )
            for key in keys
        }
        if any(_shown(then[key]) != _shown(now[key]) for key in then):
            return day
        gates_then = gate_scores(catalogue, assessment, now, day)
        if any(_covered(one) != _covered(other) for one, other in zip(scored.gates, gates_then, strict=True)):
            return day
    return None


def _shown(asked: QuestionScore) -> tuple[object, ...]:
    """What a score shows of a question's proof."""
    return (
        asked.proof.proven,
        asked.proof.cap,
        [(each.effective, each.worth, each.against) for each in asked.proof.items],
    )


def _covered(gate: GateScore) -> tuple[object, ...]:
    """What a score shows of a gate: whether an exception could cover it matters only once it has failed."""
    return gate.state, gate.exception, gate.state is GateState.FAILED and gate.coverable


def _gate_days(catalogue: Catalogue, assessment: Assessment) -> Iterator[date]:
    for exception in assessment.exceptions:
        yield exception.begins
        if exception.until < date.max:
            yield exception.until + timedelta(days=1)
    for _, gate in catalogue.gates:
        if gate.exception_until is not None:
            yield gate.exception_until

"""The path to Go: the least effort that turns the verdict, and nothing in it that could be left out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import chain, combinations, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.errors import Refused
from app.readiness.assessment import Answer, Assessment, Evidence, not_applicable_problem
from app.readiness.catalogue import Catalogue, Dimension
from app.readiness.grade import Grade
from app.readiness.path import NoPath, Path, Step, path_to
from app.readiness.score import QuestionScore, question_score, score, summed_up
from app.readiness.verdict import Verdict
from tests.make import (
    DEMONSTRATED,
    DOCUMENTED,
    MEASURED,
    TODAY,
    answer,
    artefact,
    assessment,
    catalogue,
    change,
    dimension,
    evidence,
    exception,
    finding,
    gate,
    not_applicable,
    pilot,
    profile,
    proven_answer,
    question,
    withdrawal,
)

GO, CONDITIONAL = Verdict.GO, Verdict.CONDITIONAL


# ---- steps done for real: what a step says, done to the assessment by hand


def with_step(said: Assessment, kind: str, key: str | None, level: int = 0, grade: Grade | None = None) -> Assessment:
    """The assessment once somebody has done the step."""
    if key is None:
        return replace(said, pilot=replace(said.pilot, stated_by="Ann", confirmed_by="Ben"))
    return replace(said, answers={**said.answers, key: _done(said.answers.get(key, Answer()), kind, level, grade)})


def _done(before: Answer, kind: str, level: int, grade: Grade | None) -> Answer:
    match kind:
        case "level":
            shown = evidence(grade or Grade(level), supports=level)
            older = tuple(replace(each, findings=_but_below(each, level)) for each in before.evidence)
            claimed = max(before.level or 0, level)
            return Answer(level=claimed, reviewed_on=TODAY, evidence=(*older, shown))
        case "items":
            return replace(before, evidence=tuple(_agreed(each, before) for each in before.evidence))
        case "withdrawal":
            return replace(before, evidence=tuple(_withdrawal_agreed(each) for each in before.evidence))
        case "not-applicable" if before.not_applicable:
            agreed = replace(before.not_applicable, by="Ann", confirmed_by="Ben")
            return replace(before, not_applicable=agreed)
    raise AssertionError(kind)


def _but_below(item: Evidence, level: int) -> tuple[Any, ...]:
    return tuple(
        replace(each, against=None) if each.against is not None and each.against < level else each
        for each in item.findings
    )


def _agreed(item: Evidence, before: Answer) -> Evidence:
    if item.confirmed or item.withdrawn:
        return item
    supports = (before.level or 0) if item.kind in ("link", "document") else item.supports
    return replace(item, attached_by="Ann", confirmed_by="Ben", supports=supports)


def _withdrawal_agreed(item: Evidence) -> Evidence:
    return replace(item, withdrawn=replace(item.withdrawn, by="Ann", confirmed_by="Ben")) if item.withdrawn else item


def after(said: Assessment, steps: Sequence[Step]) -> Assessment:
    """The assessment once all the steps are done."""
    for each in steps:
        said = with_step(said, each.kind, each.question, each.level_to or 0, _grade(each))
    return said


def _grade(step: Step) -> Grade | None:
    return next((each for each in Grade if str(each) == step.grade), None)


# ---- every way there is, tried


@dataclass(frozen=True)
class Way:
    """Some steps on one question, what they cost, and how it stands then."""

    effort: int  # in tenths of a day
    steps: int
    stands: QuestionScore


def tenths(days: float | Decimal) -> int:
    """Days as a whole number, so that they add up exactly."""
    return round(days * 10)


def every_way(given_catalogue: Catalogue, said: Assessment, key: str) -> Iterator[Way]:
    """Everything that can be done about a question, nothing included."""
    asked_question, room = given_catalogue.questions[key], given_catalogue.dimension_of[key]
    before = said.answers.get(key, Answer())

    def stands(then: Assessment) -> QuestionScore:
        return question_score(given_catalogue, then, room, asked_question, TODAY)

    now = stands(said)
    yield Way(0, 0, now)
    if not now.asked:
        return
    confirmation = tenths(given_catalogue.policy.confirmation_days)
    mark = before.not_applicable
    if mark and not mark.confirmed and not_applicable_problem(asked_question, said.pilot.profile) is None:
        yield Way(confirmation, 1, stands(with_step(said, "not-applicable", key)))
    scored = score(given_catalogue, said, TODAY)
    marked = next(each.marked_share for each in scored.dimensions if each.dimension == room)
    if not now.applicable and marked <= Fraction(given_catalogue.policy.not_applicable_share):
        return
    proven = now.proven or 0
    for kinds in chain.from_iterable(combinations(("items", "withdrawal"), count) for count in range(3)):
        then = said
        for kind in kinds:
            then = with_step(then, kind, key)
        yield Way(len(kinds) * confirmation, len(kinds), stands(then))
        for level in range(max(1, proven + 1), 5):
            effort = sum(map(tenths, asked_question.effort_days[proven:level]))
            shown = stands(with_step(then, "level", key, level, MEASURED))
            yield Way(len(kinds) * confirmation + effort, len(kinds) + 1, shown)


def cheapest_of_all(given_catalogue: Catalogue, said: Assessment, target: Verdict) -> tuple[Any, ...] | None:
    """Effort, number of steps and places of the best of all combinations; None where none turns the verdict."""
    keys = list(given_catalogue.questions)
    needs_pilot = target is GO and not said.pilot.confirmed
    then = with_step(said, "pilot", None) if needs_pilot else said
    confirmation = tenths(given_catalogue.policy.confirmation_days) if needs_pilot else 0

    def worth(ways: Sequence[Way]) -> tuple[Any, ...]:
        places = tuple(place for place, way in enumerate(ways) for _ in range(way.steps))
        return sum((way.effort for way in ways), confirmation), len(places) + needs_pilot, places

    for ways in sorted(product(*(_distinct(every_way(given_catalogue, said, key)) for key in keys)), key=worth):
        stands = {key: way.stands for key, way in zip(keys, ways, strict=True)}
        if summed_up(given_catalogue, then, stands, TODAY).decision.verdict.rank >= target.rank:
            return worth(ways)
    return None


def _distinct(ways: Iterator[Way]) -> list[Way]:
    """One of those that cost and come to the same."""
    found = {
        (way.effort, way.steps, way.stands.claimed, way.stands.proven, way.stands.applicable, way.stands.proof.cap): way
        for way in ways
    }
    return list(found.values())


def found_worth(given_catalogue: Catalogue, path: Path | NoPath) -> tuple[Any, ...] | None:
    """The same of a path."""
    if isinstance(path, NoPath):
        return None
    keys = list(given_catalogue.questions)
    places = tuple(sorted(keys.index(each.question) for each in path.steps if each.question))
    return tenths(path.effort_days), len(path.steps), places


# ---- small catalogues and what is said about them, at random

EFFORTS = some.lists(some.sampled_from([0.0, 0.5, 0.5, 1.0, 2.0, 3.0]), min_size=4, max_size=4).map(tuple)
NAMES = some.sampled_from(["Ben", "Ben", None])
GATES = some.sampled_from([None, None, "gate", "away"])


@some.composite
def catalogues(draw: some.DrawFn, *, most: int) -> Catalogue:
    """Two or three dimensions with 3 to `most` questions between them."""
    sizes = draw(some.sampled_from([each for each in product((1, 2, 3), repeat=3) if 3 <= sum(each) <= most]))
    return catalogue(
        *(
            dimension(
                f"d{index}",
                *(draw(questions(f"q{place}")) for place in range(size)),
                weight=draw(some.integers(1, 3)),
            )
            for index, size in enumerate(sizes)
        ),
        coverage=Decimal(draw(some.sampled_from(["0.8", "0.5"]))),
        confirmation_days=draw(some.sampled_from([0.1, 0.1, 0.5, 0.0])),
        not_applicable_share=Decimal(draw(some.sampled_from(["0.15", "0.5"]))),
    )


@some.composite
def questions(draw: some.DrawFn, key: str) -> Any:
    kind = draw(GATES)
    stands = None if kind is None else gate(draw(some.integers(1, 4)), not_applicable=kind == "away")
    return question(
        key,
        weight=draw(some.integers(1, 3)),
        effort_days=draw(EFFORTS),
        gate=stands,
        changes=frozenset({"model"}) if draw(some.booleans()) else frozenset(),
        when=draw(some.sampled_from([None, None, None, "users any {staff}"])),
    )


@some.composite
def items(draw: some.DrawFn) -> Evidence:
    against = draw(some.sampled_from([None, None, 0, 1, 2, 3]))
    return evidence(
        draw(some.sampled_from(list(Grade))),
        draw(some.sampled_from([0, 30, 200, 400, None])),
        kind=draw(some.sampled_from(["document", "artefact"])),
        confirmed_by=draw(NAMES),
        supports=draw(some.sampled_from([None, 2, 3, 4])),
        withdrawn=draw(some.sampled_from([None, None, None, withdrawal(), withdrawal(confirmed_by=None)])),
        findings=(finding(against=against),),
    )


@some.composite
def assessments(draw: some.DrawFn, of: Catalogue) -> Assessment:
    answers = {}
    for key, each in of.questions.items():
        evidences = tuple(draw(some.lists(items(), max_size=2)))
        kinds = ["blank", "said", "said", "said"] + (
            ["marked"] if each.gate is None or each.gate.not_applicable else []
        )
        match draw(some.sampled_from(kinds)):
            case "said":
                answers[key] = answer(draw(some.integers(0, 4)), *evidences)
            case "marked":
                answers[key] = replace(not_applicable(confirmed_by=draw(NAMES)), evidence=evidences)
            case _ if evidences:
                answers[key] = answer(None, *evidences)
    gated = [key for key, each in of.questions.items() if each.gate]
    exceptions = tuple(exception(key) for key in gated if draw(some.integers(0, 4)) == 0)
    return assessment(
        answers,
        pilot=pilot(
            profile=profile(autonomy=draw(some.sampled_from(["assist", "act-alone"]))), confirmed_by=draw(NAMES)
        ),
        changes=(change("model", 10),) if draw(some.booleans()) else (),
        exceptions=exceptions,
    )


@given(some.data(), some.sampled_from([GO, GO, CONDITIONAL]))
def test_no_combination_of_all_that_can_be_done_is_better(data: some.DataObject, target: Verdict) -> None:
    given_catalogue = data.draw(catalogues(most=4))
    said = data.draw(assessments(given_catalogue))
    if score(given_catalogue, said, TODAY).decision.verdict.rank >= target.rank:
        return
    found = path_to(given_catalogue, said, TODAY, target)
    assert found_worth(given_catalogue, found) == cheapest_of_all(given_catalogue, said, target)


@given(some.data(), some.sampled_from([GO, GO, CONDITIONAL]))
def test_done_it_turns_the_verdict_and_with_any_step_left_out_it_does_not(
    data: some.DataObject, target: Verdict
) -> None:
    given_catalogue = data.draw(catalogues(most=9))
    said = data.draw(assessments(given_catalogue))
    found = path_to(given_catalogue, said, TODAY, target)
    if isinstance(found, NoPath):
        return
    assert score(given_catalogue, after(said, found.steps), TODAY).decision.verdict.rank >= target.rank
    for index in range(len(found.steps)):
        fewer = after(said, found.steps[:index] + found.steps[index + 1 :])
        assert score(given_catalogue, fewer, TODAY).decision.verdict.rank < target.rank


@given(some.data())
def test_each_step_says_what_it_lifts_after_those_before_it(data: some.DataObject) -> None:
    given_catalogue = data.draw(catalogues(most=9))
    said = data.draw(assessments(given_catalogue))
    found = path_to(given_catalogue, said, TODAY)
    if isinstance(found, NoPath):
        return
    assert found.effort_days == sum(each.effort_days for each in found.steps)
    for index, step in enumerate(found.steps, start=1):
        shown = score(given_catalogue, after(said, found.steps[:index]), TODAY).proven
        assert step.proven == (None if shown is None else Decimal(int(shown * 10)) / 10)

"""The path to Go: the least effort that turns the verdict, and nothing in it that could be left out."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import chain, combinations, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app import library
from app.errors import Refused
from app.readiness.assessment import Answer, Assessment, CatalogueReference, Evidence, not_applicable_problem
from app.readiness.catalogue import Catalogue
from app.readiness.grade import Grade
from app.readiness.path import NoPath, Path, Step, path_to
from app.readiness.score import QuestionScore, question_gate, question_score, score, summed_up
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
    tier,
    withdrawal,
)
from tests.readiness.fitting import every_need

GO, CONDITIONAL = Verdict.GO, Verdict.CONDITIONAL
LETS_PASS: Mapping[Verdict, Sequence[str]] = {
    GO: ("passed", "not-applicable"),
    CONDITIONAL: ("passed", "not-applicable", "unproven", "excepted"),
}
KINDS = ("level", "items", "withdrawal", "not-applicable")


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


Worth = tuple[int, int, tuple[int, ...]]
"""Effort in tenths of a day, number of steps, and the places of their questions: the less the better."""


@dataclass(frozen=True)
class Way:
    """Some steps on one question, what they cost, and how it stands then."""

    effort: int  # in tenths of a day
    steps: int
    stands: QuestionScore


def tenths(days: float | Decimal) -> int:
    """Days as a whole number, so that they add up exactly."""
    return round(days * 10)


def grade_needed(asked: QuestionScore, level: int) -> Grade:
    """At least the level's, and that of every item whose standing finding speaks against it."""
    return Grade(
        max([level, *(each.counted for each in asked.proof.items if each.against is not None and each.against < level)])
    )


def every_way(given_catalogue: Catalogue, said: Assessment, key: str, without: Sequence[str] = ()) -> Iterator[Way]:
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
    allowed = mark is not None and not_applicable_problem(asked_question, said.pilot.profile) is None
    if mark and allowed and not mark.confirmed and f"not-applicable:{key}" not in without:
        yield Way(confirmation, 1, stands(with_step(said, "not-applicable", key)))
    scored = score(given_catalogue, said, TODAY)
    marked = next(each.marked_share for each in scored.dimensions if each.dimension == room)
    if not now.applicable and marked <= Fraction(given_catalogue.policy.not_applicable_share):
        return
    proven = now.proven or 0
    confirmed = [each for each in ("items", "withdrawal") if f"{each}:{key}" not in without]
    for kinds in chain.from_iterable(combinations(confirmed, count) for count in range(3)):
        then = said
        for kind in kinds:
            then = with_step(then, kind, key)
        yield Way(len(kinds) * confirmation, len(kinds), stands(then))
        for level in range(max(1, proven + 1), 5) if f"level:{key}" not in without else ():
            effort = sum(map(tenths, asked_question.effort_days[proven:level]))
            shown = stands(with_step(then, "level", key, level, grade_needed(stands(then), level)))
            yield Way(len(kinds) * confirmation + effort, len(kinds) + 1, shown)


def better_than(
    found: Worth | None,
    given_catalogue: Catalogue,
    said: Assessment,
    target: Verdict,
    without: Sequence[str] = (),
) -> list[Worth]:
    """What each combination costs that turns the verdict and betters the found one; where none is found, any."""
    keys = list(given_catalogue.questions)
    needs_pilot = target is GO and not said.pilot.confirmed
    then = with_step(said, "pilot", None) if needs_pilot and "pilot" not in without else said
    confirmation = tenths(given_catalogue.policy.confirmation_days) if needs_pilot else 0
    better = []
    for ways in _within(
        None if found is None else found[0] - confirmation,
        [_worth_trying(given_catalogue, every_way(given_catalogue, said, key, without), said, target) for key in keys],
    ):
        places = tuple(place for place, way in enumerate(ways) for _ in range(way.steps))
        worth = sum((way.effort for way in ways), confirmation), len(places) + needs_pilot, places
        if found is None or worth < found:
            stands = {key: way.stands for key, way in zip(keys, ways, strict=True)}
            if summed_up(given_catalogue, then, stands, TODAY).decision.verdict.rank >= target.rank:
                better.append(worth)
    return better


def _within(effort: int | None, ways: Sequence[Sequence[Way]]) -> Iterator[tuple[Way, ...]]:
    """Every combination of one way for each question that costs at most so much."""
    if not ways:
        yield ()
        return
    for way in ways[0]:
        if effort is None or way.effort <= effort:
            for rest in _within(None if effort is None else effort - way.effort, ways[1:]):
                yield (way, *rest)


def _worth_trying(given_catalogue: Catalogue, ways: Iterator[Way], said: Assessment, target: Verdict) -> list[Way]:
    """One of those that cost and come to the same, without those that leave their gate in the way."""
    found = {
        (way.effort, way.steps, way.stands.claimed, way.stands.proven, way.stands.applicable, way.stands.proof.cap): way
        for way in ways
        if way.stands.question.gate is None
        or question_gate(given_catalogue, said, way.stands, way.stands.question.gate, TODAY).state in LETS_PASS[target]
    }
    return list(found.values())


def found_worth(given_catalogue: Catalogue, path: Path | NoPath) -> Worth | None:
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
def assessments(draw: some.DrawFn, of: Catalogue, *, items_each: int = 2) -> Assessment:
    answers = {}
    for key, each in of.questions.items():
        evidences = tuple(draw(some.lists(items(), max_size=items_each)))
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
    said = data.draw(assessments(given_catalogue, items_each=1))
    found = path_to(given_catalogue, said, TODAY, target)
    if score(given_catalogue, said, TODAY).decision.verdict.rank < target.rank:
        assert not better_than(found_worth(given_catalogue, found), given_catalogue, said, target)


@given(some.data(), some.sampled_from([GO, GO, CONDITIONAL]))
def test_with_steps_ruled_out_it_is_the_best_of_the_others_or_there_is_none(
    data: some.DataObject, target: Verdict
) -> None:
    given_catalogue = data.draw(catalogues(most=3))
    said = data.draw(assessments(given_catalogue, items_each=1))
    steps = ["pilot", *(f"{kind}:{key}" for kind in KINDS for key in given_catalogue.questions)]
    without = data.draw(some.lists(some.sampled_from(steps), unique=True, max_size=6))
    found = path_to(given_catalogue, said, TODAY, target, without)
    if isinstance(found, Path):
        assert not {each.key for each in found.steps} & set(without)
    if score(given_catalogue, said, TODAY).decision.verdict.rank < target.rank:
        assert not better_than(found_worth(given_catalogue, found), given_catalogue, said, target, without)


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


# ---- what each kind of step does


def steps(
    of: Catalogue, said: Assessment | dict[str, Answer], target: Verdict = GO, *without: str
) -> list[tuple[str, Any, Any, Decimal]]:
    """The steps of the path, each as its key, from, to and effort."""
    whole = said if isinstance(said, Assessment) else assessment(said)
    found = path_to(of, whole, TODAY, target, without)
    assert isinstance(found, Path)
    return [(each.key, each.level_from, each.level_to, each.effort_days) for each in found.steps]


ONE = Decimal(1)
TENTH = Decimal("0.1")


def test_a_verdict_that_is_reached_needs_no_step() -> None:
    of = catalogue(dimension("d", question("a")))
    assert path_to(of, assessment({"d.a": proven_answer()}), TODAY) == Path(target=GO, effort_days=Decimal(0), steps=())
    assert steps(of, {"d.a": answer(2, evidence(DOCUMENTED))}, CONDITIONAL) == []


def test_a_level_costs_what_the_catalogue_says_from_the_level_proven_today() -> None:
    of = catalogue(dimension("d", question("a", effort_days=(1.0, 2.0, 4.0, 8.0))))
    assert steps(of, {"d.a": answer(3, evidence(DOCUMENTED))}) == [("level:d.a", 2, 3, Decimal(4))]


def test_a_blank_is_answered_from_nothing() -> None:
    of = catalogue(dimension("d", question("a", effort_days=(0.5, 2.0, 4.0, 8.0))))
    assert steps(of, {}) == [("level:d.a", 0, 3, Decimal("6.5"))]


def test_a_step_says_which_evidence_it_takes_and_from_whom() -> None:
    of = catalogue(dimension("d", question("a", gate=gate(3))))
    found = path_to(of, assessment({"d.a": answer(3)}), TODAY)
    assert isinstance(found, Path)
    (step,) = found.steps
    assert (step.grade, step.evidence, step.owner, step.title) == ("demonstrated", "a test", "CISO", "A")
    assert (step.proven, step.lifts, step.gate, step.confirm) == (Decimal("75.0"), Decimal("50.0"), True, False)


def test_having_items_confirmed_is_a_step_of_its_own() -> None:
    of = catalogue(dimension("d", question("a")))
    waiting = evidence(MEASURED, confirmed_by=None)
    assert steps(of, {"d.a": answer(4, waiting, waiting)}) == [("items:d.a", 2, 4, TENTH)]


def test_having_a_withdrawal_confirmed_silences_what_it_withdraws() -> None:
    of = catalogue(dimension("d", question("a")))
    wrong = artefact(MEASURED, 0, finding(against=1), withdrawn=withdrawal(confirmed_by=None))
    assert steps(of, {"d.a": answer(4, evidence(MEASURED), wrong)}) == [("withdrawal:d.a", 1, 4, TENTH)]


def test_items_and_a_withdrawal_together() -> None:
    of = catalogue(dimension("d", question("a")))
    wrong = artefact(MEASURED, 0, finding(against=1), withdrawn=withdrawal(confirmed_by=None))
    said = {"d.a": answer(4, evidence(MEASURED, confirmed_by=None), wrong)}
    assert [key for key, *_ in steps(of, said)] == ["items:d.a", "withdrawal:d.a"]


def test_a_mark_that_is_confirmed_takes_its_question_out() -> None:
    of = catalogue(dimension("d", *(question(each) for each in "abcdefg")))
    said = {f"d.{each}": answer(3, evidence(DEMONSTRATED)) for each in "abcde"} | {
        "d.f": not_applicable(confirmed_by=None),
        "d.g": answer(1),
    }  # 16 of 28 levels are 57.1, of 24 they are 66.7
    assert steps(of, said) == [("not-applicable:d.f", None, None, TENTH)]


def test_an_unconfirmed_mark_can_be_answered_instead() -> None:
    of = catalogue(dimension("d", *(question(each) for each in "abcdefg")))
    said = {f"d.{each}": answer(3, evidence(DEMONSTRATED)) for each in "abcde"} | {
        "d.f": not_applicable(confirmed_by=None),
        "d.g": answer(1),
    }  # one level more than 16 of 28 is 60.7
    others = [f"level:d.{each}" for each in "abcdeg"]
    assert steps(of, said, GO, "not-applicable:d.f", *others) == [("level:d.f", 0, 1, ONE)]


def test_where_too_much_is_marked_a_marked_question_is_answered() -> None:
    of = catalogue(dimension("d", *(question(each) for each in "abcd")))
    said = {f"d.{each}": proven_answer() for each in "abc"} | {"d.d": not_applicable()}
    assert steps(of, said) == [("level:d.d", 0, 1, ONE)]


def test_profile_and_needs_are_confirmed_first() -> None:
    of = catalogue(dimension("d", question("a")))
    said = assessment({"d.a": proven_answer(2)}, pilot=pilot(confirmed_by=None))
    assert [key for key, *_ in steps(of, said)] == ["pilot", "level:d.a"]
    assert steps(of, assessment({"d.a": answer(1)}, pilot=pilot(confirmed_by=None)), CONDITIONAL) == [
        ("level:d.a", 1, 2, ONE)
    ]


def test_a_finding_that_speaks_against_asks_for_evidence_of_its_own_grade() -> None:
    of = catalogue(dimension("d", question("a", gate=gate(2)), question("b", weight=9)))
    failing = artefact(MEASURED, 5, finding(against=1))
    found = path_to(of, assessment({"d.a": answer(2, failing), "d.b": proven_answer()}), TODAY)
    assert isinstance(found, Path)
    assert [(each.key, each.level_to, each.grade) for each in found.steps] == [("level:d.a", 2, "measured")]


def test_a_blank_that_a_finding_speaks_against_is_settled_by_answering_it() -> None:
    of = catalogue(dimension("d", question("a", gate=gate(3)), question("b", weight=9)))
    failing = artefact(MEASURED, 5, finding(against=2))
    assert steps(of, {"d.a": answer(None, failing), "d.b": proven_answer()}) == [("level:d.a", 0, 3, Decimal(3))]


def test_a_path_to_conditional_leaves_gates_to_their_exceptions() -> None:
    of = catalogue(dimension("d", question("a", gate=gate(3)), question("b", gate=gate(3)), question("c", weight=3)))
    said = assessment(
        {"d.a": answer(2), "d.b": answer(2), "d.c": proven_answer()}, exceptions=(exception("d.a"),)
    )  # a claim below its gate has failed, unless somebody has accepted the risk
    assert steps(of, said, CONDITIONAL) == [("level:d.b", 1, 3, Decimal(2))]


def test_a_change_that_waits_for_a_look_is_looked_at_with_the_step() -> None:
    of = catalogue(dimension("d", question("a", changes=frozenset({"model"}))))
    said = assessment({"d.a": answer(4, evidence(DEMONSTRATED))}, changes=(change("model", 1),))
    assert steps(of, said) == [("level:d.a", 2, 3, ONE)]


def test_of_equal_efforts_fewer_steps_and_then_the_earlier_questions() -> None:
    of = catalogue(dimension("d", *(question(each) for each in "abcd")))
    said = {f"d.{each}": answer(2, evidence(DOCUMENTED)) for each in "abcd"}  # two levels of 16 more are 62.5
    assert steps(of, said) == [("level:d.a", 2, 4, Decimal(2))]
    level_by_level = catalogue(dimension("d", *(question(each, effort_days=(1.0, 1.0, 1.0, 2.0)) for each in "abcd")))
    assert [key for key, *_ in steps(level_by_level, said)] == ["level:d.a", "level:d.b"]


def test_confirmations_come_first_then_gates_then_what_lifts_most_for_a_day() -> None:
    of = catalogue(
        dimension(
            "d",
            question("slow", effort_days=(1.0, 1.0, 9.0, 9.0)),
            question("fast"),
            question("gate", gate=gate(3)),
            question("waits"),
        ),
        tiers=(tier("only", 75, 0, 0),),
    )
    said = {"d.slow": answer(2, evidence(DOCUMENTED)), "d.fast": answer(2, evidence(DOCUMENTED))}
    said |= {"d.gate": answer(2, evidence(DOCUMENTED)), "d.waits": answer(3, evidence(DEMONSTRATED, confirmed_by=None))}
    found = [key for key, *_ in steps(of, said, GO, "level:d.waits")]
    assert found[0] == "items:d.waits"
    assert found[1] == "level:d.gate"


def test_enough_is_answered_and_no_more() -> None:
    of = catalogue(dimension("d", *(question(each) for each in "abcde")))
    said = {f"d.{each}": proven_answer() for each in "abc"}
    assert steps(of, said) == [("level:d.d", 0, 1, ONE)]  # four of five are enough


def test_the_floor_of_every_dimension_is_reached() -> None:
    of = catalogue(dimension("low", question("a"), question("b")), dimension("high", question("c"), weight=9))
    said = {"low.a": answer(1), "low.b": answer(1), "high.c": proven_answer()}
    assert steps(of, said) == [("level:low.a", 1, 3, Decimal(2))]  # from 25 to 50 where 40 is the floor


def test_a_dimension_with_nothing_applicable_counts_for_nothing() -> None:
    of = catalogue(
        dimension("away", question("a", when="users any {staff}"), weight=9),
        dimension("maybe", question("b"), weight=9),
        dimension("here", question("c")),
        not_applicable_share=Decimal(1),
    )
    said = {"maybe.b": not_applicable(confirmed_by=None), "here.c": proven_answer()}
    assert steps(of, said) == [("not-applicable:maybe.b", None, None, TENTH)]


# ---- what is ruled out, and what is in the way


def test_a_step_that_is_ruled_out_is_gone_round() -> None:
    of = catalogue(dimension("d", question("a"), question("b", effort_days=(3.0, 3.0, 3.0, 3.0))))
    said = {f"d.{each}": answer(2, evidence(DOCUMENTED)) for each in "ab"}
    assert [key for key, *_ in steps(of, said)] == ["level:d.a"]
    assert [key for key, *_ in steps(of, said, GO, "level:d.a")] == ["level:d.b"]


def test_a_step_that_there_is_no_longer_may_stay_ruled_out() -> None:
    of = catalogue(dimension("d", question("a")))
    assert steps(of, {"d.a": proven_answer()}, GO, "level:d.a", "items:d.a", "pilot") == []


@pytest.mark.parametrize("key", ["level:d.b", "d.a", "pilot:d.a", "learn:d.a", ""])
def test_an_unknown_step_is_refused_by_its_key(key: str) -> None:
    of = catalogue(dimension("d", question("a")))
    with pytest.raises(Refused) as refused:
        path_to(of, assessment(), TODAY, GO, [key])
    assert [str(each) for each in refused.value.problems] == [f"without: there is no step '{key}'"]


@pytest.mark.parametrize("target", [Verdict.NO_GO, Verdict.NOT_ASSESSED])
def test_nobody_works_towards_a_worse_verdict(target: Verdict) -> None:
    with pytest.raises(Refused, match="A path leads to Go or to Conditional go"):
        path_to(catalogue(dimension("d", question("a"))), assessment(), TODAY, target)


def test_without_a_path_it_says_what_stays_in_the_way() -> None:
    of = catalogue(dimension("d", question("a", gate=gate(3)), question("b")))
    said = assessment({"d.a": answer(3), "d.b": answer(1)}, pilot=pilot(confirmed_by=None))
    found = path_to(of, said, TODAY, GO, ["level:d.a", "pilot"])
    assert found == NoPath(target=GO, because=("A is claimed, not proven.", "Nobody has confirmed profile and needs."))


def test_with_every_step_ruled_out_there_is_none() -> None:
    of = catalogue(dimension("d", question("a"), question("b")))
    found = path_to(of, assessment({"d.a": answer(1)}), TODAY, GO, ["pilot", "level:d.a", "level:d.b"])
    assert isinstance(found, NoPath)
    assert "1 of 2 questions are answered." in found.because


# ---- on the whole catalogue


@pytest.mark.parametrize("target", [GO, CONDITIONAL])
def test_a_pilot_with_nothing_answered_finds_its_way_through_the_whole_catalogue(target: Verdict) -> None:
    of = library.catalogue()
    waiting = pilot(confirmed_by=None, needs=every_need(of))
    said = assessment({}, catalogue=CatalogueReference(id=of.id, version=of.version), pilot=waiting)
    found = path_to(of, said, TODAY, target)
    assert isinstance(found, Path)
    assert score(of, after(said, found.steps), TODAY).decision.verdict is target
    assert found == path_to(of, replace(said), TODAY, target)


def test_no_path_leads_past_needs_that_are_not_written_down() -> None:
    of = library.catalogue()
    needs = {key: value for key, value in every_need(of).items() if key not in ("stop_minutes", "task_score")}
    reference = CatalogueReference(id=of.id, version=of.version)
    found = path_to(of, assessment({}, catalogue=reference, pilot=pilot(needs=needs)), TODAY)
    titles = [of.needs[key].title for key in ("task_score", "stop_minutes")]
    assert found == NoPath(
        target=GO, because=(f"2 gates compare with needs that are not written down: {'; '.join(titles)}.",)
    )


@pytest.mark.parametrize("seed", range(6))
def test_nothing_in_a_path_through_the_whole_catalogue_can_be_left_out(seed: int) -> None:
    of = library.catalogue()
    said = random_assessment(of, random.Random(seed))
    found = path_to(of, said, TODAY)
    assert isinstance(found, Path)
    assert score(of, after(said, found.steps), TODAY).decision.verdict is GO
    for index in range(0, len(found.steps), 5):
        fewer = after(said, found.steps[:index] + found.steps[index + 1 :])
        assert score(of, fewer, TODAY).decision.verdict is not GO


def random_assessment(of: Catalogue, seed: random.Random) -> Assessment:
    """Most questions of the catalogue answered somehow, with 300 items between them."""
    answers = {}
    for key, each in of.questions.items():
        if each.gate is None and seed.random() < 0.1:
            answers[key] = not_applicable(confirmed_by=seed.choice(["Ben", None]))
        elif seed.random() < 0.95:
            answers[key] = answer(seed.choice([1, 2, 3, 3, 4]))
    for index in range(300):
        key = seed.choice(list(answers))
        item = evidence(
            seed.choice(list(Grade)),
            seed.randrange(400),
            kind=seed.choice(["document", "artefact"]),
            title=f"Item {index}",
            supports=seed.choice([2, 3, 4]),
            confirmed_by=seed.choice(["Ben", None]),
            withdrawn=withdrawal(confirmed_by=seed.choice(["Ben", None])) if seed.random() < 0.1 else None,
            findings=(finding(against=seed.choice([None, None, None, 1, 2])),),
        )
        answers[key] = replace(answers[key], evidence=(*answers[key].evidence, item))
    return assessment(
        answers,
        catalogue=CatalogueReference(id=of.id, version=of.version),
        pilot=pilot(confirmed_by=None, needs=every_need(of)),
        changes=(change("model", 30),),
    )


@given(some.data(), some.randoms(use_true_random=False))
def test_the_order_in_which_things_are_said_does_not_matter(data: some.DataObject, seed: random.Random) -> None:
    of = data.draw(catalogues(most=6))
    said = data.draw(assessments(of))
    mixed = list(said.answers.items())
    seed.shuffle(mixed)
    turned = {key: replace(each, evidence=each.evidence[::-1]) for key, each in mixed}
    assert path_to(of, replace(said, answers=turned), TODAY) == path_to(of, said, TODAY)

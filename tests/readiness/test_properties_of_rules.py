"""What must hold of rules whatever is found."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as some

from app.finding import Finding
from app.readiness.assessment import Answer, Assessment, Evidence
from app.readiness.catalogue import Question
from app.readiness.gates import GateState
from app.readiness.grade import Grade
from app.readiness.heard import Candidate, findings_against, spoken_against, supports
from app.readiness.hearing import hearing, speaks_to
from app.readiness.path import Path, Step, path_to
from app.readiness.score import score
from app.readiness.verdict import Verdict
from app.readiness.yardstick import Yardstick
from tests.make import TODAY, evidence, profile
from tests.readiness.test_path import with_step
from tests.readiness.test_properties import CATALOGUE, NEEDS, assessments, items, shown, with_answer

RULED: Final = [question for question in CATALOGUE.questions.values() if question.rules.figures]
OTHER_UNITS: Final[Mapping[str, list[tuple[str | None, Fraction]]]] = {
    "ms": [("s", Fraction(1, 1000)), ("us", Fraction(1000))],
    "s": [("ms", Fraction(1000)), ("seconds", Fraction(1))],
    "min": [("h", Fraction(1, 60)), ("s", Fraction(60))],
    "1": [("%", Fraction(100)), (None, Fraction(1))],
    "EUR": [("eur", Fraction(1))],
}


def with_items(said: Assessment, changed: Any) -> Assessment:
    """The same with each item changed."""
    answers = {key: replace(each, evidence=tuple(map(changed, each.evidence))) for key, each in said.answers.items()}
    return replace(said, answers=answers)


@given(assessments(), some.data())
def test_a_value_in_another_unit_of_the_same_size_reads_the_same(said: Assessment, data: some.DataObject) -> None:
    def other(finding: Finding) -> Finding:
        if finding.value is None or finding.metric == "ttft":  # whose level is stated, in whatever unit
            return finding
        unit, by = data.draw(some.sampled_from(OTHER_UNITS[finding.unit or "1"]))
        return replace(finding, unit=unit, value=float(Fraction(finding.value) * by))

    def changed(item: Evidence) -> Evidence:
        return replace(item, findings=tuple(map(other, item.findings)))

    assert shown(score(CATALOGUE, with_items(said, changed), TODAY)) == shown(score(CATALOGUE, said, TODAY))


@given(assessments(), some.sampled_from(["ttft_p95_ms", "monthly_budget", "currency", "regions_allowed"]))
def test_a_need_that_is_not_written_down_proves_nothing_and_lets_no_gate_pass(said: Assessment, key: str) -> None:
    needs = {name: value for name, value in said.pilot.needs.items() if name != key}
    without = replace(said, pilot=replace(said.pilot, needs=needs))
    now, then = score(CATALOGUE, said, TODAY), score(CATALOGUE, without, TODAY)
    for question in RULED:
        pairs = zip(*(each.questions[question.key].proof.items for each in (now, then)), strict=True)
        for before, after in pairs:
            assert after.worth <= before.worth
            assert after.against is None or (before.against is not None and before.against <= after.against)
    for each in then.gates:
        if key in each.question.rules.needs_below(each.gate.level):
            assert each.state is not GateState.PASSED


@given(items(), NEEDS, some.sampled_from(RULED))
def test_what_is_told_of_an_item_is_what_is_counted(item: Evidence, needs: Mapping[str, Any], asked: Question) -> None:
    told, yardstick = hearing(CATALOGUE, asked, item, needs), Yardstick(CATALOGUE, needs)
    against = min((rule.level for rule in spoken_against(asked.rules, item, yardstick)), default=None)
    assert (told.contradicting.level if told.contradicting else None) == against
    (support,) = supports(asked.rules, [Candidate(item, 4, 4)], yardstick)
    assert (told.shown.level if told.shown else None) == (support.level if support else None)
    for rule in told.rules:
        assert rule.against or rule.met == all(piece.met for piece in rule.pieces)
        assert all(piece.lines for piece in rule.pieces)
        assert all(line.met for piece in rule.pieces if piece.met and not rule.against for line in piece.lines)


@given(items(), NEEDS)
def test_an_item_speaks_to_the_questions_that_read_it_and_to_no_other(item: Evidence, needs: Mapping[str, Any]) -> None:
    yardstick = Yardstick(CATALOGUE, needs)
    read = {
        asked.key
        for asked in RULED
        if any(yardstick.speaks_of(figure, finding) for figure in asked.rules.figures for finding in item.figures)
    }
    assert {each.question.key for each in speaks_to(CATALOGUE, profile(), needs, item)} == read


# ---- the path, walked


def settled(said: Assessment, question: Question, level: int, grade: Grade) -> Assessment:
    """The assessment with a newer figure for each that speaks against a lower level: the same again, and good."""
    answer = said.answers.get(question.key, Answer())
    yardstick = Yardstick(CATALOGUE, said.pilot.needs)
    newer = []
    for item in answer.evidence:
        for rule in question.rules.against:
            if rule.level < level and not (item.withdrawn and item.withdrawn.confirmed):
                bad = findings_against(rule, item, yardstick)
                again = [_good(each) if each in bad else each for each in item.figures]
                if bad:
                    newer.append(evidence(grade, 0, kind="artefact", findings=tuple(again)))
    return with_answer(said, question.key, replace(answer, evidence=(*answer.evidence, *newer)))


def _good(finding: Finding) -> Finding:
    if finding.metric == "region":
        return replace(finding, attributes={**finding.attributes, "name": "EU"})
    return replace(finding, value=0.0)


def walked(said: Assessment, steps: tuple[Step, ...]) -> Assessment:
    """The assessment once all the steps are done, what speaks against by a rule being measured anew."""
    for each in steps:
        said = with_step(said, each.kind, each.question, each.level_to or 0, _grade(each))
        if each.kind == "level" and each.question is not None:
            question = CATALOGUE.questions[each.question]
            said = settled(said, question, each.level_to or 0, _grade(each) or Grade(each.level_to or 1))
    return said


def _grade(step: Step) -> Grade | None:
    return next((each for each in Grade if str(each) == step.grade), None)


@given(assessments(), some.sampled_from([Verdict.GO, Verdict.CONDITIONAL]))
def test_the_path_walked_with_new_measurements_turns_the_verdict(said: Assessment, target: Verdict) -> None:
    def past(item: Evidence) -> Evidence:
        return replace(item, observed_on=item.observed_on and min(item.observed_on, TODAY - timedelta(days=1)))

    said = with_items(said, past)
    found = path_to(CATALOGUE, said, TODAY, target)
    if isinstance(found, Path):
        after = walked(said, found.steps)
        assert score(CATALOGUE, after, TODAY).decision.verdict.rank >= target.rank


@given(assessments())
def test_with_all_needs_written_down_nothing_but_evidence_stands_in_the_way(said: Assessment) -> None:
    needs: dict[str, Any] = {"ttft_p95_ms": 1000, "monthly_budget": "40", "currency": "EUR", "regions_allowed": ("eu",)}
    written = replace(said, pilot=replace(said.pilot, needs=needs), exceptions=())
    assert isinstance(path_to(CATALOGUE, written, TODAY, Verdict.GO), Path)

"""The figures of a report: cut, never rounded; what is not known is None."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from app.readiness.assessment import Answer, TradeOff
from app.readiness.catalogue import Catalogue
from app.readiness.outlook import Forecast
from app.readiness.path import Path
from app.readiness.restated import Restatement
from app.readiness.trend import Side
from app.readiness.verdict import Verdict
from app.report.compose import Background, compose
from app.report.model import Report
from app.report.told import path_told, proving_told, told
from tests import make
from tests.report.background import dropped, milestones, outlook, trend

THREE = make.catalogue(make.dimension("one", make.question("a"), make.question("b"), make.question("c")))
TWO = make.catalogue(make.dimension("one", make.question("a")), make.dimension("two", make.question("b")))


def _report(catalogue: Catalogue, **levels: int | None) -> Report:
    keys = {key.partition(".")[2]: key for key in catalogue.questions}
    answers = {keys[key]: make.answer(level) for key, level in levels.items()}
    assessment = make.assessment(answers)
    return compose(catalogue, assessment, make.TODAY)


def test_figures_are_cut_and_not_rounded() -> None:
    report = _report(THREE, a=4, b=4)
    assert report.proven == Decimal("16.6")
    assert report.claimed_range == (Decimal("66.6"), Decimal("100.0"))
    assert str(report.claimed) == "100.0"


def test_the_gap_is_between_the_figures_as_they_are_shown() -> None:
    report = _report(THREE, a=4, b=4)
    assert report.claimed is not None
    assert report.proven is not None
    assert report.gap == report.claimed - report.proven == Decimal("83.4")


def test_what_is_not_known_is_none() -> None:
    report = _report(THREE)
    assert (report.claimed, report.proven, report.gap) == (None, None, None)
    dimension = report.dimensions[0]
    assert (dimension.claimed, dimension.proven, dimension.gap, dimension.below_floor) == (None, None, None, False)


def test_a_dimension_that_nobody_answered_has_proven_nothing() -> None:
    report = _report(TWO, a=3)
    assert (report.dimensions[1].claimed, report.dimensions[1].proven, report.dimensions[1].gap) == (
        None,
        Decimal("0.0"),
        None,
    )
    assert report.dimensions[1].below_floor


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        pytest.param(make.answer(3), "answered", id="a level is an answer"),
        pytest.param(make.answer(None), "blank", id="nothing said is blank"),
        pytest.param(make.answer(None, ask="Cleo"), "nobody-can-say", id="whom to ask is not blank"),
        pytest.param(make.not_applicable(), "not-applicable", id="put aside by two"),
        pytest.param(make.not_applicable(confirmed_by=None), "not-applicable-unconfirmed", id="put aside by one"),
    ],
)
def test_blank_asked_and_put_aside_are_three_things(answer: Answer, state: str) -> None:
    assessment = make.assessment({"one.a": answer})
    report = compose(THREE, assessment, make.TODAY)
    assert report.dimensions[0].questions[0].state == state


def test_the_summary_leaves_out_what_its_reader_was_not_given(report: Report) -> None:
    summary = report.summary()
    assert report.has_appendix
    assert not summary.has_appendix
    assert not any(each.questions for each in summary.dimensions)
    assert (summary.claimed, summary.reasons, summary.gates) == (report.claimed, report.reasons, report.gates)


# ---- what is told beside the score

HINGED = make.catalogue(make.dimension("one", make.question("a", gate=make.gate(3)), make.question("b")))


def _with(**background: Any) -> Report:
    assessment = make.assessment({"one.a": make.proven_answer(3), "one.b": make.answer(3)})
    return compose(HINGED, assessment, make.TODAY, Background(**background))


def test_a_report_without_a_background_says_nothing_of_it() -> None:
    report = _with()
    assert (report.outlook, report.told, report.since) == (None, None, None)
    assert (report.milestones, report.no_longer_asked, report.asks_again, report.law) == ((), (), (), ())


def test_milestones_are_shown_as_they_were_sealed_with_figures_cut() -> None:
    line = _with(milestones=(replace(milestones()[0], proven=Fraction(200, 3)),)).milestones[0]
    assert (line.title, line.sealed_by, line.verdict_title) == ("Kick-off", "Ann", "No-go")
    assert line.proven == Decimal("66.6")
    assert line.sha256 == milestones()[0].sha256


def test_what_moved_since_the_last_milestone_adds_up() -> None:
    report = _with(milestones=milestones(), last_milestone=trend(Fraction("57.29")))
    assert report.since
    assert report.since.milestone == "Steering committee"
    assert sum((each.points for each in report.since.causes), Decimal(0)) == report.since.points == Decimal("12.0")


def test_causes_that_moved_nothing_are_left_out() -> None:
    report = _with(milestones=milestones(), last_milestone=trend(Fraction("57.29")))
    assert report.since
    assert [each.cause for each in report.since.causes] == ["answers", "items added", "time"]


def test_a_last_milestone_that_was_not_compared_yet_is_compared() -> None:
    before = Side(HINGED, make.assessment({"one.a": make.answer(3), "one.b": make.answer(3)}), make.days_ago(30))
    report = _with(milestones=milestones(), last_milestone=before)
    assert report.since
    assert report.since.proven_before == Decimal("25.0")
    assert report.since.points == Decimal("25.0")


def test_no_milestone_is_no_difference() -> None:
    assert _with(last_milestone=trend(Fraction(50))).since is None


def test_what_a_restatement_turned_stands_at_its_gate() -> None:
    gate = make.gate(3, when="tools = yes")
    marked = make.catalogue(make.dimension("one", make.question("a", gate=gate)))
    pilot = make.pilot(profile=make.profile(tools=True))
    said = make.assessment({"one.a": make.answer(3, make.evidence())}, pilot=pilot)
    day = datetime.combine(make.days_ago(5), time(12), UTC)
    restated = Restatement(at=day, by="Ann", profile=make.profile(tools=False), needs={})
    background = Background(restatements=(restated,), first_attached={"one.a": day - timedelta(days=9)})
    (line,) = compose(marked, said, make.TODAY, background).gates
    assert line.turned == (
        f"Ann restated “Can it use tools?” on {make.days_ago(5)}, after evidence was attached: "
        "the gate was not applicable and is unproven since.",
    )


def test_an_answer_that_is_no_longer_asked_is_kept_with_its_evidence() -> None:
    (line,) = _with(dropped=dropped()).no_longer_asked
    assert (line.key, line.level, line.evidence) == ("data.index-plan", 2, ("Plan of the old index",))


@pytest.mark.parametrize(
    ("on", "until", "state"),
    [
        pytest.param(make.TODAY, make.TODAY, "holds", id="on its first and last day"),
        pytest.param(make.days_ago(9), None, "holds", id="until somebody ends it"),
        pytest.param(make.days_ago(9), make.days_ago(1), "ended", id="the day after"),
        pytest.param(make.days_ago(-1), None, "not begun", id="the day before"),
    ],
)
def test_a_trade_off_ends_by_itself(on: date, until: date | None, state: str) -> None:
    said = TradeOff(title="One provider", reason="Cheaper.", decided_by="Board", on=on, until=until, question="one.a")
    report = compose(HINGED, make.assessment(trade_offs=(said,)), make.TODAY)
    assert [(each.state, each.question_title) for each in report.trade_offs] == [(state, "A")]


def test_an_exception_says_what_it_costs() -> None:
    said = make.assessment(exceptions=(make.exception("one.a", cost="Two people until January."),))
    assert [each.cost for each in compose(HINGED, said, make.TODAY).exceptions] == ["Two people until January."]


# ---- the outlook in sentences


def test_a_verdict_that_hangs_on_one_declaration_says_whose() -> None:
    report = _with(outlook=outlook())
    assert report.told
    assert re.fullmatch(
        r"This .+ hangs on one answer: .+, proven by “Test report 3”, a grade \(documented\) that Ann declared\. "
        r"One level lower makes it a No-go\.",
        report.told.fragility,
    )


def test_a_verdict_that_nothing_can_worsen_says_so() -> None:
    report = _with(outlook=replace(outlook(), fragility=None))
    assert report.told
    assert report.told.fragility.startswith("No proven level, one lower, makes this")


def test_a_verdict_that_hangs_on_several_together_counts_them() -> None:
    two = outlook().fragility
    assert two
    two = replace(two, count=2, hinges=(*two.hinges, replace(two.hinges[0], title="Another")))
    report = _with(outlook=replace(outlook(), fragility=two))
    assert report.told
    assert "it takes two answers, each proven one level lower" in report.told.fragility
    assert len(report.told.hinges) == 2


def test_a_verdict_that_each_of_several_alone_would_turn_counts_them() -> None:
    one = outlook().fragility
    assert one
    report = _with(outlook=replace(outlook(), fragility=replace(one, others=one.hinges * 2)))
    assert report.told
    assert "hangs on each of three answers" in report.told.fragility


def test_a_path_of_nothing_says_that_nothing_is_needed() -> None:
    done = Path(target=Verdict.GO, effort_days=Decimal(0), steps=())
    assert path_told(done) == "Nothing is needed: this is a Go already."


def test_a_later_day_says_what_goes_stale_by_then() -> None:
    report = _with(outlook=outlook())
    assert report.told
    assert re.fullmatch(
        r"On 2027-03-01 this is a No-go, with 38\.2 proven, because these two go stale: [^;]+; [^;]+\.",
        report.told.forecast[0],
    )


def test_of_many_days_those_are_told_on_which_the_verdict_turns_and_the_last() -> None:
    days = [
        Forecast(on=date(2027, month, 1), verdict=verdict, proven=Decimal(80 - month), loses=(f"Answer {month}",))
        for month, verdict in enumerate(["go", "go", "conditional", "conditional", "no-go", "no-go"], start=1)
    ]
    assert [each.on.month for each in told(replace(outlook(), forecast=tuple(days)), "Go").turns] == [3, 5, 6]
    last = told(replace(outlook(), forecast=tuple(days)), "Go").turns[-1].words
    assert last == "By 2027-06-01 six answers have gone stale and 74.0 is proven."


def test_a_verdict_that_time_does_not_turn_is_said_to_stay() -> None:
    day = Forecast(on=date(2027, 3, 1), verdict="go", proven=Decimal("71.0"), loses=("One answer",))
    (turn,) = told(replace(outlook(), forecast=(day,)), "Go").turns
    assert turn.words == "By 2027-03-01 one answer has gone stale and 71.0 is proven; it is still a Go."


def test_the_cheapest_proof_says_what_it_takes_once() -> None:
    proving = outlook().proving[0]
    assert proving.evidence
    assert proving_told(proving).endswith(f"is demonstrated (3 days): {proving.evidence}")
    assert proving_told(proving, [f"Level 3 needs: {proving.evidence}"]).endswith("is demonstrated (3 days).")


# ---- what a reader was not given


def test_the_summary_names_no_item_and_no_single_answer(report: Report) -> None:
    summary = report.summary()
    assert summary.outlook
    assert summary.outlook.proving == ()
    assert summary.outlook.fragility
    assert [each.carried_by for each in summary.outlook.fragility.hinges] == [None]
    assert summary.told
    assert "Test report 3" not in summary.told.fragility
    assert summary.no_longer_asked == ()
    assert {each.items for each in summary.coverage} == {()}


def test_some_dimensions_alone_are_told_of_alone(report: Report) -> None:
    assert report.outlook
    kept = report.outlook.proving[0].question.partition(".")[0]
    some = report.of_dimensions({kept})
    assert [each.key for each in some.dimensions if each.questions] == [kept]
    assert {each.question.partition(".")[0] for each in some.register or ()} == {kept}
    assert some.outlook
    assert {each.question.partition(".")[0] for each in some.outlook.proving} == {kept}
    none = report.of_dimensions({"another"})
    assert none.outlook
    assert none.outlook.proving == ()

"""What the rules on governance, law, people and the gates on money and posts hear in findings."""

import pytest

from app.finding import Finding
from app.readiness.assessment import Evidence
from tests.make import DOCUMENTED, MEASURED, artefact, evidence
from tests.readiness.ruled import (
    CATALOGUE,
    DESIGN,
    NEEDS,
    entered,
    figure,
    gain,
    gate_state,
    month,
    proven,
    quality,
    without,
)

# ---- gates

ALARM = entered(figure("minutes_from_alarm_to_person", 12, "min"))
CEILING = entered(figure("spend_past_ceiling_in_test", 125, "EUR"))


def test_a_budget_ceiling_is_proven_by_a_test_of_the_alarm_and_one_of_the_ceiling() -> None:
    assert proven("cost.budget-ceiling", ALARM, CEILING) == 3
    assert gate_state("cost.budget-ceiling", ALARM, CEILING, needs=NEEDS) == "passed"


@pytest.mark.parametrize(
    ("items", "level"),
    [
        pytest.param([ALARM], 2, id="an alarm without a ceiling is a paper"),
        pytest.param([entered(figure("minutes_from_alarm_to_person", 1.5, "h")), CEILING], 2, id="ninety minutes"),
        pytest.param([ALARM, entered(figure("spend_past_ceiling_in_test", 126, "EUR"))], 2, id="a euro too much"),
        pytest.param([ALARM, entered(figure("spend_past_ceiling_in_test", 125, "USD"))], 2, id="another currency"),
        pytest.param([ALARM, CEILING, entered(figure("ceiling_stopped_use", 0))], 1, id="nothing stopped it"),
        pytest.param([ALARM, CEILING, entered(month("2026-10", 41_000))], 1, id="a bill above the monthly budget"),
        pytest.param(
            [ALARM, CEILING, entered(figure("daily_billed_cost", 2_700, "EUR", "max", day="2026-10-04", days=31))],
            2,
            id="a day far above the daily ceiling",
        ),
        pytest.param(
            [ALARM, CEILING, entered(figure("daily_billed_cost", 2_600, "EUR", "max", day="2026-10-04", days=31))],
            3,
            id="a day at the ceiling and what slips past it",
        ),
    ],
)
def test_a_budget_ceiling_proves(items: list[Evidence], level: int) -> None:
    assert proven("cost.budget-ceiling", *items) == level


@pytest.mark.parametrize("missing", ["monthly_budget", "daily_spend_ceiling", "currency"])
def test_a_ceiling_that_nobody_wrote_down_leaves_its_gate_unproven(missing: str) -> None:
    paper = evidence(MEASURED)
    assert gate_state("cost.budget-ceiling", paper, needs=NEEDS) == "passed"
    assert gate_state("cost.budget-ceiling", paper, needs=without(missing)) == "unproven"


def test_bills_of_two_whole_months_within_the_budget_are_part_of_what_shows_the_ceiling_in_use() -> None:
    alarms = entered(figure("alarms_answered", 1, days=61), grade=MEASURED)
    months = [artefact(MEASURED, 0, month(name, 39_000), supports=None) for name in ("2026-09", "2026-10")]
    assert proven("cost.budget-ceiling", *months, alarms) == 4
    assert proven("cost.budget-ceiling", months[0], alarms) == 2
    assert proven("cost.budget-ceiling", months[0], months[0], alarms) == 2
    begun = artefact(MEASURED, 0, month("2026-10", 9_000, whole=False), supports=None)
    assert proven("cost.budget-ceiling", months[0], begun, alarms) == 2
    both = artefact(MEASURED, 0, month("2026-09", 39_000), month("2026-10", 39_000), supports=None)
    assert proven("cost.budget-ceiling", both, alarms) == 4


def test_a_month_above_the_budget_stands_until_a_newer_bill() -> None:
    over = entered(month("2026-09", 44_000), grade=MEASURED, days_old=40)
    later = entered(month("2026-10", 38_000), grade=MEASURED, days_old=10)
    assert proven("cost.budget-ceiling", ALARM, CEILING, over) == 1
    assert proven("cost.budget-ceiling", ALARM, CEILING, over, later) == 3


KEPT = entered(quality(-0.01, "errors"), quality(0.0, "complaints"))
UNBOOKED = entered(figure("savings_on_posts_booked", 0))


@pytest.mark.parametrize(
    ("items", "level"),
    [
        pytest.param([entered(gain(0.112)), KEPT, UNBOOKED], 3, id="a tenth of the posts needs a gain of a ninth"),
        pytest.param([entered(gain(0.11)), KEPT, UNBOOKED], 2, id="a little less does not carry the cut"),
        pytest.param([entered(gain(0.3, design="before and after")), KEPT, UNBOOKED], 2, id="no group to compare with"),
        pytest.param([entered(gain(0.34, group="novices")), KEPT, UNBOOKED], 2, id="novices alone"),
        pytest.param([entered(gain(0.3, self_reported=True)), KEPT, UNBOOKED], 2, id="what people believe"),
        pytest.param([entered(gain(0.2)), UNBOOKED], 2, id="no look at quality"),
        pytest.param([entered(gain(0.2)), entered(quality(0, "errors")), UNBOOKED], 2, id="one measure of quality"),
        pytest.param(
            [entered(gain(0.2)), entered(quality(-0.03, "errors"), quality(0, "complaints")), UNBOOKED],
            2,
            id="a measure outside the margin",
        ),
        pytest.param(
            [entered(gain(0.2)), KEPT, entered(figure("savings_on_posts_booked", 1))], 1, id="savings booked already"
        ),
        pytest.param(
            [entered(gain(0.2)), KEPT, UNBOOKED, entered(figure("productivity.supports_headcount_change", 0))],
            1,
            id="the reading does not support it",
        ),
    ],
)
def test_a_cut_of_posts_waits_for_a_gain_that_carries_it(items: list[Evidence], level: int) -> None:
    assert proven("people.staffing-on-measured-gains", *items) == level


def test_a_gain_without_its_interval_carries_nothing() -> None:
    middle = figure("productivity.effect", 0.5, "1", "mean", design=DESIGN, n=400)
    assert proven("people.staffing-on-measured-gains", entered(middle), KEPT, UNBOOKED) == 2
    assert proven("value.measured-productivity", entered(middle)) == 2


def test_a_calculation_of_the_gain_is_a_paper() -> None:
    calculated = entered(gain(0.2)), KEPT, UNBOOKED
    by_calculator = artefact(MEASURED, 0, gain(0.2), kind="calculation", supports=None)
    assert proven("people.staffing-on-measured-gains", *calculated) == 3
    assert proven("people.staffing-on-measured-gains", by_calculator, KEPT, UNBOOKED) == 2


@pytest.mark.parametrize("missing", ["headcount_cut", "quality_margin"])
def test_a_cut_of_unknown_size_leaves_its_gate_unproven(missing: str) -> None:
    items = [entered(gain(0.9)), KEPT, UNBOOKED]
    said = {"staffing_planned": True}
    assert gate_state("people.staffing-on-measured-gains", *items, needs=NEEDS, **said) == "passed"
    assert gate_state("people.staffing-on-measured-gains", *items, needs=without(missing), **said) == "unproven"


@pytest.mark.parametrize(
    ("figures", "level"),
    [
        pytest.param([figure("forbidden_uses_blocked", 1)], 3, id="each tried and blocked"),
        pytest.param([figure("forbidden_uses_blocked", 0.96)], 2, id="one got through"),
        pytest.param([figure("forbidden_uses_found", 0, n=200)], 4, id="none in two hundred live records"),
        pytest.param([figure("forbidden_uses_found", 0, n=40)], 2, id="forty records are too few"),
        pytest.param([figure("forbidden_uses_found", 0, n=40, all_records=True)], 4, id="unless they are all"),
        pytest.param([figure("forbidden_uses_found", 1, n=5)], 0, id="one is one too many, however few were read"),
    ],
)
def test_forbidden_uses(figures: list[Finding], level: int) -> None:
    assert proven("compliance.prohibited-practices", entered(*figures, grade=MEASURED)) == level


@pytest.mark.parametrize(
    ("figures", "level"),
    [
        pytest.param([("duties_due_shown_working", 1), ("duty_logs_and_oversight_tested", 1)], 3, id="all shown"),
        pytest.param([("duties_due_shown_working", 1)], 2, id="logs and oversight untested"),
        pytest.param([("duties_due_shown_working", 0.9), ("duty_logs_and_oversight_tested", 1)], 2, id="one missing"),
        pytest.param([("duties_with_recent_record", 1), ("duty_gaps_overdue", 0)], 4, id="all on the live service"),
        pytest.param([("duties_with_recent_record", 1), ("duty_gaps_overdue", 1)], 1, id="a duty past its date"),
    ],
)
def test_duties_of_a_high_risk_system(figures: list[tuple[str, float]], level: int) -> None:
    items = [entered(figure(*each), grade=MEASURED) for each in figures]
    assert proven("compliance.high-risk-duties", *items) == level


@pytest.mark.parametrize(
    ("figures", "level"),
    [
        pytest.param([("flows_matching_record", 1), ("uses_after_objection", 0)], 3, id="as the record says"),
        pytest.param([("flows_matching_record", 1), ("uses_after_objection", 2)], 2, id="an objection had no effect"),
        pytest.param([("flows_matching_record", 0.9), ("uses_after_objection", 0)], 1, id="a flow beside the record"),
        pytest.param([("records_without_ground", 0)], 4, id="a scan finds nothing"),
        pytest.param([("records_without_ground", 3)], 1, id="a scan finds records without a ground"),
    ],
)
def test_personal_data_and_their_ground(figures: list[tuple[str, float]], level: int) -> None:
    items = [entered(figure(*each), grade=MEASURED) for each in figures]
    assert proven("compliance.lawful-basis", *items) == level


def test_data_beside_the_record_fail_the_gate_on_a_legal_ground() -> None:
    paper, scan = evidence(MEASURED), entered(figure("records_without_ground", 3), grade=MEASURED)
    said = {"data": frozenset({"personal"})}
    assert gate_state("compliance.lawful-basis", paper, needs={}, **said) == "passed"
    assert gate_state("compliance.lawful-basis", paper, scan, needs={}, **said) == "failed"


def test_production_without_a_decision_fails_the_gate_on_who_decides() -> None:
    mandate, live = evidence(DOCUMENTED), entered(figure("live_without_decision", 1))
    assert gate_state("governance.go-no-go-authority", mandate, needs={}) == "passed"
    assert gate_state("governance.go-no-go-authority", mandate, live, needs={}) == "failed"
    decided = entered(figure("criteria_with_measured_value", 1), grade=MEASURED)
    assert proven("governance.go-no-go-authority", decided) == 4


# ---- people


@pytest.mark.parametrize(
    ("caught", "planted", "level"),
    [
        pytest.param(0.8, 30, 3, id="as many as the pilot asks for"),
        pytest.param(1.0, 12, 2, id="of too few"),
        pytest.param(0.79, 30, 2, id="fewer than it asks for"),
        pytest.param(0.4, 30, 1, id="fewer than half"),
    ],
)
def test_overseers_catch_planted_errors(caught: float, planted: int, level: int) -> None:
    stop = entered(figure("stop_used_correctly", 1))
    test = entered(figure("planted_errors_caught", caught, n=planted))
    assert proven("people.oversight-competence", test, stop) == level


def test_use_is_held_against_the_people_it_was_built_for() -> None:
    def active(people: float, days: int = 90) -> Evidence:
        work = figure("suitable_work_of_target", 1.1, days=90)
        return entered(figure("monthly_active_users", people, "people", days=days), work, grade=MEASURED)

    assert proven("people.adoption", active(540)) == 4
    assert proven("people.adoption", active(539)) == 2
    assert proven("people.adoption", active(540, days=60)) == 2
    assert proven("people.adoption", active(200), evidence(MEASURED)) == 2
    assert proven("people.adoption", active(540), needs=without("reach")) == 2


def test_a_team_must_do_without_its_key_person_in_the_times_promised() -> None:
    def exercise(minutes: float) -> Evidence:
        return entered(
            figure("tasks_done_without_key_person", 1),
            figure("restored_without_key_person", minutes, "min"),
            figure("rolled_back_without_key_person", 20, "min"),
        )

    assert proven("people.platform-team", exercise(240)) == 3
    assert proven("people.platform-team", exercise(241)) == 2


# ---- the rules themselves

BUSINESS = ("governance", "compliance", "cost", "people", "value")
QUESTIONS = [question for each in CATALOGUE.dimensions if each.key in BUSINESS for question in each.questions]


def test_every_question_reads_something() -> None:
    assert not [question.key for question in QUESTIONS if not question.rules.supports]


def test_no_metric_has_two_meanings() -> None:
    of_dimensions = [metric.key for each in CATALOGUE.dimensions for metric in each.metrics]
    every = [*(metric.key for metric in CATALOGUE.policy.metrics), *of_dimensions]
    assert len(every) == len(set(every))

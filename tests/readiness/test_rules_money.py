"""What the rules on money and value hear in bills, in calculations and in samples of people's work."""

from typing import Any

import pytest

from app.calculators.productivity import Input, calculate
from app.calculators.published import published_studies
from app.finding import Finding
from app.readiness.assessment import Evidence
from tests.evidence.shown import read
from tests.make import DEMONSTRATED, DOCUMENTED, MEASURED, artefact, days_ago, evidence
from tests.readiness.ruled import NEEDS, entered, figure, gain, proven, quality, without

# ---- bills


def labelled(share: float, end: str, days: int = 31) -> Evidence:
    """A bill export with labels on a share of the cost, as the readers of bills give it."""
    about: dict[str, Any] = {"complete": True, "period_end": end, "days": days, "of": "charges above zero"}
    return artefact(MEASURED, 0, figure("tagged_cost_share", share, **about), supports=None)


REFUSED = entered(figure("unlabelled_resource_refused", 1))
SHOWN = entered(figure("days_to_showback", 8, "d"), grade=MEASURED)


@pytest.mark.parametrize(
    ("items", "level"),
    [
        pytest.param([labelled(0.8, "2026-10-31"), REFUSED], 3, id="a month with labels on four fifths"),
        pytest.param([labelled(0.8, "2026-10-31")], 2, id="nothing without a label was refused"),
        pytest.param([labelled(0.9, "2026-10-12", days=12), REFUSED], 2, id="twelve days are no month"),
        pytest.param([labelled(0.79, "2026-10-31"), REFUSED], 2, id="below four fifths"),
        pytest.param(
            [*(labelled(0.96, f"2026-{number:02}-28") for number in (8, 9, 10)), SHOWN], 4, id="three months, shown"
        ),
        pytest.param([*(labelled(0.96, "2026-10-31") for _ in range(3)), SHOWN], 2, id="one month three times"),
        pytest.param([labelled(0.96, "2026-10-31", days=92), SHOWN], 4, id="one export of three months"),
        pytest.param([*(labelled(0.96, f"2026-{n:02}-28") for n in (8, 9, 10))], 2, id="shown to nobody"),
    ],
)
def test_spend_is_split_by_labels(items: list[Evidence], level: int) -> None:
    assert proven("cost.attribution", *items) == level


def result_cost(cost: float, **about: Any) -> Finding:
    """What one useful result cost."""
    return figure("cost_per_useful_result", cost, "EUR", **about)


def test_the_cost_of_one_result_is_held_against_the_highest_that_pays() -> None:
    assert proven("cost.unit-cost", entered(result_cost(3.5))) == 3
    assert proven("cost.unit-cost", entered(result_cost(3.51))) == 2
    assert proven("cost.unit-cost", entered(result_cost(3.5)), needs=without("unit_cost_max")) == 2
    months = entered(
        *(result_cost(3.1, month=each) for each in ("2026-09", "2026-10")),
        *(figure("useful_results", 6_000, "results/month", month=each) for each in ("2026-09", "2026-10")),
        grade=MEASURED,
    )
    assert proven("cost.unit-cost", months) == 4
    assert proven("cost.unit-cost", months, needs=NEEDS | {"outcomes_per_month": 12_001.0}) == 3


def chance(value: float, **about: Any) -> Finding:
    """The chance of passing the budget, as the budget calculation gives it."""
    return figure("budget.overrun_probability", value, **about)


def test_the_chance_of_an_overrun_counts_in_its_worst_month() -> None:
    covered = figure("p90_spend_of_budget", 0.97)
    months = [chance(each, month=f"2027-0{number}") for number, each in enumerate((0.02, 0.1), start=1)]
    assert proven("cost.overrun-probability", entered(*months, covered)) == 3
    assert proven("cost.overrun-probability", entered(*months, chance(0.12, month="2027-03"), covered)) == 2
    assert proven("cost.overrun-probability", entered(*months, covered), needs=without("overrun_max")) == 2
    budget = [figure("budget.spend", 39_000, "EUR", "p90", month=f"2027-0{number}") for number in (1, 2)]
    assert proven("cost.overrun-probability", entered(*months, *budget)) == 3
    calculated = artefact(DEMONSTRATED, 0, *months, covered, kind="calculation", supports=None)
    assert proven("cost.overrun-probability", calculated) == 2


def test_a_cost_line_that_is_missing_holds_a_comparison_down() -> None:
    def lines(option: str, share: float) -> Finding:
        return figure("tco.cost_lines_filled", share, option=option, years=3, swing=0.3, currency="EUR")

    whole, part = (
        artefact(DOCUMENTED, 0, lines("rented", 1.0), lines("owned", share), kind="calculation", supports=None)
        for share in (1.0, 0.9)
    )
    assert proven("cost.ownership-comparison", whole) == 2
    assert proven("cost.ownership-comparison", part) == 1


def test_a_net_value_is_asked_for_with_the_gain_at_its_low_end() -> None:
    def net(value: float, statistic: str) -> Finding:
        return figure("net_value", value, "EUR", statistic)

    assert proven("cost.net-benefit", entered(net(100, "ci95_lower"), net(9_000, "mean"))) == 3
    assert proven("cost.net-benefit", entered(net(9_000, "mean"))) == 2
    assert proven("cost.net-benefit", entered(net(-100, "ci95_lower"), net(9_000, "mean")), evidence(MEASURED)) == 2
    assert proven("cost.net-benefit", entered(net(-1, "mean")), evidence(MEASURED)) == 1


def bill(cost: str, month: str, until: str, first: str | None = None) -> Evidence:
    """A bill in the columns of FOCUS, as it is uploaded: of a month, or from a later first day on."""
    head = "BilledCost,EffectiveCost,BillingCurrency,BillingPeriodStart,BillingPeriodEnd,ChargePeriodStart"
    row = f"{cost},{cost},EUR,{month}T00:00:00Z,{until}T00:00:00Z,{first or month}T00:00:00Z,{until}T00:00:00Z"
    rest = "ChargePeriodEnd,ChargeCategory,ServiceCategory,ServiceName,ProviderName"
    reading = read(f"{head},{rest}\n{row},Purchase,Compute,VM,Acme")
    return artefact(MEASURED, 0, *reading.findings, read_grade=MEASURED, confirmed_by=None, supports=None)


def test_a_bill_speaks_for_itself() -> None:
    alarms = entered(figure("alarms_answered", 1, days=61), grade=MEASURED)
    october, september = bill("38000", "2026-10-01", "2026-11-01"), bill("40000", "2026-09-01", "2026-10-01")
    assert proven("cost.budget-ceiling", october, september, alarms) == 4
    assert proven("cost.budget-ceiling", october, bill("38000", "2026-09-01", "2026-10-01", "2026-09-02"), alarms) == 2
    assert proven("cost.budget-ceiling", october, bill("40000.01", "2026-09-01", "2026-10-01")) == 1


# ---- samples of work


def samples(lower: float, upper: float, n: int = 40, **about: Any) -> Evidence:
    """Times of work with and without the system, as the reader of tables gives them."""
    said = {"measure": "minutes", "from": "control", "to": "pilot", "n": 2 * n, "n_smaller_arm": n, "only_time": True}
    ends = (("ci95_lower", lower), ("ci95_upper", upper))
    found = [figure("trial.difference", value, "min", end, **said | about) for end, value in ends]
    return artefact(DEMONSTRATED, 0, *found, supports=None)


@pytest.mark.parametrize(
    ("key", "item", "level"),
    [
        pytest.param("value.measured-productivity", samples(-9, -2), 3, id="faster across the interval"),
        pytest.param("value.measured-productivity", samples(-9, -2, n=6), 2, id="too few to say"),
        pytest.param("value.measured-productivity", samples(-9, 1), 2, id="across zero"),
        pytest.param("value.measured-productivity", samples(1, 9), 0, id="slower across the interval"),
        pytest.param("value.measured-productivity", samples(-9, -2, self_reported=True), 2, id="as people believe"),
        pytest.param("people.workflow-redesign", samples(-9, -2), 3, id="cases finish sooner"),
        pytest.param("people.workflow-redesign", samples(-9, -2, n=29), 2, id="fewer than thirty cases a side"),
    ],
)
def test_times_of_work(key: str, item: Evidence, level: int) -> None:
    assert proven(key, item) == level


@pytest.mark.parametrize(
    ("item", "level"),
    [
        pytest.param(samples(-9, 1), 2, id="not shown to be shorter"),
        pytest.param(samples(-9, 1, n=12), 3, id="too few cases to speak against"),
        pytest.param(samples(-9, 1, only_time=False), 3, id="one time among several, of which it may be a part"),
    ],
)
def test_what_is_not_shorter_speaks_against_the_new_way_of_working(item: Evidence, level: int) -> None:
    assert proven("people.workflow-redesign", evidence(DEMONSTRATED), item) == level


def test_newer_samples_settle_older_ones() -> None:
    slow, fast = samples(1, 9), samples(-9, -2)
    before = Evidence(**{name: getattr(slow, name) for name in slow.__slots__} | {"observed_on": days_ago(30)})
    assert proven("value.measured-productivity", before) == 0
    assert proven("value.measured-productivity", before, fast) == 3


def test_a_promise_is_kept_by_times_that_fell_by_it_in_production() -> None:
    def fell(by: float, days: int = 90, unit: str = "min") -> Evidence:
        about = {"n": 900, "days": days, "measured_in": unit}
        return entered(figure("trial.relative_change", -by, "1", "ci95_upper", **about), grade=MEASURED)

    assert proven("value.measured-productivity", fell(0.2)) == 4
    assert proven("value.measured-productivity", fell(0.19)) == 2
    assert proven("value.measured-productivity", fell(0.2, days=60)) == 2
    assert proven("value.measured-productivity", fell(0.2, unit="points")) == 2
    assert proven("value.measured-productivity", fell(0.2), needs=without("gain")) == 2


@pytest.mark.parametrize(
    ("figures", "level"),
    [
        pytest.param([gain(0.01, cases_of_design=1), figure("cases_of_design", 1.2)], 3, id="enough cases"),
        pytest.param([gain(-0.3), figure("cases_of_design", 1.2)], 3, id="a loss is a result of the design too"),
        pytest.param([gain(0.2), figure("cases_of_design", 0.8)], 2, id="too few cases"),
        pytest.param(
            [gain(0.2, design="before and after"), figure("cases_of_design", 3)], 2, id="nothing to compare with"
        ),
    ],
)
def test_a_comparison_with_not_having_it(figures: list[Finding], level: int) -> None:
    assert proven("value.counterfactual", entered(*figures)) == level


def test_quality_counts_on_each_measure() -> None:
    kept = entered(quality(-0.01, "errors"), quality(0.0, "complaints"))
    agreed = entered(figure("judges_agreement", 0.7))
    assert proven("value.outcome-quality", kept, agreed) == 3
    assert proven("value.outcome-quality", entered(quality(-0.01, "errors")), agreed) == 2
    worse = entered(figure("quality_change", -0.05, "1", "mean", measure="errors", n=120))
    assert proven("value.outcome-quality", kept, agreed, worse) == 1


def table(head: str, *rows: str) -> Evidence:
    """A table of people's work, as it is uploaded; nobody has confirmed it."""
    found = read("\n".join([head, *rows])).findings
    return artefact(DEMONSTRATED, 0, *found, read_grade=DEMONSTRATED, confirmed_by=None, supports=None)


def test_a_table_speaks_for_itself() -> None:
    head, people = "who,minutes_before,minutes_after,on", range(30)
    faster = [f"p{at},{30 + at % 5},{26 + at % 4},2026-10-{at + 1:02}" for at in people]
    slower = [f"p{at},{30 + at % 5},{36 + at % 4},2026-10-{at + 1:02}" for at in people]
    unsure = [f"p{at},{30 + at % 5},{30 + (at * 7) % 5},2026-10-{at + 1:02}" for at in people]
    for key, levels in (("value.measured-productivity", (3, 0, 2)), ("people.workflow-redesign", (3, 2, 2))):
        for rows, level in zip((faster, slower, unsure), levels, strict=True):
            assert proven(key, table(head, *rows)) == level
    assert proven("people.workflow-redesign", table(head, *faster[:29])) == 2


def test_times_that_may_be_parts_speak_for_a_gain_together_and_against_none() -> None:
    head = "group,draft_minutes,review_minutes"
    draft = [f"{group},{30 - 9 * at + row % 3}" for at, group in enumerate(("control", "pilot")) for row in range(30)]
    both, one = ([f"{each},{times[at // 30] + at % 4}" for at, each in enumerate(draft)] for times in ((9, 5), (5, 9)))
    assert proven("value.measured-productivity", table(head, *both)) == 3
    assert proven("value.measured-productivity", table(head, *one)) == 2
    assert proven("value.measured-productivity", table(head, *one), evidence(DEMONSTRATED)) == 3


@pytest.mark.parametrize(
    ("study", "gained", "cut"),
    [
        pytest.param("metr-2025", 0, 1, id="developers who were slower"),
        pytest.param("metr-2026-returning", 2, 1, id="developers of whom it is not known"),
        pytest.param("customer-support-2025", 2, 1, id="a gain of novices alone"),
    ],
)
def test_a_published_study_is_a_paper_and_speaks_against_a_cut_that_it_does_not_carry(
    study: str, gained: int, cut: int
) -> None:
    given = Input.model_validate({**published_studies()[study].given, "planned_headcount_change": -0.1})
    item = artefact(DOCUMENTED, 0, *calculate(given).findings(), kind="calculation", supports=None)
    assert proven("value.measured-productivity", item) == gained
    assert proven("people.staffing-on-measured-gains", evidence(MEASURED), item) == cut

"""What the rules on infrastructure, data and operations hear in files and figures, and those of the first look."""

from dataclasses import replace
from typing import Any

import pytest

from app.finding import Finding
from app.readiness.assessment import Evidence
from app.readiness.gates import GateState
from app.readiness.grade import Grade
from app.readiness.profile import Profile
from tests.evidence import test_cost as good_bills
from tests.evidence import test_data_quality as good_data
from tests.evidence import test_load as good_load
from tests.evidence.shown import read
from tests.make import answer, days_ago, pilot, scored
from tests.readiness.fitting import every_need
from tests.readiness.heard import CATALOGUE, FIRST_LOOK, asked, entered, figure, of

TECHNICAL = ("infrastructure", "data", "model", "security", "operations")


def vllm(**said: Any) -> Evidence:
    """A run of vLLM bench serve at the needed load, of 15 minutes, within every target unless it says otherwise."""
    run = {
        **good_load.VLLM,
        "request_rate": "inf",
        "max_concurrency": 400,
        "p95_ttft_ms": 1400.0,
        "p99_ttft_ms": 1900.0,
        "p95_tpot_ms": 45.0,
        "failed": 4,
    }
    return of(read(run | said))


CAPACITY = "infrastructure.capacity-proven"


@pytest.mark.parametrize(
    ("files", "proven", "contradicted"),
    [
        pytest.param([vllm()], 3, False, id="at the peak and within every target"),
        pytest.param([vllm(p95_ttft_ms=None, p99_ttft_ms=1450.0)], 3, False, id="a higher percentile shows the lower"),
        pytest.param([vllm(max_concurrency=399)], 2, False, id="below the peak it shows nothing"),
        pytest.param([vllm(max_concurrency=399, p95_ttft_ms=9000.0)], 2, False, id="nor contradicts anything"),
        pytest.param([vllm(p95_ttft_ms=1501.0)], 2, True, id="at the peak and too slow"),
        pytest.param([vllm(p95_tpot_ms=51.0)], 2, True, id="at the peak and too slow from word to word"),
        pytest.param([vllm(failed=50)], 2, True, id="at the peak with too many failures"),
        pytest.param([vllm(p95_ttft_ms=None, p99_ttft_ms=1900.0)], 2, False, id="a higher one beyond says nothing"),
        pytest.param([vllm(max_concurrency=800, p95_ttft_ms=9000.0)], 2, False, id="far beyond the peak it may break"),
        pytest.param([vllm(), vllm(max_concurrency=800, p95_ttft_ms=9000.0)], 3, False, id="a sweep until it breaks"),
        pytest.param([vllm(request_throughput=11.9)], 2, False, id="fewer requests a second than needed"),
        pytest.param([vllm(completed=2, failed=0)], 2, False, id="percentiles of two requests"),
        pytest.param([vllm(completed=19, failed=0, p95_ttft_ms=9000.0)], 2, False, id="nor do they contradict"),
        pytest.param([vllm(completed=99, failed=0, p95_ttft_ms=None)], 2, False, id="a p99 of ninety-nine"),
        pytest.param([vllm(model_id="mock-model")], 1, False, id="of a mock"),
        pytest.param([vllm(duration=899.0)], 2, False, id="too short"),
        pytest.param([vllm(duration=500.0), vllm(duration=450.0)], 3, False, id="two short runs of the same test"),
        pytest.param([vllm(duration=500.0), vllm(duration=450.0, model_id="acme/other")], 2, False, id="of two models"),
        pytest.param(
            [vllm(duration=500.0), vllm(duration=450.0, max_concurrency=100)], 2, False, id="one of them below the peak"
        ),
        pytest.param([vllm(max_concurrency=520)], 3, False, id="the reserve too, but outside production"),
    ],
)
def test_capacity_is_shown_at_the_needed_load_and_nowhere_else(
    files: list[Evidence], proven: int, contradicted: bool
) -> None:
    shown = asked(CATALOGUE, CAPACITY, 3, *files)
    assert (shown.proven, shown.proof.contradicted) == (proven, contradicted)


def test_capacity_with_its_reserve_on_the_production_equipment_is_measured() -> None:
    run = {**good_load.VLLM, "request_rate": "inf", "p99_ttft_ms": 1400.0, "p99_tpot_ms": 45.0, "failed": 0}
    held = of(read(run | {"max_concurrency": 520}), Grade.MEASURED)
    missed = of(read(run | {"max_concurrency": 520, "p95_ttft_ms": 1600.0}), Grade.MEASURED)
    at_the_peak = of(read(run | {"max_concurrency": 400}), Grade.MEASURED)
    assert asked(CATALOGUE, CAPACITY, 4, held).proven == 4
    assert asked(CATALOGUE, CAPACITY, 4, at_the_peak).proven == 3
    assert asked(CATALOGUE, CAPACITY, 4, at_the_peak, missed).proof.cap == 3


def test_capacity_is_read_out_of_what_aiperf_and_guidellm_write() -> None:
    aiperf = {
        **good_load.AIPERF,
        "inter_token_latency": {"unit": "ms", "avg": 20.0, "p99": 48.0},
        "error_request_count": {"unit": "requests", "avg": 0.0},
        "benchmark_duration": {"unit": "sec", "avg": 900.0},
        "input_config": {"phases": [{"name": "profiling", "concurrency": 400}], "models": {"items": [{"name": "w"}]}},
    }
    assert asked(CATALOGUE, CAPACITY, 3, of(read(aiperf))).proven == 3
    needs = dict(every_need(CATALOGUE)) | {"requests_per_second": 5.0}
    rate = good_load.guidellm({"type_": "constant", "rate": 5.0})
    rate["duration"] = 900.0
    rate["metrics"]["request_concurrency"] = good_load.split(mean=410.0)
    rate["metrics"]["time_per_output_token_ms"] = good_load.split(mean=20.0, percentiles={"p95": 40.0})
    assert asked(CATALOGUE, CAPACITY, 3, of(read({"benchmarks": [rate]})), needs=needs).proven == 3
    rate["metrics"]["request_concurrency"] = good_load.split(mean=390.0)
    assert asked(CATALOGUE, CAPACITY, 3, of(read({"benchmarks": [rate]})), needs=needs).proven == 2


def test_a_gate_whose_needs_nobody_wrote_down_is_unproven() -> None:
    needs = {key: value for key, value in every_need(CATALOGUE).items() if key != "tpot_p95_ms"}
    given = scored(CATALOGUE, {CAPACITY: answer(3, vllm())}, pilot=pilot(profile=Profile(), needs=needs))
    assert next(each.state for each in given.gates if each.question.key == CAPACITY) == GateState.UNPROVEN


@pytest.mark.parametrize(
    ("figures", "proven", "contradicted"),
    [
        pytest.param([("rollback_time", 30), ("error_share", 0.005), ("score_restored", 1)], 3, False, id="in time"),
        pytest.param([("rollback_time", 31), ("error_share", 0.005), ("score_restored", 1)], 2, True, id="too slow"),
        pytest.param([("rollback_time", 5), ("error_share", 0.01), ("score_restored", 1)], 2, True, id="with failures"),
        pytest.param([("rollback_time", 5), ("error_share", 0.0), ("score_restored", 0)], 2, True, id="another score"),
        pytest.param([("rollback_time", 5), ("error_share", 0.0)], 2, False, id="the score was not looked at"),
    ],
)
def test_going_back_is_in_time_without_failures_and_to_the_earlier_score(
    figures: list[tuple[str, float]], proven: int, contradicted: bool
) -> None:
    item = entered(Grade.DEMONSTRATED, *[figure(metric, value) for metric, value in figures])
    shown = asked(CATALOGUE, "operations.rollback", 3, item)
    assert (shown.proven, shown.proof.contradicted) == (proven, contradicted)


def test_memory_is_not_short_because_one_request_in_thousands_failed() -> None:
    for failed, contradicted in ((2, False), (250, True)):
        shown = asked(CATALOGUE, "infrastructure.memory-and-interconnect", 3, vllm(failed=failed))
        assert (shown.proven, shown.proof.contradicted) == (2, contradicted)


@pytest.mark.parametrize(
    ("evaluated", "proven"), [pytest.param(5, 3, id="five checks"), pytest.param(0, 2, id="no check at all")]
)
def test_none_failed_of_no_checks_shows_no_quality(evaluated: int, proven: int) -> None:
    counts = {"evaluated_expectations": evaluated, "successful_expectations": evaluated, "unsuccessful_expectations": 0}
    file = read({"success": True, "results": [], "statistics": counts, "meta": {"great_expectations_version": "1.2.0"}})
    assert asked(CATALOGUE, "data.quality", 3, of(file)).proven == proven


def test_none_failed_where_a_check_broke_off_shows_no_quality() -> None:
    for status, proven in (("SUCCESS", 3), ("ERROR", 2)):
        tests = [{"name": "a", "status": "SUCCESS"}, {"name": "b", "status": status}]
        file = read({**good_data.SNAPSHOT, "metric_results": {}, "tests": tests})
        assert asked(CATALOGUE, "data.quality", 3, of(file)).proven == proven


@pytest.mark.parametrize(
    "key", ["operations.rollback", "infrastructure.distributed-inference", "operations.usage-limits"]
)
def test_a_load_test_that_failed_says_nothing_of_what_was_not_tried_in_it(key: str) -> None:
    shown = asked(CATALOGUE, key, 3, vllm(failed=250, p95_ttft_ms=9000.0))
    assert (shown.proven, shown.proof.contradicted) == (2, False)


@pytest.mark.parametrize(
    ("minutes", "unit", "after", "proven", "contradicted"),
    [
        pytest.param(10, "min", 0, 3, False, id="in time"),
        pytest.param(600, "s", 0, 3, False, id="in seconds"),
        pytest.param(11, "min", 0, 2, True, id="too slow"),
        pytest.param(5, "min", 1, 2, True, id="something was done after it"),
    ],
)
def test_the_stop_is_in_time_and_nothing_is_done_after_it(
    minutes: float, unit: str, after: int, proven: int, contradicted: bool
) -> None:
    stop = Finding(metric="stop_time", value=minutes, unit=unit)
    item = entered(Grade.DEMONSTRATED, stop, figure("actions_after_stop", after))
    shown = asked(CATALOGUE, "operations.kill-switch", 3, item)
    assert (shown.proven, shown.proof.contradicted) == (proven, contradicted)


def test_a_slow_stop_stands_until_a_newer_one_was_in_time() -> None:
    slow = replace(entered(Grade.DEMONSTRATED, figure("stop_time", 20)), observed_on=days_ago(30))
    quick = entered(Grade.DEMONSTRATED, figure("stop_time", 8), figure("actions_after_stop", 0))
    key = "operations.kill-switch"
    assert asked(CATALOGUE, key, 3, slow, quick).proven == 3
    assert asked(CATALOGUE, key, 3, slow, replace(quick, observed_on=days_ago(60))).proven == 2


def test_incoming_data_is_checked_by_a_batch_that_passes_and_one_that_is_caught() -> None:
    checked = {"unsuccessful_expectations": 0, "successful_expectations": 4, "success_percent": 100.0}
    statistics = good_data.EXPECTED["statistics"] | checked
    passed = of(read({**good_data.EXPECTED, "success": True, "results": [], "statistics": statistics}))
    caught = of(read(good_data.EXPECTED))
    key = "data.validation"
    assert asked(CATALOGUE, key, 3, passed, caught).proven == 3
    assert asked(CATALOGUE, key, 3, passed).proven == 2
    assert not asked(CATALOGUE, key, 3, caught).proof.contradicted  # a spoiled batch that was caught is a good result


def test_drift_is_found_where_it_is_and_nowhere_else() -> None:
    def report(found: bool) -> Evidence:
        metric = {**good_data.DRIFT["metrics"][0]["result"], "dataset_drift": found}
        return of(read({**good_data.DRIFT, "metrics": [{"metric": "DatasetDriftMetric", "result": metric}]}))

    model = entered(Grade.DEMONSTRATED, figure("altered_model_reported", 1))
    key = "operations.drift"
    assert asked(CATALOGUE, key, 3, report(True), report(False), model).proven == 3
    assert asked(CATALOGUE, key, 3, report(True), report(True), model).proven == 2


def test_no_day_of_a_bill_passes_its_ceiling() -> None:
    def bill(dearest: str) -> Evidence:
        rows = [good_bills.focus_row(dearest if day == 3 else "10", day=day) for day in range(1, 32)]
        return of(read(good_bills.focus(*rows)))

    rest = entered(
        Grade.MEASURED,
        figure("limit_hits_reviewed", 1, days=30),
        figure("over_limit_refused", 1),
        figure("loop_steps_of_limit", 1),
    )
    key = "operations.usage-limits"
    assert asked(CATALOGUE, key, 4, bill("2500"), rest).proven == 4
    assert asked(CATALOGUE, key, 4, bill("2501"), rest).proof.cap == 2
    dollars = {**every_need(CATALOGUE), "currency": "USD"}
    shown = asked(CATALOGUE, key, 4, bill("2501"), rest, needs=dollars)
    assert (shown.proven, shown.proof.contradicted) == (2, False)  # another currency is another sum


def test_the_first_look_reads_the_same_load_test_by_its_own_bar() -> None:
    key = "service.load-carried"
    assert asked(FIRST_LOOK, key, 3, vllm(duration=1800.0)).proven == 3
    assert asked(FIRST_LOOK, key, 3, vllm()).proven == 2
    assert asked(FIRST_LOOK, key, 3, vllm(p95_ttft_ms=1600.0)).proof.contradicted


def test_every_technical_question_has_rules() -> None:
    technical = [each for each in CATALOGUE.questions.values() if each.key.partition(".")[0] in TECHNICAL]
    assert len(technical) > 50
    assert not [each.key for each in technical if not each.rules.supports]

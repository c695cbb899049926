"""What load tests of serving show: each tool's units, failures and load, made one."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from app.errors import TooLarge, Unreadable
from tests.evidence.shown import findings, read, said, value

TTFT = "gen_ai.server.time_to_first_token"
TPOT = "gen_ai.server.time_per_output_token"
REQUEST = "gen_ai.client.operation.duration"
HTTP = "http.client.request.duration"

VLLM: Mapping[str, Any] = {
    "date": "20261103-140000",
    "model_id": "acme/writer-8b",
    "tokenizer_id": "acme/writer-8b",
    "num_prompts": 1000,
    "request_rate": 20.0,
    "max_concurrency": 200,
    "duration": 900.0,
    "completed": 1000,
    "total_input_tokens": 512_000,
    "total_output_tokens": 128_000,
    "request_throughput": 19.5,
    "request_goodput": None,
    "output_throughput": 2500.0,
    "total_token_throughput": 12_500.0,
    "mean_ttft_ms": 250.0,
    "median_ttft_ms": 200.0,
    "p95_ttft_ms": 480.0,
    "p99_ttft_ms": 900.0,
}
SGLANG: Mapping[str, Any] = {
    "backend": "sglang",
    "request_rate": 4.0,
    "max_concurrency": None,
    "total_input_tokens": 1000,
    "total_output_tokens": 2000,
    "total_output_tokens_retokenized": 1999,
    "completed": 200,
    "duration": 50.0,
    "output_throughput": 40.0,
    "median_ttft_ms": 80.0,
    "median_itl_ms": 12.0,
}
AIPERF: Mapping[str, Any] = {
    "aiperf_version": "0.8.1",
    "schema_version": "1.0",
    "request_throughput": {"unit": "requests/sec", "avg": 12.0},
    "request_latency": {"unit": "ms", "avg": 900.0, "p99": 2000.0},
    "time_to_first_token": {"unit": "ms", "avg": 150.0, "p95": 310.0},
    "request_count": {"unit": "requests", "avg": 990.0, "p99": None},
    "error_request_count": {"unit": "requests", "avg": 10.0},
    "benchmark_duration": {"unit": "sec", "avg": 82.5},
    "start_time": "2026-10-01T23:30:00-02:00",
    "input_config": {"models": {"items": [{"name": "acme/writer-8b"}]}},
}
LLMPERF: Mapping[str, Any] = {
    "version": "2023-08-31",
    "model": "acme/writer-8b",
    "num_concurrent_requests": 10,
    "results_ttft_s_quantiles_p95": 0.4,
    "results_inter_token_latency_s_mean": 0.02,
    "results_num_completed_requests": 20,
    "results_number_errors": 130,
    "results_error_rate": 130 / 150,
    "results_error_code_frequency": "{429.0: 130}",
    "results_num_completed_requests_per_min": 30,
    "timestamp": 1_790_000_000,
}
K6: Mapping[str, Any] = {
    "metrics": {
        "http_reqs": {"type": "counter", "contains": "default", "values": {"count": 500, "rate": 10.0}},
        "http_req_failed": {"type": "rate", "values": {"rate": 0.2, "passes": 100, "fails": 400}},
        "http_req_duration": {
            "type": "trend",
            "contains": "time",
            "values": {"med": 100.0, "p(95)": 300.0},
            "thresholds": {"p(95)<200": {"ok": False}},
        },
    },
    "state": {"testRunDurationMs": 50_000},
}
K6_FLAT: Mapping[str, Any] = {
    "metrics": {
        "http_reqs": {"count": 500, "rate": 10.0},
        "http_req_failed": {"passes": 100, "fails": 400, "value": 0.2},
        "http_req_duration": {"avg": 120, "med": 100.0, "p(95)": 300.0, "thresholds": {"p(95)<200": True}},
        "vus_max": {"value": 30, "min": 30, "max": 30},
    },
    "root_group": {"checks": {}},
}
LOCUST_HEAD = (
    "Type,Name,Request Count,Failure Count,Median Response Time,Average Response Time,Requests/s,50%,95%,99%,100%"
)
LOCUST = (
    f"{LOCUST_HEAD}\nPOST,/chat,200,4,900,950.5,3.5,900,2100,N/A,2500\n,Aggregated,400,4,12,480,7,12,2000,2200,2500\n"
)


def split(**statistics: Any) -> dict[str, Any]:
    return {"successful": statistics, "errored": {"mean": 7e9}, "total": {"mean": 8e9}}


def guidellm(strategy: Mapping[str, Any], errored: int = 0) -> dict[str, Any]:
    """One benchmark of a report."""
    return {
        "config": {
            "backend": {"model": "acme/writer-8b", "target": "http://me:key@gpu-1:8000/v1"},
            "strategy": strategy,
        },
        "metrics": {
            "request_totals": {"successful": 300, "errored": errored, "incomplete": 0, "total": 300 + errored},
            "requests_per_second": split(mean=5.0, median=1.0),
            "request_concurrency": split(mean=9.5),
            "request_latency": split(mean=2.0, percentiles={"p95": 3.0}),
            "time_to_first_token_ms": split(mean=120.0, percentiles={"p95": 240.0, "p999": 600.0}),
            "output_tokens_per_second": split(mean=800.0, median=12.0),
        },
        "start_time": 1_790_000_000.5,
        "duration": 60.0,
    }


def test_vllm_times_are_milliseconds_by_their_suffix_and_keep_the_raw_figure() -> None:
    reading = read(VLLM)
    (finding,) = findings(reading, TTFT, "p95")
    assert (finding.value, finding.unit, finding.where) == (0.48, "s", "p95_ttft_ms")
    assert finding.attributes == {
        "model": "acme/writer-8b",
        "concurrency": 200,
        "request_rate": 20,
        "input_tokens": 512,
        "output_tokens": 128,
        "n": 1000,
        "failed": 0,
        "duration": 900,
        "observed_by": "client",
        "raw_value": 480.0,
        "raw_unit": "ms",
    }
    assert reading.observed_on == date(2026, 11, 3)
    assert reading.remarks == ()


def test_percentiles_of_few_requests_are_marked() -> None:
    few = {"mean": None, "p50": 2, "p95": 20, "p99": 100}
    for requests in (1, 2, 19, 20, 99, 100):
        reading = read({**VLLM, "completed": requests, "num_prompts": requests})
        times = [each for each in reading.findings if each.metric.startswith("gen_ai.server.time")]
        assert {each.statistic for each in times} > {"mean", "p99"}
        for each in times:
            least = few.get(each.statistic or "")
            assert bool(each.attributes.get("few_requests")) == (least is not None and requests < least)


def test_what_is_no_finite_number_is_left_out_and_said() -> None:
    reading = read({**VLLM, "p99_ttft_ms": float("nan"), "request_throughput": float("inf")})
    assert value(reading, "gen_ai.server.time_to_first_token", "p99") is None
    assert value(reading, "request_throughput") is None
    assert said(reading, "no finite number")


def test_a_mock_is_nobodys_service() -> None:
    assert read({**VLLM, "model_id": "e2e-mock-model"}).grade == "asserted"


def test_vllm_failures_come_first() -> None:
    reading = read({**VLLM, "completed": 600})
    assert value(reading, "error.rate") == 0.4
    assert said(reading, "only those of the ones that succeeded")
    counted = read({**VLLM, "completed": 600, "failed": 200})
    assert value(counted, "error.rate") == 0.25
    assert said(counted, "neither completed nor failed")


def test_nothing_completed_is_no_latency_of_zero() -> None:
    reading = read({**VLLM, "completed": 0, "mean_ttft_ms": 0.0, "p99_ttft_ms": 0.0})
    assert not findings(reading, TTFT, "mean")
    assert value(reading, "error.rate") == 1
    assert said(reading, "No request completed")


def test_a_burst_and_a_missing_load_are_said() -> None:
    assert said(read({**VLLM, "request_rate": "inf", "max_concurrency": None}), "sent at once")
    assert said(read({**VLLM, "request_rate": None, "max_concurrency": None}), "under which load")
    assert not said(read({**VLLM, "request_rate": "inf"}), "sent at once")


def test_vllm_of_a_pooling_model_has_whole_requests_only() -> None:
    kept = ("date", "model_id", "num_prompts", "request_rate", "duration", "completed", "request_throughput")
    reading = read({**{name: VLLM[name] for name in kept}, "mean_e2el_ms": 40.0, "p99.9_e2el_ms": 90.0})
    assert value(reading, REQUEST, "mean") == 0.04
    assert value(reading, REQUEST, "p99.9") == 0.09


def test_a_version_is_taken_where_it_looks_like_one() -> None:
    assert value(read({**VLLM, "version": "0.11.0rc2"}), TTFT, "mean", server_version="0.11.0rc2") == 0.25
    assert value(read({**VLLM, "version": "the new one"}), TTFT, "mean", server_version=None) == 0.25


def test_a_small_test_says_so_of_its_p99() -> None:
    assert said(read({**VLLM, "num_prompts": 99, "completed": 99}), "fewer than 100")
    assert not said(read({**VLLM, "num_prompts": 100, "completed": 100}), "fewer than 100")


def test_vllm_appended_runs_are_of_the_earliest_day() -> None:
    lines = "\n".join(json.dumps({**VLLM, "date": day}) for day in ("20261103-140000", "20261009-090000"))
    reading = read(lines)
    assert reading.observed_on == date(2026, 10, 9)
    assert {each.where for each in findings(reading, TTFT, "mean")} == {"line 1: mean_ttft_ms", "line 2: mean_ttft_ms"}
    assert said(reading, "the earliest day counts")


def test_goodput_is_read_under_its_misspelt_name_too() -> None:
    without = {name: each for name, each in VLLM.items() if name != "request_goodput"}
    assert value(read({**without, "request_goodput:": 7.5}), "request_goodput") == 7.5


def test_sglang_takes_bare_infinity_and_lengths_from_totals() -> None:
    reading = read(
        json.dumps({**SGLANG, "request_rate": float("inf"), "server_info": {"model_path": "acme/writer-8b"}})
    )
    (finding,) = findings(reading, TTFT, "p50")
    assert (finding.value, finding.attributes["model"]) == (0.08, "acme/writer-8b")
    assert (finding.attributes["input_tokens"], finding.attributes["request_rate"]) == (5, "inf")
    assert said(reading, "sent at once")
    assert said(read({**SGLANG, "total_output_tokens_retokenized": 1000}), "5 % apart")


@pytest.mark.parametrize(
    ("config", "concurrency"),
    [
        ({"perf_analyzer": {"stimulus": {"concurrency": 10}}, "model_names": ["m"]}, 10),
        ({"loadgen": {"concurrency": 20}, "endpoint": {"model_names": ["m"]}}, 20),
        ({"phases": [{"name": "warmup", "concurrency": 1}, {"name": "profiling", "concurrency": 30}]}, 30),
        ({"runtime": {"concurrency": 40}}, 40),
        ({"phases": "none"}, None),
        ({}, None),
    ],
)
def test_aiperf_finds_its_load_wherever_the_version_keeps_it(config: Any, concurrency: float | None) -> None:
    reading = read({**AIPERF, "input_config": config})
    assert value(reading, "concurrency", "asked") == concurrency
    assert said(reading, "under which load") is (concurrency is None)


def test_aiperf_reads_units_failures_and_the_day_in_utc() -> None:
    reading = read({**AIPERF, "time_to_first_token": {"unit": "us", "avg": 150_000.0}})
    assert value(reading, TTFT, "mean") == pytest.approx(0.15)
    assert value(reading, "error.rate") == 0.01
    assert (reading.version, reading.observed_on) == ("0.8.1", date(2026, 10, 2))
    assert said(read({**AIPERF, "time_to_first_token": {"unit": "fortnights", "avg": 1.0}}), "fortnights")
    assert said(read({**AIPERF, "was_cancelled": True}), "broken off")


def test_aiperf_works_its_time_between_tokens_out_for_each_request_so_that_it_is_the_time_per_token_too() -> None:
    reading = read({**AIPERF, "inter_token_latency": {"unit": "ms", "avg": 20.0, "p95": 40.0}})
    assert (value(reading, TPOT, "mean"), value(reading, TPOT, "p95")) == (0.02, 0.04)
    assert value(reading, "inter_token_latency", "p95") == 0.04


def test_genai_perf_is_known_by_what_it_lacks_and_never_takes_another_time_for_the_first_token() -> None:
    lacking = ("aiperf_version", "schema_version", "start_time", "time_to_first_token")
    reading = read({name: each for name, each in AIPERF.items() if name not in lacking})
    assert (reading.kind, reading.title) == ("genai-perf", "GenAI-Perf")
    assert not [each for each in reading.findings if each.metric == TTFT]
    assert said(reading, "not streamed")


def test_guidellm_tells_a_ceiling_from_a_load_and_shows_no_keys() -> None:
    held = {"type_": "concurrent", "streams": 16, "max_concurrency": 10240}
    offered = {"type_": "constant", "rate": 5.0, "max_concurrency": 10240}
    reading = read({"benchmarks": [guidellm(held, errored=100), guidellm(offered), guidellm({"type_": "throughput"})]})
    assert value(reading, TTFT, "p95", concurrency=16) == 0.24
    assert value(reading, REQUEST, "p95", concurrency=16) == 3.0
    assert value(reading, "error.rate", concurrency=16) == 0.25
    assert value(reading, "request_throughput", "mean", request_rate=5) == 5.0
    assert not findings(reading, "concurrency", "asked", request_rate=5)
    assert {each.attributes["target"] for each in reading.findings} == {"gpu-1:8000"}
    assert said(reading, "Run 3: ")
    assert said(reading, "Run 1: Requests failed")


def test_guidellm_is_read_in_its_first_form_too() -> None:
    new = guidellm({})
    totals = new["metrics"].pop("request_totals")
    old = {
        "args": {"strategy": {"type_": "synchronous"}},
        "worker": {"backend_model": "acme/writer-8b", "backend_target": "http://localhost:8000"},
        "run_stats": {"start_time": 1_790_000_000.0, "requests_made": totals},
        "metrics": new["metrics"],
    }
    reading = read({"benchmarks": [old]})
    assert value(reading, TTFT, "p95", model="acme/writer-8b", concurrency=1, n=300) == 0.24
    assert (reading.version, reading.observed_on) == (None, date(2026, 9, 21))
    assert said(reading, "One request at a time")
    assert said(reading, "from its own machine")


def test_llmperf_counts_by_the_minute_and_names_the_errors() -> None:
    reading = read(LLMPERF)
    assert value(reading, "request_throughput", raw_value=30) == 0.5
    assert value(reading, "error.rate") == pytest.approx(0.8666667)
    assert reading.observed_on == date(2026, 9, 21)
    assert said(reading, "429 to 130")
    assert said(reading, "only those of the ones that succeeded")


@pytest.mark.parametrize("summary", [K6, K6_FLAT], ids=["as a script saves it", "as the command exports it"])
def test_both_forms_of_k6_say_the_same(summary: Any) -> None:
    reading = read(summary)
    assert value(reading, HTTP, "p95", n=500, failed=100) == 0.3
    assert value(reading, "error.rate") == 0.2
    (limit,) = findings(reading, "k6.threshold")
    assert (limit.value, limit.attributes["kept"]) == (0, False)


def test_a_stream_of_k6_is_refused_with_what_to_give_instead() -> None:
    point = {"type": "Point", "metric": "http_reqs", "data": {"time": "2026-01-01T00:00:00Z", "value": 1}}
    with pytest.raises(Unreadable) as refused:
        read("\n".join(json.dumps(point) for _ in range(3)))
    assert "summary" in refused.value.problems[0].message


def test_locust_has_no_figure_where_a_cell_says_none_and_mixes_nothing() -> None:
    reading = read(LOCUST)
    assert value(reading, HTTP, "p95", endpoint="POST /chat", n=200) == 2.1
    assert not findings(reading, HTTP, "p99", endpoint="POST /chat")
    assert value(reading, "error.rate", endpoint="Aggregated") == 0.01


def test_the_history_of_locust_is_refused_with_what_to_give_instead() -> None:
    with pytest.raises(Unreadable, match=r"_stats\.csv"):
        read("Timestamp,User Count,Type,Name,Requests/s\n1790000000,20,,Aggregated,5\n")


def test_more_runs_than_anybody_reads_are_refused() -> None:
    with pytest.raises(TooLarge, match="201 runs"):
        read("\n".join(json.dumps(SGLANG) for _ in range(201)))
    with pytest.raises(TooLarge, match="figures"):
        read({**VLLM, **{f"p{n / 10}_ttft_ms": 1.0 for n in range(1, 900)}})

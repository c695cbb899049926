"""What real files of load tests show."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from app.evidence.inspect import inspected
from tests.evidence.samples import sample
from tests.evidence.shown import findings, said, value

TTFT = "gen_ai.server.time_to_first_token"
TPOT = "gen_ai.server.time_per_output_token"
ITL = "inter_token_latency"
REQUEST = "gen_ai.client.operation.duration"
HTTP = "http.client.request.duration"
BATCH = "vllm.bench.batch_latency"

SAMPLES: Mapping[str, tuple[str, str | None, Mapping[tuple[str, str | None], float], Mapping[str, Any]]] = {
    "vllm-bench-serve/dstack-gptoss120b-conc128.json": (
        "vllm-bench-serve",
        "2025-09-14",
        {
            (TTFT, "mean"): 0.3861210574500001,
            (TTFT, "p50"): 0.22745685300014884,
            (TTFT, "p99"): 1.0019392820099893,
            (TPOT, "mean"): 0.010695648060772799,
            (TPOT, "p99"): 0.013610708657261469,
            (ITL, "mean"): 0.009891000222520555,
            (ITL, "p99"): 0.013960864999717161,
            ("request_throughput", None): 12.766738671689113,
            ("output_token_throughput", None): 8706.430638022452,
            ("total_token_throughput", None): 10340.471054089283,
            ("error.rate", None): 0.0,
            ("concurrency", "asked"): 128,
        },
        {"model": "openai/gpt-oss-120b", "n": 500, "request_rate": "inf", "concurrency": 128},
    ),
    "vllm-bench-serve/inferencex-glm5-seconds-conc16.json": (
        "vllm-bench-serve",
        "2026-02-13",
        {
            (TTFT, "p50"): 3.1382447043433785,
            (TTFT, "p99"): 16.56180969102308,
            (TPOT, "p50"): 0.1410519243694666,
            (TPOT, "p99"): 0.196229197233622,
            (REQUEST, "p50"): 21.447948,
            (REQUEST, "p99"): 30.149846625011413,
            ("request_throughput", None): 0.745437321653035,
            ("output_token_throughput", None): 95.41597717158848,
        },
        {"model": "zai-org/GLM-5-FP8", "n": 160, "concurrency": 16},
    ),
    "vllm-bench-throughput/throughput-h100-ip128-op2048-np128.json": (
        "vllm-bench-throughput",
        None,
        {
            ("total_token_throughput", None): 1297.4433362063426,
            ("request_throughput", None): 0.59625153,
            ("duration", None): 214.67450040199947,
        },
        {"n": 128},
    ),
    "vllm-bench-latency/latency-h100-ip2048-op2048-np128.json": (
        "vllm-bench-latency",
        None,
        {(BATCH, "mean"): 474.87329929399993, (BATCH, "p50"): 474.87329929399993, (BATCH, "p99"): 474.9046756835201},
        {"n": 2},
    ),
    "aiperf/profile_export_aiperf-schema1-concurrency64.json": (
        "aiperf",
        "2026-04-22",
        {
            (TTFT, "mean"): 0.180,
            (TTFT, "p99"): 0.234,
            (ITL, "mean"): 0.028,
            (ITL, "p99"): 0.0364,
            (TPOT, "mean"): 0.028,
            (TPOT, "p99"): 0.0364,
            (REQUEST, "p50"): 0.323,
            (REQUEST, "p99"): 0.442,
            ("request_throughput", None): 28.9,
            ("output_token_throughput", None): 3699.2,
            ("concurrency", "asked"): 64,
        },
        {"model": "mistral-7b", "concurrency": 64},
    ),
    "llmperf/anyscale_70b_summary.json": (
        "llmperf",
        "2023-12-21",
        {
            (TTFT, "mean"): 0.24890269464666667,
            (TTFT, "p50"): 0.21282956000001718,
            (TTFT, "p95"): 0.3620083771999928,
            (TTFT, "p99"): 0.4745305190600024,
            (ITL, "mean"): 0.01583612777604942,
            (REQUEST, "p95"): 3.1255705759999826,
            ("output_token_throughput", "mean"): 207.52121071152493,
            ("request_throughput", None): 1.4122212869398756,
            ("error.rate", None): 0.0,
        },
        {"model": "meta-llama/Llama-2-70b-chat-hf", "concurrency": 5, "n": 150},
    ),
}


@pytest.mark.parametrize("path", SAMPLES)
def test_a_real_file_gives_its_figures(path: str) -> None:
    kind, day, figures, load = SAMPLES[path]
    reading = inspected("x", sample(path))
    assert (reading.kind, reading.grade) == (kind, "demonstrated")
    assert reading.observed_on == (None if day is None else date.fromisoformat(day))
    for (metric, statistic), expected in figures.items():
        assert value(reading, metric, statistic) == pytest.approx(expected, rel=1e-6)
    for finding in reading.findings:
        assert {name: finding.attributes.get(name) for name in load} == load
    assert not findings(reading, "request_goodput")


def test_a_real_sweep_of_sglang_keeps_each_rate_apart() -> None:
    reading = inspected("x", sample("sglang-bench-serving/llama_3_3_70b_online_output.jsonl"))
    assert (reading.kind, reading.observed_on) == ("sglang-bench-serving", None)
    for rate, n, begins, between, request, tokens in (
        (1, 300, 0.08574514742940664, 0.013638956006616354, 7.840616212638561, 537.4142851849319),
        (16, 3200, 0.6142499720444903, 0.17912118090316653, 149.03725147111146, 4288.049348197696),
    ):
        load: dict[str, Any] = {"request_rate": rate, "n": n}
        assert value(reading, TTFT, "p50", **load) == pytest.approx(begins, rel=1e-6)
        assert value(reading, ITL, "p50", **load) == pytest.approx(between, rel=1e-6)
        assert value(reading, REQUEST, "mean", **load) == pytest.approx(request, rel=1e-6)
        assert value(reading, "output_token_throughput", **load) == pytest.approx(tokens, rel=1e-6)
    assert not findings(reading, "error.rate")
    assert said(reading, "7 runs")
    assert said(reading, "share of errors is not known")
    assert said(reading, "states no date")


def test_a_real_report_of_guidellm_keeps_each_benchmark_apart() -> None:
    reading = inspected("x", sample("guidellm/guidellm_report_v2.json"))
    assert (reading.kind, reading.version) == ("guidellm", "0.8.0.dev18")
    assert reading.observed_on == date(2026, 8, 14)
    for rate, begins, tokens in (
        (2, 0.011481165885925293, 3.1950675815128577),
        (4, 0.00978386402130127, 6.377131566888984),
    ):
        assert value(reading, TTFT, "mean", request_rate=rate) == pytest.approx(begins, rel=1e-6)
        assert value(reading, "output_token_throughput", "mean", request_rate=rate) == pytest.approx(tokens, rel=1e-6)
        assert value(reading, "error.rate", request_rate=rate) == 0
    assert value(reading, TTFT, "p99", request_rate=2) == pytest.approx(0.011686325073242188, rel=1e-6)
    assert value(reading, ITL, "mean", request_rate=2) == pytest.approx(0.0011508464813232422, rel=1e-6)
    assert value(reading, REQUEST, "mean", request_rate=2) == pytest.approx(0.01978909969329834, rel=1e-6)
    assert value(reading, "request_throughput", "mean", request_rate=2) == pytest.approx(0.39843430656414264, rel=1e-6)
    assert said(reading, "mock")
    assert said(reading, "fewer than 100")


def test_a_real_summary_of_k6_tells_failures_from_passes() -> None:
    reading = inspected("x", sample("k6-summary/simple.json"))
    everything: dict[str, Any] = {"responses": "all", "n": 878, "failed": 349}
    for statistic, expected in {"p50": 20.090773, "p90": 26.3586512, "p95": 30.0256841, "p99": 39.57713638}.items():
        assert value(reading, HTTP, statistic, **everything) == pytest.approx(expected / 1000, rel=1e-6)
    assert value(reading, HTTP, "p95", responses="expected", n=529) == pytest.approx(0.02897347239999998, rel=1e-6)
    assert value(reading, "error.rate") == pytest.approx(0.397494305, rel=1e-6)
    assert value(reading, "request_throughput") == pytest.approx(35.94634922417172, rel=1e-6)
    assert value(reading, "concurrency", "asked") == 20
    assert value(reading, "duration") == pytest.approx(24.425289882, rel=1e-6)
    assert value(reading, "k6.checks") == pytest.approx(0.602505695, rel=1e-6)
    assert [each.value for each in findings(reading, "k6.threshold")] == [1, 1]
    assert reading.observed_on is None


def test_a_real_table_of_locust_has_all_and_each_kind() -> None:
    reading = inspected("x", sample("locust/results_stats-73pct-failed.csv"))
    everything: dict[str, Any] = {"endpoint": "Aggregated", "n": 2210, "failed": 1607}
    for statistic, expected in {"p50": 0.003, "p95": 0.008, "p99": 2.0}.items():
        assert value(reading, HTTP, statistic, **everything) == expected
    assert value(reading, "error.rate", **everything) == pytest.approx(0.727149321, rel=1e-6)
    assert value(reading, "request_throughput", **everything) == pytest.approx(37.30488469320527, rel=1e-6)
    assert value(reading, "error.rate", endpoint="GET /api/v1/health", n=573) == 0
    assert said(reading, "Requests failed")

"""Load tests' files that are broken, strange, or of another tool."""

import json
from collections.abc import Callable, Iterator, Mapping
from math import isfinite
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from pydantic import TypeAdapter

from app.errors import TooLarge, Unreadable
from app.evidence.content import Content
from app.evidence.readers import (
    aiperf,
    guidellm,
    k6_summary,
    llmperf,
    locust,
    sglang_bench_serving,
    vllm_bench_latency,
    vllm_bench_serve,
    vllm_bench_throughput,
)
from app.wording import Line, Text
from tests.evidence import test_load as good

THROUGHPUT = {
    "elapsed_time": 2.0,
    "num_requests": 4,
    "total_num_tokens": 8,
    "requests_per_second": 2.0,
    "tokens_per_second": 4.0,
}
LATENCY = {"avg_latency": 2.0, "latencies": [1.5, 2.5], "percentiles": {"50": 2.0, "99": 2.5}}
REPORT = {"metadata": {"guidellm_version": "0.5.0"}, "benchmarks": [good.guidellm({"type_": "constant", "rate": 1.0})]}
FILES: Mapping[str, tuple[ModuleType, Any]] = {
    "vllm-bench-serve": (vllm_bench_serve, good.VLLM),
    "vllm-bench-throughput": (vllm_bench_throughput, THROUGHPUT),
    "vllm-bench-latency": (vllm_bench_latency, LATENCY),
    "sglang-bench-serving": (sglang_bench_serving, good.SGLANG),
    "aiperf": (aiperf, good.AIPERF),
    "guidellm": (guidellm, REPORT),
    "llmperf": (llmperf, good.LLMPERF),
    "k6": (k6_summary, good.K6),
    "k6 flat": (k6_summary, good.K6_FLAT),
}
GAUGE = {"type": "gauge", "values": {"max": "9"}}
READERS = (*{each: None for each, _ in FILES.values()}, locust)
NOISE: list[Any] = [
    None,
    True,
    -1,
    0,
    10**400,
    1e308,
    5e-324,
    float("nan"),
    float("inf"),
    "",
    "x",
    "\u202e\n",
    [],
    [[]],
    {},
    {"a": []},
]

LINES = TypeAdapter(list[Line | None])
SENTENCES = TypeAdapter(list[Text])


def text_of(value: Any) -> bytes:
    return json.dumps(value).encode()


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Each container with each of its keys or positions."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield value, key
        yield from places(each)


def harmless(reader: ModuleType, content: bytes) -> None:
    """Read if it is recognised: nothing but a refusal in words, no figure but finite ones, no text but lines."""
    file = Content("x", content)
    if not reader.recognises(file):
        return
    try:
        reading = reader.read(file)
    except (Unreadable, TooLarge):
        return
    for finding in reading.findings:
        assert finding.value is not None
        assert isfinite(finding.value)
        assert finding.value >= 0
        assert all(isinstance(each, str) or isfinite(each) for each in finding.attributes.values())
        LINES.validate_python([finding.where, *(each for each in finding.attributes.values() if isinstance(each, str))])
    SENTENCES.validate_python(list(reading.remarks))


@pytest.mark.parametrize("kind", FILES)
def test_each_is_known_by_its_own_reader_alone_however_it_is_written(kind: str) -> None:
    reader, value = FILES[kind]
    for content in (text_of(value), json.dumps(value, indent=3).encode("utf-16"), b"\xef\xbb\xbf" + text_of(value)):
        assert [each for each in READERS if each.recognises(Content("a.pdf", content))] == [reader]


def test_the_table_of_locust_is_known_with_semicolons_too() -> None:
    for text in (good.LOCUST, good.LOCUST.replace(",", ";"), good.LOCUST.replace("\n", "\r\n")):
        assert [each for each in READERS if each.recognises(Content("x", text.encode()))] == [locust]


@pytest.mark.parametrize(
    "near",
    [
        {"model_id": "m", "duration": 1.0, "completed": 3},
        {"mean_ttft_ms": 3.0, "model_id": "m", "num_prompts": 4},
        [{"benchmark": {"name": "vLLM"}, "model": {"name": "m"}, "metric": {"name": "ttft"}}],
        {"elapsed_time": 1.0, "num_requests": 3, "tokens_per_second": 3.0},
        {"avg_latency": 1.0, "latencies": [1.0]},
        {"avg_latency": 1.0, "latencies": [1.0], "percentiles": {"high": 1.0}},
        {"benchmarks": [{"name": "BM_sort", "real_time": 3.0, "time_unit": "ns"}]},
        {"benchmarks": []},
        {"metrics": {"accuracy": 0.9, "checks": {"value": 1}}},
        {"metrics": {"iterations": 3, "vus": "many"}},
        {"metrics": [{"name": "http_reqs"}]},
        {"request_throughput": 3.0, "request_latency": {"unit": "ms", "avg": 3}, "input_config": {}},
        {"request_throughput": {"unit": "requests/sec", "avg": 3.0}},
        {"results_error_rate": 0.0, "num_concurrent_requests": 3},
        {"results": {"hellaswag": {"acc,none": 0.7}}, "config": {"model": "hf"}},
        {"runs": [], "version": "2.1.0"},
        {},
        [],
        [1, 2],
    ],
)
def test_what_only_looks_alike_is_not_known(near: Any) -> None:
    assert [each for each in READERS if each.recognises(Content("results.json", text_of(near)))] == []


@pytest.mark.parametrize(
    "near",
    ["", "Type,Name\nGET,/\n", "Name,Request Count\n/,3\n", "a,b\n1,2\n", "# vLLM results, 2026\n", "\x00\x01", "{"],
)
def test_other_tables_and_texts_are_not_known(near: str) -> None:
    assert [each for each in READERS if each.recognises(Content("locust_stats.csv", near.encode()))] == []


@pytest.mark.parametrize(
    ("kind", "change", "where"),
    [
        ("vllm-bench-serve", {"completed": "1000"}, "completed"),
        ("vllm-bench-serve", {"p95_ttft_ms": "fast"}, "p95_ttft_ms"),
        ("vllm-bench-serve", {"model_id": ["m"]}, "model_id"),
        ("vllm-bench-throughput", {"tokens_per_second": "9"}, "tokens_per_second"),
        ("vllm-bench-latency", {"percentiles": {"99": True}}, "percentiles.99"),
        ("sglang-bench-serving", {"request_rate": "soon"}, "request_rate"),
        ("aiperf", {"request_latency": {"unit": "ms", "avg": "9"}}, "request_latency.avg"),
        ("llmperf", {"results_ttft_s_quantiles_p95": [0.4]}, "results_ttft_s_quantiles_p95"),
        (
            "k6",
            {"metrics": {**good.K6["metrics"], "vus": {"type": "gauge", "values": {"max": "9"}}}},
            "metrics.vus.max",
        ),
    ],
)
def test_a_wrong_type_is_refused_with_its_place(kind: str, change: Mapping[str, Any], where: str) -> None:
    reader, value = FILES[kind]
    with pytest.raises(Unreadable) as refused:
        reader.read(Content("x", text_of({**value, **change})))
    assert where in [each.where for each in refused.value.problems]


def test_a_cell_that_is_no_number_is_refused_with_its_place() -> None:
    with pytest.raises(Unreadable) as refused:
        locust.read(Content("x", good.LOCUST.replace("950.5", "=1+1").encode()))
    assert refused.value.problems[0].where == "row 1, Average Response Time"


def test_a_line_that_is_no_run_is_refused_with_its_place() -> None:
    content = text_of(good.SGLANG) + b"\n" + text_of({"backend": "sglang"})
    with pytest.raises(Unreadable) as refused:
        sglang_bench_serving.read(Content("x", content))
    assert refused.value.problems[0].where == "line 2"


@pytest.mark.parametrize("kind", FILES)
def test_half_a_file_is_not_known(kind: str) -> None:
    reader, value = FILES[kind]
    content = json.dumps(value, indent=1).encode()
    assert not reader.recognises(Content("x", content[: len(content) // 2]))


@pytest.mark.parametrize("kind", FILES)
def test_no_field_set_to_noise_does_harm(kind: str) -> None:
    reader, value = FILES[kind]
    copy = json.loads(json.dumps(value))
    for container, key in list(places(copy)):
        kept = container[key]
        for noise in NOISE:
            container[key] = noise
            harmless(reader, text_of(copy))
        container[key] = kept


anything = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=12),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(kind=some.sampled_from(sorted(FILES)), data=some.data())
def test_no_change_of_structure_does_harm(kind: str, data: some.DataObject) -> None:
    reader, value = FILES[kind]
    copy = json.loads(json.dumps(value))
    for _ in range(data.draw(some.integers(1, 3))):
        container, key = data.draw(some.sampled_from(list(places(copy))))
        container[key] = data.draw(anything)
    for each in (reader, *READERS):
        harmless(each, text_of(copy))


@given(row=some.integers(0, 2), column=some.integers(0, 11), cell=some.text(max_size=12))
def test_no_cell_does_harm(row: int, column: int, cell: str) -> None:
    rows = [line.split(",") for line in good.LOCUST.splitlines()]
    rows[row][min(column, len(rows[row]) - 1)] = cell
    harmless(locust, "\n".join(",".join(each) for each in rows).encode("utf-8", "surrogatepass"))


@given(some.binary(max_size=200) | some.text(max_size=200).map(str.encode))
def test_bytes_do_no_harm(content: bytes) -> None:
    for each in READERS:
        harmless(each, content)


def _crowd(value: Mapping[str, Any], more: Callable[[int], tuple[str, Any]]) -> bytes:
    return text_of({**value, **dict(more(each) for each in range(30_000))})


def test_a_crowd_of_wrong_fields_is_refused() -> None:
    harmless(vllm_bench_serve, _crowd(good.VLLM, lambda each: (f"p{each / 1000:.3f}_ttft_ms", 1.0)))
    harmless(
        vllm_bench_latency, text_of({**LATENCY, "percentiles": {f"{each / 1000:.3f}": "x" for each in range(30_000)}})
    )
    harmless(k6_summary, text_of({"metrics": {**good.K6["metrics"], **{f"m{each}": 1 for each in range(30_000)}}}))

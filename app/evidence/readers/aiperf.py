"""NVIDIA AIPerf and its forerunner GenAI-Perf: a load test whose metrics each state their unit."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.evidence import load, sweep
from app.evidence.content import Content
from app.evidence.load import Load, Run
from app.evidence.reading import Reading
from app.evidence.stated import Fields, Figure, Flag, day, day_of_seconds, fields, figure, line

_TIMES: Mapping[str, str] = {
    "time_to_first_token": load.TIME_TO_FIRST_TOKEN,
    "inter_token_latency": load.INTER_TOKEN_LATENCY,
    "request_latency": load.REQUEST_DURATION,
}
_RATES: Mapping[str, str] = {
    "request_throughput": load.REQUESTS,
    "request_goodput": load.GOODPUT,
    "output_token_throughput": load.OUTPUT_TOKENS,
    "total_token_throughput": load.TOTAL_TOKENS,
}
_A_SECOND = frozenset({"s", "sec", "second"})
_STATISTICS = ("avg", "p50", "p90", "p95", "p99")
_MODELS = ("input_config.models.items", "input_config.model_names", "input_config.endpoint.model_names")
_TARGETS = ("input_config.endpoint.urls", "input_config.endpoint.url", "input_config.url")
_LOADS = ("input_config.perf_analyzer.stimulus", "input_config.loadgen", "input_config.runtime", "input_config")


class _Metric(Fields):
    unit: str | None = None
    avg: Figure = None
    p50: Figure = None
    p90: Figure = None
    p95: Figure = None
    p99: Figure = None


class _Result(Fields):
    request_throughput: _Metric | None = None
    request_goodput: _Metric | None = None
    request_latency: _Metric | None = None
    time_to_first_token: _Metric | None = None
    inter_token_latency: _Metric | None = None
    output_token_throughput: _Metric | None = None
    total_token_throughput: _Metric | None = None
    input_sequence_length: _Metric | None = None
    output_sequence_length: _Metric | None = None
    request_count: _Metric | None = None
    error_request_count: _Metric | None = None
    benchmark_duration: _Metric | None = None
    aiperf_version: str | None = None
    was_cancelled: Flag = None
    status: str | None = None


def recognises(file: Content) -> bool:
    """Whether throughput and latency each state their unit and mean, beside what was asked for."""
    value = file.json
    return (
        isinstance(value, dict)
        and "input_config" in value
        and all(_is_metric(value.get(name)) for name in ("request_throughput", "request_latency"))
    )


def _is_metric(value: Any) -> bool:
    return isinstance(value, dict) and "unit" in value and "avg" in value


def read(file: Content) -> Reading:
    """The figures of the run, each by the unit that it states.

    Raises:
        Unreadable: a field is of the wrong type.
    """
    value = file.json
    ours = any(name in value for name in ("aiperf_version", "schema_version"))
    title = "AIPerf" if ours else "GenAI-Perf"
    result = fields(_Result, value, title)
    run = Run(_load(result, value))
    for name, metric in _TIMES.items():
        _times(run, name, metric, getattr(result, name))
    for name, metric in _RATES.items():
        _rate(run, name, metric, getattr(result, name))
    # It is worked out for each request, over all of its tokens: what others call the time per output token.
    _times(run, "inter_token_latency", load.TIME_PER_OUTPUT_TOKEN, result.inter_token_latency)
    run.held(
        concurrency=_asked(value, "concurrency")[0],
        seconds="benchmark_duration.avg",
        errors="error_request_count.avg" if result.error_request_count else "error_summary",
    )
    if result.was_cancelled or (result.status or "Succeeded").lower() not in ("succeeded", "completed", "success"):
        run.remark("The run was broken off: its figures are of a part of it.")
    if result.time_to_first_token is None:
        run.remark("The answers were not streamed: the time to the first token was not taken.")
    return sweep.reading(
        "aiperf" if ours else "genai-perf", title, [run], days=[_day(value)], version=result.aiperf_version
    )


def _times(run: Run, name: str, metric: str, given: _Metric | None) -> None:
    for key in _STATISTICS if given else ():
        run.latency(
            metric, load.statistic(key) or key, getattr(given, key), f"{name}.{key}", getattr(given, "unit", "") or ""
        )


def _rate(run: Run, name: str, metric: str, given: _Metric | None) -> None:
    if given is None or given.avg is None:
        return
    unit = (given.unit or "").lower()
    if unit.partition("/")[2] not in _A_SECOND:
        run.remark(f"The unit {load.short(given.unit)} of {metric} is not known: its figure was left out.")
        return
    run.rate(metric, given.avg, f"{name}.avg")


def _load(result: _Result, value: Mapping[str, Any]) -> Load:
    return Load(
        model=_names(load.within(value, *_MODELS)),
        target=load.host(_first(load.within(value, *_TARGETS))),
        concurrency=_asked(value, "concurrency")[1],
        request_rate=_asked(value, "request_rate")[1],
        input_tokens=_mean(result.input_sequence_length),
        output_tokens=_mean(result.output_sequence_length),
        n=_mean(result.request_count),
        failed=_failed(result, value.get("error_summary")),
        seconds=_mean(result.benchmark_duration) if _in_seconds(result.benchmark_duration) else None,
    )


def _mean(metric: _Metric | None) -> float | None:
    return metric.avg if metric else None


def _in_seconds(metric: _Metric | None) -> bool:
    return metric is not None and (metric.unit or "").lower() in ("s", "sec", "seconds")


def _failed(result: _Result, summary: Any) -> float | None:
    """The requests that failed: counted, or added up from the summary of errors."""
    if result.error_request_count is not None:
        return result.error_request_count.avg
    if not isinstance(summary, list):
        return None
    counts = [figure(each.get("count")) if isinstance(each, dict) else None for each in summary]
    known = [each for each in counts if each is not None and each >= 0]
    return sum(known) if len(known) == len(summary) else None


def _asked(value: Mapping[str, Any], name: str) -> tuple[str, float | None]:
    """What was asked for, at once or a second, and where it stands: it moved from version to version."""
    phases = load.within(value, "input_config.phases")
    for at, phase in enumerate(phases if isinstance(phases, list) else []):
        if isinstance(phase, dict) and phase.get("name", "profiling") == "profiling" and name in phase:
            return f"input_config.phases[{at}].{name}", figure(phase[name])
    for each in _LOADS:
        found = figure(load.within(value, f"{each}.{name}"))
        if found is not None:
            return f"{each}.{name}", found
    return "input_config", None


def _names(given: Any) -> str | None:
    """The models' names, as texts or as objects that have one."""
    if not isinstance(given, list):
        return line(given)
    names = [line(each.get("name") if isinstance(each, dict) else each) for each in given[:10]]
    return line(", ".join(each for each in names if each))


def _first(given: Any) -> Any:
    return given[0] if isinstance(given, list) and given else given


def _day(value: Mapping[str, Any]) -> date | None:
    start = value.get("start_time")
    return day(start) or day_of_seconds(figure(start))

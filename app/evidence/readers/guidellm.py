"""guidellm: a load test, one benchmark for each load of a sweep."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from app.evidence import load, sweep
from app.evidence.content import Content
from app.evidence.load import Load, Run
from app.evidence.reading import Reading
from app.evidence.stated import Fields, Figure, MissingMap, day_of_seconds, fields, figure, line

_TITLE = "guidellm"
# The names say milliseconds where it is milliseconds; the request's is in seconds.
_TIMES: Mapping[str, tuple[str, str]] = {
    "time_to_first_token_ms": (load.TIME_TO_FIRST_TOKEN, "ms"),
    "time_per_output_token_ms": (load.TIME_PER_OUTPUT_TOKEN, "ms"),
    "inter_token_latency_ms": (load.INTER_TOKEN_LATENCY, "ms"),
    "request_latency": (load.REQUEST_DURATION, "s"),
}
_RATES: Mapping[str, str] = {
    "requests_per_second": load.REQUESTS,
    "output_tokens_per_second": load.OUTPUT_TOKENS,
    "tokens_per_second": load.TOTAL_TOKENS,
}
_PERCENTILES = {"p50": "p50", "p90": "p90", "p95": "p95", "p99": "p99", "p999": "p99.9"}
_BACKENDS = ("config.backend", "benchmarker.backend", "args.backend", "worker.backend")
_STRATEGIES = ("config.strategy", "scheduler.strategy", "args.strategy")


class _Percentiles(Fields):
    p50: Figure = None
    p90: Figure = None
    p95: Figure = None
    p99: Figure = None
    p999: Figure = None


class _Summary(Fields):
    mean: Figure = None
    percentiles: Annotated[_Percentiles, MissingMap] = _Percentiles()


class _Split(Fields):
    successful: _Summary | None = None


class _Totals(Fields):
    successful: Figure = None
    errored: Figure = None
    incomplete: Figure = None
    total: Figure = None


class _Metrics(Fields):
    request_totals: _Totals | None = None
    requests_per_second: _Split | None = None
    request_concurrency: _Split | None = None
    request_latency: _Split | None = None
    prompt_token_count: _Split | None = None
    output_token_count: _Split | None = None
    time_to_first_token_ms: _Split | None = None
    time_per_output_token_ms: _Split | None = None
    inter_token_latency_ms: _Split | None = None
    output_tokens_per_second: _Split | None = None
    tokens_per_second: _Split | None = None


class _Stats(Fields):
    requests_made: _Totals | None = None
    start_time: Figure = None


class _Benchmark(Fields):
    metrics: _Metrics
    # Before the first numbered version of the report.
    request_totals: _Totals | None = None
    run_stats: _Stats | None = None
    # Since then.
    start_time: Figure = None
    duration: Figure = None


class _Report(Fields):
    benchmarks: list[_Benchmark]


def recognises(file: Content) -> bool:
    """Whether it has benchmarks whose metrics are split by how their requests ended."""
    value = file.json
    benchmarks = value.get("benchmarks") if isinstance(value, dict) else None
    if not isinstance(benchmarks, list) or not benchmarks:
        return False
    split = load.within(benchmarks[0], "metrics.time_to_first_token_ms", "metrics.request_latency")
    return (
        isinstance(split, dict)
        and "successful" in split
        and load.within(benchmarks[0], "metrics.requests_per_second") is not None
    )


def read(file: Content) -> Reading:
    """The figures of each benchmark, over the requests that succeeded.

    Raises:
        Unreadable: a field is of the wrong type.
    """
    value = file.json
    sweep.at_most(len(value["benchmarks"]))
    report = fields(_Report, value, _TITLE)
    runs, days = [], []
    for at, (benchmark, given) in enumerate(zip(report.benchmarks, value["benchmarks"], strict=True)):
        runs.append(_run(benchmark, given, value, f"benchmarks[{at}]."))
        days.append(_day(benchmark))
    version = line(load.within(value, "metadata.guidellm_version"))
    return sweep.reading("guidellm", _TITLE, runs, days=days, version=version)


def _run(benchmark: _Benchmark, given: Any, report: Any, at: str) -> Run:
    strategy = line(load.within(given, *(f"{each}.{name}" for each in _STRATEGIES for name in ("type_", "kind"))))
    metrics = benchmark.metrics
    totals = _totals(benchmark)
    concurrency = _concurrency(given, strategy)
    run = Run(
        Load(
            model=_of_backend(given, report, "model"),
            target=load.host(_of_backend(given, report, "target")),
            concurrency=concurrency[1],
            request_rate=_request_rate(given, strategy),
            input_tokens=_mean(metrics.prompt_token_count),
            output_tokens=_mean(metrics.output_token_count),
            n=totals.successful,
            failed=totals.errored,
            seconds=benchmark.duration,
            more={"strategy": strategy},
        ),
        at,
    )
    for name, (metric, unit) in _TIMES.items():
        _times(run, name, metric, unit, getattr(metrics, name))
    for name, metric in _RATES.items():
        # Only the mean: their percentiles are over the moments between two tokens.
        run.rate(metric, _mean(getattr(metrics, name)), f"metrics.{name}.successful.mean", "mean")
    where = "metrics.request_concurrency.successful.mean"
    run.add(load.CONCURRENCY, _mean(metrics.request_concurrency), "{request}", where, "mean")
    if totals.total and totals.errored is not None and totals.errored <= totals.total:
        run.add(load.ERROR_RATE, totals.errored / totals.total, "1", "metrics.request_totals")
    else:
        run.held(errors="metrics.request_totals")
    run.held(concurrency=concurrency[0], seconds="duration")
    if totals.incomplete:
        run.remark("Requests were cut off at the end of the run: they are in no latency.")
    if strategy == "synchronous":
        run.remark("One request at a time: this is not the load that is expected.")
    if strategy == "throughput":
        run.remark("As many requests as the service takes: this is not the load that is expected.")
    return run


def _times(run: Run, name: str, metric: str, unit: str, split: _Split | None) -> None:
    summary = split.successful if split else None
    if summary is None:
        return
    where = f"metrics.{name}.successful"
    run.latency(metric, "mean", summary.mean, f"{where}.mean", unit)
    for key, statistic in _PERCENTILES.items():
        run.latency(metric, statistic, getattr(summary.percentiles, key), f"{where}.percentiles.{key}", unit)


def _totals(benchmark: _Benchmark) -> _Totals:
    """How the requests ended, wherever the version says so."""
    made = benchmark.run_stats.requests_made if benchmark.run_stats else None
    return benchmark.metrics.request_totals or benchmark.request_totals or made or _Totals()


def _mean(split: _Split | None) -> float | None:
    return split.successful.mean if split and split.successful else None


def _of_backend(given: Any, report: Any, name: str) -> str | None:
    """The model or the target, which moved from version to version."""
    places = (*(f"{each}.{name}" for each in _BACKENDS), f"worker.backend_{name}", f"args.backend_{name}")
    return line(load.within(given, *places)) or line(
        load.within(report, f"config.spec.backend.{name}", f"args.{name}", f"args.backend_kwargs.{name}")
    )


def _concurrency(given: Any, strategy: str | None) -> tuple[str, float | None]:
    """The requests held at once, where the strategy is to hold so many; a ceiling is no load."""
    if strategy == "synchronous":
        return next((each for each in _STRATEGIES if load.within(given, each)), ""), 1
    for place in _STRATEGIES if strategy == "concurrent" else ():
        for name in ("streams", "max_concurrency"):
            found = figure(load.within(given, f"{place}.{name}"))
            if found is not None:
                return f"{place}.{name}", found
    return "", None


def _request_rate(given: Any, strategy: str | None) -> float | None:
    if strategy == "throughput":
        return float("inf")
    return figure(load.within(given, *(f"{each}.rate" for each in _STRATEGIES)))


def _day(benchmark: _Benchmark) -> date | None:
    started = benchmark.run_stats.start_time if benchmark.run_stats else None
    return day_of_seconds(benchmark.start_time or started)

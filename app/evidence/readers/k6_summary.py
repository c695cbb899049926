"""k6: the summary of a load test, as its script saved it or as the command exported it."""

import re
from collections.abc import Mapping
from typing import Annotated, Any

from app.evidence import load, sweep
from app.evidence.content import Content
from app.evidence.load import Load, Run
from app.evidence.reading import Reading
from app.evidence.stated import Fields, Figure, MissingMap, fields, figure, line

_TITLE = "k6"
_KNOWN = frozenset(
    {"http_reqs", "http_req_duration", "http_req_failed", "http_req_waiting", "grpc_req_duration", "ws_sessions"}
    | {"iterations", "iteration_duration", "vus", "vus_max", "checks", "data_sent", "data_received"}
)
_TRENDS: Mapping[str, tuple[str, str]] = {
    "http_req_duration": ("http.client.request.duration", "all"),
    "http_req_duration{expected_response:true}": ("http.client.request.duration", "expected"),
    "http_req_waiting": ("http.client.time_to_first_byte", "all"),
    "grpc_req_duration": ("rpc.client.duration", "all"),
}
_MOST_METRICS = 5_000
_MOST_THRESHOLDS = 100
_STATISTIC = re.compile(r"(avg|med|p\([0-9.]{1,8}\))")


class _State(Fields):
    testRunDurationMs: Figure = None  # noqa: N815 - as it stands in the file


class _Summary(Fields):
    metrics: dict[str, dict[str, Any]]
    state: Annotated[_State, MissingMap] = _State()


def recognises(file: Content) -> bool:
    """Whether its metrics are those of k6, or it is k6's stream of points, which is refused when read."""
    return _is_summary(file.json) or _is_stream(file)


def _is_summary(value: Any) -> bool:
    metrics = value.get("metrics") if isinstance(value, dict) else None
    if not isinstance(metrics, dict) or len(metrics) > _MOST_METRICS:
        return False
    ours = [metrics[each] for each in _KNOWN if each in metrics]
    return len(ours) > 1 and all(isinstance(each, dict) and _has_figures(each) for each in ours)


def _has_figures(metric: Mapping[str, Any]) -> bool:
    """Whether it is a metric of either form: its figures under `values` beside its type, or flat."""
    inner = metric.get("values")
    if isinstance(inner, dict):
        return "type" in metric
    return any(isinstance(each, int | float) for each in metric.values())


def _is_stream(file: Content) -> bool:
    lines = None if file.json is not None else file.json_lines
    first = lines[0] if lines else None
    return isinstance(first, dict) and first.get("type") in ("Metric", "Point") and {"metric", "data"} <= first.keys()


def read(file: Content) -> Reading:
    """The figures of the run.

    Raises:
        Unreadable: a figure is none, or it is the stream of points.
    """
    if not _is_summary(file.json):
        raise load.unreadable("k6's stream of points", "", "give the summary: handleSummary, or --summary-export")
    summary = fields(_Summary, file.json, _TITLE)
    metrics = {name: _figures(name, metric) for name, metric in summary.metrics.items() if _name(name) in _KNOWN}
    run = _run(summary, metrics)
    share = _share(metrics, "http_req_failed")
    for name, (metric, responses) in _TRENDS.items():
        n = run.load.n if responses == "all" else _kept(run.load)
        for key, value in metrics.get(name, {}).items():
            statistic = load.statistic(key) if _STATISTIC.fullmatch(key) else None
            if statistic:
                run.latency(
                    metric, statistic, value, _where(summary, name, key), "ms", responses=responses, n=load.whole(n)
                )
    run.rate(load.REQUESTS, metrics.get("http_reqs", {}).get("rate"), _where(summary, "http_reqs", "rate"))
    if share is not None and share <= 1:
        run.add(load.ERROR_RATE, share, "1", _where(summary, "http_req_failed", "rate"))
    run.add("k6.checks", _share(metrics, "checks"), "1", _where(summary, "checks", "rate"))
    run.held(concurrency=_where(summary, "vus_max", "max"), seconds="state.testRunDurationMs")
    _thresholds(run, summary)
    if any(each.metric.startswith("http.") for each in run.findings):
        run.remark("A time is that of the whole answer, not of its first words.")
    return sweep.reading("k6-summary", _TITLE, [run])


def _run(summary: _Summary, metrics: Mapping[str, Mapping[str, float | None]]) -> Run:
    milliseconds = summary.state.testRunDurationMs
    return Run(
        Load(
            concurrency=metrics.get("vus_max", {}).get("max"),
            n=metrics.get("http_reqs", {}).get("count"),
            # A rate of failing: its passes are the requests that failed.
            failed=metrics.get("http_req_failed", {}).get("passes"),
            failed_are_in=True,
            seconds=None if milliseconds is None else milliseconds / 1000,
        )
    )


def _kept(test: Load) -> float | None:
    """The requests that were answered as expected."""
    return None if test.n is None or test.failed is None or test.failed > test.n else test.n - test.failed


def _name(name: str) -> str:
    """A metric's name without the tags that it is cut down to."""
    return name.partition("{")[0]


def _figures(name: str, metric: Mapping[str, Any]) -> Mapping[str, float | None]:
    """A metric's figures, of either form of the summary."""
    inner = metric.get("values")
    found: dict[str, float | None] = {}
    for key, value in (inner if isinstance(inner, dict) else metric).items():
        if isinstance(value, dict | list | str) and not isinstance(inner, dict):
            continue  # thresholds and words of the flat form stand among its figures
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise load.unreadable(_TITLE, f"metrics.{name}.{key}", "must be a number")
        found[key] = figure(value)
    return found


def _where(summary: _Summary, name: str, key: str) -> str:
    """Where a figure stands; the flat form has a share as its value."""
    metric = summary.metrics.get(name, {})
    if isinstance(metric.get("values"), dict):
        return f"metrics.{name}.values.{key}"
    return f"metrics.{name}.{key if key in metric else 'value'}"


def _share(metrics: Mapping[str, Mapping[str, float | None]], name: str) -> float | None:
    found = metrics.get(name, {})
    return found.get("rate", found.get("value"))


def _thresholds(run: Run, summary: _Summary) -> None:
    """What the script set as limits: kept or crossed. The flat form says the reverse, true where one was crossed."""
    count = 0
    for name, metric in summary.metrics.items():
        limits = metric.get("thresholds")
        for limit, state in limits.items() if isinstance(limits, dict) else ():
            kept = state.get("ok") if isinstance(state, dict) else (not state if isinstance(state, bool) else None)
            if not isinstance(kept, bool):
                raise load.unreadable(_TITLE, f"metrics.{name}.thresholds.{limit}", "must say whether it was kept")
            count += 1
            if count > _MOST_THRESHOLDS:
                run.remark(f"Only the first {_MOST_THRESHOLDS} thresholds were taken.")
                return
            where = f"metrics.{name}.thresholds.{limit}"
            run.add("k6.threshold", float(kept), "1", where, threshold=line(f"{name}: {limit}"), kept=kept)

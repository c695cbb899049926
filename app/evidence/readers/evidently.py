"""Evidently: reports and test suites of the older form (up to 0.6), snapshots of the newer (from 0.7)."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import AliasChoices, Field

from app.errors import Unreadable
from app.evidence.content import Content
from app.evidence.figures import finding, words
from app.evidence.reading import Reading
from app.evidence.stated import Fields, Figure, Flag, Missing, MissingMap, day, fields, figure
from app.finding import Finding

_WHAT = "a report of Evidently"
_MOST_SHOWN = 300
_DRIFT = {"DatasetDriftMetric", "DataDriftTable", "DriftedColumnsCount", "ValueDrift"}


class _Column(Fields):
    stattest_name: str | None = None
    stattest_threshold: Figure = None
    drift_score: Figure = None
    drift_detected: Flag = None


class _Drift(Fields):
    drift_share: Figure = None
    number_of_columns: Figure = None
    number_of_drifted_columns: Figure = None
    share_of_drifted_columns: Figure = None
    dataset_drift: Flag = None
    drift_by_columns: Annotated[dict[str, _Column], MissingMap] = Field(default_factory=dict)


class _Config(Fields):
    type: str | None = None
    column: str | None = None
    method: str | None = None
    threshold: Figure = None
    drift_share: Figure = None


class _Metric(Fields):
    id: str | None = None
    metric: str | None = None
    result: Any = None
    metric_name: str | None = Field(default=None, validation_alias=AliasChoices("metric_name", "metric_id"))
    config: Annotated[_Config, MissingMap] = _Config()
    value: Any = None

    @property
    def kind(self) -> str:
        """Which metric it is: the older name, the end of the newer type, or the name before its parameters."""
        name = self.metric or (self.config.type or "").rpartition(":")[2] or (self.metric_name or "").partition("(")[0]
        return words(name)


class _Tested(Fields):
    metric_id: str | None = None


class _Test(Fields):
    name: str | None = None
    status: str | None = None
    metric_config: Annotated[_Tested, MissingMap] = _Tested()


class _Report(Fields):
    version: str | None = None
    timestamp: str | None = None
    metrics: Annotated[tuple[_Metric, ...], Missing] = ()
    tests: Annotated[tuple[_Test, ...], Missing] = ()


def recognises(file: Content, /) -> bool:
    """Whether there are metrics with results or values, or tests with a summary of them."""
    value = file.json
    if not isinstance(value, dict):
        return False
    return _is_page(value) or _has_metrics(value) or _is_suite(value)


def _is_page(value: Mapping[str, Any]) -> bool:
    """Whether it is what the tool keeps for its own pages."""
    return {"report", "metric_results", "widgets"} <= value.keys()


def _has_metrics(value: Mapping[str, Any]) -> bool:
    metrics = value.get("metrics")
    if not isinstance(metrics, list) or not metrics:
        return False
    return all(isinstance(each, dict) and (_is_older(each) or _is_newer(each)) for each in metrics)


def _is_older(metric: Mapping[str, Any]) -> bool:
    return isinstance(metric.get("metric"), str) and isinstance(metric.get("result"), dict)


def _is_newer(metric: Mapping[str, Any]) -> bool:
    name = metric.get("metric_name", metric.get("metric_id"))
    return isinstance(name, str) and "value" in metric and ("id" in metric or "(" in name)


def _is_suite(value: Mapping[str, Any]) -> bool:
    tests, summary = value.get("tests"), value.get("summary")
    return (
        isinstance(tests, list)
        and isinstance(summary, dict)
        and {"all_passed", "total_tests"} <= summary.keys()
        and all(isinstance(each, dict) and "status" in each for each in tests)
    )


def read(file: Content, /) -> Reading:
    """Drift of the data as a whole and by column, the other metrics' figures, and how the tests ended."""
    if _is_page(file.json):
        raise Unreadable("This is what Evidently keeps for its own pages. Export the report as JSON (.json()) instead.")
    report = fields(_Report, file.json, _WHAT)
    older = any(each.metric is not None for each in report.metrics) or not report.metrics
    status = {each.metric_config.metric_id: (each.status or "").upper() for each in report.tests}
    found: list[Finding] = []
    for at, metric in enumerate(report.metrics):
        found += _metric(metric, f"metrics[{at}]", status)
    found += _tests(report.tests)
    observed_on = day(report.timestamp)
    remarks = ["The file does not say whether the current data is production's: whoever attaches it says so."]
    if observed_on is None:
        remarks.append("The file states no date: say when it was made.")
    if not report.version:
        remarks.append("The file does not state the tool's version.")
    if len(found) > _MOST_SHOWN:
        remarks.append(f"{len(found) - _MOST_SHOWN:,} further figures are not shown.")
    if any((each.status or "").upper() == "ERROR" for each in report.tests):
        remarks.append("Tests that ended in an error say nothing about the data.")
    return Reading(
        kind="evidently" if older else "evidently-snapshot",
        title="Evidently report" if report.metrics else "Evidently test suite",
        tool="Evidently",
        version=words(report.version or "") or None,
        observed_on=observed_on,
        grade="demonstrated",
        findings=tuple(found[:_MOST_SHOWN]),
        remarks=tuple(remarks),
    )


def _metric(metric: _Metric, where: str, status: Mapping[str | None, str]) -> Iterator[Finding]:
    kind = metric.kind
    if metric.metric is not None:
        if kind in _DRIFT:
            yield from _drift(fields(_Drift, metric.result, _WHAT), f"{where}.result")
        else:
            yield from _others(kind, metric.result, f"{where}.result", {})
        return
    about = {"column": words(metric.config.column or "")}
    test = status.get(metric.id) if metric.id else None
    if kind == "DriftedColumnsCount" and isinstance(metric.value, dict):
        limit = metric.config.drift_share
        yield from _share(
            figure(metric.value.get("count")), figure(metric.value.get("share")), limit, None, f"{where}.value"
        )
    elif kind == "ValueDrift":
        column = _Column(
            stattest_name=metric.config.method,
            stattest_threshold=metric.config.threshold,
            drift_score=figure(metric.value),
            drift_detected={"FAIL": True, "SUCCESS": False}.get(test or ""),
        )
        yield from _column(about["column"], column, f"{where}.value")
    else:
        yield from _others(kind, metric.value, f"{where}.value", about)


def _drift(stated: _Drift, where: str) -> Iterator[Finding]:
    if not stated.drift_by_columns:
        columns = stated.number_of_columns
        yield from finding("number_of_columns", columns, "{column}", statistic="count", where=where)
        drifted, share = stated.number_of_drifted_columns, stated.share_of_drifted_columns
        yield from _share(drifted, share, stated.drift_share, stated.dataset_drift, where)
    for name, column in list(stated.drift_by_columns.items())[:_MOST_SHOWN]:
        yield from _column(words(name), column, f"{where}.drift_by_columns")


def _share(
    drifted: float | None, share: float | None, limit: float | None, told: bool | None, where: str
) -> Iterator[Finding]:
    """Drift of the whole: as the file tells it, or by the share at which it says that the whole has drifted."""
    about = {"drift_share_limit": limit}
    name = "number_of_drifted_columns"
    yield from finding(name, drifted, "{column}", statistic="count", where=where, attributes=about)
    yield from finding("share_of_drifted_columns", share, "1", where=where, attributes=about)
    if told is None and share is not None and limit is not None:
        told = share >= limit
    if told is not None:
        yield from finding("dataset_drift", float(told), "1", where=where, attributes=about)


def _column(name: str, column: _Column, where: str) -> list[Finding]:
    about = {
        "column": name,
        "method": words(column.stattest_name or ""),
        "threshold": column.stattest_threshold,
        "drift_detected": column.drift_detected,
    }
    return finding("drift_score", column.drift_score, "1", where=where, attributes=about)


def _others(kind: str, value: object, where: str, about: Mapping[str, Any]) -> Iterator[Finding]:
    """The figures of any other metric: one, or one for each name; in the older form those of the current data too."""
    given = figure(value)
    if given is not None:
        yield from finding(kind, given, None, where=where, attributes=about)
    if not isinstance(value, dict):
        return
    current = value.get("current")
    for inner, at in ((value, where), (current, f"{where}.current")):
        if isinstance(inner, dict):
            for name, each in list(inner.items())[:_MOST_SHOWN]:
                number = figure(each)
                if number is not None:
                    yield from finding(f"{kind}.{words(name)}", number, None, where=at, attributes=about)


def _tests(tests: tuple[_Test, ...]) -> Iterator[Finding]:
    if not tests:
        return
    ended = Counter((each.status or "unknown").upper() for each in tests)
    about = {f"status_{words(status).lower()}": count for status, count in sorted(ended.items())[:10]}
    counts = [("total_tests", len(tests)), ("success_tests", ended["SUCCESS"]), ("tests_in_error", ended["ERROR"])]
    if ended["FAIL"] or len(tests) == ended["SUCCESS"] + ended["WARNING"]:
        counts.append(("failed_tests", ended["FAIL"]))  # none failed is said only where every test came to an end
    for name, count in counts:
        yield from finding(name, count, "{test}", statistic="count", where="tests", attributes=about)

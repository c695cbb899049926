"""Great Expectations: a validation result, a checkpoint's result, or what a checkpoint's result describes of itself."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import AliasChoices, Field

from app.errors import Problem, Unreadable
from app.evidence.content import Content
from app.evidence.figures import finding, moment, words
from app.evidence.reading import Reading
from app.evidence.stated import Fields, Figure, Flag, Missing, MissingMap, fields
from app.finding import Finding

_WHAT = "a result of Great Expectations"
_MOST_SHOWN = 200
_FIRST_RELEASE = date(2017, 12, 1)  # of the tool: an earlier date comes from a clock that was made up


class _Counts(Fields):
    evaluated_expectations: Figure = None
    successful_expectations: Figure = None
    unsuccessful_expectations: Figure = None
    success_percent: Figure = None


class _Kwargs(Fields):
    column: str | None = None
    mostly: Figure = None


class _Config(Fields):
    type: str | None = Field(default=None, validation_alias=AliasChoices("type", "expectation_type"))
    kwargs: _Kwargs = _Kwargs()
    severity: str | None = None


class _Result(Fields):
    element_count: Figure = None
    unexpected_count: Figure = None
    unexpected_percent: Figure = None


class _Expectation(Fields):
    success: Flag = None
    expectation_config: _Config | None = None
    expectation_type: str | None = None
    kwargs: _Kwargs = _Kwargs()
    severity: str | None = None
    result: Annotated[_Result, MissingMap] = _Result()
    exception_info: Annotated[dict[str, Any], MissingMap] = Field(default_factory=dict)

    @property
    def config(self) -> _Config:
        """What was expected; a checkpoint describes it without a level of its own."""
        if self.expectation_config is not None:
            return self.expectation_config
        return _Config(type=self.expectation_type, kwargs=self.kwargs, severity=self.severity)

    @property
    def raised(self) -> bool:
        """Whether it ended in an exception: stated at once, or by the id of each metric."""
        given = [self.exception_info, *(each for each in self.exception_info.values() if isinstance(each, dict))]
        return any(each.get("raised_exception") is True for each in given)


class _Validation(Fields):
    success: Flag = None
    statistics: _Counts
    results: Annotated[tuple[_Expectation, ...], Missing] = Field(
        default=(), validation_alias=AliasChoices("results", "expectations")
    )
    suite_name: str | None = None
    meta: Annotated[dict[str, Any], MissingMap] = Field(default_factory=dict)

    @property
    def about(self) -> dict[str, Any]:
        """Which suite and which data: names, no rows."""
        batch = self.meta.get("active_batch_definition")
        asset = batch.get("data_asset_name") if isinstance(batch, dict) else None
        suite = self.suite_name or self.meta.get("expectation_suite_name")
        return {
            "suite": words(suite) if isinstance(suite, str) else None,
            "data_asset": words(asset) if isinstance(asset, str) else None,
        }

    @property
    def version(self) -> str | None:
        given = self.meta.get("great_expectations_version", self.meta.get("great_expectations.__version__"))
        return words(given) if isinstance(given, str) else None

    @property
    def run_on(self) -> date | None:
        run = self.meta.get("run_id")
        given = run.get("run_time") if isinstance(run, dict) else run
        for each in (given, self.meta.get("validation_time")):
            found = moment(each) if isinstance(each, str) else None
            if found is not None:
                return found.date()
        return None


def recognises(file: Content, /) -> bool:
    """Whether it has the statistics of expectations or of validations, or results by their identifiers."""
    value = file.json
    return isinstance(value, dict) and (_is_validation(value) or _is_checkpoint(value) or _is_description(value))


def _is_validation(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    statistics = value.get("statistics")
    results = value.get("results", value.get("expectations"))
    return (
        isinstance(statistics, dict)
        and "evaluated_expectations" in statistics
        and isinstance(value.get("success"), bool)
        and (results is None or isinstance(results, list))
    )


def _is_checkpoint(value: Mapping[str, Any]) -> bool:
    runs = value.get("run_results")
    return isinstance(runs, dict) and bool(runs) and all(_is_validation(_of_run(each)) for each in runs.values())


def _of_run(value: object) -> object:
    return value.get("validation_result", value) if isinstance(value, dict) else value


def _is_description(value: Mapping[str, Any]) -> bool:
    statistics = value.get("statistics")
    return (
        isinstance(statistics, dict)
        and "evaluated_validations" in statistics
        and isinstance(value.get("validation_results"), list)
    )


@dataclass(frozen=True, slots=True)
class _Placed:
    where: str
    validation: _Validation


def read(file: Content, /) -> Reading:
    """How many expectations were met, which were not, and which ended in an exception: never a row of the data."""
    value: dict[str, Any] = file.json
    placed = [_Placed(where, fields(_Validation, each, _WHAT)) for where, each in _validations(value)]
    if not placed:
        raise Unreadable(f"This looks like {_WHAT} and cannot be read.", [Problem("", "holds no validation")])
    found: list[Finding] = []
    if len(placed) > 1 or not _is_validation(value):
        passed = sum(each.validation.success is True for each in placed)
        found += finding("evaluated_validations", len(placed), "{validation}", statistic="count")
        found += finding("successful_validations", passed, "{validation}", statistic="count")
    for each in placed[:_MOST_SHOWN]:
        found += _counts(each)
        found += _failures(each)
    days = {each.validation.run_on for each in placed}
    known = [each for each in days if each is not None and each >= _FIRST_RELEASE]
    return Reading(
        kind="great-expectations",
        title="Great Expectations validation",
        tool="Great Expectations",
        version=next((each.validation.version for each in placed if each.validation.version), None),
        observed_on=max(known, default=None),
        grade="demonstrated",
        findings=tuple(found[: _MOST_SHOWN * 5]),
        remarks=tuple(_remarks(placed, known, days)),
    )


def _validations(value: dict[str, Any]) -> Iterator[tuple[str, object]]:
    if _is_validation(value):
        yield "", value
    elif _is_description(value):
        for at, each in enumerate(value["validation_results"]):
            yield f"validation_results[{at}].", each
    else:
        for at, (name, each) in enumerate(value["run_results"].items()):
            inner = _of_run(each)
            # The identifier carries the moment of the run, where the result itself does not.
            match = re.search(r"/([0-9]{8}T[0-9]{6}(?:\.[0-9]+)?Z)/", name)
            if match and isinstance(inner, dict):
                meta = inner.get("meta")
                inner = {**inner, "meta": {"run_id": match[1], **(meta if isinstance(meta, dict) else {})}}
            yield f"run_results[{at}].", inner


def _counts(placed: _Placed) -> Iterator[Finding]:
    one, where = placed.validation, f"{placed.where}statistics"
    counts = one.statistics
    raised = sum(each.raised for each in one.results)
    about = {**one.about, "n": counts.evaluated_expectations, "exceptions": raised}
    named = ("evaluated_expectations", "successful_expectations", "unsuccessful_expectations")
    for name in named if counts.evaluated_expectations else named[:1]:  # that nothing failed of nothing is no figure
        value = getattr(counts, name)
        yield from finding(name, value, "{expectation}", statistic="count", where=f"{where}.{name}", attributes=about)
    if not counts.evaluated_expectations:
        return
    name = "success_percent"
    yield from finding(name, counts.success_percent, "%", where=f"{where}.{name}", attributes=about)
    if one.success is not None:
        yield from finding("success", float(one.success), "1", where=f"{placed.where}success", attributes=about)
    if raised:
        about = one.about
        yield from finding("expectations_with_exceptions", raised, "{expectation}", statistic="count", attributes=about)


def _failures(placed: _Placed) -> Iterator[Finding]:
    shown = 0
    for at, each in enumerate(placed.validation.results):
        config, result = each.config, each.result
        if each.raised or (each.success is not False and not result.unexpected_count) or shown >= _MOST_SHOWN:
            continue
        shown += 1
        about = {
            **placed.validation.about,
            "expectation": words(config.type or ""),
            "column": words(config.kwargs.column or ""),
            "severity": words(config.severity or ""),
            "mostly": config.kwargs.mostly,
            "met": each.success,
            "n": result.element_count,
        }
        where = f"{placed.where}results[{at}].result"
        count = result.unexpected_count
        yield from finding("unexpected_count", count, "{value}", statistic="count", where=where, attributes=about)
        yield from finding("unexpected_percent", result.unexpected_percent, "%", where=where, attributes=about)


def _remarks(placed: list[_Placed], known: list[date], days: set[date | None]) -> Iterator[str]:
    raised = sum(one.raised for each in placed for one in each.validation.results)
    if raised:
        yield f"{raised} expectations ended in an exception: they count as not met and say nothing about the data."
    if any(not each.validation.statistics.evaluated_expectations for each in placed):
        yield "A validation evaluated no expectation: that it succeeded proves nothing."
    odd = sorted(each for each in days if each is not None and each < _FIRST_RELEASE)
    if odd:
        yield f"The date {odd[0].isoformat()} is before the tool was there: it is not taken. Say when it ran."
    elif not known:
        yield "The file states no date: say when it ran."
    if not any(each.validation.version for each in placed):
        yield "The file does not state the tool's version."
    if any(one.config.kwargs.mostly is not None and one.success for each in placed for one in each.validation.results):
        yield "Some expectations allow for exceptions (mostly): they are met with values that do not fit."

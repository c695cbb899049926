"""SARIF 2.1.0: what scanners of code, images and configuration found, counted by level and by severity."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, TypeVar

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from app.errors import Problem, Unreadable
from app.evidence.content import Content
from app.evidence.reading import Reading
from app.evidence.stated import (
    Fields,
    Flag,
    Missing,
    MissingMap,
    attributes,
    day,
    fields,
    figure,
    figure_in_text,
    line,
    lines,
)
from app.finding import Finding

Found = TypeVar("Found")

LEVELS = ("error", "warning", "note", "none")
SEVERITIES = ("critical", "high", "medium", "low")
_AT_LEAST = {"critical": 9.0, "high": 7.0, "medium": 4.0, "low": 0.1}
_ACCEPTED = (None, "accepted")
# Tools that look for keys and passwords and for nothing else: what they find are such.
_SEEKS_SECRETS = frozenset({"gitleaks", "ggshield", "noseyparker"})
_NOT_OPEN = frozenset({"pass", "notApplicable", "informational"})


class _Fields(Fields):
    """In the format the names are written in camel case."""

    model_config = ConfigDict(alias_generator=to_camel)


class _Configuration(_Fields):
    level: str | None = None


class _Rule(_Fields):
    id: str | None = None
    default_configuration: Annotated[_Configuration, MissingMap] = _Configuration()
    properties: Annotated[dict[str, Any], MissingMap] = Field(default_factory=dict)


class _Component(_Fields):
    name: str | None = None
    version: str | None = None
    semantic_version: str | None = None
    dotted_quad_file_version: str | None = None
    rules: Annotated[tuple[_Rule, ...], Missing] = ()


class _Tool(_Fields):
    driver: _Component
    extensions: Annotated[tuple[_Component, ...], Missing] = ()


class _Extension(_Fields):
    index: int | None = None


class _Reference(_Fields):
    id: str | None = None
    index: int | None = None
    tool_component: Annotated[_Extension, MissingMap] = _Extension()


class _Override(_Fields):
    configuration: Annotated[_Configuration, MissingMap] = _Configuration()
    descriptor: Annotated[_Reference, MissingMap] = _Reference()


class _Invocation(_Fields):
    execution_successful: Flag = None
    start_time_utc: str | None = None
    end_time_utc: str | None = None
    rule_configuration_overrides: Annotated[tuple[_Override, ...], Missing] = ()


class _Suppression(_Fields):
    status: str | None = None


class _Result(_Fields):
    rule_id: str | None = None
    rule_index: int | None = None
    rule: Annotated[_Reference, MissingMap] = _Reference()
    level: str | None = None
    kind: str | None = None
    suppressions: Annotated[tuple[_Suppression, ...], Missing] = ()
    baseline_state: str | None = None
    properties: Annotated[dict[str, Any], MissingMap] = Field(default_factory=dict)


class _Revision(_Fields):
    revision_id: str | None = None


class _Run(_Fields):
    tool: _Tool
    invocations: Annotated[tuple[_Invocation, ...], Missing] = ()
    version_control_provenance: Annotated[tuple[_Revision, ...], Missing] = ()
    results: list[_Result] | None = None


def recognises(file: Content) -> bool:
    """Version 2.1.0, and runs whose tool has a driver with a name."""
    value = file.json
    if not isinstance(value, dict) or value.get("version") != "2.1.0":
        return False
    runs = value.get("runs")
    return isinstance(runs, list) and all(_has_a_driver(run) for run in runs)


def _has_a_driver(run: object) -> bool:
    tool = run.get("tool") if isinstance(run, dict) else None
    driver = tool.get("driver") if isinstance(tool, dict) else None
    return isinstance(driver, dict) and isinstance(driver.get("name"), str)


def read(file: Content) -> Reading:
    """Count the open results of each run."""
    runs = fields(list[_Run], file.json["runs"], "SARIF")
    if not runs:
        raise Unreadable("The SARIF file cannot be read.", [Problem("runs", "holds no run")])
    first = runs[0].tool.driver
    days = [found for each in runs if (found := _day(each)) is not None]
    return Reading(
        kind="sarif",
        title="SARIF results",
        tool=", ".join(lines(each.tool.driver.name for each in runs)) or None,
        version=_version(first) if len(runs) == 1 else None,
        observed_on=min(days) if len(days) == len(runs) else None,
        grade="demonstrated",
        findings=tuple(finding for at, run in enumerate(runs) for finding in _findings(run, f"runs[{at}]")),
        remarks=lines(_remarks(runs)),
    )


def _version(component: _Component) -> str | None:
    return line(component.version) or line(component.semantic_version) or line(component.dotted_quad_file_version)


def _day(run: _Run) -> date | None:
    days = [day(each.end_time_utc) or day(each.start_time_utc) for each in run.invocations]
    return max((each for each in days if each is not None), default=None)


def _failed(run: _Run) -> bool:
    return any(each.execution_successful is False for each in run.invocations)


def _findings(run: _Run, where: str) -> Iterator[Finding]:
    if run.results is None:
        return
    about = attributes(
        tool=line(run.tool.driver.name),
        version=_version(run.tool.driver),
        revision=next(iter(lines(each.revision_id for each in run.version_control_provenance)), None),
        failed_run=True if _failed(run) else None,
    )
    rules = _Rules(run)
    still_open = [each for each in run.results if _is_open(each)]
    levels = Counter(_level(each, rules) for each in still_open)
    at = f"{where}.results"
    yield _count("sarif.results", len(still_open), at, {**about, "total": len(run.results)})
    if (run.tool.driver.name or "").casefold() in _SEEKS_SECRETS:
        yield _count("sarif.secrets", len(still_open), at, about)
    for level in LEVELS:
        yield _count("sarif.results.by_level", levels[level], at, {**about, "level": level})
    scores = [each for each in (_severity(result, rules) for result in still_open) if each is not None]
    if scores or rules.any_severity:
        severities = Counter(_named(score) for score in scores)
        for severity in SEVERITIES:
            more = {**about, "severity": severity, "rated": len(scores)}
            yield _count("sarif.results.by_severity", severities[severity], at, more)
    yield _count("sarif.results.suppressed", sum(map(_is_suppressed, run.results)), at, about)


def _count(metric: str, value: int, where: str, about: Mapping[str, bool | int | float | str]) -> Finding:
    return Finding(metric=metric, statistic="count", value=float(value), unit="{result}", where=where, attributes=about)


class _Rules:
    """The rules of a run, found as a result names them: by place or by id, the tool's own or an extension's."""

    def __init__(self, run: _Run) -> None:
        self._own = run.tool.driver.rules
        self._extensions = [each.rules for each in run.tool.extensions]
        everything = [*self._own, *(rule for rules in self._extensions for rule in rules)]
        self._by_id = {rule.id: rule for rule in reversed(everything) if rule.id is not None}
        self._levels = {
            each.descriptor.id: each.configuration.level
            for invocation in run.invocations
            for each in invocation.rule_configuration_overrides
        }
        self.any_severity = any(_score(rule.properties) is not None for rule in everything)

    def of(self, result: _Result) -> _Rule | None:
        """The rule of a result, if it stands in the file."""
        index = result.rule_index if result.rule_index is not None else result.rule.index
        extension = result.rule.tool_component.index
        where = self._own if extension is None else _at(self._extensions, extension) or ()
        name = result.rule_id or result.rule.id
        found = None if index is None else _at(where, index)
        if found is not None and (name is None or found.id is None or name.startswith(found.id)):
            return found
        return None if name is None else self._by_id.get(name)

    def level(self, result: _Result) -> str | None:
        """The level that the rule of a result has in this run, as it is set there, or else by itself."""
        rule = self.of(result)
        name = result.rule_id or result.rule.id or (rule.id if rule else None)
        return (self._levels.get(name) if name else None) or (rule.default_configuration.level if rule else None)


def _at(found: Sequence[Found], index: int) -> Found | None:
    return found[index] if 0 <= index < len(found) else None


def _is_suppressed(result: _Result) -> bool:
    """All that is said about it accepts it: one suppression that is rejected or under review keeps it open."""
    return bool(result.suppressions) and all(each.status in _ACCEPTED for each in result.suppressions)


def _is_open(result: _Result) -> bool:
    return not _is_suppressed(result) and result.baseline_state != "absent" and result.kind not in _NOT_OPEN


def _level(result: _Result, rules: _Rules) -> str:
    """As stated; where it is not, what a result that is no failure has, then the rule's, then a warning."""
    if result.level in LEVELS:
        return result.level
    if result.kind is not None and result.kind != "fail":
        return "none"
    level = rules.level(result)
    return level if level in LEVELS else "warning"


def _severity(result: _Result, rules: _Rules) -> float | None:
    """The score (CVSS, 0 to 10) that the result or its rule states."""
    rule = rules.of(result)
    own = _score(result.properties)
    score = own if own is not None or rule is None else _score(rule.properties)
    return score if score is not None and 0 <= score <= 10 else None


def _score(properties: Mapping[str, Any]) -> float | None:
    """The score among the properties: a text with a number in it, by the convention."""
    value = properties.get("security-severity")
    if isinstance(value, str):
        found = figure_in_text(value)
        return found[0] if found and not found[1] else None
    return figure(value)


def _named(score: float) -> str:
    return next((name for name, least in _AT_LEAST.items() if score >= least), "none")


def _remarks(runs: Sequence[_Run]) -> Iterator[str]:
    for run in runs:
        name = line(run.tool.driver.name) or "The tool"
        if run.results is None:
            yield f"{name} states no results: it did not look, which is not the same as finding nothing."
        if _failed(run):
            yield f"{name} says that it did not end well: what it did not reach is not in the file."
        if _day(run) is None:
            yield f"{name} does not state when it ran."
        if _version(run.tool.driver) is None:
            yield f"{name} does not state its version."
    if any(run.results is not None for run in runs):
        yield "What was looked at, and with which rules switched off, is not in the file."

"""MLflow runs as JSON: a run's dictionary, the answer of the service for one run, or that of a search."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from app.evidence.content import Content
from app.evidence.figures import day, finding, words
from app.evidence.reading import Reading
from app.evidence.stated import Fields, Figure, Missing, MissingMap, fields, figure
from app.finding import Finding

_WHAT = "a run of MLflow"
_MOST_SHOWN = 500
_UNITS = (("_ms", "ms"), ("_seconds", "s"), ("_s", "s"), ("_percent", "%"), ("_tokens", "{token}"))
_MODEL = ("model", "model_name", "base_model", "model_id")
_ENDED = {"RUNNING", "SCHEDULED", "FAILED", "KILLED", "UNFINISHED", "FINISHED"}


def _by_key(given: object) -> object:
    """A list of keys and values, as the service writes it, as a map; the last value of a key counts."""
    if given is None:
        return {}
    if not isinstance(given, list):
        return given
    found = {}
    for each in given:
        if not isinstance(each, dict) or not isinstance(each.get("key"), str):
            raise ValueError("must be a list of keys and values")
        found[each["key"]] = each.get("value")
    return found


def _steps(given: object) -> dict[str, float]:
    """At which step each metric was taken, where it is told."""
    entries = given if isinstance(given, list) else []
    found = {each["key"]: figure(each.get("step")) for each in entries if isinstance(each, dict) and "key" in each}
    return {name: step for name, step in found.items() if step is not None}


class _Info(Fields):
    status: str | int | None = None
    lifecycle_stage: str | None = None
    start_time: Figure = None
    end_time: Figure = None

    @property
    def ended(self) -> str:
        """The status; the file store writes a number for it."""
        numbers = {1: "RUNNING", 2: "SCHEDULED", 3: "FINISHED", 4: "FAILED", 5: "KILLED"}
        if isinstance(self.status, int):
            return numbers.get(self.status, "not stated")
        return self.status if self.status in _ENDED else "not stated"

    @property
    def counts(self) -> bool:
        """Whether it came to its end and was not deleted."""
        return self.ended == "FINISHED" and self.lifecycle_stage != "deleted"


class _Data(Fields):
    metrics: Annotated[dict[str, Figure], BeforeValidator(_by_key)] = Field(default_factory=dict)
    params: Annotated[dict[str, Any], BeforeValidator(_by_key)] = Field(default_factory=dict)
    tags: Annotated[dict[str, Any], BeforeValidator(_by_key)] = Field(default_factory=dict)


class _Inputs(Fields):
    dataset_inputs: Annotated[tuple[dict[str, Any], ...], Missing] = ()


class _Outputs(Fields):
    model_outputs: Annotated[tuple[dict[str, Any], ...], Missing] = ()


class _Run(Fields):
    info: _Info
    data: _Data
    inputs: Annotated[_Inputs, MissingMap] = _Inputs()
    outputs: Annotated[_Outputs, MissingMap] = _Outputs()


def recognises(file: Content, /) -> bool:
    """Whether it is a run, or a list of runs, with its identity and its data."""
    value = file.json
    return isinstance(value, dict) and bool(_runs(value))


def _runs(value: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    given = value.get("run")
    if _is_run(value):
        return [("", value)]
    if isinstance(given, dict) and _is_run(given):
        return [("run.", given)]
    several = value.get("runs")
    if isinstance(several, list) and several and all(_is_run(each) for each in several):
        return [(f"runs[{at}].", each) for at, each in enumerate(several)]
    return []


def _is_run(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    info, data = value.get("info"), value.get("data")
    return (
        isinstance(info, dict)
        and ("run_id" in info or "run_uuid" in info)
        and isinstance(data, dict)
        and (not data or bool({"metrics", "params", "tags"} & data.keys()))
        and bool({"status", "lifecycle_stage", "artifact_uri", "experiment_id"} & info.keys())
    )


def read(file: Content, /) -> Reading:
    """The last value of each metric of the runs that ended well, how they ended, and what was recorded of them."""
    value: dict[str, Any] = file.json
    runs = [(where, fields(_Run, each, _WHAT), each) for where, each in _runs(value)]
    found: list[Finding] = []
    for at, (where, run, given) in enumerate(runs):
        about = {"run": at if len(runs) > 1 else None, "run_status": run.info.ended, "model": _model(run.data.params)}
        found += _about_run(run, where, about)
        if run.info.counts or len(runs) == 1:
            found += _metrics(run, where, about, _steps(given["data"].get("metrics")))
    counted = [run for _, run, _ in runs if run.info.counts]
    days = [found_day for run in counted or [run for _, run, _ in runs] if (found_day := _day(run.info)) is not None]
    remarks = list(_remarks([run for _, run, _ in runs], counted))
    if not days:
        remarks.append("The file states no date: say when it ran.")
    if len(found) > _MOST_SHOWN:
        remarks.append(f"{len(found) - _MOST_SHOWN:,} further figures are not shown.")
    return Reading(
        kind="mlflow-run",
        title="MLflow run" if len(runs) == 1 else "MLflow runs",
        tool="MLflow",
        observed_on=max(days, default=None),
        grade="demonstrated" if counted else "asserted",
        findings=tuple(found[:_MOST_SHOWN]),
        remarks=tuple(remarks),
    )


def _day(info: _Info) -> Any:
    return None if info.start_time is None or info.start_time <= 0 else day(info.start_time / 1000)


def _model(params: Mapping[str, Any]) -> str | None:
    return next((words(params[name]) for name in _MODEL if isinstance(params.get(name), str)), None)


def _about_run(run: _Run, where: str, about: Mapping[str, Any]) -> Iterator[Finding]:
    info, data = run.info, run.data
    commit = data.tags.get("mlflow.source.git.commit", data.tags.get("git.sha"))
    stated = isinstance(commit, str) and re.fullmatch(r"[0-9a-f]{7,64}", commit) is not None
    attributes = {**about, "code_commit": commit if stated else None}
    yield from finding(
        "mlflow.run.finished", float(info.counts), "1", where=f"{where}info.status", attributes=attributes
    )
    if info.start_time is not None and info.end_time is not None and info.end_time >= info.start_time:
        seconds = (info.end_time - info.start_time) / 1000
        more = {**about, "raw_value": info.end_time - info.start_time, "raw_unit": "ms"}
        yield from finding("mlflow.run.duration", seconds, "s", where=f"{where}info", attributes=more)
    digests = [each for each in run.inputs.dataset_inputs if _digest(each)]
    for name, count in (
        ("params", len(data.params)),
        ("datasets", len(digests)),
        ("models_logged", len(run.outputs.model_outputs) or int("mlflow.log-model.history" in data.tags)),
    ):
        if count:
            yield from finding(
                f"mlflow.run.{name}", count, "1", statistic="count", where=f"{where}data", attributes=about
            )


def _digest(given: Mapping[str, Any]) -> bool:
    dataset = given.get("dataset")
    return isinstance(dataset, dict) and bool(dataset.get("digest"))


def _metrics(run: _Run, where: str, about: Mapping[str, Any], steps: Mapping[str, float]) -> Iterator[Finding]:
    for name, value in list(run.data.metrics.items())[:_MOST_SHOWN]:
        unit = next((unit for end, unit in _UNITS if name.endswith(end)), None)
        at = words(f"{where}data.metrics.{name}")
        yield from finding(name, value, unit, where=at, attributes={**about, "step": steps.get(name)})


def _remarks(runs: list[_Run], counted: list[_Run]) -> Iterator[str]:
    left = len(runs) - len(counted)
    if left and len(runs) == 1:
        yield f"The run did not come to its end, or was deleted ({runs[0].info.ended}): its figures support nothing."
    elif left:
        yield f"{left} of {len(runs)} runs did not come to their end, or were deleted: their figures are left out."
    gone = sum(value is None for run in runs for value in run.data.metrics.values())
    if gone:
        yield f"{gone} metrics are not finite numbers (NaN or infinite): they are left out."
    if any(run.data.metrics for run in runs):
        yield "Only the last value of each metric stands in the file, and no number of cases."
    if not any(_digest(each) for run in runs for each in run.inputs.dataset_inputs):
        yield "No data set with a digest is recorded: the run cannot be repeated on the same data."

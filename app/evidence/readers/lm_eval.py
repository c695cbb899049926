"""Results of EleutherAI's lm-evaluation-harness, in the layout since 0.4 and the older one."""

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from math import isfinite
from typing import Annotated, Any

from pydantic import Field

from app.evidence.content import Content
from app.evidence.evaluation import GENERAL, MOST_SHOWN, case_remarks, is_mock, unit_of
from app.evidence.reading import Reading
from app.evidence.stated import (
    Fields,
    Figure,
    MissingMap,
    attributes,
    day_of_seconds,
    fields,
    figure,
    line,
    refuse_if_many,
)
from app.finding import Finding

_WHAT = "results of lm-evaluation-harness"
_NO_METRICS = frozenset({"alias", "name", "sample_len", "sample_count"})
# What loads files of one's own, where a task names it in place of a data set of the hub.
_LOADERS = frozenset({"json", "csv", "parquet", "text", "arrow", "pandas", "xml", "imagefolder", "audiofolder"})
_HUB_NAME = re.compile(r"(?:[\w-][\w.-]*/)?[\w-][\w.-]*")

_Map = Annotated[dict[str, Any], MissingMap]


class _Samples(Fields):
    original: Figure = None
    effective: Figure = None


class _Config(Fields):
    model: str | None = None
    model_args: Any = None
    model_sha: str | None = None
    model_dtype: str | None = None
    num_fewshot: Figure = None
    limit: Figure = None


class _Task(Fields):
    dataset_path: str | None = None

    @property
    def hub_dataset(self) -> str | None:
        """The data set of the hub that the cases come from; None where they are files of one's own, or not stated."""
        name = self.dataset_path or ""
        own = name.casefold() in _LOADERS or name.endswith((".py", ".json", ".jsonl", ".csv", ".parquet"))
        return line(name) if _HUB_NAME.fullmatch(name) and not own else None


class _Run(Fields):
    results: dict[str, dict[str, Any]]
    groups: Annotated[dict[str, dict[str, Any]], MissingMap] = Field(default_factory=dict)
    group_subtasks: _Map = Field(default_factory=dict)
    configs: Annotated[dict[str, _Task], MissingMap] = Field(default_factory=dict)
    shots: _Map = Field(default_factory=dict, alias="n-shot")
    samples: Annotated[dict[str, _Samples], MissingMap] = Field(default_factory=dict, alias="n-samples")
    higher_is_better: _Map = Field(default_factory=dict)
    config: _Config | None = None
    git_hash: str | None = None
    date: Figure = None
    lm_eval_version: str | None = None
    model_name: str | None = None

    @property
    def set_up(self) -> _Config:
        return self.config or _Config()

    @property
    def model(self) -> str | None:
        return _shown(self.model_name) or _model_of(self.set_up.model_args) or _shown(self.set_up.model)

    def hub_dataset(self, task: str) -> str | None:
        """The data set of the hub that a task's cases come from, or those of a task in its group."""
        inner = self.group_subtasks.get(task)
        names = [task, *(each for each in inner if isinstance(each, str))] if isinstance(inner, list) else [task]
        return next(
            (found for each in names if each in self.configs and (found := self.configs[each].hub_dataset)), None
        )


def recognises(file: Content) -> bool:
    """Results by task beside what both layouts write next to them."""
    run = file.json
    if not isinstance(run, dict) or "config_general" in run:
        return False
    results = run.get("results")
    if not isinstance(results, dict) or not all(isinstance(each, dict) for each in results.values()):
        return False
    newer = isinstance(run.get("configs"), dict) and isinstance(run.get("n-shot"), dict)
    older = isinstance(run.get("versions"), dict) and isinstance(run.get("config"), dict) and bool(results)
    return newer or older


def read(file: Content) -> Reading:
    """Every metric of every task, with its filter, error, shots and cases."""
    for task, scores in file.json["results"].items():
        refuse_if_many(scores, f"scores of {line(task)}")
    refuse_if_many(file.json["results"], "tasks")
    refuse_if_many(file.json.get("groups"), "groups of tasks")
    run = fields(_Run, file.json, _WHAT)
    observed = day_of_seconds(run.date)
    found = list(islice(_findings(run), MOST_SHOWN + 1))
    return Reading(
        kind="lm-eval",
        title="lm-evaluation-harness",
        tool="lm-evaluation-harness",
        version=line(run.lm_eval_version) or (line(f"git {run.git_hash}") if run.git_hash else None),
        observed_on=observed,
        grade="asserted" if is_mock(run.model) or is_mock(run.set_up.model) else "demonstrated",
        findings=tuple(found[:MOST_SHOWN]),
        remarks=(
            *_remarks(run, len(found)),
            *([] if observed else ["The file states no date: say when it was run."]),
            GENERAL,
        ),
    )


def _tasks(run: _Run) -> Mapping[str, Mapping[str, Any]]:
    """The tasks and their groups; a group that stands among the tasks too is not taken twice."""
    return {**run.groups, **run.results}


def _scores(results: Mapping[str, Any]) -> Iterator[tuple[str, str | None, object, float | None]]:
    """Metric, filter, value and standard error of a task."""
    for key, value in results.items():
        metric, _, by = key.partition(",")
        if key in _NO_METRICS or metric.endswith("_stderr") or isinstance(value, bool | str | None):
            continue
        yield metric, by or None, value, figure(results.get(f"{metric}_stderr,{by}" if by else f"{metric}_stderr"))


def _findings(run: _Run) -> Iterator[Finding]:
    for task, results in _tasks(run).items():
        samples = run.samples.get(task) or _Samples()
        better = run.higher_is_better.get(task)
        shots = figure(run.shots.get(task))
        for metric, by, value, error in _scores(results):
            number = figure(value)
            if number is None:
                continue
            yield Finding(
                metric=line(f"{task}.{metric}") or "score",
                value=number,
                unit=unit_of(metric, number),
                attributes=attributes(
                    task=task,
                    metric=metric,
                    filter=by,
                    model=run.model,
                    model_sha=run.set_up.model_sha,
                    dtype=run.set_up.model_dtype,
                    stderr=error,
                    n=samples.effective,
                    n_original=samples.original,
                    shots=run.set_up.num_fewshot if shots is None else shots,
                    higher_is_better=_flag(better, metric),
                    aggregate=True if run.group_subtasks.get(task) else None,
                    hub_dataset=run.hub_dataset(task),
                ),
                where=line(f"results.{task}.{metric}{',' + by if by else ''}"),
            )


def _flag(better: object, metric: str) -> bool | None:
    said = better.get(metric) if isinstance(better, dict) else None
    return said if isinstance(said, bool) else None


def _remarks(run: _Run, found: int) -> Iterator[str]:
    counted = [each.effective for each in run.samples.values() if each.effective is not None]
    partial = any(
        each.effective is not None and each.original is not None and each.effective < each.original
        for each in run.samples.values()
    ) or (run.set_up.limit is not None and not counted)
    mock = is_mock(run.model) or is_mock(run.set_up.model)
    yield from case_remarks(min(counted, default=None), partial=partial, mock=mock)
    if not counted and found:
        yield "The file does not say on how many cases the scores rest."
    scores = [(task, *score) for task, results in _tasks(run).items() for score in _scores(results)]
    lost = [f"{task}.{metric}" for task, metric, _, value, _ in scores if _is_infinite(value)]
    if lost:
        yield f"Figures that are not finite are left out: {len(lost)}, such as {line(lost[0])}."
    names = [(task, metric) for task, metric, *_ in scores]
    if len(names) > len(set(names)):
        yield "A task has several values of one metric, by the filter of its answers: judge by the lower."
    if hub := next((each for task in _tasks(run) if (each := run.hub_dataset(task))), None):
        yield f"Cases come from a data set of the hub ({hub}): their score is none on the pilot's own test set."
    if not found:
        yield "It holds no score."
    if found > MOST_SHOWN:
        yield f"There are many scores: the first {MOST_SHOWN} are shown."


def _is_infinite(value: object) -> bool:
    return isinstance(value, float) and not isfinite(value)


def _model_of(arguments: Any) -> str | None:
    """The model out of its arguments, which hold paths and at times keys as well: nothing else is taken from them."""
    if isinstance(arguments, dict):
        pairs = arguments
    elif isinstance(arguments, str):
        pairs = dict(each.split("=", 1) for each in arguments[:10_000].split(",") if "=" in each)
    else:
        return None
    return _shown(pairs.get("pretrained")) or _shown(pairs.get("model"))


def _shown(model: object) -> str | None:
    """A model's name; of a path only its last part, for the rest tells of somebody's machine."""
    name = line(model)
    if name is None:
        return None
    if name.startswith(("/", "~", ".")) or "\\" in name or "://" in name:
        return line(name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1].partition("?")[0])
    return name

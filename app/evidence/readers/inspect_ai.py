"""Logs of Inspect AI, as JSON or in its archive, of which the header alone is opened."""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field

from app.errors import Problem, Unreadable
from app.evidence import archive
from app.evidence.content import Content
from app.evidence.evaluation import MOST_SHOWN, case_remarks, is_mock, unit_of
from app.evidence.reading import Reading
from app.evidence.stated import Fields, Figure, Flag, Missing, MissingMap, attributes, day, fields, line, refuse_if_many
from app.finding import Finding

_WHAT = "a log of Inspect AI"
_HEADER = "header.json"
_START = "_journal/start.json"
_ERRORS = frozenset({"stderr", "std", "var"})  # they go with a score and are none

_Map = Annotated[dict[str, Any], MissingMap]


class _Dataset(Fields):
    name: str | None = None
    samples: Figure = None


class _Config(Fields):
    limit: Any = None
    epochs: Figure = None


class _Evaluation(Fields):
    task: str | None = None
    model: str | None = None
    created: Any = None
    dataset: _Dataset | None = None
    config: _Config | None = None
    packages: _Map = Field(default_factory=dict)


class _Metric(Fields):
    name: str | None = None
    value: Figure = None


class _Score(Fields):
    name: str | None = None
    scorer: str | None = None
    reducer: str | None = None
    scored_samples: Figure = None
    unscored_samples: Figure = None
    metrics: Annotated[dict[str, _Metric], MissingMap] = Field(default_factory=dict)


class _Results(Fields):
    total_samples: Figure = None
    completed_samples: Figure = None
    scores: Annotated[tuple[_Score, ...], Missing] = ()
    scorer: Any = None
    metrics: Annotated[dict[str, _Metric], MissingMap] = Field(default_factory=dict)

    @property
    def all_scores(self) -> tuple[_Score, ...]:
        """The scores, in the layout of today or in that of up to May 2024 with one scorer."""
        if self.scores or not self.metrics:
            return self.scores
        name = self.scorer.get("name") if isinstance(self.scorer, dict) else self.scorer
        return (_Score(name=line(name), metrics=self.metrics),)


class _Usage(Fields):
    input_tokens: Figure = None
    output_tokens: Figure = None


class _Stats(Fields):
    model_usage: Annotated[dict[str, _Usage], MissingMap] = Field(default_factory=dict)


class _Log(Fields):
    status: str | None = None
    eval: _Evaluation
    results: _Results | None = None
    stats: _Stats | None = None
    invalidated: Flag = None

    @property
    def finished(self) -> bool:
        return self.status == "success" and not self.invalidated

    @property
    def mock(self) -> bool:
        return is_mock(self.eval.model)


def recognises(file: Content) -> bool:
    """A log's version, status and evaluation; or an archive with its header or its journal."""
    if archive.is_zip(file.content):
        names = archive.names(file.content)
        return _START in names or (_HEADER in names and any(each.startswith("samples/") for each in names))
    return _is_log(file.json)


def _is_log(log: Any) -> bool:
    return (
        isinstance(log, dict)
        and isinstance(log.get("version"), int)
        and isinstance(log.get("status"), str)
        and isinstance(log.get("eval"), dict)
        and "task" in log["eval"]
    )


def read(file: Content) -> Reading:
    """Its scores with their errors and cases, and the tokens used. What was asked and answered is not opened."""
    header = _header(file)
    for part, listed, what in (("results", "scores", "scores"), ("stats", "model_usage", "models")):
        if isinstance(header.get(part), dict):
            refuse_if_many(header[part].get(listed), what)
    log = fields(_Log, header, _WHAT)
    observed = day(log.eval.created)
    found = [*_scores(log), *_samples(log), *_tokens(log)]
    return Reading(
        kind="inspect-ai",
        title="Inspect AI log",
        tool="inspect_ai",
        version=line(log.eval.packages.get("inspect_ai")),
        observed_on=observed,
        grade="demonstrated" if log.finished and not log.mock else "asserted",
        findings=tuple(found[:MOST_SHOWN]),
        remarks=(
            *_remarks(log),
            *([] if observed else ["The file states no date: say when it was run."]),
        ),
    )


def _header(file: Content) -> dict[str, Any]:
    if not archive.is_zip(file.content):
        log: dict[str, Any] = file.json
        return log
    names = archive.names(file.content)
    entry = _HEADER if _HEADER in names else _START
    header: dict[str, Any] = Content(entry, archive.entry(file.content, entry)).json
    if entry == _START and isinstance(header, dict):  # no header was written: the run goes on, or was cut off
        return {**header, "status": "started", "results": None}
    if not _is_log(header):
        raise Unreadable(f"This looks like {_WHAT} and cannot be read.", [Problem(entry, "is no header of a log")])
    return header


def _scores(log: _Log) -> Iterator[Finding]:
    results = log.results or _Results()
    data = log.eval.dataset or _Dataset()
    for index, score in enumerate(results.all_scores):
        error = score.metrics.get("stderr")
        n = results.completed_samples if score.scored_samples is None else score.scored_samples
        for key, metric in score.metrics.items():
            name = line(metric.name) or line(key) or "score"
            short = name.rsplit("/", 1)[-1]
            if metric.value is None or short in _ERRORS:
                continue
            yield Finding(
                metric=line(f"{log.eval.task or 'task'}.{short}") or "score",
                value=metric.value,
                unit=unit_of(short, metric.value),
                attributes=attributes(
                    task=line(log.eval.task),
                    metric=short,
                    scorer=line(score.name) or line(score.scorer),
                    reducer=line(score.reducer),
                    model=line(log.eval.model),
                    stderr=error.value if error else None,
                    n=n,
                    n_original=data.samples,
                    unscored=score.unscored_samples or None,
                    epochs=log.eval.config.epochs if log.eval.config else None,
                    status=None if log.finished else line(log.status),
                ),
                where=line(f"results.scores[{index}].metrics.{key}"),
            )


def _samples(log: _Log) -> Iterator[Finding]:
    results = log.results or _Results()
    data = log.eval.dataset or _Dataset()
    carried = attributes(
        task=line(log.eval.task),
        model=line(log.eval.model),
        total_samples=results.total_samples,
        dataset_samples=data.samples,
        status=line(log.status),
    )
    if results.completed_samples is not None:
        yield Finding(
            metric="inspect_ai.completed_samples",
            statistic="count",
            value=results.completed_samples,
            unit="{sample}",
            attributes=carried,
            where="results.completed_samples",
        )


def _tokens(log: _Log) -> Iterator[Finding]:
    for model, usage in log.stats.model_usage.items() if log.stats else ():
        for kind, value in (("input", usage.input_tokens), ("output", usage.output_tokens)):
            if value is not None:
                yield Finding(
                    metric="gen_ai.client.token.usage",
                    statistic="sum",
                    value=value,
                    unit="{token}",
                    attributes={**attributes(model=model), "gen_ai.token.type": kind},
                    where=line(f"stats.model_usage.{model}.{kind}_tokens"),
                )


def _remarks(log: _Log) -> Iterator[str]:
    results = log.results or _Results()
    data = log.eval.dataset or _Dataset()
    if log.invalidated:
        yield "The log was declared invalid."
    if log.status != "success":
        yield f"The run did not finish (its status is {line(log.status) or 'not stated'}): its figures prove nothing."
    scores = results.all_scores
    if not scores:
        yield "It was not scored: it shows that it ran, and no quality."
    elif any(metric.value is None for score in scores for metric in score.metrics.values()):
        yield "Some of its figures are not finite and left out."
    completed = results.completed_samples
    partial = (completed is not None and data.samples is not None and completed < data.samples) or (
        completed is not None and results.total_samples is not None and completed < results.total_samples
    )
    yield from case_remarks(completed if scores else None, partial=partial, mock=log.mock)
    if scores:
        yield "Whether a high score is good depends on the task: of one that tests for danger it is not."

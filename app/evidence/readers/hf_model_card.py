"""Model and dataset cards of the Hugging Face hub: the YAML between two lines of dashes at the start of a README."""

import re
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field

from app.errors import Problem, Unreadable
from app.evidence.content import Content
from app.evidence.evaluation import unit_of
from app.evidence.provenance import MOST_SHOWN, UNSIGNED, Licence, Part, licence, licence_findings, licence_remarks
from app.evidence.reading import Reading
from app.evidence.stated import Fields, Missing, attributes, fields, figure, line, lines
from app.evidence.yaml_values import read_yaml
from app.finding import Finding

_WHAT = "a model card"
_LONGEST = 500_000  # characters of the part that is YAML

_OURS = frozenset({"base_model", "base_model_relation", "library_name", "pipeline_tag", "model-index", "license_name"})
_DATA = frozenset({"task_categories", "size_categories", "dataset_info", "annotations_creators", "source_datasets"})
# What the front matter of pages, posts, programs and skills has, and that of a card has not.
_OTHERS = frozenset(
    {
        "title", "date", "layout", "description", "author", "authors", "slug", "permalink", "draft", "name", "version",
        "allowed-tools", "categories", "sdk", "emoji",
    }
)  # fmt: skip

_KEY = re.compile(r"^([A-Za-z_][A-Za-z0-9_-]{0,60}):(?:\s|$)", re.MULTILINE)


class _Task(Fields):
    type: Any = None


class _Set(Fields):
    type: Any = None
    name: Any = None
    config: Any = None
    split: Any = None
    revision: Any = None


class _Metric(Fields):
    type: Any = None
    value: Any = None
    verified: Any = None


class _Result(Fields):
    task: _Task | None = None
    dataset: _Set | None = None
    metrics: Annotated[tuple[_Metric, ...], Missing] = ()


class _Model(Fields):
    name: Any = None
    results: Annotated[tuple[_Result, ...], Missing] = ()


class _Card(Fields):
    license: Any = None
    license_name: Any = None
    license_link: Any = None
    datasets: Any = None
    base_model: Any = None
    base_model_relation: Any = None
    library_name: Any = None
    pipeline_tag: Any = None
    models: Annotated[tuple[_Model, ...], Missing] = Field(default=(), alias="model-index")


def recognises(file: Content) -> bool:
    """Front matter with the keys of a card, or with a list in their place and a README below it."""
    parts = _parts(file.text)
    if parts is None:
        return False
    front, body = parts
    keys = set(_KEY.findall(front))
    if keys & _OURS or keys & _DATA:
        return True
    if "license" in keys or {"datasets", "metrics"} <= keys:
        return not keys & _OTHERS
    return not keys and front.lstrip()[:1] in ("[", "-") and body.lstrip().startswith("# ")


def _parts(text: str | None) -> tuple[str, str] | None:
    """The front matter and what follows it; None where there is none."""
    if text is None or not text.startswith("---"):
        return None
    listed = text[:_LONGEST].splitlines()
    if not listed or listed[0].rstrip() != "---":
        return None
    for index, each in enumerate(listed[1:], start=1):
        if each.rstrip() == "---":
            return "\n".join(listed[1:index]) + "\n", "\n".join(listed[index + 1 : index + 20])
    return None


def read(file: Content) -> Reading:
    """Its licence, what it was made from, the data it names, and the scores that its author states."""
    front, _ = _parts(file.text) or ("", "")
    given = read_yaml(front, first_line=2)
    if not isinstance(given, dict):
        kind = "a list" if isinstance(given, list) else "nothing with names"
        raise Unreadable(
            "This looks like a model card and cannot be read.",
            [Problem("line 2", f"the part between the lines of dashes is {kind}, and should be a map of fields")],
        )
    card = fields(_Card, given, _WHAT)
    is_data = bool(given.keys() & _DATA) and not given.keys() & _OURS
    name = next(iter(lines(each.name for each in card.models)), "the dataset" if is_data else "the model")
    part = Part(name=name, kind="dataset" if is_data else "model", where="license", licences=_licences(card))
    return Reading(
        kind="hf-dataset-card" if is_data else "hf-model-card",
        title="Dataset card (Hugging Face)" if is_data else "Model card (Hugging Face)",
        grade="documented",
        findings=(*licence_findings([part]), *_made_from(card), *_scores(card)),
        remarks=(
            *licence_remarks([part]),
            *_remarks(card, part),
            "The file states no date and no version: the history of its repository does.",
            UNSIGNED,
        ),
    )


def _texts(value: Any) -> tuple[str, ...]:
    """A field that may be one text or a list of them."""
    return lines(value if isinstance(value, list) else [value])[:MOST_SHOWN]


def _licences(card: _Card) -> tuple[Licence, ...]:
    found = []
    for each in _texts(card.license):
        name = line(card.license_name)
        one = licence(name, "name") if each == "other" and name else licence(each, "hub")
        if one is not None:
            found.append(one)
    return tuple(found)


def _made_from(card: _Card) -> Iterator[Finding]:
    for metric, field, value in (
        ("hf.base_model", "base_model", card.base_model),
        ("hf.dataset", "datasets", card.datasets),
    ):
        listed = _texts(value)
        if not listed:
            continue
        yield Finding(
            metric=f"{metric}.count",
            statistic="count",
            value=len(listed),
            unit="{model}" if field == "base_model" else "{dataset}",
            where=field,
        )
        relation = card.base_model_relation if field == "base_model" else None
        for index, each in enumerate(listed):
            yield Finding(
                metric=metric,
                attributes=attributes(name=each, relation=line(relation)),
                where=f"{field}[{index}]" if isinstance(value, list) else field,
            )


def _scores(card: _Card) -> Iterator[Finding]:
    shown = 0
    for m, model in enumerate(card.models):
        for r, result in enumerate(model.results):
            data = result.dataset or _Set()
            for s, score in enumerate(result.metrics):
                value, metric = figure(score.value), line(score.type)
                if value is None or metric is None or shown >= MOST_SHOWN:
                    continue
                shown += 1
                yield Finding(
                    metric=metric,
                    value=value,
                    unit=unit_of(metric, value),
                    attributes=attributes(
                        model=line(model.name),
                        task=line(result.task.type) if result.task else None,
                        dataset=line(data.name) or line(data.type),
                        config=line(data.config),
                        split=line(data.split),
                        revision=line(data.revision),
                        claimed_by="author",
                    ),
                    where=f"model-index[{m}].results[{r}].metrics[{s}]",
                )


def _remarks(card: _Card, part: Part) -> Iterator[str]:
    stated = [each.words for each in part.licences if each.form == "hub"]
    if "other" in stated:
        yield "The licence is called other: its text has to be read by a person."
    if stated:
        yield "The licence is named by an id of the hub, which is none of SPDX; some of its ids are no open licence."
    if _texts(card.base_model):
        yield "It was made from another model, whose licence holds beside its own."
    elif part.kind == "model":
        yield "It does not say whether it was made from another model."
    metrics = [score for model in card.models for result in model.results for score in result.metrics]
    if metrics:
        yield "The scores are its author's claims, not a test that was seen."
    lost = sum(figure(each.value) is None for each in metrics)
    if lost:
        yield f"Scores that are no finite number are left out: {lost}."
    if any((value := figure(each.value)) is not None and value > 1 for each in metrics):
        yield "Some scores are above 1: whether they are per cent, the file does not say."

"""CycloneDX bills of materials in JSON, above all those of machine learning."""

from collections.abc import Iterator
from typing import Annotated, Any

from app.evidence.content import Content
from app.evidence.provenance import MOST_SHOWN, UNSIGNED, Licence, Part, licence, licence_findings, licence_remarks
from app.evidence.reading import GradeName, Reading
from app.evidence.stated import (
    CamelFields,
    Missing,
    Several,
    attributes,
    day,
    fields,
    figure,
    figure_in_text,
    line,
    refuse_if_many,
)
from app.finding import Finding

_WHAT = "a CycloneDX bill of materials"
_MODEL = "machine-learning-model"


class _Named(CamelFields):
    name: str | None = None
    version: str | None = None


class _Stated(CamelFields):
    id: str | None = None
    name: str | None = None


class _Licence(CamelFields):
    license: _Stated | None = None
    expression: str | None = None
    acknowledgement: str | None = None


class _Hash(CamelFields):
    alg: str | None = None
    content: str | None = None


class _Quantity(CamelFields):
    value: float | str | None = None
    unit: str | None = None

    @property
    def number(self) -> float | None:
        if isinstance(self.value, str):
            found = figure_in_text(self.value)
            return found[0] if found and not found[1] else None
        return figure(self.value)


class _Interval(CamelFields):
    lower_bound: str | float | None = None
    upper_bound: str | float | None = None


class _Performance(CamelFields):
    type: str | None = None
    value: str | float | None = None
    slice: str | None = None
    confidence_interval: _Interval | None = None


class _Quantitative(CamelFields):
    performance_metrics: Annotated[tuple[_Performance, ...], Missing] = ()


class _Energy(CamelFields):
    activity: str | None = None
    activity_energy_cost: _Quantity | None = None
    co2_cost_equivalent: _Quantity | None = None
    co2_cost_offset: _Quantity | None = None


class _Environmental(CamelFields):
    energy_consumptions: Annotated[tuple[_Energy, ...], Missing] = ()


class _Considerations(CamelFields):
    technical_limitations: Annotated[tuple[Any, ...], Several] = ()
    ethical_considerations: Annotated[tuple[Any, ...], Several] = ()
    fairness_assessments: Annotated[tuple[Any, ...], Several] = ()
    environmental_considerations: _Environmental | None = None


class _Approach(CamelFields):
    type: str | None = None


class _Dataset(CamelFields):
    name: str | None = None
    ref: str | None = None
    classification: str | None = None


class _Parameters(CamelFields):
    approach: _Approach | None = None
    task: str | None = None
    architecture_family: str | None = None
    datasets: Annotated[tuple[_Dataset, ...], Missing] = ()


class _Card(CamelFields):
    model_parameters: _Parameters | None = None
    quantitative_analysis: _Quantitative | None = None
    considerations: _Considerations | None = None


class _Component(CamelFields):
    type: str | None = None
    group: str | None = None
    name: str | None = None
    version: str | None = None
    purl: str | None = None
    licenses: Annotated[tuple[_Licence, ...], Missing] = ()
    hashes: Annotated[tuple[_Hash, ...], Missing] = ()
    model_card: _Card | None = None

    @property
    def title(self) -> str:
        name = line(self.name) or "without a name"
        group = line(self.group)
        return line(f"{group}/{name}") or name if group and not name.startswith(f"{group}/") else name

    @property
    def identity(self) -> str:
        return self.purl or f"{self.title}@{self.version or ''}"

    @property
    def pinned(self) -> bool:
        """Whether the very version is named: by a version of its own or by the package address's."""
        return bool(line(self.version)) or "@" in (self.purl or "")

    @property
    def hashed(self) -> bool:
        return any(each.alg and each.content for each in self.hashes)

    @property
    def said(self) -> list[Licence]:
        found = []
        for each in self.licenses:
            stated = each.license
            for words, form in (
                (stated and stated.id, "id"),
                (stated and stated.name, "name"),
                (each.expression, "expression"),
            ):
                one = licence(words, form, each.acknowledgement)
                if one is not None:
                    found.append(one)
                    break
        return found


def recognises(file: Content) -> bool:
    """An object that says it is CycloneDX, and which version of it."""
    bom = file.json
    return isinstance(bom, dict) and bom.get("bomFormat") == "CycloneDX" and isinstance(bom.get("specVersion"), str)


def read(file: Content) -> Reading:
    """Its models and data: how many, their licences, versions, digests, and what their cards say."""
    bom: dict[str, Any] = file.json
    models, data, others = _parts(bom)
    parts = [Part(name=one.title, kind="model", where=at, licences=one.said) for at, one in models] + [
        Part(name=one.title, kind="dataset", where=at, licences=one.said) for at, one in data
    ]
    tool = _tool(bom)
    metadata = bom.get("metadata")
    stated = day(metadata.get("timestamp")) if isinstance(metadata, dict) else None
    return Reading(
        kind="cyclonedx",
        title="CycloneDX bill of materials",
        tool=line(tool.name) if tool else None,
        version=line(tool.version) if tool else None,
        observed_on=stated,
        grade=_grade(bom, [one for _, one in models]),
        findings=(
            *_counts(models, data, others, bom),
            *licence_findings(parts),
            *(finding for at, one in models[:MOST_SHOWN] for finding in _model(at, one)),
        ),
        remarks=(
            *_remarks(bom, [one for _, one in models]),
            *licence_remarks(parts),
            *([] if stated else ["The file states no date: say when it was made."]),
        ),
    )


_Found = list[tuple[str, _Component]]


def _parts(bom: dict[str, Any]) -> tuple[_Found, _Found, int]:
    """The models and the data, each of them once, and how many other parts there are."""
    models: dict[str, tuple[str, _Component]] = {}
    data: dict[str, tuple[str, _Component]] = {}
    others = 0
    for where, given in _components(bom):
        if given.get("type") not in (_MODEL, "data") and not given.get("modelCard"):
            others += 1
            continue
        refuse_if_many(models, "models")
        refuse_if_many(data, "sets of data")
        one = fields(_Component, given, _WHAT)
        into = data if one.type == "data" and one.model_card is None else models
        known = into.get(one.identity)
        if known is None or (not known[1].said and one.said):
            into[one.identity] = (where, one)
    return list(models.values()), list(data.values()), others


def _components(bom: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every component of the bill, those within others too, with its place."""
    waiting: list[tuple[str, Any]] = [("components", bom.get("components"))]
    metadata = bom.get("metadata")
    if isinstance(metadata, dict) and isinstance(metadata.get("component"), dict):
        yield "metadata.component", metadata["component"]
        waiting.append(("metadata.component.components", metadata["component"].get("components")))
    while waiting:
        where, listed = waiting.pop()
        if listed is None:
            continue
        for index, each in enumerate(fields(list[dict[str, Any]], listed, _WHAT)):
            yield f"{where}[{index}]", each
            waiting.append((f"{where}[{index}].components", each.get("components")))


def _tool(bom: dict[str, Any]) -> _Named | None:
    """The first tool that is named, in the form up to 1.4 or since 1.5."""
    metadata = bom.get("metadata")
    tools = metadata.get("tools") if isinstance(metadata, dict) else None
    if isinstance(tools, dict):
        tools = tools.get("components") or tools.get("services")
    named = fields(list[_Named], tools or [], _WHAT)
    return named[0] if named else None


def _grade(bom: dict[str, Any], models: list[_Component]) -> GradeName:
    """A declaration, unless a tool took it from what runs and every model has its digest."""
    metadata = bom.get("metadata")
    phases = metadata.get("lifecycles") if isinstance(metadata, dict) else None
    seen_running = any(
        isinstance(each, dict) and each.get("phase") in ("operations", "discovery")
        for each in (phases if isinstance(phases, list) else [])
    )
    return "demonstrated" if seen_running and models and all(one.hashed for one in models) else "documented"


def _counts(models: _Found, data: _Found, others: int, bom: dict[str, Any]) -> Iterator[Finding]:
    written = attributes(spec_version=bom["specVersion"], serial_number=bom.get("serialNumber"))
    inline = {
        name
        for _, one in models
        for each in _datasets(one)
        if each.ref is None and (name := line(each.name)) is not None
    }
    listed = len(data) + len(inline)
    for metric, value, unit in (
        ("cyclonedx.ml_model.count", len(models), "{model}"),
        ("cyclonedx.dataset.count", listed, "{dataset}"),
        ("cyclonedx.other_part.count", others, "{part}"),
    ):
        yield Finding(metric=metric, statistic="count", value=value, unit=unit, attributes=written, where="components")
    for metric, count in (
        ("cyclonedx.ml_model.version_pinned", sum(one.pinned for _, one in models)),
        ("cyclonedx.ml_model.hash_stated", sum(one.hashed for _, one in models)),
    ):
        if models:
            of = attributes(n=len(models))
            yield Finding(metric=metric, statistic="count", value=count, unit="{model}", attributes=of)


def _datasets(one: _Component) -> tuple[_Dataset, ...]:
    card = one.model_card
    return card.model_parameters.datasets if card and card.model_parameters else ()


def _model(where: str, one: _Component) -> Iterator[Finding]:
    card = one.model_card or _Card()
    considered = card.considerations or _Considerations()
    parameters = card.model_parameters or _Parameters()
    yield Finding(
        metric="cyclonedx.ml_model",
        attributes=attributes(
            model=one.title,
            version=one.version,
            version_pinned=one.pinned,
            hash_stated=one.hashed,
            licence_stated=bool(one.said),
            approach=parameters.approach.type if parameters.approach else None,
            task=parameters.task,
            architecture_family=parameters.architecture_family,
            datasets=len(parameters.datasets),
            limitations=len(considered.technical_limitations),
            ethical_considerations=len(considered.ethical_considerations),
            fairness_assessments=len(considered.fairness_assessments),
        ),
        where=where,
    )
    yield from _performance(where, one)
    for index, used in enumerate((considered.environmental_considerations or _Environmental()).energy_consumptions):
        at = f"{where}.modelCard.considerations.environmentalConsiderations.energyConsumptions[{index}]"
        for metric, quantity in (
            ("cyclonedx.energy", used.activity_energy_cost),
            ("cyclonedx.co2_equivalent", used.co2_cost_equivalent),
            ("cyclonedx.co2_offset", used.co2_cost_offset),
        ):
            if quantity is not None and quantity.number is not None:
                carried = attributes(model=one.title, activity=used.activity)
                unit = line(quantity.unit)
                yield Finding(metric=metric, value=quantity.number, unit=unit, attributes=carried, where=at)


def _performance(where: str, one: _Component) -> Iterator[Finding]:
    analysis = one.model_card and one.model_card.quantitative_analysis
    for index, measured in enumerate(analysis.performance_metrics[:MOST_SHOWN] if analysis else ()):
        number = figure_in_text(str(measured.value)) if measured.value is not None else None
        if number is None:
            continue
        value, per_cent = number
        interval = measured.confidence_interval or _Interval()
        lower, upper = (figure_in_text(str(end)) for end in (interval.lower_bound, interval.upper_bound))
        yield Finding(
            metric=line(f"cyclonedx.performance.{measured.type or 'metric'}") or "cyclonedx.performance",
            value=value / 100 if per_cent else value,
            unit="1" if per_cent else None,
            attributes=attributes(
                model=one.title,
                slice=measured.slice,
                lower=lower and lower[0],
                upper=upper and upper[0],
                raw=value if per_cent else None,
                raw_unit="%" if per_cent else None,
            ),
            where=f"{where}.modelCard.quantitativeAnalysis.performanceMetrics[{index}]",
        )


def _remarks(bom: dict[str, Any], models: list[_Component]) -> Iterator[str]:
    if not models:
        yield "It lists no model of machine learning."
    loose = sum(not one.pinned for one in models)
    if loose:
        yield f"Models named without a version, so that the weights meant are open: {loose} of {len(models)}."
    unhashed = sum(not one.hashed for one in models)
    if unhashed:
        yield f"Models without a digest, which cannot be compared with what is served: {unhashed} of {len(models)}."
    prose = sum(
        measured.value is not None and figure_in_text(str(measured.value)) is None
        for one in models
        if one.model_card and one.model_card.quantitative_analysis
        for measured in one.model_card.quantitative_analysis.performance_metrics
    )
    if prose:
        yield f"Performance figures that are words and no numbers are left out: {prose}."
    compositions = bom.get("compositions")
    listed = compositions if isinstance(compositions, list) else []
    if not any(isinstance(each, dict) and each.get("aggregate") == "complete" for each in listed):
        yield "It does not say that it is complete."
    yield "It is signed; the signature was not checked." if bom.get("signature") else UNSIGNED

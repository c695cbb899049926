"""SPDX 3 documents in JSON-LD with their AI and dataset profiles; those of SPDX 2 are known and have none."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from app.evidence.content import Content
from app.evidence.provenance import (
    MOST_SHOWN,
    NOT_STATED,
    UNSIGNED,
    Licence,
    Part,
    licence,
    licence_findings,
    licence_remarks,
)
from app.evidence.reading import Reading
from app.evidence.stated import Fields, Missing, Several, attributes, day, fields, figure_in_text, line, refuse_if_many
from app.finding import Finding

_WHAT = "an SPDX document"
_CONTEXT = "https://spdx.org/rdf/3."
_LISTED = "https://spdx.org/licenses/"
_KILOWATT_HOURS = {"kilowattHour": 1.0, "megajoule": 1 / 3.6}

_Graph = Sequence[dict[str, Any]]


class _Entry(Fields):
    key: str | None = None
    value: str | None = None


class _Energy(Fields):
    ai_energyQuantity: str | float | None = None  # noqa: N815 the format's own names, here and below
    ai_energyUnit: str | None = None  # noqa: N815


class _Consumption(Fields):
    ai_trainingEnergyConsumption: Annotated[tuple[_Energy, ...], Missing] = ()  # noqa: N815
    ai_finetuningEnergyConsumption: Annotated[tuple[_Energy, ...], Missing] = ()  # noqa: N815
    ai_inferenceEnergyConsumption: Annotated[tuple[_Energy, ...], Missing] = ()  # noqa: N815


class _Model(Fields):
    name: str | None = None
    software_packageVersion: str | None = None  # noqa: N815
    ai_typeOfModel: Annotated[tuple[str, ...], Several] = ()  # noqa: N815
    ai_domain: Annotated[tuple[str, ...], Several] = ()
    ai_autonomyType: str | None = None  # noqa: N815
    ai_useSensitivePersonalInformation: str | None = None  # noqa: N815
    ai_safetyRiskAssessment: str | None = None  # noqa: N815
    ai_limitation: str | None = None
    ai_metric: Annotated[tuple[_Entry, ...], Missing] = ()
    ai_energyConsumption: _Consumption | None = None  # noqa: N815
    verifiedUsing: Annotated[tuple[Any, ...], Several] = ()  # noqa: N815


class _Data(Fields):
    name: str | None = None
    dataset_datasetType: Annotated[tuple[str, ...], Several] = ()  # noqa: N815
    dataset_datasetSize: float | str | None = None  # noqa: N815
    dataset_hasSensitivePersonalInformation: str | None = None  # noqa: N815
    dataset_confidentialityLevel: str | None = None  # noqa: N815
    dataset_datasetAvailability: str | None = None  # noqa: N815
    dataset_knownBias: Annotated[tuple[Any, ...], Several] = ()  # noqa: N815
    dataset_anonymizationMethodUsed: Annotated[tuple[Any, ...], Several] = ()  # noqa: N815
    dataset_intendedUse: str | None = None  # noqa: N815
    verifiedUsing: Annotated[tuple[Any, ...], Several] = ()  # noqa: N815


def recognises(file: Content) -> bool:
    """A graph in SPDX 3's context, or a document that says which SPDX 2 it is."""
    document = file.json
    if not isinstance(document, dict):
        return False
    if isinstance(document.get("@graph"), list):
        context = document.get("@context")
        return any(
            isinstance(each, str) and each.startswith(_CONTEXT) and "context" in each
            for each in (context if isinstance(context, list) else [context])
        )
    version = document.get("spdxVersion")
    return isinstance(version, str) and version.startswith("SPDX-2.") and "SPDXID" in document


def read(file: Content) -> Reading:
    """Its models and data sets: licences, personal data, safety risk, energy, figures, what was trained on what."""
    if "@graph" not in file.json:
        return _second(file.json)
    graph = [each for each in file.json["@graph"] if isinstance(each, dict)]
    at = {id(each): f"@graph[{index}]" for index, each in enumerate(file.json["@graph"])}
    nodes = {_id(each): each for each in graph if _id(each).startswith("_:")}
    models = [(_inlined(each, nodes), at[id(each)]) for each in graph if each.get("type") == "ai_AIPackage"]
    data = [(each, at[id(each)]) for each in graph if each.get("type") == "dataset_DatasetPackage"]
    refuse_if_many(models, "AI packages")
    refuse_if_many(data, "datasets")
    licences = _licences(graph)
    parts = [
        Part(name=_name(each), kind=kind, where=where, licences=licences.get(_id(each), ()))
        for kind, found in (("model", models), ("dataset", data))
        for each, where in found
    ]
    creation = _creation(graph)
    created = day(creation.get("created"))
    return Reading(
        kind="spdx3",
        title="SPDX 3 document",
        tool=_tool(graph, creation),
        observed_on=created,
        grade="documented",
        findings=(
            *_counts(graph, len(models), len(data), creation),
            *licence_findings(parts),
            *(finding for each, where in models[:MOST_SHOWN] for finding in _model(each, where)),
            *(finding for each, where in data[:MOST_SHOWN] for finding in _data(each, where)),
        ),
        remarks=(
            *([] if models or data else ["It describes no AI package and no dataset."]),
            *_prose(models),
            *licence_remarks(parts),
            *([] if created else ["The file states no date: say when it was made."]),
            UNSIGNED,
        ),
    )


def _second(document: dict[str, Any]) -> Reading:
    creation = document.get("creationInfo")
    created = day(creation.get("created")) if isinstance(creation, dict) else None
    packages = document.get("packages")
    return Reading(
        kind="spdx2",
        title="SPDX 2 document",
        observed_on=created,
        grade="documented",
        findings=(
            (
                Finding(
                    metric="spdx.package.count",
                    statistic="count",
                    value=len(packages),
                    unit="{package}",
                    attributes=attributes(spec_version=line(document["spdxVersion"])),
                    where="packages",
                ),
            )
            if isinstance(packages, list)
            else ()
        ),
        remarks=(
            "SPDX 2 has no profile for models and data: what is in them is not told. Export it as SPDX 3.",
            UNSIGNED,
        ),
    )


def _id(element: Mapping[str, Any]) -> str:
    found = element.get("spdxId") or element.get("@id")
    return found if isinstance(found, str) else ""


def _name(element: Mapping[str, Any]) -> str:
    return line(element.get("name")) or "without a name"


def _inlined(package: dict[str, Any], nodes: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """A package with its figures and energy in it, where the file has them as nodes of their own."""

    def node(value: Any) -> Any:
        return nodes.get(value, value) if isinstance(value, str) else value

    def each_of(value: Any) -> Any:
        return [node(one) for one in value] if isinstance(value, list) else node(value)

    used = node(package.get("ai_energyConsumption"))
    if isinstance(used, dict):
        used = {name: each_of(value) for name, value in used.items()}
    return {**package, "ai_metric": each_of(package.get("ai_metric")), "ai_energyConsumption": used}


def _creation(graph: _Graph) -> Mapping[str, Any]:
    """The document's own creation, not that of its parts."""
    named: Any = next((each.get("creationInfo") for each in graph if each.get("type") == "SpdxDocument"), None)
    if isinstance(named, dict):
        return named
    creations = [each for each in graph if each.get("type") == "CreationInfo"]
    chosen = [each for each in creations if named is not None and _id(each) == named]
    return (chosen or creations or [{}])[0]


def _tool(graph: _Graph, creation: Mapping[str, Any]) -> str | None:
    using = creation.get("createdUsing")
    named = using[0] if isinstance(using, list) and using else None
    return next((line(each.get("name")) for each in graph if named is not None and _id(each) == named), None)


def _links(graph: _Graph, kind: str) -> Iterator[tuple[str, list[str]]]:
    for each in graph:
        if each.get("relationshipType") == kind and isinstance(each.get("from"), str):
            to = each.get("to")
            listed = to if isinstance(to, list) else [to]
            yield each["from"], [one for one in listed if isinstance(one, str)]


def _licences(graph: _Graph) -> dict[str, list[Licence]]:
    """The licences declared and concluded, by the part that they are of."""
    elements = {_id(each): each for each in graph if str(each.get("type")).find("icens") >= 0}
    found: dict[str, list[Licence]] = {}
    for kind, acknowledged in (("hasDeclaredLicense", "declared"), ("hasConcludedLicense", "concluded")):
        for part, targets in _links(graph, kind):
            for target in targets:
                one = _licence(target, elements.get(target), acknowledged)
                if one is not None:
                    found.setdefault(part, []).append(one)
    return found


def _licence(target: str, element: Mapping[str, Any] | None, acknowledged: str) -> Licence | None:
    if target.rsplit("/", 1)[-1] in ("NoAssertion", "NoAssertionLicense", "None", "NoneLicense"):
        return None
    if element is not None:
        expression = element.get("simplelicensing_licenseExpression")
        if expression is not None:
            return licence(expression, "expression", acknowledged)
        if not target.startswith(_LISTED):
            return licence(element.get("name"), "name", acknowledged)
    return licence(target.removeprefix(_LISTED), "id", acknowledged) if target.startswith(_LISTED) else None


def _counts(graph: _Graph, models: int, data: int, creation: Mapping[str, Any]) -> Iterator[Finding]:
    document: Any = next((each.get("profileConformance") for each in graph if each.get("type") == "SpdxDocument"), None)
    profiles = sorted(each for each in document if isinstance(each, str)) if isinstance(document, list) else []
    carried = attributes(
        spec_version=line(creation.get("specVersion")), profiles=", ".join(profiles) if profiles else None
    )
    for metric, value, unit in (
        ("spdx.ai_package.count", models, "{model}"),
        ("spdx.dataset.count", data, "{dataset}"),
    ):
        yield Finding(metric=metric, statistic="count", value=value, unit=unit, attributes=carried, where="@graph")
    for metric, kind in (("spdx.trained_on.count", "trainedOn"), ("spdx.tested_on.count", "testedOn")):
        used = {one for _, to in _links(graph, kind) for one in to}
        if used:
            yield Finding(metric=metric, statistic="count", value=len(used), unit="{part}", where="@graph")


def _model(element: dict[str, Any], where: str) -> Iterator[Finding]:
    one = fields(_Model, element, _WHAT)
    name = _name(element)
    yield Finding(
        metric="spdx.ai_package",
        attributes=attributes(
            model=name,
            version=one.software_packageVersion,
            type=", ".join(one.ai_typeOfModel) or None,
            domain=", ".join(one.ai_domain) or None,
            autonomy=one.ai_autonomyType or NOT_STATED,
            sensitive_personal_information=one.ai_useSensitivePersonalInformation or NOT_STATED,
            safety_risk=one.ai_safetyRiskAssessment or NOT_STATED,
            limitations_stated=bool(line(one.ai_limitation)),
            hash_stated=bool(one.verifiedUsing),
        ),
        where=where,
    )
    for index, entry in enumerate(one.ai_metric[:MOST_SHOWN]):
        number = figure_in_text(entry.value or "")
        if number is not None and line(entry.key):
            value, per_cent = number
            yield Finding(
                metric=line(f"ai_metric.{entry.key}") or "ai_metric",
                value=value / 100 if per_cent else value,
                unit="1" if per_cent else None,
                attributes=attributes(model=name, raw=value if per_cent else None, raw_unit="%" if per_cent else None),
                where=f"{where}.ai_metric[{index}]",
            )
    yield from _energy(one.ai_energyConsumption or _Consumption(), name, where)


def _energy(used: _Consumption, name: str, where: str) -> Iterator[Finding]:
    for activity, listed in (
        ("training", used.ai_trainingEnergyConsumption),
        ("finetuning", used.ai_finetuningEnergyConsumption),
        ("inference", used.ai_inferenceEnergyConsumption),
    ):
        for index, one in enumerate(listed[:MOST_SHOWN]):
            number = figure_in_text(str(one.ai_energyQuantity)) if one.ai_energyQuantity is not None else None
            if number is None:
                continue
            factor = _KILOWATT_HOURS.get(one.ai_energyUnit or "")
            converted = factor is not None and one.ai_energyUnit != "kilowattHour"
            yield Finding(
                metric="spdx.energy",
                value=number[0] * (factor or 1.0),
                unit=None if factor is None else "kWh",
                attributes=attributes(
                    model=name,
                    activity=activity,
                    raw=number[0] if converted else None,
                    raw_unit=one.ai_energyUnit if converted or factor is None else None,
                ),
                where=f"{where}.ai_energyConsumption.ai_{activity}EnergyConsumption[{index}]",
            )


def _data(element: dict[str, Any], where: str) -> Iterator[Finding]:
    one = fields(_Data, element, _WHAT)
    name = _name(element)
    yield Finding(
        metric="spdx.dataset",
        attributes=attributes(
            dataset=name,
            type=", ".join(one.dataset_datasetType) or None,
            sensitive_personal_information=one.dataset_hasSensitivePersonalInformation or NOT_STATED,
            confidentiality=one.dataset_confidentialityLevel or NOT_STATED,
            availability=one.dataset_datasetAvailability,
            known_biases=len(one.dataset_knownBias),
            anonymised=bool(one.dataset_anonymizationMethodUsed) or None,
            intended_use_stated=bool(line(one.dataset_intendedUse)),
            hash_stated=bool(one.verifiedUsing),
        ),
        where=where,
    )
    size = figure_in_text(str(one.dataset_datasetSize)) if one.dataset_datasetSize is not None else None
    if size is not None:  # in bytes by the standard, in records by many who write it: without a unit
        yield Finding(
            metric="dataset_datasetSize",
            value=size[0],
            attributes=attributes(dataset=name),
            where=f"{where}.dataset_datasetSize",
        )


def _prose(models: Sequence[tuple[dict[str, Any], str]]) -> Iterator[str]:
    words = sum(
        figure_in_text(entry.value or "") is None
        for element, _ in models
        for entry in fields(_Model, element, _WHAT).ai_metric
    )
    if words:
        yield f"Figures that are words and no numbers are left out: {words}."

"""Trivy's own JSON: vulnerable packages, wrong settings, secrets and licences in an image, a folder or a cluster."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_pascal

from app.evidence.content import Content
from app.evidence.reading import Reading
from app.evidence.stated import Fields, Figure, Flag, Missing, MissingMap, attributes, day, fields, line, lines
from app.finding import Finding

SEVERITIES = ("CRITICAL", "HIGH", "MEDIUM", "LOW", "UNKNOWN")
_PACKAGES = frozenset({"os-pkgs", "lang-pkgs"})
_IN_RESULTS = frozenset({"Vulnerabilities", "Misconfigurations", "MisconfSummary", "Secrets", "Licenses", "Class"})

About = Mapping[str, bool | int | float | str]


class _Fields(Fields):
    """In the format the names begin with a capital."""

    model_config = ConfigDict(alias_generator=to_pascal)


class _Rated(_Fields):
    severity: str | None = None


class _Vulnerability(_Rated):
    vulnerability_id: str | None = Field(default=None, alias="VulnerabilityID")
    pkg_name: str | None = None
    installed_version: str | None = None
    fixed_version: str | None = None


class _Misconfiguration(_Rated):
    status: str | None = None


class _Summary(_Fields):
    successes: Figure = None


class _Result(_Fields):
    target: str | None = None
    class_: str | None = Field(default=None, alias="Class")
    vulnerabilities: Annotated[tuple[_Vulnerability, ...], Missing] = ()
    misconfigurations: Annotated[tuple[_Misconfiguration, ...], Missing] = ()
    misconf_summary: _Summary | None = None
    secrets: Annotated[tuple[_Rated, ...], Missing] = ()
    licenses: Annotated[tuple[_Rated, ...], Missing] = ()


class _System(_Fields):
    family: str | None = None
    name: str | None = None
    eosl: Flag = Field(default=None, alias="EOSL")


class _Metadata(_Fields):
    os: Annotated[_System, MissingMap] = Field(default=_System(), alias="OS")
    image_id: str | None = Field(default=None, alias="ImageID")
    repo_digests: Annotated[tuple[str, ...], Missing] = ()


class _Tool(_Fields):
    version: str | None = None


class _Report(_Fields):
    artifact_name: str | None = None
    artifact_type: str | None = None
    created_at: str | None = None
    trivy: Annotated[_Tool, MissingMap] = _Tool()
    metadata: Annotated[_Metadata, MissingMap] = _Metadata()
    results: Annotated[tuple[_Result, ...], Missing] = ()


class _Resource(_Fields):
    kind: str | None = None
    name: str | None = None
    results: Annotated[tuple[_Result, ...], Missing] = ()


class _Cluster(_Fields):
    cluster_name: str | None = None
    findings: Annotated[tuple[_Resource, ...], Missing] = ()
    resources: Annotated[tuple[_Resource, ...], Missing] = ()


def recognises(file: Content) -> bool:
    """A report on an artefact, one on a cluster, or the bare list of results that old versions wrote."""
    value = file.json
    if isinstance(value, dict):
        return _is_report(value) or _is_cluster(value)
    return isinstance(value, list) and bool(value) and all(map(_is_result, value))


def _is_report(value: Mapping[str, object]) -> bool:
    return type(value.get("SchemaVersion")) is int and "ArtifactName" in value and "ArtifactType" in value


def _is_cluster(value: Mapping[str, object]) -> bool:
    found = value.get("Findings", value.get("Resources"))
    return isinstance(value.get("ClusterName"), str) and isinstance(found, list)


def _is_result(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("Target"), str) and bool(_IN_RESULTS & value.keys())


def read(file: Content) -> Reading:
    """Count what was found by severity, each part only where it was scanned for."""
    report = _report_in(file)
    results = report.results
    system, digests = report.metadata.os, report.metadata.repo_digests
    about = attributes(
        artifact=line(report.artifact_name),
        artifact_type=line(report.artifact_type),
        image_id=line(report.metadata.image_id),
        repo_digest=next(iter(lines(digests)), None),
        os=line(f"{system.family or ''} {system.name or ''}"),
    )
    return Reading(
        kind="trivy",
        title="Trivy scan",
        tool="Trivy",
        version=line(report.trivy.version),
        observed_on=day(report.created_at),
        grade="demonstrated",
        findings=tuple(_findings(results, system, about)),
        remarks=lines(_remarks(report, results)),
    )


def _report_in(file: Content) -> _Report:
    value = file.json
    if isinstance(value, list):
        return _Report.model_validate({"Results": fields(list[_Result], value, "a Trivy scan")})
    if _is_report(value):
        return fields(_Report, value, "a Trivy scan")
    cluster = fields(_Cluster, value, "a Trivy scan of a cluster")
    named = [
        result.model_copy(update={"target": f"{each.kind}/{each.name}: {result.target}"})
        for each in (*cluster.findings, *cluster.resources)
        for result in each.results
    ]
    about = {"ArtifactName": cluster.cluster_name, "ArtifactType": "kubernetes", "Results": named}
    return _Report.model_validate(about)


def _findings(results: Sequence[_Result], system: _System, about: About) -> Iterator[Finding]:
    if _scanned_packages(results):
        yield from _vulnerabilities(results, about)
    if _scanned_settings(results):
        failed = [each for one in results for each in one.misconfigurations if each.status in (None, "FAIL")]
        yield from _by_severity("trivy.misconfigurations", "{misconfiguration}", failed, about)
        passed = [one.misconf_summary.successes for one in results if one.misconf_summary]
        if all(each is not None for each in passed) and passed:
            total = sum(each for each in passed if each is not None)
            yield _count("trivy.checks_passed", total, "{check}", about)
    for name, unit, found in (
        ("trivy.secrets", "{secret}", [each for one in results for each in one.secrets]),
        ("trivy.licenses", "{license}", [each for one in results for each in one.licenses]),
    ):
        scanned = any(one.class_ in (unit.strip("{}"), f"{unit.strip('{}')}-file") for one in results)
        if found or scanned:
            yield from _by_severity(name, unit, found, about)
    if system.eosl is not None:
        yield Finding(
            metric="trivy.os_end_of_service",
            value=float(system.eosl),
            unit="1",
            where="Metadata.OS.EOSL",
            attributes=about,
        )


def _vulnerabilities(results: Sequence[_Result], about: About) -> Iterator[Finding]:
    """Each once by its id, package, version and target, however often it is listed."""
    distinct = {
        (each.vulnerability_id, each.pkg_name, each.installed_version, one.target): each
        for one in results
        for each in one.vulnerabilities
    }
    found = list(distinct.values())
    yield from _by_severity("trivy.vulnerabilities", "{vulnerability}", found, about)
    fixable = [each for each in found if each.fixed_version]
    yield from _by_severity("trivy.vulnerabilities.fixable", "{vulnerability}", fixable, about)


def _by_severity(metric: str, unit: str, found: Sequence[_Rated], about: About) -> Iterator[Finding]:
    severities = Counter(each.severity if each.severity in SEVERITIES else "UNKNOWN" for each in found)
    yield _count(metric, len(found), unit, about)
    for severity in SEVERITIES:
        yield _count(f"{metric}.by_severity", severities[severity], unit, {**about, "severity": severity})


def _count(metric: str, value: float, unit: str, about: About) -> Finding:
    return Finding(metric=metric, statistic="count", value=float(value), unit=unit, where="Results", attributes=about)


def _scanned_packages(results: Sequence[_Result]) -> bool:
    return any(one.class_ in _PACKAGES or one.vulnerabilities for one in results)


def _scanned_settings(results: Sequence[_Result]) -> bool:
    return any(one.class_ == "config" or one.misconfigurations for one in results)


def _remarks(report: _Report, results: Sequence[_Result]) -> Iterator[str]:
    if not results:
        yield "The file holds no results: nothing was scanned, or nothing was found; it does not say which."
    elif not _scanned_packages(results):
        yield "Not scanned for vulnerabilities, which is not the same as having none."
    elif any(one.vulnerabilities for one in results):
        yield "Filters (by severity, or leaving out what has no fix) do not show in the file."
    else:
        yield "No vulnerability is listed; filters (by severity, or leaving out what has no fix) do not show."
    if results and not _scanned_settings(results):
        yield "Not scanned for wrong settings."
    if results and not any(one.class_ == "secret" or one.secrets for one in results):
        yield "No secret is listed; whether it was scanned for them is not in the file."
    if report.metadata.os.eosl:
        yield "The operating system is out of service: nobody mends what is found in it any more."
    if day(report.created_at) is None:
        yield "The file does not state when it was made."
    if report.artifact_type == "container_image" and not report.metadata.repo_digests:
        yield "The digest in the registry is not stated: that it is this image that runs has to be shown otherwise."
    yield "The state of the vulnerability database is not in the file."

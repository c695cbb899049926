"""in-toto statements, such as SLSA provenance: naked, in a signed envelope (DSSE) or in a Sigstore bundle."""

import base64
import binascii
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from app.errors import Problem, Unreadable
from app.evidence.content import Content
from app.evidence.reading import GradeName, Reading
from app.evidence.stated import (
    Fields,
    Flag,
    Missing,
    MissingMap,
    attributes,
    day,
    day_of_seconds,
    fields,
    figure_in_text,
    line,
    lines,
)
from app.finding import Finding

MOST_STATEMENTS = 100
MOST_SUBJECTS = 20  # shown one by one; the rest is counted
_WHAT = "an in-toto statement"
_PAYLOADS = "application/vnd.in-toto+json"
_STATEMENTS = "https://in-toto.io/Statement/"
_BUNDLES = "application/vnd.dev.sigstore.bundle"
_PROVENANCE = "https://slsa.dev/provenance/"
_SUMMARY = "https://slsa.dev/verification_summary/"
_EMPTY_FILE = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@dataclass(frozen=True, slots=True)
class _Signed:
    """A statement, and what stands around it."""

    statement: Any
    where: str
    signatures: int = 0
    bundle: str | None = None  # what stands for who signed, in a Sigstore bundle
    logged_on: date | None = None
    is_logged: bool = False


class _Fields(Fields):
    """In the format the names are written in camel case."""

    model_config = ConfigDict(alias_generator=to_camel)


class _Subject(_Fields):
    name: str | None = None
    digest: Annotated[dict[str, Any], MissingMap] = Field(default_factory=dict)


class _Statement(_Fields):
    predicate_type: str
    subject: Annotated[tuple[_Subject, ...], Missing] = ()
    predicate: Annotated[dict[str, Any], MissingMap] = Field(default_factory=dict)


class _Named(_Fields):
    id: str | None = None


class _Source(_Fields):
    uri: str | None = None
    digest: Annotated[dict[str, Any], MissingMap] = Field(default_factory=dict)
    entry_point: str | None = None


class _Invocation(_Fields):
    config_source: Annotated[_Source, MissingMap] = _Source()


class _Metadata(_Fields):
    build_invocation_id: str | None = Field(default=None, alias="buildInvocationID")
    invocation_id: str | None = None
    build_started_on: str | None = None
    build_finished_on: str | None = None
    started_on: str | None = None
    finished_on: str | None = None
    reproducible: Flag = None


class _Definition(_Fields):
    build_type: str | None = None
    internal_parameters: Annotated[dict[str, Any], MissingMap] = Field(default_factory=dict)
    resolved_dependencies: Annotated[tuple[_Source, ...], Missing] = ()


class _Run(_Fields):
    builder: Annotated[_Named, MissingMap] = _Named()
    metadata: Annotated[_Metadata, MissingMap] = _Metadata()


class _Build(_Fields):
    """Provenance in its two forms; what belongs to the other one is empty."""

    builder: Annotated[_Named, MissingMap] = _Named()
    build_type: str | None = None
    invocation: Annotated[_Invocation, MissingMap] = _Invocation()
    metadata: Annotated[_Metadata, MissingMap] = _Metadata()
    materials: Annotated[tuple[_Source, ...], Missing] = ()
    build_definition: Annotated[_Definition, MissingMap] = _Definition()
    run_details: Annotated[_Run, MissingMap] = _Run()

    def states(self) -> Mapping[str, bool | int | float | str]:
        """Who built what from where, as far as it is stated."""
        first = next(iter(self.build_definition.resolved_dependencies), _Source())
        source = self.invocation.config_source if self.invocation.config_source.uri else first
        workflow = self.build_definition.internal_parameters.get("github")
        runner = workflow.get("runner_environment") if isinstance(workflow, dict) else None
        return attributes(
            builder=line(self.builder.id) or line(self.run_details.builder.id),
            build_type=line(self.build_type) or line(self.build_definition.build_type),
            source=line(source.uri),
            commit=next(iter(lines(source.digest.get(each) for each in ("gitCommit", "sha1", "sha256"))), None),
            invocation=line(self.metadata.build_invocation_id) or line(self.run_details.metadata.invocation_id),
            runner=line(runner),
        )

    def finished_on(self) -> date | None:
        """The day on which the build ended."""
        return day(self.metadata.build_finished_on) or day(self.run_details.metadata.finished_on)


class _Envelope(_Fields):
    payload_type: str
    payload: str
    signatures: Annotated[tuple[dict[str, Any], ...], Missing] = ()


class _Entry(_Fields):
    integrated_time: str | int | None = None


class _Material(_Fields):
    certificate: dict[str, Any] | None = None
    x509_certificate_chain: dict[str, Any] | None = Field(default=None, alias="x509CertificateChain")
    tlog_entries: Annotated[tuple[_Entry, ...], Missing] = ()


class _Bundle(_Fields):
    media_type: str
    verification_material: Annotated[_Material, MissingMap] = _Material()
    dsse_envelope: _Envelope | None = None


def recognises(file: Content) -> bool:
    """A statement, an envelope or a bundle of them, one or one a line, or the lists in which services keep them."""
    value = file.json
    if isinstance(value, dict):
        return bool(_wrapped(value)) or _is_one(value)
    found = file.json_lines
    return bool(found) and all(isinstance(each, dict) and _is_one(each) for each in found or ())


def _is_one(value: Mapping[str, Any]) -> bool:
    return _is_statement(value) or _is_envelope(value) or _is_bundle(value)


def _is_statement(value: Mapping[str, Any]) -> bool:
    kind = value.get("_type")
    return isinstance(kind, str) and kind.startswith(_STATEMENTS) and "predicateType" in value


def _is_envelope(value: Mapping[str, Any]) -> bool:
    return value.get("payloadType") == _PAYLOADS and isinstance(value.get("payload"), str)


def _is_bundle(value: Mapping[str, Any]) -> bool:
    kind = value.get("mediaType")
    return isinstance(kind, str) and kind.startswith(_BUNDLES) and "verificationMaterial" in value


def _wrapped(value: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """What stands in the lists of GitHub (attestations) and Google Cloud Build (provenance), with its place."""
    listed, key, name = value.get("attestations"), "bundle", "attestations"
    if not isinstance(listed, list):
        summary = value.get("provenance_summary")
        listed = summary.get("provenance") if isinstance(summary, dict) else None
        key, name = "envelope", "provenance_summary.provenance"
    if not isinstance(listed, list):
        return []
    inner = [(f"{name}[{at}].{key}", each.get(key)) for at, each in enumerate(listed) if isinstance(each, dict)]
    return [(where, each) for where, each in inner if isinstance(each, dict) and _is_one(each)]


def read(file: Content) -> Reading:
    """Read what each statement says of which files."""
    found = [_opened(each, where) for where, each in _outer(file)]
    statements = [(each, fields(_Statement, each.statement, _WHAT)) for each in found]
    builds = [_build(statement) for _, statement in statements]
    days = [
        (build.finished_on() if build else None) or signed.logged_on
        for signed, build in zip(found, builds, strict=True)
    ]
    known = [each for each in days if each is not None]
    signed = all(each.signatures for each in found)
    grade: GradeName = "documented" if signed else "asserted"
    builders = lines(build.states().get("builder") for build in builds if build)
    kinds = lines(statement.predicate_type for _, statement in statements)
    return Reading(
        kind="slsa-provenance" if any(builds) else "in-toto-statement",
        title="SLSA provenance" if any(builds) else "in-toto statement",
        tool=next(iter(builders), None),
        version=kinds[0].rpartition("/")[2] if len(kinds) == 1 and any(builds) else None,
        observed_on=min(known) if len(known) == len(days) else None,
        grade=grade,
        findings=tuple(
            finding
            for (signed_one, statement), build in zip(statements, builds, strict=True)
            for finding in _findings(signed_one, statement, build)
        ),
        remarks=lines(_remarks(statements, known)),
    )


def _outer(file: Content) -> Sequence[tuple[str, Mapping[str, Any]]]:
    value = file.json
    if isinstance(value, dict):
        return (_wrapped(value) or [("", value)])[:MOST_STATEMENTS]
    every = [each for each in file.json_lines or () if isinstance(each, dict)]
    if len(every) > MOST_STATEMENTS:
        problem = Problem("", f"holds {len(every)} statements; at most {MOST_STATEMENTS} are read")
        raise Unreadable("The statements cannot be read.", [problem])
    return [(f"statement {at}", each) for at, each in enumerate(every, start=1)]


def _opened(value: Mapping[str, Any], where: str) -> _Signed:
    """The statement in an envelope in a bundle, or as it stands."""
    if _is_statement(value):
        return _Signed(value, where)
    if _is_envelope(value):
        envelope = fields(_Envelope, value, "a signed envelope")
        return _Signed(_payload(envelope, where), where, len(envelope.signatures))
    bundle = fields(_Bundle, value, "a Sigstore bundle")
    if bundle.dsse_envelope is None:
        problem = Problem("dsseEnvelope", "is missing: the bundle signs a file and holds no statement on it")
        raise Unreadable("The Sigstore bundle cannot be read.", [problem])
    material = bundle.verification_material
    entries = material.tlog_entries
    times = [found for each in entries if (found := _day_logged(each)) is not None]
    certified = material.certificate or material.x509_certificate_chain
    return _Signed(
        _payload(bundle.dsse_envelope, f"{where}.dsseEnvelope".lstrip(".")),
        where,
        len(bundle.dsse_envelope.signatures),
        bundle="certificate" if certified else "key",
        logged_on=min(times, default=None),
        is_logged=bool(entries),
    )


def _day_logged(entry: _Entry) -> date | None:
    time = figure_in_text(str(entry.integrated_time))
    return day_of_seconds(time[0]) if time else None


def _payload(envelope: _Envelope, where: str) -> Any:
    place = f"{where}.payload".lstrip(".")
    text = envelope.payload.replace("-", "+").replace("_", "/")
    try:
        value = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), validate=True))
    except (ValueError, binascii.Error, RecursionError):
        raise Unreadable("The envelope cannot be read.", [Problem(place, "is no JSON in base64")]) from None
    if envelope.payload_type != _PAYLOADS or not isinstance(value, dict) or not _is_statement(value):
        raise Unreadable("The envelope cannot be read.", [Problem(place, "holds no in-toto statement")])
    return value


def _build(statement: _Statement) -> _Build | None:
    if not statement.predicate_type.startswith(_PROVENANCE):
        return None
    return fields(_Build, statement.predicate, "SLSA provenance")


def _findings(signed: _Signed, statement: _Statement, build: _Build | None) -> Iterator[Finding]:
    about = attributes(
        predicate_type=line(statement.predicate_type),
        signatures=signed.signatures,
        signed_with=signed.bundle,
        in_transparency_log=signed.is_logged if signed.bundle else None,
        **(build.states() if build else {}),
    )
    place = f"{signed.where}." if signed.where else ""
    yield _count("slsa.provenance" if build else "in_toto.statement", 1, "{statement}", f"{place}predicate", about)
    yield _count("in_toto.subjects", len(statement.subject), "{subject}", f"{place}subject", {})
    for at, subject in enumerate(statement.subject[:MOST_SUBJECTS]):
        digests = {line(name) or "digest": line(value) for name, value in list(subject.digest.items())[:4]}
        stated = attributes(name=line(subject.name)) | attributes(**digests)
        yield Finding(metric="in_toto.subject", where=f"{place}subject[{at}]", attributes=stated)
    yield from _levels(statement, place)


def _count(metric: str, value: int, unit: str, where: str, about: Mapping[str, bool | int | float | str]) -> Finding:
    return Finding(metric=metric, statistic="count", value=float(value), unit=unit, where=where, attributes=about)


def _levels(statement: _Statement, place: str) -> Iterator[Finding]:
    """What somebody who did verify says: the only place in which a level of SLSA stands."""
    if not statement.predicate_type.startswith(_SUMMARY):
        return
    predicate = statement.predicate
    verifier = predicate.get("verifier")
    by = verifier.get("id") if isinstance(verifier, dict) else None
    result = predicate.get("verificationResult")
    levels = predicate.get("verifiedLevels")
    said = attributes(
        verifier=line(by),
        result=line(result),
        levels=", ".join(lines(levels)) if isinstance(levels, list) else None,
        resource=line(predicate.get("resourceUri")),
    )
    passed = {"PASSED": 1.0, "FAILED": 0.0}.get(result) if isinstance(result, str) else None
    where = f"{place}predicate.verificationResult"
    yield Finding(metric="slsa.verification", value=passed, unit="1", where=where, attributes=said)


def _remarks(statements: Sequence[tuple[_Signed, _Statement]], days: Sequence[date]) -> Iterator[str]:
    for signed, statement in statements:
        if not signed.signatures:
            yield "The statement is not signed: anybody can have written it."
        else:
            yield "The signature was not checked here: verify it (slsa-verifier, cosign, gh attestation verify)."
        if not statement.subject:
            yield "The statement names no file that it speaks of."
        if any(_EMPTY_FILE in each.digest.values() for each in statement.subject):
            yield "One of the digests is that of an empty file."
        if len(statement.subject) > MOST_SUBJECTS:
            yield f"It names {len(statement.subject)} files; the first {MOST_SUBJECTS} are shown."
        if statement.predicate_type.startswith(_PROVENANCE):
            yield "A level of SLSA is not in the file: a builder's name alone does not give it."
        elif not statement.predicate_type.startswith(_SUMMARY):
            yield f"What it says is not read, only of which files: {statement.predicate_type}"
    if len(days) < len(statements):
        yield "The file does not state when it was made."
    yield "It speaks of the files with these digests: that they are what runs has to be shown beside it."

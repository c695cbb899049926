"""Commands on evidence: inspect, compare."""

import hashlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click

from app.cli.command import Group, as_json, example
from app.errors import Refused
from app.evidence.content import LARGEST_BYTES, plain_name
from app.evidence.inspect import inspected
from app.evidence.reading import Reading
from app.finding import Finding

Attributes = Mapping[str, bool | int | float | str]

_LONGEST = 400  # characters of a line


@click.group(cls=Group)
def evidence() -> None:
    """Evidence: what the tools of a pilot wrote."""


@evidence.command("inspect", epilog=example("readyroom evidence inspect results.json"))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@as_json
def inspect(file: Path, as_json: bool) -> None:
    """Read an artefact: what it is, what it shows, and what keeps it from showing more.

    It is recognised by its content, whatever its name. Needs no network and no database; nothing is kept. Exits 2 when
    no reader knows the file, or it cannot be read.
    """
    content = _bytes(file)
    reading = inspected(file.name, content)
    if as_json:
        click.echo(json.dumps(_told(file, content, reading), indent=2, ensure_ascii=False, allow_nan=False))
        return
    for shown in _lines(reading):
        click.echo(_shown(shown))


@evidence.command("compare", epilog=example("readyroom evidence compare original.json tuned.json --json"))
@click.argument("original", type=click.Path(path_type=Path, dir_okay=False))
@click.argument("changed", type=click.Path(path_type=Path, dir_okay=False))
@as_json
def compare(original: Path, changed: Path, as_json: bool) -> None:
    """Set two artefacts side by side: original and tuned model, with and without sealing, before and after.

    Figures of the same metric, statistic, unit and load are paired; the differences come with their intervals where an
    error or a number of cases is known. With --json they are findings, which a figure of an answer can hold.
    """
    from app.calculators.comparison import compared

    before, after = (inspected(file.name, _bytes(file)) for file in (original, changed))
    found = compared(before.findings, after.findings)
    if as_json:
        plain = {"findings": [_finding(each) for each in found.findings()], "remarks": list(found.remarks)}
        click.echo(json.dumps(plain, indent=2, ensure_ascii=False, allow_nan=False))
        return
    for finding in found.findings():
        click.echo(_shown(_line(finding, {})))
    for remark in found.remarks:
        click.echo(_shown(f"- {remark}"))


def _lines(reading: Reading) -> Iterator[str]:
    by = " ".join(each for each in (reading.tool, reading.version) if each)
    yield f"{reading.title}{f', by {by}' if by else ''}"
    yield f"observed on {reading.observed_on}" if reading.observed_on else "the file states no date"
    yield f"at most {reading.grade} by itself"
    shared = _shared(reading.findings)
    if shared:
        yield f"all of it: {_named(shared)}"
    for finding in reading.findings:
        yield f"  {_line(finding, shared)}"
    if not reading.findings:
        yield "  It is of a kind that is known, and has nothing to say."
    for remark in reading.remarks:
        yield f"- {remark}"


def _shared(findings: Sequence[Finding]) -> Attributes:
    """What is said of every finding: shown once."""
    if len(findings) < 2:
        return {}
    first, *others = (each.attributes for each in findings)
    return {name: value for name, value in first.items() if all(each.get(name) == value for each in others)}


def _line(finding: Finding, shared: Attributes) -> str:
    statistic = f" {finding.statistic}" if finding.statistic else ""
    value = "" if finding.value is None else f": {finding.value:.6g}{_unit(finding.unit)}"
    own = {name: value for name, value in finding.attributes.items() if name not in shared}
    where = f" [{finding.where}]" if finding.where else ""
    return f"{finding.metric}{statistic}{value}{f' ({_named(own)})' if own else ''}{where}"


def _named(attributes: Attributes) -> str:
    return ", ".join(f"{name} {value}" for name, value in attributes.items())


def _unit(unit: str | None) -> str:
    return "" if unit in (None, "1") else f" {unit}"


def _shown(text: str) -> str:
    """A line without what a terminal would obey and not print; a file may mean no good."""
    shown = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text[:_LONGEST])
    return f"{shown}…" if len(text) > _LONGEST else shown


def _told(file: Path, content: bytes, reading: Reading) -> dict[str, Any]:
    return {
        "file": plain_name(file.name),
        "sha256": hashlib.sha256(content).hexdigest(),
        "size": len(content),
        "kind": reading.kind,
        "title": reading.title,
        "tool": reading.tool,
        "version": reading.version,
        "observed_on": reading.observed_on.isoformat() if reading.observed_on else None,
        "grade": reading.grade,
        "findings": [_finding(each) for each in reading.findings],
        "remarks": list(reading.remarks),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "metric": finding.metric,
        "statistic": finding.statistic,
        "value": finding.value,
        "unit": finding.unit,
        "attributes": dict(finding.attributes),
        "where": finding.where,
    }


def _bytes(path: Path) -> bytes:
    """The file, and no more of it than tells that it is too large."""
    try:
        with nullcontext(sys.stdin.buffer) if str(path) == "-" else path.open("rb") as file:
            return file.read(LARGEST_BYTES + 1)
    except FileNotFoundError:
        raise Refused(f"There is no file {path}.") from None
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}.") from None

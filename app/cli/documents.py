"""Commands on an assessment document: no database, no server."""

import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from app import library
from app.cli.command import Command, as_json, as_of_option, day_of, example
from app.errors import Refused
from app.readiness.assessment import Assessment
from app.readiness.catalogue import Catalogue
from app.readiness.fragility import fragility
from app.readiness.score import Score
from app.readiness.score import score as score_of
from app.readiness.verdict import Verdict, cut

document = click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))


def _read(path: Path) -> str:
    try:
        return sys.stdin.buffer.read().decode() if str(path) == "-" else path.read_text("utf-8")
    except FileNotFoundError:
        raise Refused(f"There is no file {path}.") from None
    except UnicodeDecodeError as error:
        raise Refused(f"{path} is not UTF-8 text: byte {error.start} cannot be read.") from None
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}.") from None


def _scored(path: Path, day: date) -> tuple[Catalogue, Assessment, Score]:
    catalogue, assessment = library.assessment_of(_read(path))
    return catalogue, assessment, score_of(catalogue, assessment, day)


@click.command(cls=Command, epilog=example("readyroom score assessment.json --as-of 2026-11-20 --json"))
@document
@as_of_option
@as_json
def score(file: Path, as_of: datetime | None, as_json: bool) -> None:
    """Score an assessment document, without a database. Exits 0 whatever the verdict.

    Names and grades are taken as the document states them.
    """
    catalogue, assessment, scored = _scored(file, day_of(as_of))
    if as_json:
        from app.readiness.path import path_from
        from app.report.write.json import score_as_json

        hangs_on = fragility(catalogue, assessment, scored)
        plain = score_as_json(scored, hangs_on, path_from(catalogue, assessment, scored))
        click.echo(json.dumps(plain, indent=2, ensure_ascii=False))
        return
    tier = scored.tier.tier
    click.echo(f"{assessment.pilot.name}: {scored.decision.verdict.title} on {scored.as_of}")
    click.echo(f"claimed {_percent(scored.claimed)}, proven {_percent(scored.proven)}; {tier.title}: go {tier.go}")
    click.echo(f"{scored.answered} of {scored.applicable} questions answered")
    for reason in scored.decision.reasons:
        click.echo(f"- {reason.text} {reason.detail}")
    for dimension in scored.dimensions:
        claimed, proven = _percent(dimension.claimed), _percent(dimension.proven)
        click.echo(f"{dimension.dimension.title:<28} claimed {claimed:>9}   proven {proven:>9}")
    click.echo(f"Names and grades are as the document states them. Catalogue: {catalogue.id} {catalogue.version}.")


def _percent(figure: Any) -> str:
    return "not known" if figure is None else str(cut(figure))


@click.command(cls=Command, epilog=example("readyroom gate assessment.json --at-least conditional"))
@document
@click.option("--at-least", type=click.Choice(["go", "conditional"]), default="go", show_default=True, help="The bar.")
@as_of_option
def gate(file: Path, at_least: str, as_of: datetime | None) -> None:
    """Stop a pipeline: exit 1 when the verdict is below the bar, with the reasons."""
    _, assessment, scored = _scored(file, day_of(as_of))
    verdict = scored.decision.verdict
    click.echo(f"{assessment.pilot.name}: {verdict.title}. Names and grades are as the document states them.")
    if verdict.rank >= Verdict(at_least).rank:
        return
    for reason in scored.decision.reasons:
        click.echo(f"- {reason.text} {reason.detail}")
    sys.exit(1)


@click.command(cls=Command, epilog=example("readyroom report assessment.json -o report.pdf"))
@document
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path, dir_okay=False), help="Where it goes.")
@as_of_option
@click.option("--organisation", default="", help="The name on the cover.")
@click.option("--confidentiality", default="", help="The mark on every page.")
def report(file: Path, output: Path, as_of: datetime | None, organisation: str, confidentiality: str) -> None:
    """Write the report of an assessment document as .pdf, .html, .xlsx or .json."""
    from app.readiness.outlook import outlook
    from app.report.compose import Background, compose
    from app.report.write import WRITERS

    write = WRITERS.get(output.suffix.lower())
    if write is None:
        raise Refused(f"A report is written as {', '.join(WRITERS)}; {output.name} ends in '{output.suffix}'.")
    catalogue, assessment = library.assessment_of(_read(file))
    day = day_of(as_of)
    ahead = outlook(catalogue, assessment, day)
    background = Background(
        organisation=organisation, confidentiality=confidentiality, law=library.law(), outlook=ahead
    )
    composed = compose(catalogue, assessment, day, background)
    try:
        output.write_bytes(write(composed))
    except OSError as error:
        raise Refused(f"{output} cannot be written: {error.strerror}.") from None
    click.echo(f"Wrote {output}.", err=True)

"""Commands on what is sealed: verify."""

import json
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any, NoReturn

import click

from app.cli.command import Command, as_json, example, problem_lines
from app.errors import Broken, Refused
from app.readiness.milestone import Milestone, read_milestone
from app.readiness.verdict import Verdict

_LARGEST = 100_000_000  # bytes: the longest milestone file, each of its characters in its longest form
_NOT_YET = {b"%PDF-": "a PDF", b"PK\x03\x04": "a workbook or an archive"}


@click.command(cls=Command, epilog=example("readyroom verify milestone.json"))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@as_json
def verify(file: Path, as_json: bool) -> None:
    """Check a milestone file: that it is what was sealed, and that its score follows from it.

    Needs no network and no database. Exits 1 when it does not hold, with what differs. People's names stand beside the
    seal and not in it, so that they can be taken away; a changed name is not found.
    """
    try:
        milestone = read_milestone(_text(file))
    except Broken as broken:
        _differs(broken, as_json=as_json)
    told = _told(milestone)
    if as_json:
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
        return
    click.echo(f"verified: {told['title']}, sealed by {told['sealed_by']} at {told['sealed_at']}")
    click.echo(f"{told['pilot']}: {Verdict(told['verdict']).title} on {told['as_of']}")
    click.echo(
        f"claimed {_score(told['claimed'])}, proven {_score(told['proven'])}; scored afresh, with the same figures"
    )
    click.echo(f"catalogue: {told['catalogue']['id']} {told['catalogue']['version']}")
    click.echo(f"sha256: {told['sha256']}")
    click.echo("Names of people stand beside the seal, not in it.")


def _told(milestone: Milestone) -> dict[str, Any]:
    return {
        "verified": True,
        "id": milestone.id,
        "title": milestone.title,
        "sealed_by": milestone.name_of(milestone.sealed_by),
        "sealed_at": milestone.sealed_at.isoformat().replace("+00:00", "Z"),
        "as_of": milestone.as_of.isoformat(),
        "pilot": milestone.assessment.pilot.name,
        "catalogue": {"id": milestone.catalogue.id, "version": milestone.catalogue.version},
        "verdict": milestone.score["verdict"],
        "claimed": milestone.score["claimed"],
        "proven": milestone.score["proven"],
        "sha256": milestone.sha256,
    }


def _score(figure: float | None) -> str:
    return "not known" if figure is None else f"{figure:.1f}"


def _differs(broken: Broken, *, as_json: bool) -> NoReturn:
    if as_json:
        problems = [{"where": each.where, "message": each.message} for each in broken.problems]
        told = {"verified": False, "message": broken.message, "problems": problems}
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
        sys.exit(1)
    click.echo(broken.message)
    for line in problem_lines(broken):
        click.echo(f"- {line}")
    sys.exit(1)


def _text(path: Path) -> str:
    try:
        with nullcontext(sys.stdin.buffer) if str(path) == "-" else path.open("rb") as file:
            read = file.read(_LARGEST + 1)
    except FileNotFoundError:
        raise Refused(f"There is no file {path}.") from None
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}.") from None
    if len(read) > _LARGEST:
        raise Refused(f"{path} is longer than any milestone file.")
    for beginning, kind in _NOT_YET.items():
        if read.startswith(beginning):
            raise Refused(f"{path} is {kind}. What can be verified is a milestone file: JSON, from a milestone's page.")
    try:
        return read.decode()
    except UnicodeDecodeError as error:
        raise Refused(f"{path} is not UTF-8 text: byte {error.start} cannot be read.") from None

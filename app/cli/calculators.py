"""Commands on calculators: calculate."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from app import library
from app.calculators import CALCULATORS, calculator, plain, read_input
from app.calculators.term import CalculatorOutput
from app.cli.command import Command, as_json, example
from app.errors import Refused, Unreadable
from app.readiness.canonical import read_object

_LARGEST = 5_000_000  # characters of an input
_EXAMPLE = example("echo '{…}' | readyroom calculate capacity -\n  readyroom calculate tco --schema")


@click.command("calculate", cls=Command, epilog=_EXAMPLE)
@click.argument("name", metavar="NAME", required=False)
@click.argument(
    "file", metavar="INPUT.json", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True), required=False
)
@click.option("--schema", is_flag=True, help="Print the JSON Schemas of its input and its output.")
@as_json
def calculate(name: str | None, file: Path | None, schema: bool, as_json: bool) -> None:
    """Work a figure out instead of guessing it.

    Without a name, the calculators are listed. INPUT.json is a JSON object, or - for standard input; without it every
    input has to have a default.
    """
    if name is None:
        for each in CALCULATORS.values():
            click.echo(f"{each.name:<14}{each.answers}")
        return
    library.put_own_tables_in_use()
    chosen = calculator(name)
    if schema:
        click.echo(json.dumps(chosen.schemas, indent=2, ensure_ascii=False))
        return
    result = chosen.calculate(read_input(name, _given(file)))
    if as_json or not sys.stdout.isatty():
        click.echo(json.dumps(plain(result), indent=2, ensure_ascii=False, allow_nan=False))
        return
    for shown in _lines(result):
        click.echo(shown)


def _given(file: Path | None) -> dict[str, Any]:
    if file is None:
        return {}
    try:
        text = sys.stdin.buffer.read(_LARGEST + 1).decode("utf-8-sig") if str(file) == "-" else _text(file)
    except UnicodeDecodeError:
        raise Unreadable("The input is not text in UTF-8.") from None
    return read_object(text, _LARGEST)


def _text(file: Path) -> str:
    try:
        with file.open(encoding="utf-8-sig") as opened:
            return opened.read(_LARGEST + 1)
    except FileNotFoundError:
        raise Refused(f"There is no file {file}.") from None
    except OSError as error:
        raise Refused(f"{file} cannot be read: {error.strerror}.") from None


def _lines(result: CalculatorOutput) -> Iterator[str]:
    """The result as people read it, then how each figure came about, in the order of working."""
    told = result.told()
    yield told.sentence
    for figure in told.figures:
        yield f"  {figure.title}: {figure.value}{f' ({figure.band})' if figure.band else ''}"
    for remark in told.remarks:
        yield f"- {remark}"
    yield ""
    for term in result.terms:
        unit = "" if term.unit in (None, "1") else f" {term.unit}"
        value = f"{term.value:,.6g}" if isinstance(term.value, float) else term.value
        yield f"{term.title}: {value}{unit}"
        yield f"    {term.formula}"
        if term.source:
            yield f"    {term.source.title}{f', {term.source.date}' if term.source.date else ''}"

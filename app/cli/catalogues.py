"""Commands on catalogues: show, check, coverage."""

import json
from collections.abc import Callable
from pathlib import Path

import click

from app import library
from app.cli.command import Group, as_json, example
from app.readiness.catalogue import Catalogue, described


@click.group(cls=Group)
def catalogue() -> None:
    """The questions: show them, check a catalogue of your own, see what frameworks they touch."""


which = [
    click.option("--id", "id_", help=f"Which catalogue. Default: {library.DEFAULT[0]}."),
    click.option("--version", "version_", help=f"Its version. Default: its newest; {library.DEFAULT[1]} without --id."),
]


def _which(command: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(which):
        command = option(command)
    return command


def _chosen(id: str | None, version: str | None) -> Catalogue:
    """The catalogue that the options name; without any the one that new assessments answer."""
    if id is None:
        return library.catalogue(library.DEFAULT[0], version or library.DEFAULT[1])
    return library.catalogue(id, version) if version else library.newest(id)


@catalogue.command("show", epilog=example("readyroom catalogue show --id genai-first-look --json"))
@_which
@as_json
def catalogue_show(id_: str | None, version_: str | None, as_json: bool) -> None:
    """Print a catalogue."""
    shown = _chosen(id_, version_)
    if as_json:
        click.echo(json.dumps(described(shown), indent=2, ensure_ascii=False))
        return
    click.echo(f"{shown.policy.title} ({shown.id} version {shown.version}): {len(shown.questions)} questions")
    for dimension in shown.dimensions:
        click.echo(f"\n{dimension.title}: {dimension.about}")
        for question in dimension.questions:
            mark = f" [gate, level {question.gate.level}]" if question.gate else ""
            click.echo(f"  {question.key}{mark}\n    {question.text}")


@catalogue.command("check", epilog=example("readyroom catalogue check my-catalogue/"))
@click.argument("path", type=click.Path(path_type=Path))
def catalogue_check(path: Path) -> None:
    """Check a catalogue (a folder of YAML files); exit 2 with file, line and reason for all that is wrong."""
    checked = library.read_catalogue(path)
    click.echo(
        f"{checked.id} version {checked.version}: {len(checked.questions)} questions, {len(checked.gates)} gates. Good."
    )


@catalogue.command("coverage", epilog=example("readyroom catalogue coverage --json"))
@_which
@as_json
def catalogue_coverage(id_: str | None, version_: str | None, as_json: bool) -> None:
    """Print, per framework, which items the questions touch and which they do not."""
    shown = _chosen(id_, version_)
    touched = {
        key: {
            item: [question.key for question in shown.questions.values() if item in question.references.get(key, ())]
            for item in framework.items
        }
        for key, framework in shown.frameworks.items()
    }
    if as_json:
        click.echo(json.dumps(touched, indent=2, ensure_ascii=False))
        return
    for key, items in touched.items():
        done = sum(bool(questions) for questions in items.values())
        click.echo(f"{key} ({shown.frameworks[key].version}): {done} of {len(items)} items touched")
        for item, questions in items.items():
            click.echo(f"  {item:<24} {', '.join(questions) or 'NOT TOUCHED'}")

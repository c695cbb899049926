"""What all commands share: how help is shown, how errors end, and the options of several."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, NoReturn

import click

from app import library
from app.errors import ReadyRoomError
from app.settings import settings_of_this_process

if TYPE_CHECKING:
    from app.records.database import Database

_PROBLEMS_SHOWN = 20
_LINE = 300


class Command(click.Command):
    """A command whose help keeps its example as written and whose errors are one or two plain lines."""

    def format_epilog(self, _: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the epilog with its line breaks."""
        if self.epilog:
            formatter.write_paragraph()
            for line in self.epilog.splitlines():
                formatter.write(f"{line}\n")

    def invoke(self, context: click.Context) -> Any:
        """Run it; what a person can mend is printed and ends with 2."""
        try:
            return super().invoke(context)
        except ReadyRoomError as error:
            _fail(error)


class Group(click.Group):
    """A group of such commands."""

    command_class = Command


Group.group_class = Group


def _fail(error: ReadyRoomError) -> NoReturn:
    click.echo(error.message, err=True)
    for line in problem_lines(error):
        click.echo(f"  {line}", err=True)
    sys.exit(2)


def problem_lines(error: ReadyRoomError) -> Iterator[str]:
    """The first of its problems, a line each, and how many more there are.

    They may quote a file that means no good: what a terminal would obey and not print is shown as its code.
    """
    for problem in error.problems[:_PROBLEMS_SHOWN]:
        text = str(problem)
        shown = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text[:_LINE])
        yield f"{shown}…" if len(text) > _LINE else shown
    if len(error.problems) > _PROBLEMS_SHOWN:
        yield f"and {len(error.problems) - _PROBLEMS_SHOWN} more"


def example(text: str) -> str:
    """The epilog of a command."""
    return f"Example:\n  {text}"


as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")
as_of_option = click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day to score for, such as 2026-11-20. Default: today in UTC.",
)


def day_of(as_of: datetime | None) -> date:
    """The day that was given, or today in UTC."""
    return as_of.date() if as_of else datetime.now(UTC).date()


@contextmanager
def database() -> "Iterator[Database]":
    """The database that the settings name."""
    from app.records.database import Database

    opened = Database(settings_of_this_process().database_url, library.catalogue)
    try:
        yield opened
    finally:
        opened.close()

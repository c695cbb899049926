"""readyroom: parse, call, print, exit status. 0 done, 1 a negative answer, 2 bad usage or bad input."""

import click

from app.cli.calculators import calculate
from app.cli.catalogues import catalogue
from app.cli.command import Group
from app.cli.documents import gate, report, score
from app.cli.evidence import evidence
from app.cli.people import sign_in, token, user
from app.cli.sealed import verify
from app.cli.server import demo, migrate, serve


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="readyroom", prog_name="readyroom")
def main() -> None:
    """Ready Room: a pilot is as ready as what it can show."""


for command in (
    serve,
    migrate,
    demo,
    user,
    sign_in,
    token,
    score,
    gate,
    report,
    verify,
    catalogue,
    evidence,
    calculate,
):
    main.add_command(command)

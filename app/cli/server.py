"""Commands that serve: schema, demo, web server."""

import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from app import library
from app.cli.command import Command, database, example
from app.cli.people import sign_in_link
from app.errors import Refused
from app.readiness.assessment import CatalogueReference
from app.settings import VARIABLES, settings_of_this_process

if TYPE_CHECKING:
    from app.records.database import Database


@click.command(cls=Command, epilog=example("READYROOM_DATABASE_URL=sqlite:///data/readyroom.db readyroom migrate"))
def migrate() -> None:
    """Bring the database's schema up to date."""
    with database() as opened:
        opened.migrate()
    click.echo("The database is up to date.", err=True)


@click.command(cls=Command, epilog=example("readyroom demo"))
def demo() -> None:
    """Load the demo organisation, unless there is an organisation already."""
    from app.demo import load

    with database() as opened:
        loaded = load(opened, datetime.now(UTC), lambda pilot: click.echo(f"Loading the demo: {pilot} ...", err=True))
    click.echo("The demo is loaded." if loaded else "There is an organisation already; nothing was changed.", err=True)


def _found_if_empty(opened: "Database") -> None:
    """An organisation and its owner, so that the first start of an empty database has somebody to sign in."""
    from app.records import people
    from app.records.caller import Role

    at = datetime.now(UTC)
    with opened.writing() as db:
        if people.first_organisation(db) is None:
            console = people.found(db, "Our organisation", at=at)
            people.add_account(db, console, "owner@readyroom.local", "First owner", Role.OWNER, at=at)
            click.echo("Nothing is here yet. Give the organisation, and yourself, a name under Settings.", err=True)


def _must_have(answered: Iterable[CatalogueReference]) -> None:
    """Refuse to serve assessments whose questions are not there."""
    missing = [each for each in answered if (each.id, each.version) not in library.available()]
    if missing:
        named = ", ".join(f"{each.id} version {each.version}" for each in missing)
        raise Refused(
            f"Assessments here answer {named}, which is not among the catalogues. "
            "Put it back into the folder that READYROOM_CATALOGUES names."
        )


def _variables() -> str:
    rows = "\n".join(f"  {each.name} (default: {each.default})\n      {each.meaning}" for each in VARIABLES)
    return f"Settings come from the environment:\n{rows}\n\n{example('readyroom serve --port 8080')}"


@click.command(cls=Command, epilog=_variables())
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="More than one: PostgreSQL.")
def serve(host: str, port: int, workers: int) -> None:
    """Serve the web pages and the API."""
    import socket

    import uvicorn

    from app.records import assessments, people, sign_in

    settings = settings_of_this_process()
    library.available()  # reads the catalogues of one's own: what cannot be used is said here, with file and line
    library.put_own_tables_in_use()
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Refused(
                f"Port {port} on {host} cannot be used: {error.strerror}. Choose another: --port 8001"
            ) from None
    with database() as opened:
        if not opened.is_current():
            raise Refused("The database is not up to date. Run: readyroom migrate")
        _found_if_empty(opened)
        with opened.writing() as db:
            _must_have(assessments.catalogues_answered(db))
            assessments.forget_other_catalogues(db)
            owner = None if sign_in.any_password_set(db) else people.first_owner(db)
        if owner:
            click.echo(f"Sign in as {owner} (this link works once):\n  {sign_in_link(opened, owner, port)}")
        else:
            click.echo(f"Ready Room: {settings.public_url or f'http://{host}:{port}'}")
        sys.stdout.flush()
    uvicorn.run(
        "app.web.serving:app",
        host=host,
        port=port,
        workers=workers,
        log_level="warning",
        access_log=False,  # it would write down the secrets that links carry
        proxy_headers=True,
        server_header=False,
    )

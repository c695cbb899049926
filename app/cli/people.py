"""Commands on accounts: add one, print a sign-in link, make a token."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import click

from app.cli.command import Command, Group, database, example
from app.errors import Refused
from app.settings import settings_of_this_process

if TYPE_CHECKING:
    from app.records.caller import Console
    from app.records.database import Database, Transaction


@click.group(cls=Group)
def user() -> None:
    """Accounts."""


@user.command("add", epilog=example("readyroom user add maren@example.org --name 'Maren Vogt' --role editor"))
@click.argument("email")
@click.option("--name", default="", help="Their name; default: what stands before the @.")
@click.option("--role", type=click.Choice(["owner", "editor", "viewer"]), help="Default: editor; owner for the first.")
@click.option("--organisation", default="Our organisation", show_default=True, help="Its name, for the first account.")
def user_add(email: str, name: str, role: str | None, organisation: str) -> None:
    """Add an account. The first one founds the organisation."""
    from app.records import people
    from app.records.caller import Role

    at = datetime.now(UTC)
    with database() as opened, opened.writing() as db:
        console = people.console_of(db)
        first = console is None
        by = console or people.found(db, organisation, at=at)
        given = Role(role or ("owner" if first else "editor"))
        people.add_account(db, by, email, name or email.partition("@")[0], given, at=at)
    click.echo(f"{email} is added as {given}. They sign in with the link of: readyroom sign-in {email}", err=True)


@click.command("sign-in", cls=Command, epilog=example("readyroom sign-in maren@example.org"))
@click.argument("email")
@click.option("--port", default=8000, show_default=True, help="Where the server listens; READYROOM_PUBLIC_URL wins.")
def sign_in(email: str, port: int) -> None:
    """Print a one-time sign-in link, good for a day."""
    with database() as opened:
        click.echo(sign_in_link(opened, email, port))


@click.group(cls=Group)
def token() -> None:
    """API tokens."""


@token.command("add", epilog=example("readyroom token add maren@example.org --title 'release pipeline'"))
@click.argument("email")
@click.option("--title", default="from the terminal", show_default=True, help="What it is for.")
def token_add(email: str, title: str) -> None:
    """Make an API token for an account. It is shown this once."""
    from app.records import sign_in

    with database() as opened, opened.writing() as db:
        console, account = _at_the_console(db, email)
        click.echo(sign_in.make_token(db, console, account, title, at=datetime.now(UTC))[1])


def _at_the_console(db: "Transaction", email: str) -> "tuple[Console, UUID]":
    """The console of the organisation of that account, and the account."""
    from app.records import people
    from app.records.caller import Console

    account = people.account_with(db, email)
    if account is None:
        raise Refused(f"There is no account {email}. Add it with: readyroom user add {email}")
    return Console(account.organisation), account.id


def sign_in_link(opened: "Database", email: str, port: int) -> str:
    """A link that signs that account in, once, within a day."""
    from app.records import sign_in

    now = datetime.now(UTC)
    with opened.writing() as db:
        console, account = _at_the_console(db, email)
        secret = sign_in.make_sign_in_link(db, console, account, expires_at=now + timedelta(days=1), at=now)
    return f"{settings_of_this_process().public_url or f'http://127.0.0.1:{port}'}/sign-in/{secret}"

"""readyroom: parse, call, print, exit status. 0 done, 1 a negative answer, 2 bad usage or bad input."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

import click

from app import library
from app.errors import ReadyRoomError, Refused
from app.readiness.assessment import Assessment
from app.readiness.catalogue import Catalogue, described
from app.readiness.score import Score
from app.readiness.score import score as score_of
from app.readiness.verdict import Verdict, cut
from app.settings import VARIABLES, settings_of_this_process

_PROBLEMS_SHOWN = 20


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
    for problem in error.problems[:_PROBLEMS_SHOWN]:
        click.echo(f"  {problem}", err=True)
    if len(error.problems) > _PROBLEMS_SHOWN:
        click.echo(f"  and {len(error.problems) - _PROBLEMS_SHOWN} more", err=True)
    sys.exit(2)


def _example(text: str) -> str:
    return f"Example:\n  {text}"


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="readyroom", prog_name="readyroom")
def main() -> None:
    """Ready Room: a pilot is as ready as what it can show."""


as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")
as_of_option = click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day to score for, such as 2026-11-20. Default: today in UTC.",
)
document = click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))


def _day(as_of: datetime | None) -> date:
    return as_of.date() if as_of else datetime.now(UTC).date()


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


@main.command(epilog=_example("readyroom score assessment.json --as-of 2026-11-20 --json"))
@document
@as_of_option
@as_json
def score(file: Path, as_of: datetime | None, as_json: bool) -> None:
    """Score an assessment document, without a database. Exits 0 whatever the verdict.

    Names and grades are taken as the document states them.
    """
    catalogue, assessment, scored = _scored(file, _day(as_of))
    if as_json:
        from app.report.write.json import score_as_json

        click.echo(json.dumps(score_as_json(scored), indent=2, ensure_ascii=False))
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


@main.command(epilog=_example("readyroom gate assessment.json --at-least conditional"))
@document
@click.option("--at-least", type=click.Choice(["go", "conditional"]), default="go", show_default=True, help="The bar.")
@as_of_option
def gate(file: Path, at_least: str, as_of: datetime | None) -> None:
    """Stop a pipeline: exit 1 when the verdict is below the bar, with the reasons."""
    _, assessment, scored = _scored(file, _day(as_of))
    verdict = scored.decision.verdict
    click.echo(f"{assessment.pilot.name}: {verdict.title}. Names and grades are as the document states them.")
    if verdict.rank >= Verdict(at_least).rank:
        return
    for reason in scored.decision.reasons:
        click.echo(f"- {reason.text} {reason.detail}")
    sys.exit(1)


@main.command(epilog=_example("readyroom report assessment.json -o report.pdf"))
@document
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path, dir_okay=False), help="Where it goes.")
@as_of_option
@click.option("--organisation", default="", help="The name on the cover.")
@click.option("--confidentiality", default="", help="The mark on every page.")
def report(file: Path, output: Path, as_of: datetime | None, organisation: str, confidentiality: str) -> None:
    """Write the report of an assessment document as .pdf, .html or .json."""
    from app.report.compose import compose
    from app.report.write import WRITERS

    write = WRITERS.get(output.suffix.lower())
    if write is None:
        raise Refused(f"A report is written as {', '.join(WRITERS)}; {output.name} ends in '{output.suffix}'.")
    catalogue, assessment = library.assessment_of(_read(file))
    composed = compose(
        catalogue,
        assessment,
        _day(as_of),
        organisation=organisation,
        confidentiality=confidentiality,
        law=library.law(),
    )
    try:
        output.write_bytes(write(composed))
    except OSError as error:
        raise Refused(f"{output} cannot be written: {error.strerror}.") from None
    click.echo(f"Wrote {output}.", err=True)


@main.group()
def catalogue() -> None:
    """The questions: show them, check a catalogue of your own, see what frameworks they touch."""


which = [
    click.option("--id", "id_", default=library.DEFAULT[0], show_default=True, help="Which catalogue."),
    click.option("--version", "version_", default=library.DEFAULT[1], show_default=True, help="Its version."),
]


def _which(command: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(which):
        command = option(command)
    return command


@catalogue.command("show", epilog=_example("readyroom catalogue show --json"))
@_which
@as_json
def catalogue_show(id_: str, version_: str, as_json: bool) -> None:
    """Print a catalogue."""
    shown = library.bundled(id_, version_)
    if as_json:
        click.echo(json.dumps(described(shown), indent=2, ensure_ascii=False))
        return
    click.echo(f"{shown.policy.title} ({shown.id} version {shown.version}): {len(shown.questions)} questions")
    for dimension in shown.dimensions:
        click.echo(f"\n{dimension.title}: {dimension.about}")
        for question in dimension.questions:
            mark = f" [gate, level {question.gate.level}]" if question.gate else ""
            click.echo(f"  {question.key}{mark}\n    {question.text}")


@catalogue.command("check", epilog=_example("readyroom catalogue check my-catalogue/"))
@click.argument("path", type=click.Path(path_type=Path))
def catalogue_check(path: Path) -> None:
    """Check a catalogue (a folder of YAML files); exit 2 with file, line and reason for all that is wrong."""
    checked = library.read_catalogue(path)
    click.echo(
        f"{checked.id} version {checked.version}: {len(checked.questions)} questions, {len(checked.gates)} gates. Good."
    )


@catalogue.command("coverage", epilog=_example("readyroom catalogue coverage --json"))
@_which
@as_json
def catalogue_coverage(id_: str, version_: str, as_json: bool) -> None:
    """Print, per framework, which items the questions touch and which they do not."""
    shown = library.bundled(id_, version_)
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


@contextmanager
def _database() -> Iterator[Any]:
    """The database that the settings name, up to date."""
    from app.records.database import Database

    database = Database(settings_of_this_process().database_url, library.bundled)
    try:
        yield database
    finally:
        database.close()


@main.command(epilog=_example("READYROOM_DATABASE_URL=sqlite:///data/readyroom.db readyroom migrate"))
def migrate() -> None:
    """Bring the database's schema up to date."""
    with _database() as database:
        database.migrate()
    click.echo("The database is up to date.", err=True)


@main.command(epilog=_example("readyroom demo"))
def demo() -> None:
    """Load the demo organisation, unless there is an organisation already."""
    from app.demo import load

    with _database() as database:
        loaded = load(database, datetime.now(UTC), lambda pilot: click.echo(f"Loading the demo: {pilot} ...", err=True))
    click.echo("The demo is loaded." if loaded else "There is an organisation already; nothing was changed.", err=True)


@main.group()
def user() -> None:
    """Accounts."""


@user.command("add", epilog=_example("readyroom user add maren@example.org --name 'Maren Vogt' --role editor"))
@click.argument("email")
@click.option("--name", default="", help="Their name; default: what stands before the @.")
@click.option("--role", type=click.Choice(["owner", "editor", "viewer"]), help="Default: editor; owner for the first.")
@click.option("--organisation", default="Our organisation", show_default=True, help="Its name, for the first account.")
def user_add(email: str, name: str, role: str | None, organisation: str) -> None:
    """Add an account. The first one founds the organisation."""
    from app.records import people
    from app.records.caller import Role

    at = datetime.now(UTC)
    with _database() as database, database.writing() as db:
        console = people.console_of(db)
        first = console is None
        by = console or people.found(db, organisation, at=at)
        given = Role(role or ("owner" if first else "editor"))
        people.add_account(db, by, email, name or email.partition("@")[0], given, at=at)
    click.echo(f"{email} is added as {given}. They sign in with the link of: readyroom sign-in {email}", err=True)


@main.command("sign-in", epilog=_example("readyroom sign-in maren@example.org"))
@click.argument("email")
@click.option("--port", default=8000, show_default=True, help="Where the server listens; READYROOM_PUBLIC_URL wins.")
def sign_in(email: str, port: int) -> None:
    """Print a one-time sign-in link, good for a day."""
    with _database() as database:
        click.echo(_sign_in_link(database, email, port))


@main.group()
def token() -> None:
    """API tokens."""


@token.command("add", epilog=_example("readyroom token add maren@example.org --title 'release pipeline'"))
@click.argument("email")
@click.option("--title", default="from the terminal", show_default=True, help="What it is for.")
def token_add(email: str, title: str) -> None:
    """Make an API token for an account. It is shown this once."""
    from app.records import sign_in

    with _database() as database, database.writing() as db:
        console, account = _at_the_console(db, email)
        click.echo(sign_in.make_token(db, console, account, title, at=datetime.now(UTC))[1])


def _at_the_console(db: Any, email: str) -> tuple[Any, Any]:
    """The console of the organisation of that account, and the account."""
    from app.records import people
    from app.records.caller import Console

    account = people.account_with(db, email)
    if account is None:
        raise Refused(f"There is no account {email}. Add it with: readyroom user add {email}")
    return Console(account.organisation), account.id


def _sign_in_link(database: Any, email: str, port: int) -> str:
    from app.records import sign_in

    now = datetime.now(UTC)
    with database.writing() as db:
        console, account = _at_the_console(db, email)
        secret = sign_in.make_sign_in_link(db, console, account, expires_at=now + timedelta(days=1), at=now)
    return f"{settings_of_this_process().public_url or f'http://127.0.0.1:{port}'}/sign-in/{secret}"


def _found_if_empty(database: Any) -> None:
    """An organisation and its owner, so that the first start of an empty database has somebody to sign in."""
    from app.records import people
    from app.records.caller import Role

    at = datetime.now(UTC)
    with database.writing() as db:
        if people.first_organisation(db) is None:
            console = people.found(db, "Our organisation", at=at)
            people.add_account(db, console, "owner@readyroom.local", "First owner", Role.OWNER, at=at)
            click.echo("Nothing is here yet. Give the organisation, and yourself, a name under Settings.", err=True)


def _variables() -> str:
    rows = "\n".join(f"  {each.name} (default: {each.default})\n      {each.meaning}" for each in VARIABLES)
    return f"Settings come from the environment:\n{rows}\n\n{_example('readyroom serve --port 8080')}"


@main.command(epilog=_variables())
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="More than one: PostgreSQL.")
def serve(host: str, port: int, workers: int) -> None:
    """Serve the web pages and the API."""
    import socket

    import uvicorn

    from app.records import people, sign_in

    settings = settings_of_this_process()
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Refused(
                f"Port {port} on {host} cannot be used: {error.strerror}. Choose another: --port 8001"
            ) from None
    with _database() as database:
        if not database.is_current():
            raise Refused("The database is not up to date. Run: readyroom migrate")
        _found_if_empty(database)
        with database.reading() as db:
            owner = None if sign_in.any_password_set(db) else people.first_owner(db)
        if owner:
            click.echo(f"Sign in as {owner} (this link works once):\n  {_sign_in_link(database, owner, port)}")
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

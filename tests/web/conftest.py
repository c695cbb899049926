"""A site to visit: a real database, an organisation with people, and a client for each of them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from sqlalchemy import event
from starlette.testclient import TestClient

from app import library
from app.readiness.assessment import CatalogueReference, Needs
from app.readiness.profile import Profile
from app.records import answers, assessments, attachments, people, pilots, sign_in
from app.records.caller import Caller, Role
from app.records.database import Database
from app.settings import Settings
from app.web.access import SESSION_COOKIE
from app.web.app import create_app
from tests.postgres import Server

ADDRESS = "http://testserver"
NOTHING_WRITTEN_DOWN: Needs = {}
NEEDS: Needs = {need.key: need.example for need in library.catalogue().policy.needs}
PROFILE = Profile(
    deployment=frozenset({"api"}),
    model=frozenset({"closed-api"}),
    data=frozenset({"internal"}),
    regions=frozenset({"eu"}),
    regimes=frozenset({"gdpr"}),
    eu_role="deployer",
    risk_class="minimal",
    autonomy="assist",
    users=frozenset({"staff"}),
    affects_people=False,
    staffing_planned=False,
    retrieval=False,
    tools=False,
    federated=False,
)


@dataclass
class Site:
    """The application on a database, and what a test needs to set its scene through the public functions."""

    app: FastAPI
    database: Database
    url: str
    callers: dict[str, Caller] = field(default_factory=dict)

    def visit(self, who: str | None) -> TestClient:
        """A client signed in as that person; None: nobody."""
        client = TestClient(self.app, base_url=ADDRESS, follow_redirects=False, raise_server_exceptions=False)
        if who is not None:
            at = datetime.now(UTC)
            with self.database.writing() as db:
                ends = at + timedelta(days=14)
                token = sign_in.open_session(db, self.callers[who].account, expires_at=ends, at=at)
            client.cookies.set(SESSION_COOKIE, token)
        return client

    def pilot(
        self,
        name: str = "Letter drafting",
        *,
        by: str = "owner",
        profile: Profile = PROFILE,
        needs: Needs = NOTHING_WRITTEN_DOWN,
    ) -> UUID:
        """A pilot of that person's organisation."""
        with self.database.writing() as db:
            return pilots.add(db, self.callers[by], name, profile, needs, at=datetime.now(UTC))

    def assessment(
        self, pilot: UUID | None = None, *, by: str = "owner", catalogue: tuple[str, str] = library.DEFAULT
    ) -> UUID:
        """An assessment of that pilot, or of a new one."""
        pilot, answered = pilot or self.pilot(by=by), CatalogueReference(id=catalogue[0], version=catalogue[1])
        with self.database.writing() as db:
            return assessments.begin(db, self.callers[by], pilot, answered, at=datetime.now(UTC))

    def answer(
        self, assessment: UUID, question: str, level: int | None = 3, *, by: str = "owner", **given: Any
    ) -> None:
        """An answer, saved over whatever stood there."""
        said = answers.Given(**({"level": level, "ask": None, "note": None, "not_applicable": None} | given))
        with self.database.writing() as db:
            seen = answers.version_of(db, self.callers[by], assessment, question)
            answers.save(db, self.callers[by], assessment, question, said, seen=seen, at=datetime.now(UTC))

    def attach(self, assessment: UUID, question: str, *, by: str = "owner", **shown: Any) -> UUID:
        """A link shown for an answer, observed today; or whatever `shown` says instead."""
        at = datetime.now(UTC)
        usual: dict[str, Any] = {
            "kind": "link",
            "title": "Test record",
            "url": "https://wiki.example/record",
            "grade": None,
            "observed_on": at.date(),
            "findings": (),
        }
        item = attachments.Shown(**(usual | shown))
        with self.database.writing() as db:
            return attachments.attach(db, self.callers[by], assessment, question, item, limit=100_000, at=at)

    def token(self, who: str = "owner") -> str:
        """An API token of that person."""
        with self.database.writing() as db:
            caller = self.callers[who]
            return sign_in.make_token(db, caller, caller.account, "test", at=datetime.now(UTC))[1]

    @contextmanager
    def counting(self) -> Iterator[list[str]]:
        """Every statement that is sent to the database meanwhile."""
        sent: list[str] = []

        def note(*arguments: Any) -> None:
            sent.append(arguments[2])

        engine = self.database._engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield sent
        finally:
            event.remove(engine, "before_cursor_execute", note)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """An SQLite database with the schema and nothing else, as a file's content."""
    path = tmp_path_factory.mktemp("migrated") / "readyroom.db"
    database = Database(f"sqlite:///{path}", library.catalogue)
    database.migrate()
    database.close()
    return path.read_bytes()


# Making an application, and its first request, cost a quarter of a second: those that are free are used again.
_free: dict[Settings, list[FastAPI]] = {}


@pytest.fixture
def open_site(tmp_path: Path, migrated_file: bytes) -> Iterator[Callable[..., Site]]:
    """Opens a site; settings may be given. On SQLite, the fastest to begin with."""
    opened: list[tuple[Settings, Site]] = []

    def open_(url: str | None = None, **given: Any) -> Site:
        if url is None:
            path = tmp_path / f"site-{len(opened)}.db"
            path.write_bytes(migrated_file)
            url = f"sqlite:///{path}"
        database = Database(url, library.catalogue)
        if not database.is_current():
            database.migrate()
        settings = Settings(**given)
        free = _free.get(settings)
        app = free.pop() if free else create_app(database, settings)
        app.state.database = database
        site = _peopled(Site(app, database, url))
        opened.append((settings, site))
        return site

    yield open_
    for settings, site in opened:
        site.database.close()
        _free.setdefault(settings, []).append(site.app)


def _peopled(site: Site) -> Site:
    at = datetime.now(UTC)
    roles = {
        "owner": ("Maren Vogt", Role.OWNER),
        "editor": ("Jonas Adler", Role.EDITOR),
        "viewer": ("Ines Duarte", Role.VIEWER),
    }
    with site.database.writing() as db:
        ours, theirs = people.found(db, "Nordhafen", at=at), people.found(db, "Elsewhere", at=at)
        for who, (name, role) in roles.items():
            account = people.add_account(db, ours, f"{who}@nordhafen.example", name, role, at=at)
            site.callers[who] = sign_in.caller_of_account(db, account)
        stranger = people.add_account(db, theirs, "stranger@elsewhere.example", "Kim Stranger", Role.OWNER, at=at)
        site.callers["stranger"] = sign_in.caller_of_account(db, stranger)
    return site


# What these modules ask of the database differs by what they visit; the others would only ask the same again.
ON_BOTH = frozenset(
    {"test_api", "test_api_files", "test_api_milestones", "test_pilots", "test_confirmations", "test_exceptions"}
)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Some modules visit a site on each kind of database; the rest one on SQLite, which is faster to make."""
    if "site" in metafunc.fixturenames and metafunc.module.__name__.rpartition(".")[2] in ON_BOTH:
        metafunc.parametrize("site", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture(scope="session")
def migrated_server(postgresql_server: Server) -> Iterator[tuple[Server, str]]:
    """A PostgreSQL server, and the name of a database on it with the schema and nothing else."""
    with postgresql_server.database() as url:
        database = Database(url, library.catalogue)
        database.migrate()
        database.close()
        yield postgresql_server, url.partition("@/")[2].partition("?")[0]


@pytest.fixture
def site(request: pytest.FixtureRequest, open_site: Callable[..., Site]) -> Iterator[Site]:
    """A site on SQLite, or on whichever database the test is run for."""
    if getattr(request, "param", "sqlite") == "sqlite":
        yield open_site()
        return
    server, like = request.getfixturevalue("migrated_server")
    with server.database(like) as url:
        yield open_site(url)


@pytest.fixture
def client(site: Site) -> TestClient:
    """Maren Vogt, the owner."""
    return site.visit("owner")


@pytest.fixture
def editor(site: Site) -> TestClient:
    """Jonas Adler, an editor."""
    return site.visit("editor")


@pytest.fixture
def viewer(site: Site) -> TestClient:
    """Ines Duarte, who only looks."""
    return site.visit("viewer")


@pytest.fixture
def stranger(site: Site) -> TestClient:
    """The owner of another organisation."""
    return site.visit("stranger")


@pytest.fixture
def anonymous(site: Site) -> TestClient:
    """Nobody."""
    return site.visit(None)

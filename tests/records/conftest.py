"""A real database of either kind, two organisations in it, and people who act through the public functions."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event

from app.errors import NotFound
from app.evidence.arrived import arrived
from app.readiness.catalogue import Catalogue, Dimension, Framework
from app.readiness.grade import Grade
from app.records import answers, assessments, attachments, kept, links, milestones, people, pilots, sign_in
from app.records.answers import Given
from app.records.attachments import Shown
from app.records.caller import Caller, Role
from app.records.database import Database
from tests import make
from tests.postgres import Server

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)  # on make.TODAY

FRAMEWORKS = {"rmf": Framework("rmf", "1", {"MAP 1.1": "Context is known"})}


def _whole(*dimensions: Dimension, **policy: Any) -> Catalogue:
    return replace(make.catalogue(*dimensions, **policy), frameworks=FRAMEWORKS)


SMALL = _whole(
    make.dimension(
        "security",
        make.question("encryption", gate=make.gate(3)),
        make.question("access", gate=make.gate(2, not_applicable=True)),
        make.question("logs", changes=frozenset({"model"})),
    ),
    make.dimension("cost", make.question("budget"), make.question("forecast", when="retrieval = yes")),
)


SECOND = _whole(
    make.dimension(
        "security",
        make.question("encryption", gate=make.gate(3, exception=False)),
        make.question("access", gate=make.gate(2)),
        make.question(
            "logs", levels=("none", "some", "defined", "shown twice", "measured"), changes=frozenset({"model"})
        ),
        make.question("keys"),
    ),
    make.dimension("cost", make.question("forecast", when="retrieval = yes")),
    version="2",
)
"""The small catalogue's second version: two stricter gates, one anchor in other words, one question more, one less."""

SHORT = _whole(
    make.dimension("security", make.question("logs")),
    id="short",
    needs=(make.need("monthly_budget", "money", "40000"),),
)
"""Another catalogue, with fewer needs."""


def small(id: str = "small", version: str = "1") -> Catalogue:
    found = {("small", "1"): SMALL, ("small", "2"): SECOND, ("short", "1"): SHORT}.get((id, version))
    if found is None:
        raise NotFound("There are only the small catalogue and the short one.")
    return found


@dataclass
class House:
    """Ann and Ben may do everything, Vic looks, Zoe owns another organisation."""

    database: Database
    ann: Caller
    ben: Caller
    vic: Caller
    zoe: Caller

    def pilot(self, by: Caller | None = None, *, at: datetime = NOON, **said: Any) -> UUID:
        stated: dict[str, Any] = {"name": "Helper", "profile": make.profile(retrieval=True), "needs": {}}
        with self.database.writing() as db:
            return pilots.add(db, by or self.ann, **(stated | said), at=at)

    def assessment(self, pilot: UUID | None = None, by: Caller | None = None, *, at: datetime = NOON) -> UUID:
        pilot = pilot or self.pilot(by, at=at)
        with self.database.writing() as db:
            return assessments.begin(db, by or self.ann, pilot, at=at)

    def answer(
        self,
        assessment: UUID,
        question: str = "security.logs",
        level: int | None = 3,
        *,
        by: Caller | None = None,
        seen: int | None = 0,
        at: datetime = NOON,
        **said: Any,
    ) -> int:
        with self.database.writing() as db:
            given = Given(level=level, **said)
            scored = answers.save(db, by or self.ann, assessment, question, given, seen=seen, at=at)
            return scored.kept.saved[question].version

    def version(self, assessment: UUID, question: str) -> int:
        with self.database.reading() as db:
            return answers.version_of(db, self.ann, assessment, question)

    def attach(
        self,
        assessment: UUID,
        question: str = "security.logs",
        *,
        by: Caller | None = None,
        content: bytes | None = None,
        at: datetime = NOON,
        **said: Any,
    ) -> UUID:
        usual: dict[str, Any] = {"kind": "link", "grade": Grade.MEASURED, "observed_on": at.date()}
        file = None
        if content is not None:
            usual["kind"] = "document"
            file = arrived("policy.txt", "text/plain", content)
        elif said.get("kind", "link") == "link":
            usual["url"] = "https://wiki.example/logs"
        with self.database.writing() as db:
            shown = Shown(**(usual | said))
            return attachments.attach(db, by or self.ann, assessment, question, shown, arrived=file, limit=1000, at=at)

    def seal(self, assessment: UUID, title: str = "June", by: Caller | None = None, *, at: datetime = NOON) -> UUID:
        with self.database.writing() as db:
            return milestones.seal(db, by or self.ann, assessment, title, at=at)

    def third(self) -> Caller:
        """Cid, a second editor beside Ben."""
        with self.database.writing() as db:
            account = people.add_account(db, self.ann, "cid@example.org", "Cid", Role.EDITOR, at=NOON)
            return sign_in.caller_of_account(db, account)

    def holder(self, assessment: UUID, *, by: Caller | None = None, name: str = "Hal", **said: Any) -> Caller:
        """Somebody who came through a link: to answer on security, unless said otherwise."""
        usual: dict[str, Any] = {"role": "answer", "sections": ["security"], "appendix": False, "title": None}
        with self.database.writing() as db:
            ends = {"expires_at": NOON + timedelta(days=7)}
            _, token = links.make(db, by or self.ann, assessment, **(usual | ends | said), at=NOON)
            session = links.enter(db, token, name, at=NOON)
            found = sign_in.caller_of_session(db, session, at=NOON)
        assert found is not None
        return found

    def read(self, assessment: UUID, by: Caller | None = None) -> kept.Kept:
        with self.database.reading() as db:
            return assessments.read(db, by or self.ann, assessment)

    @contextmanager
    def counting(self) -> Iterator[list[str]]:
        """The statements that are sent meanwhile."""
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
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with every table and nothing in it."""
    file = tmp_path_factory.mktemp("migrated") / "readyroom.db"
    _migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def migrated_database(postgresql_server: Server) -> Iterator[str]:
    """The name of such a database on the PostgreSQL server."""
    with postgresql_server.database() as url:
        _migrate(url)
        yield url.partition("@/")[2].partition("?")[0]


def _migrate(url: str) -> None:
    database = Database(url, small)
    database.migrate()
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def migrated_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with every table; the test runs once on each kind."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "readyroom.db")
        yield f"sqlite:///{tmp_path / 'readyroom.db'}"
        return
    server: Server = request.getfixturevalue("postgresql_server")
    with server.database(like=request.getfixturevalue("migrated_database")) as url:
        yield url


@pytest.fixture
def house(migrated_url: str) -> Iterator[House]:
    database = Database(migrated_url, small)
    yield peopled(database)
    database.close()


def peopled(database: Database) -> House:
    with database.writing() as db:
        ours, theirs = people.found(db, "Nordhafen", at=NOON), people.found(db, "Elsewhere", at=NOON)
        accounts = [
            people.add_account(db, organisation, f"{name.lower()}@example.org", name, role, at=NOON)
            for organisation, name, role in (
                (ours, "Ann", Role.OWNER),
                (ours, "Ben", Role.EDITOR),
                (ours, "Vic", Role.VIEWER),
                (theirs, "Zoe", Role.OWNER),
            )
        ]
        return House(database, *(sign_in.caller_of_account(db, account) for account in accounts))

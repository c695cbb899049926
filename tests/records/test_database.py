import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from app.records import pilots
from app.records.database import Database, Unavailable
from app.records.tables import OrganisationRow
from tests import make
from tests.records.conftest import NOON, House, peopled, small


@contextmanager
def opened(url: str) -> Iterator[Database]:
    database = Database(url, small)
    yield database
    database.close()


def test_what_was_begun_is_undone_by_an_error(house: House) -> None:
    def add_and_fail() -> None:
        with house.database.writing() as db:
            pilots.add(db, house.ann, "Half", make.profile(), {}, at=NOON)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        add_and_fail()
    with house.database.reading() as db:
        assert pilots.list_for(db, house.ann).items == ()


def test_reading_sees_one_moment(house: House) -> None:
    with house.database.reading() as db:
        assert pilots.list_for(db, house.ann).items == ()
        house.pilot()
        assert pilots.list_for(db, house.ann).items == ()
    with house.database.reading() as db:
        assert len(pilots.list_for(db, house.ann).items) == 1


def test_sqlite_makes_its_folder_and_keeps_what_it_promises(tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path / 'new' / 'folder' / 'readyroom.db'}") as database:
        database.migrate()
        with database.reading() as db:
            pragmas = {name: db.sql.exec_driver_sql(f"PRAGMA {name}").scalar() for name in WANTED}
    assert pragmas == WANTED


WANTED = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}


@pytest.mark.parametrize(
    ("url", "words"),
    [
        pytest.param("postgresql+psycopg://nobody@127.0.0.1:1/none", "cannot be reached", id="no server"),
        pytest.param("sqlite:////proc/readyroom.db", "cannot be opened", id="no file"),
    ],
)
def test_a_database_that_cannot_be_reached_says_so(url: str, words: str) -> None:
    with opened(url) as database, pytest.raises(Unavailable, match=words), database.reading():
        pass


def test_a_database_without_tables_says_what_to_run(database_url: str) -> None:
    with opened(database_url) as database:
        with pytest.raises(Unavailable, match="readyroom migrate"), database.reading() as db:
            db.sql.execute(OrganisationRow.__table__.select())
        assert not database.is_current()


def test_a_locked_file_says_that_it_is_busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.records.database.WAIT_SECONDS", 0.05)
    with opened(f"sqlite:///{tmp_path / 'readyroom.db'}") as database:
        database.migrate()
        with closing(sqlite3.connect(tmp_path / "readyroom.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(Unavailable, match="busy"), database.writing():
                pass
        with database.writing():
            pass


SAVE_UNTIL_KILLED = """
import sys
from uuid import UUID
from app.records import answers, sign_in
from app.records.answers import Given
from app.records.database import Database
from tests.records.conftest import NOON, small

database = Database(sys.argv[1], small)
with database.reading() as db:
    ann = sign_in.caller_of_account(db, UUID(sys.argv[2]))
seen = 0
while True:
    with database.writing() as db:
        given = Given(level=seen % 5, note=f"save {seen + 1}")
        answers.save(db, ann, UUID(sys.argv[3]), "security.logs", given, seen=seen, at=NOON)
    seen += 1
    print(seen, flush=True)
"""


def test_what_was_confirmed_is_there_after_a_kill(migrated_url: str) -> None:
    with opened(migrated_url) as database:
        house = peopled(database)
        assessment = house.assessment()
        command = [sys.executable, "-c", SAVE_UNTIL_KILLED, migrated_url, str(house.ann.account), str(assessment)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])
        assert process.stdout
        for _ in range(25):
            assert process.stdout.readline()
        os.kill(process.pid, signal.SIGKILL)
        confirmed = [25, *map(int, process.stdout.read().split())][-1]
        process.stdout.close()
        process.wait()

        saved = house.read(assessment).saved["security.logs"]

        assert saved.version in (confirmed, confirmed + 1)
        answer = house.read(assessment).assessment.answers["security.logs"]
        assert answer.note == f"save {saved.version}"

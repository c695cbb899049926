from collections.abc import Callable
from dataclasses import replace
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect

from app.library import catalogue
from app.records import exceptions
from app.records.assessments import refresh
from app.records.database import Database
from app.records.portfolio import portfolio
from app.records.tables import Row
from app.settings import SHARE
from tests import make
from tests.records.conftest import NOON, peopled, small


def seen(url: str, look: Callable[[Any], Any]) -> Any:
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return look(connection)
    finally:
        engine.dispose()


def test_the_revisions_make_exactly_the_tables_of_the_program(database_url: str) -> None:
    database = Database(database_url, catalogue)
    assert not database.is_current()
    database.migrate()
    assert database.is_current()
    database.close()

    differences = seen(database_url, lambda c: compare_metadata(MigrationContext.configure(c), Row.metadata))

    assert differences == []


def test_every_revision_can_be_taken_back_and_made_again(database_url: str) -> None:
    database = Database(database_url, catalogue)
    database.migrate()
    database.migrate("base")
    assert not database.is_current()
    assert seen(database_url, lambda c: inspect(c).get_table_names()) == ["alembic_version"]
    database.migrate()
    database.migrate()
    assert database.is_current()
    database.close()


def test_what_is_kept_survives_the_way_down_and_up_again(database_url: str) -> None:
    """Down to the first tables and up again with everything in them: nothing that was said is lost."""
    database = Database(database_url, small)
    database.migrate()
    house = peopled(database)
    assessment = house.assessment()
    house.answer(assessment, "security.encryption", 3)
    house.attach(assessment, "security.encryption")
    house.seal(assessment)
    with database.writing() as db:
        exceptions.ask(db, house.ann, assessment, "security.encryption", "Late", make.days_ago(-9), at=NOON)
    before = house.read(assessment)
    with database.reading() as db:
        lines = portfolio(db, house.ann, make.TODAY)

    later = sorted((SHARE / "migrations" / "versions").glob("0*.py"))[1:]
    database.migrate(f"-{len(later)}")
    assert not database.is_current()
    database.migrate()

    assert house.read(assessment) == before
    with database.writing() as db:
        assert [replace(line, sealed=(), lapsed=True) for line in lines] == list(portfolio(db, house.ann, make.TODAY))
        assert db.sql.exec_driver_sql("SELECT scored_on FROM assessments").scalar() is None
        assert refresh(db, house.ann, make.TODAY) == 1
        assert [replace(line, sealed=()) for line in lines] == list(portfolio(db, house.ann, make.TODAY))
    database.close()

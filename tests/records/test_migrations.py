from collections.abc import Callable
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect

from app.library import bundled
from app.records.database import Database
from app.records.tables import Row


def seen(url: str, look: Callable[[Any], Any]) -> Any:
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return look(connection)
    finally:
        engine.dispose()


def test_the_revisions_make_exactly_the_tables_of_the_program(database_url: str) -> None:
    database = Database(database_url, bundled)
    assert not database.is_current()
    database.migrate()
    assert database.is_current()
    database.close()

    differences = seen(database_url, lambda c: compare_metadata(MigrationContext.configure(c), Row.metadata))

    assert differences == []


def test_every_revision_can_be_taken_back_and_made_again(database_url: str) -> None:
    database = Database(database_url, bundled)
    database.migrate()
    database.migrate("base")
    assert not database.is_current()
    assert seen(database_url, lambda c: inspect(c).get_table_names()) == ["alembic_version"]
    database.migrate()
    database.migrate()
    assert database.is_current()
    database.close()

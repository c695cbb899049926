"""Runs revisions on the connection that `app.records.database.Database.migrate` hands over; it commits, not Alembic.

A new revision: change `app/records/tables.py`, then write `versions/<number>_<what>.py` by hand, both ways. The tests
try it up and down on SQLite and PostgreSQL and compare what comes out with the tables.
"""

from alembic import context

from app.records.tables import Row

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Row.metadata,
    transactional_ddl=True,  # SQLite too: the transaction was begun by hand
    render_as_batch=True,
)
context.run_migrations()

"""Alembic's entry: runs the versions on the connection that it is given."""

from alembic import context

from dematfin.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,  # SQLite cannot alter most things in place
    transactional_ddl=False,  # the caller's transaction is the only one
)
context.run_migrations()

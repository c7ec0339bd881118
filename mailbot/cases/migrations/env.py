"""
What Alembic runs around our migrations: the connection comes from `database.upgrade`, with its transaction begun.

Nothing here reads a file or a URL, so a password with a per cent sign in it harms nobody.
"""

from alembic import context

from mailbot.cases.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite alters a table by rebuilding it
    transactional_ddl=True,  # a migration that fails leaves nothing behind, on SQLite too
)
with context.begin_transaction():
    context.run_migrations()

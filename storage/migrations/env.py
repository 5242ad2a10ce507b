"""Alembic's environment: runs the migrations on the connection that `upgrade_schema` passes."""

from alembic import context

from storage.tables.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=False,  # the caller holds the transaction
)
context.run_migrations()

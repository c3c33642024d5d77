"""Alembic's entry (迁移入口): runs the migrations on the connection and in the transaction it is handed."""

from alembic import context

from atlas.records.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()

"""Run by Alembic with a connection that is inside a transaction already (`storage.migrations.upgrade`)."""

from __future__ import annotations

from alembic import context

attributes = context.config.attributes
context.configure(
    connection=attributes["connection"],
    target_metadata=attributes["metadata"],
    version_table=attributes["version_table"],
    render_as_batch=True,
    compare_type=True,
    user_module_prefix="",
    transactional_ddl=True,
)
context.run_migrations()

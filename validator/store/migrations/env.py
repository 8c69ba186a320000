"""Runs the migrations, for Alembic, in the transaction that `validator.store.schema` has begun."""

from __future__ import annotations

from alembic import context

from validator.store.migrations.options import OPTIONS

context.configure(connection=context.config.attributes["connection"], **OPTIONS)
context.run_migrations()

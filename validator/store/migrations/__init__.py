"""Alembic's scripts. One that was released is never changed; `python -m validator.store.migrations.draft` begins a new one."""

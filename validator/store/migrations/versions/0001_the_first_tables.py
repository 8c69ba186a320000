"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sa.Text()
NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """The first tables, and the triggers that keep the audit trail."""
    _runs()
    _findings()
    _judgements_of_people()
    _access()
    _texts()
    postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in KEPT_BY_POSTGRESQL if postgresql else KEPT_BY_SQLITE:
        op.execute(statement)


def _runs() -> None:
    """What is judged, and how it went."""
    op.create_table(
        "okr_snapshot",
        sa.Column("digest", NAME, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_okr_snapshot")),
    )
    op.create_index(op.f("ix_okr_snapshot_created_at"), "okr_snapshot", ["created_at"])
    op.create_table(
        "okr_connection",
        sa.Column("id", NAME, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("connector", NAME, nullable=False),
        sa.Column("settings", TEXT, nullable=False),
        sa.Column("overlay_digest", NAME),
        sa.Column("ruleset", NAME, nullable=False),
        sa.Column("fail_on", NAME, nullable=False),
        sa.Column("schedule", NAME),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.CheckConstraint("fail_on IN ('error', 'warning', 'info', 'never')", name=op.f("ck_okr_connection_fail_on")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_okr_connection")),
    )
    op.create_index(op.f("ix_okr_connection_overlay_digest"), "okr_connection", ["overlay_digest"])
    op.create_table(
        "okr_run",
        sa.Column("id", NAME, nullable=False),
        sa.Column("connection_id", NAME),
        sa.Column("number", sa.Integer()),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("asked_by", TEXT, nullable=False),
        sa.Column("engine", NAME, nullable=False),
        sa.Column("ruleset", NAME, nullable=False),
        sa.Column("ruleset_version", NAME, nullable=False),
        sa.Column("ruleset_digest", NAME, nullable=False),
        sa.Column("failure_table_digest", NAME),
        sa.Column("input_digest", NAME, nullable=False),
        sa.Column("document_digest", NAME, nullable=False),
        sa.Column("overlay_digest", NAME),
        sa.Column("report_digest", NAME, nullable=False),
        sa.Column("report_format", NAME, nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("status", NAME, nullable=False),
        sa.Column("counts", TEXT, nullable=False),
        sa.Column("timings", TEXT, nullable=False),
        sa.CheckConstraint("status IN ('pass', 'fail')", name=op.f("ck_okr_run_status")),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["okr_connection.id"], name=op.f("fk_okr_run_okr_connection"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_okr_run")),
        sa.UniqueConstraint("connection_id", "number", name=op.f("uq_okr_run_connection_id_number")),
    )
    op.create_index(op.f("ix_okr_run_connection_id_id"), "okr_run", ["connection_id", "id"])
    op.create_index(op.f("ix_okr_run_document_digest"), "okr_run", ["document_digest"])
    op.create_index(op.f("ix_okr_run_failure_table_digest"), "okr_run", ["failure_table_digest"])
    op.create_index(op.f("ix_okr_run_finished_at"), "okr_run", ["finished_at"])
    op.create_index(op.f("ix_okr_run_overlay_digest"), "okr_run", ["overlay_digest"])
    op.create_index(op.f("ix_okr_run_report_digest"), "okr_run", ["report_digest"])
    op.create_index(op.f("ix_okr_run_ruleset_digest"), "okr_run", ["ruleset_digest"])


def _findings() -> None:
    """The life of a finding."""
    op.create_table(
        "okr_finding",
        sa.Column("connection_id", NAME, nullable=False),
        sa.Column("id", NAME, nullable=False),
        sa.Column("rule", NAME, nullable=False),
        sa.Column("severity", NAME, nullable=False),
        sa.Column("shadow", sa.Boolean(), nullable=False),
        sa.Column("state", NAME, nullable=False),
        sa.Column("waived_by", NAME),
        sa.Column("decision_id", NAME),
        sa.Column("acknowledged_by", TEXT),
        sa.Column("acknowledged_at", MOMENT),
        sa.Column("message", TEXT, nullable=False),
        sa.Column("items", TEXT, nullable=False),
        sa.Column("failure", NAME),
        sa.Column("first_seen_run", NAME, nullable=False),
        sa.Column("first_seen_at", MOMENT, nullable=False),
        sa.Column("last_seen_run", NAME, nullable=False),
        sa.Column("last_seen_at", MOMENT, nullable=False),
        sa.Column("state_since_run", NAME, nullable=False),
        sa.Column("state_since_at", MOMENT, nullable=False),
        sa.Column("cause", TEXT),
        sa.Column("evidence_digest", NAME),
        sa.Column("escalate_on", sa.Date()),
        sa.Column("respond_by", sa.Date()),
        sa.CheckConstraint("severity IN ('error', 'warning', 'info')", name=op.f("ck_okr_finding_severity")),
        sa.CheckConstraint(
            "state IN ('new', 'unchanged', 'reopened', 'resolved', 'stale', 'removed')",
            name=op.f("ck_okr_finding_state"),
        ),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["okr_connection.id"], name=op.f("fk_okr_finding_okr_connection"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("connection_id", "id", name=op.f("pk_okr_finding")),
    )
    op.create_index(op.f("ix_okr_finding_escalate_on"), "okr_finding", ["escalate_on"])
    op.create_index(op.f("ix_okr_finding_failure_connection_id_id"), "okr_finding", ["failure", "connection_id", "id"])
    op.create_index(op.f("ix_okr_finding_rule_connection_id_id"), "okr_finding", ["rule", "connection_id", "id"])
    op.create_index(
        op.f("ix_okr_finding_severity_connection_id_id"), "okr_finding", ["severity", "connection_id", "id"]
    )
    op.create_index(op.f("ix_okr_finding_state_connection_id_id"), "okr_finding", ["state", "connection_id", "id"])
    op.create_table(
        "okr_finding_team",
        sa.Column("connection_id", NAME, nullable=False),
        sa.Column("finding_id", NAME, nullable=False),
        sa.Column("team", NAME, nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id", "finding_id"],
            ["okr_finding.connection_id", "okr_finding.id"],
            name=op.f("fk_okr_finding_team_okr_finding"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("connection_id", "finding_id", "team", name=op.f("pk_okr_finding_team")),
    )
    op.create_index(
        op.f("ix_okr_finding_team_team_connection_id_finding_id"),
        "okr_finding_team",
        ["team", "connection_id", "finding_id"],
    )
    op.create_table(
        "okr_finding_owner",
        sa.Column("connection_id", NAME, nullable=False),
        sa.Column("finding_id", NAME, nullable=False),
        sa.Column("owner", NAME, nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id", "finding_id"],
            ["okr_finding.connection_id", "okr_finding.id"],
            name=op.f("fk_okr_finding_owner_okr_finding"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("connection_id", "finding_id", "owner", name=op.f("pk_okr_finding_owner")),
    )
    op.create_index(
        op.f("ix_okr_finding_owner_owner_connection_id_finding_id"),
        "okr_finding_owner",
        ["owner", "connection_id", "finding_id"],
    )
    op.create_table(
        "okr_finding_event",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("connection_id", NAME, nullable=False),
        sa.Column("finding_id", NAME, nullable=False),
        sa.Column("run_id", NAME),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("event", NAME, nullable=False),
        sa.Column("cause", TEXT),
        sa.Column("actor", TEXT),
        sa.ForeignKeyConstraint(
            ["connection_id", "finding_id"],
            ["okr_finding.connection_id", "okr_finding.id"],
            name=op.f("fk_okr_finding_event_okr_finding"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_okr_finding_event")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_okr_finding_event_connection_id_finding_id_id"),
        "okr_finding_event",
        ["connection_id", "finding_id", "id"],
    )
    op.create_index(op.f("ix_okr_finding_event_run_id_id"), "okr_finding_event", ["run_id", "id"])


def _judgements_of_people() -> None:
    """What people said of a finding."""
    op.create_table(
        "okr_waiver",
        sa.Column("id", NAME, nullable=False),
        sa.Column("connection_id", NAME, nullable=False),
        sa.Column("scope", NAME, nullable=False),
        sa.Column("finding_id", NAME),
        sa.Column("rule", NAME),
        sa.Column("item_kind", NAME),
        sa.Column("item_id", NAME),
        sa.Column("team", NAME),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("created_by", TEXT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("approved_by", TEXT),
        sa.Column("approved_at", MOMENT),
        sa.Column("ended_by", TEXT),
        sa.Column("ended_at", MOMENT),
        sa.Column("kind", NAME, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('waiver', 'baseline')", name=op.f("ck_okr_waiver_kind")),
        sa.CheckConstraint("scope IN ('finding', 'item', 'team')", name=op.f("ck_okr_waiver_scope")),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["okr_connection.id"], name=op.f("fk_okr_waiver_okr_connection"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_okr_waiver")),
    )
    op.create_index(op.f("ix_okr_waiver_connection_id_finding_id"), "okr_waiver", ["connection_id", "finding_id"])
    op.create_index(op.f("ix_okr_waiver_connection_id_last_day"), "okr_waiver", ["connection_id", "last_day"])
    op.create_table(
        "okr_decision",
        sa.Column("id", NAME, nullable=False),
        sa.Column("connection_id", NAME, nullable=False),
        sa.Column("finding_id", NAME, nullable=False),
        sa.Column("decider", TEXT, nullable=False),
        sa.Column("gives_way", TEXT, nullable=False),
        sa.Column("tie_breaker", TEXT),
        sa.Column("rationale", TEXT, nullable=False),
        sa.Column("forum", TEXT),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("sides_digest", NAME, nullable=False),
        sa.Column("recorded_by", TEXT, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("void_since_run", NAME),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["okr_connection.id"], name=op.f("fk_okr_decision_okr_connection"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_okr_decision")),
    )
    op.create_index(
        op.f("ix_okr_decision_connection_id_finding_id_id"), "okr_decision", ["connection_id", "finding_id", "id"]
    )


def _access() -> None:
    """Who may do what, who did what, and what was answered."""
    op.create_table(
        "okr_key",
        sa.Column("id", NAME, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("digest", NAME, nullable=False),
        sa.Column("role", NAME, nullable=False),
        sa.Column("connections", TEXT),
        sa.Column("created_by", TEXT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT),
        sa.Column("revoked_at", MOMENT),
        sa.Column("last_used_at", MOMENT),
        sa.CheckConstraint(
            "role IN ('reader', 'submitter', 'editor', 'publisher', 'admin')", name=op.f("ck_okr_key_role")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_okr_key")),
    )
    op.create_table(
        "okr_audit",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("action", NAME, nullable=False),
        sa.Column("target_kind", NAME, nullable=False),
        sa.Column("target_id", NAME, nullable=False),
        sa.Column("before", TEXT),
        sa.Column("after", TEXT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_okr_audit")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_okr_audit_actor_id"), "okr_audit", ["actor", "id"])
    op.create_index(op.f("ix_okr_audit_at"), "okr_audit", ["at"])
    op.create_index(op.f("ix_okr_audit_target_kind_target_id_id"), "okr_audit", ["target_kind", "target_id", "id"])
    op.create_table(
        "okr_audit_unlocked",
        sa.Column("why", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("why", name=op.f("pk_okr_audit_unlocked")),
    )
    op.create_table(
        "okr_idempotency",
        sa.Column("actor", NAME, nullable=False),
        sa.Column("key", NAME, nullable=False),
        sa.Column("request_digest", NAME, nullable=False),
        sa.Column("state", NAME, nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("headers", TEXT),
        sa.Column("body", sa.LargeBinary()),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint("state IN ('running', 'done')", name=op.f("ck_okr_idempotency_state")),
        sa.PrimaryKeyConstraint("actor", "key", name=op.f("pk_okr_idempotency")),
    )
    op.create_index(op.f("ix_okr_idempotency_created_at"), "okr_idempotency", ["created_at"])


def _texts() -> None:
    """Texts that admins edit."""
    op.create_table(
        "okr_text_version",
        sa.Column("kind", NAME, nullable=False),
        sa.Column("name", NAME, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", NAME, nullable=False),
        sa.Column("published_by", TEXT, nullable=False),
        sa.Column("published_at", MOMENT, nullable=False),
        sa.Column("note", TEXT, nullable=False),
        sa.Column("restored_from", sa.Integer()),
        sa.CheckConstraint("kind IN ('ruleset', 'failure-table', 'metrics')", name=op.f("ck_okr_text_version_kind")),
        sa.PrimaryKeyConstraint("kind", "name", "version", name=op.f("pk_okr_text_version")),
    )
    op.create_index(op.f("ix_okr_text_version_digest"), "okr_text_version", ["digest"])
    op.create_table(
        "okr_text_draft",
        sa.Column("kind", NAME, nullable=False),
        sa.Column("name", NAME, nullable=False),
        sa.Column("text_digest", NAME, nullable=False),
        sa.Column("base_version", sa.Integer()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_by", TEXT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.CheckConstraint("kind IN ('ruleset', 'failure-table', 'metrics')", name=op.f("ck_okr_text_draft_kind")),
        sa.PrimaryKeyConstraint("kind", "name", name=op.f("pk_okr_text_draft")),
    )
    op.create_index(op.f("ix_okr_text_draft_text_digest"), "okr_text_draft", ["text_digest"])


# An audit row may be changed only while a row of okr_audit_unlocked says why, and even then not its id, moment and action.
# A table that SQLite replaces loses its triggers: a migration that alters okr_audit makes them again.
KEPT_BY_SQLITE = (
    """
    CREATE TRIGGER okr_audit_update BEFORE UPDATE ON okr_audit
    WHEN NOT EXISTS (SELECT 1 FROM okr_audit_unlocked)
        OR NEW.id IS NOT OLD.id OR NEW.at IS NOT OLD.at OR NEW.action IS NOT OLD.action
    BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END
    """,
    """
    CREATE TRIGGER okr_audit_delete BEFORE DELETE ON okr_audit
    WHEN NOT EXISTS (SELECT 1 FROM okr_audit_unlocked)
    BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END
    """,
)
KEPT_BY_POSTGRESQL = (
    """
    CREATE FUNCTION okr_audit_keep() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'TRUNCATE' OR NOT EXISTS (SELECT 1 FROM okr_audit_unlocked) THEN
            RAISE EXCEPTION 'the audit trail is append-only' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF TG_OP = 'DELETE' THEN
            RETURN OLD;
        END IF;
        IF (NEW.id, NEW.at, NEW.action) IS DISTINCT FROM (OLD.id, OLD.at, OLD.action) THEN
            RAISE EXCEPTION 'the audit trail is append-only' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END
    $$
    """,
    """
    CREATE TRIGGER okr_audit_change BEFORE UPDATE OR DELETE ON okr_audit
    FOR EACH ROW EXECUTE FUNCTION okr_audit_keep()
    """,
    """
    CREATE TRIGGER okr_audit_truncate BEFORE TRUNCATE ON okr_audit
    FOR EACH STATEMENT EXECUTE FUNCTION okr_audit_keep()
    """,
)

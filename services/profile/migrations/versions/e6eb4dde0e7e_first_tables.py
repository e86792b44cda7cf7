"""The first tables, and a trigger that keeps the decisions on consents as they were made.

Revision: e6eb4dde0e7e, after: .
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "e6eb4dde0e7e"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "behaviors",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.SmallInteger(), nullable=False),
        sa.Column("item_id", sa.String(length=64), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("paid_minor", sa.BigInteger(), nullable=True),
        sa.Column("paid_currency", sa.String(length=3), nullable=True),
        sa.Column("rating", sa.SmallInteger(), nullable=False),
        sa.Column("platform", sa.String(length=32), nullable=False),
        sa.Column("is_pending", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_behaviors")),
        schema="profile",
    )
    op.create_index(
        "ix_behaviors_pending",
        "behaviors",
        ["item_id"],
        unique=False,
        schema="profile",
        postgresql_where=sa.text("is_pending"),
    )
    op.create_index(
        "ix_behaviors_user_id_occurred_at",
        "behaviors",
        ["user_id", "occurred_at"],
        unique=False,
        schema="profile",
    )
    op.create_table(
        "inbox",
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column(
            "received_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("reader", "event_id", name=op.f("pk_inbox")),
        schema="profile",
    )
    op.create_index(
        "ix_inbox_received_at",
        "inbox",
        ["received_at"],
        unique=False,
        schema="profile",
        postgresql_using="brin",
    )
    op.create_table(
        "items",
        sa.Column("item_id", sa.String(length=64), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("tags", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_items")),
        schema="profile",
    )
    op.create_table(
        "outbox",
        sa.Column("position", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("traceparent", sa.Text(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stream_created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stream_sequence", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_outbox")),
        schema="profile",
    )
    op.create_index(
        "ix_outbox_published_at", "outbox", ["published_at"], unique=False, schema="profile"
    )
    op.create_index(
        "ix_outbox_waiting",
        "outbox",
        ["position"],
        unique=False,
        schema="profile",
        postgresql_where=sa.text("published_at IS NULL"),
    )
    op.create_table(
        "portraits",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("behavior_count", sa.BigInteger(), nullable=False),
        sa.Column("purchase_count", sa.BigInteger(), nullable=False),
        sa.Column("spent_minor", sa.JSON(), nullable=False),
        sa.Column("last_active_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("activity", sa.Float(precision=53), nullable=False),
        sa.Column("traits", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_portraits")),
        schema="profile",
    )
    op.create_table(
        "requests",
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("response", sa.LargeBinary(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("method", "caller", "request_id", name=op.f("pk_requests")),
        schema="profile",
    )
    op.create_index(
        "ix_requests_created_at",
        "requests",
        ["created_at"],
        unique=False,
        schema="profile",
        postgresql_using="brin",
    )
    op.create_table(
        "users",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("display_name", sa.String(length=64), nullable=False),
        sa.Column("language_code", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("granted", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("consents_version", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("behaviors_forgotten_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("emotions_forgotten_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_users")),
        schema="profile",
    )
    op.create_table(
        "consent_decisions",
        sa.Column("position", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.SmallInteger(), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("policy_version", sa.String(length=32), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["profile.users.user_id"], name=op.f("fk_consent_decisions_user_id_users")
        ),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_consent_decisions")),
        sa.UniqueConstraint(
            "user_id",
            "purpose",
            "version",
            name=op.f("uq_consent_decisions_user_id_purpose_version"),
        ),
        schema="profile",
    )
    op.create_table(
        "identities",
        sa.Column("identity_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("platform", sa.String(length=32), nullable=False),
        sa.Column("external_hash", sa.LargeBinary(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("octet_length(external_hash) = 32", name=op.f("ck_identities_sha256")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["profile.users.user_id"], name=op.f("fk_identities_user_id_users")
        ),
        sa.PrimaryKeyConstraint("identity_id", name=op.f("pk_identities")),
        sa.UniqueConstraint(
            "platform", "external_hash", name=op.f("uq_identities_platform_external_hash")
        ),
        schema="profile",
    )
    op.create_index(
        op.f("ix_identities_user_id"), "identities", ["user_id"], unique=False, schema="profile"
    )
    # Proof is added to, never changed. Erasing a person may still delete it.
    op.execute("""
        CREATE FUNCTION profile.refuse_update() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is only added to', TG_TABLE_NAME;
        END $$
    """)
    op.execute("""
        CREATE TRIGGER only_added_to BEFORE UPDATE ON profile.consent_decisions
        FOR EACH STATEMENT EXECUTE FUNCTION profile.refuse_update()
    """)


def downgrade() -> None:
    op.drop_index(op.f("ix_identities_user_id"), table_name="identities", schema="profile")
    op.drop_table("identities", schema="profile")
    op.drop_table("consent_decisions", schema="profile")
    op.drop_table("users", schema="profile")
    op.drop_index(
        "ix_requests_created_at", table_name="requests", schema="profile", postgresql_using="brin"
    )
    op.drop_table("requests", schema="profile")
    op.drop_table("portraits", schema="profile")
    op.drop_index(
        "ix_outbox_waiting",
        table_name="outbox",
        schema="profile",
        postgresql_where=sa.text("published_at IS NULL"),
    )
    op.drop_index("ix_outbox_published_at", table_name="outbox", schema="profile")
    op.drop_table("outbox", schema="profile")
    op.drop_table("items", schema="profile")
    op.drop_index(
        "ix_inbox_received_at", table_name="inbox", schema="profile", postgresql_using="brin"
    )
    op.drop_table("inbox", schema="profile")
    op.drop_index("ix_behaviors_user_id_occurred_at", table_name="behaviors", schema="profile")
    op.drop_index(
        "ix_behaviors_pending",
        table_name="behaviors",
        schema="profile",
        postgresql_where=sa.text("is_pending"),
    )
    op.drop_table("behaviors", schema="profile")
    op.execute("DROP FUNCTION profile.refuse_update()")

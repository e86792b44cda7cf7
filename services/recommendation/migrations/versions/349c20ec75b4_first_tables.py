"""first tables.

Revision: 349c20ec75b4, after: .
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "349c20ec75b4"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "consents",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("personalization", sa.Boolean(), nullable=False),
        sa.Column("emotion_inference", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_consents")),
        schema="recommendation",
    )
    op.create_table(
        "forgotten_contents",
        sa.Column("content_id", sa.Text(), nullable=False),
        sa.Column(
            "forgotten_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("content_id", name=op.f("pk_forgotten_contents")),
        schema="recommendation",
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
        schema="recommendation",
    )
    op.create_index(
        "ix_inbox_received_at",
        "inbox",
        ["received_at"],
        unique=False,
        schema="recommendation",
        postgresql_using="brin",
    )
    op.create_table(
        "interactions",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("weight", sa.REAL(), nullable=False),
        sa.Column("popularity", sa.Double(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "item_id", "event_id", name=op.f("pk_interactions")),
        schema="recommendation",
    )
    op.create_index(
        "ix_interactions_user_id_occurred_at",
        "interactions",
        ["user_id", "occurred_at"],
        unique=False,
        schema="recommendation",
    )
    op.create_table(
        "items",
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("tags", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("is_unavailable", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column(
            "changed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_items")),
        schema="recommendation",
    )
    op.create_index(
        "ix_items_changed_at", "items", ["changed_at"], unique=False, schema="recommendation"
    )
    op.create_table(
        "mentions",
        sa.Column("content_id", sa.Text(), nullable=False),
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("emotion", sa.SmallInteger(), nullable=False),
        sa.Column("polarity", sa.SmallInteger(), nullable=False),
        sa.Column("weight", sa.REAL(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("content_id", "item_id", name=op.f("pk_mentions")),
        schema="recommendation",
    )
    op.create_index(
        "ix_mentions_item_id", "mentions", ["item_id"], unique=False, schema="recommendation"
    )
    op.create_table(
        "models",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("training_id", sa.Uuid(), nullable=False),
        sa.Column("trained_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("artefact", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_models")),
        sa.UniqueConstraint("version", name=op.f("uq_models_version")),
        schema="recommendation",
    )
    op.create_table(
        "moods",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("emotion", sa.SmallInteger(), nullable=True),
        sa.Column("valence", sa.Double(), nullable=True),
        sa.Column("arousal", sa.Double(), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_moods")),
        schema="recommendation",
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
        schema="recommendation",
    )
    op.create_index(
        "ix_outbox_published_at", "outbox", ["published_at"], unique=False, schema="recommendation"
    )
    op.create_index(
        "ix_outbox_waiting",
        "outbox",
        ["position"],
        unique=False,
        schema="recommendation",
        postgresql_where=sa.text("published_at IS NULL"),
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
        schema="recommendation",
    )
    op.create_index(
        "ix_requests_created_at",
        "requests",
        ["created_at"],
        unique=False,
        schema="recommendation",
        postgresql_using="brin",
    )
    op.create_table(
        "standings",
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("popularity", sa.Double(), server_default="0", nullable=False),
        sa.Column("positive", sa.Double(), server_default="0", nullable=False),
        sa.Column("negative", sa.Double(), server_default="0", nullable=False),
        sa.Column("valence", sa.Double(), server_default="0", nullable=False),
        sa.Column("words", sa.Double(), server_default="0", nullable=False),
        sa.Column("emotion", sa.SmallInteger(), nullable=True),
        sa.Column("mention_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "changed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_standings")),
        schema="recommendation",
    )
    op.create_index(
        "ix_standings_changed_at",
        "standings",
        ["changed_at"],
        unique=False,
        schema="recommendation",
    )
    op.create_table(
        "trainings",
        sa.Column("training_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("progress", sa.REAL(), server_default="0", nullable=False),
        sa.Column("fit_seconds", sa.Double(), server_default="0", nullable=False),
        sa.Column("interaction_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column(
            "evaluations",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
        sa.Column("model_version", sa.Text(), server_default="", nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("training_id", name=op.f("pk_trainings")),
        schema="recommendation",
    )
    op.create_index(
        "uq_trainings_running",
        "trainings",
        [sa.literal_column("(ended_at IS NULL)")],
        unique=True,
        schema="recommendation",
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def downgrade() -> None:

    op.drop_index(
        "uq_trainings_running",
        table_name="trainings",
        schema="recommendation",
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_table("trainings", schema="recommendation")
    op.drop_index("ix_standings_changed_at", table_name="standings", schema="recommendation")
    op.drop_table("standings", schema="recommendation")
    op.drop_index(
        "ix_requests_created_at",
        table_name="requests",
        schema="recommendation",
        postgresql_using="brin",
    )
    op.drop_table("requests", schema="recommendation")
    op.drop_index(
        "ix_outbox_waiting",
        table_name="outbox",
        schema="recommendation",
        postgresql_where=sa.text("published_at IS NULL"),
    )
    op.drop_index("ix_outbox_published_at", table_name="outbox", schema="recommendation")
    op.drop_table("outbox", schema="recommendation")
    op.drop_table("moods", schema="recommendation")
    op.drop_table("models", schema="recommendation")
    op.drop_index("ix_mentions_item_id", table_name="mentions", schema="recommendation")
    op.drop_table("mentions", schema="recommendation")
    op.drop_index("ix_items_changed_at", table_name="items", schema="recommendation")
    op.drop_table("items", schema="recommendation")
    op.drop_index(
        "ix_interactions_user_id_occurred_at", table_name="interactions", schema="recommendation"
    )
    op.drop_table("interactions", schema="recommendation")
    op.drop_index(
        "ix_inbox_received_at", table_name="inbox", schema="recommendation", postgresql_using="brin"
    )
    op.drop_table("inbox", schema="recommendation")
    op.drop_table("forgotten_contents", schema="recommendation")
    op.drop_table("consents", schema="recommendation")

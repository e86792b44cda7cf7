"""signs of distress and forgetting.

Revision: c41d7be2f0a8, after: b1c6f2a94e07.
"""

import sqlalchemy as sa
from alembic import op

revision = "c41d7be2f0a8"
down_revision = "b1c6f2a94e07"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "distress_signals",
        sa.Column("signal_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("content_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("rule_ids", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("signal_id", name=op.f("pk_distress_signals")),
        sa.UniqueConstraint("content_id", name=op.f("uq_distress_signals_content_id")),
        schema="emotion_tag",
    )
    op.create_index(
        op.f("ix_distress_signals_expires_at"),
        "distress_signals",
        ["expires_at"],
        schema="emotion_tag",
    )
    op.create_index(
        op.f("ix_distress_signals_user_id"),
        "distress_signals",
        ["user_id"],
        schema="emotion_tag",
    )
    op.create_table(
        "distress_reads",
        sa.Column("read_id", sa.Uuid(), nullable=False),
        sa.Column("reader_id", sa.Uuid(), nullable=True),
        sa.Column("signal_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("read_id", name=op.f("pk_distress_reads")),
        schema="emotion_tag",
    )
    op.create_index(
        op.f("ix_distress_reads_read_at"), "distress_reads", ["read_at"], schema="emotion_tag"
    )
    op.create_index(
        "ix_distress_reads_reader_id_read_id",
        "distress_reads",
        ["reader_id", "read_id"],
        schema="emotion_tag",
    )
    op.create_table(
        "erasures",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_erasures")),
        schema="emotion_tag",
    )
    op.add_column(
        "people",
        sa.Column("distress_version", sa.BigInteger(), server_default="0", nullable=False),
        schema="emotion_tag",
    )
    op.add_column(
        "people",
        sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True),
        schema="emotion_tag",
    )


def downgrade() -> None:
    op.drop_column("people", "forgotten_at", schema="emotion_tag")
    op.drop_column("people", "distress_version", schema="emotion_tag")
    op.drop_table("erasures", schema="emotion_tag")
    op.drop_table("distress_reads", schema="emotion_tag")
    op.drop_table("distress_signals", schema="emotion_tag")

"""what texts count for in trends, and how topics are written.

Revision: f4b0c9d1e2a7, after: a7d4e6b09c31.
"""

import sqlalchemy as sa
from alembic import op

revision = "f4b0c9d1e2a7"
down_revision = "a7d4e6b09c31"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "trend_texts",
        sa.Column("content_id", sa.Uuid(), nullable=False),
        sa.Column("is_gone", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=True),
        sa.Column("text_kind", sa.String(length=16), nullable=True),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("region_code", sa.String(length=8), nullable=True),
        sa.Column("topics", sa.ARRAY(sa.Text()), nullable=True),
        sa.Column("forms", sa.ARRAY(sa.Text()), nullable=True),
        sa.Column("sums", sa.ARRAY(sa.REAL()), nullable=True),
        sa.CheckConstraint("is_gone = (sums IS NULL)", name=op.f("ck_trend_texts_gone")),
        sa.PrimaryKeyConstraint("content_id", name=op.f("pk_trend_texts")),
        schema="emotion_tag",
    )
    op.create_index(
        "ix_trend_texts_said_at", "trend_texts", ["said_at"], unique=False, schema="emotion_tag"
    )
    op.create_table(
        "trend_forms",
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("texts", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("topic", "language", "day", "form", name=op.f("pk_trend_forms")),
        schema="emotion_tag",
    )
    op.create_index(
        "ix_trend_forms_day", "trend_forms", ["day"], unique=False, schema="emotion_tag"
    )


def downgrade() -> None:
    op.drop_index("ix_trend_forms_day", table_name="trend_forms", schema="emotion_tag")
    op.drop_table("trend_forms", schema="emotion_tag")
    op.drop_index("ix_trend_texts_said_at", table_name="trend_texts", schema="emotion_tag")
    op.drop_table("trend_texts", schema="emotion_tag")

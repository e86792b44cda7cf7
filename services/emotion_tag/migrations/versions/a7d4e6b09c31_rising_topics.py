"""rising topics.

Revision: a7d4e6b09c31, after: 86b1cce9bf56.
"""

import sqlalchemy as sa
from alembic import op

revision = "a7d4e6b09c31"
down_revision = "86b1cce9bf56"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "trend_sums",
        sa.Column("is_hour", sa.Boolean(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("text_kind", sa.String(length=16), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("region_code", sa.String(length=8), nullable=False),
        sa.Column("topic_kind", sa.String(length=16), nullable=False),
        sa.Column("sums", sa.ARRAY(sa.Double()), nullable=False),
        sa.PrimaryKeyConstraint(
            "is_hour",
            "starts_at",
            "topic",
            "language",
            "text_kind",
            "category",
            "region_code",
            name=op.f("pk_trend_sums"),
        ),
        schema="emotion_tag",
        postgresql_with={"fillfactor": 80},
    )
    op.create_index(
        "ix_trend_sums_topic",
        "trend_sums",
        ["topic", "is_hour", "starts_at"],
        unique=False,
        schema="emotion_tag",
    )


def downgrade() -> None:
    op.drop_index("ix_trend_sums_topic", table_name="trend_sums", schema="emotion_tag")
    op.drop_table("trend_sums", schema="emotion_tag")

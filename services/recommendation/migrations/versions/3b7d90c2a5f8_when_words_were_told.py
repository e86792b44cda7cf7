"""when words were told.

Revision: 3b7d90c2a5f8, after: c9cefd33bc1f.
"""

import sqlalchemy as sa
from alembic import op

revision = "3b7d90c2a5f8"
down_revision = "c9cefd33bc1f"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "mentions",
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        schema="recommendation",
    )


def downgrade() -> None:
    op.drop_column("mentions", "told_at", schema="recommendation")

"""people in need.

Revision: 5a0d93c1be72, after: e7709d1943ff.
"""

import sqlalchemy as sa
from alembic import op

revision = "5a0d93c1be72"
down_revision = "e7709d1943ff"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "people",
        sa.Column("need_until", sa.DateTime(timezone=True), nullable=True),
        schema="campaign",
    )
    op.add_column(
        "people",
        sa.Column("need_version", sa.BigInteger(), server_default="0", nullable=False),
        schema="campaign",
    )


def downgrade() -> None:
    op.drop_column("people", "need_version", schema="campaign")
    op.drop_column("people", "need_until", schema="campaign")

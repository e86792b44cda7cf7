"""First tables.

Revision: 0001, after: nothing.
"""

from alembic import op

from tests.support.services.echo.tables import metadata

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make everything that is declared."""
    metadata.create_all(op.get_bind())

"""feelings are known to be in a portrait since both consents were there.

Revision: 3b7d05c1e9f4, after: e6eb4dde0e7e.

Words told before that never counted: nothing is taken out for them when they are deleted. Whoever
lacks a consent gets the moment when they grant it.
"""

from alembic import op

revision = "3b7d05c1e9f4"
down_revision = "e6eb4dde0e7e"
branch_labels = None
depends_on = None

_PERSONALIZATION, _EMOTION_INFERENCE = 1, 5
_BOTH = 1 << _PERSONALIZATION | 1 << _EMOTION_INFERENCE


def upgrade() -> None:
    op.execute(
        f"""
        UPDATE profile.users AS person
        SET emotions_forgotten_at = greatest(
            emotions_forgotten_at, granted.since - interval '1 microsecond'
        )
        FROM (
            SELECT user_id, max(decided_at) AS since
            FROM (
                SELECT user_id, granted, decided_at, lag(granted, 1, false)
                    OVER (PARTITION BY user_id, purpose ORDER BY version) AS was_granted
                FROM profile.consent_decisions
                WHERE purpose IN ({_PERSONALIZATION}, {_EMOTION_INFERENCE})
            ) AS decision
            WHERE granted AND NOT was_granted
            GROUP BY user_id
        ) AS granted
        WHERE granted.user_id = person.user_id AND person.granted & {_BOTH} = {_BOTH}
        """  # noqa: S608 - numbers from here
    )


def downgrade() -> None:
    """Nothing to undo: what was told before then is in no portrait."""

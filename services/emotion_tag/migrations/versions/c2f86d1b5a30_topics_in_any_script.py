"""topics in any script are one subject.

Revision: c2f86d1b5a30, after: f4b0c9d1e2a7.

What was counted for #開箱# is counted for 开箱, sums and texts; a text that named both counts for
both as before, but is linked once. What is usual for a topic, which alerts are held against, is
learned anew: it is forgotten in days anyway.
"""

from collections import Counter

import sqlalchemy as sa
from alembic import op

from services.emotion_tag.domain.traditional import SIMPLIFIED

revision = "c2f86d1b5a30"
down_revision = "f4b0c9d1e2a7"
branch_labels = None
depends_on = None

# Whoever counts texts, or takes them out, begins with their rows in here: those who have begun end
# first, so that nothing that they count is missed, and nobody waits in a circle.
_ALONE = "LOCK TABLE emotion_tag.counted_texts IN EXCLUSIVE MODE"

_KNOWN = """
    SELECT subject_id FROM emotion_tag.subjects WHERE kind = 'topic'
    UNION SELECT subject_id FROM emotion_tag.subject_spans WHERE kind = 'topic'
    UNION SELECT subject_id FROM emotion_tag.subject_texts WHERE kind = 'topic'
    UNION SELECT subject_id FROM emotion_tag.alerts WHERE kind = 'topic'
"""

# Two spellings may get the same name: they take turns, for one statement adds to a row but once.
_RENAMED = """
    CREATE TEMPORARY TABLE renamed (was text PRIMARY KEY, is_now text NOT NULL, turn int NOT NULL)
    ON COMMIT DROP
"""

_RENAME = """
    INSERT INTO renamed
    SELECT was, is_now, row_number() OVER (PARTITION BY is_now ORDER BY was)
    FROM unnest(CAST(:was AS text[]), CAST(:is_now AS text[])) AS one (was, is_now)
"""

_LINKS = """
    INSERT INTO emotion_tag.subject_texts (content_id, kind, subject_id, author_key, said_at)
    SELECT content_id, kind, is_now, author_key, said_at
    FROM emotion_tag.subject_texts JOIN renamed ON subject_id = was
    WHERE kind = 'topic'
    ON CONFLICT DO NOTHING
"""

_SPANS = """
    INSERT INTO emotion_tag.subject_spans AS known (kind, subject_id, is_day, starts_at, sums)
    SELECT kind, is_now, is_day, starts_at, sums
    FROM emotion_tag.subject_spans JOIN renamed ON subject_id = was
    WHERE kind = 'topic' AND turn = :turn
    ON CONFLICT (kind, subject_id, is_day, starts_at) DO UPDATE SET sums = ARRAY(
        SELECT a + b
        FROM unnest(known.sums, excluded.sums) WITH ORDINALITY AS both_of (a, b, place)
        ORDER BY place
    )
"""

# Both faded to the later moment that one of them is of: a topic's sums fade by half in two days.
_STANDINGS = """
    INSERT INTO emotion_tag.subjects AS known (kind, subject_id, as_of, sums)
    SELECT kind, is_now, as_of, sums
    FROM emotion_tag.subjects JOIN renamed ON subject_id = was
    WHERE kind = 'topic' AND turn = :turn
    ON CONFLICT (kind, subject_id) DO UPDATE SET
        as_of = greatest(known.as_of, excluded.as_of),
        sums = ARRAY(
            SELECT a * power(0.5, greatest(later, 0)) + b * power(0.5, greatest(-later, 0))
            FROM unnest(known.sums, excluded.sums) WITH ORDINALITY AS both_of (a, b, place),
                (SELECT least(greatest(
                    extract(epoch FROM excluded.as_of - known.as_of) / 172800, -1000
                ), 1000)::double precision) AS half_lives (later)
            ORDER BY place
        )
"""

# At most one alert of a topic and family is not resolved: where there would be two, old spellings
# stay, and are resolved by themselves, for nothing is counted for them any more.
_ALERTS = """
    UPDATE emotion_tag.alerts AS alert SET subject_id = renamed.is_now
    FROM renamed
    WHERE alert.kind = 'topic' AND alert.subject_id = renamed.was AND (
        alert.state = 'resolved' OR NOT EXISTS (
            SELECT 1 FROM emotion_tag.alerts AS other
            LEFT JOIN renamed AS same ON same.was = other.subject_id
            WHERE other.kind = 'topic' AND other.family = alert.family
                AND other.state <> 'resolved' AND other.alert_id <> alert.alert_id
                AND coalesce(same.is_now, other.subject_id) = renamed.is_now
        )
    )
"""


def upgrade() -> None:
    op.execute(_ALONE)
    # By ourselves: `translate` of PostgreSQL goes through all the pairs for every character.
    renamed = {
        was: is_now
        for was in op.get_bind().scalars(sa.text(_KNOWN))
        if (is_now := was.translate(SIMPLIFIED)) != was
    }
    op.execute(_RENAMED)
    op.execute(sa.text(_RENAME).bindparams(was=list(renamed), is_now=list(renamed.values())))
    op.execute("ANALYZE renamed")
    op.execute(_LINKS)
    for turn in range(1, max(Counter(renamed.values()).values(), default=0) + 1):
        for statement in (_SPANS, _STANDINGS):
            op.execute(sa.text(statement).bindparams(turn=turn))
    for table in ("subject_texts", "subject_spans", "subjects"):
        op.execute(
            f"DELETE FROM emotion_tag.{table} USING renamed WHERE kind = 'topic' AND subject_id = was"  # noqa: S608, E501 - a name from here
        )
    op.execute(_ALERTS)


def downgrade() -> None:
    """Nothing to undo: topics in simplified characters were topics before, too."""

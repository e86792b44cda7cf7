"""topics in any script are one subject.

Revision: c2f86d1b5a30, after: f4b0c9d1e2a7.

What was counted for #開箱# is counted for 开箱, sums and texts; a text that named both counts for
both as before, but is linked once. What is usual for a topic, which alerts are held against, is
learned anew: it is forgotten in days anyway.
"""

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

_RENAMED = """
    CREATE TEMPORARY TABLE renamed ON COMMIT DROP AS
    SELECT was, translate(was, :traditional, :simplified) AS is_now
    FROM (
        SELECT subject_id FROM emotion_tag.subjects WHERE kind = 'topic'
        UNION SELECT subject_id FROM emotion_tag.subject_spans WHERE kind = 'topic'
        UNION SELECT subject_id FROM emotion_tag.subject_texts WHERE kind = 'topic'
        UNION SELECT subject_id FROM emotion_tag.alerts WHERE kind = 'topic'
    ) AS known (was)
    WHERE translate(was, :traditional, :simplified) <> was
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
    SELECT 'topic', is_now, is_day, starts_at, array_agg(total ORDER BY place)
    FROM (
        SELECT is_now, is_day, starts_at, place, sum(one) AS total
        FROM emotion_tag.subject_spans AS span JOIN renamed ON span.subject_id = was,
            unnest(span.sums) WITH ORDINALITY AS part (one, place)
        WHERE span.kind = 'topic'
        GROUP BY is_now, is_day, starts_at, place
    ) AS added
    GROUP BY is_now, is_day, starts_at
    ON CONFLICT (kind, subject_id, is_day, starts_at) DO UPDATE SET sums = ARRAY(
        SELECT a + b
        FROM unnest(known.sums, excluded.sums) WITH ORDINALITY AS both_of (a, b, place)
        ORDER BY place
    )
"""

# All sums faded to the latest moment that one of them is of: a topic's fade by half in two days.
_STANDINGS = """
    INSERT INTO emotion_tag.subjects (kind, subject_id, as_of, sums)
    SELECT 'topic', is_now, latest, array_agg(total ORDER BY place)
    FROM (
        SELECT is_now, latest, place, sum(one * power(0.5, least(
            extract(epoch FROM latest - as_of) / 172800, 1000
        )::double precision)) AS total
        FROM (
            SELECT is_now, as_of, sums, max(as_of) OVER (PARTITION BY is_now) AS latest
            FROM emotion_tag.subjects JOIN (
                SELECT was, is_now FROM renamed UNION SELECT is_now, is_now FROM renamed
            ) AS all_of ON subject_id = was
            WHERE kind = 'topic'
        ) AS standing, unnest(sums) WITH ORDINALITY AS part (one, place)
        GROUP BY is_now, latest, place
    ) AS faded
    GROUP BY is_now, latest
    ON CONFLICT (kind, subject_id) DO UPDATE SET as_of = excluded.as_of, sums = excluded.sums
"""

# At most one alert of a topic and family is not resolved: where there would be two, old spellings
# stay, and are resolved by themselves, for nothing is counted for them any more.
_ALERTS = """
    UPDATE emotion_tag.alerts AS alert SET subject_id = is_now
    FROM renamed
    WHERE alert.kind = 'topic' AND alert.subject_id = was AND (
        alert.state = 'resolved' OR NOT EXISTS (
            SELECT 1 FROM emotion_tag.alerts AS other
            WHERE other.kind = 'topic' AND other.family = alert.family
                AND other.state <> 'resolved' AND other.alert_id <> alert.alert_id
                AND translate(other.subject_id, :traditional, :simplified) = is_now
        )
    )
"""


def upgrade() -> None:
    pairs = {
        "traditional": "".join(map(chr, SIMPLIFIED)),
        "simplified": "".join(map(str, SIMPLIFIED.values())),
    }
    op.execute(_ALONE)
    op.execute(sa.text(_RENAMED).bindparams(**pairs))
    for statement in (_LINKS, _SPANS, _STANDINGS):
        op.execute(statement)
    for table in ("subject_texts", "subject_spans", "subjects"):
        op.execute(
            f"DELETE FROM emotion_tag.{table} USING renamed WHERE kind = 'topic' AND subject_id = was"  # noqa: S608, E501 - a name from here
        )
    op.execute(sa.text(_ALERTS).bindparams(**pairs))


def downgrade() -> None:
    """Nothing to undo: topics in simplified characters were topics before, too."""

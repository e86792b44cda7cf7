"""The tables of what people say of the model: corrections, decisions, reviews, gold."""

from sqlalchemy import (
    ARRAY,
    JSON,
    Boolean,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    false,
)

from services.emotion_tag.adapters.store.tables import metadata, tags

_time = DateTime(timezone=True)


def _of_a_content(*, is_key: bool) -> Column[object]:
    """A column that goes when the tag goes; a deleted content is cleared by `forget`."""
    return Column(
        "content_id",
        Uuid,
        ForeignKey(tags.c.content_id, ondelete="CASCADE"),
        primary_key=is_key,
        nullable=False,
    )


# What people say of texts, and what they said before. The reason is the rater's own words.
corrections = Table(
    "corrections",
    metadata,
    Column("correction_id", Uuid, primary_key=True),
    _of_a_content(is_key=False),
    Column("rater_id", Uuid, nullable=False),
    Column("is_author", Boolean, nullable=False),
    Column("emotion", String(16), nullable=False),
    Column("polarity", String(16), nullable=False),
    Column("aspects", JSON, nullable=False),
    Column("reason", Text, nullable=False),
    Column("model_emotion", String(16), nullable=False),
    Column("model_version", String(64), nullable=False),
    Column("created_at", _time, nullable=False),
    Column("superseded_at", _time),
)
Index(
    "ix_corrections_current",
    corrections.c.content_id,
    corrections.c.rater_id,
    unique=True,
    postgresql_where=corrections.c.superseded_at.is_(None),
)
Index("ix_corrections_rater_id_correction_id", corrections.c.rater_id, corrections.c.correction_id)
Index("ix_corrections_created_at", corrections.c.created_at)

# What people decided, and the model's tag that it stands in for: it comes back if they undecide.
adjudications = Table(
    "adjudications",
    metadata,
    _of_a_content(is_key=True),
    Column("emotion", String(16), nullable=False),
    Column("polarity", String(16), nullable=False),
    Column("aspects", JSON, nullable=False),
    Column("is_by_author", Boolean, nullable=False),
    Column("rater_count", SmallInteger, nullable=False),
    Column("model_emotion", String(16), nullable=False),
    Column("model_version", String(64), nullable=False),
    Column("model_tag", JSON, nullable=False),
    Column("decided_at", _time, nullable=False),
)

# Texts that wait for a rater, without the texts.
reviews = Table(
    "reviews",
    metadata,
    _of_a_content(is_key=True),
    Column("kind", String(16), nullable=False),
    Column("language", String(16), nullable=False),
    Column("emotion", String(16), nullable=False),
    Column("confidence", Double, nullable=False),
    Column("uncertainty", Double, nullable=False),
    Column("weight", Double, nullable=False),
    Column("reach", Integer, nullable=False, server_default="0"),
    Column("score", Double, nullable=False),
    Column("cause", String(16), nullable=False),
    Column("wanted_count", SmallInteger, nullable=False),
    Column("rating_count", SmallInteger, nullable=False, server_default="0"),
    Column("created_at", _time, nullable=False),
)
Index("ix_reviews_score_content_id", reviews.c.score, reviews.c.content_id)

# Who looks at what until when; a rater who rated or skipped does not get it again.
review_claims = Table(
    "review_claims",
    metadata,
    Column(
        "content_id", Uuid, ForeignKey(reviews.c.content_id, ondelete="CASCADE"), primary_key=True
    ),
    Column("rater_id", Uuid, primary_key=True),
    Column("expires_at", _time, nullable=False),
    Column("is_done", Boolean, nullable=False, server_default=false()),
)

gold_sets = Table(
    "gold_sets",
    metadata,
    Column("gold_set_id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("space", String(16), nullable=False),
    Column("source", Text, nullable=False),
    Column("licence", Text, nullable=False),
    Column("creator_id", Uuid),
    Column("created_at", _time, nullable=False),
    UniqueConstraint("name"),
)

# The only texts that this service stores: they were given for this purpose, under the set's
# licence. A row by content has no text.
gold_rows = Table(
    "gold_rows",
    metadata,
    Column("row_id", Uuid, primary_key=True),
    Column(
        "gold_set_id",
        Uuid,
        ForeignKey(gold_sets.c.gold_set_id, ondelete="CASCADE"),
        nullable=False,
    ),
    Column("label", String(32), nullable=False),
    Column("text", Text, nullable=False),
    Column("content_id", Uuid, ForeignKey(tags.c.content_id, ondelete="CASCADE")),
    Column("slices", ARRAY(Text), nullable=False),
    Column("digest", LargeBinary, nullable=False),
    UniqueConstraint("gold_set_id", "digest"),
)
Index("ix_gold_rows_gold_set_id_row_id", gold_rows.c.gold_set_id, gold_rows.c.row_id)
Index(
    "ix_gold_rows_content_id",
    gold_rows.c.content_id,
    postgresql_where=gold_rows.c.content_id.is_not(None),
)

OF_A_CONTENT = (corrections, adjudications, reviews, gold_rows)
"""What goes when a content is deleted."""

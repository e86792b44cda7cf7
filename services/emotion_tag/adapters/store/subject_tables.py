"""The tables of how people feel about things. No text, and nobody's name."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Double,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    Uuid,
    false,
)

from services.emotion_tag.adapters.store.tables import metadata

_time = DateTime(timezone=True)

# Our own copy of what recommendation says of items.
catalogue = Table(
    "catalogue",
    metadata,
    Column("item_id", Text, primary_key=True),
    Column("brand", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
)

# The faded sums of a subject as of `as_of`; `domain/voice.py` says what stands where. A row is
# changed by every batch that speaks of the subject: room is left in the page.
subjects = Table(
    "subjects",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("subject_id", Text, primary_key=True),
    Column("as_of", _time, nullable=False),
    Column("sums", ARRAY(Double), nullable=False),
    postgresql_with={"fillfactor": 60},
)

# What a text adds, once; a text that was deleted leaves its id, so that it is not counted again.
counted_texts = Table(
    "counted_texts",
    metadata,
    Column("content_id", Uuid, primary_key=True),
    Column("is_gone", Boolean, nullable=False, server_default=false()),
    Column("said_at", _time, nullable=False),
    Column("scores", ARRAY(SmallInteger)),
    Column("polarity", String(16)),
    Column("intensity", SmallInteger),
    Column("aspects", ARRAY(Text)),
    CheckConstraint("is_gone = (scores IS NULL)", name="gone"),
)
Index("ix_counted_texts_said_at", counted_texts.c.said_at, postgresql_using="brin")

subject_texts = Table(
    "subject_texts",
    metadata,
    Column("content_id", Uuid, primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("subject_id", Text, primary_key=True),
    Column("author_key", LargeBinary, nullable=False),
    Column("said_at", _time, nullable=False),
)
# The first texts of an author about a subject, and the latest of everybody.
Index(
    "ix_subject_texts_author",
    subject_texts.c.kind,
    subject_texts.c.subject_id,
    subject_texts.c.author_key,
    subject_texts.c.said_at,
    subject_texts.c.content_id,
)
Index(
    "ix_subject_texts_latest",
    subject_texts.c.kind,
    subject_texts.c.subject_id,
    subject_texts.c.said_at,
)

# The same sums by hour and by day, not faded: for trends, and for what was said in a window.
subject_spans = Table(
    "subject_spans",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("subject_id", Text, primary_key=True),
    Column("is_day", Boolean, primary_key=True),
    Column("starts_at", _time, primary_key=True),
    Column("sums", ARRAY(Double), nullable=False),
)
Index("ix_subject_spans_is_day_starts_at", subject_spans.c.is_day, subject_spans.c.starts_at)

# What was told of a product, and when to look at it again; null is when somebody speaks of it.
product_emotions = Table(
    "product_emotions",
    metadata,
    Column("item_id", Text, primary_key=True),
    Column("look_at", _time),
    Column("quiet_until", _time, nullable=False),
    Column("version", BigInteger, nullable=False, server_default="0"),
    Column("told_at", _time),
    Column("told_mix", ARRAY(Double)),
    Column("told_reliable", Boolean, nullable=False, server_default=false()),
)
Index("ix_product_emotions_look_at", product_emotions.c.look_at)

product_tags = Table(
    "product_tags",
    metadata,
    Column("item_id", Text, primary_key=True),
    Column("tag", String(40), primary_key=True),
    Column("emotion", String(16)),
    Column("aspect", String(16)),
    Column("polarity", String(16), nullable=False),
    Column("share", Double, nullable=False),
    Column("confidence", Double, nullable=False),
    Column("since", _time, nullable=False),
)
Index(
    "ix_product_tags_surest",
    product_tags.c.confidence.desc(),
    product_tags.c.item_id,
    product_tags.c.tag,
)

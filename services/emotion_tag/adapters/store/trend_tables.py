"""The tables of topics: only such as enough people used, and never a text."""

from sqlalchemy import (
    ARRAY,
    REAL,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Double,
    Index,
    String,
    Table,
    Text,
    Uuid,
    false,
)

from services.emotion_tag.adapters.store.tables import metadata

_time = DateTime(timezone=True)


def _segment() -> list[Column[str]]:
    return [
        Column("language", String(16), primary_key=True),
        Column("text_kind", String(16), primary_key=True),
        Column("category", Text, primary_key=True),
        Column("region_code", String(8), primary_key=True),
    ]


# What was said of a topic, by hour (for two weeks) and by ten minutes (for a day), in each segment;
# `domain/trend.py` says what stands where in the sums. The topic "" is all texts.
trend_sums = Table(
    "trend_sums",
    metadata,
    Column("is_hour", Boolean, primary_key=True),
    Column("starts_at", _time, primary_key=True),
    Column("topic", Text, primary_key=True),
    *_segment(),
    Column("topic_kind", String(16), nullable=False),
    Column("sums", ARRAY(Double), nullable=False),
    postgresql_with={"fillfactor": 80},
)
Index("ix_trend_sums_topic", trend_sums.c.topic, trend_sums.c.is_hour, trend_sums.c.starts_at)

# What a text was counted for, for as long as it can be taken out again; of one that is gone, its
# id. Topics have their kind before a colon, and forms are in the same order.
trend_texts = Table(
    "trend_texts",
    metadata,
    Column("content_id", Uuid, primary_key=True),
    Column("is_gone", Boolean, nullable=False, server_default=false()),
    Column("said_at", _time, nullable=False),
    Column("language", String(16)),
    Column("text_kind", String(16)),
    Column("category", Text),
    Column("region_code", String(8)),
    Column("topics", ARRAY(Text)),
    Column("forms", ARRAY(Text)),
    Column("sums", ARRAY(REAL)),  # in parts of 1,024: exact
    CheckConstraint("is_gone = (sums IS NULL)", name="gone"),
)
Index("ix_trend_texts_said_at", trend_texts.c.said_at)

# How topics are written: traditional or simplified, in capitals, in full width.
trend_forms = Table(
    "trend_forms",
    metadata,
    Column("topic", Text, primary_key=True),
    Column("language", String(16), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("form", Text, primary_key=True),
    Column("texts", BigInteger, nullable=False),
)
Index("ix_trend_forms_day", trend_forms.c.day)

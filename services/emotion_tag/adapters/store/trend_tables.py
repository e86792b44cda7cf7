"""The tables of topics: only such as enough people used, and never a text."""

from sqlalchemy import ARRAY, Boolean, Column, DateTime, Double, Index, String, Table, Text

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

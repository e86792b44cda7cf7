"""The tables of the emotion_tag schema. Nobody else reads or writes them."""

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Double,
    Index,
    LargeBinary,
    String,
    Table,
    Text,
    Uuid,
    false,
)

from services.chassis.db.tables import PlatformTables, service_metadata

metadata = service_metadata("emotion_tag")
platform = PlatformTables(metadata)

_time = DateTime(timezone=True)

# Our own copy of one consent, and the counts of what was told of a person: they outlive it, so that
# readers never take an old mood for a newer one. What was said until `forgotten_at` names nobody.
people = Table(
    "people",
    metadata,
    Column("user_id", Uuid, primary_key=True),
    Column("allows_inference", Boolean, nullable=False),
    Column("consents_version", BigInteger, nullable=False),
    Column("mood_version", BigInteger, nullable=False, server_default="0"),
    Column("distress_version", BigInteger, nullable=False, server_default="0"),
    Column("forgotten_at", _time),
)

# No text. The author only while they allow it. A content that was deleted leaves a row with
# nothing but its id: a tag that is on its way finds it there and is dropped.
tags = Table(
    "tags",
    metadata,
    Column("content_id", Uuid, primary_key=True),
    Column("is_forgotten", Boolean, nullable=False, server_default=false()),
    Column("author_id", Uuid),
    Column("kind", String(16)),
    Column("item_ids", ARRAY(Text)),
    Column("digest", LargeBinary),
    Column("emotion", String(16)),
    Column("scores", ARRAY(Double)),
    Column("polarity", String(16)),
    Column("intensity", Double),
    Column("confidence", Double),
    Column("is_unsure", Boolean),
    Column("language", String(16)),
    Column("evidence", JSON),
    Column("model_version", String(64)),
    Column("taxonomy_version", String(16)),
    Column("aspects", JSON),
    Column("locale", String(35)),
    Column("post_id", Uuid),
    Column("reply_to_id", Uuid),
    Column("circle_id", Text),
    Column("room_id", Text),
    Column("region_code", Text),
    Column("topics", ARRAY(Text)),
    Column("author_key", LargeBinary),
    Column("published_at", _time),
    Column("tagged_at", _time),
    CheckConstraint("is_forgotten OR (digest IS NOT NULL AND scores IS NOT NULL)", name="content"),
    CheckConstraint("NOT is_forgotten OR (author_id IS NULL AND scores IS NULL)", name="forgotten"),
)
Index(
    "ix_tags_author_id_published_at",
    tags.c.author_id,
    tags.c.published_at,
    postgresql_where=tags.c.author_id.is_not(None),
)

# What makes the authors of one day known to each other's texts; yesterday's is thrown away.
salts = Table(
    "salts",
    metadata,
    Column("day", Date, primary_key=True),
    Column("salt", LargeBinary, nullable=False),
)

moods = Table(
    "moods",
    metadata,
    Column("user_id", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("as_of", _time, nullable=False),
    Column("masses", ARRAY(Double), nullable=False),
    Column("causes", JSON, nullable=False),
)

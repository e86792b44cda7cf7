"""The tables of the recommendation schema. Nobody else reads or writes them."""

from sqlalchemy import (
    REAL,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Double,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.chassis.db.tables import PlatformTables, service_metadata

SCHEMA = "recommendation"

metadata = service_metadata(SCHEMA)
platform = PlatformTables(metadata)

items = Table(
    "items",
    metadata,
    Column("item_id", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("brand", Text, nullable=False),
    Column("tags", JSONB, nullable=False),
    Column("price_minor", BigInteger),
    Column("currency", Text),
    Column("is_unavailable", Boolean, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("changed_at", DateTime(timezone=True), server_default=func.now(), nullable=False),
    Index("ix_items_changed_at", "changed_at"),
)

# What people make of an item; a row may be there before the item is, for events come in any order.
standings = Table(
    "standings",
    metadata,
    Column("item_id", Text, primary_key=True),
    Column("popularity", Double, server_default="0", nullable=False),
    Column("positive", Double, server_default="0", nullable=False),
    Column("negative", Double, server_default="0", nullable=False),
    Column("valence", Double, server_default="0", nullable=False),
    Column("words", Double, server_default="0", nullable=False),
    Column("emotion", SmallInteger),
    Column("mention_count", BigInteger, server_default="0", nullable=False),
    Column("as_of", DateTime(timezone=True)),
    Column("felt_version", BigInteger, server_default="0", nullable=False),
    Column("joy", Double, server_default="0", nullable=False),
    Column("known_for", JSONB, server_default="[]", nullable=False),
    Column("changed_at", DateTime(timezone=True), server_default=func.now(), nullable=False),
    Index("ix_standings_changed_at", "changed_at"),
)

# What was said about an item, without who said it.
mentions = Table(
    "mentions",
    metadata,
    Column("content_id", Text, primary_key=True),
    Column("item_id", Text, primary_key=True),
    Column("emotion", SmallInteger, nullable=False),
    Column("polarity", SmallInteger, nullable=False),
    Column("weight", REAL, nullable=False),
    Column("said_at", DateTime(timezone=True), nullable=False),
    Column("told_at", DateTime(timezone=True)),
    Index("ix_mentions_item_id", "item_id"),
)

# Deleted by their authors: a tag that comes late must not bring them back.
forgotten_contents = Table(
    "forgotten_contents",
    metadata,
    Column("content_id", Text, primary_key=True),
    Column("forgotten_at", DateTime(timezone=True), server_default=func.now(), nullable=False),
)

# `popularity` is what the row added to that of the item, so that it can be taken out again.
interactions = Table(
    "interactions",
    metadata,
    Column("user_id", Uuid, primary_key=True),
    Column("item_id", Text, primary_key=True),
    Column("event_id", Uuid, primary_key=True),
    Column("kind", SmallInteger, nullable=False),
    Column("weight", REAL, nullable=False),
    Column("popularity", Double, nullable=False),
    Column("occurred_at", DateTime(timezone=True), nullable=False),
    Index("ix_interactions_user_id_occurred_at", "user_id", "occurred_at"),
)

# `withdrawn_at` is when personalization was last withdrawn: what a person did before that and is
# told late must not come back.
consents = Table(
    "consents",
    metadata,
    Column("user_id", Uuid, primary_key=True),
    Column("personalization", Boolean, nullable=False),
    Column("emotion_inference", Boolean, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("withdrawn_at", DateTime(timezone=True)),
)

# A forgotten mood keeps its version only, so that an older one does not come back.
moods = Table(
    "moods",
    metadata,
    Column("user_id", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("emotion", SmallInteger),
    Column("valence", Double),
    Column("arousal", Double),
    Column("confidence", Double),
    Column("updated_at", DateTime(timezone=True)),
)

trainings = Table(
    "trainings",
    metadata,
    Column("training_id", Uuid, primary_key=True),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("claimed_at", DateTime(timezone=True)),
    Column("ended_at", DateTime(timezone=True)),
    Column("progress", REAL, server_default="0", nullable=False),
    Column("fit_seconds", Double, server_default="0", nullable=False),
    Column("interaction_count", BigInteger, server_default="0", nullable=False),
    Column("evaluations", JSONB, server_default=text("'[]'"), nullable=False),
    Column("model_version", Text, server_default="", nullable=False),
    Column("error", Text, server_default="", nullable=False),
)
Index(
    "uq_trainings_running",
    text("(ended_at IS NULL)"),
    unique=True,
    postgresql_where=trainings.c.ended_at.is_(None),
    _table=trainings,
)

models = Table(
    "models",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("version", Text, unique=True, nullable=False),
    Column("training_id", Uuid, nullable=False),
    Column("trained_at", DateTime(timezone=True), nullable=False),
    Column("sha256", Text, nullable=False),
    Column("artefact", LargeBinary, nullable=False),
)

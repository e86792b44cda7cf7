"""The tables of the models: which one answers, what was measured of them, what they read."""

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
    Uuid,
    true,
)

from services.emotion_tag.adapters.store.governance_tables import gold_sets
from services.emotion_tag.adapters.store.tables import metadata

_time = DateTime(timezone=True)
_version = String(64)

# One row: what all replicas shall do.
model_state = Table(
    "model_state",
    metadata,
    Column("is_it", Boolean, primary_key=True, server_default=true()),
    Column("number", BigInteger, nullable=False),
    Column("active", _version, nullable=False),
    Column("previous", _version, nullable=False),
    Column("shadow", _version, nullable=False),
    Column("sample_per_mille", SmallInteger, nullable=False),
    CheckConstraint("is_it", name="one"),
)

# Nothing is ever removed from it.
model_changes = Table(
    "model_changes",
    metadata,
    Column("change_id", Uuid, primary_key=True),
    Column("action", String(16), nullable=False),
    Column("version", _version, nullable=False),
    Column("former_version", _version, nullable=False),
    Column("actor_id", Uuid),
    Column("reason", Text, nullable=False),
    Column("override_reason", Text, nullable=False),
    Column("gates", JSON, nullable=False),
    Column("created_at", _time, nullable=False),
)

evaluations = Table(
    "evaluations",
    metadata,
    Column("evaluation_id", Uuid, primary_key=True),
    Column("version", _version, nullable=False),
    Column(
        "gold_set_id",
        Uuid,
        ForeignKey(gold_sets.c.gold_set_id, ondelete="CASCADE"),
        nullable=False,
    ),
    Column("created_at", _time, nullable=False),
    Column("held_until", _time),
    Column("progress", Double, nullable=False, server_default="0"),
    Column("ended_at", _time),
    Column("error", Text, nullable=False, server_default=""),
    Column("figures", JSON),
)
Index(
    "ix_evaluations_running",
    evaluations.c.version,
    evaluations.c.gold_set_id,
    unique=True,
    postgresql_where=evaluations.c.ended_at.is_(None),
)
Index("ix_evaluations_gold_set_id_version", evaluations.c.gold_set_id, evaluations.c.version)

# What a model answered, a chunk of rows at a time: an evaluation that was cut off goes on behind
# its last chunk, and two models are held against each other row by row.
answer_chunks = Table(
    "answer_chunks",
    metadata,
    Column(
        "evaluation_id",
        Uuid,
        ForeignKey(evaluations.c.evaluation_id, ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("number", Integer, primary_key=True),
    Column("last_row_id", Uuid, nullable=False),
    Column("seconds", Double, nullable=False),
    Column("row_ids", ARRAY(Uuid), nullable=False),
    Column("said", ARRAY(Text), nullable=False),
    Column("answered", ARRAY(Text), nullable=False),
    Column("confidences", ARRAY(Double), nullable=False),
    Column("traits", JSON, nullable=False),
)

shadow_counts = Table(
    "shadow_counts",
    metadata,
    Column("version", _version, primary_key=True),
    Column("active_version", _version, primary_key=True),
    Column("active_emotion", String(16), primary_key=True),
    Column("candidate_emotion", String(16), primary_key=True),
    Column("count", BigInteger, nullable=False),
    Column("same_polarity", BigInteger, nullable=False),
    Column("active_unsure", BigInteger, nullable=False),
    Column("candidate_unsure", BigInteger, nullable=False),
    Column("active_confidence", Double, nullable=False),
    Column("candidate_confidence", Double, nullable=False),
)
shadow_times = Table(
    "shadow_times",
    metadata,
    Column("version", _version, primary_key=True),
    Column("active_version", _version, primary_key=True),
    Column("texts", BigInteger, nullable=False),
    Column("active_seconds", Double, nullable=False),
    Column("candidate_seconds", Double, nullable=False),
)

# How often each value of each feature was seen in an hour of UTC; `of_kind` is the kind of text.
drift_counts = Table(
    "drift_counts",
    metadata,
    Column("hour", _time, primary_key=True),
    Column("of_kind", String(16), primary_key=True),
    Column("feature", String(16), primary_key=True),
    Column("value", String(32), primary_key=True),
    Column("count", BigInteger, nullable=False),
)

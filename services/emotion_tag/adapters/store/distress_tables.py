"""Signs of distress, who looked at them, and whose old events are still to be erased."""

from sqlalchemy import ARRAY, Column, DateTime, Index, SmallInteger, Table, Text, Uuid

from services.emotion_tag.adapters.store.tables import metadata

_time = DateTime(timezone=True)

# No text. The person only while they allow it; see decision 0015 for what is kept without one.
distress_signals = Table(
    "distress_signals",
    metadata,
    Column("signal_id", Uuid, primary_key=True),
    Column("user_id", Uuid, index=True),
    Column("content_id", Uuid, nullable=False, unique=True),
    Column("level", SmallInteger, nullable=False),
    Column("rule_ids", ARRAY(Text), nullable=False),
    Column("said_at", _time, nullable=False),
    Column("noticed_at", _time, nullable=False),
    Column("expires_at", _time, nullable=False, index=True),
    Column("outcome", SmallInteger, nullable=False, server_default="0"),
    Column("acknowledged_at", _time),
    Column("acknowledged_by", Uuid),
)

# Outlives the signs: who looked can be asked after they are gone.
distress_reads = Table(
    "distress_reads",
    metadata,
    Column("read_id", Uuid, primary_key=True),
    Column("reader_id", Uuid),
    Column("signal_ids", ARRAY(Uuid), nullable=False),
    Column("read_at", _time, nullable=False, index=True),
)
Index("ix_distress_reads_reader_id_read_id", distress_reads.c.reader_id, distress_reads.c.read_id)

# People who asked to be forgotten and whose old events still lie in the outbox and the broker.
erasures = Table(
    "erasures",
    metadata,
    Column("user_id", Uuid, primary_key=True),
    Column("asked_at", _time, nullable=False),
)

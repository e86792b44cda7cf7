"""The tables of the profile schema. Nobody else reads or writes them."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Identity,
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
from sqlalchemy.dialects.postgresql import ARRAY

from services.chassis.db.tables import PlatformTables, service_metadata

metadata = service_metadata("profile")
platform = PlatformTables(metadata)

_time = DateTime(timezone=True)

# `granted` has the bit 1 << purpose for each purpose that is granted: what every batch of
# behaviours asks for is in the one row that it has to read and lock anyway.
users = Table(
    "users",
    metadata,
    Column("user_id", Uuid, primary_key=True),
    Column("display_name", String(64), nullable=False),
    Column("language_code", String(16), nullable=False),
    Column("created_at", _time, nullable=False),
    Column("granted", SmallInteger, nullable=False, server_default="0"),
    Column("consents_version", BigInteger, nullable=False, server_default="0"),
    Column("behaviors_forgotten_at", _time),
    Column("emotions_forgotten_at", _time),
)

# Only ever added to; a trigger refuses updates.
consent_decisions = Table(
    "consent_decisions",
    metadata,
    Column("position", BigInteger, Identity(), primary_key=True),
    Column("user_id", Uuid, ForeignKey(users.c.user_id), nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("purpose", SmallInteger, nullable=False),
    Column("granted", Boolean, nullable=False),
    Column("decided_at", _time, nullable=False),
    Column("source", String(64), nullable=False),
    Column("policy_version", String(32), nullable=False),
    Column("decided_by", Uuid),
    UniqueConstraint("user_id", "purpose", "version"),
)

identities = Table(
    "identities",
    metadata,
    Column("identity_id", Uuid, primary_key=True),
    Column("user_id", Uuid, ForeignKey(users.c.user_id), nullable=False, index=True),
    Column("platform", String(32), nullable=False),
    Column("external_hash", LargeBinary, nullable=False),
    Column("linked_at", _time, nullable=False),
    UniqueConstraint("platform", "external_hash"),
    CheckConstraint("octet_length(external_hash) = 32", name="sha256"),
)

# Not partitioned: the same event_id counts once whatever its time, and a unique key over the
# partitions of a table would have to contain the time. No foreign key to users: whoever adds a
# row holds the lock of its user. `is_pending`: its item was not known when it was kept.
behaviors = Table(
    "behaviors",
    metadata,
    Column("event_id", Uuid, primary_key=True),
    Column("user_id", Uuid, nullable=False),
    Column("type", SmallInteger, nullable=False),
    Column("item_id", String(64), nullable=False),
    Column("occurred_at", _time, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("paid_minor", BigInteger),
    Column("paid_currency", String(3)),
    Column("rating", SmallInteger, nullable=False),
    Column("platform", String(32), nullable=False),
    Column("is_pending", Boolean, nullable=False, server_default=false()),
)
Index("ix_behaviors_user_id_occurred_at", behaviors.c.user_id, behaviors.c.occurred_at)
Index("ix_behaviors_pending", behaviors.c.item_id, postgresql_where=behaviors.c.is_pending)

items = Table(
    "items",
    metadata,
    Column("item_id", String(64), primary_key=True),
    Column("category", Text, nullable=False),
    Column("brand", Text, nullable=False),
    Column("tags", ARRAY(Text), nullable=False),
    Column("version", BigInteger, nullable=False),
)

# One row per person: a change reads and tells the whole portrait, so that parting it by trait
# would cost a row for each of up to 300. See portrait_document.py for `traits`, evidence.py for
# `activity`.
portraits = Table(
    "portraits",
    metadata,
    Column("user_id", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("behavior_count", BigInteger, nullable=False),
    Column("purchase_count", BigInteger, nullable=False),
    Column("spent_minor", JSON, nullable=False),
    Column("last_active_at", _time),
    Column("activity", Float(53), nullable=False),
    Column("traits", JSON, nullable=False),
)

"""The tables of the campaign schema. Nobody else reads or writes them."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    Interval,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.chassis.db.tables import PlatformTables, service_metadata

SCHEMA = "campaign"

metadata = service_metadata(SCHEMA)
platform = PlatformTables(metadata)

# A campaign and its coupon are one row, so that stock and budget move together in one statement.
campaigns = Table(
    "campaigns",
    metadata,
    Column("campaign_id", Uuid, primary_key=True),
    Column("title_zh", Text, nullable=False),
    Column("title_en", Text, nullable=False),
    Column("tone", Text, nullable=False),
    Column("audience", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("budget_minor", BigInteger, nullable=False),
    Column("reserved_minor", BigInteger, nullable=False, server_default="0"),
    Column("spent_minor", BigInteger, nullable=False, server_default="0"),
    Column("starts_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True), nullable=False),
    Column("priority", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("coupon_id", Uuid, nullable=False, unique=True),
    Column("amount_off_minor", BigInteger),
    Column("basis_points_off", Integer),
    Column("cost_minor", BigInteger, nullable=False),
    Column("minimum_spend_minor", BigInteger, nullable=False),
    Column("stock", BigInteger, nullable=False),
    Column("claimed_count", BigInteger, nullable=False, server_default="0"),
    Column("limit_per_person", Integer, nullable=False),
    Column("redeem_within", Interval, nullable=False),
    # What no code path may ever break, whatever it gets wrong.
    CheckConstraint("claimed_count BETWEEN 0 AND stock", name="stock"),
    CheckConstraint(
        "reserved_minor >= 0 AND spent_minor >= 0 AND reserved_minor + spent_minor <= budget_minor",
        name="budget",
    ),
    CheckConstraint("num_nonnulls(amount_off_minor, basis_points_off) = 1", name="discount"),
    Index("ix_campaigns_state_ends_at", "state", "ends_at"),
)

claims = Table(
    "claims",
    metadata,
    Column("claim_id", Uuid, primary_key=True),
    Column("coupon_id", Uuid, nullable=False),
    Column("campaign_id", Uuid, ForeignKey(campaigns.c.campaign_id), nullable=False),
    Column("user_id", Uuid, nullable=False),
    Column("currency", Text, nullable=False),
    Column("reserved_minor", BigInteger, nullable=False),
    Column("claimed_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("order_id", Text, nullable=False, server_default=""),
    Column("discount_minor", BigInteger),
    Column("redeemed_at", DateTime(timezone=True)),
    Index("ix_claims_user_id_claim_id", "user_id", "claim_id"),
)
Index("ix_claims_held_expires_at", claims.c.expires_at, postgresql_where=claims.c.state == "held")

claim_counts = Table(
    "claim_counts",
    metadata,
    Column("coupon_id", Uuid, primary_key=True),
    Column("user_id", Uuid, primary_key=True),
    Column("count", Integer, nullable=False),
)

people = Table(
    "people",
    metadata,
    Column("user_id", Uuid, primary_key=True),
    Column("granted", ARRAY(Text), nullable=False, server_default="{}"),
    Column("consent_version", BigInteger, nullable=False, server_default="0"),
    Column("portrait", JSONB(none_as_null=True)),
    Column("portrait_version", BigInteger, nullable=False, server_default="0"),
    Column("mood_emotion", Text),
    Column("mood_valence", Double),
    Column("mood_confidence", Double),
    Column("mood_felt_at", DateTime(timezone=True)),
    Column("mood_version", BigInteger, nullable=False, server_default="0"),
    Column("need_until", DateTime(timezone=True)),
    Column("need_version", BigInteger, nullable=False, server_default="0"),
)

guard_decisions = Table(
    "guard_decisions",
    metadata,
    Column("decision_id", Uuid, primary_key=True),
    Column("user_id", Uuid, nullable=False),
    Column("campaign_id", Uuid, nullable=False),
    Column("rule", Text, nullable=False),
    Column("valence", Double, nullable=False),
    Column("mood_version", BigInteger, nullable=False),
    Column("decided_at", DateTime(timezone=True), nullable=False),
    Index("uq_guard_decisions_once", "user_id", "campaign_id", "mood_version", "rule", unique=True),
    Index("ix_guard_decisions_user_id_decision_id", "user_id", "decision_id"),
)

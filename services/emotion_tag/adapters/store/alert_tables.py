"""The tables of alerts. No text, and nobody's name but of those who handled an alert."""

from sqlalchemy import (
    ARRAY,
    JSON,
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
    func,
)

from services.emotion_tag.adapters.store.tables import metadata

_time = DateTime(timezone=True)

# What is usual for a subject, and the evidence for a spike up to an hour; see
# `domain/alert_rate.py` and `alert_watch.py` for what stands where in the arrays.
alert_watches = Table(
    "alert_watches",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("subject_id", Text, primary_key=True),
    Column("hour", _time, nullable=False),
    Column("as_of", _time, nullable=False),
    Column("sums", ARRAY(Double), nullable=False),
    Column("evidence", ARRAY(Double), nullable=False),
    Column("since", ARRAY(_time), nullable=False),
    postgresql_with={"fillfactor": 70},
)

# What is usual for all subjects of a kind.
alert_habits = Table(
    "alert_habits",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("as_of", _time, nullable=False),
    Column("sums", ARRAY(Double), nullable=False),
)

# How many people spoke and were upset, by quarter of an hour, for the last hours.
alert_quarters = Table(
    "alert_quarters",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("subject_id", Text, primary_key=True),
    Column("quarter", _time, primary_key=True),
    Column("counts", ARRAY(Double), nullable=False),
    postgresql_with={"fillfactor": 70},
)
Index("ix_alert_quarters_quarter", alert_quarters.c.quarter)

# What a text counted for, for the days in which it may be taken back; of one that was, its id.
alert_mentions = Table(
    "alert_mentions",
    metadata,
    Column("content_id", Uuid, primary_key=True),
    Column("is_gone", Boolean, nullable=False, server_default=false()),
    Column("author_key", LargeBinary),
    Column("quarter", _time),
    Column("weight", Double),
    Column("family", String(16)),
    Column("complaints", ARRAY(Text)),
    Column("subjects", ARRAY(Text)),
    Column("is_quotable", Boolean),
    Column("counted_at", _time, nullable=False, server_default=func.now()),
    CheckConstraint("is_gone = (author_key IS NULL)", name="gone"),
)
Index("ix_alert_mentions_author", alert_mentions.c.author_key, alert_mentions.c.quarter)
Index("ix_alert_mentions_counted_at", alert_mentions.c.counted_at, postgresql_using="brin")

# The negative ones of them by subject: to tell how many people they are of, and to show some.
alert_negatives = Table(
    "alert_negatives",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("subject_id", Text, primary_key=True),
    Column("family", String(16), primary_key=True),
    Column("quarter", _time, primary_key=True),
    Column("content_id", Uuid, primary_key=True),
    Column("author_key", LargeBinary, nullable=False),
    Column("is_quotable", Boolean, nullable=False),
)
Index("ix_alert_negatives_content_id", alert_negatives.c.content_id)
Index("ix_alert_negatives_quarter", alert_negatives.c.quarter)

alerts = Table(
    "alerts",
    metadata,
    Column("alert_id", Uuid, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("family", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("severity", SmallInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("reopen_count", BigInteger, nullable=False),
    Column("opened_at", _time, nullable=False),
    Column("stored_at", _time, nullable=False),
    Column("sighting", JSON, nullable=False),
    Column("acknowledgement", JSON),
    Column("resolution", JSON),
)
# The promise that there is one.
Index(
    "uq_alerts_unresolved",
    alerts.c.kind,
    alerts.c.subject_id,
    alerts.c.family,
    unique=True,
    postgresql_where=alerts.c.state != "resolved",
)
Index("ix_alerts_subject", alerts.c.kind, alerts.c.subject_id, alerts.c.opened_at)
Index("ix_alerts_stored_at", alerts.c.stored_at)

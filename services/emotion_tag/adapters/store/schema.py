"""Every table of the schema, for its migrations; each module of tables is named here."""

from services.emotion_tag.adapters.store import (
    alert_tables,
    distress_tables,
    governance_tables,
    model_tables,
    picture_tables,
    subject_tables,
    trend_tables,
)
from services.emotion_tag.adapters.store.tables import metadata

__all__ = [
    "alert_tables",
    "distress_tables",
    "governance_tables",
    "metadata",
    "model_tables",
    "picture_tables",
    "subject_tables",
    "trend_tables",
]

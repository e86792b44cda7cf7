"""What the echo service keeps: the platform's tables and the texts it was told to keep."""

from sqlalchemy import Column, Identity, Integer, Table, Text

from services.chassis.db.tables import PlatformTables, service_metadata

metadata = service_metadata("echo")
platform = PlatformTables(metadata)
kept = Table(
    "kept",
    metadata,
    Column("number", Integer, Identity(), primary_key=True),
    Column("text", Text, nullable=False),
)

"""Runs this service's migrations against its own schema, and sees no other."""

from services.campaign.adapters.tables import metadata
from services.chassis.db.migrate import run

run(metadata)

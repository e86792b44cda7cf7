"""Runs this service's migrations against its own schema, and sees no other."""

from services.chassis.db.migrate import run
from services.emotion_tag.adapters.store.schema import metadata

run(metadata)

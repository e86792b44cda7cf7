"""Runs the migrations of the echo service."""

from services.chassis.db.migrate import run
from tests.support.services.echo.tables import metadata

run(metadata)

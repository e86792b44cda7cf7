"""Who has allowed feelings in a portrait for long is known to have them since then."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from services.chassis.db.transaction import Database
from services.profile.adapters.postgres import PostgresTransaction
from services.profile.application.register_user import register_user
from services.profile.application.update_consents import UpdateConsents, update_consents
from services.profile.domain.consent import Consents, Proof
from services.profile.domain.purpose import Purpose
from tests.support.clock import FixedClock
from tests.support.upgrading import Upgrading, upgrading

BEFORE = "e6eb4dde0e7e"
START = datetime(2026, 1, 1, tzinfo=UTC)
PERSONAL, MOOD = Purpose.PERSONALIZATION, Purpose.EMOTION_INFERENCE


@pytest.fixture
async def profile(database_url_of: Callable[[str], str]) -> AsyncIterator[Upgrading]:
    async with upgrading("profile", database_url_of("profile"), BEFORE) as profile:
        yield profile


async def decided(database: Database, *days: dict[Purpose, bool]) -> UUID:
    """Somebody who decided something on each day."""
    clock, transactions = FixedClock(START), database.transactions(PostgresTransaction)
    user_id = (await register_user("Ann", "en", transactions, clock)).user_id
    for changes in days:
        command = UpdateConsents(user_id, list(changes.items()), Proof("test", "1", None))
        await update_consents(command, transactions, clock)
        clock.advance(timedelta(days=1))
    return user_id


async def consents(database: Database, user_id: UUID) -> Consents:
    async with database.transactions(PostgresTransaction)() as tx:
        return await tx.consents.lock(user_id)


async def test_feelings_are_covered_from_the_day_that_completed_the_consents(
    profile: Upgrading,
) -> None:
    database = profile.database
    at_once = await decided(database, {PERSONAL: True, MOOD: True}, {PERSONAL: True})
    later = await decided(database, {MOOD: True}, {PERSONAL: True})
    again = await decided(database, {PERSONAL: True, MOOD: True}, {MOOD: False}, {MOOD: True})
    one_of_both = await decided(database, {MOOD: True})
    never = await decided(database, {Purpose.MARKETING: True})
    people = (at_once, later, again, one_of_both, never)
    told = [(await consents(database, one)).forgotten.get(MOOD) for one in people]
    async with database.transactions(lambda connection: connection)() as connection:
        await connection.execute(text("UPDATE profile.users SET emotions_forgotten_at = NULL"))

    await profile.upgrade()

    assert [(await consents(database, one)).forgotten.get(MOOD) for one in people] == told
    days = [one and round((one - START) / timedelta(days=1)) for one in told]
    assert days == [0, 1, 2, None, None]

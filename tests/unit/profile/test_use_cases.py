"""Use cases of the profile service on stores in memory."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.chassis.kernel.errors import InvalidField
from services.chassis.kernel.ids import new_id
from services.profile.adapters.identity_hash import IdentityHash
from services.profile.application.get_profile import get_profile
from services.profile.application.keep_behaviors import keep_behaviors
from services.profile.application.link_identity import LinkIdentity, link_identity
from services.profile.application.ports import Recorded
from services.profile.application.record_behaviors import Failure, record_behaviors
from services.profile.application.register_user import register_user
from services.profile.application.update_consents import UpdateConsents, update_consents
from services.profile.domain.behavior import Behavior, BehaviorType
from services.profile.domain.consent import Proof
from services.profile.domain.errors import ConsentMissing
from services.profile.domain.events import ConsentChanged, PortraitChanged, UserRegistered
from services.profile.domain.purpose import Purpose
from services.profile.domain.view import PortraitView
from services.profile.settings import LEAST_KEY
from tests.support.clock import FixedClock
from tests.support.fake_profile import FakeDatabase, FakeLog

PROOF = Proof("test", "1", None)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2025, 1, 1, tzinfo=UTC))


@pytest.fixture
def database() -> FakeDatabase:
    return FakeDatabase()


async def person(database: FakeDatabase, clock: FixedClock, *granted: Purpose) -> UUID:
    user = await register_user("Ann", "", database.transactions, clock)
    changes = [(purpose, True) for purpose in granted]
    if changes:
        command = UpdateConsents(user.user_id, changes, PROOF)
        await update_consents(command, database.transactions, clock)
    return user.user_id


def did(user_id: UUID, clock: FixedClock) -> Behavior:
    return Behavior(new_id(), user_id, BehaviorType.VIEW, "shoes", clock.now())


async def test_rows_are_taken_withheld_or_named(database: FakeDatabase, clock: FixedClock) -> None:
    yes = await person(database, clock, Purpose.PERSONALIZATION)
    no = await person(database, clock)
    good, unlucky, foreign = did(yes, clock), did(yes, clock), did(new_id(), clock)
    future = replace(did(yes, clock), occurred_at=clock.now() + timedelta(minutes=6))
    rows = [good, did(no, clock), unlucky, foreign, future, good]
    log = FakeLog()
    log.failing = {unlucky.event_id}

    outcome = await record_behaviors(list(enumerate(rows)), database.reads, log, clock)

    assert [one.behavior for one in log.recorded] == [good]
    assert (outcome.accepted, outcome.withheld) == (2, 1)
    assert [(one.index, one.reason, one.field) for one in outcome.failures] == [
        (2, "UNAVAILABLE", ""),
        (3, "USER_NOT_FOUND", "user_id"),
        (4, "INVALID_FIELD", "occur_time"),
    ]


async def test_a_row_that_contradicts_an_earlier_one_fails(
    database: FakeDatabase, clock: FixedClock
) -> None:
    user_id = await person(database, clock, Purpose.PERSONALIZATION)
    row = did(user_id, clock)
    rows = [(0, row), (3, replace(row, type=BehaviorType.LIKE))]

    outcome = await record_behaviors(rows, database.reads, FakeLog(), clock)

    assert outcome.accepted == 1
    assert outcome.failures == [
        Failure(
            3,
            "INVALID_FIELD",
            "event_id",
            "Row 0 has the same event_id for something else; give each its own.",
        )
    ]


async def test_one_change_per_person_is_told_for_a_batch(
    database: FakeDatabase, clock: FixedClock
) -> None:
    people = [await person(database, clock, Purpose.PERSONALIZATION) for _ in range(2)]
    recorded = [Recorded(did(user_id, clock), clock.now()) for user_id in people * 3]

    await keep_behaviors(recorded, database.transactions, clock)
    await keep_behaviors(recorded, database.transactions, clock)

    told = [one for one in database.rows.told if isinstance(one, PortraitChanged)]
    assert {(one.portrait.user_id, one.portrait.behavior_count) for one in told} == {
        (user_id, 3) for user_id in people
    }
    assert len(told) == 2


async def test_a_withdrawal_tells_the_empty_portrait_as_newer(
    database: FakeDatabase, clock: FixedClock
) -> None:
    user_id = await person(database, clock, Purpose.PERSONALIZATION)
    recorded = [Recorded(did(user_id, clock), clock.now())]
    await keep_behaviors(recorded, database.transactions, clock)

    command = UpdateConsents(user_id, [(Purpose.PERSONALIZATION, False)], PROOF)
    await update_consents(command, database.transactions, clock)

    first, consent, _, withdrawn, emptied = database.rows.told
    assert isinstance(first, UserRegistered)
    assert isinstance(consent, ConsentChanged)
    assert isinstance(withdrawn, ConsentChanged)
    assert (withdrawn.granted, withdrawn.version) == (frozenset(), 2)
    assert isinstance(emptied, PortraitChanged)
    assert emptied.portrait == PortraitView(user_id, version=2)
    assert await get_profile(user_id, database.reads, clock) == PortraitView(user_id)
    assert database.rows.behaviors == {}


async def test_a_refused_link_keeps_nothing(database: FakeDatabase, clock: FixedClock) -> None:
    user_id = await person(database, clock)
    command = LinkIdentity(user_id, "wechat", "openid-secret")

    with pytest.raises(ConsentMissing):
        await link_identity(command, database.transactions, IdentityHash(b"k" * LEAST_KEY), clock)

    assert database.rows.identities == {}
    assert "secret" not in repr(command)


def test_a_hash_depends_on_key_platform_and_name() -> None:
    first, second = IdentityHash(b"a" * LEAST_KEY), IdentityHash(b"b" * LEAST_KEY)

    hashes = {first("x", "1"), second("x", "1"), first("y", "1"), first("x", "2")}

    assert len(hashes) == 4
    assert first("x", "1") == IdentityHash(b"a" * LEAST_KEY)("x", "1")
    assert {len(one) for one in hashes} == {32}


@pytest.mark.parametrize("proof", [("", "1"), ("a\nb", "1"), ("app", " ")])
def test_a_proof_nobody_can_read_is_refused(proof: tuple[str, str]) -> None:
    with pytest.raises(InvalidField):
        Proof(*proof, decided_by=None)

"""The embedded servers: what a service may and may not do there, and what a crash leaves."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import asyncpg
import nats as nats_client
import pytest
from nats.errors import NoRespondersError
from nats.errors import TimeoutError as NatsTimeoutError
from nats.js.errors import APIError

from tests.support.stack import TestNats, TestPostgres

DatabaseUrlOf = Callable[[str], str]


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        yield connection
    finally:
        connection.terminate()


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE public.mine (n int)",
        "CREATE SCHEMA mine",
        "CREATE TABLE community.mine (n int)",
        "CREATE ROLE mine",
        "CREATE DATABASE mine",
        "SELECT pg_read_file('postgresql.conf')",
    ],
)
async def test_a_service_has_rights_on_its_own_schema_only(
    database_url_of: DatabaseUrlOf, statement: str
) -> None:
    async with connected(database_url_of("profile")) as connection:
        await connection.execute("CREATE TABLE of_its_own (n int)")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
        where = await connection.fetchval(
            "SELECT schemaname FROM pg_tables WHERE tablename = 'of_its_own'"
        )

    assert where == "profile"


async def test_a_committed_row_survives_a_crash(
    postgres: TestPostgres, database_url_of: DatabaseUrlOf
) -> None:
    url = database_url_of("probe")
    async with connected(url) as connection:
        await connection.execute("CREATE TABLE kept (n int)")
        await connection.execute("INSERT INTO kept VALUES (7)")

        await postgres.kill()
        await postgres.start_again()

        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
            await connection.fetchval("SELECT 1")
    async with connected(url) as connection:
        assert await connection.fetchval("SELECT n FROM kept") == 7


async def test_two_databases_of_a_service_are_strangers(database_url_of: DatabaseUrlOf) -> None:
    async with (
        connected(database_url_of("profile")) as first,
        connected(database_url_of("profile")) as second,
    ):
        await first.execute("CREATE TABLE seen (n int)")

        with pytest.raises(asyncpg.UndefinedTableError):
            await second.execute("SELECT * FROM seen")


async def test_a_service_publishes_its_own_events_only(
    broker_url: str, broker_url_of: Callable[[str], str]
) -> None:
    refused: list[Exception] = []

    async def note(error: Exception) -> None:
        refused.append(error)

    client = await nats_client.connect(
        broker_url_of("profile"), error_cb=note, inbox_prefix="_INBOX.profile"
    )
    stream = client.jetstream()
    await stream.add_stream(name="profile", subjects=["resonance.profile.>"])

    told = await stream.publish("resonance.profile.v1.ConsentChanged", b"")
    with pytest.raises((NoRespondersError, NatsTimeoutError, APIError)):
        await stream.publish("resonance.community.v1.ContentPublished", b"", timeout=0.5)
    await client.close()

    assert told.seq == 1
    assert any("permissions violation" in str(error).lower() for error in refused)


@pytest.mark.parametrize("subject", ["_INBOX.community.>", "notice.community.>", "resonance.>"])
async def test_a_service_cannot_listen_in_on_another(
    broker_url: str, broker_url_of: Callable[[str], str], subject: str
) -> None:
    refused: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def note(error: Exception) -> None:
        refused.set_result(str(error))

    client = await nats_client.connect(broker_url_of("profile"), error_cb=note)
    await client.subscribe(subject)

    assert "permissions violation" in (await asyncio.wait_for(refused, 5)).lower()
    await client.close()


async def test_a_stored_message_survives_a_broker_crash(nats: TestNats, broker_url: str) -> None:
    client = await nats_client.connect(broker_url, reconnect_time_wait=0.05)
    stream = client.jetstream()
    await stream.add_stream(name="profile", subjects=["resonance.profile.>"])
    await stream.publish("resonance.profile.v1.ConsentChanged", b"kept")

    await nats.kill()
    await nats.start_again()

    again = await nats_client.connect(broker_url)
    message = await again.jetstream().get_msg("profile", seq=1)
    assert message.data == b"kept"
    await again.close()
    await client.close()

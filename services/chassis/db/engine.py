"""Makes the engine: one small pool per process, safe limits, and no call lost to an idle break."""

import asyncio
from datetime import timedelta
from time import monotonic
from typing import Any

import asyncpg
from sqlalchemy import event, exc
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

# A statement that waits this long for a lock would rather fail than hold up those behind it.
LOCK_TIMEOUT = timedelta(seconds=4)
STATEMENT_TIMEOUT = timedelta(seconds=30)
# A transaction left open this long holds its locks for nobody: the server ends it.
IDLE_IN_TRANSACTION_TIMEOUT = timedelta(seconds=60)

# While the server restarts it refuses; asking again for this long turns a restart into a
# slow call instead of a failed one. The caller's deadline cuts it short.
CONNECT_PATIENCE = timedelta(seconds=5)
CONNECT_TIMEOUT = timedelta(seconds=3)
CONNECT_PAUSE = timedelta(milliseconds=100)

RECYCLE_AFTER = timedelta(minutes=30)

_NOT_YET = (
    ConnectionError,
    FileNotFoundError,  # a Unix socket that is not there yet
    TimeoutError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.ConnectionDoesNotExistError,
)


def make_engine(
    url: str,
    *,
    application: str = "resonance",
    pool_size: int = 8,
    pool_wait: timedelta = timedelta(seconds=5),
    statement_timeout: timedelta = STATEMENT_TIMEOUT,
    lock_timeout: timedelta = LOCK_TIMEOUT,
    connect_patience: timedelta = CONNECT_PATIENCE,
) -> AsyncEngine:
    """An engine of at most `pool_size` connections, opened only when needed.

    `url` is `postgresql+asyncpg://…`; `application` shows in `pg_stat_activity`. The connection
    used last is used next, so that under light load the others stay asleep or are never opened.
    A connection the server has closed is noticed without asking it (no ping, no extra round trip)
    and replaced before anybody gets it.
    """

    async def connect(*args: Any, **kwargs: Any) -> asyncpg.Connection:
        return await _connect(connect_patience, *args, **kwargs)

    engine = create_async_engine(
        url,
        hide_parameters=True,  # an error's text reaches logs and dead letters
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=pool_wait.total_seconds(),
        pool_use_lifo=True,
        pool_recycle=int(RECYCLE_AFTER.total_seconds()),
        connect_args={
            # create_async_engine(async_creator=…) would not be told the address.
            "async_creator_fn": connect,
            "timeout": CONNECT_TIMEOUT.total_seconds(),
            "server_settings": {
                "application_name": application,
                "jit": "off",
                # Every table is named with its schema. The default path begins with the one
                # called like the role, which reflection would then report without a name.
                "search_path": "pg_catalog",
                "statement_timeout": _milliseconds(statement_timeout),
                "lock_timeout": _milliseconds(lock_timeout),
                "idle_in_transaction_session_timeout": _milliseconds(IDLE_IN_TRANSACTION_TIMEOUT),
                "timezone": "UTC",
            },
        },
    )
    event.listen(engine.sync_engine, "checkout", _refuse_closed)
    return engine


def _refuse_closed(connection: Any, _record: object, _proxy: object) -> None:
    """Make the pool replace a connection whose socket is gone."""
    if connection.driver_connection.is_closed():
        raise exc.DisconnectionError


async def _connect(patience: timedelta, *args: Any, **kwargs: Any) -> asyncpg.Connection:
    give_up_at = monotonic() + patience.total_seconds()
    while True:
        try:
            return await asyncpg.connect(*args, **kwargs)
        except _NOT_YET:
            if monotonic() >= give_up_at:
                raise
        await asyncio.sleep(CONNECT_PAUSE.total_seconds())


def _milliseconds(span: timedelta) -> str:
    return str(int(span.total_seconds() * 1000))

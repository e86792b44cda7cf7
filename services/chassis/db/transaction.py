"""One use case, one transaction; and the ambient one that an edge opens around it.

A use case opens its transaction with `async with transactions() as tx`. When the edge that called
it has a row of its own to commit with it (an answer to keep, an inbox row), the edge has already
opened the *ambient* transaction, and the use case joins that one: one commit, for both.

What to know:

- Everything commits at the clean exit of the outermost block, or nothing does.
- A use case that fails after it wrote inside a joined block takes the whole ambient transaction
  with it, even if its caller swallows the error: half of a use case is never committed. One that
  fails before it wrote anything (not found, refused) may be swallowed.
- A statement that fails (a unique key, say) ends the transaction as far as PostgreSQL is concerned,
  and a COMMIT would quietly roll back. Here it raises `TransactionSpoiledError` instead. Prefer
  `ON CONFLICT`; where the error is wanted, wrap the statement in `connection.begin_nested()`.
- The ambient transaction belongs to the task that opened it. A task started inside copies the
  context but must not share the connection: opening a transaction there raises, because it could
  only be a second one that commits on its own. On Python 3.11 `asyncio.wait_for` starts a task;
  use `asyncio.timeout`. Reads in such a task get a connection of their own.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Connection, event, exc
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.chassis.kernel.errors import Unavailable

Tx = TypeVar("Tx")

# SQLSTATE classes and codes that speak of the server or the way to it, not of the statement.
# 08 connection exception, 53300 too many connections, 57P0x shutdown, crash, starting up.
_AWAY = ("08", "53300", "57P01", "57P02", "57P03")

_INFO = "ambient transaction"  # where a pooled connection keeps the one it is in


class DatabaseUnavailable(Unavailable):
    """The database cannot be reached now, or went away during the call.

    When it went away during a commit, the outcome is unknown: repeat with the same `request_id`.
    """

    reason = "DATABASE_UNAVAILABLE"


class TransactionSpoiledError(RuntimeError):
    """A transaction would have committed after a part of it failed."""


@dataclass(eq=False)
class _Ambient:
    database: "Database"
    connection: AsyncConnection
    task: "asyncio.Task[Any] | None"
    writes: int = 0
    spoiled: BaseException | None = None
    away: bool = False
    after_commit: list[Callable[[], None]] = field(default_factory=list)

    def refuse_if_spoiled(self) -> None:
        if self.away:
            raise DatabaseUnavailable("The database went away.") from self.spoiled
        if self.spoiled is not None:
            raise TransactionSpoiledError(
                "A part of this transaction failed; it is rolled back as a whole."
            ) from self.spoiled


_ambient: ContextVar[_Ambient | None] = ContextVar("ambient_transaction", default=None)


class Database:
    """The transactions and reads of one service, on one engine."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self.told = asyncio.Event()
        """Set when a transaction that added to the outbox has committed; the relay clears it."""
        self._autocommit = engine.execution_options(isolation_level="AUTOCOMMIT")
        event.listen(engine.sync_engine, "before_cursor_execute", _note_write)
        event.listen(engine.sync_engine, "handle_error", _note_failure)

    def transactions(
        self, make: Callable[[AsyncConnection], Tx]
    ) -> Callable[[], AbstractAsyncContextManager[Tx]]:
        """Bind a service's repositories to a connection whose only commit is at a clean exit."""

        @asynccontextmanager
        async def open_transaction() -> AsyncIterator[Tx]:
            ambient = self._joinable()
            if ambient is None:
                async with self.ambient() as connection:
                    yield make(connection)
                return
            writes_before = ambient.writes
            try:
                yield make(ambient.connection)
            except BaseException as error:
                if ambient.writes != writes_before:
                    ambient.spoiled = ambient.spoiled or error
                raise

        return open_transaction

    def reads(
        self, make: Callable[[AsyncConnection], Tx]
    ) -> Callable[[], AbstractAsyncContextManager[Tx]]:
        """Bind readers to a connection in autocommit: each query is one round trip, no more.

        Several queries in one block may therefore see different moments. Inside the ambient
        transaction they join it and see what it has written.
        """

        @asynccontextmanager
        async def open_reads() -> AsyncIterator[Tx]:
            ambient = _ambient.get()
            if ambient and ambient.database is self and ambient.task is asyncio.current_task():
                yield make(ambient.connection)
                return
            with _translated_connect():
                connection = await self._autocommit.connect()
            try:
                with _translated_statements():
                    yield make(connection)
            finally:
                await connection.close()

        return open_reads

    @asynccontextmanager
    async def ambient(self) -> AsyncIterator[AsyncConnection]:
        """Open the transaction that everything called from here joins; for the edges only.

        Raises:
            DatabaseUnavailable: it cannot be reached, or went away meanwhile.
            TransactionSpoiledError: the block ended cleanly although a part of it had failed.
        """
        if self._joinable() is not None:
            raise RuntimeError("An ambient transaction is open already; only an edge opens one.")
        with _translated_connect():
            connection = await self.engine.connect()
        ambient = _Ambient(database=self, connection=connection, task=asyncio.current_task())
        info = connection.info  # asked again after a break, it would try to connect
        info[_INFO] = ambient
        token = _ambient.set(ambient)
        try:
            with _translated_statements():
                async with connection.begin():
                    yield connection
                    ambient.refuse_if_spoiled()
        finally:
            _ambient.reset(token)
            info.pop(_INFO, None)
            await connection.close()
        for call in ambient.after_commit:
            call()

    def after_commit(self, call: Callable[[], None]) -> None:
        """Inside a transaction: call this once it has committed, never if it rolls back."""
        ambient = _ambient.get()
        if ambient is None or ambient.database is not self:
            raise RuntimeError("There is no transaction to wait for.")
        ambient.after_commit.append(call)

    def _joinable(self) -> _Ambient | None:
        ambient = _ambient.get()
        if ambient is None or ambient.database is not self or ambient.connection.closed:
            return None
        if ambient.task is not asyncio.current_task():
            raise RuntimeError(
                "A task started inside a transaction opens another one, which would commit on its "
                "own. Do it in the task that opened the first (asyncio.timeout, not wait_for)."
            )
        return ambient


def told(connection: AsyncConnection) -> None:
    """Wake the relay once this connection's transaction has committed.

    On a connection that no `Database` opened nothing is woken; the relay then finds the rows the
    next time it looks by itself.
    """
    ambient: _Ambient | None = connection.info.get(_INFO)
    if ambient is not None and ambient.database.told.set not in ambient.after_commit:
        ambient.after_commit.append(ambient.database.told.set)


def _note_write(connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
    ambient: _Ambient | None = connection.info.get(_INFO)
    if ambient is not None and not statement.lstrip()[:6].upper().startswith("SELECT"):
        ambient.writes += 1


def _note_failure(context: ExceptionContext) -> None:
    connection = context.connection
    if connection is None:
        return
    ambient: _Ambient | None = connection.info.get(_INFO)
    if ambient is not None and (context.is_disconnect or not connection.in_nested_transaction()):
        ambient.spoiled = ambient.spoiled or context.original_exception
        ambient.away = ambient.away or context.is_disconnect


def _is_away(error: exc.DBAPIError) -> bool:
    code = getattr(error.orig, "sqlstate", None) or ""
    return error.connection_invalidated or code.startswith(_AWAY)


@contextmanager
def _translated_connect() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DatabaseUnavailable("The database cannot be reached.") from error
    except exc.DBAPIError as error:
        if _is_away(error):
            raise DatabaseUnavailable("The database cannot be reached.") from error
        raise


@contextmanager
def _translated_statements() -> Iterator[None]:
    try:
        yield
    except exc.DBAPIError as error:
        if _is_away(error):
            raise DatabaseUnavailable("The database went away.") from error
        raise

"""The same answer to the same `request_id`: after a retry, after a restart, for two at once.

The guard opens the ambient transaction, so the row that remembers the request commits with what the
use case wrote, or not at all. A second call with the same id meanwhile waits on the unique index
until the first has committed, then gets its answer; if the first failed, it does the work itself.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from google.protobuf.message import Message
from sqlalchemy import Interval, Table, bindparam, delete, exc, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from services.chassis.db.transaction import Database, DatabaseUnavailable
from services.chassis.observability import metrics
from services.chassis.observability.logs import get_logger
from services.chassis.rpc.errors import DatabaseBusy, RequestIdReused

log = get_logger(__name__)

PURGE_EVERY = timedelta(minutes=10)
AT_ONCE = 2_000  # rows in one statement, so that nobody waits for it


def fingerprint(request: Message) -> bytes:
    """Return what tells two requests apart: a digest of the message, its fields in order."""
    return hashlib.sha256(request.SerializeToString(deterministic=True)).digest()


class Idempotency:
    """The memory of a service for the writes it has answered."""

    def __init__(self, database: Database, requests: Table) -> None:
        self._database = database
        columns = requests.c
        same = (
            (columns.method == bindparam("at_method"))
            & (columns.caller == bindparam("at_caller"))
            & (columns.request_id == bindparam("at_request_id"))
        )
        self._claim = insert(requests).on_conflict_do_nothing().returning(columns.request_id)
        self._recall = select(columns.fingerprint, columns.response).where(same)
        self._store = update(requests).where(same).values(response=bindparam("answer"))
        key = (columns.method, columns.caller, columns.request_id)
        old = (
            select(*key)
            .where(columns.created_at < func.now() - bindparam("keep", type_=Interval))
            .limit(AT_ONCE)
            .with_for_update(skip_locked=True)
        )
        self._purge = delete(requests).where(tuple_(*key).in_(old))

    async def once(
        self,
        *,
        method: str,
        caller: str,
        request_id: UUID,
        fingerprint: bytes,
        work: Callable[[], Awaitable[bytes]],
    ) -> bytes:
        """Return the answer of `work`, done now or the first time this request came.

        A failure of `work` is not remembered: the next call with the id does the work again.

        Raises:
            RequestIdReused: the caller used the id for another request to this method.
            DatabaseBusy: the first call is still at it.
        """
        key = {"at_method": method, "at_caller": caller, "at_request_id": request_id}
        async with self._database.ambient() as connection:
            claimed = await connection.execute(
                self._claim,
                {
                    "method": method,
                    "caller": caller,
                    "request_id": request_id,
                    "fingerprint": fingerprint,
                },
            )
            if claimed.first() is not None:
                answer = await work()
                await connection.execute(self._store, {**key, "answer": answer})
                return answer
            known = (await connection.execute(self._recall, key)).first()
        if known is None or known.response is None:  # purged in this very moment
            raise DatabaseBusy("The request is being forgotten; repeat it.")
        if known.fingerprint != fingerprint:
            raise RequestIdReused("This request_id was used for another request.")
        metrics.requests_replayed.labels(method).inc()
        return bytes(known.response)

    async def purge(self, older_than: timedelta) -> int:
        """Forget the requests older than that, a little at a time; return how many."""
        forgotten = 0
        while True:
            async with self._database.ambient() as connection:
                some = (await connection.execute(self._purge, {"keep": older_than})).rowcount
            forgotten += some
            if some < AT_ONCE:
                return forgotten

    async def run(self, stopping: asyncio.Event, *, keep: timedelta) -> None:
        """Purge now and then until told to stop; a database that is away is tried again later."""
        while not stopping.is_set():
            try:
                await self.purge(keep)
            except (DatabaseUnavailable, exc.DBAPIError) as error:
                log.warning("purging has to wait", error=str(error))
            with suppress(TimeoutError):
                async with asyncio.timeout(PURGE_EVERY.total_seconds()):
                    await stopping.wait()

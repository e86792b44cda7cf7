"""The same answer to the same `request_id`: after a retry, after a restart, for two at once.

The guard opens the ambient transaction, so the row that remembers the request commits with what the
use case wrote, or not at all. A second call with the same id meanwhile waits on the unique index
until the first has committed, then gets its answer; if the first failed, it does the work itself.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

from google.protobuf.message import Message
from sqlalchemy import Table, bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from services.chassis.db.transaction import Database
from services.chassis.observability import metrics
from services.chassis.rpc.errors import DatabaseBusy, RequestIdReused

PURGE_EVERY = timedelta(minutes=10)


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
        self._purge = delete(requests).where(
            columns.created_at < func.now() - bindparam("kept", type_=func.now().type)
        )

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
        """Forget the requests older than that; return how many."""
        async with self._database.ambient() as connection:
            return (await connection.execute(self._purge, {"kept": older_than})).rowcount

    async def run(self, stopping: asyncio.Event, *, keep: timedelta) -> None:
        """Purge now and then until the process stops."""
        while not stopping.is_set():
            await self.purge(keep)
            try:
                async with asyncio.timeout(PURGE_EVERY.total_seconds()):
                    await stopping.wait()
            except TimeoutError:
                continue

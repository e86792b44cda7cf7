"""Gives events out once more: dead letters to their reader, or a stretch of the outbox to all.

    python -m services.chassis.messaging.replay dead --reader recommendation_learn_behavior
    python -m services.chassis.messaging.replay dead --reader … --dry-run
    python -m services.chassis.messaging.replay outbox --service profile --since 2026-05-01T12:00Z

Dead letters are put into the stream they came from under `resonance.<stream>.redeliver.<reader>`,
which only that reader takes, so that nobody else is bothered, and are then removed from `dead`.
Stopped half-way, the command may give one out twice; the inbox knows it.

`outbox` makes kept events wait again for the service's relay. Every reader gets them; those who had
them drop them by their inbox.

The addresses come from `<SERVICE>_NATS_URL` and `<SERVICE>_DATABASE_URL`; a reader belongs to the
service whose name its own begins with.
"""

import argparse
import asyncio
import base64
import os
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update

from services.chassis.db.engine import make_engine
from services.chassis.db.tables import PlatformTables, service_metadata
from services.chassis.db.transaction import Database, DatabaseUnavailable
from services.chassis.messaging import streams
from services.chassis.messaging.broker import Broker
from services.chassis.messaging.session import ApiError, BrokerUnavailable

_NOT_FOUND = 10037  # JetStream: no message found


@dataclass(frozen=True)
class DeadLetter:
    """An event on which a reader has given up."""

    sequence: int
    headers: dict[str, str]
    payload: bytes

    def __str__(self) -> str:
        headers = self.headers
        return (
            f"{headers.get(streams.MESSAGE_ID, '')[: streams.UUID_LENGTH]} "
            f"{headers.get(streams.ORIGINAL_SUBJECT, '')} {headers.get(streams.OCCURRED_AT, '')} "
            f"{headers.get(streams.REASON, '')} after {headers.get(streams.TRIES, '')} tries: "
            f"{headers.get(streams.ERROR, '')}"
        )


async def dead_letters(broker: Broker, reader: str) -> AsyncIterator[DeadLetter]:
    """Read the dead letters of a reader, oldest first.

    Raises:
        BrokerUnavailable: the broker does not answer.
    """
    sequence = 1
    while True:
        session = await broker.session()
        try:
            answer = await session.api(
                f"STREAM.MSG.GET.{streams.DEAD}",
                {"seq": sequence, "next_by_subj": streams.dead_subject(reader)},
            )
        except ApiError as error:
            if error.code == _NOT_FOUND:
                return
            raise
        message = answer["message"]
        yield DeadLetter(
            message["seq"],
            _read_headers(base64.b64decode(message.get("hdrs", ""))),
            base64.b64decode(message.get("data", "")),
        )
        sequence = message["seq"] + 1


async def redeliver(broker: Broker, letter: DeadLetter) -> None:
    """Give a dead letter back to its reader and remove it.

    Raises:
        BrokerUnavailable: it was not taken; it stays a dead letter.
    """
    headers = letter.headers
    reader = headers[streams.READER]
    stream = headers[streams.ORIGINAL_SUBJECT].split(".")[1]
    event_id = headers.get(streams.MESSAGE_ID, "")[: streams.UUID_LENGTH]
    kept = streams.own_headers(headers)
    kept[streams.MESSAGE_ID] = f"{event_id}.redelivered.{letter.sequence}"
    await broker.put(streams.redelivery_subject(stream, reader), letter.payload, kept)
    session = await broker.session()
    await session.api(
        f"STREAM.MSG.DELETE.{streams.DEAD}", {"seq": letter.sequence, "no_erase": True}
    )


async def tell_again(database: Database, service: str, since: datetime) -> int:
    """Make the events that happened since then, and are still kept, wait for the relay again.

    Raises:
        DatabaseUnavailable: nothing has changed.
    """
    table = PlatformTables(service_metadata(service)).outbox
    async with database.ambient() as connection:
        done = await connection.execute(
            update(table)
            .where(table.c.published_at.is_not(None), table.c.occurred_at >= since)
            .values(published_at=None)
        )
    return done.rowcount


def _read_headers(raw: bytes) -> dict[str, str]:
    lines = raw.decode(errors="replace").split("\r\n")[1:]
    pairs = (line.split(":", 1) for line in lines if ":" in line)
    return {name.strip(): value.strip() for name, value in pairs}


def _service_of(reader: str) -> str:
    suffix = "_NATS_URL"
    known = [name[: -len(suffix)] for name in os.environ if name.endswith(suffix)]
    fitting = [name for name in known if reader.upper().startswith(f"{name}_")]
    if not fitting:
        raise _Refused(f"No <SERVICE>{suffix} is set for a service that {reader!r} begins with.")
    return max(fitting, key=len).lower()


class _Refused(Exception):
    """The command cannot be done as written; the message says why."""


def _variable(service: str, what: str) -> str:
    name = f"{service.upper()}_{what}"
    value = os.environ.get(name)
    if not value:
        raise _Refused(f"{name} is not set.")
    return value


async def _replay_dead(reader: str, *, dry_run: bool) -> str:
    service = _service_of(reader)
    found = 0
    async with Broker(_variable(service, "NATS_URL"), service, tells=False) as broker:
        async for letter in dead_letters(broker, reader):
            found += 1
            sys.stdout.write(f"{letter}\n")
            if not dry_run:
                await redeliver(broker, letter)
    return f"{found} dead letters of {reader}{' found' if dry_run else ' given back'}."


async def _replay_outbox(service: str, since: datetime) -> str:
    engine = make_engine(_variable(service, "DATABASE_URL"), application="replay", pool_size=1)
    try:
        events = await tell_again(Database(engine), service, since)
    finally:
        await engine.dispose()
    return f"{events} events of {service} wait for its relay again."


def _time(value: str) -> datetime:
    at = datetime.fromisoformat(value)
    if at.tzinfo is None:
        raise ValueError("the time needs a zone, such as Z")
    return at


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit status: 1 if it failed, 2 for wrong use."""
    parser = argparse.ArgumentParser(
        prog="python -m services.chassis.messaging.replay",
        description=(__doc__ or "").splitlines()[0],
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    dead = verbs.add_parser("dead", help="give dead letters back to their reader")
    dead.add_argument("--reader", required=True, help="as in the subject resonance.dead.<reader>")
    dead.add_argument("--dry-run", action="store_true", help="only list them")
    outbox = verbs.add_parser("outbox", help="tell kept events of a service again")
    outbox.add_argument("--service", required=True)
    outbox.add_argument("--since", required=True, type=_time, help="RFC 3339, with its zone")
    chosen = parser.parse_args(arguments)
    work = (
        _replay_dead(chosen.reader, dry_run=chosen.dry_run)
        if chosen.verb == "dead"
        else _replay_outbox(chosen.service, chosen.since)
    )
    try:
        sys.stdout.write(f"{asyncio.run(work)}\n")
    except (_Refused, BrokerUnavailable, DatabaseUnavailable, ApiError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

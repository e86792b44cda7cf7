"""Names, headers and shapes of what lies in NATS."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.chassis.messaging import streams
from services.chassis.messaging.outbox import Message
from services.chassis.messaging.purge import KEEP_SEEN, KEEP_TOLD
from services.chassis.messaging.reaction import Delivered, Reaction, each
from tests.support.ping_pong import PingedProto

EVENT_ID = UUID("0197a2b4-0000-7000-8000-000000000001")
AT = datetime(2026, 5, 1, 12, 0, 0, 250_000, tzinfo=UTC)


def message(**changes: str) -> Message:
    return Message(
        id=EVENT_ID, subject="resonance.ping.v1.Pinged", payload=b"", occurred_at=AT, **changes
    )


def test_the_stream_follows_from_the_name_of_the_event() -> None:
    assert streams.stream_of(PingedProto) == "ping"
    assert streams.events_stream("ping")["subjects"] == ["resonance.ping.>"]
    assert streams.redelivery_subject("ping", "pong_react").startswith("resonance.ping.")


def test_no_stream_takes_notices_of_a_service() -> None:
    assert streams.notice_subject("ping", "consents") == "notice.ping.consents"


def test_headers_give_back_what_they_were_made_of() -> None:
    headers = streams.headers_of(message(traceparent="00-aa-bb-01"))

    assert streams.event_id_of(headers) == EVENT_ID
    assert streams.occurred_at_of(headers) == AT
    assert headers["traceparent"] == "00-aa-bb-01"


def test_a_deliberate_repeat_is_another_message_and_the_same_event() -> None:
    once, again = streams.headers_of(message()), streams.headers_of(message(again=".again.7"))

    assert once[streams.MESSAGE_ID] != again[streams.MESSAGE_ID]
    assert streams.event_id_of(again) == EVENT_ID


@pytest.mark.parametrize("headers", [{}, {streams.MESSAGE_ID: "seven"}])
def test_an_event_without_an_id_cannot_be_read(headers: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="hexadecimal"):
        streams.event_id_of(headers)


@pytest.mark.parametrize("at", ["", "yesterday", "2026-05-01T12:00:00"])
def test_an_event_without_a_time_and_zone_cannot_be_read(at: str) -> None:
    with pytest.raises(ValueError, match=r"isoformat|zone"):
        streams.occurred_at_of({streams.OCCURRED_AT: at})


def test_the_inbox_remembers_longer_than_an_event_can_come_again() -> None:
    assert KEEP_SEEN > KEEP_TOLD + streams.KEEP_EVENTS


def test_spans_are_written_in_nanoseconds() -> None:
    assert streams.nanoseconds(timedelta(milliseconds=1.5)) == 1_500_000


async def test_a_reaction_to_one_event_becomes_one_to_many_in_order() -> None:
    seen: list[int] = []

    async def see(one: Delivered[PingedProto]) -> None:
        seen.append(one.event.number)

    events = [
        Delivered(id=EVENT_ID, event=PingedProto(number=number), occurred_at=AT)
        for number in (3, 1, 2)
    ]
    await each(see)(events)

    assert seen == [3, 1, 2]


def test_a_reaction_does_something_in_one_way() -> None:
    with pytest.raises(ValueError, match="either"):
        Reaction(reader="pong_react", to=PingedProto)

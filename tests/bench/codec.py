"""The gateway's JSON against google.protobuf.json_format: bytes to JSON, and JSON to bytes."""

from collections.abc import Callable, Iterator
from statistics import median
from time import perf_counter

from google.protobuf import json_format
from google.protobuf.message import Message

from gateway.settings import DESCRIPTORS
from gateway.transcoding.body import JsonBody
from gateway.transcoding.responses import encoder
from gateway.transcoding.schema import Schema
from resonance.recommendation.v1 import item_pb2
from resonance.recommendation.v1 import recommendation_service_pb2 as recommendation
from tests.bench.row import Row

ITEMS = 20
ROUNDS = 15
CALLS = 60  # of the faster one a round; the slower one makes a tenth


def answer() -> recommendation.ListRecommendationsResponse:
    """What a shopper gets: 20 items, each with a reason in two languages."""
    made = recommendation.ListRecommendationsResponse(
        recommendation_id="01890a5d-ac96-774b-bcce-b302099a8057",
        is_personalized=True,
        mood_version=7,
        model_version="2026-01-01T00:00:00Z",
    )
    for number in range(ITEMS):
        item = made.items.add(
            item_id=f"item-{number:05}",
            title=f"保湿面霜 {number}",
            category="护肤",
            score=1 / (number + 1),
        )
        reason = item.reasons.add(signal=recommendation.SIGNAL_TASTE, share=0.7)
        reason.text.zh, reason.text.en = (
            "因为你最近看过同类商品",
            "Because you looked at similar items",
        )
    return made


def upload() -> recommendation.BatchUpsertItemsRequest:
    """What a merchant sends: 20 items of the catalogue."""
    made = recommendation.BatchUpsertItemsRequest()
    for number in range(ITEMS):
        item = item_pb2.Item(
            item_id=f"item-{number:05}", title=f"保湿面霜 {number}", category="护肤"
        )
        item.create_time.FromJsonString("2026-01-01T00:00:00Z")
        made.items.append(item)
    return made


def rows() -> Iterator[Row]:
    """Both directions, each with what it was compared with."""
    schema = Schema.load(DESCRIPTORS)
    yield _row("JSON of an answer", answer(), _writing(schema, answer()))
    yield _row("JSON of a request", upload(), _reading(schema, upload()))


def _writing(schema: Schema, message: Message) -> tuple[Callable[[], object], Callable[[], object]]:
    kind, wire = type(message), message.SerializeToString()
    descriptor = schema.registry.message(message.DESCRIPTOR.full_name)
    assert descriptor is not None
    encode = encoder(descriptor, None, schema.registry)

    def theirs() -> object:
        return json_format.MessageToJson(
            kind.FromString(wire),
            always_print_fields_with_no_presence=True,
            ensure_ascii=False,
            indent=None,
        ).encode()

    return lambda: encode(wire), theirs


def _reading(schema: Schema, message: Message) -> tuple[Callable[[], object], Callable[[], object]]:
    kind, text = type(message), json_format.MessageToJson(message, indent=None).encode()
    descriptor = schema.registry.message(message.DESCRIPTOR.full_name)
    assert descriptor is not None
    body = JsonBody(descriptor, None)
    return (
        lambda: body.read(text).to_binary(),
        lambda: json_format.Parse(text, kind()).SerializeToString(),
    )


def _row(
    name: str, message: Message, both: tuple[Callable[[], object], Callable[[], object]]
) -> Row:
    ours, theirs = both
    taken = [(_micros(ours, CALLS), _micros(theirs, CALLS // 10)) for _ in range(ROUNDS)]
    mine, other = (median(column) for column in zip(*taken, strict=True))
    return Row(
        name=f"{name} of {ITEMS} items against json_format",
        area="gateway",
        value=median(slow / fast for fast, slow in taken),
        unit="times as fast",
        goal="≥ 8",
        detail=f"{message.ByteSize():,} bytes: {mine:.0f} µs against {other:.0f} µs, "
        f"medians of {ROUNDS} rounds in turn",
    )


def _micros(call: Callable[[], object], calls: int) -> float:
    began = perf_counter()
    for _ in range(calls):
        call()
    return (perf_counter() - began) / calls * 1e6

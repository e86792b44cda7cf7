"""Draws protobuf messages: some fields set, to values that their types take."""

from collections.abc import Callable
from typing import Any

from google.protobuf.message import Message
from hypothesis import strategies as st

Draw = Callable[[st.SearchStrategy[Any]], Any]

DEEPEST = 2
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
NUMBERS: dict[int, st.SearchStrategy[Any]] = {
    1: st.floats(allow_nan=False),
    2: st.integers(-1000, 1000).map(lambda n: n / 4),  # both write others shortest, differently
    3: st.integers(-(2**63), 2**63 - 1),
    4: st.integers(0, 2**64 - 1),
    5: st.integers(-(2**31), 2**31 - 1),
    6: st.integers(0, 2**64 - 1),
    7: st.integers(0, 2**32 - 1),
    8: st.booleans(),
    9: TEXT,
    12: st.binary(max_size=8),
    13: st.integers(0, 2**32 - 1),
    15: st.integers(-(2**31), 2**31 - 1),
    16: st.integers(-(2**63), 2**63 - 1),
    17: st.integers(-(2**31), 2**31 - 1),
    18: st.integers(-(2**63), 2**63 - 1),
}
SKIPPED = {"google.protobuf.Any", "google.protobuf.Struct", "google.protobuf.Value"}
MOMENTS = st.integers(-62_135_596_800, 253_402_300_799)
SPANS = st.integers(0, 315_576_000_000)
NANOS = st.integers(0, 999_999_999)
MASKS = st.lists(st.from_regex(r"[a-z]{1,5}(_[a-z]{1,5}){0,2}", fullmatch=True), max_size=3)


WELL_KNOWN: dict[str, Callable[[Draw, Any], None]] = {
    "google.protobuf.Timestamp": lambda draw, target: _set_time(draw, target, MOMENTS),
    "google.protobuf.Duration": lambda draw, target: _set_time(draw, target, SPANS),
    "google.protobuf.FieldMask": lambda draw, target: target.paths.extend(draw(MASKS)),
}


def fill(draw: Draw, message: Message, depth: int = 0) -> None:
    """Set some fields; messages are nested three deep, and what is free JSON is left out."""
    known = WELL_KNOWN.get(message.DESCRIPTOR.full_name)
    if known is not None:
        known(draw, message)
        return
    for field in message.DESCRIPTOR.fields:
        kind = field.message_type
        is_closed = kind is not None and (kind.full_name in SKIPPED or depth > DEEPEST)
        if not is_closed and draw(st.booleans()):
            _fill_field(draw, message, field, depth)


def _fill_field(draw: Draw, message: Any, field: Any, depth: int) -> None:
    kind, value = field.message_type, getattr(message, field.name)
    if kind is not None and kind.GetOptions().map_entry:
        _fill_map(draw, value, kind.fields_by_name["value"], depth)
    elif kind is not None and field.is_repeated:
        for _ in range(draw(st.integers(0, 2))):
            fill(draw, value.add(), depth + 1)
    elif kind is not None:
        value.SetInParent()
        fill(draw, value, depth + 1)
    elif field.is_repeated:
        value.extend(draw(st.lists(_one(field), max_size=3)))
    else:
        setattr(message, field.name, draw(_one(field)))


def _fill_map(draw: Draw, entries: Any, value: Any, depth: int) -> None:
    for key in draw(st.lists(TEXT, max_size=2, unique=True)):
        if value.message_type is not None:
            fill(draw, entries[key], depth + 1)
        else:
            entries[key] = draw(_one(value))


def _one(field: Any) -> st.SearchStrategy[Any]:
    if field.enum_type is not None:
        return st.sampled_from([value.number for value in field.enum_type.values])
    return NUMBERS[field.type]


def _set_time(draw: Draw, target: Any, seconds: st.SearchStrategy[int]) -> None:
    target.seconds, target.nanos = draw(seconds), draw(NANOS)

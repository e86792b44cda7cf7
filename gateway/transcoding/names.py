"""Translates field paths from the contract's names to JSON's."""

import re

from protobuf import DescEnum, DescMessage

from gateway.transcoding.schema import enum_of, field_named, message_of

_PART = re.compile(r"([A-Za-z0-9_]+)((?:\[[^\]]*\])?)")


def json_path(message: DescMessage, path: str) -> str:
    """`behaviors[3].item_id` becomes `behaviors[3].itemId`; what is not known stays as it is."""
    at: DescMessage | None = message
    parts = []
    for part in path.split("."):
        found = _PART.fullmatch(part)
        field = field_named(at, found[1]) if found and at is not None else None
        if found is None or field is None:
            parts.append(part)
            at = None
            continue
        parts.append(field.json_name + found[2])
        at = message_of(field)
    return ".".join(parts)


def enum_at(message: DescMessage, path: str) -> DescEnum | None:
    """The type of the values at a path, if that is an enum."""
    at: DescMessage | None = message
    enum: DescEnum | None = None
    for part in path.split("."):
        found = _PART.fullmatch(part)
        field = field_named(at, found[1]) if found and at is not None else None
        if field is None:
            return None
        at, enum = message_of(field), enum_of(field)
    return enum

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


def values_at(message: DescMessage, path: str) -> DescMessage | DescEnum | None:
    """The type of the values at a path, the message itself at the empty one; None for scalars."""
    at: DescMessage | DescEnum | None = message
    for part in path.split(".") if path else ():
        found = _PART.fullmatch(part)
        field = field_named(at, found[1]) if found and isinstance(at, DescMessage) else None
        at = (message_of(field) or enum_of(field)) if field is not None else None
    return at

"""Translates field paths from the contract's names to JSON's."""

import re

from protobuf import DescMessage

from gateway.transcoding.schema import field_named, message_of

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

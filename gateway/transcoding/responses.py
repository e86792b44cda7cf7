"""Turns the bytes of a response message into the body of an answer.

Fields with default values are sent too: an app that reads `items` finds a list, empty or not. Only
fields that know presence (messages, `optional`, members of a oneof) are left out when not set.
"""

from collections.abc import Callable
from typing import TypeAlias

import orjson
from protobuf import DescField, DescMessage, Message, Registry, message_to_json_value

from gateway.transcoding.schema import HTTP_BODY, types_within

Encode: TypeAlias = Callable[[bytes], tuple[bytes, bytes]]
"""Response bytes to body and media type."""

JSON = b"application/json"


def encoder(message: DescMessage, only: DescField | None, registry: Registry) -> Encode:
    """Compile the way from a response message, or only one field of it, to a body."""
    kind = message.type
    types = types_within(message, registry)

    def whole(data: bytes) -> tuple[bytes, bytes]:
        text = kind.from_binary(data).to_json(always_emit_implicit=True, registry=types)
        return text.encode(), JSON

    def one_field(data: bytes) -> tuple[bytes, bytes]:
        assert only is not None
        response = kind.from_binary(data)
        value = response[only]
        if isinstance(value, Message):
            return _raw(value) if value.desc().type_name == HTTP_BODY else _json(value)
        members = message_to_json_value(response, always_emit_implicit=True, registry=types)
        member = members.get(only.json_name) if isinstance(members, dict) else None
        return orjson.dumps(member), JSON

    def _json(value: Message) -> tuple[bytes, bytes]:
        return value.to_json(always_emit_implicit=True, registry=types).encode(), JSON

    def raw(data: bytes) -> tuple[bytes, bytes]:
        return _raw(kind.from_binary(data))

    if message.type_name == HTTP_BODY:
        return raw
    return whole if only is None else one_field


def _raw(body: Message) -> tuple[bytes, bytes]:
    """A google.api.HttpBody as it is."""
    values = {field.name: body[field] for field in body}
    return values.get("data", b""), values.get("content_type", "application/octet-stream").encode()

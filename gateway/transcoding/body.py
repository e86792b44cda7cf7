"""Turns the body of a request into the part of the message that it stands for."""

import json
from dataclasses import dataclass
from itertools import islice
from json import JSONDecodeError
from typing import Any

import orjson
from protobuf import (
    DescField,
    DescFieldValueMessage,
    DescMessage,
    Registry,
    message_from_json_value,
)

from gateway.problems.problem import FieldProblem, Refusal, refuse, refuse_fields
from gateway.transcoding.diagnosis import CODEC_ERRORS, MOST, crowded, faults, has_oneof
from gateway.transcoding.digits import may_be_odd, odd_numbers
from gateway.transcoding.repeats import may_repeat, repeats
from gateway.transcoding.schema import HTTP_BODY, ProtoMessage

_LONGEST_WHOLE = 40
"""Digits; no field holds more, and very long numbers take long to read."""


class JsonBody:
    """A body that is the JSON of a whole message."""

    def __init__(self, message: DescMessage, types: Registry | None) -> None:
        """`types` are needed where the message may hold an Any."""
        self._message = message
        self._types = types
        self._type = message.type
        self._has_oneof = has_oneof(message)

    def read(self, body: bytes) -> ProtoMessage:
        """Decode; an empty body is an empty object.

        Raises:
            Refusal: not JSON, nested too deep, or fields that do not fit, each of them named.
        """
        value = load(body) if body else {}  # the codec itself crashes on what nests without end
        try:
            self._look(body, value)
            return self._type.from_json(body or b"{}", registry=self._types)
        except JSONDecodeError as error:
            raise _malformed(error) from None
        except RecursionError:
            raise _too_deep() from None
        except CODEC_ERRORS as error:
            raise explain(self._message, _exact(body), str(error), self._types) from None

    def _look(self, body: bytes, value: object) -> None:
        """Refuse what the codec would let through."""
        found: list[FieldProblem] = []
        if b"\\u0000" in body:
            found += _nuls(value)
        if self._has_oneof:
            found += crowded(self._message, value)
        written = orjson.dumps(value)
        if may_be_odd(written):
            found += islice(odd_numbers(self._message, value), MOST)
        if may_repeat(body, written):
            found += islice(repeats(self._message, body), MOST)
        if found:
            raise refuse_fields(*found)


@dataclass(frozen=True, slots=True)
class FieldBody:
    """A body that is the JSON of one field of the request."""

    field: DescField
    types: Registry | None

    def read(self, body: bytes, request: ProtoMessage) -> Any:
        """Set the field, and return the JSON that it was set from.

        Raises:
            Refusal: as for a whole message.
        """
        value = load(body) if body else None
        kind = self.field.value
        if isinstance(kind, DescFieldValueMessage):
            if value is not None:
                request[self.field] = JsonBody(kind.message, self.types).read(body)
            return value
        whole = {self.field.json_name: value}
        try:
            if found := [*_nuls(value), *islice(odd_numbers(self.field.parent, whole), MOST)]:
                raise refuse_fields(*found)
            kind_of_request = self.field.parent.type
            holder = message_from_json_value(kind_of_request, whole, registry=self.types)
            request[self.field] = holder[self.field]
        except RecursionError:
            raise _too_deep() from None
        except CODEC_ERRORS as error:
            raise explain(self.field.parent, whole, str(error), self.types) from None
        return value


def raw_body(message: DescMessage, body: bytes, content_type: str) -> ProtoMessage:
    """A google.api.HttpBody: any bytes with their media type."""
    values: dict[str, object] = {"content_type": content_type, "data": body}
    return message.type(**values)


def is_raw(message: DescMessage) -> bool:
    return message.type_name == HTTP_BODY


def load(body: bytes) -> Any:
    """Parse JSON.

    Raises:
        Refusal: it is not JSON.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _malformed(error) from None


def _exact(body: bytes) -> Any:
    """Parse JSON that is good, with whole numbers as they are: `load` rounds the largest."""
    return json.loads(body or b"{}", parse_int=_whole)


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) < _LONGEST_WHOLE else float(digits)


def explain(
    message: DescMessage, value: object, otherwise: str, types: Registry | None = None
) -> Refusal:
    """The refusal of JSON that the codec did not take, naming each wrong field."""
    try:
        found = faults(message, value, types)
    except RecursionError:
        return _too_deep()
    return refuse_fields(*(found or [FieldProblem("", "TYPE", otherwise)]))


def _malformed(error: JSONDecodeError) -> Refusal:
    place = f"line {error.lineno} column {error.colno}"
    return refuse(400, "MALFORMED_JSON", f"The body is not JSON: {_reason(error)}, {place}.")


def _reason(error: JSONDecodeError) -> str:
    return error.msg.split(": line ")[0].strip() or "it cannot be read"


def _too_deep() -> Refusal:
    return refuse(400, "TOO_DEEP", "The JSON is nested more than 100 deep.")


def _nuls(value: object, path: str = "") -> list[FieldProblem]:
    """Strings with a NUL, which no database takes as text."""
    match value:
        case str() if "\0" in value:
            return [FieldProblem(path, "NUL", "Text must not contain NUL.")]
        case list():
            return [f for n, inner in enumerate(value) for f in _nuls(inner, f"{path}[{n}]")]
        case dict():
            return [
                found
                for name, inner in value.items()
                for found in (*_nuls(name, path), *_nuls(inner, f"{path}.{name}" if path else name))
            ]
    return []

"""Finds numbers in quotes that only Python would read as numbers: `"1_0"`, `"１"`."""

import re
from collections.abc import Iterator

from protobuf import (
    DescEnum,
    DescField,
    DescFieldValueList,
    DescFieldValueMap,
    DescFieldValueMessage,
    DescFieldValueScalar,
    DescMessage,
    ScalarType,
)

from gateway.problems.problem import FieldProblem
from gateway.transcoding.kinds import one
from gateway.transcoding.schema import FREE_JSON, field_named

_TEXT = frozenset({ScalarType.STRING, ScalarType.BYTES, ScalarType.BOOL})
_NUMBERS = frozenset(
    f"google.protobuf.{name}Value"
    for name in ("Int32", "UInt32", "Int64", "UInt64", "Float", "Double")
)
_ODD = re.compile(r"[-+.\deE]*(?:_|[^\D0-9])[-+.\deE_]*")
"""Digits, with an underscore or a digit of another script among them."""

_SIGNS = b"_\xd9\xdb\xdf\xe0\xe1\xea\xef\xf0"
"""The underscore, and the first bytes in UTF-8 of the digits of other scripts."""
_NO_SIGNS = bytes(byte for byte in range(256) if byte not in _SIGNS)
_MAYBE = re.compile(
    rb'"[-+.0-9eE]*+[_\xd9\xdb\xdf\xe0\xe1\xea\xef\xf0][-+.0-9eE_\x80-\xff]*+"',
)


def may_be_odd(written: bytes) -> bool:
    """Whether a closer look is due; `written` is the body as JSON without needless escapes."""
    return bool(written.translate(None, _NO_SIGNS)) and _MAYBE.search(written) is not None


def odd_numbers(message: DescMessage, value: object, path: str = "") -> Iterator[FieldProblem]:
    """Each number of a message's JSON that is no number in JSON."""
    if message.type_name in _NUMBERS:
        yield from _number(value, message, path)
        return
    if not isinstance(value, dict) or message.type_name in FREE_JSON:
        return
    for name, member in value.items():
        field = field_named(message, name)
        if field is not None:
            yield from _field(field, member, f"{path}.{name}" if path else name)


def _field(field: DescField, value: object, path: str) -> Iterator[FieldProblem]:
    kind = field.value
    match kind:
        case DescFieldValueScalar():
            yield from _value(kind.scalar, value, path)
        case DescFieldValueMessage():
            yield from _value(kind.message, value, path)
        case DescFieldValueList() if isinstance(value, list):
            for index, element in enumerate(value):
                yield from _value(kind.element, element, f"{path}[{index}]")
        case DescFieldValueMap() if isinstance(value, dict):
            for key, element in value.items():
                yield from _value(kind.key, key, f"{path}[{key!r}]")
                yield from _value(kind.value, element, f"{path}[{key!r}]")
        case _:
            return


def _value(
    kind: ScalarType | DescEnum | DescMessage, value: object, path: str
) -> Iterator[FieldProblem]:
    if isinstance(kind, DescMessage):
        yield from odd_numbers(kind, value, path)
    elif isinstance(kind, ScalarType) and kind not in _TEXT:
        yield from _number(value, kind, path)


def _number(value: object, kind: ScalarType | DescMessage, path: str) -> Iterator[FieldProblem]:
    if isinstance(value, str) and _ODD.fullmatch(value):
        yield FieldProblem(path, "TYPE", f"Must be {one(kind)}.")

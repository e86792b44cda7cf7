"""Finds numbers of enums that the JSON codec takes and no message can carry."""

from collections.abc import Iterator
from typing import Any

from protobuf import DescField, DescFieldValueList, DescFieldValueMap, Message

from gateway.problems.problem import FieldProblem
from gateway.transcoding.kinds import one
from gateway.transcoding.schema import ProtoMessage, enum_of

LEAST, MOST = -(2**31), 2**31 - 1


def overflows(message: ProtoMessage, path: str = "") -> Iterator[FieldProblem]:
    """Each value of an enum that is outside of 32 bits."""
    for field in message:
        at = f"{path}.{field.json_name}" if path else field.json_name
        value = message[field]
        if isinstance(field.value, DescFieldValueList):
            for index, element in enumerate(value):
                yield from _value(field, element, f"{at}[{index}]")
        elif isinstance(field.value, DescFieldValueMap):
            for key, element in value.items():
                yield from _value(field, element, f"{at}[{key!r}]")
        else:
            yield from _value(field, value, at)


def _value(field: DescField, value: Any, path: str) -> Iterator[FieldProblem]:
    enum = enum_of(field)
    if isinstance(value, Message):
        yield from overflows(value, path)
    elif enum is not None and not LEAST <= int(value) <= MOST:
        yield FieldProblem(path, "TYPE", f"Must be {one(enum)}.")

"""Finds every wrong field of a JSON value that the codec has refused.

The codec stops at the first fault and does not say where it is. This runs only after that: it hands
each member to the codec alone, so that both always agree on what is right.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from protobuf import (
    DescField,
    DescFieldValueList,
    DescFieldValueMap,
    DescFieldValueMessage,
    DescMessage,
    Registry,
    message_from_json_value,
)

from gateway.problems.problem import FieldProblem
from gateway.transcoding.kinds import element_of, expected, one
from gateway.transcoding.schema import FREE_JSON, SCALAR_JSON, field_named, message_of

MOST = 20
"""Faults named in one answer."""
DEEPEST = 100
"""Messages within messages; the codec has the same limit."""

CODEC_ERRORS = (TypeError, ValueError, OverflowError)
"""What the codec raises for JSON that does not fit; RecursionError comes on its own."""


def faults(
    message: DescMessage, value: object, types: Registry | None = None
) -> tuple[FieldProblem, ...]:
    """The first faults, in the order they were written; none if the codec takes the value."""
    return tuple(islice(_Walk(types).message(message, value, "", 0), MOST))


class _Walk:
    def __init__(self, types: Registry | None) -> None:
        self._types = types

    def message(
        self, message: DescMessage, value: object, path: str, depth: int
    ) -> Iterator[FieldProblem]:
        if message.type_name in SCALAR_JSON | FREE_JSON:
            if not self._fits(message, value):
                yield FieldProblem(path, "TYPE", f"Must be {one(message)}.")
            return
        if not isinstance(value, dict):
            yield FieldProblem(path, "TYPE", "Must be an object.")
            return
        if depth == DEEPEST:
            return
        for name, member in value.items():
            inner = f"{path}.{name}" if path else name
            field = field_named(message, name)
            if field is None:
                yield FieldProblem(inner, "UNKNOWN", "There is no such field.")
            elif member is not None and not self._fits(message, {name: member}):
                yield from self._field(field, member, inner, depth)
        yield from _crowded(message, value, path)

    def _field(
        self, field: DescField, value: object, path: str, depth: int
    ) -> Iterator[FieldProblem]:
        kind = field.value
        inner = message_of(field)
        match kind:
            case DescFieldValueMessage() if inner is not None:
                yield from self.message(inner, value, path, depth + 1)
            case DescFieldValueList() if isinstance(value, list):
                for index, element in enumerate(value):
                    yield from self._element(field, element, [element], f"{path}[{index}]", depth)
            case DescFieldValueMap() if isinstance(value, dict):
                for key, element in value.items():
                    yield from self._element(
                        field, element, {key: element}, f"{path}[{key!r}]", depth
                    )
            case _:
                yield FieldProblem(path, "TYPE", f"Must be {expected(field)}.")

    def _element(
        self, field: DescField, element: object, alone: object, path: str, depth: int
    ) -> Iterator[FieldProblem]:
        """One element of a list or a map; `alone` is the field's value with nothing else in it."""
        if self._fits(field.parent, {field.name: alone}):
            return
        inner = message_of(field)
        found = False
        if inner is not None:
            for fault in self.message(inner, element, path, depth + 1):
                found = True
                yield fault
        if not found:  # the key of a map, or an element that is no message
            yield FieldProblem(path, "TYPE", f"Must be {element_of(field)}.")

    def _fits(self, message: DescMessage, value: Any) -> bool:
        try:
            message_from_json_value(message.type, value, registry=self._types)
        except CODEC_ERRORS:
            return False
        return True


def _crowded(message: DescMessage, value: dict[str, Any], path: str) -> Iterator[FieldProblem]:
    for oneof in message.oneofs:
        given = [
            name
            for field in oneof.fields
            for name in {field.json_name, field.name}
            if value.get(name) is not None
        ]
        if len(given) > 1:
            yield FieldProblem(path, "ONEOF", f"Only one of {', '.join(given)} may be set.")


def crowded(message: DescMessage, value: object, path: str = "") -> Iterator[FieldProblem]:
    """Oneofs of which more than one member is set; the codec would keep the last one."""
    if not isinstance(value, dict):
        return
    yield from _crowded(message, value, path)
    for name, member in value.items():
        field = field_named(message, name)
        inner = message_of(field) if field is not None else None
        if inner is None or inner.type_name in SCALAR_JSON | FREE_JSON:
            continue
        at = f"{path}.{name}" if path else name
        if isinstance(member, list):
            for index, element in enumerate(member):
                yield from crowded(inner, element, f"{at}[{index}]")
        elif field is not None and isinstance(field.value, DescFieldValueMap):
            for key, element in member.items() if isinstance(member, dict) else ():
                yield from crowded(inner, element, f"{at}[{key!r}]")
        else:
            yield from crowded(inner, member, at)


def has_oneof(message: DescMessage, seen: frozenset[str] = frozenset()) -> bool:
    """Whether the message, or one within it, has a oneof."""
    if message.oneofs and message.type_name not in FREE_JSON:
        return True
    seen |= {message.type_name}
    inner = (message_of(field) for field in message.fields)
    return any(
        has_oneof(one_, seen)
        for one_ in inner
        if one_ is not None and one_.type_name not in seen | FREE_JSON
    )

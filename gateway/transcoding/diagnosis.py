"""Finds every wrong field of a JSON value that the codec has refused.

The codec stops at the first fault and does not say where it is. This runs only after that: it hands
each member to the codec alone, so that both always agree on what is right.
"""

from collections.abc import Iterator
from typing import Any

from protobuf import (
    DescField,
    DescFieldValueList,
    DescFieldValueMap,
    DescFieldValueMessage,
    DescMessage,
    message_from_json_value,
)

from gateway.problems.problem import FieldProblem
from gateway.transcoding.kinds import expected, one
from gateway.transcoding.schema import FREE_JSON, SCALAR_JSON, field_named, message_of

MOST = 20
"""Faults named in one answer."""
DEEPEST = 100
"""Messages within messages; the codec has the same limit."""

CODEC_ERRORS = (TypeError, ValueError, OverflowError)
"""What the codec raises for JSON that does not fit; RecursionError comes on its own."""


def faults(message: DescMessage, value: object, path: str = "") -> tuple[FieldProblem, ...]:
    """The first faults, in the order they were written; none if the codec takes the value."""
    found = []
    for fault in _object(message, value, path, 0):
        found.append(fault)
        if len(found) == MOST:
            break
    return tuple(found)


def fits(message: DescMessage, value: object) -> bool:
    """Whether the codec takes the value."""
    try:
        message_from_json_value(message.type, value)  # type: ignore[arg-type]  # any JSON
    except CODEC_ERRORS:
        return False
    return True


def _object(message: DescMessage, value: object, path: str, depth: int) -> Iterator[FieldProblem]:
    if message.type_name in SCALAR_JSON | FREE_JSON:
        if not fits(message, value):
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
        elif member is not None and not fits(message, {name: member}):
            yield from _field(field, member, inner, depth)
    yield from _crowded(message, value, path)


def _field(field: DescField, value: Any, path: str, depth: int) -> Iterator[FieldProblem]:
    kind = field.value
    inner = message_of(field)
    match kind:
        case DescFieldValueMessage() if inner is not None:
            yield from _object(inner, value, path, depth + 1)
        case DescFieldValueList() if isinstance(value, list):
            for index, element in enumerate(value):
                at = f"{path}[{index}]"
                if inner is not None:
                    yield from _object(inner, element, at, depth + 1)
                elif not fits(field.parent, {field.name: [element]}):
                    yield FieldProblem(at, "TYPE", f"Must be {one(kind.element)}.")
        case DescFieldValueMap() if isinstance(value, dict):
            for key, element in value.items():
                at = f"{path}[{key!r}]"
                if inner is not None and fits(field.parent, {field.name: {key: {}}}):
                    yield from _object(inner, element, at, depth + 1)
                elif not fits(field.parent, {field.name: {key: element}}):
                    yield FieldProblem(at, "TYPE", f"Must be {one(kind.value)}.")
        case _:
            yield FieldProblem(path, "TYPE", f"Must be {expected(field)}.")


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

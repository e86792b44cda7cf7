"""Finds members that a JSON object has twice: parsers would keep the last one without a word."""

import json
import re
from collections.abc import Iterator
from typing import Any

from protobuf import DescFieldValueMap, DescMessage

from gateway.problems.problem import FieldProblem
from gateway.transcoding.schema import FREE_JSON, SCALAR_JSON, field_named, message_of

_DECLARED_NAME = re.compile(rb'_\w*"\s*:')


def may_repeat(body: bytes, written: bytes) -> bool:
    """Whether a closer look is due; `written` is what the body was parsed to, written again.

    Each member takes a colon: where the body has more of them, some were lost. Names with an
    underscore may be a field's second name. Escapes hide both.
    """
    return (
        body.count(b":") != written.count(b":")
        or b"\\u00" in body
        or _DECLARED_NAME.search(body) is not None
    )


class _Object(list[tuple[str, Any]]):
    """The members of an object, as they were written."""


def repeats(message: DescMessage, body: bytes) -> Iterator[FieldProblem]:
    """Each member that was given before, under the same name or the field's other one.

    Raises:
        RecursionError: the body is nested too deep.
    """
    whole = json.loads(body, object_pairs_hook=_Object, parse_int=str, parse_float=str)
    yield from _walk(message, whole, "")


def _walk(message: DescMessage | None, value: object, path: str) -> Iterator[FieldProblem]:
    if isinstance(value, _Object):
        yield from _object(message, value, path)
    elif isinstance(value, list):
        for index, element in enumerate(value):
            yield from _walk(message, element, f"{path}[{index}]")


def _object(message: DescMessage | None, members: _Object, path: str) -> Iterator[FieldProblem]:
    if message is not None and message.type_name in SCALAR_JSON | FREE_JSON:
        message = None
    given: set[str] = set()
    for name, member in members:
        field = field_named(message, name) if message is not None else None
        at = f"{path}.{name}" if path else name
        known_as = field.json_name if field is not None else name
        if known_as in given:
            yield FieldProblem(at, "REPEATED", "May be given only once.")
        given.add(known_as)
        inner = message_of(field) if field is not None else None
        if field is not None and isinstance(field.value, DescFieldValueMap):
            yield from _map(inner, member, at)
        else:
            yield from _walk(inner, member, at)


def _map(inner: DescMessage | None, member: object, path: str) -> Iterator[FieldProblem]:
    if not isinstance(member, _Object):
        return
    given: set[str] = set()
    for key, value in member:
        at = f"{path}[{key!r}]"
        if key in given:
            yield FieldProblem(at, "REPEATED", "May be given only once.")
        given.add(key)
        yield from _walk(inner, value, at)

"""Holds a request against the rules its contract states (buf.validate), natively.

Besides, no text of any request may have a NUL: PostgreSQL does not take it, and the gateway refuses
it too.
"""

from collections.abc import Iterator
from typing import Any

from google.protobuf.message import Message
from protovalidate import Validator, Violation

from buf.validate import validate_pb2
from services.chassis.rpc.errors import FieldViolation, InvalidRequest

_validator = Validator()

_SAYS_NO_NAMES = ("enum.defined_only", "enum.not_in")
"""Rules whose own message tells numbers or nothing."""


def validate(request: Message, raw: bytes | None = None) -> None:
    """Check one request; `raw`, the bytes it was read from, spare most of them the look for NUL.

    The rules of a message type are compiled at its first check; `prepare` does it ahead.

    Raises:
        InvalidRequest: naming every field that breaks a rule.
    """
    violations = _validator.collect_violations(request)
    found = [_translate(violation, request) for violation in violations] if violations else []
    if raw is None or b"\0" in raw:
        found += [
            FieldViolation(path, "nul", "Text must not contain NUL.")
            for path, text in _texts(request)
            if "\0" in text
        ]
    if found:
        raise InvalidRequest(found)


def prepare(request: type[Message]) -> None:
    """Compile the rules of a type; a contract with a broken rule fails here, at start."""
    _validator.collect_violations(request())


def _translate(violation: Violation, request: Message) -> FieldViolation:
    """Name the field: of a rule of a whole message the one that the rule's id begins with."""
    proto = violation.proto
    at: list[str] = []
    message: Any = request.DESCRIPTOR  # descriptors are typed twice, in C and in Python
    enum: Any = None
    for element in proto.field.elements if proto.field else ():
        at.append(element.field_name)
        field = message.fields_by_name.get(element.field_name)
        if field is None:  # a oneof, which is always the last
            message = None
            break
        if element.subscript is not None:
            at[-1] += f"[{element.subscript.value!r}]"
            field = field.message_type.fields_by_name["value"] if _is_map(field) else field
        message, enum = field.message_type, field.enum_type
    rule, says = proto.rule_id or "rule", proto.message
    about, dot, _ = rule.partition(".")
    if dot and message is not None and about in message.fields_by_name:
        at.append(about)
    if rule in _SAYS_NO_NAMES and enum is not None:
        names = ", ".join(value.name for value in enum.values if value.number)
        says = f"must be one of {names}"
    return FieldViolation(".".join(at), rule, says or f"breaks the rule {rule}")


def _texts(message: Message, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a message with its path, but for elements that their service checks itself."""
    for field, value in message.ListFields():
        rules = field.GetOptions().Extensions[validate_pb2.field]
        if rules.repeated.items.ignore == validate_pb2.IGNORE_ALWAYS:
            continue
        at = f"{path}.{field.name}" if path else field.name
        if _is_map(field):
            yield from ((at, key) for key in value if isinstance(key, str))
            inner = [(f"{at}[{key!r}]", one) for key, one in value.items()]
        elif field.is_repeated:
            inner = [(f"{at}[{number}]", one) for number, one in enumerate(value)]
        else:
            inner = [(at, value)]
        for place, one in inner:
            if isinstance(one, str):
                yield place, one
            elif isinstance(one, Message):
                yield from _texts(one, place)


def _is_map(field: Any) -> bool:
    of = field.message_type
    return of is not None and bool(of.GetOptions().map_entry)

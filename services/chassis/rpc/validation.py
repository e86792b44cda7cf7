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
    proto = violation.proto
    path = ""
    for element in proto.field.elements if proto.field else ():
        path += ("." if path else "") + element.field_name
        if element.subscript is not None:
            path += f"[{element.subscript.value!r}]"
    rule = proto.rule_id or "rule"
    enum = _enum_of(violation, request) if rule in _SAYS_NO_NAMES else None
    says = f"must be {_names(enum)}" if enum is not None else proto.message
    return FieldViolation(path, rule, says or f"breaks the rule {rule}")


def _enum_of(violation: Violation, request: Message) -> Any:
    """The type of the field that is named if that is an enum, else None."""
    message: Any = request.DESCRIPTOR  # descriptors are typed twice, in C and in Python
    enum = None
    for element in violation.proto.field.elements if violation.proto.field else ():
        field = message.fields_by_name[element.field_name]
        if _is_map(field) and element.subscript is not None:
            field = field.message_type.fields_by_name["value"]
        message, enum = field.message_type, field.enum_type
    return enum


def _names(enum: Any) -> str:
    return "one of " + ", ".join(value.name for value in enum.values if value.number)


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

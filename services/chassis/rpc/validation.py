"""Holds a request against the rules its contract states (buf.validate), natively."""

from google.protobuf.message import Message
from protovalidate import Validator, Violation

from services.chassis.rpc.errors import FieldViolation, InvalidRequest

_validator = Validator()


def validate(request: Message) -> None:
    """Check one request.

    The rules of a message type are compiled at its first check; `prepare` does it ahead.

    Raises:
        InvalidRequest: naming every field that breaks a rule.
    """
    violations = _validator.collect_violations(request)
    if violations:
        raise InvalidRequest([_translate(violation) for violation in violations])


def prepare(request: type[Message]) -> None:
    """Compile the rules of a type; a contract with a broken rule fails here, at start."""
    _validator.collect_violations(request())


def _translate(violation: Violation) -> FieldViolation:
    proto = violation.proto
    path = ""
    for element in proto.field.elements if proto.field else ():
        path += ("." if path else "") + element.field_name
        if element.subscript is not None:
            path += f"[{element.subscript.value!r}]"
    rule = proto.rule_id or "rule"
    return FieldViolation(path, rule, proto.message or f"breaks the rule {rule}")

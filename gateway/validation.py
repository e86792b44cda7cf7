"""Holds requests against the rules of their contract before any service is asked.

The services check again: they have callers besides this gateway. Here it spares them the bad ones,
and costs a few microseconds.
"""

from protobuf import DescEnum, DescMessage, Registry
from protovalidate import Validator, Violation

from gateway.problems.problem import FieldProblem, refuse_fields
from gateway.transcoding.binding import Binding
from gateway.transcoding.kinds import one
from gateway.transcoding.names import json_path, values_at
from gateway.transcoding.schema import ProtoMessage, field_named

MOST = 20
"""Violations named in one answer; the services have the same limit."""

_SAYS_NO_NAMES = ("enum.defined_only", "enum.not_in")
"""Rules whose own message tells numbers or nothing."""


class Rules:
    """The rules of all contracts."""

    def __init__(self, registry: Registry) -> None:
        self._validator = Validator(registry)

    def prepare(self, message: DescMessage) -> None:
        """Compile a message's rules; done for the first request otherwise."""
        self._validator.collect_violations(message.type())

    def check(self, request: ProtoMessage, binding: Binding) -> None:
        """Check one request.

        Raises:
            Refusal: 400 naming every field that breaks a rule, as the services would.
        """
        violations = self._validator.collect_violations(request)
        if violations:
            raise refuse_fields(*(_translate(found, binding) for found in violations[:MOST]))


def _translate(violation: Violation, binding: Binding) -> FieldProblem:
    """Name the field: of a rule of a whole message the one that the rule's id begins with."""
    proto = violation.proto
    path = ""
    for element in proto.field.elements if proto.field else ():
        path += ("." if path else "") + element.field_name
        if element.subscript is not None:
            path += f"[{element.subscript.value!r}]"
    rule = proto.rule_id or "rule"
    values = values_at(binding.message, path)
    about, dot, _ = rule.partition(".")
    if dot and isinstance(values, DescMessage) and field_named(values, about):
        path += ("." if path else "") + about
    kind = values if rule in _SAYS_NO_NAMES and isinstance(values, DescEnum) else None
    says = f"must be {one(kind)}" if kind is not None else proto.message
    return FieldProblem(
        binding.client_path(json_path(binding.message, path)),
        rule.upper().replace(".", "_"),
        says or f"breaks the rule {rule}",
    )

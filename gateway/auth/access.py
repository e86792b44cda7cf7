"""Enforces the access rule that a method has in its contract."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from protobuf import (
    DescField,
    DescFieldValueList,
    DescFieldValueMap,
    DescFieldValueScalar,
    DescMessage,
    ScalarType,
)

from gateway.auth.caller import ADMIN, Caller
from gateway.problems.problem import Problem, Refusal, refuse
from gateway.transcoding.binding import BadRule
from gateway.transcoding.schema import ProtoMessage, field_named, message_of

ROLE_PREFIX = "ROLE_"


@dataclass(frozen=True, slots=True)
class Access:
    """Who may call a method; see resonance/access/v1/access.proto."""

    is_public: bool
    roles: frozenset[str]
    owner: tuple[DescField, ...]
    """Path to the field that must hold the caller's id; lists on the way are checked throughout."""

    def admit(self, caller: Caller) -> None:
        """Refuse a caller who may not call at all, before the request is read.

        Raises:
            Refusal: 401 without a token, 403 without a role that the method needs.
        """
        if self.is_public:
            return
        if not caller.subject:
            raise refuse(
                401,
                "TOKEN_MISSING",
                "Send a token as Authorization: Bearer <token>.",
                (b"www-authenticate", b"Bearer"),
            )
        if self.roles and not self.owner and not self._has_role(caller):
            raise Refusal(
                Problem(
                    403,
                    "ROLE_MISSING",
                    "The token has none of the roles that this method needs.",
                    metadata={"roles": ",".join(sorted(self.roles | {ADMIN}))},
                )
            )

    def own(self, caller: Caller, request: ProtoMessage) -> None:
        """Refuse a request for somebody else's; an empty owner field becomes the caller's.

        Raises:
            Refusal: 403, the owner is not the caller, who has no role that would do.
        """
        if not self.owner or self.is_public or self._has_role(caller):
            return
        field = self.owner[-1]
        for holder in _holders(request, self.owner[:-1]):
            if isinstance(field.value, DescFieldValueList):
                is_own = all(value == caller.subject for value in holder[field])
            elif not holder[field]:
                holder[field] = caller.subject
                continue
            else:
                is_own = holder[field] == caller.subject
            if not is_own:
                raise refuse(403, "NOT_OWNER", "This belongs to somebody else.")

    def _has_role(self, caller: Caller) -> bool:
        return ADMIN in caller.roles or not self.roles.isdisjoint(caller.roles)


def compile_access(message: DescMessage, rule: Any) -> Access:
    """Compile the method option for a request message.

    Raises:
        BadRule: `owner_field` does not lead to a string, or leads through a map.
    """
    roles = frozenset(role_name(role.name) for role in rule.roles)
    owner = _owner(message, rule.owner_field) if rule.owner_field else ()
    return Access(rule.is_public, roles, owner)


def role_name(name: str) -> str:
    """`ROLE_SHOPPER`, or `SHOPPER`, is `shopper` in tokens and metadata."""
    return name.removeprefix(ROLE_PREFIX).lower()


def _owner(message: DescMessage, path: str) -> tuple[DescField, ...]:
    fields: list[DescField] = []
    at: DescMessage | None = message
    for name in path.split("."):
        field = field_named(at, name) if at is not None else None
        if field is None or isinstance(field.value, DescFieldValueMap):
            raise BadRule(f"owner_field: {message.type_name} has no field {path}")
        fields.append(field)
        at = message_of(field)
    kind = fields[-1].value
    if isinstance(kind, DescFieldValueScalar):
        is_text = kind.scalar is ScalarType.STRING
    else:
        is_text = isinstance(kind, DescFieldValueList) and kind.element is ScalarType.STRING
    if not is_text:
        raise BadRule(f"owner_field: {message.type_name}.{path} is not a string")
    return tuple(fields)


def _holders(message: ProtoMessage, path: tuple[DescField, ...]) -> Iterator[ProtoMessage]:
    """The messages at the end of a path; none where a message on the way is not set."""
    if not path:
        yield message
        return
    value = message[path[0]]
    for inner in value if isinstance(value, list) else [value]:
        if inner is not None:
            yield from _holders(inner, path[1:])

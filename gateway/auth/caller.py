"""Who calls."""

from dataclasses import dataclass

ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Caller:
    """A subject with its roles, from a token; without a subject: anybody."""

    subject: str
    """The user id, or an empty string for somebody without a token."""
    roles: frozenset[str]
    """Of shopper, host, agent, operator, admin."""


ANYBODY = Caller("", frozenset())

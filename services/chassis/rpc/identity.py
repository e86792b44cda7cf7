"""Who calls: read from the metadata that the gateway sets, held for the length of the call.

The services trust their network (see SECURITY.md): the gateway authenticates and checks the access
rules of the contract; the services keep to what they are told, and pass it on to neighbours.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from services.chassis.rpc.errors import InvalidIdentity

SUBJECT = "resonance-subject"
ROLES = "resonance-roles"
ANONYMOUS = "anonymous"
"""Role of somebody without a token, at a public method: nobody in particular, but not one of us."""
KNOWN_ROLES = frozenset({"shopper", "host", "agent", "operator", "admin", ANONYMOUS})


@dataclass(frozen=True)
class Caller:
    """The person on whose behalf the call is made; without a subject, another part of ours."""

    subject: UUID | None = None
    roles: frozenset[str] = frozenset()

    @property
    def is_internal(self) -> bool:
        """Whether no person stands behind the call: a job, a reaction, another service."""
        return self.subject is None and not self.roles

    def metadata(self) -> tuple[tuple[str, str], ...]:
        """What says the same to the next service."""
        subject = ((SUBJECT, str(self.subject)),) if self.subject is not None else ()
        roles = ((ROLES, ",".join(sorted(self.roles))),) if self.roles else ()
        return (*subject, *roles)


INTERNAL = Caller()

_caller: ContextVar[Caller] = ContextVar("caller", default=INTERNAL)


def current_caller() -> Caller:
    """Return who made the call that this task works on; outside of a call, we ourselves."""
    return _caller.get()


def set_caller(caller: Caller) -> None:
    """Say who calls; for the edges, at the beginning of a call, in the task of that call."""
    _caller.set(caller)


def read_caller(metadata: Mapping[str, str | bytes]) -> Caller:
    """Read the caller from the metadata of a call.

    Raises:
        InvalidIdentity: the subject is no UUID, or a role is not known.
    """
    subject, roles = metadata.get(SUBJECT), metadata.get(ROLES)
    if not subject and not roles:
        return INTERNAL
    return _parse(str(subject or ""), str(roles or ""))


@lru_cache(maxsize=4096)
def _parse(subject: str, roles: str) -> Caller:
    names = frozenset(roles.replace(" ", "").split(",")) if roles else frozenset()
    if not names <= KNOWN_ROLES:
        raise InvalidIdentity(f"{ROLES} names a role that does not exist.")
    try:
        return Caller(UUID(subject) if subject else None, names)
    except ValueError:
        raise InvalidIdentity(f"{SUBJECT} is not a UUID.") from None

"""What a use case may raise on purpose.

Anything else that reaches the RPC edge is a bug and becomes INTERNAL.
Source: AIP-193 (errors), AIP-194 (which codes a client may retry).
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar


class DomainError(Exception):
    """Base of every expected failure; subclasses are the catalogue of a service.

    `reason` is stable and read by machines: the value of the service's enum `ErrorReason`
    without its prefix. The message is for a developer and never quotes personal data.
    What varies goes into `metadata`, never only into the message.
    """

    reason: ClassVar[str]
    retry_after: ClassVar[timedelta | None] = None
    """When the same call may succeed, where that is known; the caller is told."""

    def __init__(self, message: str, **metadata: str) -> None:
        super().__init__(message)
        self.metadata: Mapping[str, str] = metadata


class NotFound(DomainError):
    """The thing named does not exist, or the caller may not know that it does."""


class AlreadyExists(DomainError):
    """A thing with this key exists and is not the one asked for."""


class Conflict(DomainError):
    """The caller acted on a stale version; reading again and retrying may help."""


class Invalid(DomainError):
    """The request can never succeed as written; `field` in the metadata names what to mend."""


class Denied(DomainError):
    """The caller is known and may not do this."""


class Refused(DomainError):
    """The state of the thing forbids this now; retrying unchanged does not help."""


class Exhausted(DomainError):
    """A stock, a budget or a quota is used up."""


class Unavailable(DomainError):
    """Something needed is away for the moment; the same call may succeed soon."""


class InvalidField(Invalid):
    """One field of the request breaks a rule; the caller is told which and how to mend it."""

    reason = "INVALID_FIELD"

    def __init__(self, field: str, rule: str, description: str) -> None:
        """Name the field by its path in the request.

        Args:
            field: Path as in the proto, e.g. `identities[2].platform`.
            rule: Stable id of the rule, e.g. `uuid` or `page_token.foreign`.
            description: One sentence that says what is allowed; without the value itself.
        """
        super().__init__(f"{field}: {description}", field=field, rule=rule)
        self.field, self.rule, self.description = field, rule, description

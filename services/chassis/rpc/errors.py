"""What a failure looks like to the caller: a status with a reason, and nothing of our inside.

The reasons here are those of `protos/resonance/error/v1/error_reason.proto` (and
`DATABASE_UNAVAILABLE`, which lives with the database): they mean the same in every service.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import grpc
from google.protobuf.any_pb2 import Any as AnyProto
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status
from sqlalchemy import exc

from services.chassis.kernel.errors import (
    AlreadyExists,
    Conflict,
    Denied,
    DomainError,
    Exhausted,
    Invalid,
    InvalidField,
    NotFound,
    Refused,
    Unavailable,
)

DETAILS = "grpc-status-details-bin"


class TimedOut(DomainError):
    """The time of the call is over."""


class InvalidRequest(Invalid):
    """Fields break rules of the contract."""

    reason = "INVALID_REQUEST"

    def __init__(self, violations: Sequence["FieldViolation"]) -> None:
        super().__init__("; ".join(f"{v.field}: {v.description}" for v in violations))
        self.violations = violations


class MalformedRequest(Invalid):
    """The bytes are no message of the expected type."""

    reason = "MALFORMED_REQUEST"


class RequestIdReused(Invalid):
    """The same request_id came with another request."""

    reason = "REQUEST_ID_REUSED"


class InvalidIdentity(Invalid):
    """The metadata about the caller cannot be read."""

    reason = "INVALID_IDENTITY"


class DeadlineTooShort(TimedOut):
    """Nothing was begun."""

    reason = "DEADLINE_TOO_SHORT"


class DeadlineExceeded(TimedOut):
    """The work was given up."""

    reason = "DEADLINE_EXCEEDED"


class DatabaseBusy(Unavailable):
    """A lock, a connection or a statement took too long."""

    reason = "DATABASE_BUSY"


class DatabaseConflict(Conflict):
    """Another transaction won."""

    reason = "DATABASE_CONFLICT"


class NeighbourUnavailable(Unavailable):
    """Another service does not answer."""

    reason = "NEIGHBOUR_UNAVAILABLE"


class ShuttingDown(Unavailable):
    """This process stops; another may go on."""

    reason = "SHUTTING_DOWN"


class NotImplementedHere(DomainError):
    """The running version does not have this method yet, or any more."""

    reason = "NOT_IMPLEMENTED"


class Internal(DomainError):
    """A defect of ours."""

    reason = "INTERNAL"


class RemoteError(Exception):
    """A neighbour answered with a failure; made by `channels.py`.

    `reason`, `domain` and `metadata` are the neighbour's `ErrorInfo`, empty if it sent none.
    """

    def __init__(
        self,
        code: grpc.StatusCode,
        message: str,
        *,
        reason: str = "",
        domain: str = "",
        metadata: dict[str, str] | None = None,
    ) -> None:
        super().__init__(f"{code.name} {reason} {message}".replace("  ", " "))
        self.code, self.message = code, message
        self.reason, self.domain = reason, domain
        self.metadata = metadata or {}


@dataclass(frozen=True)
class FieldViolation:
    """One broken rule: the path of the field, the rule's id, and what is allowed."""

    field: str
    rule: str
    description: str


class Failure(NamedTuple):
    """A status ready to be sent."""

    code: grpc.StatusCode
    message: str
    trailing_metadata: tuple[tuple[str, bytes], ...]
    reason: str


_CODES: dict[type[DomainError], grpc.StatusCode] = {
    NotFound: grpc.StatusCode.NOT_FOUND,
    AlreadyExists: grpc.StatusCode.ALREADY_EXISTS,
    Conflict: grpc.StatusCode.ABORTED,
    Invalid: grpc.StatusCode.INVALID_ARGUMENT,
    Denied: grpc.StatusCode.PERMISSION_DENIED,
    Refused: grpc.StatusCode.FAILED_PRECONDITION,
    Exhausted: grpc.StatusCode.RESOURCE_EXHAUSTED,
    Unavailable: grpc.StatusCode.UNAVAILABLE,
    TimedOut: grpc.StatusCode.DEADLINE_EXCEEDED,
    NotImplementedHere: grpc.StatusCode.UNIMPLEMENTED,
    Internal: grpc.StatusCode.INTERNAL,
}

# SQLSTATEs, see the PostgreSQL manual, appendix A.
_CONFLICTS = ("40001", "40P01")  # serialization failure, deadlock
_TIMEOUTS = ("55P03", "57014")  # lock timeout, statement timeout

_AWAY = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)

# A status travels in headers, of which gRPC takes 8 KiB; the message goes twice, percent-encoded.
_LONGEST_MESSAGE = 600  # bytes
_LONGEST_TEXT = 300  # bytes of anything else that somebody wrote
_LARGEST_VIOLATIONS = 3_000  # bytes of all together
_MOST_VIOLATIONS = 20


def code_of(error: DomainError) -> grpc.StatusCode:
    """Return the status code of an expected failure: that of its kind."""
    return next(
        (_CODES[kind] for kind in type(error).__mro__ if kind in _CODES), grpc.StatusCode.UNKNOWN
    )


def expected(error: Exception) -> DomainError | None:
    """Recognise a failure that is nobody's defect; None if it is one."""
    known: DomainError | None = None
    if isinstance(error, DomainError):
        known = error
    elif isinstance(error, exc.DBAPIError):
        state = getattr(error.orig, "sqlstate", None)
        if state in _CONFLICTS:
            known = DatabaseConflict("Another transaction came first.")
        elif state in _TIMEOUTS:
            known = DatabaseBusy("The database took too long.")
    elif isinstance(error, exc.TimeoutError):
        known = DatabaseBusy("No connection became free in time.")
    elif isinstance(error, RemoteError) and error.code in _AWAY:
        known = NeighbourUnavailable("A service that is needed does not answer.")
    elif isinstance(error, NotImplementedError):
        known = NotImplementedHere("This version does not have the method.")
    return known


def to_failure(error: DomainError, domain: str) -> Failure:
    """Write an expected failure as `google.rpc.Status`: why, which fields, when to retry."""
    code = code_of(error)
    message = _clipped(str(error), _LONGEST_MESSAGE)
    metadata = {name: _clipped(text, _LONGEST_TEXT) for name, text in error.metadata.items()}
    details = [_pack(ErrorInfo(reason=error.reason, domain=domain, metadata=metadata))]
    violations = _violations(error)
    if violations:
        details.append(_pack(_bad_request(violations)))
    if error.retry_after is not None:
        retry = RetryInfo()
        retry.retry_delay.FromTimedelta(error.retry_after)
        details.append(_pack(retry))
    status = Status(code=code.value[0], message=message, details=details)
    return Failure(code, message, ((DETAILS, status.SerializeToString()),), error.reason)


def _violations(error: DomainError) -> Sequence[FieldViolation]:
    if isinstance(error, InvalidField):
        return [FieldViolation(error.field, error.rule, error.description)]
    if isinstance(error, InvalidRequest):
        return error.violations[:_MOST_VIOLATIONS]
    field = error.metadata.get("field") if isinstance(error, Invalid) else None
    return [FieldViolation(field, error.reason, str(error))] if field else ()


def _bad_request(violations: Sequence[FieldViolation]) -> BadRequest:
    """The first violations, as many as fit."""
    found = BadRequest()
    for violation in violations:
        found.field_violations.add(
            field=_clipped(violation.field, _LONGEST_TEXT),
            description=_clipped(violation.description, _LONGEST_TEXT),
            reason=violation.rule.upper().replace(".", "_"),
        )
        if found.ByteSize() > _LARGEST_VIOLATIONS:
            break
    return found


def _clipped(text: str, longest: int) -> str:
    """The text, or as much of it as has so many bytes, and a sign that there was more."""
    data = text.encode("utf-8", "replace")
    return text if len(data) <= longest else data[: longest - 3].decode("utf-8", "ignore") + "…"


def _pack(message: ErrorInfo | BadRequest | RetryInfo) -> AnyProto:
    packed = AnyProto()
    packed.Pack(message)
    return packed

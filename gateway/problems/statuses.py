"""Turns the failure of a gRPC call into a problem."""

from http import HTTPStatus

import grpc
from google.protobuf.message import DecodeError
from google.rpc.code_pb2 import Code
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status

from gateway.problems.problem import (
    CLIENT_CLOSED_REQUEST,
    DOMAIN,
    FieldProblem,
    Problem,
    Refusal,
)
from gateway.transcoding.binding import Binding
from gateway.transcoding.names import json_path

DETAILS = "grpc-status-details-bin"

HTTP_STATUSES = {
    grpc.StatusCode.OK: 200,
    grpc.StatusCode.CANCELLED: CLIENT_CLOSED_REQUEST,
    grpc.StatusCode.UNKNOWN: 500,
    grpc.StatusCode.INVALID_ARGUMENT: 400,
    grpc.StatusCode.DEADLINE_EXCEEDED: 504,
    grpc.StatusCode.NOT_FOUND: 404,
    grpc.StatusCode.ALREADY_EXISTS: 409,
    grpc.StatusCode.PERMISSION_DENIED: 403,
    grpc.StatusCode.RESOURCE_EXHAUSTED: 429,
    grpc.StatusCode.FAILED_PRECONDITION: 400,
    grpc.StatusCode.ABORTED: 409,
    grpc.StatusCode.OUT_OF_RANGE: 400,
    grpc.StatusCode.UNIMPLEMENTED: 501,
    grpc.StatusCode.INTERNAL: 500,
    grpc.StatusCode.UNAVAILABLE: 503,
    grpc.StatusCode.DATA_LOSS: 500,
    grpc.StatusCode.UNAUTHENTICATED: 401,
}
"""The table in google/rpc/code.proto."""

_OURS = {
    grpc.StatusCode.UNAVAILABLE: (
        "BACKEND_UNAVAILABLE",
        "The service behind this method cannot be reached. Try again.",
    ),
    grpc.StatusCode.DEADLINE_EXCEEDED: (
        "DEADLINE_EXCEEDED",
        "The service did not answer in time; whether the call had an effect is not known.",
    ),
}
"""What to say when no service said anything: gRPC's own words show the inside of the house."""

_WAIT_LONGER = "The header Request-Timeout, in seconds, asks for more time."
_OUT_OF_TIME = ("DEADLINE_EXCEEDED", "DEADLINE_TOO_SHORT")

_SAID_BY_FIELDS = ("field", "rule")


def to_refusal(error: grpc.aio.AioRpcError, binding: Binding) -> Refusal:
    """The refusal of a failed call, fields named as the client knows them."""
    code = error.code()
    http = HTTP_STATUSES.get(code, 500)
    info, violations, delay = _details(error)
    if info is None:
        reason, detail = _OURS.get(code, ("INTERNAL", "Something went wrong on our side."))
        is_known = code in _OURS or http >= 500  # noqa: PLR2004
        if not is_known:
            reason, detail = Code.Name(code.value[0]), error.details() or code.value[1]
        return Refusal(Problem(http, reason, _told(reason, detail), headers=_headers(http, delay)))
    fields = tuple(
        FieldProblem(
            binding.client_path(json_path(binding.message, violation.field)),
            violation.reason or info.reason,
            violation.description,
        )
        for violation in violations
    )
    detail, metadata = error.details() or "", dict(info.metadata)
    if fields:  # the service's own words name them as the contract does
        names = ", ".join(dict.fromkeys(one.field or "the body" for one in fields))
        detail = f"The request is not valid: {names}."
        metadata = {name: said for name, said in metadata.items() if name not in _SAID_BY_FIELDS}
    return Refusal(
        Problem(
            http,
            info.reason,
            _told(info.reason, detail),
            domain=info.domain or DOMAIN,
            metadata=metadata,
            fields=fields,
            headers=_headers(http, delay),
        )
    )


def _told(reason: str, detail: str) -> str:
    """What happened, and what the caller can do about it that the service cannot know."""
    return f"{detail} {_WAIT_LONGER}".lstrip() if reason in _OUT_OF_TIME else detail


def _headers(http: int, delay: int) -> tuple[tuple[bytes, bytes], ...]:
    if http == HTTPStatus.UNAUTHORIZED:
        return ((b"www-authenticate", b"Bearer"),)
    if http == HTTPStatus.SERVICE_UNAVAILABLE or delay:
        return ((b"retry-after", b"%d" % max(delay, 1)),)
    return ()


def _details(
    error: grpc.aio.AioRpcError,
) -> tuple[ErrorInfo | None, list[BadRequest.FieldViolation], int]:
    """What the service sent along: why, which fields, and the seconds to wait."""
    info: ErrorInfo | None = None
    violations: list[BadRequest.FieldViolation] = []
    delay = 0
    for packed in _status(error).details:
        if packed.Is(ErrorInfo.DESCRIPTOR):
            info = ErrorInfo()
            packed.Unpack(info)
        elif packed.Is(BadRequest.DESCRIPTOR):
            bad = BadRequest()
            packed.Unpack(bad)
            violations += bad.field_violations
        elif packed.Is(RetryInfo.DESCRIPTOR):
            retry = RetryInfo()
            packed.Unpack(retry)
            delay = retry.retry_delay.seconds + bool(retry.retry_delay.nanos)
    return info, violations, delay


def _status(error: grpc.aio.AioRpcError) -> Status:
    for key, value in error.trailing_metadata() or ():
        if key == DETAILS and isinstance(value, bytes):
            try:
                return Status.FromString(value)
            except DecodeError:
                break
    return Status()

"""A problem document (RFC 9457) and the exception that carries one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import orjson

DOMAIN = "gateway.resonance"
"""`domain` of what the gateway itself refuses."""

MEDIA_TYPE = b"application/problem+json"
CLIENT_CLOSED_REQUEST = 499
"""The client went away; nobody reads this. From nginx, and what google.rpc.Code says."""


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One field that is wrong."""

    field: str
    """As the client writes it: JSON names, such as `behaviors[3].itemId`."""
    rule: str
    """Which rule it breaks, such as `STRING_UUID`, or `UNKNOWN` or `TYPE` for the JSON itself."""
    description: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a call failed."""

    status: int
    reason: str
    detail: str
    domain: str = DOMAIN
    metadata: Mapping[str, str] = field(default_factory=dict)
    fields: tuple[FieldProblem, ...] = ()
    headers: tuple[tuple[bytes, bytes], ...] = ()
    """Headers that belong to it, such as `Allow` or `Retry-After`; names in lower case."""

    def document(self, request_id: str) -> dict[str, Any]:
        """The document's members, in the order they are sent."""
        members: dict[str, Any] = {
            "type": f"urn:resonance:problem:{self.reason.lower().replace('_', '-')}",
            "title": title(self.status),
            "status": self.status,
            "detail": self.detail,
            "reason": self.reason,
            "domain": self.domain,
        }
        if self.metadata:
            members["metadata"] = dict(self.metadata)
        if self.fields:
            members["fields"] = [
                {"field": one.field, "rule": one.rule, "description": one.description}
                for one in self.fields
            ]
        members["requestId"] = request_id
        return members

    def body(self, request_id: str) -> bytes:
        return orjson.dumps(self.document(request_id))


class Refusal(Exception):
    """The call ends here with this problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


def title(status: int) -> str:
    """The status in words."""
    if status == CLIENT_CLOSED_REQUEST:
        return "Client Closed Request"
    return HTTPStatus(status).phrase


def refuse(status: int, reason: str, detail: str, *headers: tuple[bytes, bytes]) -> Refusal:
    """A refusal of the gateway's own, to be raised."""
    return Refusal(Problem(status, reason, detail, headers=headers))


def refuse_fields(*fields: FieldProblem) -> Refusal:
    """A refusal of a request for what its fields say."""
    names = ", ".join(dict.fromkeys(one.field or "the body" for one in fields))
    return Refusal(
        Problem(400, "INVALID_REQUEST", f"The request is not valid: {names}.", fields=fields)
    )

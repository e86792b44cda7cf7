"""One HTTP request as the gateway looks at it."""

import random
import re
from dataclasses import dataclass

from gateway.http import Receive

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._\-]{1,64}")


@dataclass(frozen=True, slots=True)
class Request:
    """A request whose body has not been read."""

    method: str
    path: str
    """As sent, percent-encoded."""
    query: str
    headers: dict[bytes, bytes]
    address: str
    """Network address of the client, as far as our proxies tell."""
    receive: Receive


def request_id(headers: dict[bytes, bytes]) -> str:
    """The client's own `X-Request-Id` if it is fit for logs and headers, else a new one."""
    given = headers.get(b"x-request-id", b"")
    if _REQUEST_ID.fullmatch(given):
        return given.decode()
    return f"{random.getrandbits(128):032x}"


def client_address(peer: str, headers: dict[bytes, bytes], proxies: int) -> str:
    """The address that the outermost of our own proxies saw; entries before it may be made up."""
    if not proxies:
        return peer
    seen = headers.get(b"x-forwarded-for", b"").decode("latin-1").split(",")
    return seen[-proxies].strip() if len(seen) >= proxies and seen[-proxies].strip() else peer

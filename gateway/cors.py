"""Lets pages of other origins call, as far as the settings allow."""

from collections.abc import Sequence

from gateway.http import Header, Response

_METHODS = b"GET, HEAD, POST, PUT, PATCH, DELETE"
_HEADERS = (
    b"authorization, content-type, idempotency-key, request-timeout, grpc-timeout, "
    b"x-request-id, traceparent"
)
_EXPOSED = (
    b"x-request-id, retry-after, ratelimit-limit, ratelimit-remaining, ratelimit-reset, allow"
)
_REMEMBER = b"7200"
"""Seconds that a browser keeps a preflight; what Chromium takes at most."""


class Cors:
    """No cookies are involved: tokens travel in a header that a page sets itself."""

    def __init__(self, origins: Sequence[str]) -> None:
        self._is_open = "*" in origins
        self._origins = frozenset(origin.encode() for origin in origins)

    def headers(self, request_headers: dict[bytes, bytes]) -> tuple[Header, ...]:
        """What to add to the answer so that the page may read it."""
        origin = request_headers.get(b"origin")
        if origin is None or not (self._is_open or origin in self._origins):
            return ((b"vary", b"origin"),) if self._origins and not self._is_open else ()
        return (
            (b"access-control-allow-origin", b"*" if self._is_open else origin),
            (b"access-control-expose-headers", _EXPOSED),
            *(() if self._is_open else ((b"vary", b"origin"),)),
        )

    def preflight(self, method: str, request_headers: dict[bytes, bytes]) -> Response | None:
        """The answer to a browser's question before the call; None if this is none."""
        if method != "OPTIONS" or b"access-control-request-method" not in request_headers:
            return None
        allowing = (
            (b"access-control-allow-methods", _METHODS),
            (b"access-control-allow-headers", _HEADERS),
            (b"access-control-max-age", _REMEMBER),
        )
        is_allowed = any(
            name == b"access-control-allow-origin" for name, _ in self.headers(request_headers)
        )
        return Response(204, b"", headers=allowing if is_allowed else ())

"""The way of a request: route, authenticate, limit, bind, check, call, answer."""

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import grpc

from gateway.auth.caller import ANYBODY, Caller
from gateway.auth.tokens import Tokens
from gateway.calls import Backend, Metadata
from gateway.deadlines import Timeouts
from gateway.http import Header, Response, read_body
from gateway.idempotency import put_key
from gateway.limits.buckets import Buckets
from gateway.limits.crowd import Crowd
from gateway.problems.problem import Refusal, refuse, refuse_fields
from gateway.problems.statuses import to_refusal
from gateway.request import Request
from gateway.transcoding.overflow import overflows
from gateway.transcoding.percent import BadEncoding
from gateway.transcoding.responses import Encode
from gateway.transcoding.router import Match, NoMatch, Router
from gateway.transcoding.routes import Route
from gateway.validation import Rules


@dataclass(frozen=True, slots=True)
class Stream:
    """An answer of many messages, each a JSON line."""

    lines: AsyncIterator[bytes]
    headers: tuple[Header, ...]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A route with what answers it."""

    route: Route
    backend: Backend
    encode: Encode
    largest_body: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What clients may take."""

    subjects: Buckets
    addresses: Buckets
    crowd: Crowd


class Transcoder:
    """Answers requests to the methods of the contracts."""

    def __init__(
        self,
        router: Router[Endpoint],
        tokens: Tokens,
        rules: Rules,
        timeouts: Timeouts,
        limits: Limits,
    ) -> None:
        self._router = router
        self._tokens = tokens
        self._rules = rules
        self._timeouts = timeouts
        self._limits = limits

    def find(self, method: str, path: str) -> Match[Endpoint]:
        """The endpoint of a path; HEAD is answered by GET where it has no rule of its own.

        Raises:
            Refusal: 404 or 405, or 400 if the path cannot be read.
        """
        try:
            found = self._router.match(method, path)
            if method == "HEAD" and isinstance(found, NoMatch):
                found = self._router.match("GET", path)
        except BadEncoding as error:
            raise refuse(400, "MALFORMED_URL", f"The path: {error}.") from None
        if isinstance(found, Match):
            return found
        if not found.allowed:
            raise refuse(404, "ROUTE_NOT_FOUND", "There is nothing at this path.")
        allowed = ", ".join(found.allowed)
        raise refuse(
            405,
            "METHOD_NOT_ALLOWED",
            f"This path takes {allowed}.",
            (b"allow", allowed.encode()),
        )

    async def answer(
        self, request: Request, found: Match[Endpoint], trace: Metadata
    ) -> Response | Stream:
        """Answer a request to an endpoint; `trace` goes along as metadata.

        Raises:
            Refusal: whatever went wrong, the gateway's or the service's word for it.
            ClientGone: the client did not send its whole request.
        """
        endpoint, headers = found.route, request.headers
        route = endpoint.route
        caller, quota = self._identify(request)
        with self._limits.crowd:
            route.access.admit(caller)
            body = await read_body(request.receive, headers, endpoint.largest_body)
            data, is_repeatable = self._bind(route, found.values, request, body, caller)
            metadata = (*_identity(caller), *trace)
            if route.is_stream:
                within = self._timeouts.named(headers)
                messages = endpoint.backend.stream(route.rpc, data, metadata, within=within)
                return Stream(_lines(messages, endpoint), quota)
            within = self._timeouts.read(headers, route.timeout)
            try:
                answer = await endpoint.backend.call(
                    route.rpc, data, metadata, within=within, is_repeatable=is_repeatable
                )
            except grpc.aio.AioRpcError as error:
                raise to_refusal(error, route.binding) from None
        encoded, media_type = endpoint.encode(answer)
        return Response(200, encoded, media_type, quota)

    def _identify(self, request: Request) -> tuple[Caller, tuple[Header, ...]]:
        """Who calls, and the headers that tell what is left of their quota.

        Without a token, and with a wrong one, the network address pays: tokens cannot be tried out
        without limit.
        """
        authorization, now = request.headers.get(b"authorization"), time.monotonic()
        if authorization is None:
            grant = self._limits.addresses.take(request.address, now)
            return ANYBODY, grant.headers() if grant else ()
        try:
            caller = self._tokens.read(authorization.decode("latin-1"), time.time())
        except Refusal:
            self._limits.addresses.take(request.address, now)
            raise
        grant = self._limits.subjects.take(caller.subject, now)
        return caller, grant.headers() if grant else ()

    def _bind(
        self,
        route: Route,
        values: tuple[str, ...],
        request: Request,
        body: bytes,
        caller: Caller,
    ) -> tuple[bytes, bool]:
        """The request, complete and allowed, and whether it may be sent twice."""
        media_type = request.headers.get(b"content-type", b"")
        if body and not route.binding.is_raw:
            _check_media_type(media_type)
            _check_coding(request.headers.get(b"content-encoding", b""))
        message = route.binding.bind(values, request.query, body, media_type.decode("latin-1"))
        route.access.own(caller, message)
        is_repeatable = route.is_safe
        if route.request_id is not None:
            key = request.headers.get(b"idempotency-key")
            is_repeatable = put_key(message, route.request_id, key) or is_repeatable
        try:
            self._rules.check(message, route.binding)
            return message.to_binary(), is_repeatable
        except OverflowError:
            raise refuse_fields(*overflows(message)) from None


def _check_media_type(header: bytes) -> None:
    """JSON in UTF-8, or not declared; what `curl -d` says of everything counts as not declared."""
    media_type, _, parameters = header.partition(b";")
    media_type = media_type.strip().lower()
    is_json = (
        media_type in _UNDECLARED
        or media_type == b"application/json"
        or (media_type.startswith(b"application/") and media_type.endswith(b"+json"))
    )
    charset = parameters.lower().replace(b" ", b"").replace(b'"', b"")
    if not is_json or (b"charset=" in charset and b"charset=utf-8" not in charset):
        raise refuse(
            415, "UNSUPPORTED_MEDIA_TYPE", "Send JSON in UTF-8: Content-Type: application/json."
        )


def _check_coding(header: bytes) -> None:
    if header.strip().lower() not in (b"", b"identity"):
        raise refuse(
            415,
            "UNSUPPORTED_MEDIA_TYPE",
            "Send the body as it is, without Content-Encoding.",
            (b"accept-encoding", b"identity"),
        )


_UNDECLARED = (b"", b"application/x-www-form-urlencoded")


def _identity(caller: Caller) -> Metadata:
    """What the services are told about the caller; see services/chassis/rpc/identity.py."""
    if not caller.subject:
        return _ANONYMOUS
    return (
        ("resonance-subject", caller.subject),
        ("resonance-roles", ",".join(sorted(caller.roles))),
    )


_ANONYMOUS: Metadata = (("resonance-roles", "anonymous"),)


async def _lines(messages: AsyncIterator[bytes], endpoint: Endpoint) -> AsyncIterator[bytes]:
    """Each message as a line `{"result": …}`.

    Raises:
        Refusal: the stream broke; the caller says so in a last line.
    """
    try:
        async for data in messages:
            yield b'{"result":' + endpoint.encode(data)[0] + b"}\n"
    except grpc.aio.AioRpcError as error:
        raise to_refusal(error, endpoint.route.binding) from None

"""The ASGI application: gives every request an id, a trace and an answer, whatever happens."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from gateway import measures
from gateway.cors import Cors
from gateway.http import (
    ClientGone,
    Header,
    Receive,
    Response,
    Scope,
    Send,
    problem_response,
    read_headers,
    respond,
)
from gateway.problems.problem import DOMAIN, Problem, Refusal, refuse
from gateway.request import Request, client_address, request_id
from gateway.streaming import send_stream
from gateway.transcoder import Endpoint, Stream, Transcoder
from gateway.transcoding.router import Match
from services.chassis.observability.logs import get_logger
from services.chassis.observability.tracing import Span

log = get_logger(__name__)

Page: TypeAlias = Callable[[], Awaitable[Response]]
"""Answers GET at a path of the gateway's own."""

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
UNMATCHED = "unmatched"
"""Label of requests to no route: their paths are unbounded."""

_SAFETY: tuple[Header, ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
)


@dataclass(slots=True)
class _Heard:
    """What is known of a request so far; filled in on the way."""

    method: str
    headers: dict[bytes, bytes]
    request_id: str
    route: str = UNMATCHED


class Gateway:
    """Pages of its own first, then the routes of the contracts."""

    def __init__(
        self, transcoder: Transcoder, pages: Mapping[str, Page], cors: Cors, proxies: int
    ) -> None:
        self._transcoder = transcoder
        self._pages = pages
        self._cors = cors
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        match scope["type"]:
            case "http":
                await self._http(scope, receive, send)
            case "lifespan":
                await _lifespan(receive, send)
            case "websocket":
                await receive()
                await send({"type": "websocket.close", "code": 1000})

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = time.perf_counter()
        heard = _Heard(scope["method"], {}, "")
        measures.active.inc()
        status = 499
        try:
            answer = await self._answer(scope, receive, heard)
            extra = (
                (b"x-request-id", heard.request_id.encode()),
                *_SAFETY,
                *self._cors.headers(heard.headers),
            )
            if isinstance(answer, Stream):
                status = 200
                await send_stream(answer, receive, send, extra, heard.request_id)
            else:
                status = answer.status
                await respond(send, answer, extra, bare=heard.method == "HEAD")
        except ClientGone:
            pass
        finally:
            measures.active.dec()
            method = heard.method if heard.method in METHODS else "OTHER"
            measures.observe(method, heard.route, status, time.perf_counter() - begun)

    async def _answer(self, scope: Scope, receive: Receive, heard: _Heard) -> Response | Stream:
        try:
            heard.headers = read_headers(scope)
            heard.request_id = request_id(heard.headers)
            return await self._serve(scope, receive, heard)
        except Refusal as refusal:
            heard.request_id = heard.request_id or request_id({})
            problem = refusal.problem
        except ClientGone:
            raise
        except Exception:
            heard.request_id = heard.request_id or request_id({})
            log.exception("unexpected failure", route=heard.route, request_id=heard.request_id)
            problem = Problem(500, "INTERNAL", "Something went wrong on our side.")
        if problem.domain == DOMAIN:
            measures.refused.labels(problem.reason).inc()
        return problem_response(problem, heard.request_id)

    async def _serve(self, scope: Scope, receive: Receive, heard: _Heard) -> Response | Stream:
        method, path = heard.method, scope["raw_path"].decode("latin-1")
        preflight = self._cors.preflight(method, heard.headers)
        if preflight is not None:
            return preflight
        page = self._pages.get(path)
        if page is not None:
            heard.route = path
            if method not in ("GET", "HEAD"):
                raise refuse(
                    405, "METHOD_NOT_ALLOWED", "This path takes GET.", (b"allow", b"GET, HEAD")
                )
            return await page()
        found = self._transcoder.find(method, path)
        heard.route = found.route.route.path
        peer = scope.get("client")
        request = Request(
            method=method,
            path=path,
            query=scope["query_string"].decode("latin-1"),
            headers=heard.headers,
            address=client_address(peer[0] if peer else "", heard.headers, self._proxies),
            receive=receive,
        )
        return await self._call(request, found, heard)

    async def _call(
        self, request: Request, found: Match[Endpoint], heard: _Heard
    ) -> Response | Stream:
        parent = heard.headers.get(b"traceparent", b"").decode("latin-1")
        name = f"{request.method} {heard.route}"
        with Span(
            name, kind="server", traceparent=parent or None, request_id=heard.request_id
        ) as span:
            trace = (("x-request-id", heard.request_id), ("traceparent", span.traceparent))
            try:
                return await self._transcoder.answer(request, found, trace)
            except Refusal as refusal:
                span.note({"error.type": refusal.problem.reason})
                if refusal.problem.status >= 500:  # noqa: PLR2004
                    span.failed(refusal.problem.reason)
                    log.warning("call failed", route=heard.route, reason=refusal.problem.reason)
                raise


async def _lifespan(receive: Receive, send: Send) -> None:
    """Nothing starts or stops with the server: the bootstrap does that."""
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return

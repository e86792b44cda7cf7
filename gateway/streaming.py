"""Sends an answer of many messages as JSON lines."""

import asyncio
from collections.abc import Iterable

import orjson

from gateway.http import Header, Receive, Send
from gateway.problems.problem import Refusal
from gateway.transcoder import Stream

MEDIA_TYPE = b"application/x-ndjson"


async def send_stream(
    stream: Stream, receive: Receive, send: Send, extra: Iterable[Header], request_id: str
) -> None:
    """Send until the stream ends or the client goes.

    Each line is `{"result": …}`; one that broke ends with `{"error": <problem>}`.
    """
    headers = [(b"content-type", MEDIA_TYPE), *stream.headers, *extra]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    sending = asyncio.ensure_future(_send_lines(stream, send, request_id))
    watching = asyncio.ensure_future(_until_gone(receive))
    try:
        await asyncio.wait((sending, watching), return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (sending, watching):
            task.cancel()
        await asyncio.gather(sending, watching, return_exceptions=True)
    if sending.done() and not sending.cancelled():
        sending.result()


async def _send_lines(stream: Stream, send: Send, request_id: str) -> None:
    try:
        async for line in stream.lines:
            await send({"type": "http.response.body", "body": line, "more_body": True})
    except Refusal as refusal:
        error = orjson.dumps({"error": refusal.problem.document(request_id)}) + b"\n"
        await send({"type": "http.response.body", "body": error, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass

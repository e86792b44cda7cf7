"""Sends bad requests and holds every answer against what a refusal has to be."""

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import httpx

from tests.e2e.endpoints import Endpoint
from tests.e2e.scene import Values

AT_ONCE = 8
MEMBERS = {"type", "title", "status", "detail", "reason", "domain", "requestId"}
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, kw_only=True)
class Bad:
    """A request that must be refused, and how."""

    what: str
    verb: str
    target: str
    """Path and query, as they go over the wire."""
    content: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 400
    reasons: tuple[str, ...] = ()
    """Which reasons are right; any if empty."""
    at: str = ""
    """A field that the answer has to name, if any."""


def target_of(endpoint: Endpoint, values: Values) -> str:
    """Path and query of a request with these values."""
    path = endpoint.path(values)
    if endpoint.takes_body:
        return path
    given = [
        (name, one)
        for name, value in _rest(endpoint, values).items()
        for one in (value if isinstance(value, list) else [value])
    ]
    texts = [(name, str(one).lower() if isinstance(one, bool) else one) for name, one in given]
    return f"{path}?{urlencode(texts)}" if texts else path


def content_of(endpoint: Endpoint, values: Values) -> bytes | None:
    """The body of a request with these values, if the endpoint takes one."""
    return json.dumps(_rest(endpoint, values)).encode() if endpoint.takes_body else None


def _rest(endpoint: Endpoint, values: Values) -> Values:
    bound = {variable.json_name for variable in endpoint.variables}
    return {name: value for name, value in values.items() if name not in bound}


async def send(
    client: httpx.AsyncClient,
    verb: str,
    target: str,
    content: bytes | None,
    headers: dict[str, str],
) -> httpx.Response:
    """Send exactly this: no part of the target is encoded again."""
    url = client.base_url.copy_with(raw_path=target.encode("latin-1"))
    declared = JSON if content is not None else {}
    return await client.request(verb, url, content=content, headers={**declared, **headers})


async def all_refused(client: httpx.AsyncClient, bad: Iterable[Bad], token: str) -> None:
    """Send them all with a token, unless one brings its own; whatever is not right fails."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(request: Bad) -> list[str]:
        headers = {"Authorization": token, **request.headers} if token else request.headers
        async with turns:
            answer = await send(client, request.verb, request.target, request.content, headers)
        sent = (request.content or b"")[:120].decode("utf-8", "replace")
        return [
            f"{request.what}: {fault}\n    {request.verb} {request.target[:120]} {sent}\n"
            f"    {answer.status_code} {answer.text[:300]}"
            for fault in faults(answer, request)
        ]

    found = [fault for faults in await asyncio.gather(*map(one, bad)) for fault in faults]
    assert not found, f"{len(found)} faults:\n" + "\n".join(found[:20])


def faults(answer: httpx.Response, request: Bad) -> list[str]:
    """What is wrong with an answer that should be this refusal."""
    if answer.status_code != request.status:
        return [f"not {request.status}"]
    found = list(problem_faults(answer))
    if found:
        return found
    problem = answer.json()
    if request.reasons and problem["reason"] not in request.reasons:
        found.append(f"the reason is none of {request.reasons}")
    named = [one["field"] for one in problem.get("fields", [])]
    sent = request.target + (request.content or b"").decode("latin-1")
    found += [f"{name} is not what the client wrote" for name in named if _foreign(name, sent)]
    if request.at and request.at not in named:
        found.append(f"{request.at} is not named")
    return found


def _foreign(name: str, sent: str) -> bool:
    """Whether a name is the contract's and the client did not write it so."""
    return any("_" in part and part not in sent for part in name.split("."))


def problem_faults(answer: httpx.Response) -> Iterable[str]:
    """What is wrong with a problem document, whatever it is about."""
    if answer.headers["content-type"] != "application/problem+json":
        yield f"the content type is {answer.headers['content-type']}"
        return
    problem: dict[str, Any] = answer.json()
    if missing := MEMBERS - problem.keys():
        yield f"lacks {missing}"
        return
    if problem["status"] != answer.status_code:
        yield "says another status than HTTP"
    if problem["title"] != HTTPStatus(answer.status_code).phrase:
        yield "the title is not the status in words"
    if problem["type"] != "urn:resonance:problem:" + problem["reason"].lower().replace("_", "-"):
        yield "the type is not the reason's"
    if problem["requestId"] != answer.headers["x-request-id"]:
        yield "the request id is not the header's"
    yield from (f"{name} is empty" for name in MEMBERS if not problem[name])
    yield from _field_faults(problem.get("fields", []))


def _field_faults(fields: list[dict[str, str]]) -> Iterable[str]:
    for one in fields:
        if one.keys() != {"field", "rule", "description"}:
            yield f"a field has other members: {one}"
        elif not (one["rule"] and one["description"]):
            yield f"a field without rule or description: {one}"

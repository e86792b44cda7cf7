"""The public HTTP API, called as an app would call it: tokens, retries, and a count of failures."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar
from uuid import uuid4

import aiohttp

TRIES = 4
PAUSE = 0.2  # seconds before the first repeat; doubled each time
AGAIN = {429, 503}  # what a client may repeat; writes carry an Idempotency-Key

T = TypeVar("T")
R = TypeVar("R")

Json = dict[str, Any]


class ApiError(Exception):
    """A problem document, or no answer at all."""


class Api:
    """Calls on behalf of one person; `failures` is shared by all who signed in through one."""

    def __init__(
        self, session: aiohttp.ClientSession, token: str = "", failures: list[str] | None = None
    ) -> None:
        self._session = session
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.failures = [] if failures is None else failures

    async def get(self, path: str, **query: str | int) -> Json:
        return await self._call("GET", path, params=query)

    async def post(self, path: str, body: Json) -> Json:
        return await self._call("POST", path, json=body)

    async def patch(self, path: str, body: Json) -> Json:
        return await self._call("PATCH", path, json=body)

    async def sign_in(self, user_id: str, *roles: str) -> "Api":
        """Use the development login; the answer calls as that person."""
        session = await self.post(
            "/v1/sessions", {"userId": user_id, "roles": [f"ROLE_{role.upper()}" for role in roles]}
        )
        return Api(self._session, session["token"], self.failures)

    @property
    def authorization(self) -> str:
        """The header's value, to be shown in examples."""
        return self._headers.get("Authorization", "")

    async def _call(self, method: str, path: str, **options: Any) -> Json:
        headers = dict(self._headers)
        if method != "GET":
            headers["Idempotency-Key"] = str(uuid4())
        pause = PAUSE
        for attempt in range(1, TRIES + 1):
            try:
                async with self._session.request(
                    method, path, headers=headers, **options
                ) as answer:
                    if answer.ok:
                        return await answer.json()  # type: ignore[no-any-return]
                    problem = await answer.text()
                    if answer.status not in AGAIN:
                        break
            except (aiohttp.ClientError, TimeoutError) as error:
                problem = f"{type(error).__name__}: {error}"
            if attempt < TRIES:
                await asyncio.sleep(pause)
                pause *= 2
        self.failures.append(f"{method} {path}: {problem}")
        raise ApiError(self.failures[-1])


def open_session(gateway_url: str) -> aiohttp.ClientSession:
    """Connections to a gateway, to be closed by `async with`."""
    return aiohttp.ClientSession(base_url=gateway_url, timeout=aiohttp.ClientTimeout(total=60))


async def spread(
    work: Callable[[T], Awaitable[R]], items: Iterable[T], *, at_once: int, done: Callable[[], None]
) -> list[R]:
    """Do `work` for each item, `at_once` at a time; results in order; `done` after each."""
    turns = asyncio.Semaphore(at_once)

    async def one(item: T) -> R:
        async with turns:
            result = await work(item)
        done()
        return result

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(item)) for item in items]
    return [task.result() for task in tasks]

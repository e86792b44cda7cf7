"""The whole product as it runs, once for all tests: services, gateway, PostgreSQL and NATS."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import uuid4

import httpx
import pytest_asyncio

from infra.demo.api import Api, open_session
from infra.local.layout import ROOT
from infra.local.postgres import SERVICES
from infra.local.stack import Stack, local_stack

FOLDER = ROOT / ".local" / "e2e"
PURPOSES = (
    "PURPOSE_PERSONALIZATION",
    "PURPOSE_MARKETING",
    "PURPOSE_ANALYTICS",
    "PURPOSE_CROSS_PLATFORM_FUSION",
    "PURPOSE_EMOTION_INFERENCE",
    "PURPOSE_PICTURE_INFERENCE",
)

# All tests come from one address; limits have tests of their own.
SETTINGS = {
    "gateway": {
        "GATEWAY_DEVELOPMENT_LOGIN": "true",
        "GATEWAY_SUBJECT_RATE": "0",
        "GATEWAY_ADDRESS_RATE": "0",
    }
}

T = TypeVar("T")


@dataclass(frozen=True)
class Shop:
    """The running product, the API without a token, and as somebody who may do everything."""

    stack: Stack
    client: httpx.AsyncClient
    anybody: Api
    admin: Api

    async def person(self, *purposes: str) -> tuple[str, Api]:
        """Register somebody who grants these purposes; their id, and the API as they call it."""
        made = await self.anybody.post("/v1/users", {"displayName": "Ada"})
        user_id: str = made["user"]["userId"]
        person = await self.anybody.sign_in(user_id, "shopper")
        if purposes:
            await self.decide(person, user_id, granted=True, purposes=purposes)
        return user_id, person

    async def decide(
        self, person: Api, user_id: str, *, granted: bool, purposes: tuple[str, ...]
    ) -> None:
        """Let somebody grant or withdraw purposes."""
        changes = [{"purpose": purpose, "granted": granted} for purpose in purposes]
        await person.patch(
            f"/v1/users/{user_id}/consents",
            {"changes": changes, "source": "test", "policyVersion": "1"},
        )

    async def items(self, *items: dict[str, Any]) -> None:
        await self.admin.post("/v1/items:batchUpsert", {"items": list(items)})


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shop() -> AsyncIterator[Shop]:
    async with (
        local_stack(
            FOLDER, services=SERVICES, gateway=True, settings=SETTINGS, fresh=True
        ) as stack,
        httpx.AsyncClient(base_url=stack.gateway_url, timeout=20, trust_env=False) as client,
        open_session(stack.gateway_url) as session,
    ):
        anybody = Api(session)
        admin = await anybody.sign_in(str(uuid4()), "admin")
        yield Shop(stack, client, anybody, admin)


async def eventually(
    look: Callable[[], Awaitable[T]], holds: Callable[[T], bool], *, within: float = 15.0
) -> T:
    """Look again and again until it holds; the last look is in the failure."""
    seen: T | None = None
    try:
        async with asyncio.timeout(within):
            while True:
                seen = await look()
                if holds(seen):
                    return seen
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"not within {within:.0f} s; last seen: {seen}") from None

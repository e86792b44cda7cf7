"""A gateway in front of the shop, without a process: for tests of what clients see."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import httpx

from gateway.app import Gateway
from gateway.auth.caller import Caller
from gateway.auth.tokens import Tokens
from gateway.bootstrap import assemble
from gateway.calls import Backend, RemoteService
from gateway.health import Health
from gateway.settings import Settings
from gateway.transcoding.schema import Schema
from tests.support.shop import Shop, descriptors, start_shop

KEY = "a key of the tests, with as many bytes as even the longest hash wants"
ALICE = "01890a5d-ac96-774b-bcce-b302099a8057"
BOB = "01890a5d-ac96-774b-bcce-b302099a8058"
NOWHERE = "127.0.0.1:1"


def gateway_settings(**changes: Any) -> Settings:
    """Settings of a gateway whose services are nowhere, with changes."""
    services = ("profile", "emotion_tag", "recommendation", "community", "campaign")
    addresses: dict[str, Any] = {f"{name}_address": NOWHERE for name in services}
    return Settings(**{**addresses, "token_key": KEY, **changes})


def tokens() -> Tokens:
    """Tokens as the gateway of the tests takes them."""
    return Tokens([KEY], issuer="resonance", audience="resonance", leeway=timedelta(0))


def bearer(subject: str, *roles: str, lifetime: timedelta = timedelta(hours=1)) -> dict[str, str]:
    """The header of a caller with a token."""
    caller = Caller(subject, frozenset(roles))
    token = tokens().issue(caller, now=datetime.now(UTC), lifetime=lifetime)
    return {"Authorization": f"Bearer {token}"}


@dataclass(frozen=True)
class Served:
    """A gateway with the shop behind it."""

    app: Gateway
    client: httpx.AsyncClient
    shop: Shop
    health: Health
    server: grpc.aio.Server
    """The shop's."""
    address: str


def assemble_for(backend: Backend, settings: Settings, health: Health) -> Gateway:
    """The application over the shop's contract."""
    schema = Schema(descriptors())
    return assemble(settings, schema, tokens(), {"shop.v1": backend}, health)


@asynccontextmanager
async def serve_gateway(**changes: Any) -> AsyncIterator[Served]:
    """A gateway in front of a running shop, and a client that calls it without a network."""
    shop = Shop()
    server, address = await start_shop(shop)
    service = RemoteService(address)
    health = Health({"shop": service})
    app = assemble_for(service, gateway_settings(**changes), health)
    transport = httpx.ASGITransport(app=app)
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
            yield Served(app, client, shop, health, server, address)
    finally:
        await service.close()
        await server.stop(0)

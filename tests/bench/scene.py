"""The stack that figures are taken on: real processes, a catalogue, people, a trained model.

The people and items are made up, the same each time; figures on real data come from the demo.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from infra.demo.api import Api, open_session, spread
from infra.demo.training import train
from infra.demo.waiting import heard
from infra.local.layout import ROOT
from infra.local.postgres import SERVICES
from infra.local.stack import Stack, local_stack

FOLDER = ROOT / ".local" / "bench"
PEOPLE = 200
ITEMS = 1_000
BEHAVIORS_EACH = 40
CATEGORIES = ("guitar", "drums", "keys", "strings", "studio", "stage", "sheet", "care")
PURPOSES = ("PERSONALIZATION", "MARKETING", "EMOTION_INFERENCE")

# The benchmark is one subject from one address; what it measures is not the limiter.
SETTINGS = {
    "gateway": {
        "GATEWAY_DEVELOPMENT_LOGIN": "true",
        "GATEWAY_SUBJECT_RATE": "1000000",
        "GATEWAY_SUBJECT_BURST": "1000000",
        "GATEWAY_ADDRESS_RATE": "1000000",
        "GATEWAY_ADDRESS_BURST": "1000000",
    }
}


@dataclass(frozen=True)
class Scene:
    """A stack at work, somebody who runs it, and the people in it."""

    stack: Stack
    admin: Api
    user_ids: list[str]
    post_id: str

    @property
    def token(self) -> str:
        return self.admin.authorization.removeprefix("Bearer ")

    async def heard(self, within: float = 120.0) -> None:
        """Wait until no event is on its way."""
        urls = {name: self.stack.metrics_url(name) for name in SERVICES}
        await heard(self.stack.broker_url, urls, within=within)


@asynccontextmanager
async def scene() -> AsyncIterator[Scene]:
    """A fresh stack with people, items, behaviours and a model."""
    async with (
        local_stack(
            FOLDER, services=SERVICES, gateway=True, settings=SETTINGS, fresh=True, say=print
        ) as stack,
        open_session(stack.gateway_url) as session,
    ):
        admin = await Api(session).sign_in(str(uuid4()), "admin")
        yield await _fill(stack, admin)


async def _fill(stack: Stack, admin: Api) -> Scene:
    chance = random.Random(1)
    items = [_item(number, chance) for number in range(ITEMS)]
    for start in range(0, ITEMS, 500):
        await admin.post("/v1/items:batchUpsert", {"items": items[start : start + 500]})
    user_ids = await spread(
        lambda number: _person(admin, number), range(PEOPLE), at_once=8, done=lambda: None
    )
    built = Scene(stack, admin, user_ids, await _post(admin, user_ids[0]))
    await built.heard()
    for user_id in user_ids:
        rows = [behavior(user_id, chance) for _ in range(BEHAVIORS_EACH)]
        await admin.post("/v1/behaviors:batchRecord", {"behaviors": rows})
    await built.heard()
    print("training a model …")
    await train(admin, lambda _: None)
    await asyncio.sleep(1)
    return built


def behavior(user_id: str, chance: random.Random) -> dict[str, Any]:
    """Something that somebody did in the last month with an item of their two categories."""
    taste = hash(user_id) % len(CATEGORIES)
    category = (taste + chance.choice((0, 0, 0, 1))) % len(CATEGORIES)
    number = chance.randrange(ITEMS // len(CATEGORIES)) * len(CATEGORIES) + category
    when = datetime.now(UTC) - timedelta(seconds=chance.uniform(60, 30 * 86_400))
    return {
        "eventId": str(uuid4()),
        "userId": user_id,
        "type": chance.choice(("BEHAVIOR_TYPE_VIEW", "BEHAVIOR_TYPE_CLICK", "BEHAVIOR_TYPE_LIKE")),
        "itemId": f"item-{number}",
        "occurTime": when.isoformat().replace("+00:00", "Z"),
    }


def _item(number: int, chance: random.Random) -> dict[str, Any]:
    return {
        "itemId": f"item-{number}",
        "title": f"Item number {number} of the bench",
        "category": CATEGORIES[number % len(CATEGORIES)],
        "brand": f"brand-{number % 17}",
        "tags": [f"tag-{number % 29}"],
        "price": {"amountMinor": str(chance.randrange(500, 50_000)), "currencyCode": "CNY"},
    }


async def _person(admin: Api, number: int) -> str:
    made = await admin.post("/v1/users", {"displayName": f"Person {number}", "languageCode": "en"})
    user_id: str = made["user"]["userId"]
    changes = [{"purpose": f"PURPOSE_{name}", "granted": True} for name in PURPOSES]
    await admin.patch(
        f"/v1/users/{user_id}/consents",
        {"changes": changes, "source": "bench", "policyVersion": "1"},
    )
    return user_id


async def _post(admin: Api, author_id: str) -> str:
    note = {"authorId": author_id, "kind": "POST_KIND_NOTE", "body": "What do you think of it?"}
    made = await admin.post("/v1/posts", note)
    return str(made["post"]["postId"])

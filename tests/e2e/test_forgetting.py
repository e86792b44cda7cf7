"""“Forget my mood” reaches every table of every service that keeps something derived from it."""

import asyncio
import json
import re
from typing import Any

import pytest

from infra.local.postgres import DATABASE, SERVICES
from tests.e2e.conftest import PURPOSES, Shop, eventually
from tests.e2e.test_loop import SAD, start

pytestmark = pytest.mark.asyncio(loop_scope="session")

DERIVED = re.compile(
    r"mood_(emotion|valence|confidence|felt_at)|emotion|emotions|valence|arousal|confidence|scores"
    r"|masses|causes|intensity|polarity|level|rule_ids|need_until"
)
"""Columns that tell how somebody feels."""

PLATFORM = {"outbox", "inbox", "requests", "alembic_version"}
"""Events and answers on their way; emotion_tag erases its own, see the tests of that service."""

OF_TEXTS = {"community.posts", "community.comments"}
"""What a published text sounds like, shown with it to everybody: of the text, not of its author."""


async def tables(shop: Shop) -> list[str]:
    found = await shop.stack.postgres.psql(
        "SELECT table_schema || '.' || table_name FROM information_schema.tables",
        database=DATABASE,
    )
    names = [name.split(".") for name in found.splitlines()]
    return [f"{of}.{name}" for of, name in names if of in SERVICES and name not in PLATFORM]


async def derived(shop: Shop, user_id: str) -> dict[str, list[dict[str, Any]]]:
    """By table: what rows that name a person say of how they feel."""
    found: dict[str, list[dict[str, Any]]] = {}
    for name in await tables(shop):
        rows = await shop.stack.postgres.psql(
            f"SELECT row_to_json(t)::text FROM {name} t"  # noqa: S608 - names of our own
            f" WHERE position('{user_id}' in row_to_json(t)::text) > 0",
            database=DATABASE,
        )
        for row in map(json.loads, rows.splitlines()):
            told = {key: row[key] for key in row if DERIVED.fullmatch(key) and row[key]}
            if told and name not in OF_TEXTS:
                found.setdefault(name, []).append(told)
    return found


async def traits(person: Any, user_id: str) -> set[str]:
    portrait = (await person.get(f"/v1/users/{user_id}/profile"))["portrait"]
    return {trait["kind"] for trait in portrait.get("traits", [])}


async def test_a_forgotten_mood_is_nowhere(shop: Shop) -> None:
    user_id, person = await shop.person(*PURPOSES)
    await start(shop, "TONE_URGENCY")
    await asyncio.sleep(0.5)  # consents arrive before the words, as they do in life
    for words in (SAD, "没有人在乎我，我就是个累赘"):
        note = {"authorId": user_id, "kind": "POST_KIND_NOTE", "body": words}
        await person.post("/v1/posts", note)
    await eventually(
        lambda: person.get(f"/v1/users/{user_id}/offers"),
        lambda answer: (
            {each["rule"] for each in answer.get("withheld", [])}
            == {"GUARD_RULE_NOTHING_TO_SOMEBODY_IN_NEED"}
            and not answer.get("offers")
        ),
    )
    await eventually(lambda: traits(person, user_id), lambda kinds: "TRAIT_KIND_EMOTION" in kinds)
    before = await eventually(
        lambda: derived(shop, user_id), lambda found: "recommendation.moods" in found
    )

    forgotten = await person.post(f"/v1/users/{user_id}/mood:forget", {})

    assert set(before) == {
        "emotion_tag.moods",
        "emotion_tag.tags",
        "emotion_tag.distress_signals",
        "recommendation.moods",
        "campaign.people",
        "campaign.guard_decisions",
    }
    assert int(forgotten["version"]) > 0
    await eventually(lambda: derived(shop, user_id), lambda found: not found, within=10)
    await eventually(
        lambda: traits(person, user_id), lambda kinds: "TRAIT_KIND_EMOTION" not in kinds
    )
    line = await person.get(f"/v1/users/{user_id}/mood/timeline")
    assert all(point.get("isGap") for point in line["points"])
    felt = (await person.get(f"/v1/users/{user_id}/mood"))["mood"]
    assert not felt.get("confidence")
    offers = await person.get(f"/v1/users/{user_id}/offers")
    assert not offers.get("withheld")


async def test_nobody_else_looks_back_or_ahead(shop: Shop) -> None:
    user_id, _ = await shop.person(*PURPOSES)
    other_id, other = await shop.person()
    agent = await shop.anybody.sign_in(other_id, "agent")
    paths = {
        f"/v1/users/{user_id}/mood/timeline": (403, 200),
        f"/v1/users/{user_id}/mood/tendency": (403, 403),
        f"/v1/users/{user_id}/mood:forecast": (403, 403),
        "/v1/distressSignals": (403, 200),
        "/v1/distressReads": (403, 403),
    }

    for path, expected in paths.items():
        answers = [
            (await shop.client.get(path, headers={"Authorization": who.authorization})).status_code
            for who in (other, agent)
        ]
        assert (path, tuple(answers)) == (path, expected)
        assert (await shop.client.get(path)).status_code == 401

"""Listen, understand, respond: one real event travels through all five services."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from infra.demo.api import Api
from tests.e2e.conftest import PURPOSES, Shop, eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

SAD = "太失望了，用了一天就坏了，真的很难过，客服也不理我"


def item(number: int, category: str) -> dict[str, Any]:
    return {
        "itemId": f"e2e-{category}-{number}",
        "title": f"{category} {number}",
        "category": category,
        "price": {"amountMinor": str(1000 + number), "currencyCode": "CNY"},
    }


def behavior(user_id: str, item_id: str, kind: str = "BEHAVIOR_TYPE_PURCHASE") -> dict[str, Any]:
    return {
        "eventId": str(uuid4()),
        "userId": user_id,
        "type": kind,
        "itemId": item_id,
        "occurTime": "2026-01-01T00:00:00Z",
    }


def campaign(tone: str, audience: str = "") -> dict[str, Any]:
    money = {"amountMinor": "500", "currencyCode": "CNY"}
    return {
        "campaign": {
            "title": {"zh": f"活动 {tone}", "en": f"Campaign {tone}"},
            "tone": tone,
            "audience": audience,
            "budget": {"amountMinor": "100000", "currencyCode": "CNY"},
            "startTime": "2026-01-01T00:00:00Z",
            "endTime": "2026-12-31T00:00:00Z",
            "coupon": {
                "discount": {"amountOff": money},
                "minimumSpend": money,
                "stock": "100",
                "limitPerPerson": 1,
                "redeemWithin": "3600s",
            },
        }
    }


async def start(shop: Shop, tone: str, audience: str = "") -> str:
    made = (await shop.admin.post("/v1/campaigns", campaign(tone, audience)))["campaign"]
    await shop.admin.post(f"/v1/campaigns/{made['campaignId']}:start", {})
    return str(made["campaignId"])


async def recommendations(person: Api, user_id: str) -> dict[str, Any]:
    return await person.get(f"/v1/users/{user_id}/recommendations", pageSize=10)


async def mood(person: Api, user_id: str) -> dict[str, Any]:
    return dict((await person.get(f"/v1/users/{user_id}/mood"))["mood"])


async def test_a_comment_changes_mood_recommendations_offers_and_portrait(shop: Shop) -> None:
    user_id, person = await shop.person(*PURPOSES)
    await shop.items(*(item(number, "guitar") for number in range(5)))
    await shop.items(*(item(number, "drum") for number in range(5)))
    flash = await start(shop, "TONE_URGENCY")
    comfort = await start(shop, "TONE_COMFORT", "valence < -0.1")
    bought = behavior(user_id, "e2e-guitar-0")
    await person.post("/v1/behaviors:batchRecord", {"behaviors": [bought]})
    other_id, other = await shop.person()
    note = {
        "authorId": other_id,
        "kind": "POST_KIND_NOTE",
        "body": "今天到货了",
        "itemIds": ["e2e-drum-1"],
    }
    post = (await other.post("/v1/posts", note))["post"]
    before = await eventually(
        lambda: recommendations(person, user_id), lambda answer: answer.get("isPersonalized", False)
    )
    calm = await eventually(
        lambda: person.get(f"/v1/users/{user_id}/offers"),
        lambda answer: flash in [each["campaignId"] for each in answer.get("offers", [])],
    )

    said = await person.post(
        f"/v1/posts/{post['postId']}/comments", {"authorId": user_id, "body": SAD}
    )

    felt = await eventually(
        lambda: mood(person, user_id),
        lambda felt: (
            said["comment"]["commentId"] in [cause["contentId"] for cause in felt.get("causes", [])]
        ),
    )
    after = await eventually(
        lambda: recommendations(person, user_id),
        lambda answer: int(answer.get("moodVersion", 0)) >= int(felt["version"]),
    )
    assert felt["valence"] < -0.2
    assert before["mood"] == "EMOTION_UNSPECIFIED"
    assert after["mood"] == felt["emotion"]
    assert all(each["reasons"] for each in after["items"])
    offers = await eventually(
        lambda: person.get(f"/v1/users/{user_id}/offers"), lambda answer: bool(answer["withheld"])
    )
    assert not calm.get("withheld")
    assert flash in [each["campaignId"] for each in offers["withheld"]]
    assert offers["offers"][0]["campaignId"] == comfort
    tag = await shop.admin.get(f"/v1/contents/{said['comment']['commentId']}/emotion")
    assert tag["tag"]["evidence"]
    portrait = await eventually(
        lambda: person.get(f"/v1/users/{user_id}/profile"),
        lambda answer: (
            {"TRAIT_KIND_CATEGORY", "TRAIT_KIND_EMOTION"}
            <= {trait["kind"] for trait in answer["portrait"].get("traits", [])}
        ),
    )
    lineages = [trait["lineage"] for trait in portrait["portrait"]["traits"]]
    assert all(lineage and lineage[0]["source"] for lineage in lineages)
    shown = await eventually(
        lambda: person.get(f"/v1/posts/{post['postId']}/comments"),
        lambda answer: answer["comments"][0]["emotion"] != "EMOTION_UNSPECIFIED",
    )
    assert shown["comments"][0]["emotion"] == tag["tag"]["emotion"]


async def test_withdrawing_the_mood_reaches_every_service(shop: Shop) -> None:
    user_id, person = await shop.person(*PURPOSES)
    flash = await start(shop, "TONE_URGENCY")
    note = {"authorId": user_id, "kind": "POST_KIND_NOTE", "body": SAD}
    await asyncio.sleep(0.5)  # consents arrive before the words, as they do in life
    await person.post("/v1/posts", note)
    await eventually(lambda: mood(person, user_id), lambda felt: felt.get("confidence", 0) > 0)
    await eventually(
        lambda: person.get(f"/v1/users/{user_id}/offers"), lambda answer: bool(answer["withheld"])
    )

    await shop.decide(person, user_id, granted=False, purposes=("PURPOSE_EMOTION_INFERENCE",))

    await eventually(
        lambda: mood(person, user_id), lambda felt: not felt.get("confidence"), within=5
    )
    await eventually(
        lambda: recommendations(person, user_id),
        lambda answer: answer["mood"] == "EMOTION_UNSPECIFIED",
        within=5,
    )
    offers = await eventually(
        lambda: person.get(f"/v1/users/{user_id}/offers"),
        lambda answer: not answer.get("withheld"),
        within=5,
    )
    assert flash in [each["campaignId"] for each in offers["offers"]]


async def test_withdrawing_personalization_leaves_the_answer_for_everybody(shop: Shop) -> None:
    await shop.items(*(item(number, "piano") for number in range(5)))
    user_id, person = await shop.person(*PURPOSES)
    bought = behavior(user_id, "e2e-piano-0")
    await person.post("/v1/behaviors:batchRecord", {"behaviors": [bought]})
    await eventually(
        lambda: person.get(f"/v1/users/{user_id}/profile"),
        lambda answer: answer["portrait"]["behaviorCount"] == "1",
    )

    await shop.decide(person, user_id, granted=False, purposes=("PURPOSE_PERSONALIZATION",))

    withdrawn = await eventually(
        lambda: recommendations(person, user_id),
        lambda answer: not answer.get("isPersonalized"),
        within=5,
    )
    stranger_id, stranger = await shop.person()
    for_all = await recommendations(stranger, stranger_id)
    assert [each["itemId"] for each in withdrawn["items"]] == [
        each["itemId"] for each in for_all["items"]
    ]
    await eventually(
        lambda: person.get(f"/v1/users/{user_id}/profile"),
        lambda answer: answer["portrait"]["behaviorCount"] == "0",
        within=5,
    )
    ignored = await person.post(
        "/v1/behaviors:batchRecord", {"behaviors": [behavior(user_id, "e2e-piano-1")]}
    )
    assert (ignored["acceptedCount"], ignored["withheldCount"]) == (0, 1)


async def test_nobody_reads_anothers_mood(shop: Shop) -> None:
    user_id, _ = await shop.person(*PURPOSES)
    _, other = await shop.person()

    answer = await shop.client.get(
        f"/v1/users/{user_id}/mood", headers={"Authorization": other.authorization}
    )

    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"
    assert "mood" not in answer.json()

"""Nothing is lost and nothing happens twice while every part of the product is killed in turn."""

import asyncio

import pytest

from infra.local.postgres import SERVICES
from tests.e2e.conftest import PURPOSES, Shop, eventually

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]

COMMENTS_EACH = 10


async def test_every_comment_is_felt_once_whoever_dies_meanwhile(shop: Shop) -> None:
    user_id, person = await shop.person(*PURPOSES)
    await shop.items({"itemId": "e2e-crash", "title": "Crash cymbal", "category": "drum"})
    praise = "太喜欢这个了，谢谢店家！"
    note = {
        "authorId": user_id,
        "kind": "POST_KIND_NOTE",
        "body": praise,
        "itemIds": ["e2e-crash"],
    }
    post_id = (await person.post("/v1/posts", note))["post"]["postId"]
    said: list[str] = []

    async def talk() -> None:
        for number in range(COMMENTS_EACH):
            body = {"authorId": user_id, "body": f"{praise} {number}"}
            made = await person.post(f"/v1/posts/{post_id}/comments", body)
            said.append(made["comment"]["commentId"])
            await asyncio.sleep(0.01)

    for name in SERVICES:
        if name == "community":  # it takes the comments; killed below, between two of them
            continue
        await asyncio.gather(talk(), shop.stack.kill(name))
        await shop.stack.start(name)
    await shop.stack.kill_broker()
    await talk()
    await shop.stack.start_broker()
    await talk()
    await shop.stack.kill("community")
    await shop.stack.start("community")
    await shop.stack.restart_database(crash=True)
    await eventually(
        lambda: shop.client.get("/readyz"), lambda answer: answer.status_code == 200, within=30
    )
    await talk()

    async def tagged() -> int:
        answers = await asyncio.gather(
            *(
                shop.client.get(
                    f"/v1/contents/{each}/emotion",
                    headers={"Authorization": shop.admin.authorization},
                )
                for each in said
            )
        )
        return sum(answer.status_code == 200 for answer in answers)

    async def mentions() -> int:
        found = await shop.client.get("/v1/items/e2e-crash")
        return int(found.json()["item"].get("emotion", {}).get("mentionCount", 0))

    assert len(said) == len(set(said)) == COMMENTS_EACH * (len(SERVICES) + 2)
    await eventually(tagged, lambda count: count == len(said), within=60)
    listed = 0
    token = ""
    while True:
        page = await person.get(f"/v1/posts/{post_id}/comments", pageSize=100, pageToken=token)
        listed += len(page["comments"])
        token = page.get("nextPageToken", "")
        if not token:
            break
    assert listed == len(said)
    # The catalogue counts what was said about the item, through two readers and two outboxes.
    await eventually(mentions, lambda count: count >= len(said) + 1, within=30)
    await asyncio.sleep(1)  # for what would come twice
    assert await mentions() == len(said) + 1

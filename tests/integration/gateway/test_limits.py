"""What clients may take, as they see it."""

import asyncio

import httpx

from tests.integration.gateway.test_problems import problem
from tests.support.gateway import ALICE, BOB, bearer, serve_gateway


async def test_a_subject_that_calls_too_often_is_told_when_to_come_back() -> None:
    async with serve_gateway(subject_rate=0.001, subject_burst=2, address_rate=0) as served:
        alice = bearer(ALICE, "shopper")
        for left in ("1", "0"):
            answer = await served.client.get("/v1/items/7", headers=alice)
            assert answer.status_code == 200
            assert answer.headers["ratelimit-limit"] == "2"
            assert answer.headers["ratelimit-remaining"] == left

        answer = await served.client.get("/v1/items/7", headers=alice)

        problem(answer, 429, "RATE_LIMITED")
        assert int(answer.headers["retry-after"]) > 900
        assert len(served.shop.heard) == 2
        other = await served.client.get("/v1/items/7", headers=bearer(BOB, "shopper"))
        assert other.status_code == 200


async def test_an_address_without_a_token_has_its_own_limit() -> None:
    async with serve_gateway(address_rate=0.001, address_burst=1) as served:
        assert (await served.client.get("/v1/items/7")).status_code == 200
        problem(await served.client.get("/v1/items/7"), 429, "RATE_LIMITED")

        answer = await served.client.get("/v1/items/7", headers=bearer(ALICE, "shopper"))
        assert answer.status_code == 200


async def test_tokens_cannot_be_tried_out_without_limit() -> None:
    async with serve_gateway(address_rate=0.001, address_burst=2) as served:
        statuses = [
            (
                await served.client.get(
                    "/v1/items/7", headers={"Authorization": f"Bearer guess-{number}"}
                )
            ).status_code
            for number in range(4)
        ]

    assert statuses == [401, 401, 429, 429]


async def test_pages_of_the_gateway_are_not_limited() -> None:
    async with serve_gateway(address_rate=0.001, address_burst=1) as served:
        for _ in range(5):
            assert (await served.client.get("/livez")).status_code == 200


async def test_more_calls_at_once_than_are_taken_are_refused() -> None:
    async with serve_gateway(most_calls=2, address_rate=0) as served:
        slow = {"code": "NOT_FOUND", "sleepSeconds": 0.5}

        answers = await asyncio.gather(
            *(served.client.post("/v1/failures", json=slow) for _ in range(4))
        )

        assert sorted(answer.status_code for answer in answers) == [404, 404, 503, 503]
        refused = next(answer for answer in answers if answer.status_code == 503)
        assert problem(refused, 503, "OVERLOADED")
        assert (await served.client.get("/v1/items/7")).status_code == 200


async def test_a_page_of_another_origin_may_call_if_it_is_named() -> None:
    shop = {"Origin": "https://shop.example"}
    async with serve_gateway(cors_origins=("https://shop.example",)) as served:
        ask = await served.client.options(
            "/v1/items/7", headers=shop | {"Access-Control-Request-Method": "GET"}
        )
        assert ask.status_code == 204
        assert ask.headers["access-control-allow-origin"] == "https://shop.example"

        answer = await served.client.get("/v1/items/7", headers=shop)
        assert answer.headers["access-control-allow-origin"] == "https://shop.example"
        refused = await served.client.get("/v1/nothing", headers=shop)
        assert refused.headers["access-control-allow-origin"] == "https://shop.example"

        evil = await served.client.get("/v1/items/7", headers={"Origin": "https://evil.example"})
        assert "access-control-allow-origin" not in evil.headers


async def test_answers_are_neither_sniffed_nor_kept(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/items/7")

    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"

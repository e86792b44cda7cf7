"""What travels along with a call: identity, ids, deadlines, retries."""

import asyncio
import time
import uuid

import httpx
import pytest

from tests.integration.gateway.test_problems import problem
from tests.support.gateway import ALICE, Served, bearer
from tests.support.shop import Shop, start_shop

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


class TestTheIdempotencyKey:
    async def test_becomes_the_request_id(self, client: httpx.AsyncClient) -> None:
        key = str(uuid.uuid4())

        answer = await client.delete("/v1/items/7", headers={"Idempotency-Key": key})

        assert answer.json() == {"requestId": key}

    async def test_may_be_quoted(self, client: httpx.AsyncClient) -> None:
        key = str(uuid.uuid4())

        answer = await client.delete("/v1/items/7", headers={"Idempotency-Key": f'"{key}"'})

        assert answer.json() == {"requestId": key}

    async def test_may_be_said_twice_if_it_is_the_same(self, client: httpx.AsyncClient) -> None:
        key = str(uuid.uuid4())

        answer = await client.delete(
            f"/v1/items/7?requestId={key}", headers={"Idempotency-Key": key}
        )

        assert answer.json() == {"requestId": key}

    async def test_must_not_contradict_the_request(self, client: httpx.AsyncClient) -> None:
        answer = await client.delete(
            f"/v1/items/7?requestId={uuid.uuid4()}", headers={"Idempotency-Key": str(uuid.uuid4())}
        )

        problem(answer, 400, "INVALID_IDEMPOTENCY_KEY")

    @pytest.mark.parametrize("key", ["", "7", "x" * 36, "01890a5d-ac96-774b-bcce", "a b"])
    async def test_must_be_a_uuid(self, client: httpx.AsyncClient, key: str) -> None:
        answer = await client.delete("/v1/items/7", headers={"Idempotency-Key": key})

        problem(answer, 400, "INVALID_IDEMPOTENCY_KEY")

    async def test_means_nothing_where_nothing_is_written(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/v1/items/7", headers={"Idempotency-Key": "x"})

        assert answer.status_code == 200


class TestTheDeadline:
    @pytest.mark.parametrize(
        ("headers", "least", "most"),
        [
            ({}, 8, 10),
            ({"Request-Timeout": "2.5"}, 1, 2.5),
            ({"Grpc-Timeout": "2500m"}, 1, 2.5),
            ({"Grpc-Timeout": "3S"}, 2, 3),
            ({"Grpc-Timeout": "1H"}, 55, 60),
            ({"Request-Timeout": "9999"}, 55, 60),
        ],
    )
    async def test_is_the_clients_up_to_a_limit(
        self, client: httpx.AsyncClient, headers: dict[str, str], least: float, most: float
    ) -> None:
        caller = bearer(ALICE, "shopper")

        answer = await client.post("/v1/entered", json={"userId": ALICE}, headers=headers | caller)

        assert least < answer.json()["secondsLeft"] <= most + 0.2

    @pytest.mark.parametrize(
        ("headers", "least", "most"), [({}, 18, 20.5), ({"Request-Timeout": "2.5"}, 1, 2.5)]
    )
    async def test_is_the_methods_own_where_the_client_names_none(
        self, client: httpx.AsyncClient, headers: dict[str, str], least: float, most: float
    ) -> None:
        caller = bearer(ALICE, "operator")

        answer = await client.post("/v1/managed", json={"userId": ALICE}, headers=headers | caller)

        assert least < answer.json()["secondsLeft"] <= most + 0.2

    @pytest.mark.parametrize(
        "headers",
        [
            {"Request-Timeout": "soon"},
            {"Request-Timeout": "-1"},
            {"Request-Timeout": "0"},
            {"Request-Timeout": "0.000"},
            {"Request-Timeout": "1s"},
            {"Grpc-Timeout": "5"},
            {"Grpc-Timeout": "123456789S"},
            {"Grpc-Timeout": "1.5S"},
        ],
    )
    async def test_must_be_readable(
        self, client: httpx.AsyncClient, headers: dict[str, str]
    ) -> None:
        problem(await client.get("/v1/items/7", headers=headers), 400, "INVALID_TIMEOUT")

    async def test_ends_the_wait(self, client: httpx.AsyncClient) -> None:
        begun = time.monotonic()

        answer = await client.post(
            "/v1/failures",
            json={"code": "INTERNAL", "sleepSeconds": 30},
            headers={"Request-Timeout": "0.2"},
        )

        assert "Request-Timeout" in problem(answer, 504, "DEADLINE_EXCEEDED")["detail"]
        assert time.monotonic() - begun < 5


class TestARetry:
    async def test_is_made_when_nobody_answered_a_safe_call(
        self, client: httpx.AsyncClient, shop: Shop
    ) -> None:
        answer = await client.post("/v1/failures", json={"code": "UNAVAILABLE", "times": 2})

        assert answer.json()["calls"] == 3
        assert shop.calls[""] == 3

    async def test_is_made_twice_at_most(self, client: httpx.AsyncClient, shop: Shop) -> None:
        answer = await client.post("/v1/failures", json={"code": "UNAVAILABLE"})

        problem(answer, 503, "BACKEND_UNAVAILABLE")
        assert shop.calls[""] == 3

    @pytest.mark.parametrize("code", ["INTERNAL", "ABORTED", "RESOURCE_EXHAUSTED", "NOT_FOUND"])
    async def test_is_not_made_for_another_failure(
        self, client: httpx.AsyncClient, shop: Shop, code: str
    ) -> None:
        await client.post("/v1/failures", json={"code": code, "times": 1})

        assert shop.calls[""] == 1

    async def test_is_made_of_a_write_with_a_key_only(
        self, client: httpx.AsyncClient, shop: Shop
    ) -> None:
        await client.put("/v1/items/7", json={"title": "unavailable"})
        assert len(shop.heard) == 1

        key = {"Idempotency-Key": str(uuid.uuid4())}
        await client.put("/v1/items/7", json={"title": "unavailable"}, headers=key)
        assert len(shop.heard) == 1 + 3


class TestWhoCalls:
    async def test_is_told_to_the_service(self, client: httpx.AsyncClient) -> None:
        answer = await client.post(
            "/v1/entered", json={"userId": ALICE}, headers=bearer(ALICE, "shopper", "host")
        )

        metadata = answer.json()["metadata"]
        assert metadata["resonance-subject"] == ALICE
        assert metadata["resonance-roles"] == "host,shopper"

    async def test_cannot_be_said_by_headers(self, client: httpx.AsyncClient) -> None:
        answer = await client.post(
            "/v1/entered",
            json={"userId": ALICE},
            headers=bearer(ALICE, "shopper")
            | {"Resonance-Roles": "admin", "Resonance-Subject": "x"},
        )

        assert answer.json()["metadata"]["resonance-roles"] == "shopper"


class TestTheRequestId:
    async def test_of_the_client_is_kept(self, client: httpx.AsyncClient) -> None:
        answer = await client.post(
            "/v1/entered",
            json={"userId": ALICE},
            headers=bearer(ALICE) | {"X-Request-Id": "my-id.7_a"},
        )

        assert answer.headers["x-request-id"] == "my-id.7_a"
        assert answer.json()["metadata"]["x-request-id"] == "my-id.7_a"

    @pytest.mark.parametrize("given", ["", "a b", "a" * 65, "a\tb", 'x"y', "é"])
    async def test_that_is_not_fit_is_replaced(self, client: httpx.AsyncClient, given: str) -> None:
        answer = await client.get("/v1/items/7", headers=[(b"X-Request-Id", given.encode())])

        assert answer.headers["x-request-id"] not in ("", given)

    async def test_is_new_for_every_call(self, client: httpx.AsyncClient) -> None:
        ids = {(await client.get("/livez")).headers["x-request-id"] for _ in range(5)}

        assert len(ids) == 5


async def test_a_trace_goes_on_in_the_service(client: httpx.AsyncClient) -> None:
    parent = f"00-{TRACE}-00f067aa0ba902b7-01"

    answer = await client.post(
        "/v1/entered", json={"userId": ALICE}, headers=bearer(ALICE) | {"traceparent": parent}
    )

    child = answer.json()["metadata"]["traceparent"]
    assert child.startswith(f"00-{TRACE}-")
    assert child != parent


async def test_a_service_that_comes_back_is_found_again(served: Served) -> None:
    await served.server.stop(0)
    assert (await served.client.get("/v1/items/7")).status_code == 503

    again, _ = await start_shop(served.shop, served.address)
    try:
        async with asyncio.timeout(5):
            statuses = [503]
            while statuses[-1] != 200:
                statuses.append((await served.client.get("/v1/items/7")).status_code)
                await asyncio.sleep(0.05)
    finally:
        await again.stop(0)

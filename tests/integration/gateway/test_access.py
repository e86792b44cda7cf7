"""Who may call what."""

from datetime import UTC, datetime, timedelta

import httpx
import jwt
import pytest

from gateway.auth.caller import Caller
from gateway.auth.tokens import Tokens
from services.chassis.rpc.identity import read_caller
from tests.integration.gateway.test_problems import problem
from tests.support.gateway import ALICE, BOB, KEY, bearer
from tests.support.shop import Shop

OTHER_KEY = "another key of the tests, also with 32 bytes"


def claims(**changes: object) -> dict[str, object]:
    good = {
        "iss": "resonance",
        "aud": "resonance",
        "sub": ALICE,
        "roles": ["shopper"],
        "exp": datetime.now(UTC) + timedelta(hours=1),
    }
    merged = {**good, **changes}
    return {name: value for name, value in merged.items() if value is not None}


def signed(changes: dict[str, object], key: str = KEY, algorithm: str = "HS256") -> dict[str, str]:
    token = jwt.encode(claims(**changes), key, algorithm=algorithm)
    return {"Authorization": f"Bearer {token}"}


class TestAToken:
    async def test_is_needed(self, client: httpx.AsyncClient) -> None:
        answer = await client.post("/v1/entered", json={"userId": ALICE})

        problem(answer, 401, "TOKEN_MISSING")
        assert answer.headers["www-authenticate"] == "Bearer"

    async def test_of_ours_is_taken(self, client: httpx.AsyncClient) -> None:
        answer = await client.post("/v1/entered", json={"userId": ALICE}, headers=signed({}))

        assert answer.status_code == 200

    @pytest.mark.parametrize(
        "headers",
        [
            {"Authorization": ""},
            {"Authorization": "Bearer"},
            {"Authorization": "Bearer x.y.z"},
            {"Authorization": "Basic YTpi"},
            signed({}, key=OTHER_KEY),
            signed({}, algorithm="HS512"),
            signed({"iss": "somebody"}),
            signed({"iss": None}),
            signed({"aud": "somewhere"}),
            signed({"aud": None}),
            signed({"exp": None}),
            signed({"sub": None}),
            signed({"sub": "alice"}),
            signed({"roles": "admin"}),
            signed({"nbf": datetime.now(UTC) + timedelta(hours=1)}),
            {"Authorization": "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0."},
        ],
    )
    async def test_that_is_not_ours_is_refused(
        self, client: httpx.AsyncClient, shop: Shop, headers: dict[str, str]
    ) -> None:
        answer = await client.post("/v1/entered", json={"userId": ALICE}, headers=headers)

        problem(answer, 401, "TOKEN_INVALID")
        assert "invalid_token" in answer.headers["www-authenticate"]
        assert shop.heard == []

    async def test_that_has_expired_is_refused(self, client: httpx.AsyncClient) -> None:
        headers = signed({"exp": datetime.now(UTC) - timedelta(seconds=1)})

        problem(
            await client.post("/v1/entered", json={"userId": ALICE}, headers=headers),
            401,
            "TOKEN_EXPIRED",
        )

    async def test_that_is_wrong_is_refused_at_public_methods_too(
        self, client: httpx.AsyncClient
    ) -> None:
        answer = await client.get("/v1/items/7", headers=signed({}, key=OTHER_KEY))

        problem(answer, 401, "TOKEN_INVALID")

    async def test_with_roles_of_a_newer_issuer_keeps_those_we_know(
        self, client: httpx.AsyncClient
    ) -> None:
        answer = await client.post(
            "/v1/entered",
            json={"userId": ALICE},
            headers=signed({"roles": ["shopper", "wizard", "anonymous"]}),
        )

        assert answer.json()["metadata"]["resonance-roles"] == "shopper"


class TestTokens:
    def make(self, *keys: str, leeway: timedelta = timedelta(0)) -> Tokens:
        return Tokens(keys, issuer="resonance", audience="resonance", leeway=leeway)

    def test_of_a_former_key_are_still_taken(self) -> None:
        now = datetime.now(UTC)
        old = self.make(OTHER_KEY).issue(
            Caller(ALICE, frozenset()), now=now, lifetime=timedelta(hours=1)
        )

        assert self.make(KEY, OTHER_KEY).read(f"Bearer {old}", now.timestamp()).subject == ALICE

    def test_are_not_taken_from_memory_after_they_expired(self) -> None:
        now = datetime.now(UTC)
        tokens = self.make(KEY)
        token = tokens.issue(
            Caller(ALICE, frozenset()), now=now - timedelta(hours=1), lifetime=timedelta(hours=1)
        )
        tokens._known[f"Bearer {token}"] = (Caller(ALICE, frozenset()), now.timestamp() - 1)

        with pytest.raises(Exception, match="expired"):
            tokens.read(f"Bearer {token}", now.timestamp())

    def test_may_be_late_by_the_leeway(self) -> None:
        now = datetime.now(UTC)
        tokens = self.make(KEY, leeway=timedelta(seconds=30))
        token = tokens.issue(
            Caller(ALICE, frozenset()),
            now=now - timedelta(seconds=70),
            lifetime=timedelta(minutes=1),
        )

        assert tokens.read(f"Bearer {token}", now.timestamp()).subject == ALICE

    def test_need_a_key_of_32_bytes(self) -> None:
        with pytest.raises(ValueError, match="32"):
            self.make("x" * 31)

    def test_are_remembered_up_to_a_limit(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("gateway.auth.tokens.REMEMBERED", 3)
        now = datetime.now(UTC)
        tokens = self.make(KEY)

        for number in range(10):
            token = tokens.issue(
                Caller(ALICE, frozenset()), now=now, lifetime=timedelta(hours=1 + number)
            )
            tokens.read(f"Bearer {token}", now.timestamp())

        assert len(tokens._known) == 3


class TestAnOwner:
    async def test_may_call_for_themselves(self, client: httpx.AsyncClient, shop: Shop) -> None:
        headers = bearer(ALICE, "shopper")

        assert (await client.get(f"/v1/users/{ALICE}/owned", headers=headers)).status_code == 200
        answer = await client.post("/v1/owned", json={"userId": ALICE}, headers=headers)
        assert answer.json()["userIds"] == [ALICE]
        assert len(shop.heard) == 2

    @pytest.mark.parametrize("roles", [(), ("shopper",), ("host",), ("operator",)])
    async def test_may_not_call_for_others(
        self, client: httpx.AsyncClient, shop: Shop, roles: tuple[str, ...]
    ) -> None:
        headers = bearer(ALICE, *roles)

        problem(await client.get(f"/v1/users/{BOB}/owned", headers=headers), 403, "NOT_OWNER")
        answer = await client.post("/v1/owned", json={"userId": BOB}, headers=headers)
        problem(answer, 403, "NOT_OWNER")
        assert shop.heard == []

    async def test_cannot_get_around_the_check_by_naming_the_field_twice(
        self, client: httpx.AsyncClient, shop: Shop
    ) -> None:
        body = f'{{"userId":"{ALICE}","user_id":"{BOB}"}}'

        answer = await client.post(
            "/v1/owned",
            content=body,
            headers=bearer(ALICE, "shopper") | {"Content-Type": "application/json"},
        )

        problem(answer, 400, "INVALID_REQUEST")
        assert shop.heard == []

    @pytest.mark.parametrize("role", ["agent", "admin"])
    async def test_need_not_be_the_caller_for_a_role_of_the_rule(
        self, client: httpx.AsyncClient, role: str
    ) -> None:
        answer = await client.post("/v1/owned", json={"userId": BOB}, headers=bearer(ALICE, role))

        assert answer.json()["userIds"] == [BOB]

    async def test_is_filled_in_where_the_field_is_empty(self, client: httpx.AsyncClient) -> None:
        answer = await client.post("/v1/owned", json={}, headers=bearer(ALICE, "shopper"))

        assert answer.json()["userIds"] == [ALICE]

    async def test_is_not_filled_in_for_somebody_who_calls_for_others(
        self, client: httpx.AsyncClient
    ) -> None:
        answer = await client.post("/v1/owned", json={}, headers=bearer(ALICE, "agent"))

        document = problem(answer, 400, "INVALID_REQUEST")
        assert document["fields"][0]["field"] == "userId"

    async def test_of_every_row_must_be_the_caller(
        self, client: httpx.AsyncClient, shop: Shop
    ) -> None:
        headers = bearer(ALICE, "shopper")

        mixed = {"rows": [{"userId": ALICE}, {"userId": BOB}]}
        answer = await client.post("/v1/owned:batch", json=mixed, headers=headers)
        problem(answer, 403, "NOT_OWNER")
        assert shop.heard == []

        own = {"rows": [{"userId": ALICE}, {}]}
        answer = await client.post("/v1/owned:batch", json=own, headers=headers)
        assert answer.json()["userIds"] == [ALICE, ALICE]


class TestARole:
    @pytest.mark.parametrize("roles", [(), ("shopper",), ("agent", "host")])
    async def test_that_is_missing_is_named(
        self, client: httpx.AsyncClient, roles: tuple[str, ...]
    ) -> None:
        answer = await client.post(
            "/v1/managed", json={"userId": BOB}, headers=bearer(ALICE, *roles)
        )

        assert problem(answer, 403, "ROLE_MISSING")["metadata"] == {"roles": "admin,operator"}

    @pytest.mark.parametrize("role", ["operator", "admin"])
    async def test_that_is_held_is_enough(self, client: httpx.AsyncClient, role: str) -> None:
        answer = await client.post("/v1/managed", json={"userId": BOB}, headers=bearer(ALICE, role))

        assert answer.status_code == 200

    async def test_is_asked_for_before_the_body_is_read(self, client: httpx.AsyncClient) -> None:
        answer = await client.post("/v1/managed", content=b"{", headers=bearer(ALICE, "shopper"))

        problem(answer, 403, "ROLE_MISSING")


async def test_somebody_without_a_token_is_not_taken_for_one_of_us(
    client: httpx.AsyncClient, shop: Shop
) -> None:
    await client.get("/v1/items/7")

    assert "resonance-subject" not in shop.metadata
    assert not read_caller(shop.metadata).is_internal

"""From path, query and body to the request that the service hears."""

from typing import Any

import httpx
import pytest
from google.protobuf.json_format import MessageToDict

from tests.support.gateway import Served
from tests.support.shop import Shop


def heard(shop: Shop) -> dict[str, Any]:
    return MessageToDict(shop.last)


def fields_of(answer: httpx.Response) -> list[tuple[str, str]]:
    assert answer.status_code == 400, answer.text
    assert answer.json()["reason"] == "INVALID_REQUEST"
    return [(one["field"], one["rule"]) for one in answer.json()["fields"]]


@pytest.mark.parametrize(
    ("query", "request_heard"),
    [
        ("", {}),
        ("pageSize=5", {"pageSize": 5}),
        ("page_size=5", {"pageSize": 5}),
        ("qualities=QUALITY_NEW&qualities=2", {"qualities": ["QUALITY_NEW", "QUALITY_USED"]}),
        ("maker.displayName=A+b%2Bc", {"maker": {"displayName": "A b+c"}}),
        ("maker.display_name=x&maker.country=y", {"maker": {"displayName": "x", "country": "y"}}),
        ("maker.shippingTime=1.5s", {"maker": {"shippingTime": "1.500s"}}),
        ("since=2024-05-01T09%3A30%3A00Z", {"since": "2024-05-01T09:30:00Z"}),
        ("since=2024-05-01T09:30:00%2B08:00", {"since": "2024-05-01T01:30:00Z"}),
        ("readMask=displayName,a.bC", {"readMask": "displayName,a.bC"}),
        ("readMask=display_name", {"readMask": "displayName"}),
        ("isNew=true", {"isNew": True}),
        ("inStock=false", {"inStock": False}),
        ("tags=a&tags=b&tags=", {"tags": ["a", "b", ""]}),
        ("leastScore=0.5", {"leastScore": 0.5}),
        ("tags=%E4%BD%A0%E5%A5%BD", {"tags": ["你好"]}),
        ("&&pageSize=1&", {"pageSize": 1}),
    ],
)
async def test_a_query_sets_fields(
    client: httpx.AsyncClient, shop: Shop, query: str, request_heard: dict[str, Any]
) -> None:
    answer = await client.get(f"/v1/items?{query}")

    assert answer.status_code == 200, answer.text
    assert heard(shop) == request_heard


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("pageSize=many", [("pageSize", "TYPE")]),
        ("pageSize=1.5", [("pageSize", "TYPE")]),
        ("pageSize=99999999999", [("pageSize", "TYPE")]),
        ("pageSize=", [("pageSize", "TYPE")]),
        ("pageSize=1_0", [("pageSize", "TYPE")]),
        ("pageSize=%EF%BC%91", [("pageSize", "TYPE")]),
        ("pageSize=+1", [("pageSize", "TYPE")]),
        ("pageSize=101", [("pageSize", "INT32_GTE_LTE")]),
        ("pageSize=1&page_size=2", [("page_size", "SINGLE")]),
        ("nothing=1", [("nothing", "UNKNOWN")]),
        ("a=1&b=2&pageSize=1", [("a", "UNKNOWN"), ("b", "UNKNOWN")]),
        ("qualities=QUALITY_NEW&qualities=BROKEN", [("qualities[1]", "TYPE")]),
        ("isNew=yes", [("isNew", "TYPE")]),
        ("inStock=1", [("inStock", "TYPE")]),
        ("since=yesterday", [("since", "TYPE")]),
        ("maker=x", [("maker", "UNKNOWN")]),
        ("maker.nothing=x", [("maker.nothing", "UNKNOWN")]),
        ("labels=x", [("labels", "UNKNOWN")]),
        ("makers.country=x", [("makers.country", "UNKNOWN")]),
        ("self.pageSize=1", [("self.pageSize", "UNKNOWN")]),
        ("pageSize=x&since=y", [("pageSize", "TYPE"), ("since", "TYPE")]),
    ],
)
async def test_a_bad_query_is_refused_by_field(
    client: httpx.AsyncClient, shop: Shop, query: str, fields: list[tuple[str, str]]
) -> None:
    answer = await client.get(f"/v1/items?{query}")

    assert fields_of(answer) == fields
    assert shop.heard == []


@pytest.mark.parametrize("query", ["tags=%", "tags=%zz", "tags=%ff", "%ff=1", "tags=a%00b"])
async def test_a_query_that_is_not_text_is_refused(client: httpx.AsyncClient, query: str) -> None:
    answer = await client.get(httpx.URL(f"http://shop/v1/items?{query}"))

    assert (answer.status_code, answer.json()["reason"]) == (400, "MALFORMED_URL")


async def test_what_the_path_binds_is_no_query_parameter(client: httpx.AsyncClient) -> None:
    assert fields_of(await client.get("/v1/items/7?itemId=8")) == [("itemId", "UNKNOWN")]


async def test_an_additional_binding_reaches_the_same_method(
    client: httpx.AsyncClient, shop: Shop
) -> None:
    answer = await client.get("/v1/shelves/s/items/7?revision=3")

    assert answer.json()["title"] == "revision 3"
    assert heard(shop) == {"itemId": "7", "shelf": "s", "revision": 3}


async def test_a_nested_field_is_bound_by_the_path(client: httpx.AsyncClient, shop: Shop) -> None:
    await client.get("/v1/nested/deep")

    assert heard(shop) == {"inner": {"name": "deep"}}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/v1/shelves/a/books/b", "shelves/a/books/b"),
        ("/v1/files/a/b%2Fc/d%20e", "a/b%2Fc/d e"),
        ("/v1/archive/a/b:open", "a/b"),
    ],
)
async def test_a_variable_takes_several_segments(
    client: httpx.AsyncClient, path: str, name: str
) -> None:
    answer = await client.get(path)

    assert answer.json() == {"name": name}


async def test_a_custom_method_is_routed(client: httpx.AsyncClient, shop: Shop) -> None:
    answer = await client.request("LOCK", "/v1/items/7")

    assert answer.status_code == 200
    assert shop.heard[-1][0] == "LockItem" or heard(shop) == {"itemId": "7"}


async def test_a_head_is_a_get_without_a_body(client: httpx.AsyncClient) -> None:
    answer = await client.head("/v1/items/7")

    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["content-length"]) > 0


class TestABodyForTheWholeRequest:
    async def test_sets_every_field(self, client: httpx.AsyncClient, shop: Shop) -> None:
        await client.post("/v1/items:find", json={"itemId": "7", "shelf": "s", "revision": 2})

        assert heard(shop) == {"itemId": "7", "shelf": "s", "revision": 2}

    async def test_may_use_the_names_as_declared(
        self, client: httpx.AsyncClient, shop: Shop
    ) -> None:
        await client.post("/v1/items:find", json={"item_id": "7"})

        assert heard(shop) == {"itemId": "7"}

    async def test_may_be_empty(self, client: httpx.AsyncClient, shop: Shop) -> None:
        answer = await client.post("/v1/items:find")

        assert answer.status_code == 200
        assert heard(shop) == {}

    async def test_leaves_no_query_parameters(self, client: httpx.AsyncClient) -> None:
        answer = await client.post("/v1/items:find?shelf=s", json={})

        assert fields_of(answer) == [("shelf", "UNKNOWN")]


class TestABodyForOneField:
    async def test_is_that_field(self, client: httpx.AsyncClient, shop: Shop) -> None:
        answer = await client.put(
            "/v1/items/7?requestId=r", json={"title": "Cream", "priceMinor": "1200"}
        )

        assert answer.json()["title"] == "Cream"
        assert heard(shop) == {
            "item": {"itemId": "7", "title": "Cream", "priceMinor": "1200"},
            "requestId": "r",
        }

    async def test_may_repeat_what_the_path_says(
        self, client: httpx.AsyncClient, shop: Shop
    ) -> None:
        await client.put("/v1/items/7", json={"itemId": "7", "title": "Cream"})

        assert heard(shop) == {"item": {"itemId": "7", "title": "Cream"}}

    async def test_may_not_contradict_the_path(self, client: httpx.AsyncClient) -> None:
        answer = await client.put("/v1/items/7", json={"itemId": "8"})

        assert fields_of(answer) == [("itemId", "PATH")]

    async def test_is_named_without_the_field(self, client: httpx.AsyncClient) -> None:
        answer = await client.put("/v1/items/7", json={"priceMinor": -1})

        assert fields_of(answer) == [("priceMinor", "INT64_GTE")]

    async def test_may_be_a_list(self, client: httpx.AsyncClient, shop: Shop) -> None:
        answer = await client.post("/v1/items/7:tag?isFinal=true", json=["a", "b"])

        assert answer.json() == ["a", "b"]
        assert heard(shop) == {"itemId": "7", "tags": ["a", "b"], "isFinal": True}

    async def test_cannot_smuggle_other_fields_in(self, client: httpx.AsyncClient) -> None:
        answer = await client.post(
            "/v1/items/7:tag",
            content=b'["a"],"isFinal":true',
            headers={"Content-Type": "application/json"},
        )

        assert answer.json()["reason"] == "MALFORMED_JSON"

    async def test_names_the_element_that_is_wrong(self, client: httpx.AsyncClient) -> None:
        assert fields_of(await client.post("/v1/items/7:tag", json=["a", 1])) == [
            ("tags[1]", "TYPE")
        ]


class TestAPatch:
    async def test_updates_what_the_body_mentions(
        self, client: httpx.AsyncClient, shop: Shop
    ) -> None:
        answer = await client.patch(
            "/v1/items/7",
            json={"title": "Cream", "maker": {"country": "CN"}, "tags": [], "quality": None},
        )

        assert answer.json()["title"] == "Cream"
        assert list(shop.last.update_mask.paths) == ["title", "maker.country", "tags", "quality"]

    async def test_keeps_a_mask_of_the_client(self, client: httpx.AsyncClient, shop: Shop) -> None:
        await client.patch("/v1/items/7?updateMask=title", json={"title": "Cream", "tags": ["a"]})

        assert list(shop.last.update_mask.paths) == ["title"]

    async def test_answers_only_the_field_of_the_rule(self, client: httpx.AsyncClient) -> None:
        answer = await client.patch("/v1/items/7", json={"title": "Cream"})

        assert "item" not in answer.json()
        assert answer.json()["title"] == "Cream"

    async def test_without_a_body_breaks_the_rule_that_wants_one(
        self, client: httpx.AsyncClient
    ) -> None:
        assert fields_of(await client.patch("/v1/items/7")) == [("item", "REQUIRED")]


class TestRawBodies:
    async def test_travel_as_they_are(self, client: httpx.AsyncClient, shop: Shop) -> None:
        content = bytes(range(256))

        answer = await client.post(
            "/v1/files/photo", content=content, headers={"Content-Type": "image/png"}
        )

        assert (answer.content, answer.headers["content-type"]) == (content, "image/png")
        assert shop.last.name == "photo"

    async def test_may_be_the_whole_request(self, client: httpx.AsyncClient) -> None:
        answer = await client.post(
            "/v1/echo", content=b"<a/>", headers={"Content-Type": "text/xml"}
        )

        assert (answer.content, answer.headers["content-type"]) == (b"<a/>", "text/xml")


async def test_a_body_that_is_not_expected_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.request("DELETE", "/v1/items/7", json={})

    assert (answer.status_code, answer.json()["reason"]) == (400, "BODY_NOT_EXPECTED")


async def test_default_values_are_sent(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/items")

    assert answer.json() == {
        "items": [],
        "heard": {
            "pageSize": 0,
            "qualities": [],
            "tags": [],
            "leastScore": 0,
            "labels": {},
            "makers": [],
        },
    }


async def test_a_method_without_an_access_rule_is_unreachable(client: httpx.AsyncClient) -> None:
    assert (await client.get("/v1/unguarded")).status_code == 404


class TestAStream:
    async def test_is_json_lines(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/v1/numbers?upTo=3")

        assert answer.headers["content-type"] == "application/x-ndjson"
        assert answer.text.splitlines() == [f'{{"result":{{"number":{n}}}}}' for n in range(3)]

    async def test_that_breaks_says_so_in_its_last_line(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/v1/numbers?upTo=1&breaks=true")

        lines = answer.text.splitlines()
        assert lines[0] == '{"result":{"number":0}}'
        assert '"reason":"BROKEN"' in lines[1]


async def test_any_is_read_and_written_by_the_contracts(
    client: httpx.AsyncClient, served: Served
) -> None:
    packed = {"@type": "type.googleapis.com/shop.v1.Maker", "country": "CN"}

    answer = await client.post("/v1/kinds", json={"packed": packed})

    assert answer.status_code == 200, answer.text
    assert answer.json()["packed"] == {**packed, "displayName": ""}

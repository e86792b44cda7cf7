"""What a client hears when a call fails."""

import json
from base64 import b64encode
from typing import Any

import httpx
import pytest

from tests.support.gateway import Served, serve_gateway
from tests.support.shop import Shop

JSON = {"Content-Type": "application/json"}


def problem(answer: httpx.Response, status: int, reason: str) -> dict[str, Any]:
    """The document, after what holds for all of them."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert document["status"] == status
    assert document["reason"] == reason
    assert document["type"] == f"urn:resonance:problem:{reason.lower().replace('_', '-')}"
    assert document["title"]
    assert document["detail"]
    assert document["requestId"] == answer.headers["x-request-id"]
    return document


class TestABadBody:
    @pytest.mark.parametrize(
        "body",
        [
            b"{",
            b'{"itemId":}',
            b"{'itemId': 1}",
            b'{"itemId":"a"} x',
            b"\xef\xbb\xbf{}",
            b'{"itemId":"\xff"}',
            b'{"itemId":"\\ud800"}',
            b'{"itemId":"a\x00"}',
            b'{"revision":NaN}',
            b'{"a":1,}',
        ],
    )
    async def test_that_is_no_json_is_refused_with_its_place(
        self, client: httpx.AsyncClient, shop: Shop, body: bytes
    ) -> None:
        answer = await client.post("/v1/items:find", content=body, headers=JSON)

        assert "line 1 column" in problem(answer, 400, "MALFORMED_JSON")["detail"]
        assert shop.heard == []

    @pytest.mark.parametrize(
        ("body", "fields"),
        [
            ("[]", [("", "TYPE")]),
            ('"x"', [("", "TYPE")]),
            ("null", [("", "TYPE")]),
            ('{"int32Value":"x"}', [("int32Value", "TYPE")]),
            ('{"int32_value":1.5}', [("int32_value", "TYPE")]),
            ('{"int32Value":2147483648}', [("int32Value", "TYPE")]),
            ('{"uint64Value":"-1"}', [("uint64Value", "TYPE")]),
            ('{"boolValue":"true"}', [("boolValue", "TYPE")]),
            ('{"stringValue":1}', [("stringValue", "TYPE")]),
            ('{"bytesValue":"?"}', [("bytesValue", "TYPE")]),
            ('{"floatValue":1e300}', [("floatValue", "TYPE")]),
            ('{"int64Value":-9223372036854775809}', [("int64Value", "TYPE")]),
            ('{"uint64Value":18446744073709551616}', [("uint64Value", "TYPE")]),
            ('{"enumValue":2147483648}', [("enumValue", "TYPE")]),
            ('{"enumValue":-2147483649}', [("enumValue", "TYPE")]),
            ('{"inner":{"enumValue":1e12}}', [("inner.enumValue", "TYPE")]),
            ('{"many":[1],"many":[2]}', [("many", "REPEATED")]),
            ('{"many":[1],"m\\u0061ny":[2]}', [("many", "REPEATED")]),
            ('{"many":[1], "many" \n : [2]}', [("many", "REPEATED")]),
            ('{"int32Value":1,"int32_value":1}', [("int32_value", "REPEATED")]),
            ('{"list":[{},{"word":"a","word":"b"}]}', [("list[1].word", "REPEATED")]),
            ('{"makers":{"a":{},"b":{},"a":{}}}', [("makers['a']", "REPEATED")]),
            (
                '{"makers":{"a":{"country":"x","country":"y"}}}',
                [("makers['a'].country", "REPEATED")],
            ),
            ('{"free":{"a":{"b":1,"b":2}}}', [("free.a.b", "REPEATED")]),
            ('{"enumValue":"QUALITY_BROKEN"}', [("enumValue", "TYPE")]),
            ('{"many":1}', [("many", "TYPE")]),
            ('{"many":[1,"x",null]}', [("many[1]", "TYPE"), ("many[2]", "TYPE")]),
            ('{"makers":{"a":{"country":1}}}', [("makers['a'].country", "TYPE")]),
            ('{"makers":[]}', [("makers", "TYPE")]),
            ('{"list":[{},{"nothing":1}]}', [("list[1].nothing", "UNKNOWN")]),
            ('{"list":[null]}', [("list[0]", "TYPE")]),
            ('{"time":"today"}', [("time", "TYPE")]),
            ('{"span":"1 minute"}', [("span", "TYPE")]),
            ('{"wrapped":"x"}', [("wrapped", "TYPE")]),
            ('{"free":[]}', [("free", "TYPE")]),
            ('{"packed":{"@type":"x/unknown.Type"}}', [("packed", "TYPE")]),
            ('{"inner":{"inner":{"nothing":1}}}', [("inner.inner.nothing", "UNKNOWN")]),
            ('{"word":"a","number":1}', [("", "ONEOF")]),
            ('{"inner":{"word":"a","number":1}}', [("inner", "ONEOF")]),
            ('{"nothing":1,"int32Value":"x"}', [("nothing", "UNKNOWN"), ("int32Value", "TYPE")]),
            ('{"int32Value":"1_0"}', [("int32Value", "TYPE")]),
            ('{"int64_value":"-1_0"}', [("int64_value", "TYPE")]),
            ('{"uint32Value":"１０"}', [("uint32Value", "TYPE")]),
            ('{"uint64Value":"1\\u005f0"}', [("uint64Value", "TYPE")]),
            ('{"sint64Value":"1٣"}', [("sint64Value", "TYPE")]),
            ('{"doubleValue":"1_0.5"}', [("doubleValue", "TYPE")]),
            ('{"many":["1","1_0",2]}', [("many[1]", "TYPE")]),
            ('{"wrapped":"1_0"}', [("wrapped", "TYPE")]),
            ('{"inner":{"int32Value":"१"}}', [("inner.int32Value", "TYPE")]),
            ('{"number":"1_0"}', [("number", "TYPE")]),
            ('{"stringValue":"a\\u0000b"}', [("stringValue", "NUL")]),
            ('{"free":{"a":["\\u0000"]}}', [("free.a[0]", "NUL")]),
        ],
    )
    async def test_that_does_not_fit_is_refused_by_field(
        self, client: httpx.AsyncClient, shop: Shop, body: str, fields: list[tuple[str, str]]
    ) -> None:
        answer = await client.post("/v1/kinds", content=body, headers=JSON)

        found = problem(answer, 400, "INVALID_REQUEST")["fields"]
        assert [(one["field"], one["rule"]) for one in found] == fields
        assert all(one["description"] for one in found)
        assert shop.heard == []

    async def test_with_an_escaped_backslash_before_u0000_is_fine(
        self, client: httpx.AsyncClient, shop: Shop
    ) -> None:
        body = '{"stringValue":"a\\\\u0000b"}'

        assert (await client.post("/v1/kinds", content=body, headers=JSON)).status_code == 200
        assert shop.last.string_value == "a\\u0000b"

    @pytest.mark.parametrize(
        "body",
        [
            '{"stringValue":"1_0","maybe":"１","text":"1_0","word":"_"}',
            '{"many":["1","-2","1e2"],"int64Value":"+1","doubleValue":"-1.5e3"}',
            '{"makers":{"1_0":{"country":"1_0"}},"free":{"1_0":"1_0"},"anyJson":"１"}',
            '{"bytesValue":"1_00","enumValue":"QUALITY_NEW","mask":"stringValue"}',
        ],
    )
    async def test_that_only_looks_like_an_odd_number_is_fine(
        self, client: httpx.AsyncClient, body: str
    ) -> None:
        answer = await client.post("/v1/kinds", content=body, headers=JSON)

        assert answer.status_code == 200, answer.text

    @pytest.mark.parametrize(
        "body",
        [
            '{"stringValue":"\\":","bytesValue":""}',
            '{"stringValue":": ,\\"a\\":1"}',
            '{"string_value":"a","int32_value":1}',
            '{ "stringValue" : "\\u003a" }',
            '{"free":{"a_b":1,"aB":2}}',
            '{"makers":{"a_b":{},"aB":{}}}',
            '{"free":{"a":{"b":1},"c":[{"b":1},{"b":1}]}}',
        ],
    )
    async def test_that_only_looks_as_if_it_repeats_itself_is_fine(
        self, client: httpx.AsyncClient, body: str
    ) -> None:
        answer = await client.post("/v1/kinds", content=body, headers=JSON)

        assert answer.status_code == 200, answer.text

    @pytest.mark.parametrize("value", ["9", '"QUALITY_BEST"'])
    async def test_with_a_value_of_no_enum_is_told_which_there_are(
        self, client: httpx.AsyncClient, value: str
    ) -> None:
        body = f'{{"quality":{value}}}'
        answer = await client.put("/v1/items/7", content=body, headers=JSON)

        [found] = problem(answer, 400, "INVALID_REQUEST")["fields"]
        assert found["field"] == "quality"
        assert "one of QUALITY_NEW, QUALITY_USED" in found["description"]

    async def test_that_breaks_a_rule_of_a_whole_message_is_told_the_field_to_mend(
        self, client: httpx.AsyncClient
    ) -> None:
        answer = await client.put("/v1/items/7", json={"maker": {"country": "XX"}})

        [found] = problem(answer, 400, "INVALID_REQUEST")["fields"]
        assert (found["field"], found["rule"]) == ("maker.displayName", "DISPLAY_NAME_OF_COUNTRY")

    async def test_with_countless_faults_names_the_first_twenty(
        self, client: httpx.AsyncClient
    ) -> None:
        answer = await client.post("/v1/kinds", json={f"nothing{n}": 1 for n in range(1000)})

        assert len(problem(answer, 400, "INVALID_REQUEST")["fields"]) == 20

    @pytest.mark.parametrize(
        ("body", "status", "reason"),
        [
            ('{"free":' + '{"a":' * 5000 + "1" + "}" * 5001, 400, "TOO_DEEP"),
            ('{"anyJson":' + "[" * 100_000 + "]" * 100_000 + "}", 400, "TOO_DEEP"),
            ('{"nothing":' + "[" * 100_000 + "]" * 100_000 + "}", 400, "MALFORMED_JSON"),
            ("[" * 100_000, 400, "MALFORMED_JSON"),
            ('{"itemId":' + "[" * 100_000, 400, "MALFORMED_JSON"),
            ('{"itemId":' + '{"a":' * 100_000, 400, "MALFORMED_JSON"),
        ],
    )
    @pytest.mark.parametrize("path", ["/v1/kinds", "/v1/items:find"])
    async def test_that_is_nested_without_end_is_refused(
        self, client: httpx.AsyncClient, path: str, body: str, status: int, reason: str
    ) -> None:
        answer = await client.post(path, content=body, headers=JSON)

        assert answer.status_code == status, answer.text
        assert answer.json()["reason"] in (reason, "MALFORMED_JSON")

    async def test_that_is_nested_too_deep_is_refused(self, client: httpx.AsyncClient) -> None:
        body = '{"inner":' * 200 + "{}" + "}" * 200

        problem(await client.post("/v1/kinds", content=body, headers=JSON), 400, "TOO_DEEP")

    @pytest.mark.parametrize(
        "media_type",
        [
            "text/plain",
            "application/json; charset=utf-16",
            "application/xml",
        ],
    )
    async def test_of_another_media_type_is_refused(
        self, client: httpx.AsyncClient, media_type: str
    ) -> None:
        answer = await client.post(
            "/v1/items:find", content=b"{}", headers={"Content-Type": media_type}
        )

        problem(answer, 415, "UNSUPPORTED_MEDIA_TYPE")

    async def test_that_is_compressed_is_refused(self, client: httpx.AsyncClient) -> None:
        answer = await client.post(
            "/v1/items:find", content=b"{}", headers=JSON | {"Content-Encoding": "gzip"}
        )

        problem(answer, 415, "UNSUPPORTED_MEDIA_TYPE")
        assert answer.headers["accept-encoding"] == "identity"

    @pytest.mark.parametrize(
        "media_type",
        [
            "application/json",
            "application/json;charset=UTF-8",
            'Application/JSON; charset="utf-8"',
            "application/merge-patch+json",
            "application/x-www-form-urlencoded",
        ],
    )
    async def test_of_any_name_for_json_is_taken(
        self, client: httpx.AsyncClient, media_type: str
    ) -> None:
        answer = await client.post(
            "/v1/items:find", content=b"{}", headers={"Content-Type": media_type}
        )

        assert answer.status_code == 200


class TestTooMuch:
    async def test_body_is_refused_when_announced(self) -> None:
        async with serve_gateway(largest_body=1024) as served:
            answer = await served.client.post("/v1/items:find", content=b" " * 1025, headers=JSON)

        problem(answer, 413, "BODY_TOO_LARGE")
        assert answer.headers["connection"] == "close"

    async def test_body_is_refused_when_it_comes_in_chunks(self) -> None:
        async def chunks() -> Any:
            for _ in range(5):
                yield b" " * 400

        async with serve_gateway(largest_body=1024) as served:
            answer = await served.client.post("/v1/items:find", content=chunks(), headers=JSON)

        problem(answer, 413, "BODY_TOO_LARGE")

    async def test_body_with_bytes_may_be_as_large_as_its_contract_says(self) -> None:
        def body(size: int) -> str:
            return json.dumps({"bytesValue": b64encode(b"x" * size).decode()})

        async with serve_gateway(largest_body=1024) as served:
            allowed = await served.client.post("/v1/kinds", content=body(3000), headers=JSON)
            refused = await served.client.post("/v1/kinds", content=body(4000), headers=JSON)

        assert allowed.status_code == 200
        problem(refused, 413, "BODY_TOO_LARGE")

    async def test_url_is_refused(self, client: httpx.AsyncClient) -> None:
        problem(await client.get("/v1/items/" + "a" * 9000), 414, "URL_TOO_LONG")

    async def test_headers_are_refused(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/v1/items/7", headers={"X-Long": "a" * 17_000})

        problem(answer, 431, "HEADERS_TOO_LARGE")


class TestAWrongPath:
    @pytest.mark.parametrize("path", ["/", "/v2/items", "/v1/items/7/", "/v1//items", "/v1/Items"])
    async def test_is_not_found(self, client: httpx.AsyncClient, path: str) -> None:
        problem(await client.get(path), 404, "ROUTE_NOT_FOUND")

    async def test_method_is_told_what_is_allowed(self, client: httpx.AsyncClient) -> None:
        answer = await client.post("/v1/items/7", json={})

        problem(answer, 405, "METHOD_NOT_ALLOWED")
        assert answer.headers["allow"] == "DELETE, GET, LOCK, PATCH, PUT"

    @pytest.mark.parametrize("path", ["/v1/items/%ff", "/v1/items/%zz", "/v1/items/%00"])
    async def test_that_is_no_text_is_refused(self, client: httpx.AsyncClient, path: str) -> None:
        scope = httpx.URL(f"http://shop{path}")

        problem(await client.get(scope), 400, "MALFORMED_URL")

    async def test_to_a_page_takes_get_only(self, client: httpx.AsyncClient) -> None:
        problem(await client.post("/livez"), 405, "METHOD_NOT_ALLOWED")


class TestAFailureOfTheService:
    @pytest.mark.parametrize(
        ("code", "status"),
        [
            ("INVALID_ARGUMENT", 400),
            ("FAILED_PRECONDITION", 400),
            ("OUT_OF_RANGE", 400),
            ("UNAUTHENTICATED", 401),
            ("PERMISSION_DENIED", 403),
            ("NOT_FOUND", 404),
            ("ALREADY_EXISTS", 409),
            ("ABORTED", 409),
            ("RESOURCE_EXHAUSTED", 429),
            ("CANCELLED", 499),
            ("UNKNOWN", 500),
            ("INTERNAL", 500),
            ("DATA_LOSS", 500),
            ("UNIMPLEMENTED", 501),
            ("UNAVAILABLE", 503),
            ("DEADLINE_EXCEEDED", 504),
        ],
    )
    async def test_keeps_its_reason_under_the_status_of_its_code(
        self, client: httpx.AsyncClient, code: str, status: int
    ) -> None:
        failure = {"code": code, "reason": "SOLD_OUT", "message": "No more of them."}

        document = problem(await client.post("/v1/failures", json=failure), status, "SOLD_OUT")

        assert document["detail"] == "No more of them."
        assert document["domain"] == "shop.test"
        assert document["metadata"] == {"of": "the shop"}

    async def test_names_fields_as_the_client_does(self, client: httpx.AsyncClient) -> None:
        failure = {
            "code": "INVALID_ARGUMENT",
            "reason": "INVALID_REQUEST",
            "fields": ["retry_seconds", "fields[3]", "nothing.at_all"],
        }

        document = problem(await client.post("/v1/failures", json=failure), 400, "INVALID_REQUEST")

        assert [one["field"] for one in document["fields"]] == [
            "retrySeconds",
            "fields[3]",
            "nothing.at_all",
        ]
        assert document["detail"] == (
            "The request is not valid: retrySeconds, fields[3], nothing.at_all."
        )
        assert document["fields"][0] == {
            "field": "retrySeconds",
            "rule": "BAD",
            "description": "is bad",
        }

    async def test_says_when_to_come_back(self, client: httpx.AsyncClient) -> None:
        failure = {"code": "RESOURCE_EXHAUSTED", "reason": "SLOW_DOWN", "retrySeconds": 7}

        answer = await client.post("/v1/failures", json=failure)

        assert answer.headers["retry-after"] == "7"

    async def test_shows_nothing_of_the_inside(self, client: httpx.AsyncClient) -> None:
        answer = await client.post("/v1/failures", json={"code": "BUG"})

        problem(answer, 500, "INTERNAL")
        assert "secret" not in answer.text

    async def test_without_details_is_named_after_its_code(self, client: httpx.AsyncClient) -> None:
        failure = {"code": "NOT_FOUND", "message": "No such thing."}

        document = problem(await client.post("/v1/failures", json=failure), 404, "NOT_FOUND")

        assert document["detail"] == "No such thing."

    async def test_that_nobody_answers_is_unavailable(self, served: Served) -> None:
        await served.server.stop(0)

        answer = await served.client.get("/v1/items/7")

        problem(answer, 503, "BACKEND_UNAVAILABLE")
        assert answer.headers["retry-after"] == "1"
        assert "127.0.0.1" not in answer.text


async def test_a_fault_of_the_gateway_itself_is_answered(served: Served) -> None:
    async def broken() -> Any:
        raise ValueError("secret of the house")

    served.app._pages = {"/broken": broken}

    answer = await served.client.get("/broken")

    problem(answer, 500, "INTERNAL")
    assert "secret" not in answer.text

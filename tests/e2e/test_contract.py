"""The description that clients build on, `/openapi.json`, as the running product gives it."""

from typing import Any

import pytest
import pytest_asyncio
import schemathesis
from google.api import annotations_pb2
from google.protobuf import descriptor_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor

from resonance.access.v1 import access_pb2
from tests.e2e.conftest import Shop
from tests.e2e.endpoints import ENDPOINTS, Endpoint, methods, rules_of

Json = dict[str, Any]

METHODS = list(methods())
INTERNAL = {"resonance.community.v1.ContentService.BatchGetContents"}
"""RPCs for neighbours only: no path leads to them."""
STREAMED = {"resonance.emotion_tag.v1.EmotionTagService.TagStream"}
"""RPCs whose client sends a stream, which HTTP/1.1 has no place for."""
UNREMEMBERED = {"CreateSession"}
"""Writes that need no `request_id`: a second token does no harm."""
HARMLESS = (
    descriptor_pb2.MethodOptions.NO_SIDE_EFFECTS,
    descriptor_pb2.MethodOptions.IDEMPOTENT,
)

each = pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda one: one.name)
each_method = pytest.mark.parametrize("method", METHODS, ids=lambda one: one.full_name)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def document(shop: Shop) -> Json:
    answer = await shop.client.get("/openapi.json")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    found: Json = answer.json()
    return found


def operation_of(document: Json, endpoint: Endpoint) -> Json:
    found: Json = document["paths"][endpoint.openapi_path][endpoint.verb.lower()]
    return found


def test_it_is_valid_openapi(document: Json) -> None:
    assert document["openapi"].startswith("3.1")

    loaded = schemathesis.openapi.from_dict(document)

    loaded.validate()
    assert loaded.statistic.operations.total == len(ENDPOINTS)


def test_it_has_the_contracts_and_nothing_else(document: Json) -> None:
    described = {(verb.upper(), path) for path, item in document["paths"].items() for verb in item}

    assert described == {(one.verb, one.openapi_path) for one in ENDPOINTS}


def test_its_names_are_unique(document: Json) -> None:
    names = [operation_of(document, endpoint)["operationId"] for endpoint in ENDPOINTS]

    assert len(set(names)) == len(names)
    tags = {tag["name"] for tag in document["tags"] if tag["description"]}
    assert {operation_of(document, one)["tags"][0] for one in ENDPOINTS} <= tags


@each
def test_an_operation_says_what_it_does_and_who_may(document: Json, endpoint: Endpoint) -> None:
    operation = operation_of(document, endpoint)

    assert operation["summary"].endswith(".")
    assert "**Access:**" in operation["description"]
    assert operation["security"] == ([{}] if endpoint.access.is_public else [{"bearer": []}])
    assert operation["x-rpc"] == f"{endpoint.method.containing_service.full_name}/{endpoint.rpc}"


@each
def test_an_operation_says_how_it_answers(document: Json, endpoint: Endpoint) -> None:
    responses = operation_of(document, endpoint)["responses"]

    assert set(responses) == {"200", "default"}
    media_type = "application/x-ndjson" if endpoint.is_stream else "application/json"
    if endpoint.answers_bytes:
        media_type = "*/*"
    assert media_type in responses["200"]["content"]
    assert responses["default"] == {"$ref": "#/components/responses/Problem"}
    problem = document["components"]["responses"]["Problem"]["content"]
    assert set(problem) == {"application/problem+json"}


@each
def test_an_operation_describes_all_that_it_takes(document: Json, endpoint: Endpoint) -> None:
    operation = operation_of(document, endpoint)
    parameters = {(one["in"], one["name"]): one for one in operation["parameters"] if "name" in one}

    assert {name for place, name in parameters if place == "path"} == {
        field.json_name for field in endpoint.variables
    }
    assert {name for place, name in parameters if place == "query"} == {
        field.json_name for field in endpoint.parameters
    }
    assert all(one["description"] for one in parameters.values())
    references = {one.get("$ref", "").rpartition("/")[2] for one in operation["parameters"]}
    assert ("IdempotencyKey" in references) == endpoint.is_write
    assert "RequestTimeout" in references
    if not endpoint.takes_body:
        assert "requestBody" not in operation
        return
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    bound = endpoint.variables
    named = {field.json_name for field in endpoint.request.fields if field not in bound}
    assert set(schema["properties"]) == named
    assert schema["additionalProperties"] is False
    assert all(one["description"] for one in schema["properties"].values())


def test_every_component_is_described(document: Json) -> None:
    bare = [
        f"{name}.{member}"
        for name, schema in document["components"]["schemas"].items()
        if name != "Problem"
        for member, one in {"": schema, **schema.get("properties", {})}.items()
        if not one.get("description")
    ]

    assert bare == []


@each
def test_bounds_of_the_contract_are_in_the_description(document: Json, endpoint: Endpoint) -> None:
    operation = operation_of(document, endpoint)
    schemas = {one["name"]: one["schema"] for one in operation["parameters"] if "name" in one}
    if endpoint.takes_body:
        body = operation["requestBody"]["content"]["application/json"]["schema"]
        schemas |= body["properties"]
    for field in endpoint.request.fields:
        stated, rules = schemas[field.json_name], rules_of(field)
        if rules.string.max_len:
            assert stated["maxLength"] == rules.string.max_len
        if rules.string.uuid:
            assert stated["format"] == "uuid"
        if rules.repeated.max_items:
            assert stated["maxItems"] == rules.repeated.max_items
        if rules.int32.HasField("lte"):
            assert stated["maximum"] == rules.int32.lte


@each_method
def test_an_rpc_is_reachable_and_guarded_or_neither(method: MethodDescriptor) -> None:
    options = method.GetOptions()
    is_internal = method.full_name in INTERNAL | STREAMED

    assert options.HasExtension(annotations_pb2.http) is not is_internal
    assert options.HasExtension(access_pb2.access) is not is_internal


@each_method
def test_an_owner_is_a_field_that_must_be_an_id(method: MethodDescriptor) -> None:
    rule = method.GetOptions().Extensions[access_pb2.access]
    if not rule.owner_field:
        return
    message: Descriptor | None = method.input_type
    field: FieldDescriptor | None = None
    for name in rule.owner_field.split("."):
        assert message is not None
        field = message.fields_by_name[name]
        message = field.message_type
    assert field is not None
    assert rules_of(field).string.uuid


@each_method
def test_a_write_can_be_repeated_safely(method: MethodDescriptor) -> None:
    if method.GetOptions().idempotency_level in HARMLESS or method.name in UNREMEMBERED:
        return
    field = method.input_type.fields_by_name["request_id"]

    assert field.type == FieldDescriptor.TYPE_STRING
    assert rules_of(field).string.uuid
    assert rules_of(field).ignore


@each
def test_a_get_changes_nothing(endpoint: Endpoint) -> None:
    level = endpoint.method.GetOptions().idempotency_level

    assert (endpoint.verb == "GET") <= (level in HARMLESS)
    assert not (endpoint.verb == "GET" and endpoint.is_write)


@each_method
def test_a_list_comes_in_pages(method: MethodDescriptor) -> None:
    """Whoever asks for pages gets told where the next one begins, and no page is endless."""
    asked = method.input_type.fields_by_name
    answered = method.output_type.fields_by_name
    assert ("page_size" in asked) == ("page_token" in asked) == ("next_page_token" in answered)
    if "page_token" in asked:
        assert rules_of(asked["page_token"]).string.max_len <= 256
        assert rules_of(asked["page_size"]).int32.lte <= 200
        assert rules_of(asked["page_size"]).int32.gte == 0


@each_method
def test_nothing_that_is_sent_is_unbounded(method: MethodDescriptor) -> None:
    """Every text and every list of a request has a rule about its size."""
    unbounded: list[str] = []
    seen: set[str] = set()
    waiting = [method.input_type]
    while waiting:
        message = waiting.pop()
        if message.full_name in seen or message.full_name.startswith("google."):
            continue
        seen.add(message.full_name)
        for field in message.fields:
            rules = rules_of(field)
            if field.is_repeated and not rules.repeated.max_items:
                unbounded.append(field.full_name)
            one = rules.repeated.items if field.is_repeated else rules
            if field.type == field.TYPE_STRING and not _is_bounded(one):
                unbounded.append(field.full_name)
            if field.message_type is not None:
                waiting.append(field.message_type)

    assert set(unbounded) <= SERVER_SET


SERVER_SET = {
    "resonance.campaign.v1.Campaign.campaign_id",
    "resonance.campaign.v1.Coupon.coupon_id",
    # Of an item's emotion; its map has rules of its own.
    "resonance.emotion_tag.v1.ProductEmotionTag.names",
    "resonance.emotion_tag.v1.ProductEmotionTag.NamesEntry.key",
    "resonance.emotion_tag.v1.ProductEmotionTag.NamesEntry.value",
}
"""Fields of what clients send that the server sets and ignores."""


def _is_bounded(rules: Any) -> bool:
    text = rules.string
    return bool(text.max_len or text.uuid or text.pattern or getattr(text, "in"))

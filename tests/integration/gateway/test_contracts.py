"""The contracts of the services as the gateway reads them."""

import json
from typing import Any

import pytest
import schemathesis
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.openapi.document import make_document
from gateway.settings import DESCRIPTORS
from gateway.transcoding.body import JsonBody
from gateway.transcoding.responses import encoder
from gateway.transcoding.routes import Route, compile_routes, unguarded
from gateway.transcoding.schema import Schema, types_within
from gateway.validation import Rules
from tests.support.messages import fill
from tests.support.shop import descriptors

SERVICES = Schema.load(DESCRIPTORS)
SHOP = Schema(descriptors())
ROUTES = compile_routes(SERVICES)


def test_every_method_with_a_path_says_who_may_call_it() -> None:
    assert list(unguarded(SERVICES)) == []
    assert list(unguarded(SHOP)) == ["shop.v1.ShopService.Unguarded"]


def test_the_main_paths_are_there() -> None:
    paths = {f"{route.verb} {route.path}" for route in ROUTES}

    assert paths >= {
        "POST /v1/sessions",
        "POST /v1/users",
        "GET /v1/users/{user_id}",
        "POST /v1/users/{user_id}/identities:link",
        "GET /v1/users/{user_id}/consents",
        "PATCH /v1/users/{user_id}/consents",
        "POST /v1/behaviors:batchRecord",
        "GET /v1/users/{user_id}/profile",
        "GET /v1/users/{user_id}/mood",
        "POST /v1/emotions:tag",
        "POST /v1/emotions:batchTag",
        "POST /v1/items:batchUpsert",
        "GET /v1/items/{item_id}",
        "GET /v1/users/{user_id}/recommendations",
        "POST /v1/users/{user_id}/following",
        "POST /v1/posts",
        "GET /v1/posts/{post_id}",
        "POST /v1/posts/{post_id}/comments",
        "GET /v1/posts/{post_id}/comments",
        "GET /v1/users/{user_id}/feed",
        "POST /v1/campaigns",
        "GET /v1/users/{user_id}/offers",
        "POST /v1/coupons/{coupon_id}:claim",
        "POST /v1/couponClaims/{claim_id}:redeem",
    }


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.verb} {route.path}")
def test_a_write_takes_a_request_id_or_is_harmless(route: Route) -> None:
    assert route.request_id is not None or route.is_safe or route.path == "/v1/sessions"


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.verb} {route.path}")
def test_the_rules_of_a_request_can_be_checked(route: Route) -> None:
    Rules(SERVICES.registry).prepare(route.request)


@pytest.mark.parametrize("schema", [SERVICES, SHOP], ids=["services", "shop"])
def test_the_document_is_valid_openapi(schema: Schema) -> None:
    document = make_document(schema, compile_routes(schema))

    loaded = schemathesis.openapi.from_dict(document)

    loaded.validate()
    assert loaded.statistic.operations.total >= 10


def test_the_document_tells_what_the_contract_says() -> None:
    document = make_document(SERVICES, ROUTES)

    operation = document["paths"]["/v1/users/{userId}/consents"]["patch"]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    assert operation["summary"].startswith("Grants or withdraws purposes")
    assert "the user named by `userId`" in operation["description"]
    assert operation["security"] == [{"bearer": []}]
    assert "userId" not in schema["properties"]
    assert schema["properties"]["source"] == {
        "type": "string",
        "minLength": 1,
        "maxLength": 64,
        "description": "Where the person decided, such as `app-settings`. 1 to 64 characters.",
    }
    assert set(schema["required"]) == {"changes", "source", "policyVersion"}
    purposes = document["components"]["schemas"]["resonance.profile.v1.ConsentChange"]
    assert "PURPOSE_UNSPECIFIED" not in purposes["properties"]["purpose"]["enum"]


def test_a_public_operation_needs_no_token() -> None:
    document = make_document(SERVICES, ROUTES)

    assert document["paths"]["/v1/users"]["post"]["security"] == [{}]


def _pool(data: bytes) -> descriptor_pool.DescriptorPool:
    pool = descriptor_pool.DescriptorPool()
    for file in descriptor_pb2.FileDescriptorSet.FromString(data).file:
        pool.Add(file)
    return pool


POOLS = {"services": _pool(DESCRIPTORS.read_bytes()), "shop": _pool(descriptors())}

TYPES = sorted(
    {
        ("services", message.type_name)
        for route in ROUTES
        for message in (route.request, route.response)
    }
    | {("shop", "shop.v1.Kinds")}
)


@pytest.mark.parametrize(("which", "name"), TYPES, ids=[name for _, name in TYPES])
@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_json_and_back_is_what_google_makes_of_it(which: str, name: str, data: Any) -> None:
    schema = SERVICES if which == "services" else SHOP
    descriptor = schema.registry.message(name)
    assert descriptor is not None
    kind = message_factory.GetMessageClass(POOLS[which].FindMessageTypeByName(name))
    message = kind()
    fill(data.draw, message)
    wire = message.SerializeToString()

    ours = encoder(descriptor, None, schema.registry)(wire)[0]
    read = JsonBody(descriptor, types_within(descriptor, schema.registry)).read(ours)

    theirs = json_format.MessageToDict(message, always_print_fields_with_no_presence=True)
    assert json.loads(ours) == json.loads(json.dumps(theirs))
    assert kind.FromString(read.to_binary()) == message
    assert json_format.Parse(ours, kind(), descriptor_pool=POOLS[which]) == message

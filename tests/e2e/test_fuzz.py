"""Requests that nobody thought of, made up from `/openapi.json`: no answer is a fault of ours."""

import asyncio
from typing import Any

import httpx
import pytest
import pytest_asyncio
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
)

from tests.e2e.conftest import Shop
from tests.e2e.endpoints import ENDPOINTS, Endpoint
from tests.e2e.refusals import problem_faults
from tests.e2e.scene import Scene, set_scene

pytestmark = pytest.mark.asyncio(loop_scope="session")

MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]

each = pytest.mark.parametrize(  # a stream need not end, and is no JSON document
    "endpoint", [one for one in ENDPOINTS if not one.is_stream], ids=lambda one: one.name
)
how_many = pytest.mark.parametrize(
    "examples", [8, pytest.param(300, marks=pytest.mark.slow)], ids=["some", "many"]
)

Operation = APIOperation[Any, Any, Any, Any]
Operations = dict[str, Operation]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def scene(shop: Shop) -> Scene:
    return await set_scene(shop)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def operations(shop: Shop) -> Operations:
    document = (await shop.client.get("/openapi.json")).json()
    loaded = schemathesis.openapi.from_dict(document)
    results = list(loaded.get_all_operations())
    found = [one.ok() for one in results if isinstance(one, Ok)]
    assert len(found) == len(results) == len(ENDPOINTS)
    return {f"{one.method.upper()} {one.path}": one for one in found}


def cases(operation: Operation, known: dict[str, Any]) -> Any:
    """Requests that fit the description and requests that do not, half of them about what is there.

    `known` are parameters of the path that lead to something.
    """
    return st.one_of(
        [
            operation.as_strategy(generation_mode=mode, path_parameters=path)
            for mode in MODES
            for path in ([None, known] if known else [None])
        ]
    )


@each
@how_many
async def test_whatever_is_sent_is_answered_as_described(
    shop: Shop, scene: Scene, operations: Operations, endpoint: Endpoint, examples: int
) -> None:
    """Neither a fault of ours, nor an answer that is not as described."""
    good = scene.good[endpoint.rpc]
    known = {field.json_name: good[field.json_name] for field in endpoint.variables}
    operation = operations[f"{endpoint.verb} {endpoint.openapi_path}"]
    # A made-up timeout may be too short for any answer; wrong ones are tested in test_bad_input.py.
    headers = {"Authorization": shop.admin.authorization, "Request-Timeout": "60"}
    checks = [not_a_server_error, content_type_conformance, response_schema_conformance]

    @settings(
        max_examples=examples,
        phases=[Phase.generate],
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases(operation, known))
    def hold(session: requests.Session, case: Case[Any]) -> None:
        answer = case.call(shop.stack.gateway_url, session=session, headers=headers)
        case.validate_response(answer, checks=checks)
        if answer.status_code >= 400:
            flat = {name: values[0] for name, values in answer.headers.items()}
            found = httpx.Response(answer.status_code, headers=flat, content=answer.content)
            assert list(problem_faults(found)) == [], found.text

    def all_of_them() -> None:
        with requests.Session() as session:
            session.trust_env = False
            hold(session)

    await asyncio.to_thread(all_of_them)

"""The gateway's own pages."""

import httpx

from gateway.health import HTTP
from tests.support.gateway import Served


async def test_the_gateway_lives(client: httpx.AsyncClient) -> None:
    assert (await client.get("/livez")).json() == {"status": "live"}


async def test_it_is_ready_while_a_service_is(served: Served) -> None:
    served.health.readiness.has(HTTP)
    assert (await served.client.get("/readyz")).status_code == 503

    await served.health.look()
    answer = await served.client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ready", "services": {"shop": "ready"}}

    await served.server.stop(0)
    await served.health.look()
    answer = await served.client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["services"] == {"shop": "not ready"}


async def test_it_describes_itself(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()

    assert document["openapi"] == "3.1.0"
    operation = document["paths"]["/v1/items/{itemId}"]["get"]
    assert operation["summary"] == "Gets an item."
    assert operation["description"].startswith("The second paragraph tells more.")


async def test_the_documentation_loads_nothing_from_elsewhere(client: httpx.AsyncClient) -> None:
    page = await client.get("/docs")

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "//" not in page.text
    for path in ("/docs/docs.js", "/docs/docs.css"):
        assert path in page.text
        assert (await client.get(path)).status_code == 200

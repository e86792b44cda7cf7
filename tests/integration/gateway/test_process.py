"""The gateway as a process: how it starts, refuses to start, and stops."""

import asyncio
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import httpx

from tests.support.gateway import ALICE, KEY, NOWHERE

ROOT = Path(__file__).parents[3]
GOOD = {
    **{
        f"GATEWAY_{name}_ADDRESS": NOWHERE
        for name in ("PROFILE", "EMOTION_TAG", "RECOMMENDATION", "COMMUNITY", "CAMPAIGN")
    },
    "GATEWAY_TOKEN_KEY": KEY,
    "GATEWAY_HTTP_ADDRESS": "127.0.0.1:0",
}


async def start(**changes: str) -> Process:
    """Start `python -m gateway`."""
    inherited = {key: value for key, value in os.environ.items() if "GATEWAY_" not in key}
    path = f"{ROOT}{os.pathsep}{ROOT / 'protos' / 'gen'}"
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "gateway",
        env={**inherited, **GOOD, "PYTHONPATH": path, **changes},
        cwd=ROOT,
        stderr=PIPE,
    )


async def address_of(process: Process) -> tuple[str, str]:
    """Where it listens, and what it had logged until then."""
    assert process.stderr is not None
    said = ""
    while (found := re.search(r'"http": "([0-9.:]+)"', said)) is None:
        line = (await process.stderr.readline()).decode()
        assert line, said
        said += line
    return f"http://{found[1]}", said


async def test_it_answers_until_it_is_told_to_stop() -> None:
    process = await start()
    url, said = await address_of(process)
    async with httpx.AsyncClient(base_url=url) as client:
        assert (await client.get("/livez")).status_code == 200
        assert (await client.get("/readyz")).status_code == 503
        login = await client.post("/v1/sessions", json={"userId": ALICE})
        assert (login.status_code, login.json()["reason"]) == (403, "DEVELOPMENT_LOGIN_OFF")
        answer = await client.get("/v1/items/guitar")
        assert (answer.status_code, answer.json()["reason"]) == (503, "BACKEND_UNAVAILABLE")

    process.send_signal(signal.SIGTERM)
    _, rest = await process.communicate()

    assert process.returncode == 0
    assert b'"stopped"' in rest
    assert "DEVELOPMENT LOGIN" not in said


async def test_the_login_for_development_warns_and_gives_tokens() -> None:
    process = await start(GATEWAY_DEVELOPMENT_LOGIN="true")
    url, said = await address_of(process)
    try:
        async with httpx.AsyncClient(base_url=url) as client:
            login = await client.post(
                "/v1/sessions", json={"userId": ALICE, "roles": ["ROLE_HOST", "ROLE_AGENT"]}
            )
            assert login.status_code == 200
            token = {"Authorization": f"Bearer {login.json()['token']}"}
            denied = await client.get("/v1/campaigns", headers=token)
            assert denied.json()["reason"] == "ROLE_MISSING"
            own = await client.get(f"/v1/users/{ALICE}/profile", headers=token)
            assert own.json()["reason"] == "BACKEND_UNAVAILABLE"
            for wrong in ({}, {"userId": "x"}, {"userId": ALICE, "roles": ["ROLE_UNSPECIFIED"]}):
                refused = await client.post("/v1/sessions", json=wrong)
                assert refused.json()["reason"] == "INVALID_REQUEST"
    finally:
        process.terminate()
        await process.communicate()

    assert "DEVELOPMENT LOGIN IS ON" in said


async def test_it_says_what_is_missing_and_does_not_start() -> None:
    process = await start(GATEWAY_TOKEN_KEY="short", GATEWAY_PROFILE_ADDRESS="nowhere")

    _, said = await process.communicate()

    assert process.returncode == 2
    assert b"GATEWAY_TOKEN_KEY" in said
    assert b"GATEWAY_PROFILE_ADDRESS" in said
    assert b"short" not in said.replace(b"at least", b"")


async def test_an_address_that_is_taken_is_named() -> None:
    taken = await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", 0)
    address = f"127.0.0.1:{taken.sockets[0].getsockname()[1]}"

    process = await start(GATEWAY_HTTP_ADDRESS=address)
    _, said = await process.communicate()
    taken.close()

    assert process.returncode == 2
    assert address.encode() in said

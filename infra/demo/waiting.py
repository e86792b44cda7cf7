"""Knows when everything that was told has been heard: outboxes empty, readers at the end."""

import asyncio
from collections.abc import Callable, Mapping
from time import monotonic

import httpx
import nats
from nats.aio.client import Client
from prometheus_client.parser import text_string_to_metric_families

LOOK_EVERY = 0.25  # seconds
QUIET_LOOKS = 3  # in a row: an event between two services is in neither place for a moment


class StillBusy(Exception):
    """It took longer than it may; the message says who is behind."""


async def heard(
    broker_url: str,
    metrics_urls: Mapping[str, str],
    *,
    within: float,
    progress: Callable[[int], None] = lambda _: None,
) -> None:
    """Wait until no event is on its way; `progress` gets how many are left.

    Raises:
        StillBusy: events are still on their way after `within` seconds.
    """
    give_up_at = monotonic() + within
    quiet = 0
    connection = await nats.connect(broker_url)
    try:
        async with httpx.AsyncClient(trust_env=False) as client:
            while quiet < QUIET_LOOKS:
                behind = await _waiting(client, metrics_urls) | await _pending(connection)
                left = sum(behind.values())
                progress(left)
                quiet = quiet + 1 if left == 0 else 0
                if monotonic() > give_up_at:
                    late = {name: count for name, count in behind.items() if count}
                    raise StillBusy(f"Still on their way after {within:.0f} s: {late}")
                await asyncio.sleep(LOOK_EVERY)
    finally:
        await connection.close()


async def told(broker_url: str, stream: str, subject: str = "") -> int:
    """How many events a stream holds, of one subject or of all."""
    connection = await nats.connect(broker_url)
    try:
        manager = connection.jetstream()
        found = await manager.stream_info(stream, subjects_filter=subject or ">")
    finally:
        await connection.close()
    return sum((found.state.subjects or {}).values())


async def _waiting(client: httpx.AsyncClient, urls: Mapping[str, str]) -> dict[str, int]:
    found = {}
    for service, url in urls.items():
        text = (await client.get(f"{url}/metrics")).text
        for family in text_string_to_metric_families(text):
            if family.name == "resonance_outbox_waiting":
                found[f"{service} outbox"] = int(sum(each.value for each in family.samples))
    return found


async def _pending(connection: Client) -> dict[str, int]:
    manager = connection.jetstream()
    found = {}
    for stream in await manager.streams_info():
        name = stream.config.name
        if not name or name == "dead":
            continue
        for consumer in await manager.consumers_info(name):
            found[consumer.name] = (consumer.num_pending or 0) + (consumer.num_ack_pending or 0)
    return found

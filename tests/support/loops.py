"""Runs the loops of a process beside a test, and waits for what they bring about."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

Loop = Callable[[asyncio.Event], Coroutine[Any, Any, None]]


@asynccontextmanager
async def running(*loops: Loop) -> AsyncIterator[None]:
    """Run loops beside the test and stop them at its end, in order."""
    stopping = asyncio.Event()
    async with asyncio.TaskGroup() as parts:
        for loop in loops:
            parts.create_task(loop(stopping))
        try:
            yield
        finally:
            stopping.set()


async def eventually(look: Callable[[], Awaitable[Any]], *, within: float = 15) -> None:
    """Wait until `look` returns something true."""
    async with asyncio.timeout(within):
        while not await look():  # noqa: ASYNC110 - what is waited for is in another process
            await asyncio.sleep(0.02)

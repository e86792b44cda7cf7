"""`python -m tests.support.services.echo`: the echo service as a process, on the chassis's runtime.

What a text asks for, happens: `sleep` takes its time, `fail` is a defect; a loop of the process
fails or ends when `ECHO_LOOP` says so, `warm_up` takes `ECHO_WARM_UP`.
"""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from pydantic_settings import SettingsConfigDict
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.runtime import Ground, Loop, Service, main
from services.chassis.settings import Duration, ServiceSettings
from tests.support.echo import contract, echo_servicer
from tests.support.services import make_findable
from tests.support.services.echo.tables import kept, platform

pb = contract()


class Settings(ServiceSettings):
    """What can be set from outside, each as ECHO_<NAME>."""

    model_config = SettingsConfigDict(env_prefix="ECHO_")

    loop: Literal["runs", "fails", "ends"] = "runs"
    warm_up: Duration = timedelta(0)
    closed: Path | None = None
    """Touched when everything has been closed."""


def build(settings: Settings, ground: Ground) -> Service:
    """Put the echo service together."""
    transactions = ground.database.transactions(lambda connection: connection)

    async def echo(request: Any, _context: Any) -> Any:
        if request.text == "sleep":
            await asyncio.sleep(1)
        if request.text == "fail":
            raise RuntimeError("a defect")
        return pb.EchoResponse(text=request.text)

    async def keep(request: Any, _context: Any) -> Any:
        async with transactions() as connection:
            return pb.KeepResponse(number=await _insert(connection, request.text))

    async def warm_up() -> None:
        await asyncio.sleep(settings.warm_up.total_seconds())

    async def close() -> None:
        if settings.closed is not None:
            settings.closed.touch()

    return Service(
        name="echo",
        tables=platform,
        servicers=[echo_servicer(Echo=echo, Keep=keep)],
        loops=[_loop(settings.loop)],
        warm_up=warm_up,
        close=close,
    )


async def _insert(connection: AsyncConnection, text: str) -> int:
    made = await connection.execute(insert(kept).values(text=text).returning(kept.c.number))
    return int(made.scalar_one())


def _loop(behaviour: str) -> Loop:
    async def loop(stopping: asyncio.Event) -> None:
        if behaviour == "runs":
            await stopping.wait()
            return
        await asyncio.sleep(0.3)
        if behaviour == "fails":
            raise RuntimeError("the loop is broken")

    return loop


if __name__ == "__main__":
    make_findable()
    main("echo", Settings, build)

"""Says whether the gateway lives, and whether it can do its work."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta

import orjson

from gateway.calls import Backend
from gateway.http import Response
from services.chassis.observability.readiness import Readiness

SERVICES, HTTP = "services", "http"
LOOK_AT_START = timedelta(milliseconds=250)
LOOK = timedelta(seconds=2)


class Health:
    """Ready as long as one service is: what the others would answer is refused with 503 on its own.

    Were it not ready for one that is down, an orchestrator would take all routes away with it.
    """

    def __init__(self, backends: Mapping[str, Backend]) -> None:
        self._backends = backends
        self._seen = dict.fromkeys(backends, False)
        self.readiness = Readiness((SERVICES, HTTP))

    async def watch(self, stopping: asyncio.Event) -> None:
        """Look at the services again and again until told to stop."""
        while not stopping.is_set():
            await self.look()
            pause = LOOK if self.readiness.is_ready else LOOK_AT_START
            with suppress(TimeoutError):
                async with asyncio.timeout(pause.total_seconds()):
                    await stopping.wait()

    async def look(self) -> None:
        """Ask every service once."""
        answers = await asyncio.gather(*(one.is_ready() for one in self._backends.values()))
        self._seen = dict(zip(self._backends, answers, strict=True))
        if any(answers):
            self.readiness.has(SERVICES)
        else:
            self.readiness.lacks(SERVICES, "none is ready")

    async def live(self) -> Response:
        """The process answers."""
        return Response(200, b'{"status":"live"}')

    async def ready(self) -> Response:
        """Whether to send requests here, and how each service did when last looked at."""
        is_ready = self.readiness.is_ready
        seen = {name: "ready" if is_up else "not ready" for name, is_up in self._seen.items()}
        body = {"status": "ready" if is_ready else "not ready", "services": seen}
        return Response(200 if is_ready else 503, orjson.dumps(body))

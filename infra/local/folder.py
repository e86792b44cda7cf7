"""The folder of one stack: who uses it, what runs in it, its ports and its passwords."""

import fcntl
import json
import os
import signal
from collections.abc import Iterable
from pathlib import Path

from infra.local.passwords import Passwords
from infra.local.ports import Ports
from infra.local.programs import Program, StackError


class Folder:
    """A folder that one stack at a time may use."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.path.mkdir(parents=True, exist_ok=True)
        self.ports = Ports(self.path / "ports.json")
        self.passwords = Passwords(self.path / "secrets.json")
        self._running = self.path / "running.json"
        self._lock = -1

    def log(self, name: str) -> Path:
        """Where the program of that name writes."""
        return self.path / "log" / f"{name}.log"

    async def claim(self) -> None:
        """Become the one who uses the folder; ends what a killed predecessor left running.

        Raises:
            StackError: a stack runs here.
        """
        self._take_lock()
        try:
            self._refuse_detached()
            await self.end_programs()
            self.ports.forget_taken()
        except BaseException:
            self.release()
            raise

    def release(self) -> None:
        """Let others use the folder."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def remember(self, programs: Iterable[Program], *, detached: bool) -> None:
        """Note what runs, so that it is found again after this process has died.

        `detached`: it is meant to go on without this process.
        """
        running = {program.name: program.remember() for program in programs if program.is_running}
        fresh = self._running.with_suffix(".new")
        fresh.write_text(json.dumps({"detached": detached, "programs": running}, indent=2) + "\n")
        fresh.replace(self._running)

    def programs(self) -> list[Program]:
        """What was remembered, in the order of its start."""
        found = []
        for name, remembered in self._read().get("programs", {}).items():
            program = Program(name, self.log(name))
            program.adopt(remembered)
            found.append(program)
        return found

    @property
    def is_detached(self) -> bool:
        """Whether what was remembered is meant to run on its own."""
        return bool(self._read().get("detached"))

    async def end_programs(self) -> None:
        """End what was remembered: what was started last first, PostgreSQL in its own way."""
        for program in reversed(self.programs()):
            asking = signal.SIGINT if program.name == "postgres" else signal.SIGTERM
            await program.stop(asking, within=20)
        self._running.unlink(missing_ok=True)

    def _read(self) -> dict[str, dict[str, dict[str, float]]]:
        if not self._running.exists():
            return {}
        content: dict[str, dict[str, dict[str, float]]] = json.loads(self._running.read_text())
        return content

    def _refuse_detached(self) -> None:
        if self.is_detached and any(program.is_running for program in self.programs()):
            raise StackError(f"A stack is up in {self.path}: `make down` ends it.")

    def _take_lock(self) -> None:
        lock = os.open(self.path / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise StackError(
                f"Another process uses {self.path}: end it, or choose another folder."
            ) from None
        self._lock = lock

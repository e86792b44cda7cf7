"""Programs of the stack: started, watched, ended, and found again after their starter has died."""

import asyncio
import pwd
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import TypedDict

import psutil

POLL = 0.02  # seconds between two looks at a process


class StackError(Exception):
    """The stack cannot do what was asked; the message says what to do about it."""


class Program:
    """One program. Its output goes to `log`, and it outlives whoever started it.

    Every program is the leader of a session of its own, so that Ctrl-C in a terminal reaches only
    the starter, who then stops everything in order.
    """

    def __init__(self, name: str, log: Path) -> None:
        self.name = name
        self.log = log
        self._process: psutil.Process | None = None

    @property
    def is_running(self) -> bool:
        """Whether it runs; a child of ours that has ended is reaped by asking."""
        match self._process:
            case None:
                return False
            case psutil.Popen() as child:
                return child.poll() is None
            case adopted:
                with suppress(psutil.NoSuchProcess):
                    return adopted.is_running() and adopted.status() != psutil.STATUS_ZOMBIE
                return False

    @property
    def process(self) -> psutil.Process:
        """The running process, for measurements."""
        if self._process is None:
            raise StackError(f"{self.name} has not been started.")
        return self._process

    @property
    def exit_code(self) -> int | None:
        """How it ended, if this process started it: negative for a signal. None: unknown."""
        return self._process.poll() if isinstance(self._process, psutil.Popen) else None

    def start(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        folder: Path | None = None,
        account: str | None = None,
    ) -> None:
        """Start it in `folder`; `account` is the system account it runs as, if not the caller's."""
        if self.is_running:
            raise StackError(f"{self.name} is running already.")
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            self._process = psutil.Popen(
                command,
                env=dict(environment),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **as_account(account),
            )

    def send(self, number: signal.Signals) -> None:
        """Send a signal; nothing happens if it has ended."""
        if self._process is not None:
            with suppress(psutil.NoSuchProcess):
                self._process.send_signal(number)

    async def ended(self, *, within: float) -> bool:
        """Wait until it has ended, at most `within` seconds; whether it has."""
        give_up_at = monotonic() + within
        while self.is_running:
            if monotonic() >= give_up_at:
                return False
            await asyncio.sleep(POLL)
        return True

    async def stop(self, number: signal.Signals = signal.SIGTERM, *, within: float) -> None:
        """Ask it to end with a signal; after `within` seconds, kill it."""
        self.send(number)
        if not await self.ended(within=within):
            await self.kill()

    async def kill(self) -> None:
        """End it at once, with SIGKILL."""
        self.send(signal.SIGKILL)
        await self.ended(within=10)

    def last_lines(self, count: int = 12) -> str:
        """The end of its log, for an error message."""
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-count:])

    def remember(self) -> dict[str, float]:
        """What is needed to find it again: a process id alone may be another program's by then."""
        if self._process is None or not self.is_running:
            return {}
        return {"pid": self._process.pid, "created": self._process.create_time()}

    def adopt(self, remembered: Mapping[str, float]) -> None:
        """Take over a program started by somebody else, if it still runs."""
        with suppress(psutil.NoSuchProcess, KeyError):
            process = psutil.Process(int(remembered["pid"]))
            if process.create_time() == remembered["created"]:
                self._process = process


class RunAs(TypedDict, total=False):
    """Arguments of `Popen` and `run`; empty: as the caller."""

    user: int
    group: int
    extra_groups: list[int]


def as_account(account: str | None) -> RunAs:
    """Arguments of `Popen` and `run` that make the program run as that account."""
    if account is None:
        return {}
    entry = pwd.getpwnam(account)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}

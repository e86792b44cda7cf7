"""Runs the training program beside this process, at low priority."""

import asyncio
import os
import sys
from contextlib import suppress
from uuid import UUID

_PROGRAM = "services.recommendation.training"
_LONGEST_ERROR = 2_000  # characters
_TERMINATED_WITHIN = 2.0  # seconds


class TrainingProcess:
    """Starts `python -m services.recommendation.training` and waits for it.

    `database_url` travels in the environment, where other users of the machine cannot read it.
    """

    def __init__(self, database_url: str) -> None:
        self._environment = {**os.environ, "RECOMMENDATION_DATABASE_URL": database_url}

    async def run(self, training_id: UUID, stopping: asyncio.Event) -> str | None:
        """Return what went wrong, "" if nothing did; None if it was stopped with this process."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            _PROGRAM,
            str(training_id),
            env=self._environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        ended = asyncio.ensure_future(process.communicate())
        told = asyncio.ensure_future(stopping.wait())
        try:
            await asyncio.wait({ended, told}, return_when=asyncio.FIRST_COMPLETED)
            if not ended.done():
                await _end(process, ended)
                return None
            _, errors = ended.result()
        finally:
            told.cancel()
            if process.returncode is None:
                process.kill()
        status = process.returncode or 0
        if status == 0:
            return ""
        if status < 0:
            return f"The training process was ended by signal {-status}."
        text = errors.decode(errors="replace").strip()[-_LONGEST_ERROR:]
        return text or f"The training process ended with status {status}."


async def _end(
    process: asyncio.subprocess.Process, ended: "asyncio.Future[tuple[bytes, bytes]]"
) -> None:
    with suppress(ProcessLookupError):
        process.terminate()
    await asyncio.wait({ended}, timeout=_TERMINATED_WITHIN)
    if not ended.done():
        with suppress(ProcessLookupError):
            process.kill()
        await ended

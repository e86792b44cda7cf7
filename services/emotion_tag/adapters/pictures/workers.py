"""Hands uploads to worker processes: few at a time, some may wait, each has its time.

Decoders of foreign bytes crash, hang and eat memory. In its own process a decoder takes nothing of
ours along, has no secrets in its environment, and can be ended. A worker ends after a while
without work, and its memory (450 to 700 MB) with it.
"""

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from services.chassis.observability.logs import get_logger
from services.emotion_tag.adapters.pictures.pipe import (
    ANSWER,
    CLIP,
    PICTURE,
    QUESTION,
    clip_from_json,
    picture_from_json,
)
from services.emotion_tag.domain.clip import Clip
from services.emotion_tag.domain.errors import (
    PicturesBusy,
    PicturesNotInstalled,
    PictureTooLarge,
    PictureTooSlow,
    PictureUnreadable,
)
from services.emotion_tag.domain.picture import Picture, PictureModels

log = get_logger(__name__)

EXTRA = ("PIL", "cv2", "onnxruntime", "rapidocr")
"""What the picture extra brings; requirements/emotion_tag_pictures.txt."""

HOW = "Install it with `make pictures`, or build the image with REQUIREMENTS=emotion_tag_pictures."

WORKER = "services.emotion_tag.adapters.pictures.worker"
_ROOT = Path(__file__).parents[4]
_START = timedelta(seconds=30)
_REFUSALS = {kind.reason: kind for kind in (PictureUnreadable, PictureTooLarge)}


def is_installed(extra: Sequence[str] = EXTRA) -> bool:
    return all(find_spec(name) is not None for name in extra)


class PictureWorkers:
    """Reads pictures and clips."""

    def __init__(
        self,
        *,
        workers: int,
        waiting: int,
        picture_timeout: timedelta,
        clip_timeout: timedelta,
        idle: timedelta = timedelta(minutes=5),
        module: str = WORKER,
        extra: Sequence[str] = EXTRA,
    ) -> None:
        """Let `workers` uploads be read at once while `waiting` more wait; beyond that is refused.

        A timeout is for one upload from when its turn comes, a new worker's start (1 to 2 s) not
        counted. `module` is what a worker runs, and needs all of `extra`.
        """
        self._module = module
        self._most, self._inside = workers + waiting, 0
        self._turns = asyncio.Semaphore(workers)
        self._timeouts = {PICTURE: picture_timeout, CLIP: clip_timeout}
        self._idle_after = idle.total_seconds()
        self._idle: list[_Worker] = []
        self._is_installed = is_installed(extra)

    def require(self) -> None:
        if not self._is_installed:
            raise PicturesNotInstalled(f"The picture extra is not installed. {HOW}")

    async def read_picture(self, data: bytes) -> tuple[Picture, PictureModels]:
        value, models = await self._read(PICTURE, data)
        return picture_from_json(value["picture"]), models

    async def read_clip(self, data: bytes) -> tuple[Clip, PictureModels]:
        value, models = await self._read(CLIP, data)
        return clip_from_json(value["clip"]), models

    async def close(self) -> None:
        """End the workers that rest; those at work end with the calls they work for."""
        while self._idle:
            await self._idle.pop().end()

    async def _read(self, kind: bytes, data: bytes) -> tuple[Any, PictureModels]:
        self.require()
        if self._inside >= self._most:
            raise PicturesBusy("Too many pictures are waiting to be read.")
        self._inside += 1
        try:
            async with self._turns:
                worker = self._idle.pop() if self._idle else await _Worker.start(self._module)
                return await self._ask(worker, kind, data), worker.models
        finally:
            self._inside -= 1

    async def _ask(self, worker: "_Worker", kind: bytes, data: bytes) -> Any:
        is_fit = False
        try:
            async with asyncio.timeout(self._timeouts[kind].total_seconds()):
                answer = await worker.ask(kind, data)
            is_fit = True
        except TimeoutError:
            raise PictureTooSlow("Reading it took too long and was stopped.") from None
        except (asyncio.IncompleteReadError, ConnectionError):
            raise PictureUnreadable("It cannot be read; send another.", why="crash") from None
        finally:
            if is_fit:
                self._rest(worker)
            else:  # given up on, by us or by the caller: it cannot be told to stop otherwise
                await worker.end()
        if "refused" in answer:
            reason, message, metadata = answer["refused"]
            raise _REFUSALS[reason](message, **metadata)
        return answer

    def _rest(self, worker: "_Worker") -> None:
        self._idle.append(worker)
        loop = asyncio.get_running_loop()
        loop.call_later(self._idle_after, self._retire, worker, worker.answered)

    def _retire(self, worker: "_Worker", answered: int) -> None:
        if worker in self._idle and worker.answered == answered:
            self._idle.remove(worker)
            worker.kill()


class _Worker:
    """One process that reads one upload after the other."""

    def __init__(self, process: asyncio.subprocess.Process, models: PictureModels) -> None:
        self._process, self.models = process, models
        self.answered = 0

    @classmethod
    async def start(cls, module: str) -> "_Worker":
        """Start a process and wait until it has loaded its models."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            module,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,  # decoders tell it about every odd byte
            env={"PATH": os.defpath, "PYTHONPATH": str(_ROOT), "OMP_NUM_THREADS": "1"},
        )
        ready, said = None, {}
        try:
            async with asyncio.timeout(_START.total_seconds()):
                with suppress(asyncio.IncompleteReadError):
                    said = await _answer(process)
            ready = said.get("ready")
        finally:
            if ready is None:
                await _end(process)
        if ready is None:
            raise RuntimeError(f"The picture worker does not start: {said}")
        log.info("picture worker started", pid=process.pid)
        return cls(process, PictureModels(**ready))

    async def ask(self, kind: bytes, data: bytes) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(QUESTION.pack(kind, len(data)) + data)
        await self._process.stdin.drain()
        answer = await _answer(self._process)
        self.answered += 1
        return answer

    def kill(self) -> None:
        _kill(self._process)

    async def end(self) -> None:
        await _end(self._process)


def _kill(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):  # it has ended by itself
        process.kill()


async def _end(process: asyncio.subprocess.Process) -> None:
    _kill(process)
    await process.wait()


async def _answer(process: asyncio.subprocess.Process) -> Any:
    assert process.stdout is not None
    (size,) = ANSWER.unpack(await process.stdout.readexactly(ANSWER.size))
    return json.loads(await process.stdout.readexactly(size))

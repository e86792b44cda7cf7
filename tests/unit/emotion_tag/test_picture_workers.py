"""Worker processes that misbehave take nothing along: real processes, without a model."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from services.emotion_tag.adapters.pictures.workers import PictureWorkers
from services.emotion_tag.domain.errors import (
    PicturesBusy,
    PicturesNotInstalled,
    PictureTooLarge,
    PictureTooSlow,
    PictureUnreadable,
)

MODULE = "tests.support.picture_worker"
LONG = timedelta(seconds=15)


@asynccontextmanager
async def working(
    *, workers: int = 1, waiting: int = 2, within: timedelta = LONG, idle: timedelta = LONG
) -> AsyncIterator[PictureWorkers]:
    made = PictureWorkers(
        workers=workers,
        waiting=waiting,
        picture_timeout=within,
        clip_timeout=within,
        idle=idle,
        module=MODULE,
        extra=(),
    )
    try:
        yield made
    finally:
        await made.close()


async def words(workers: PictureWorkers, data: bytes = b"x") -> str:
    picture, _ = await workers.read_picture(data)
    return picture.lines[0].text


async def test_what_a_worker_found_arrives_as_it_was() -> None:
    async with working() as workers:
        picture, models = await workers.read_picture("你好".encode())
        clip, _ = await workers.read_clip(b"x")

    assert (picture.width, picture.height, picture.faces) == (5, 6, ())
    assert picture.lines[0].text.endswith(" 你好")
    assert picture.lines[0].box.width == 3
    assert (models.expressions, models.text) == ("faces-0", "ocr-0")
    assert clip.duration == timedelta(seconds=7)


async def test_a_worker_goes_on_to_the_next_picture() -> None:
    async with working() as workers:
        first, second = await words(workers), await words(workers)

    assert first == second


async def test_a_refusal_is_told_and_the_worker_stays() -> None:
    async with working() as workers:
        before = await words(workers)
        with pytest.raises(PictureTooLarge) as refused:
            await workers.read_picture(b"refuse")

        assert await words(workers) == before
    assert refused.value.metadata == {"most": "7"}


async def test_a_crash_is_the_pictures_fault_and_the_next_one_is_read() -> None:
    async with working() as workers:
        before = await words(workers)
        with pytest.raises(PictureUnreadable):
            await workers.read_picture(b"crash")

        assert await words(workers) != before


async def test_what_takes_too_long_is_ended() -> None:
    async with working(within=timedelta(seconds=0.3)) as workers:
        before = await words(workers)
        with pytest.raises(PictureTooSlow):
            await workers.read_picture(b"sleep")

        assert await words(workers) != before


async def test_a_caller_who_goes_leaves_nobody_at_work() -> None:
    async with working() as workers:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.5):
                await workers.read_picture(b"sleep")

        assert await words(workers)


async def test_only_so_many_may_wait() -> None:
    async with working(workers=1, waiting=1) as workers:
        answers = await asyncio.gather(*(words(workers) for _ in range(3)), return_exceptions=True)

    refused = [answer for answer in answers if isinstance(answer, PicturesBusy)]
    assert len(refused) == 1
    assert refused[0].retry_after is not None
    assert sum(isinstance(answer, str) for answer in answers) == 2


async def test_several_workers_work_at_once() -> None:
    async with working(workers=2) as workers:
        answers = await asyncio.gather(words(workers), words(workers))

    assert len(set(answers)) == 2


async def test_a_worker_without_work_ends() -> None:
    async with working(idle=timedelta(seconds=0.1)) as workers:
        before = await words(workers)
        await asyncio.sleep(0.5)

        assert await words(workers) != before


async def test_a_worker_has_none_of_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMOTION_TAG_DATABASE_URL", "postgresql://somebody:secret@somewhere/x")

    async with working() as workers:
        known = await words(workers, b"env")

    assert "PYTHONPATH" in known
    assert "EMOTION_TAG" not in known


async def test_a_worker_that_does_not_start_is_a_fault_of_ours() -> None:
    workers = PictureWorkers(
        workers=1,
        waiting=0,
        picture_timeout=LONG,
        clip_timeout=LONG,
        module="tests.support.nothing_like_it",
        extra=(),
    )

    with pytest.raises(RuntimeError, match="does not start"):
        await workers.read_picture(b"x")


async def test_without_the_extra_it_says_how_to_get_it() -> None:
    workers = PictureWorkers(
        workers=1,
        waiting=0,
        picture_timeout=LONG,
        clip_timeout=LONG,
        extra=("nothing_like_it",),
    )

    with pytest.raises(PicturesNotInstalled, match="make pictures"):
        await workers.read_picture(b"x")

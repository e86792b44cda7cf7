"""What is left under a long thread goes by itself, whatever the database does for a moment."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy import text

from services.chassis.db.transaction import DatabaseUnavailable
from services.chassis.kernel.clock import SystemClock
from services.community.application.create_comment import CreateComment, create_comment
from services.community.application.create_post import CreatePost, create_post
from services.community.application.delete_post import delete_post
from services.community.application.ports import Transaction
from services.community.domain.kinds import PostKind
from services.community.entrypoints.schedule import Housekeeping
from tests.integration.community.conftest import ANN, Harness

CLOCK = SystemClock()


async def test_the_rest_of_a_long_thread_goes_by_itself(
    community: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.community.application.delete_post.AT_ONCE", 3)
    monkeypatch.setattr("services.community.application.clear_leftovers.AT_ONCE", 3)
    post = await create_post(
        CreatePost(author_id=ANN, kind=PostKind.NOTE, title="", body="长", item_ids=(), rating=0),
        community.transactions,
        CLOCK,
    )
    for _ in range(10):
        await create_comment(
            CreateComment(post_id=post.id, author_id=ANN, body="嗯", reply_to_id=None),
            community.transactions,
            CLOCK,
        )
    await delete_post(post.id, ANN, community.transactions, CLOCK)
    failures = 2

    @asynccontextmanager
    async def flaky() -> AsyncIterator[Transaction]:
        nonlocal failures
        if failures:
            failures -= 1
            raise DatabaseUnavailable("The database cannot be reached.")
        async with community.transactions() as tx:
            yield tx

    stopping = asyncio.Event()
    housekeeping = Housekeeping(
        flaky, CLOCK, every=timedelta(milliseconds=10), keep=timedelta(days=7)
    )
    running = asyncio.create_task(housekeeping(stopping))

    async with asyncio.timeout(10):
        while await _left(community):  # noqa: ASYNC110 - rows do not tell when they go
            await asyncio.sleep(0.02)
    stopping.set()
    await running

    async with community.database.engine.connect() as connection:
        deleted = await connection.scalar(
            text("SELECT count(*) FROM community.outbox WHERE subject LIKE '%ContentDeleted'")
        )
    assert deleted == 11


async def _left(community: Harness) -> int:
    async with community.database.engine.connect() as connection:
        left: int = await connection.scalar(
            text(
                "SELECT (SELECT count(*) FROM community.comments)"
                " + (SELECT count(*) FROM community.leftovers)"
            )
        )
        return left

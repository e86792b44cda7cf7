"""Somebody whose moods last, so that there is something to foresee; simulated.

What the households say is drawn for each text without regard to the one before, so of them no
forecast is any good and none is shown. This person says something every three hours of the day, for
two weeks, and mostly feels as the time before. Their own past says whether a forecast is shown.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from time import perf_counter

from infra.demo.api import Api
from infra.demo.feelings import Outlook, outlook
from infra.demo.importers.comment_bank import CommentBank, read_bank
from infra.demo.importers.community import Comment, Post, User
from infra.demo.loading import Loaded, Loader

NAME = "夏天 Summer（模拟 simulated）"
DAYS, TIMES_A_DAY, BETWEEN = 14, 4, timedelta(hours=3)
STAYS = 0.88
"""With this probability somebody feels as the last time; else as it comes."""
MOODS = ("joy", "like", "gratitude", "anticipation", "sadness", "anger", "fear")
LANGUAGE = "zh-Hans"
SHOWN_BACK, SHOWN_STEP = timedelta(days=4), timedelta(hours=2)
PATIENCE = 20.0  # seconds until what was said is known
LOOK_EVERY = 1.0


def entries(now: datetime, chance: random.Random) -> list[Comment]:
    """What the person said, oldest first; the last of it just now."""
    bank = CommentBank(read_bank())
    felt = chance.choice(MOODS)
    written: list[Comment] = []
    for day in reversed(range(DAYS)):
        for time in reversed(range(TIMES_A_DAY)):
            if chance.random() >= STAYS:
                felt = chance.choice(MOODS)
            line = bank.pick(chance, form="comment", language=LANGUAGE, emotion=felt, product="any")
            at = now - timedelta(days=day) - time * BETWEEN
            key = f"diary-{len(written)}"
            written.append(_comment(key, line.text, at, felt))
    return written


async def keep_diary(
    admin: Api, now: datetime, hear: Callable[[], Awaitable[None]]
) -> tuple[str, str]:
    """Let the person come, allow what moods need, and say it all; name and id.

    `hear` waits until everything that was told is known everywhere.
    """
    loaded = Loaded()
    loader = Loader(admin, loaded)
    user = User(key="diary", display_name=NAME, language=LANGUAGE, accounts=())
    await loader.users([user], _nothing)
    await hear()  # of the consent first: what is said before it has no author
    written = entries(now, random.Random(now.date().toordinal()))  # noqa: S311 - no secret
    await loader.texts([_post(written[0].at)], written, _nothing)
    await hear()
    return NAME, loaded.user_ids["diary"]


async def look_ahead(admin: Api, name: str, user_id: str, now: datetime) -> Outlook:
    """The forecast and the days before it, as soon as all is known, or after long enough."""
    until = perf_counter() + PATIENCE
    found = await outlook(admin, name, user_id)
    while "forecast" not in found.answer and perf_counter() < until:
        await asyncio.sleep(LOOK_EVERY)
        found = await outlook(admin, name, user_id)
    person = await admin.sign_in(user_id, "shopper")
    past = await person.get(
        f"/v1/users/{user_id}/mood/timeline",
        fromTime=(now - SHOWN_BACK).isoformat().replace("+00:00", "Z"),
        step=f"{SHOWN_STEP.total_seconds():.0f}s",
    )
    return replace(found, timeline=past.get("points", []))


def _comment(key: str, text: str, at: datetime, felt: str) -> Comment:
    return Comment(
        key=key,
        post_key="diary",
        author_key="diary",
        body=text,
        at=at,
        is_simulated=True,
        emotion=felt.upper(),
    )


def _post(at: datetime) -> Post:
    return Post(
        key="diary",
        author_key="diary",
        kind="NOTE",
        title="",
        body="我的日记（模拟）",
        item_ids=(),
        rating=0,
        at=at,
        is_simulated=True,
    )


def _nothing() -> None:
    """Nobody counts along."""

"""Opens the shop: brings a community in, hears it out, trains on it."""

from collections.abc import Awaitable, Callable, Sequence
from time import perf_counter
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from infra.demo.api import Api
from infra.demo.importers.community import Comment, Community, Post
from infra.demo.loading import Loader, start_campaigns
from infra.demo.memory import Memory
from infra.demo.training import train

TAG_BATCH = 500

Hear = Callable[[Callable[[int], None]], Awaitable[None]]
"""Waits until everything that was told is known everywhere; told how much is left."""


async def open_shop(
    admin: Api,
    community: Community,
    memory: Memory,
    kept_back: frozenset[str],
    console: Console,
    hear: Hear,
) -> None:
    """Fill the shop but for the texts `kept_back`; `memory` is what it came to."""
    posts = [post for post in community.posts if post.key not in kept_back]
    comments = [
        comment
        for comment in community.comments
        if comment.key not in kept_back and comment.post_key not in kept_back
    ]
    loader = Loader(admin, memory.loaded)
    with _progress(console) as progress:

        def counting(what: str, total: int) -> Any:
            task = progress.add_task(what, total=total)
            return lambda: progress.advance(task)

        users, items = community.users, community.items
        await loader.users(users, counting("people and their consents", len(users)))
        await loader.items(items, counting("catalogue", len(items)))
        await hear(lambda _: None)
        behaviors = community.behaviors
        await loader.behaviors(behaviors, counting("behaviours", len(behaviors)))
        total = len(posts) + len(comments)
        await loader.texts(posts, comments, counting("posts and comments", total))
        task = progress.add_task("tags, moods, portraits: events on their way", total=None)
        await hear(lambda left: progress.update(task, description=_left(left)))
        memory.texts_per_second = await _tagging_rate(admin, [*posts, *comments])
        task = progress.add_task("training the recommender", total=100)
        trained = await train(admin, lambda done: progress.update(task, completed=100 * done))
        progress.update(task, completed=100)
    campaigns = await start_campaigns(admin, community.campaigns)
    memory.training_seconds = trained.fit_seconds
    memory.evaluations = trained.evaluations
    memory.counts = {
        "users": len(community.users),
        "items": len(community.items),
        "behaviors": memory.loaded.behaviors,
        "behaviors_withheld_without_consent": memory.loaded.withheld,
        "posts": memory.loaded.posts,
        "comments": memory.loaded.comments,
        "campaigns": campaigns,
        "rows_skipped": sum(community.report.skipped.values()),
    }


async def _tagging_rate(admin: Api, texts: Sequence[Post | Comment]) -> float:
    """Texts a second of the batch call, through the gateway, one call after another."""
    inputs = [{"text": text.body} for text in texts]
    began = perf_counter()
    for start in range(0, len(inputs), TAG_BATCH):
        await admin.post("/v1/emotions:batchTag", {"texts": inputs[start : start + TAG_BATCH]})
    return len(inputs) / (perf_counter() - began) if inputs else 0.0


def _left(left: int) -> str:
    return f"tags, moods, portraits: {left} events on their way"


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description:<46}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    )

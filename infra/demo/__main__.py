"""`make demo`: loads a community, shows the loop for a few shoppers, and stays up.

    python -m infra.demo [--once] [--data FOLDER]

`--once` ends when the loop has been shown; exit status 0 only if nothing failed. Either way
`.local/demo/summary.json` says what was done and how fast. A second run on the same data finds the
shop as the last one left it.
"""

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import uuid4

import aiohttp
import grpc
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from infra.demo import picture
from infra.demo.api import Api, ApiError, Json, open_session
from infra.demo.feelings_tour import tour
from infra.demo.importers.choosing import read_community
from infra.demo.importers.community import Comment, Community, Post
from infra.demo.importers.report import DataError
from infra.demo.live import Line, Replay, Replayed
from infra.demo.loading import Loader, purposes_of, start_campaigns
from infra.demo.memory import Memory, fingerprint, recall
from infra.demo.page.write import write_pages
from infra.demo.story import Story, tell
from infra.demo.training import TrainingFailed, train
from infra.demo.waiting import StillBusy, heard, told
from infra.local.layout import ROOT
from infra.local.postgres import SERVICES
from infra.local.programs import StackError
from infra.local.stack import Stack, local_stack

FOLDER = ROOT / ".local" / "demo"
LIVE_LINES = 60
PACE, PACE_ONCE = 2.0, 0.6  # seconds between two live lines; to read, and to be done
TAG_BATCH = 500
TAGGED = "resonance.emotion_tag.v1.ContentTagged"
HEARD_WITHIN = 240.0  # seconds

# One operator loads a whole shop from one address: limits are for the public.
SETTINGS = {
    "gateway": {
        "GATEWAY_DEVELOPMENT_LOGIN": "true",
        "GATEWAY_SUBJECT_RATE": "0",
        "GATEWAY_ADDRESS_RATE": "0",
    }
}


class Demo:
    """One run."""

    def __init__(self, console: Console, community: Community, data: str) -> None:
        self._console, self._community, self._data = console, community, data
        self._began = perf_counter()
        self._memory = recall(FOLDER / "memory.json", data)
        self._live_keys = _live_keys(community)
        self._replayed = Replayed()
        self._stories: list[Story] = []

    @property
    def is_new(self) -> bool:
        """Whether the shop has to be loaded."""
        return self._memory is None

    async def run(self, stack: Stack, session: aiohttp.ClientSession, *, once: bool) -> int:
        """Load, train, replay, show; return how much failed."""
        admin = await Api(session).sign_in(str(uuid4()), "admin")
        if self._memory is None:
            self._memory = await self._load(stack, admin)
            self._memory.save(FOLDER / "memory.json")
        else:
            self._console.print("[bold]The shop is as the last run left it.[/]")
        memory = self._memory
        self._console.print(picture.evaluation_table(memory.evaluations))
        lines = self._lines(memory)
        told_as_stories = await _chosen(
            admin, lines
        )  # not said before, so that they change something
        others = [line for line in lines if line not in told_as_stories]
        await self._replay(stack, admin, others, pace=PACE_ONCE if once else PACE)
        await self._tell_stories(admin, told_as_stories)
        self._console.rule("What the shop knows of feelings")
        felt = await tour(
            admin, self._community, memory.loaded, self._console, lambda: self._heard(stack)
        )
        pages = write_pages(FOLDER, felt, self._stories)
        failures = [*admin.failures, *self._replayed.late, *await _dead_letters(stack)]
        tagged = await told(stack.broker_url, "emotion_tag", TAGGED)
        self._write_summary(memory, tagged, felt.summary(), failures)
        for failure in failures[:5]:
            self._console.print(f"[red]failed[/] {failure}", soft_wrap=True)
        for page in pages:
            self._console.print(f"picture    {page.as_uri()}", soft_wrap=True)
        await self._show_where(stack, admin, lines[0])
        if not once:
            await _until_interrupted(self._console)
        return len(failures)

    async def _load(self, stack: Stack, admin: Api) -> Memory:
        """Bring the community in, hear it out, train on it."""
        memory = Memory(data=self._data)
        community = self._community
        posts = [post for post in community.posts if post.key not in self._live_keys]
        comments = [
            comment
            for comment in community.comments
            if comment.key not in self._live_keys and comment.post_key not in self._live_keys
        ]
        loader = Loader(admin, memory.loaded)
        with _progress(self._console) as progress:

            def counting(what: str, total: int) -> Any:
                task = progress.add_task(what, total=total)
                return lambda: progress.advance(task)

            users, items = community.users, community.items
            await loader.users(users, counting("people and their consents", len(users)))
            await loader.items(items, counting("catalogue", len(items)))
            await self._heard(stack)
            behaviors = community.behaviors
            await loader.behaviors(behaviors, counting("behaviours", len(behaviors)))
            total = len(posts) + len(comments)
            await loader.texts(posts, comments, counting("posts and comments", total))
            task = progress.add_task("tags, moods, portraits: events on their way", total=None)
            await self._heard(stack, lambda left: progress.update(task, description=_left(left)))
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
        return memory

    async def _heard(self, stack: Stack, progress: Any = lambda _: None) -> None:
        urls = {name: stack.metrics_url(name) for name in SERVICES}
        await heard(stack.broker_url, urls, within=HEARD_WITHIN, progress=progress)

    def _lines(self, memory: Memory) -> list[Line]:
        """The last things that were said, to be said live now."""
        users = {user.key: (number, user) for number, user in enumerate(self._community.users)}
        posts = {post.key: post for post in self._community.posts}
        anywhere = next(iter(memory.loaded.post_ids.values()))
        lines = []
        for text in _texts(self._community):
            if text.key not in self._live_keys:
                continue
            item_ids = text.item_ids if isinstance(text, Post) else posts[text.post_key].item_ids
            number, user = users[text.author_key]
            known = (memory.loaded.post_of_item.get(item_id) for item_id in item_ids)
            lines.append(
                Line(
                    name=user.display_name,
                    user_id=memory.loaded.user_ids[user.key],
                    post_id=next((each for each in known if each), anywhere),
                    text=text.body[:1000],
                    item_ids=item_ids,
                    is_simulated=text.is_simulated,
                    allows_mood="EMOTION_INFERENCE" in purposes_of(number),
                )
            )
        return lines

    async def _replay(
        self, stack: Stack, admin: Api, lines: Sequence[Line], *, pace: float
    ) -> None:
        self._console.rule("Live: what people look at and say, and what is heard in it")
        if all(line.is_simulated for line in lines):
            self._console.print(
                "[dim]The words are simulated; the people and what they buy are real.[/]"
            )
        async with grpc.aio.insecure_channel(stack.address("recommendation")) as channel:
            replay = Replay(admin, channel)
            await replay.run(lines, pace=pace, show=self._show_line)
        self._replayed = replay.result

    def _show_line(self, line: Line, tag: Any, latency: float | None) -> None:
        shown = picture.spoken(line.text, tag)
        effect = f"[dim]→ next list in {latency:.0f} ms[/]" if latency is not None else ""
        self._console.print(f"[bold]{line.name:>16}[/] ", picture.verdict(tag), effect)
        self._console.print(" " * 17, shown)

    async def _tell_stories(self, admin: Api, lines: Sequence[Line]) -> None:
        self._console.rule("The loop, for a few shoppers")
        for line in lines:
            shopper = await admin.sign_in(line.user_id, "shopper")
            story = await tell(
                shopper,
                line.user_id,
                name=line.name,
                post_id=line.post_id,
                text=line.text,
                is_simulated=line.is_simulated,
                allows_mood=line.allows_mood,
            )
            self._console.print(picture.story_panel(story))
            self._stories.append(story)

    def _write_summary(
        self, memory: Memory, tagged: int, felt: Json, failures: Sequence[str]
    ) -> None:
        p50, p99 = self._replayed.percentile(0.5), self._replayed.percentile(0.99)
        summary = {
            "data": self._community.source,
            **memory.counts,
            "texts_tagged": tagged,
            "texts_per_second": round(memory.texts_per_second, 1),
            "training_seconds": round(memory.training_seconds, 2),
            "evaluation": memory.evaluations,
            "event_to_effect_ms": {
                "p50": p50 and round(p50, 1),
                "p99": p99 and round(p99, 1),
                "comments": len(self._replayed.latencies_ms),
            },
            "evidence": [
                {"emotion": picture.emotion_of(one.tag).lower(), "because_of": one.evidence}
                for one in self._stories
            ],
            **felt,
            "failures": len(failures),
            "seconds": round(perf_counter() - self._began, 1),
        }
        file = FOLDER / "summary.json"
        file.write_text(json.dumps(summary, ensure_ascii=False, indent=2) + "\n")
        self._console.print_json(file.read_text())

    async def _show_where(self, stack: Stack, admin: Api, line: Line) -> None:
        tokens = {
            "shopper": await admin.sign_in(line.user_id, "shopper"),
            "operator": await admin.sign_in(str(uuid4()), "operator", "agent"),
        }
        picture.where_to_look(
            self._console,
            stack,
            user_id=line.user_id,
            post_id=line.post_id,
            item_id=line.item_ids[0] if line.item_ids else self._community.items[0].item_id,
            tokens=tokens,
        )


def _texts(community: Community) -> list[Post | Comment]:
    texts: list[Post | Comment] = [*community.posts, *community.comments]
    return sorted(texts, key=lambda text: text.at)


def _live_keys(community: Community) -> frozenset[str]:
    """The last things that were said, one for each person, are kept for the live part."""
    chosen: dict[str, str] = {}
    for text in reversed(_texts(community)):
        if len(chosen) < LIVE_LINES:
            chosen.setdefault(text.author_key, text.key)
    return frozenset(chosen.values())


async def _tagging_rate(admin: Api, texts: Sequence[Post | Comment]) -> float:
    """Texts a second of the batch call, through the gateway, one call after another."""
    inputs = [{"text": text.body} for text in texts]
    began = perf_counter()
    for start in range(0, len(inputs), TAG_BATCH):
        await admin.post("/v1/emotions:batchTag", {"texts": inputs[start : start + TAG_BATCH]})
    return len(inputs) / (perf_counter() - began) if inputs else 0.0


async def _chosen(admin: Api, lines: Sequence[Line]) -> list[Line]:
    """The saddest and the gladdest line, and one of somebody who allows no mood."""
    answer = await admin.post(
        "/v1/emotions:batchTag", {"texts": [{"text": line.text} for line in lines]}
    )
    felt = [
        (tag.get("intensity", 0.0) * tag["confidence"] * _sign(tag), line)
        for tag, line in zip(answer["tags"], lines, strict=True)
    ]
    allowed = sorted((pair for pair in felt if pair[1].allows_mood), key=lambda pair: pair[0])
    private = [line for _, line in felt if not line.allows_mood]
    return [allowed[0][1], allowed[-1][1], *private[:1]]


def _sign(tag: Any) -> int:
    return {"POLARITY_POSITIVE": 1, "POLARITY_NEGATIVE": -1}.get(tag.get("polarity", ""), 0)


async def _dead_letters(stack: Stack) -> list[str]:
    dead = await told(stack.broker_url, "dead")
    return [f"{dead} events were given up"] if dead else []


async def _until_interrupted(console: Console) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    console.print("\n[bold]Everything stays up until Ctrl-C.[/]")
    await stopping.wait()


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


async def run(*, once: bool, data: Path | None) -> int:
    """Run the demo; return the exit status."""
    console = Console()
    began = perf_counter()
    try:
        community = await asyncio.to_thread(read_community, data)
    except DataError as error:
        console.print(f"[red]The data cannot be used, nothing was written.[/] {error}")
        return 2
    console.print(f"[bold]{community.source}[/], read in {perf_counter() - began:.1f} s")
    for problem in community.report.shown[:10]:
        console.print(f"[yellow]skipped or changed[/] {problem}", soft_wrap=True)
    demo = Demo(console, community, fingerprint(data))
    if demo.is_new:
        (FOLDER / "memory.json").unlink(missing_ok=True)
    try:
        async with (
            local_stack(
                FOLDER / "stack", settings=SETTINGS, fresh=demo.is_new, say=console.print
            ) as stack,
            open_session(stack.gateway_url) as session,
        ):
            return 1 if await demo.run(stack, session, once=once) else 0
    except (StackError, ApiError, TrainingFailed, StillBusy) as error:
        console.print(f"[red]{error}[/]", soft_wrap=True)
        return 1


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(prog="make demo", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--once", action="store_true", help="end when the loop has been shown")
    parser.add_argument("--data", type=Path, help="a folder that an importer knows")
    options = parser.parse_args()
    status = 130
    with suppress(KeyboardInterrupt):
        status = asyncio.run(run(once=options.once, data=options.data))
    sys.exit(status)


if __name__ == "__main__":
    main()

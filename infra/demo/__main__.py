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

from infra.demo import picture
from infra.demo.api import Api, ApiError, Json, open_session
from infra.demo.feelings_tour import prepare, tour
from infra.demo.importers.choosing import read_community
from infra.demo.importers.community import Community
from infra.demo.importers.report import DataError
from infra.demo.live import Line, Replay, Replayed
from infra.demo.memory import Memory, fingerprint, recall
from infra.demo.opening import open_shop
from infra.demo.page.write import write_pages
from infra.demo.saying import chosen, lines_of, live_keys
from infra.demo.story import Story, tell
from infra.demo.training import TrainingFailed
from infra.demo.waiting import StillBusy, heard, told
from infra.local.layout import ROOT
from infra.local.postgres import SERVICES
from infra.local.programs import StackError
from infra.local.stack import Stack, local_stack

FOLDER = ROOT / ".local" / "demo"
PACE, PACE_ONCE = 2.0, 0.6  # seconds between two live lines; to read, and to be done
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
        self._live_keys = live_keys(community)
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
            self._memory = await self._open(stack, admin)
            self._memory.save(FOLDER / "memory.json")
        else:
            self._console.print("[bold]The shop is as the last run left it.[/]")
        memory = self._memory
        self._console.print(picture.evaluation_table(memory.evaluations))
        lines = lines_of(self._community, memory.loaded, self._live_keys)
        told_as_stories = await chosen(
            admin, lines
        )  # not said before, so that they change something
        others = [line for line in lines if line not in told_as_stories]
        await prepare(admin, self._community, memory.loaded)
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

    async def _open(self, stack: Stack, admin: Api) -> Memory:
        memory = Memory(data=self._data)
        await open_shop(
            admin,
            self._community,
            memory,
            self._live_keys,
            self._console,
            lambda progress: self._heard(stack, progress),
        )
        return memory

    async def _heard(self, stack: Stack, progress: Any = lambda _: None) -> None:
        urls = {name: stack.metrics_url(name) for name in SERVICES}
        await heard(stack.broker_url, urls, within=HEARD_WITHIN, progress=progress)

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


async def _dead_letters(stack: Stack) -> list[str]:
    dead = await told(stack.broker_url, "dead")
    return [f"{dead} events were given up"] if dead else []


async def _until_interrupted(console: Console) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    console.print("\n[bold]Everything stays up until Ctrl-C.[/]")
    await stopping.wait()


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

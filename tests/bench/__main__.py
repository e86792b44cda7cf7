"""Measures, and says what each figure was compared with: `make bench [ONLY=area]`.

Areas: profile, emotion_tag, recommendation, community, campaign, gateway, platform. Prints a table
and writes `.local/bench/results.json`. A missed goal is printed as missed; it fails nothing.
"""

import argparse
import asyncio
import json
from collections.abc import AsyncIterator

from rich.console import Console
from rich.table import Table

from infra.local.layout import ROOT
from tests.bench import effects, rates
from tests.bench.codec import rows as codec_rows
from tests.bench.row import Row
from tests.bench.scene import Scene, scene

RESULTS = ROOT / ".local" / "bench" / "results.json"
SERVICES = ("profile", "emotion_tag", "recommendation", "community", "campaign")
AREAS = (*SERVICES, "gateway", "platform")


async def measure(areas: frozenset[str]) -> AsyncIterator[Row]:
    """Take the figures of these areas, one after another."""
    if "gateway" in areas:
        for row in codec_rows():
            yield row
    async with scene() as on:
        async for row in _on_stack(on, areas):
            yield row


async def _on_stack(on: Scene, areas: frozenset[str]) -> AsyncIterator[Row]:
    async for row in rates.service_rows(on, areas):
        yield row
    if "gateway" in areas:
        async for row in rates.gateway_rows(on):
            yield row
    if "profile" in areas:
        yield await effects.ingest_row(on)
    if "platform" in areas:
        yield await effects.effect_row(on)
        async for row in effects.idle_rows(on):
            yield row


def show(console: Console, rows: list[Row]) -> None:
    """Print the table."""
    table = Table(title="What was measured", show_lines=True)
    for title in ("area", "figure", "value", "goal", "", "how"):
        table.add_column(title, justify="right" if title == "value" else "left")
    for row in rows:
        verdict = {True: "met", False: "[bold red]MISSED[/]", None: ""}[row.met]
        value = f"{row.value:,.2f} {row.unit}"
        table.add_row(row.area, row.name, value, row.goal, verdict, row.detail)
    console.print(table)


async def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--only", choices=AREAS, help="one area instead of all")
    only = parser.parse_args().only
    console = Console()
    rows = []
    async for row in measure(frozenset([only] if only else AREAS)):
        console.print(f"[dim]{row.area}[/] {row.name}: {row.value:,.2f} {row.unit}")
        rows.append(row)
    show(console, rows)
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps([row.as_json() for row in rows], ensure_ascii=False, indent=1))


if __name__ == "__main__":
    asyncio.run(main())

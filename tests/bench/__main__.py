"""Measures, and says what each figure was compared with: `make bench [ONLY=area]`.

Prints a table and writes `.local/bench/results.json`; with ONLY, the rows of the other areas stay
there as they were. A missed goal is printed as missed; it fails nothing.
"""

import argparse
import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from rich.console import Console
from rich.table import Table

from infra.local.layout import ROOT
from tests.bench import claims, effects, rates
from tests.bench.codec import rows as codec_rows
from tests.bench.feelings import feeling_rows
from tests.bench.row import Row
from tests.bench.scene import Scene, scene
from tests.bench.texts import text_rows

RESULTS = ROOT / ".local" / "bench" / "results.json"
AREAS = ("profile", "emotion_tag", "recommendation", "campaign", "gateway", "platform")


async def measure(areas: frozenset[str]) -> AsyncIterator[Row]:
    """Take the figures of these areas, one after another."""
    if "gateway" in areas:
        for row in codec_rows():
            yield row
    if "emotion_tag" in areas:
        for row in await text_rows():
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
    if "campaign" in areas:
        yield await claims.hot_coupon_row(on)
    if "profile" in areas:
        yield await effects.ingest_row(on)
    if "emotion_tag" in areas:
        async for row in feeling_rows(on):
            yield row
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
    areas = frozenset([only] if only else AREAS)
    async for row in measure(areas):
        console.print(f"[dim]{row.area}[/] {row.name}: {row.value:,.2f} {row.unit}")
        rows.append(row)
    show(console, rows)
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    written = _kept(areas) + [row.as_json() for row in rows]
    RESULTS.write_text(json.dumps(written, ensure_ascii=False, indent=1))


def _kept(areas: frozenset[str]) -> list[dict[str, Any]]:
    """What an earlier run measured of other areas."""
    if not RESULTS.exists():
        return []
    return [row for row in json.loads(RESULTS.read_text()) if row["area"] not in areas]


if __name__ == "__main__":
    asyncio.run(main())

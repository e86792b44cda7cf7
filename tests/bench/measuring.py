"""Rates of several things, taken in turn in the same run, and what they come to as ratios."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

ROUNDS = 5
SECONDS = 2.0  # of counted load a round and a candidate


@dataclass(frozen=True)
class Load:
    """Arguments for `python -m tests.bench.load`, and the requests to send in turn."""

    arguments: Sequence[str]
    requests: Sequence[str]


@dataclass(frozen=True)
class Rates:
    """Calls a second of each candidate, round by round."""

    rounds: Sequence[Mapping[str, float]]
    failed: Mapping[str, int]
    p99_ms: Mapping[str, float]

    def ratio(self, mine: str, other: str) -> float:
        """The median over the rounds of mine / other, each taken within a round."""
        return median(each[mine] / each[other] for each in self.rounds)

    def rate(self, name: str) -> float:
        return median(each[name] for each in self.rounds)

    def detail(self, mine: str, other: str) -> str:
        """Both rates, the spread of the ratio, and failures if there were any."""
        ratios = [each[mine] / each[other] for each in self.rounds]
        failed = self.failed[mine] + self.failed[other]
        return (
            f"{self.rate(mine):,.0f}/s against {self.rate(other):,.0f}/s of {other}, "
            f"{len(self.rounds)} rounds in turn, ratio {min(ratios):.2f} to {max(ratios):.2f}, "
            f"p99 {self.p99_ms[mine]:.1f} ms" + (f", {failed} FAILED" if failed else "")
        )


async def in_turn(loads: Mapping[str, Load], *, rounds: int = ROUNDS) -> Rates:
    """Load each candidate in turn, round by round, so that drift of the machine meets all alike."""
    taken: list[dict[str, float]] = []
    failed = dict.fromkeys(loads, 0)
    p99: dict[str, list[float]] = {name: [] for name in loads}
    for _ in range(rounds):
        this: dict[str, float] = {}
        for name, load in loads.items():
            told = await _load(load)
            this[name] = told["rate"] or float("nan")
            failed[name] += told["failed"]
            p99[name].append(told["p99_ms"])
        taken.append(this)
    return Rates(taken, failed, {name: median(values) for name, values in p99.items()})


async def _load(load: Load) -> dict[str, Any]:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "requests.txt"
        file.write_text("\n".join(load.requests))
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.bench.load", *load.arguments, str(file)),
            *("--seconds", str(SECONDS)),
            stdout=asyncio.subprocess.PIPE,
        )
        told, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"the load generator failed: {' '.join(load.arguments)}")
    return json.loads(told)  # type: ignore[no-any-return]


@asynccontextmanager
async def echo_of(answer: bytes) -> AsyncIterator[str]:
    """A bare server that answers with these bytes; its address."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "answer.bin"
        file.write_bytes(answer)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.bench.echo", str(file), stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout
        port = (await process.stdout.readline()).decode().strip()
        try:
            yield f"127.0.0.1:{port}"
        finally:
            process.kill()
            await process.wait()

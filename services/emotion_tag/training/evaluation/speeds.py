"""Texts a second on one core, everything included, and the share that reached the encoder."""

import time
from collections.abc import Callable, Sequence

from services.emotion_tag.adapters.cascade.tagger import CascadeTagger
from services.emotion_tag.domain.tag import TextInput, TextKind
from services.emotion_tag.training.evaluation.report import Section

_ALONE, _BATCHED, _BATCH = 500, 3000, 500
SHORT = 20  # characters


def speeds(tagger: CascadeTagger, texts: Sequence[str], kind: TextKind) -> Section:
    """`texts` are used in their order: repeated ones are answered once in a batch."""
    some = [TextInput(text, kind) for text in texts[:_BATCHED]]
    tagger.tag(some[:_BATCH])
    alone = _spent(lambda: [tagger.tag([one]) for one in some[:_ALONE]])
    batched = _spent(
        lambda: [tagger.tag(some[at : at + _BATCH]) for at in range(0, len(some), _BATCH)]
    )
    tiers = tagger.tiers(some, tagger.tag(some))
    return Section(
        f"speed on texts of {sum(map(len, texts[:_BATCHED])) / len(some):.0f} characters as {kind}",
        {
            "texts/s alone": min(len(some), _ALONE) / alone,
            f"texts/s in batches of {_BATCH}": len(some) / batched,
            "share that reached the encoder": tiers.count("encoder") / len(tiers),
        },
    )


def _spent(work: Callable[[], object]) -> float:
    """Seconds of processor time."""
    began = time.process_time()
    work()
    return max(time.process_time() - began, 1e-9)

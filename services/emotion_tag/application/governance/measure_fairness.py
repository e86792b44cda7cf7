"""Ask a model sentences of our own that it should answer alike."""

import asyncio
from collections import OrderedDict

from services.chassis.kernel.ids import new_id
from services.emotion_tag.application.governance.ports import Pairs, Shelf, Switch
from services.emotion_tag.application.ports import Tagger
from services.emotion_tag.domain.evaluation import Answer, slices_of
from services.emotion_tag.domain.fairness import Fairness, Gap, gap_of
from services.emotion_tag.domain.labels import LabelSpace
from services.emotion_tag.domain.tag import EmotionTag, TextInput, TextKind

REMEMBERED = 8  # versions; a version always answers the same


class FairnessMeter:
    """Measures a version once."""

    def __init__(self, shelf: Shelf, switch: Switch, pairs: Pairs) -> None:
        self._shelf, self._switch, self._pairs = shelf, switch, pairs
        self._known: OrderedDict[str, Fairness] = OrderedDict()
        self._turn = asyncio.Lock()

    async def measure(self, version: str) -> Fairness:
        """Answer from memory, or ask the model in a thread.

        Raises:
            ModelNotFound: it lies in none of the folders, or is damaged.
        """
        async with self._turn:
            known = self._known.get(version)
            if known is None:
                tagger = self._switch.loaded(version)
                if tagger is None:
                    tagger = await asyncio.to_thread(self._shelf.load, version)
                known = self._known[version] = await asyncio.to_thread(
                    measure, version, tagger, self._pairs
                )
                if len(self._known) > REMEMBERED:
                    self._known.popitem(last=False)
        return known


def measure(version: str, tagger: Tagger, pairs: Pairs) -> Fairness:
    """Ask a model all pairs; takes about a millisecond for each sentence at most."""
    gaps: list[Gap] = []
    answers: list[Answer] = []
    for group in pairs.groups():
        first = _ask(tagger, [pair.first for pair in group.pairs])
        second = _ask(tagger, [pair.second for pair in group.pairs])
        gaps.append(gap_of(group, first, second))
        for pair, plain, swapped in zip(group.pairs, first, second, strict=True):
            if pair.emotion is not None:
                said = str(pair.emotion)
                answers += [
                    _answer(said, plain, f"{group.name}:plain"),
                    _answer(said, swapped, f"{group.name}:changed"),
                ]
    slices = sorted(slices_of(answers, LabelSpace.EMOTION), key=lambda one: one.name)
    return Fairness(version=version, gaps=tuple(gaps), slices=tuple(slices))


def _ask(tagger: Tagger, sentences: list[str]) -> list[EmotionTag]:
    return tagger.tag([TextInput(sentence, TextKind.COMMENT) for sentence in sentences])


def _answer(said: str, tag: EmotionTag, name: str) -> Answer:
    return Answer(new_id(), said, str(tag.emotion), tag.confidence, (name,))

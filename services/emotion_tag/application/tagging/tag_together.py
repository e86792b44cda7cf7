"""Tags texts that are sent one by one, but at the same moment, in one go; nothing is stored.

The fast part of the model answers a short text sooner than a thread could begin: it reads them in
the event loop, all that came in a turn of it. What it is not sure of takes milliseconds and waits
for a thread. Live rooms repeat themselves, so the latest answers are remembered, by a digest of
the text.
"""

import asyncio
from collections import OrderedDict, deque
from hashlib import blake2b

from services.emotion_tag.application.ports import Tagger
from services.emotion_tag.domain.tag import EmotionTag, TextInput

REMEMBERED = 2048  # answers, about 2 KB each
TEXTS_AT_ONCE, CHARACTERS_AT_ONCE = 16, 1_000
"""Of a batch: the event loop is kept for 2 ms at most, a thread for about 50."""
BATCHES = 2  # of hard texts at work at the same time: long ones do not keep the next waiting

_Waits = tuple[TextInput, asyncio.Future[EmotionTag]]


class TagTogether:
    """Answers single texts."""

    def __init__(self, tagger: Tagger) -> None:
        self._tagger = tagger
        self._known: OrderedDict[bytes, EmotionTag] = OrderedDict()
        self._waiting: deque[_Waits] = deque()
        self._hard: deque[_Waits] = deque()
        self._workers: set[asyncio.Task[None]] = set()
        self._epoch = 0

    def forget(self) -> None:
        """Forget the answers, for another model answers from now on."""
        self._known.clear()
        self._epoch += 1

    async def tag(self, one: TextInput) -> EmotionTag:
        """Tag one text."""
        key = _digest(one)
        known = self._known.get(key)
        if known is None:
            epoch = self._epoch
            known = await self._join(one)
            if epoch == self._epoch:
                self._known[key] = known
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return known

    def _join(self, one: TextInput) -> asyncio.Future[EmotionTag]:
        """Wait for the next turn of the loop, or for a thread."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[EmotionTag] = loop.create_future()
        if len(one.text) > CHARACTERS_AT_ONCE:
            self._think([(one, future)])
            return future
        if not self._waiting:
            loop.call_soon(self._look)
        self._waiting.append((one, future))
        return future

    def _look(self) -> None:
        """Answer of a batch what the fast part is sure of; the loop does something else before the
        next one."""
        batch = _next_batch(self._waiting)
        if self._waiting:
            asyncio.get_running_loop().call_soon(self._look)
        try:
            tags = self._tagger.sure([one for one, _ in batch])
        except Exception as error:  # noqa: BLE001 - each caller gets it
            _fail(batch, error)
            return
        self._think(
            [waits for waits, tag in zip(batch, tags, strict=True) if not _answered(waits[1], tag)]
        )

    def _think(self, batch: list[_Waits]) -> None:
        """Let a thread tag a batch, soon."""
        self._hard += batch
        if self._hard and len(self._workers) < BATCHES:
            worker = asyncio.create_task(self._work())
            self._workers.add(worker)
            worker.add_done_callback(self._workers.discard)

    async def _work(self) -> None:
        """Tag what is hard, batch by batch, until nothing is left."""
        while self._hard:
            batch = _next_batch(self._hard)
            try:
                tags = await asyncio.to_thread(self._tagger.tag, [one for one, _ in batch])
            except Exception as error:  # noqa: BLE001 - each caller gets it
                _fail(batch, error)
                continue
            for (_, future), tag in zip(batch, tags, strict=True):
                _answered(future, tag)


def _next_batch(waiting: deque[_Waits]) -> list[_Waits]:
    batch = [waiting.popleft()]
    characters = len(batch[0][0].text)
    while waiting and len(batch) < TEXTS_AT_ONCE:
        characters += len(waiting[0][0].text)
        if characters > CHARACTERS_AT_ONCE:
            break
        batch.append(waiting.popleft())
    return batch


def _answered(future: asyncio.Future[EmotionTag], tag: EmotionTag | None) -> bool:
    """Whether nobody waits any longer: the tag is there, or the caller has gone."""
    if tag is not None and not future.done():
        future.set_result(tag)
    return future.done()


def _fail(batch: list[_Waits], error: Exception) -> None:
    for _, future in batch:
        if not future.done():
            future.set_exception(error)


def _digest(one: TextInput) -> bytes:
    """Two texts that share it are the same text, said in the same place."""
    said = repr((one.text, one.kind, one.locale, one.context))
    return blake2b(said.encode(), digest_size=16).digest()

"""Find the topics of what was said."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from uuid import UUID

from services.chassis.kernel.clock import Clock
from services.emotion_tag.application.ports import Contents
from services.emotion_tag.application.trends.ports import (
    Fold,
    Miner,
    TrendReads,
)
from services.emotion_tag.domain.content import Content
from services.emotion_tag.domain.tag import TextKind
from services.emotion_tag.domain.trend import LEAST_TEXTS, Named, TopicKind
from services.emotion_tag.domain.trend_words import words_of

SHORT = 12
"""Characters up to which many may say the same without copying: it counts once for each author."""
REMEMBERED = 200_000
"""Texts by hash, of which a copy counts no more; about 20 MB."""
FADE_EVERY = timedelta(minutes=30)
LEARN_EVERY = timedelta(minutes=5)
"""How soon topics that another process found are known here."""

Topics = Mapping[UUID, frozenset[Named]]


@dataclass(frozen=True)
class Heard:
    """Topics of texts, on the way to being counted; copies have none."""

    topics: Topics

    def only(self, content_ids: Iterable[UUID]) -> "Heard":
        wanted = set(content_ids)
        return Heard({one: topics for one, topics in self.topics.items() if one in wanted})


class TopicFinder:
    """Reads texts, remembers hashes of them and the names of topics, and counts."""

    def __init__(
        self, contents: Contents, miner: Miner, fold: Fold, reads: TrendReads, clock: Clock
    ) -> None:
        self._contents, self._miner, self._fold = contents, miner, fold
        self._reads, self._clock = reads, clock
        self._known: set[str] = set()
        self._texts: OrderedDict[bytes, None] = OrderedDict()
        self._learned_at = self._faded_at = datetime.min.replace(tzinfo=clock.now().tzinfo)

    async def read(self, content_ids: Sequence[UUID]) -> Heard:
        """Ask for the texts and find their topics: no place for a transaction.

        Raises:
            ContentUnreachable: the neighbour did not answer in time.
        """
        await self._keep_up()
        found = await self._contents.read(list(dict.fromkeys(content_ids)))
        topics = {}
        for content in found:
            if content.kind is not TextKind.CHAT:
                topics[content.content_id] = self._topics_of(content)
        return Heard(topics)

    def _topics_of(self, content: Content) -> frozenset[Named]:
        text, author = self._fold(content.text), content.author_id.bytes
        if self._is_copy(text, author):
            return frozenset()
        hashtags = {folded: tag for tag in content.place.topics if (folded := self._fold(tag))}
        used = [
            self._named(TopicKind.HASHTAG, topic, content.text, tag)
            for topic, tag in hashtags.items()
            if self._miner.authors_of(f"#{topic}", author) >= LEAST_TEXTS
        ]
        phrases = self._miner.mine(words_of(text), author, self._known)
        self._known.update(phrases)
        used += [
            self._named(TopicKind.PHRASE, one, content.text, one)
            for one in phrases
            if one not in hashtags
        ]
        return frozenset(used)

    def _named(self, kind: TopicKind, topic: str, text: str, otherwise: str) -> Named:
        return Named(kind, topic, self._fold.form_of(topic, text) or otherwise)

    def _is_copy(self, text: str, author: bytes) -> bool:
        """Whether the text was heard before: a long one from anybody, a short one from them."""
        whose = author if len(text) <= SHORT else b""
        key = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12, key=whose).digest()
        is_known = key in self._texts
        self._texts[key] = None
        self._texts.move_to_end(key)
        if len(self._texts) > REMEMBERED:
            self._texts.popitem(last=False)
        return is_known

    async def _keep_up(self) -> None:
        now = self._clock.now()
        if now - self._learned_at >= LEARN_EVERY:
            async with self._reads() as reader:
                self._known = set(await reader.known())
            self._learned_at = now
        if now - self._faded_at >= FADE_EVERY:
            hours = min((now - self._faded_at) / timedelta(hours=1), 48.0)
            self._miner.fade(hours)
            self._faded_at = now

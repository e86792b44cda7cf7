"""Find the topics of what was said, and count them."""

from collections import OrderedDict, defaultdict
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
    Segment,
    Spoken,
    TrendReads,
    TrendTransactions,
)
from services.emotion_tag.domain.content import Content, TaggedContent
from services.emotion_tag.domain.subject import CatalogueEntry
from services.emotion_tag.domain.tag import TextKind
from services.emotion_tag.domain.taxonomy import Polarity
from services.emotion_tag.domain.trend import LEAST_TEXTS, Sums, TopicKind
from services.emotion_tag.domain.trend_words import words_of

SLICE = timedelta(minutes=10)
OLDEST = timedelta(days=14)
"""What was said longer ago is history that no window reaches."""

SHORT = 12
"""Characters up to which many may say the same without copying: it counts once for each author."""
REMEMBERED = 200_000
"""Texts by hash, of which a copy counts no more; about 20 MB."""
FADE_EVERY = timedelta(minutes=30)
LEARN_EVERY = timedelta(minutes=5)
"""How soon topics that another process found are known here."""

Topics = Mapping[UUID, frozenset[tuple[TopicKind, str]]]


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

    def _topics_of(self, content: Content) -> frozenset[tuple[TopicKind, str]]:
        text, author = self._fold(content.text), content.author_id.bytes
        if self._is_copy(text, author):
            return frozenset()
        hashtags = {self._fold(topic) for topic in content.place.topics}
        used = {
            (TopicKind.HASHTAG, tag)
            for tag in hashtags
            if tag and self._miner.authors_of(f"#{tag}", author) >= LEAST_TEXTS
        }
        phrases = self._miner.mine(words_of(text), author, self._known)
        self._known.update(phrases)
        return frozenset(used | {(TopicKind.PHRASE, one) for one in phrases if one not in hashtags})

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


async def count_topics(heard: Heard, transactions: TrendTransactions, clock: Clock) -> None:
    """Count the topics of texts that are tagged, and the texts themselves."""
    now = clock.now()
    async with transactions() as tx:
        contents = await tx.trends.tagged(heard.topics)
        catalogue = await tx.catalogue.of({i for one in contents for i in one.item_ids})
        sums: dict[Spoken, Sums] = defaultdict(Sums)
        for one in contents:
            if now - one.published_at > OLDEST:
                continue
            added, segment = sums_of(one), segment_of(one, catalogue)
            for is_hour, start in slices_of(one.published_at):
                for kind, topic in ((None, None), *sorted(heard.topics[one.content_id])):
                    spoken = Spoken(
                        segment=segment, slice_start=start, is_hour=is_hour, topic=topic, kind=kind
                    )
                    sums[spoken] += added
        await tx.trends.add(sums)


def slices_of(moment: datetime) -> Sequence[tuple[bool, datetime]]:
    """The slices that a moment is in: its hour, and its ten minutes."""
    hour = moment.replace(minute=0, second=0, microsecond=0)
    return ((True, hour), (False, hour + (moment - hour) // SLICE * SLICE))


def sums_of(content: TaggedContent) -> Sums:
    tag = content.tag
    return Sums(
        1.0,
        float(tag.polarity is Polarity.POSITIVE),
        float(tag.polarity is Polarity.NEGATIVE),
        tag.scores,
    )


def segment_of(content: TaggedContent, catalogue: Mapping[str, CatalogueEntry]) -> Segment:
    """The segment of a text; of several items the first that has a category names it."""
    categories = (catalogue[one].category for one in content.item_ids if one in catalogue)
    return Segment(
        language=content.tag.language,
        kind=content.kind.value,
        category=next(categories, ""),
        region_code=content.place.region_code,
    )

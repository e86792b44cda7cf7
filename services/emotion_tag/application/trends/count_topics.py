"""Count what texts speak of: as they are tagged, as people correct them, and not when they go."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from services.chassis.kernel.clock import Clock
from services.emotion_tag.application.trends.find_topics import Heard
from services.emotion_tag.application.trends.ports import (
    Counted,
    Segment,
    Spoken,
    TrendTransaction,
    TrendTransactions,
    Written,
)
from services.emotion_tag.domain.content import TaggedContent
from services.emotion_tag.domain.subject import CatalogueEntry
from services.emotion_tag.domain.tag import EmotionTag
from services.emotion_tag.domain.taxonomy import Polarity
from services.emotion_tag.domain.trend import Sums
from services.emotion_tag.domain.voice import GRAIN

SLICE = timedelta(minutes=10)
OLDEST = timedelta(days=14)
"""What was said longer ago is history that no window reaches."""


async def count_topics(heard: Heard, transactions: TrendTransactions, clock: Clock) -> None:
    """Count the topics of texts that are tagged, and the texts themselves, each once."""
    now = clock.now()
    async with transactions() as tx:
        contents = await tx.trends.tagged(heard.topics)
        catalogue = await tx.catalogue.of({i for one in contents for i in one.item_ids})
        found = [
            Counted(
                content_id=one.content_id,
                said_at=one.published_at,
                segment=segment_of(one, catalogue),
                topics=tuple(sorted(heard.topics[one.content_id])),
                sums=sums_of(one.tag),
            )
            for one in contents
            if now - one.published_at <= OLDEST
        ]
        new = await tx.trends.claim(found)
        claimed = [one for one in found if one.content_id in new]
        again = await _as_tagged(claimed, tx)  # people may have decided before the claim was seen
        await tx.trends.recount([one for one in again if one not in claimed])
        await tx.trends.add(*_added(again))


async def recount_topics(
    content_ids: Iterable[UUID], transactions: TrendTransactions, clock: Clock
) -> None:
    """Count texts by the tags that they have now instead of those that they had."""
    now = clock.now()
    async with transactions() as tx:
        former = [
            one for one in await tx.trends.counted(content_ids) if now - one.said_at <= OLDEST
        ]
        later = await _as_tagged(former, tx)
        known = {one.content_id: one for one in former}
        changed = [one for one in later if one != known[one.content_id]]
        await tx.trends.recount(changed)
        await _change([known[one.content_id] for one in changed], changed, tx)


async def leave_topics(content_ids: Iterable[UUID], transactions: TrendTransactions) -> None:
    """Take out texts as if they had never been said; they are not counted again."""
    async with transactions() as tx:
        await _change(await tx.trends.leave(content_ids), [], tx)


async def _as_tagged(texts: Sequence[Counted], tx: TrendTransaction) -> Sequence[Counted]:
    """The same texts, as their tags of this moment say that they feel."""
    found = {one.content_id: one for one in texts}
    tags = await tx.trends.tagged(found)
    return [replace(found[one.content_id], sums=sums_of(one.tag)) for one in tags]


async def _change(
    former: Sequence[Counted], later: Sequence[Counted], tx: TrendTransaction
) -> None:
    before, after = _added(former), _added(later)
    sums, forms = dict(after[0]), Counter(after[1])
    for spoken, one in before[0].items():
        sums[spoken] = sums.get(spoken, Sums()) - one
    forms.subtract(before[1])
    await tx.trends.change(sums, {written: n for written, n in forms.items() if n})


def _added(texts: Iterable[Counted]) -> tuple[Mapping[Spoken, Sums], Mapping[Written, int]]:
    sums: dict[Spoken, Sums] = defaultdict(Sums)
    forms = Counter[Written]()
    for one in texts:
        named = [(None, None), *((it.kind, it.topic) for it in one.topics)]
        for is_hour, start in slices_of(one.said_at):
            for kind, topic in named:
                spoken = Spoken(
                    segment=one.segment, slice_start=start, is_hour=is_hour, topic=topic, kind=kind
                )
                sums[spoken] += one.sums
        day = one.said_at.date()
        forms.update(Written(it.topic, one.segment.language, day, it.form) for it in one.topics)
    return sums, forms


def slices_of(moment: datetime) -> Sequence[tuple[bool, datetime]]:
    """The slices that a moment is in: its hour, and its ten minutes."""
    hour = moment.replace(minute=0, second=0, microsecond=0)
    return ((True, hour), (False, hour + (moment - hour) // SLICE * SLICE))


def sums_of(tag: EmotionTag) -> Sums:
    """What a text adds; in parts of `GRAIN`, so that sums are exact and can be taken apart."""
    return Sums(
        1.0,
        float(tag.polarity is Polarity.POSITIVE),
        float(tag.polarity is Polarity.NEGATIVE),
        tuple(round(score * GRAIN) / GRAIN for score in tag.scores),
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

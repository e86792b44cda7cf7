"""What is talked of, in memory: keeps the promises of application/trends/ports.py."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from services.emotion_tag.application.trends.count_topics import OLDEST
from services.emotion_tag.application.trends.ports import Counted, Segment, Spoken, Written
from services.emotion_tag.domain.content import TaggedContent
from services.emotion_tag.domain.subject import CatalogueEntry
from services.emotion_tag.domain.trend import LEAST_TEXTS, Sums, Talk, TopicKind
from tests.support.fake_subjects import FakeCatalogue

_FINE_FOR = timedelta(hours=26)


@dataclass
class Rows:
    tags: dict[UUID, TaggedContent] = field(default_factory=dict)
    catalogue: dict[str, CatalogueEntry] = field(default_factory=dict)
    texts: dict[UUID, Counted | None] = field(default_factory=dict)
    sums: dict[Spoken, Sums] = field(default_factory=dict)
    forms: Counter[Written] = field(default_factory=Counter)


@dataclass
class FakeTrendDatabase:
    """Writes are there after a clean exit only."""

    rows: Rows = field(default_factory=Rows)

    @asynccontextmanager
    async def transactions(self) -> AsyncIterator["FakeTrendTransaction"]:
        tx = FakeTrendTransaction(deepcopy(self.rows))
        yield tx
        self.rows = tx.rows

    @asynccontextmanager
    async def reads(self) -> AsyncIterator["FakeTrendReader"]:
        yield FakeTrendReader(deepcopy(self.rows))


class FakeTrendTransaction:
    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.trends = FakeTrends(rows)
        self.catalogue = FakeCatalogue(rows.catalogue)


@dataclass
class FakeTrends:
    rows: Rows

    async def tagged(self, content_ids: Iterable[UUID]) -> Sequence[TaggedContent]:
        return [self.rows.tags[one] for one in set(content_ids) if one in self.rows.tags]

    async def claim(self, texts: Sequence[Counted]) -> set[UUID]:
        new = {one.content_id: one for one in texts if one.content_id not in self.rows.texts}
        self.rows.texts |= new
        return set(new)

    async def counted(self, content_ids: Iterable[UUID]) -> Sequence[Counted]:
        found = (self.rows.texts.get(one) for one in sorted(set(content_ids)))
        return [one for one in found if one is not None]

    async def recount(self, texts: Sequence[Counted]) -> None:
        self.rows.texts |= {one.content_id: one for one in texts}

    async def leave(self, content_ids: Iterable[UUID]) -> Sequence[Counted]:
        wanted = set(content_ids)
        found = await self.counted(wanted)
        self.rows.texts |= dict.fromkeys(wanted)
        return found

    async def add(self, sums: Mapping[Spoken, Sums], forms: Mapping[Written, int]) -> None:
        for spoken, one in sums.items():
            self.rows.sums[spoken] = self.rows.sums.get(spoken, Sums()) + one
        self.rows.forms.update(forms)

    async def change(self, sums: Mapping[Spoken, Sums], forms: Mapping[Written, int]) -> None:
        for spoken in sums.keys() & self.rows.sums.keys():
            changed = self.rows.sums[spoken] + sums[spoken]
            self.rows.sums[spoken] = changed
            if changed.texts <= 0:
                del self.rows.sums[spoken]
        for written in forms.keys() & self.rows.forms.keys():
            self.rows.forms[written] += forms[written]
            if self.rows.forms[written] <= 0:
                del self.rows.forms[written]

    async def prune(self, now: datetime) -> int:
        rows, oldest = self.rows, now - OLDEST
        sums = [
            one
            for one in rows.sums
            if one.slice_start < (oldest if one.is_hour else now - _FINE_FOR)
        ]
        texts = [key for key, one in rows.texts.items() if one and one.said_at < oldest]
        forms = [one for one in rows.forms if one.day < oldest.date()]
        for spoken in sums:
            del rows.sums[spoken]
        for content_id in texts:
            del rows.texts[content_id]
        for written in forms:
            del rows.forms[written]
        return len(sums) + len(texts) + len(forms)


@dataclass
class FakeTrendReader:
    rows: Rows

    async def known(self) -> AbstractSet[str]:
        return {one.topic for one in self.rows.sums if one.topic and one.kind is TopicKind.PHRASE}

    async def texts(
        self, segment: Segment, start: datetime, end: datetime, *, is_hour: bool
    ) -> Sums:
        found = self._within(segment, start, end, is_hour=is_hour)
        return sum((one for spoken, one in found if spoken.topic is None), Sums())

    async def talks(
        self, segment: Segment, start: datetime, end: datetime, *, is_hour: bool, most: int
    ) -> Sequence[Talk]:
        totals: dict[str, Sums] = {}
        kinds: dict[str, TopicKind] = {}
        for spoken, one in self._within(segment, start, end, is_hour=is_hour):
            if spoken.topic is not None and spoken.kind is not None:
                totals[spoken.topic] = totals.get(spoken.topic, Sums()) + one
                kinds[spoken.topic] = min(kinds.get(spoken.topic, spoken.kind), spoken.kind)
        enough = [topic for topic, one in totals.items() if one.texts >= LEAST_TEXTS]
        enough.sort(key=lambda topic: (-totals[topic].texts, topic))
        return [
            Talk(text=topic, kind=kinds[topic], now=totals[topic], before=Sums())
            for topic in enough[:most]
        ]

    async def sums(
        self, topics: Sequence[str], segment: Segment, start: datetime, end: datetime
    ) -> Mapping[str, Sums]:
        totals: dict[str, Sums] = {}
        for spoken, one in self._within(segment, start, end, is_hour=True):
            if spoken.topic is not None and spoken.topic in topics:
                totals[spoken.topic] = totals.get(spoken.topic, Sums()) + one
        return totals

    async def slices(
        self,
        topics: Sequence[str],
        segment: Segment,
        start: datetime,
        end: datetime,
        *,
        is_hour: bool,
    ) -> Mapping[str, Mapping[datetime, float]]:
        found: dict[str, Counter[datetime]] = {}
        for spoken, one in self._within(segment, start, end, is_hour=is_hour):
            if spoken.topic is not None and spoken.topic in topics:
                found.setdefault(spoken.topic, Counter())[spoken.slice_start] += int(one.texts)
        return {topic: dict(slices) for topic, slices in found.items()}

    async def forms(self, topics: Sequence[str], language: str, since: date) -> Mapping[str, str]:
        counts: dict[str, Counter[str]] = {}
        for written, texts in self.rows.forms.items():
            is_meant = written.topic in topics and language in ("", written.language)
            if is_meant and written.day >= since:
                counts.setdefault(written.topic, Counter())[written.form] += texts
        return {
            topic: min(of, key=lambda form: (-of[form], form != topic, form))
            for topic, of in counts.items()
        }

    def _within(
        self, segment: Segment, start: datetime, end: datetime, *, is_hour: bool
    ) -> list[tuple[Spoken, Sums]]:
        return [
            (spoken, one)
            for spoken, one in self.rows.sums.items()
            if spoken.is_hour == is_hour
            and start <= spoken.slice_start < end
            and segment.language in ("", spoken.segment.language)
            and segment.kind in ("", spoken.segment.kind)
            and segment.category in ("", spoken.segment.category)
            and segment.region_code in ("", spoken.segment.region_code)
        ]

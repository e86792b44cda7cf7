"""What is counted of subjects, in memory: keeps the promises of application/subjects/ports.py."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from services.chassis.kernel.events import DomainEvent
from services.emotion_tag.application.subjects.ports import (
    Group,
    HeldTag,
    Link,
    Said,
    TagFilter,
)
from services.emotion_tag.domain.content import TaggedContent
from services.emotion_tag.domain.product_emotion import (
    LOOK_AGAIN,
    QUIET_AFTER_LOOKED,
    QUIET_AFTER_TOLD,
    ProductEmotion,
    Told,
)
from services.emotion_tag.domain.quote import Candidate
from services.emotion_tag.domain.standing import Standing
from services.emotion_tag.domain.subject import CatalogueEntry, Subject
from services.emotion_tag.domain.subject_trend import Span
from services.emotion_tag.domain.tag import TextKind
from services.emotion_tag.domain.taxonomy import Polarity
from services.emotion_tag.domain.voice import TEXTS, Sums, Voice, voice_of

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class Watched:
    """What is known of a product besides its standing."""

    told: Told
    look_at: datetime | None
    quiet_until: datetime
    tags: list[HeldTag] = field(default_factory=list)


@dataclass
class Rows:
    tags: dict[UUID, TaggedContent] = field(default_factory=dict)
    allowing: set[UUID] = field(default_factory=set)
    catalogue: dict[str, CatalogueEntry] = field(default_factory=dict)
    counted: dict[UUID, Voice | None] = field(default_factory=dict)
    links: dict[tuple[UUID, Subject], Link] = field(default_factory=dict)
    standings: dict[Subject, Standing] = field(default_factory=dict)
    spans: dict[tuple[Subject, bool, datetime], Sums] = field(default_factory=dict)
    products: dict[str, Watched] = field(default_factory=dict)


@dataclass
class FakeSubjectDatabase:
    """Writes are there after a clean exit only; `sent` is what the outbox was given."""

    rows: Rows = field(default_factory=Rows)
    sent: list[DomainEvent] = field(default_factory=list)

    @asynccontextmanager
    async def transactions(self) -> AsyncIterator["FakeSubjectTransaction"]:
        tx = FakeSubjectTransaction(deepcopy(self.rows))
        yield tx
        self.rows = tx.rows
        self.sent += tx.outbox.pending

    @asynccontextmanager
    async def reads(self) -> AsyncIterator["FakeSubjectReader"]:
        yield FakeSubjectReader(self.rows)


class FakeSubjectTransaction:
    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.catalogue = FakeCatalogue(rows.catalogue)
        self.subjects = FakeSubjects(rows)
        self.products = FakeProducts(rows)
        self.outbox = FakeOutbox()


@dataclass
class FakeCatalogue:
    known: dict[str, CatalogueEntry]

    async def put(self, entries: Iterable[CatalogueEntry]) -> None:
        for entry in entries:
            known = self.known.get(entry.item_id)
            if known is None or known.version < entry.version:
                self.known[entry.item_id] = entry

    async def of(self, item_ids: Iterable[str]) -> Mapping[str, CatalogueEntry]:
        return {item_id: self.known[item_id] for item_id in item_ids if item_id in self.known}


@dataclass
class FakeSubjects:
    rows: Rows

    async def said(self, content_ids: Iterable[UUID]) -> Sequence[Said]:
        wanted = [self.rows.tags[one] for one in sorted(content_ids) if one in self.rows.tags]
        return [
            Said(
                voice_of(one.content_id, one.author_key, one.published_at, one.tag),
                one.item_ids,
                one.place,
            )
            for one in wanted
        ]

    async def claim(self, voices: Iterable[Voice]) -> set[UUID]:
        new = {v.content_id: v for v in voices if v.content_id not in self.rows.counted}
        self.rows.counted |= new
        return set(new)

    async def recount(self, voices: Iterable[Voice]) -> Mapping[UUID, Voice]:
        former = {}
        for voice in voices:
            known = self.rows.counted.get(voice.content_id)
            if known is not None:
                former[voice.content_id] = known
                self.rows.counted[voice.content_id] = voice
        return former

    async def leave(self, content_ids: Iterable[UUID]) -> Sequence[Link]:
        wanted = set(content_ids)
        links = await self.links_of(wanted)
        self.rows.counted |= dict.fromkeys(wanted)
        self.rows.links = {k: v for k, v in self.rows.links.items() if k[0] not in wanted}
        return links

    async def links_of(self, content_ids: Iterable[UUID]) -> Sequence[Link]:
        wanted = set(content_ids)
        return [
            Link(counted, subject)
            for content_id, subject in self.rows.links
            if content_id in wanted and (counted := self.rows.counted.get(content_id))
        ]

    async def hold(self, subjects: Iterable[Subject]) -> Mapping[Subject, Standing]:
        for subject in subjects:
            self.rows.standings.setdefault(subject, Standing.nothing(subject, _LONG_AGO))
        return self.rows.standings

    async def first_of(
        self, groups: Iterable[Group], *, limit: int
    ) -> Mapping[Group, Sequence[Voice]]:
        found: dict[Group, list[Voice]] = {}
        wanted = set(groups)
        for content_id, subject in self.rows.links:
            voice = self.rows.counted[content_id]
            assert voice is not None, "who leaves is unlinked"
            if (subject, voice.author_key) in wanted:
                found.setdefault((subject, voice.author_key), []).append(voice)
        return {
            group: sorted(voices, key=lambda v: (v.said_at, v.content_id))[:limit]
            for group, voices in found.items()
        }

    async def link(self, links: Iterable[Link]) -> None:
        self.rows.links |= {(link.voice.content_id, link.subject): link for link in links}

    async def put(self, standings: Iterable[Standing]) -> None:
        self.rows.standings |= {one.subject: one for one in standings}

    async def add_to_spans(self, added: Mapping[tuple[Subject, bool, datetime], Sums]) -> None:
        for key, sums in added.items():
            known = self.rows.spans.get(key)
            self.rows.spans[key] = sums.copy() if known is None else known + sums

    async def standings(self, subjects: Iterable[Subject]) -> Mapping[Subject, Standing]:
        known = self.rows.standings
        return {subject: known[subject] for subject in subjects if subject in known}

    async def forget_before(
        self, texts_before: datetime, hours_before: datetime, *, limit: int
    ) -> int:
        rows = self.rows
        old = [i for i, voice in rows.counted.items() if voice and voice.said_at < texts_before]
        for content_id in old[:limit]:
            del rows.counted[content_id]
            rows.links = {k: v for k, v in rows.links.items() if k[0] != content_id}
        spans = [key for key in rows.spans if key[2] < (texts_before if key[1] else hours_before)]
        for key in spans[:limit]:
            del rows.spans[key]
        return max(len(old[:limit]), len(spans[:limit]))


@dataclass
class FakeProducts:
    rows: Rows

    async def have_news(self, item_ids: Iterable[str], now: datetime) -> None:
        for item_id in item_ids:
            its = self.rows.products.get(item_id)
            if its is None:
                self.rows.products[item_id] = Watched(Told(item_id=item_id), now, now)
            else:
                soon = max(now, its.quiet_until)
                its.look_at = min(its.look_at or soon, soon)

    async def take(self, now: datetime, *, limit: int) -> Sequence[Told]:
        due = [its for its in self.rows.products.values() if its.look_at and its.look_at <= now]
        return [its.told for its in due][:limit]

    async def put(self, found: Iterable[tuple[ProductEmotion, bool]], now: datetime) -> None:
        for product, is_told in found:
            its = self.rows.products[product.item_id]
            its.look_at = now + LOOK_AGAIN if product.tags else None
            its.quiet_until = now + (QUIET_AFTER_TOLD if is_told else QUIET_AFTER_LOOKED)
            if is_told:
                its.told = Told(
                    item_id=product.item_id,
                    version=product.version,
                    mix=product.mix,
                    is_reliable=product.profile.is_reliable,
                    tags={tag.key: since for tag, since in product.tags},
                )
                its.tags = [
                    HeldTag(
                        item_id=product.item_id,
                        key=tag.key,
                        emotion=tag.emotion,
                        aspect=tag.aspect,
                        polarity=tag.polarity,
                        share=tag.share.share,
                        confidence=tag.confidence,
                        since=since,
                    )
                    for tag, since in product.tags
                ]


@dataclass
class FakeOutbox:
    pending: list[DomainEvent] = field(default_factory=list)

    async def add(self, events: Iterable[DomainEvent]) -> None:
        self.pending += events


@dataclass
class FakeSubjectReader:
    rows: Rows

    async def standings(self, subjects: Iterable[Subject]) -> Mapping[Subject, Standing]:
        return await FakeSubjects(self.rows).standings(subjects)

    async def spans(
        self, subjects: Iterable[Subject], *, is_day: bool, since: datetime
    ) -> Mapping[Subject, Sequence[Span]]:
        return {
            subject: [
                Span(start, is_day, sums)
                for (whose, day, start), sums in sorted(
                    self.rows.spans.items(), key=lambda one: one[0][2]
                )
                if whose == subject and day is is_day and start >= since
            ]
            for subject in subjects
        }

    async def text_counts(
        self, subjects: Iterable[Subject], since: datetime
    ) -> Mapping[Subject, int]:
        spans = await self.spans(subjects, is_day=True, since=since)
        return {
            subject: round(sum(float(span.sums[TEXTS]) for span in its))
            for subject, its in spans.items()
            if its
        }

    async def candidates(
        self, subject: Subject, polarity: Polarity | None, *, limit: int
    ) -> Sequence[Candidate]:
        about = [self.rows.tags.get(i) for i, whose in self.rows.links if whose == subject]
        found = [
            Candidate(
                content_id=one.content_id,
                author_id=one.author_id,
                kind=one.kind,
                said_at=one.published_at,
                digest=one.digest,
                tag=one.tag,
            )
            for one in about
            if one is not None
            and one.author_id in self.rows.allowing
            and not one.tag.unsure
            and one.kind is not TextKind.CHAT
            and not one.place.circle_id
            and polarity in (None, one.tag.polarity)
        ]
        return sorted(found, key=lambda one: one.said_at, reverse=True)[:limit]

    async def told(self, item_id: str) -> tuple[Told, Sequence[HeldTag]]:
        its = self.rows.products.get(item_id)
        if its is None:
            return Told(item_id=item_id), []
        return its.told, sorted(its.tags, key=lambda tag: (-tag.confidence, tag.key))

    async def tagged_products(
        self, wanted: TagFilter, after: tuple[float, str, str] | None, *, limit: int
    ) -> Sequence[HeldTag]:
        def place(tag: HeldTag) -> tuple[float, str, str]:
            return -tag.confidence, tag.item_id, tag.key

        behind = (-after[0], after[1], after[2]) if after else None
        found = [
            tag
            for its in self.rows.products.values()
            for tag in its.tags
            if wanted.emotion in (None, tag.emotion)
            and wanted.aspect in (None, tag.aspect)
            and wanted.polarity in (None, tag.polarity)
            and (behind is None or place(tag) > behind)
        ]
        return sorted(found, key=place)[:limit]

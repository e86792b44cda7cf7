"""Count tagged texts for what they are about, each once, and take out those that are gone."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import numpy as np

from services.chassis.kernel.clock import Clock
from services.emotion_tag.application.subjects.ports import Group, Link, Transaction, Transactions
from services.emotion_tag.domain.crowd import MOST_COUNTED, Change, changes
from services.emotion_tag.domain.standing import FORGOTTEN_AFTER, Standing
from services.emotion_tag.domain.subject import Subject, SubjectKind, subjects_of
from services.emotion_tag.domain.subject_trend import DAYS_KEPT, HOURS_KEPT, span_start
from services.emotion_tag.domain.voice import SIZE, Sums, Voice

Found = Mapping[Subject, Sequence[Change]]


async def follow_subjects(
    content_ids: Collection[UUID], transactions: Transactions, clock: Clock
) -> None:
    """Count those that have a tag, are not gone, and were not counted yet."""
    now = clock.now()
    async with transactions() as tx:
        links = await _new_links(content_ids, tx, now)
        if not links:
            return
        held = await tx.subjects.hold(link.subject for link in links)
        before = await tx.subjects.first_of(map(_group, links), limit=MOST_COUNTED)
        after: dict[Group, list[Voice]] = {group: list(said) for group, said in before.items()}
        for link in links:
            after.setdefault(_group(link), []).append(link.voice)
        await tx.subjects.link(links)
        await _store(held, _found(before, after), tx, now)


async def leave_subjects(
    content_ids: Collection[UUID], transactions: Transactions, clock: Clock
) -> None:
    """Take out texts as if they had never been said; they are not counted again."""
    now = clock.now()
    async with transactions() as tx:
        links = await tx.subjects.leave(content_ids)
        if not links:
            return
        held = await tx.subjects.hold(link.subject for link in links)
        limit = MOST_COUNTED + len(links)
        after = await tx.subjects.first_of(map(_group, links), limit=limit)
        before: dict[Group, list[Voice]] = {group: list(said) for group, said in after.items()}
        for link in links:
            before.setdefault(_group(link), []).append(link.voice)
        await _store(held, _found(before, after), tx, now)


async def recount_subjects(
    content_ids: Collection[UUID], transactions: Transactions, clock: Clock
) -> None:
    """Count texts by the tags that they have now instead of those that they had.

    What is not counted yet is counted, too: so nothing slips through while another counts it.
    """
    now = clock.now()
    async with transactions() as tx:
        new = await _new_links(content_ids, tx, now)
        said = await tx.subjects.said(content_ids)
        former = await tx.subjects.recount([one.voice for one in said])
        links = [*new, *await tx.subjects.links_of(former)]
        if not links:
            return
        held = await tx.subjects.hold(link.subject for link in links)
        await tx.subjects.link(new)
        limit = MOST_COUNTED + len(new)
        after = await tx.subjects.first_of(map(_group, links), limit=limit)
        unheard = {link.voice.content_id for link in new}
        before = {
            group: [
                former.get(voice.content_id, voice)
                for voice in voices
                if voice.content_id not in unheard
            ]
            for group, voices in after.items()
        }
        await _store(held, _found(before, after), tx, now)


async def _new_links(
    content_ids: Collection[UUID], tx: Transaction, now: datetime
) -> Sequence[Link]:
    said = [
        one
        for one in await tx.subjects.said(content_ids)
        if now - one.voice.said_at < FORGOTTEN_AFTER
    ]
    catalogue = await tx.catalogue.of({item_id for one in said for item_id in one.item_ids})
    about = [(one.voice, subjects_of(one.item_ids, one.place, catalogue)) for one in said]
    new = await tx.subjects.claim(voice for voice, subjects in about if subjects)
    return [
        Link(voice, subject)
        for voice, subjects in about
        if voice.content_id in new
        for subject in subjects
    ]


def _group(link: Link) -> Group:
    return link.subject, link.voice.author_key


def _found(
    before: Mapping[Group, Sequence[Voice]], after: Mapping[Group, Sequence[Voice]]
) -> Found:
    found: dict[Subject, list[Change]] = defaultdict(list)
    for group in {**before, **after}:
        found[group[0]] += changes(before.get(group, ()), after.get(group, ()))
    return found


async def _store(
    held: Mapping[Subject, Standing], found: Found, tx: Transaction, now: datetime
) -> None:
    await tx.subjects.put([held[subject].moved(its) for subject, its in found.items()])
    await tx.subjects.add_to_spans(_by_span(found, now))
    products = [one.subject_id for one in found if one.kind is SubjectKind.PRODUCT]
    if products:
        await tx.products.have_news(products, now)


def _by_span(found: Found, now: datetime) -> Mapping[tuple[Subject, bool, datetime], Sums]:
    added: dict[tuple[Subject, bool, datetime], Sums] = defaultdict(lambda: np.zeros(SIZE))
    for subject, its in found.items():
        for change in its:
            for is_day, kept in ((True, DAYS_KEPT), (False, HOURS_KEPT)):
                if now - change.said_at < kept:
                    start = span_start(change.said_at, is_day=is_day)
                    added[subject, is_day, start] += change.sums
    return added

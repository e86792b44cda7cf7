"""Count what was said of the subjects watched, and open an alert where it is too much."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from services.chassis.kernel.clock import Clock
from services.emotion_tag.application.alerts.desk import LOOKED_BACK, Desk, recounted_since
from services.emotion_tag.application.alerts.ports import AlertTransaction, AlertTransactions
from services.emotion_tag.domain.alert import Alert
from services.emotion_tag.domain.alert_counts import Family
from services.emotion_tag.domain.alert_mention import Mention, added_by, difference, mention_of
from services.emotion_tag.domain.content import TaggedContent
from services.emotion_tag.domain.subject import Subject, subjects_of


async def watch_contents(
    content_ids: Iterable[UUID],
    transactions: AlertTransactions,
    clock: Clock,
    *,
    threshold: float,
) -> Sequence[Alert]:
    """Count tagged texts, those only that are new; the alerts that are told of."""
    now = clock.now()
    async with transactions() as tx:
        contents, found = await _heard(content_ids, tx, now)
        new = await tx.mentions.put(found)
        if not new:
            return []
        said = await tx.mentions.of_authors({mention.author for mention in new})
        desk = await Desk.open(_about(new), min(mention.quarter for mention in new), tx, now)
        desk.add(added_by(new, said))
        await desk.look(_upset(new), _latest(contents), threshold)
        return await desk.close()


async def recount_contents(
    content_ids: Iterable[UUID],
    transactions: AlertTransactions,
    clock: Clock,
    *,
    threshold: float,
) -> Sequence[Alert]:
    """Count texts by the tags that they have now, not as before; the alerts that are told of."""
    now = clock.now()
    async with transactions() as tx:
        contents, found = await _heard(content_ids, tx, now)
        lately = {one.content_id for one in contents if now - one.published_at < LOOKED_BACK}
        # Waits for whoever counts one right now. Older ones were counted and are no more known.
        new = await tx.mentions.put([one for one in found if one.content_id in lately])
        changed = await tx.mentions.recount(found)
        touched = [*new, *(is_now for _, is_now in changed)]
        if not touched:
            return []
        after = await tx.mentions.of_authors({mention.author for mention in touched})
        former = {was.content_id: was for was, _ in changed}
        unheard = {mention.content_id for mention in new}
        before = {
            author: [
                former.get(one.content_id, one) for one in said if one.content_id not in unheard
            ]
            for author, said in after.items()
        }
        since = recounted_since((mention.quarter for mention in touched), now)
        desk = await Desk.open(_about(touched), since, tx, now)
        desk.recount(difference(before, after))
        for subject in sorted(_about(touched)):
            await desk.look_again(subject, set(former))
        await desk.look(_upset(touched), _latest(contents), threshold)
        return await desk.close()


async def unwatch_content(content_id: UUID, transactions: AlertTransactions, clock: Clock) -> None:
    """Take a text that was deleted out of the counts, for good."""
    now = clock.now()
    async with transactions() as tx:
        gone = await tx.mentions.take_back(content_id)
        if gone is None:
            return
        left = (await tx.mentions.of_authors([gone.author])).get(gone.author, ())
        desk = await Desk.open(gone.subjects, recounted_since([gone.quarter], now), tx, now)
        desk.recount(difference({gone.author: [*left, gone]}, {gone.author: left}))
        for subject in gone.subjects:
            await desk.look_again(subject, {content_id})
        await desk.close()


async def _heard(
    content_ids: Iterable[UUID], tx: AlertTransaction, now: datetime
) -> tuple[Sequence[TaggedContent], Sequence[Mention]]:
    """Tagged texts, and those of them that are about something watched."""
    contents = await tx.mentions.tagged(content_ids)
    catalogue = await tx.catalogue.of({i for one in contents for i in one.item_ids})
    found = (
        mention_of(one, subjects_of(one.item_ids, one.place, catalogue), now) for one in contents
    )
    return contents, [mention for mention in found if mention]


def _about(mentions: Iterable[Mention]) -> set[Subject]:
    return {subject for mention in mentions for subject in mention.subjects}


def _upset(mentions: Iterable[Mention]) -> list[tuple[Subject, Family]]:
    """What somebody was upset about, and how, in order."""
    found = {
        (subject, family)
        for mention in mentions
        for subject in mention.subjects
        for family in mention.families(subject)
    }
    return sorted(found)


def _latest(contents: Iterable[TaggedContent]) -> datetime:
    return max(one.published_at for one in contents)

"""Count what was said of the subjects watched, and open an alert where it is too much."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from services.chassis.kernel.clock import Clock
from services.emotion_tag.application.alerts.desk import Desk
from services.emotion_tag.application.alerts.ports import AlertTransactions
from services.emotion_tag.domain.alert import Alert
from services.emotion_tag.domain.alert_counts import Family
from services.emotion_tag.domain.alert_mention import added_by, mention_of
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
        contents = await tx.mentions.tagged(content_ids)
        catalogue = await tx.catalogue.of({i for one in contents for i in one.item_ids})
        found = [
            mention_of(one, subjects_of(one.item_ids, one.place, catalogue), now)
            for one in contents
        ]
        new = await tx.mentions.put([mention for mention in found if mention])
        if not new:
            return []
        said = await tx.mentions.of_authors({mention.author for mention in new})
        subjects = {subject for mention in new for subject in mention.subjects}
        desk = await Desk.open(subjects, min(mention.quarter for mention in new), tx, now)
        desk.add(added_by(new, said))
        upset: set[tuple[Subject, Family]] = {
            (subject, family)
            for mention in new
            for subject in mention.subjects
            for family in mention.families(subject)
        }
        said_at = max(one.published_at for one in contents)
        await desk.look(sorted(upset), said_at, threshold)
        return await desk.close()


async def unwatch_content(content_id: UUID, transactions: AlertTransactions, clock: Clock) -> None:
    """Take a text that was deleted out of the counts, for good."""
    now = clock.now()
    async with transactions() as tx:
        gone = await tx.mentions.take_back(content_id)
        if gone is None:
            return
        said = await tx.mentions.of_authors([gone.author])
        left = [*said.get(gone.author, ()), gone]
        desk = await Desk.open(gone.subjects, gone.quarter, tx, now)
        desk.add({key: n.times(-1.0) for key, n in added_by([gone], {gone.author: left}).items()})
        for subject in gone.subjects:
            await desk.look_again(subject)
        await desk.close()

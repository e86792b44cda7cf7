"""Subjects watched, and what was said of them, kept in PostgreSQL."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Text, bindparam, column, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.db.transaction import Database
from services.emotion_tag.adapters.store.alert_outbox import AlertOutbox
from services.emotion_tag.adapters.store.alert_rows import (
    counts_from_array,
    counts_to_array,
    habit_from_row,
    habit_to_sums,
    mention_from_row,
    mention_to_row,
    watch_from_row,
    watch_to_row,
)
from services.emotion_tag.adapters.store.alert_tables import (
    alert_habits,
    alert_mentions,
    alert_negatives,
    alert_quarters,
    alert_watches,
)
from services.emotion_tag.adapters.store.alerts import PostgresAlerts
from services.emotion_tag.adapters.store.catalogue import PostgresCatalogue
from services.emotion_tag.adapters.store.rows import content_from_row
from services.emotion_tag.adapters.store.tables import tags
from services.emotion_tag.domain.alert_counts import Counts, Family, hour_of
from services.emotion_tag.domain.alert_mention import Author, Mention
from services.emotion_tag.domain.alert_rate import Habit
from services.emotion_tag.domain.alert_sighting import MAX_EXAMPLES
from services.emotion_tag.domain.alert_watch import Quarters, Watch
from services.emotion_tag.domain.content import TaggedContent
from services.emotion_tag.domain.locale import Locale
from services.emotion_tag.domain.subject import Subject, SubjectKind

_wanted = (
    func.unnest(bindparam("kinds", type_=ARRAY(Text)), bindparam("subject_ids", type_=ARRAY(Text)))
    .table_valued("kind", "subject_id")
    .render_derived(name="wanted")
)
_SAME = (alert_watches.c.kind == _wanted.c.kind) & (
    alert_watches.c.subject_id == _wanted.c.subject_id
)
_HOLD = (
    select(alert_watches)
    .join(_wanted, _SAME)
    .order_by(alert_watches.c.kind, alert_watches.c.subject_id)
    .with_for_update(of=alert_watches)
)
_QUARTERS = (
    select(alert_quarters)
    .join(
        _wanted,
        (alert_quarters.c.kind == _wanted.c.kind)
        & (alert_quarters.c.subject_id == _wanted.c.subject_id),
    )
    .join(alert_watches, _SAME)
    .where(alert_quarters.c.quarter >= func.least(alert_watches.c.hour, bindparam("since")))
)


class PostgresAlertTransaction:
    def __init__(
        self,
        connection: AsyncConnection,
        notices: "CommittedAlertNotices",
        locales: Sequence[Locale],
    ) -> None:
        self.mentions = PostgresMentions(connection)
        self.watches = PostgresWatches(connection)
        self.alerts = PostgresAlerts(connection)
        self.catalogue = PostgresCatalogue(connection)
        self.outbox = AlertOutbox(connection, locales)
        self.notices = notices


class CommittedAlertNotices:
    """Calls once the transaction has committed."""

    def __init__(self, database: Database, call: Callable[[], None]) -> None:
        self._database, self._call = database, call

    def alerts_changed(self) -> None:
        self._database.after_commit(self._call)


class PostgresMentions:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def tagged(self, content_ids: Iterable[UUID]) -> Sequence[TaggedContent]:
        rows = await self._connection.execute(
            select(tags).where(tags.c.content_id.in_(list(content_ids)), ~tags.c.is_forgotten)
        )
        return [content_from_row(row) for row in rows]

    async def put(self, mentions: Sequence[Mention]) -> Sequence[Mention]:
        if not mentions:
            return []
        ordered = sorted(mentions, key=lambda mention: mention.content_id)
        stored = await self._connection.execute(
            insert(alert_mentions).on_conflict_do_nothing().returning(alert_mentions.c.content_id),
            [mention_to_row(mention) for mention in ordered],
        )
        ids = set(stored.scalars())
        new = [mention for mention in ordered if mention.content_id in ids]
        negatives = [row for mention in new for row in _negatives(mention)]
        if negatives:
            await self._connection.execute(insert(alert_negatives), negatives)
        return new

    async def of_authors(self, authors: Iterable[Author]) -> Mapping[Author, Sequence[Mention]]:
        wanted = set(authors)
        rows = await self._connection.execute(
            select(alert_mentions).where(
                alert_mentions.c.author_key.in_({key for key, _ in wanted}),
                alert_mentions.c.quarter.in_({quarter for _, quarter in wanted}),
            )
        )
        found: dict[Author, list[Mention]] = defaultdict(list)
        for row in rows:
            mention = mention_from_row(row)
            if mention.author in wanted:
                found[mention.author].append(mention)
        return found

    async def recount(self, mentions: Sequence[Mention]) -> Sequence[tuple[Mention, Mention]]:
        felt = {mention.content_id: mention for mention in mentions}
        rows = await self._connection.execute(
            select(alert_mentions)
            .where(alert_mentions.c.content_id.in_(sorted(felt)), ~alert_mentions.c.is_gone)
            .order_by(alert_mentions.c.content_id)
            .with_for_update()
        )
        stored = [mention_from_row(row) for row in rows]
        pairs = [(was, was.felt_as(felt[was.content_id])) for was in stored]
        changed = [(was, is_now) for was, is_now in pairs if was != is_now]
        for _, is_now in changed:
            await self._connection.execute(
                update(alert_mentions)
                .where(alert_mentions.c.content_id == is_now.content_id)
                .values(mention_to_row(is_now))
            )
        await self._replace_negatives([is_now for _, is_now in changed])
        return changed

    async def _replace_negatives(self, mentions: Sequence[Mention]) -> None:
        of = alert_negatives.c.content_id
        await self._connection.execute(
            delete(alert_negatives).where(of.in_([mention.content_id for mention in mentions]))
        )
        negatives = [row for mention in mentions for row in _negatives(mention)]
        if negatives:
            await self._connection.execute(insert(alert_negatives).values(negatives))

    async def take_back(self, content_id: UUID) -> Mention | None:
        same = alert_mentions.c.content_id == content_id
        await self._connection.execute(  # waits for whoever counts it right now
            insert(alert_mentions)
            .values(content_id=content_id, is_gone=True)
            .on_conflict_do_nothing()
        )
        row = (
            await self._connection.execute(select(alert_mentions).where(same).with_for_update())
        ).one()
        kept = ("content_id", "is_gone", "counted_at")
        nothing = {one.name: None for one in alert_mentions.c if one.name not in kept}
        await self._connection.execute(
            update(alert_mentions).where(same).values(is_gone=True, **nothing)
        )
        await self._connection.execute(
            delete(alert_negatives).where(alert_negatives.c.content_id == content_id)
        )
        return None if row.is_gone else mention_from_row(row)

    async def crowd(
        self, subject: Subject, family: Family, since: datetime
    ) -> tuple[int, tuple[UUID, ...]]:
        of = alert_negatives.c
        where = (
            of.kind == subject.kind.value,
            of.subject_id == subject.subject_id,
            of.family == family.value,
            of.quarter >= since,
        )
        count = await self._connection.execute(
            select(func.count(func.distinct(of.author_key))).where(*where)
        )
        latest = await self._connection.execute(
            select(of.content_id)
            .where(*where, of.is_quotable)
            .order_by(of.quarter.desc(), of.content_id.desc())
            .limit(MAX_EXAMPLES)
        )
        return int(count.scalar_one()), tuple(latest.scalars())

    async def prune(self, before: datetime) -> int:
        mentions = await self._connection.execute(
            delete(alert_mentions).where(alert_mentions.c.counted_at < before)
        )
        negatives = await self._connection.execute(
            delete(alert_negatives).where(alert_negatives.c.quarter < before)
        )
        return mentions.rowcount + negatives.rowcount


class PostgresWatches:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def hold(self, subjects: Iterable[Subject], now: datetime) -> Mapping[Subject, Watch]:
        wanted = sorted(set(subjects))
        rows = [watch_to_row(one, Watch(hour_of(now), Habit(now))) for one in wanted]
        if not rows:
            return {}
        await self._connection.execute(insert(alert_watches).on_conflict_do_nothing(), rows)
        found = await self._connection.execute(_HOLD, _named(wanted))
        return {
            Subject(SubjectKind(row.kind), row.subject_id): watch_from_row(row) for row in found
        }

    async def put(self, watches: Mapping[Subject, Watch]) -> None:
        rows = [watch_to_row(subject, watch) for subject, watch in sorted(watches.items())]
        if rows:
            await _put(self._connection, alert_watches, rows, ("kind", "subject_id"))

    async def quarters(
        self, subjects: Iterable[Subject], since: datetime
    ) -> Mapping[Subject, Quarters]:
        found: dict[Subject, dict[datetime, Counts]] = defaultdict(dict)
        rows = await self._connection.execute(
            _QUARTERS, {**_named(sorted(set(subjects))), "since": since}
        )
        for row in rows:
            subject = Subject(SubjectKind(row.kind), row.subject_id)
            found[subject][row.quarter] = counts_from_array(row.counts)
        return found

    async def put_quarters(self, counts: Mapping[Subject, Quarters]) -> None:
        rows = [
            {
                "kind": subject.kind.value,
                "subject_id": subject.subject_id,
                "quarter": quarter,
                "counts": counts_to_array(one),
            }
            for subject, quarters in sorted(counts.items())
            for quarter, one in sorted(quarters.items())
        ]
        if rows:
            key = ("kind", "subject_id", "quarter")
            await _put(self._connection, alert_quarters, rows, key)

    async def habits(
        self, kinds: Iterable[SubjectKind], now: datetime, *, hold: bool
    ) -> Mapping[SubjectKind, Habit]:
        wanted = sorted(set(kinds))
        query = select(alert_habits).where(alert_habits.c.kind.in_(one.value for one in wanted))
        if hold:
            rows = [_habit_row(kind, Habit(now)) for kind in wanted]
            await self._connection.execute(insert(alert_habits).on_conflict_do_nothing(), rows)
            query = query.order_by(alert_habits.c.kind).with_for_update()
        found = await self._connection.execute(query)
        known = {SubjectKind(row.kind): habit_from_row(row) for row in found}
        return {kind: known.get(kind) or Habit(now) for kind in wanted}

    async def put_habits(self, habits: Mapping[SubjectKind, Habit]) -> None:
        rows = [_habit_row(kind, habit) for kind, habit in sorted(habits.items())]
        await _put(self._connection, alert_habits, rows, ("kind",))

    async def prune(self, before: datetime) -> int:
        closed = (
            select(alert_watches.c.hour)
            .where(
                alert_watches.c.kind == alert_quarters.c.kind,
                alert_watches.c.subject_id == alert_quarters.c.subject_id,
            )
            .scalar_subquery()
        )
        gone = await self._connection.execute(
            delete(alert_quarters).where(
                alert_quarters.c.quarter < before, alert_quarters.c.quarter < closed
            )
        )
        return int(gone.rowcount)


def _negatives(mention: Mention) -> list[dict[str, Any]]:
    return [
        {
            "kind": subject.kind.value,
            "subject_id": subject.subject_id,
            "family": family.value,
            "quarter": mention.quarter,
            "content_id": mention.content_id,
            "author_key": mention.author_key,
            "is_quotable": mention.is_quotable,
        }
        for subject in mention.subjects
        for family in mention.families(subject)
    ]


def _habit_row(kind: SubjectKind, habit: Habit) -> dict[str, Any]:
    return {"kind": kind.value, "as_of": habit.as_of, "sums": habit_to_sums(habit)}


def _named(subjects: Sequence[Subject]) -> dict[str, list[str]]:
    return {
        "kinds": [one.kind.value for one in subjects],
        "subject_ids": [one.subject_id for one in subjects],
    }


async def _put(
    connection: AsyncConnection, table: Any, rows: list[dict[str, Any]], key: tuple[str, ...]
) -> None:
    statement = insert(table)
    others = {name: statement.excluded[name] for name in rows[0] if name not in key}
    await connection.execute(
        statement.on_conflict_do_update(index_elements=[column(name) for name in key], set_=others),
        rows,
    )

"""What is counted of which subject, in PostgreSQL: one statement a step, however large a batch.

Whoever changes sums holds the subject's row, taken in order, so no two batches wait for each other
in a circle. Vectors travel as one flat array and are cut up there.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.messaging.outbox import Outbox
from services.emotion_tag.adapters.event_codec import encode
from services.emotion_tag.adapters.store.catalogue import PostgresCatalogue
from services.emotion_tag.adapters.store.products import PostgresProducts
from services.emotion_tag.adapters.store.rows import place_from_row, tag_from_row
from services.emotion_tag.adapters.store.subject_rows import (
    standing_from_row,
    voice_from_row,
    voices_to_columns,
)
from services.emotion_tag.adapters.store.tables import platform
from services.emotion_tag.application.subjects.ports import Group, Link, Said
from services.emotion_tag.domain.standing import Standing
from services.emotion_tag.domain.subject import Subject, SubjectKind
from services.emotion_tag.domain.voice import SIZE, Sums, Voice, voice_of

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

_SAID = text("""
    SELECT * FROM emotion_tag.tags
    WHERE content_id = ANY(CAST(:ids AS uuid[])) AND NOT is_forgotten
    ORDER BY content_id
""")

_VOICES = """
    unnest(
        CAST(:ids AS uuid[]), CAST(:said_at AS timestamptz[]), CAST(:polarities AS text[]),
        CAST(:intensities AS smallint[]), CAST(:aspects AS text[])
    ) WITH ORDINALITY AS new (content_id, said_at, polarity, intensity, aspects, n)
"""
_NEW_SCORES = """
    (CAST(:scores AS smallint[]))[(new.n - 1) * 12 + 1 : new.n * 12]
"""
_NEW_ASPECTS = "string_to_array(new.aspects, ' ')"

_CLAIM = text(f"""
    INSERT INTO emotion_tag.counted_texts
        (content_id, said_at, scores, polarity, intensity, aspects)
    SELECT new.content_id, new.said_at, {_NEW_SCORES}, new.polarity, new.intensity, {_NEW_ASPECTS}
    FROM {_VOICES}
    ORDER BY new.content_id
    ON CONFLICT DO NOTHING
    RETURNING content_id
""")  # noqa: S608 - put together from constants

_HOLD_COUNTED = text("""
    SELECT content_id FROM emotion_tag.counted_texts
    WHERE content_id = ANY(CAST(:ids AS uuid[])) AND NOT is_gone
    ORDER BY content_id
    FOR UPDATE
""")
_RECOUNT = text(f"""
    UPDATE emotion_tag.counted_texts AS counted
    SET scores = {_NEW_SCORES}, polarity = new.polarity, intensity = new.intensity,
        aspects = {_NEW_ASPECTS}
    FROM {_VOICES}
    WHERE counted.content_id = new.content_id AND NOT counted.is_gone
""")  # noqa: S608 - put together from constants

_HOLD_PLACES = text("""
    INSERT INTO emotion_tag.counted_texts (content_id, is_gone, said_at)
    SELECT content_id, true, now()
    FROM unnest(CAST(:ids AS uuid[])) AS gone (content_id)
    ORDER BY content_id
    ON CONFLICT DO NOTHING
""")
_GO = text("""
    UPDATE emotion_tag.counted_texts
    SET is_gone = true, scores = NULL, polarity = NULL, intensity = NULL, aspects = NULL
    WHERE content_id = ANY(CAST(:ids AS uuid[])) AND NOT is_gone
""")
_LINKS = text("""
    SELECT link.content_id, link.kind, link.subject_id, link.author_key, link.said_at,
        counted.scores, counted.polarity, counted.intensity, counted.aspects
    FROM emotion_tag.subject_texts AS link
    JOIN emotion_tag.counted_texts AS counted USING (content_id)
    WHERE link.content_id = ANY(CAST(:ids AS uuid[])) AND NOT counted.is_gone
""")
_UNLINK = text("""
    DELETE FROM emotion_tag.subject_texts WHERE content_id = ANY(CAST(:ids AS uuid[]))
""")
_LINK = text("""
    INSERT INTO emotion_tag.subject_texts (content_id, kind, subject_id, author_key, said_at)
    SELECT * FROM unnest(
        CAST(:ids AS uuid[]), CAST(:kinds AS text[]), CAST(:subject_ids AS text[]),
        CAST(:keys AS bytea[]), CAST(:said_at AS timestamptz[])
    )
""")

_HOLD = text("""
    INSERT INTO emotion_tag.subjects AS held (kind, subject_id, as_of, sums)
    SELECT kind, subject_id, CAST(:long_ago AS timestamptz),
        array_fill(CAST(0 AS double precision), ARRAY[CAST(:size AS integer)])
    FROM unnest(CAST(:kinds AS text[]), CAST(:subject_ids AS text[])) AS one (kind, subject_id)
    ORDER BY kind, subject_id
    ON CONFLICT (kind, subject_id) DO UPDATE SET as_of = held.as_of
    RETURNING kind, subject_id, as_of, sums
""")
_STANDINGS = text("""
    SELECT kind, subject_id, as_of, sums
    FROM emotion_tag.subjects
    JOIN unnest(CAST(:kinds AS text[]), CAST(:subject_ids AS text[])) AS one (kind, subject_id)
        USING (kind, subject_id)
""")
_SUMS = """
    (CAST(:flat AS double precision[]))
        [(one.n - 1) * CAST(:size AS integer) + 1 : one.n * CAST(:size AS integer)]
"""
_PUT = text(f"""
    UPDATE emotion_tag.subjects AS held
    SET as_of = one.as_of, sums = {_SUMS}
    FROM unnest(
        CAST(:kinds AS text[]), CAST(:subject_ids AS text[]), CAST(:as_of AS timestamptz[])
    ) WITH ORDINALITY AS one (kind, subject_id, as_of, n)
    WHERE held.kind = one.kind AND held.subject_id = one.subject_id
""")  # noqa: S608 - put together from constants
_ADD = text(f"""
    INSERT INTO emotion_tag.subject_spans AS known (kind, subject_id, is_day, starts_at, sums)
    SELECT one.kind, one.subject_id, one.is_day, one.starts_at, {_SUMS}
    FROM unnest(
        CAST(:kinds AS text[]), CAST(:subject_ids AS text[]),
        CAST(:days AS boolean[]), CAST(:starts AS timestamptz[])
    ) WITH ORDINALITY AS one (kind, subject_id, is_day, starts_at, n)
    ON CONFLICT (kind, subject_id, is_day, starts_at) DO UPDATE SET sums = ARRAY(
        SELECT a + b FROM unnest(known.sums, excluded.sums) AS both_of (a, b)
    )
""")  # noqa: S608 - put together from constants

_FIRST = text("""
    SELECT wanted.kind, wanted.subject_id, wanted.author_key, counted.content_id,
        counted.said_at, counted.scores, counted.polarity, counted.intensity, counted.aspects
    FROM unnest(
        CAST(:kinds AS text[]), CAST(:subject_ids AS text[]), CAST(:keys AS bytea[])
    ) AS wanted (kind, subject_id, author_key)
    CROSS JOIN LATERAL (
        SELECT link.content_id FROM emotion_tag.subject_texts AS link
        WHERE link.kind = wanted.kind AND link.subject_id = wanted.subject_id
            AND link.author_key = wanted.author_key
        ORDER BY link.said_at, link.content_id
        LIMIT :limit
    ) AS first
    JOIN emotion_tag.counted_texts AS counted USING (content_id)
    WHERE NOT counted.is_gone
""")

_DROP_TEXTS = text("""
    WITH old AS (
        SELECT content_id FROM emotion_tag.counted_texts WHERE said_at < :before LIMIT :limit
    ), unlinked AS (
        DELETE FROM emotion_tag.subject_texts WHERE content_id IN (SELECT content_id FROM old)
    )
    DELETE FROM emotion_tag.counted_texts WHERE content_id IN (SELECT content_id FROM old)
""")
_DROP_SPANS = text("""
    DELETE FROM emotion_tag.subject_spans WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM emotion_tag.subject_spans
        WHERE is_day = :is_day AND starts_at < :before LIMIT :limit
    ))
""")


class PostgresSubjectTransaction:
    def __init__(self, connection: AsyncConnection) -> None:
        self.catalogue = PostgresCatalogue(connection)
        self.subjects = PostgresSubjects(connection)
        self.products = PostgresProducts(connection)
        self.outbox = Outbox(connection, platform.outbox, encode)


class PostgresSubjects:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def said(self, content_ids: Iterable[UUID]) -> Sequence[Said]:
        rows = await self._connection.execute(_SAID, {"ids": list(content_ids)})
        return [
            Said(
                voice=voice_of(
                    row.content_id,
                    bytes(row.author_key or b""),
                    row.published_at,
                    tag_from_row(row),
                ),
                item_ids=tuple(row.item_ids),
                place=place_from_row(row),
            )
            for row in rows
        ]

    async def claim(self, voices: Iterable[Voice]) -> set[UUID]:
        columns = voices_to_columns(voices)
        if not columns["ids"]:
            return set()
        return set(await self._connection.scalars(_CLAIM, columns))

    async def recount(self, voices: Iterable[Voice]) -> Mapping[UUID, Voice]:
        columns = voices_to_columns(voices)
        await self._connection.execute(_HOLD_COUNTED, {"ids": columns["ids"]})
        links = await self.links_of(columns["ids"])
        await self._connection.execute(_RECOUNT, columns)
        return {link.voice.content_id: link.voice for link in links}

    async def leave(self, content_ids: Iterable[UUID]) -> Sequence[Link]:
        ids = {"ids": list(content_ids)}
        await self._connection.execute(_HOLD_PLACES, ids)  # waits for those who count them now
        await self._connection.execute(_HOLD_COUNTED, ids)
        links = await self.links_of(ids["ids"])
        await self._connection.execute(_GO, ids)
        await self._connection.execute(_UNLINK, ids)
        return links

    async def links_of(self, content_ids: Iterable[UUID]) -> Sequence[Link]:
        rows = await self._connection.execute(_LINKS, {"ids": list(content_ids)})
        return [Link(voice_from_row(row), _subject(row)) for row in rows]

    async def hold(self, subjects: Iterable[Subject]) -> Mapping[Subject, Standing]:
        rows = await self._connection.execute(
            _HOLD, {**_named(set(subjects)), "long_ago": _LONG_AGO, "size": SIZE}
        )
        return {(its := standing_from_row(row)).subject: its for row in rows}

    async def first_of(
        self, groups: Iterable[Group], *, limit: int
    ) -> Mapping[Group, Sequence[Voice]]:
        wanted = sorted(set(groups))
        rows = await self._connection.execute(
            _FIRST,
            {
                **_named([subject for subject, _ in wanted], is_sorted=True),
                "keys": [key for _, key in wanted],
                "limit": limit,
            },
        )
        found: dict[Group, list[Voice]] = {}
        for row in rows:
            voice = voice_from_row(row)
            found.setdefault((_subject(row), voice.author_key), []).append(voice)
        return found

    async def link(self, links: Iterable[Link]) -> None:
        ordered = list(links)
        await self._connection.execute(
            _LINK,
            {
                **_named([link.subject for link in ordered], is_sorted=True),
                "ids": [link.voice.content_id for link in ordered],
                "keys": [link.voice.author_key for link in ordered],
                "said_at": [link.voice.said_at for link in ordered],
            },
        )

    async def put(self, standings: Iterable[Standing]) -> None:
        ordered = list(standings)
        await self._connection.execute(
            _PUT,
            {
                **_named([one.subject for one in ordered], is_sorted=True),
                "as_of": [one.as_of for one in ordered],
                "flat": _flat([one.sums for one in ordered]),
                "size": SIZE,
            },
        )

    async def add_to_spans(self, added: Mapping[tuple[Subject, bool, datetime], Sums]) -> None:
        if not added:
            return
        keys = sorted(added)
        await self._connection.execute(
            _ADD,
            {
                **_named([subject for subject, _, _ in keys], is_sorted=True),
                "days": [is_day for _, is_day, _ in keys],
                "starts": [start for _, _, start in keys],
                "flat": _flat([added[key] for key in keys]),
                "size": SIZE,
            },
        )

    async def standings(self, subjects: Iterable[Subject]) -> Mapping[Subject, Standing]:
        rows = await self._connection.execute(_STANDINGS, _named(set(subjects)))
        return {(its := standing_from_row(row)).subject: its for row in rows}

    async def forget_before(
        self, texts_before: datetime, hours_before: datetime, *, limit: int
    ) -> int:
        dropped = 0
        for statement, values in (
            (_DROP_TEXTS, {"before": texts_before}),
            (_DROP_SPANS, {"before": texts_before, "is_day": True}),
            (_DROP_SPANS, {"before": hours_before, "is_day": False}),
        ):
            done = await self._connection.execute(statement, {**values, "limit": limit})
            dropped = max(dropped, done.rowcount)
        return dropped


def _named(subjects: Iterable[Subject], *, is_sorted: bool = False) -> dict[str, Any]:
    """The columns that name subjects; in order of locking unless they are in the right one."""
    ordered = list(subjects) if is_sorted else sorted(subjects)
    return {
        "kinds": [str(one.kind) for one in ordered],
        "subject_ids": [one.subject_id for one in ordered],
    }


def _subject(row: Any) -> Subject:
    return Subject(SubjectKind(row.kind), row.subject_id)


def _flat(vectors: Sequence[Sums]) -> list[float]:
    return list(np.concatenate(vectors).tolist()) if vectors else []

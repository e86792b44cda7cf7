"""Hold models against gold sets, a chunk of texts at a time, beside the service."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from services.chassis.kernel.clock import Clock
from services.chassis.kernel.errors import Unavailable
from services.chassis.kernel.ids import new_id
from services.emotion_tag.application.governance.ports import (
    GovernanceTransactions,
    Shelf,
    Switch,
    Wake,
)
from services.emotion_tag.application.ports import Contents, Tagger
from services.emotion_tag.domain.errors import GoldSetEmpty, GoldSetNotFound, ModelNotFound
from services.emotion_tag.domain.evaluation import Answer, Evaluation, figures_of, length_of
from services.emotion_tag.domain.gold import UNDECIDED, GoldRow, GoldSet
from services.emotion_tag.domain.labels import answered
from services.emotion_tag.domain.tag import TextInput

CHUNK = 256
"""Rows tagged between two notes of how far it has got: about a second of an encoder."""

HELD = timedelta(seconds=30)
"""A process that has noted nothing for so long has died; another goes on where it was."""

_BREATH = 0.005  # seconds between chunks that live traffic has the processor for itself


async def start_evaluation(
    version: str,
    gold_set_id: UUID,
    transactions: GovernanceTransactions,
    shelf: Shelf,
    wake: Wake,
    clock: Clock,
) -> Evaluation:
    """Note that a model shall be held against a gold set; some process takes it up at once.

    Raises:
        ModelNotFound: it lies in none of the folders.
        GoldSetNotFound: there is no such set.
        GoldSetEmpty: it has no texts.
    """
    shelf.find(version)
    async with transactions() as tx:
        gold = await tx.gold.find(gold_set_id)
        if not gold.row_count:
            raise GoldSetEmpty("The gold set has no texts.", gold_set_id=str(gold_set_id))
        asked = Evaluation(
            evaluation_id=new_id(),
            version=version,
            gold_set_id=gold_set_id,
            created_at=clock.now(),
        )
        started = await tx.evaluations.start(asked)
        wake.evaluation_waits()
    return started


class EvaluationRunner:
    """Takes evaluations up; of several processes only one is at each."""

    def __init__(
        self,
        transactions: GovernanceTransactions,
        shelf: Shelf,
        switch: Switch,
        contents: Contents,
        clock: Clock,
    ) -> None:
        self._transactions, self._shelf, self._switch = transactions, shelf, switch
        self._contents, self._clock = contents, clock

    async def run_waiting(self, stopping: asyncio.Event) -> None:
        """Run what waits, one after the other, until nothing does or the process stops."""
        while not stopping.is_set():
            now = self._clock.now()
            async with self._transactions() as tx:
                taken = await tx.evaluations.take_up(now, now + HELD)
            if taken is None:
                return
            try:
                await self._run(taken, stopping)
            except (ModelNotFound, GoldSetNotFound) as error:
                await self._end(replace(taken, error=str(error)))
            except Unavailable:
                async with self._transactions() as tx:
                    await tx.evaluations.let_go(taken.evaluation_id)
                raise

    async def _run(self, taken: Evaluation, stopping: asyncio.Event) -> None:
        tagger = self._switch.loaded(taken.version)
        if tagger is None:
            tagger = await asyncio.to_thread(self._shelf.load, taken.version)
        async with self._transactions() as tx:
            gold = await tx.gold.find(taken.gold_set_id)
            number, done, last = await tx.evaluations.where(taken.evaluation_id)
        while not stopping.is_set():
            async with self._transactions() as tx:
                rows = await tx.gold.rows_after(taken.gold_set_id, last, CHUNK)
            if not rows:
                await self._finish(taken, gold)
                return
            answers, seconds = await self._answer(tagger, gold, rows)
            last, done = rows[-1].row_id, done + len(rows)
            until = self._clock.now() + HELD
            async with self._transactions() as tx:
                progress = min(1.0, done / max(1, gold.row_count))
                if not await tx.evaluations.hold_on(taken.evaluation_id, progress, until):
                    return
                await tx.evaluations.add_chunk(taken.evaluation_id, number, last, answers, seconds)
            number += 1
            await asyncio.sleep(_BREATH)
        async with self._transactions() as tx:
            await tx.evaluations.let_go(taken.evaluation_id)

    async def _answer(
        self, tagger: Tagger, gold: GoldSet, rows: Sequence[GoldRow]
    ) -> tuple[list[Answer], float]:
        texts = await self._texts(rows)
        known = [row for row in rows if row.row_id in texts]
        inputs = [TextInput(texts[row.row_id], gold.kind) for row in known]
        started = time.perf_counter()
        tags = await asyncio.to_thread(tagger.tag, inputs)
        seconds = time.perf_counter() - started
        answers = [
            Answer(
                row_id=row.row_id,
                said=row.label,
                answered=answered(tag, gold.space),
                confidence=tag.confidence,
                traits=(
                    f"language:{tag.language}",
                    f"length:{length_of(texts[row.row_id])}",
                    *(f"slice:{name}" for name in row.slices),
                ),
            )
            for row, tag in zip(known, tags, strict=True)
        ]
        return answers, seconds

    async def _texts(self, rows: Sequence[GoldRow]) -> Mapping[UUID, str]:
        """The text of each row; those of contents that are gone or disputed are missing."""
        rows = [row for row in rows if row.label != UNDECIDED]
        named = {row.content_id: row.row_id for row in rows if row.content_id is not None}
        texts = {row.row_id: row.text for row in rows if row.content_id is None}
        for content in await self._contents.read(list(named)) if named else ():
            texts[named[content.content_id]] = content.text
        return texts

    async def _finish(self, taken: Evaluation, gold: GoldSet) -> None:
        async with self._transactions() as tx:
            answers, seconds = await tx.evaluations.answers(taken.evaluation_id)
        speed = len(answers) / seconds if seconds else 0.0
        figures = await asyncio.to_thread(figures_of, answers, gold.space, texts_per_second=speed)
        await self._end(replace(taken, figures=figures))

    async def _end(self, evaluation: Evaluation) -> None:
        async with self._transactions() as tx:
            await tx.evaluations.end(replace(evaluation, ended_at=self._clock.now(), progress=1.0))

"""Let a candidate read a share of what was tagged, beside the active model."""

import asyncio
import time
from collections.abc import Sequence
from uuid import UUID

from services.emotion_tag.application.governance.ports import GovernanceTransactions, Switch
from services.emotion_tag.application.ports import Contents, Tagger
from services.emotion_tag.application.tagging.published import read_published
from services.emotion_tag.domain.model_version import ModelState
from services.emotion_tag.domain.shadow import ShadowCount, ShadowTimes, count_pairs, is_sampled
from services.emotion_tag.domain.tag import EmotionTag, TextInput


class ShadowRead:
    """What both models made of some texts, on the way to being counted."""

    def __init__(
        self, state: ModelState, counts: Sequence[ShadowCount], times: ShadowTimes
    ) -> None:
        self._state, self._counts, self._times = state, counts, times

    async def store(self, transactions: GovernanceTransactions) -> None:
        """Add to the counts of this pair of models."""
        if not self._times.texts:
            return
        async with transactions() as tx:
            await tx.shadows.add(self._state.shadow, self._state.active, self._counts, self._times)


async def read_beside(
    content_ids: Sequence[UUID], contents: Contents, switch: Switch
) -> ShadowRead:
    """Tag the sampled share with both models, in a thread; no place for a transaction.

    Both read the same texts one right after the other, so that their times can be compared, and
    take turns in going first.

    Raises:
        ContentUnreachable: the neighbour did not answer in time.
    """
    state = switch.state
    nothing = ShadowTimes(texts=0, active_seconds=0.0, candidate_seconds=0.0)
    active, candidate = switch.loaded(state.active), switch.loaded(state.shadow)
    sampled = [one for one in content_ids if is_sampled(one, state.sample_per_mille)]
    if not sampled or active is None or candidate is None:
        return ShadowRead(state, (), nothing)
    texts = [one for _, one in await read_published(sampled, contents)]
    if not texts:
        return ShadowRead(state, (), nothing)
    active_first = sampled[0].int % 2 == 0
    order = (active, candidate) if active_first else (candidate, active)
    timed = [await asyncio.to_thread(_timed, tagger, texts) for tagger in order]
    (tags, seconds), (other_tags, other_seconds) = timed if active_first else reversed(timed)
    times = ShadowTimes(texts=len(texts), active_seconds=seconds, candidate_seconds=other_seconds)
    return ShadowRead(state, count_pairs(tags, other_tags), times)


def _timed(tagger: Tagger, texts: Sequence[TextInput]) -> tuple[list[EmotionTag], float]:
    started = time.perf_counter()
    tags = tagger.tag(texts)
    return tags, time.perf_counter() - started

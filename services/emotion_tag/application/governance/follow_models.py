"""Keep this process in step with the state that all replicas follow."""

import asyncio
from dataclasses import replace

from services.emotion_tag.application.governance.ports import (
    GovernanceTransactions,
    Shelf,
    Switch,
)
from services.emotion_tag.application.ports import Tagger
from services.emotion_tag.domain.errors import ModelNotFound
from services.emotion_tag.domain.model_version import ModelState


class ModelKeeper:
    """Loads what the state names and swaps it in; what is in memory already is swapped at once."""

    def __init__(self, transactions: GovernanceTransactions, shelf: Shelf, switch: Switch) -> None:
        self._reads, self._shelf, self._switch = transactions, shelf, switch
        self._turn = asyncio.Lock()
        self.missing: tuple[str, ...] = ()
        """Models that the state names and this process has not: it goes on as well as it can."""

    @property
    def active(self) -> str:
        """The version that answers here."""
        return self._switch.version

    async def follow(self) -> bool:
        """Do what the state says; whether anything changed.

        A model that is missing here is not waited for: the model that answers goes on answering.
        """
        async with self._turn:
            async with self._reads() as tx:
                wanted = await tx.models.state()
            if wanted.number == self._switch.state.number and not self.missing:
                return False
            before = self._switch.state
            taggers: dict[str, Tagger] = {}
            missing: list[str] = []
            for version in dict.fromkeys((wanted.active, wanted.previous, wanted.shadow)):
                if not version:
                    continue
                tagger = self._switch.loaded(version)
                if tagger is None:
                    tagger = await self._load(version)
                if tagger is None:
                    missing.append(version)
                else:
                    taggers[version] = tagger
            self.missing = tuple(missing)
            self._switch.apply(self._possible(wanted, taggers), taggers)
            return self._switch.state != before

    async def _load(self, version: str) -> Tagger | None:
        try:
            return await asyncio.to_thread(self._shelf.load, version)
        except ModelNotFound:
            return None

    def _possible(self, wanted: ModelState, taggers: dict[str, Tagger]) -> ModelState:
        """The state as far as this process has the models for it."""
        active = wanted.active
        if active not in taggers:
            active = self._switch.version
            found = self._switch.loaded(active)
            if found is not None:
                taggers[active] = found
        shadowed = wanted.shadow in taggers
        return replace(
            wanted,
            active=active,
            previous=wanted.previous if wanted.previous in taggers else "",
            shadow=wanted.shadow if shadowed else "",
            sample_per_mille=wanted.sample_per_mille if shadowed else 0,
        )

"""Which model answers: promoted through gates, rolled back at once, run beside; all is logged."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from services.chassis.kernel.clock import Clock
from services.chassis.kernel.ids import new_id
from services.emotion_tag.application.governance.compare_models import compare_models
from services.emotion_tag.application.governance.ports import (
    GovernanceTransaction,
    GovernanceTransactions,
    Shelf,
    Switch,
)
from services.emotion_tag.domain.errors import (
    EvaluationNotFound,
    GatesNotPassed,
    ModelNotFound,
    NoFormerModel,
    OverrideNotAllowed,
)
from services.emotion_tag.domain.model_version import ModelAction, ModelChange, ModelState
from services.emotion_tag.domain.promotion import Gate, OnGold, gates
from services.emotion_tag.domain.shadow import shadow_figures

ADMIN = "admin"
MOST_GOLD_SETS = 100
"""Whose gates are asked: the latest."""


@dataclass(frozen=True, kw_only=True)
class Act:
    """Who does something to the models, and why."""

    actor_id: UUID | None
    roles: Collection[str]
    is_internal: bool
    reason: str
    override_reason: str = ""

    @property
    def may_override(self) -> bool:
        return self.is_internal or ADMIN in self.roles


class ModelDesk:
    """Changes the state that all replicas follow."""

    def __init__(
        self, transactions: GovernanceTransactions, shelf: Shelf, switch: Switch, clock: Clock
    ) -> None:
        self._transactions, self._shelf, self._switch = transactions, shelf, switch
        self._clock = clock
        self._refusals: list[ModelChange] = []
        self.refused = asyncio.Event()
        """Set when there is a refusal to log."""

    async def check(self, version: str, tx: GovernanceTransaction) -> list[Gate]:
        """Hold a model against every gate, as of now.

        Raises:
            ModelNotFound: it lies in none of the folders.
        """
        self._shelf.find(version)
        active = (await self.state(tx)).active
        on_gold = []
        for gold in await tx.gold.sets(None, MOST_GOLD_SETS):
            latest = await tx.evaluations.latest(version, gold.gold_set_id)
            figures = latest.figures if latest else None
            try:
                comparison = await compare_models(version, active, gold.gold_set_id, tx)
            except EvaluationNotFound:
                comparison = None
            on_gold.append(OnGold(gold.gold_set_id, gold.name, gold.row_count, figures, comparison))
        counts, times = await tx.shadows.find(version, active)
        return gates(on_gold, shadow_figures(counts, times))

    async def promote(self, version: str, act: Act) -> tuple[ModelState, Sequence[Gate]]:
        """Let a model answer, if it passes the gates or an admin overrides them.

        Raises:
            ModelNotFound: it lies in none of the folders.
            ModelIsActive: it answers already.
            GatesNotPassed: it does not pass; that is logged too.
            OverrideNotAllowed: an override by somebody who is no admin.
        """
        if act.override_reason and not act.may_override:
            raise OverrideNotAllowed("Only an admin may override gates.")
        async with self._transactions() as tx:
            seen = await self.state(tx)
            seen.promoted(version)
            found = await self.check(version, tx)
            # Only now: a rollback must not wait for the gates.
            known = await self.state(tx, lock=True)
            if known.active != seen.active:
                found = await self.check(version, tx)
            state = known.promoted(version)
            failed = [gate for gate in found if not gate.is_passed]
            if not failed or act.override_reason:
                change = self._change(ModelAction.PROMOTED, version, known.active, act, found)
                await tx.models.change(state)
                await tx.models.log(change)
                return state, found
        self._refusals.append(self._change(ModelAction.REFUSED, version, known.active, act, found))
        self.refused.set()
        raise GatesNotPassed(
            "The model does not pass: " + ", ".join(gate.key for gate in failed) + ".",
            **{gate.key: gate.as_text() for gate in failed},
        )

    async def log_refusals(self) -> None:
        """Log promotions that gates refused: apart, as the transaction of the call is undone."""
        while self._refusals:
            async with self._transactions() as tx:
                await tx.models.log(self._refusals[0])
            self._refusals.pop(0)

    async def roll_back(self, act: Act) -> ModelState:
        """Let the former model answer again.

        Raises:
            NoFormerModel: none answered before, or it lies in none of the folders any more.
        """
        async with self._transactions() as tx:
            known = await self.state(tx, lock=True)
            state = known.rolled_back()
            if self._switch.loaded(state.active) is None:
                self._must_be_there(state.active)
            await tx.models.change(state)
            await tx.models.log(
                self._change(ModelAction.ROLLED_BACK, state.active, known.active, act)
            )
        return state

    async def shadow(self, version: str, sample_per_mille: int, act: Act) -> ModelState:
        """Let a model read beside the active one, or end that.

        Raises:
            ModelNotFound: it lies in none of the folders.
            ModelIsActive: it is the one that answers.
        """
        self._shelf.find(version)
        async with self._transactions() as tx:
            known = await self.state(tx, lock=True)
            state = known.shadowed(version, sample_per_mille)
            await tx.models.change(state)
            noted = replace(act, reason=f"{sample_per_mille} ‰")
            await tx.models.log(self._change(ModelAction.SHADOWED, version, known.active, noted))
        return state

    async def state(self, tx: GovernanceTransaction, *, lock: bool = False) -> ModelState:
        """What all replicas do; before anybody changed anything, what this one does."""
        state = await tx.models.state(lock=lock)
        return state if state.active else replace(state, active=self._switch.version)

    def _must_be_there(self, version: str) -> None:
        try:
            self._shelf.find(version)
        except ModelNotFound as error:
            raise NoFormerModel("The former model is gone.", version=version) from error

    def _change(
        self,
        action: ModelAction,
        version: str,
        former: str,
        act: Act,
        found: Sequence[Gate] = (),
    ) -> ModelChange:
        return ModelChange(
            change_id=new_id(),
            action=action,
            version=version,
            former_version=former,
            actor_id=act.actor_id,
            reason=act.reason,
            override_reason=act.override_reason,
            gates=tuple(found),
            created_at=self._clock.now(),
        )

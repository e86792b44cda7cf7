"""What the calls of ModelService stand on."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from services.chassis.kernel.clock import Clock
from services.chassis.rpc.identity import current_caller
from services.emotion_tag.application.governance.change_model import Act, ModelDesk
from services.emotion_tag.application.governance.measure_fairness import FairnessMeter
from services.emotion_tag.application.governance.model_report import ModelReport
from services.emotion_tag.application.governance.ports import (
    GovernanceTransactions,
    Shelf,
    Switch,
    Wake,
)
from services.emotion_tag.application.ports import Contents

Render = Callable[[ModelReport, str], bytes]
"""Makes a page of a report, in `zh` or `en`."""


@dataclass(frozen=True, kw_only=True)
class ModelParts:
    transactions: GovernanceTransactions
    reads: GovernanceTransactions
    contents: Contents
    shelf: Shelf
    switch: Switch
    desk: ModelDesk
    fairness: FairnessMeter
    wake: Wake
    clock: Clock
    half_life: timedelta
    render: Render


def act_of(reason: str, override_reason: str = "") -> Act:
    """What the caller does, and why."""
    caller = current_caller()
    return Act(
        actor_id=caller.subject,
        roles=caller.roles,
        is_internal=caller.is_internal,
        reason=reason,
        override_reason=override_reason,
    )

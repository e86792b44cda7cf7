"""Facts this service tells the others."""

from dataclasses import dataclass
from datetime import datetime

from services.chassis.kernel.events import DomainEvent
from services.recommendation.domain.item import Item


@dataclass(frozen=True, kw_only=True)
class ItemChanged(DomainEvent):
    """An item is new or was changed; `item.version` counts its changes."""

    item: Item


@dataclass(frozen=True, kw_only=True)
class ModelPromoted(DomainEvent):
    """A newly trained model answers from now on."""

    model_version: str
    trained_at: datetime

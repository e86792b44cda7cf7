"""What profile does when it or a neighbour tells something."""

from collections.abc import Sequence
from typing import Any

from resonance.profile.v1.profile_events_pb2 import BehaviorRecorded
from resonance.recommendation.v1.recommendation_events_pb2 import ItemChanged
from services.chassis.kernel.clock import Clock
from services.chassis.messaging.reaction import Delivered, Reaction
from services.profile.application.keep_behaviors import keep_behaviors
from services.profile.application.learn_items import learn_items
from services.profile.application.ports import Recorded, Transactions
from services.profile.domain.item import Item
from services.profile.entrypoints.emotion_events import emotion_reactions
from services.profile.wire import behavior_from_proto


def reactions(transactions: Transactions, clock: Clock) -> Sequence[Reaction[Any]]:
    """Make the durable readers of this service."""

    async def keep(told: Sequence[Delivered[BehaviorRecorded]]) -> None:
        recorded = [
            Recorded(behavior_from_proto(one.event.behavior), one.occurred_at) for one in told
        ]
        await keep_behaviors(recorded, transactions, clock)

    async def learn_item(told: Sequence[Delivered[ItemChanged]]) -> None:
        await learn_items([_item(one.event) for one in told], transactions, clock)

    return (
        # Behaviours are many and small: large batches make them cheap.
        Reaction(reader="profile_keep_behavior", to=BehaviorRecorded, do=keep, batch=500),
        Reaction(reader="profile_learn_item", to=ItemChanged, do=learn_item),
        *emotion_reactions(transactions, clock),
    )


def _item(event: ItemChanged) -> Item:
    item = event.item
    return Item(item.item_id, item.category, item.brand, tuple(item.tags), event.version)

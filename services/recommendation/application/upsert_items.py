"""Add items to the catalogue or replace them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.recommendation.application.ports import Transactions
from services.recommendation.domain.events import ItemChanged
from services.recommendation.domain.item import Item


@dataclass(frozen=True)
class Upserted:
    created_count: int
    changed_count: int


async def upsert_items(items: Sequence[Item], transactions: Transactions) -> Upserted:
    """Write those that differ from what is known, and tell; all or none.

    `version` and `created_at` of what exists are kept; `created_at` of new ones is taken.
    """
    async with transactions() as tx:
        known = await tx.items.lock([item.item_id for item in items])
        fresh = [item for item in items if item.item_id not in known]
        changed = [
            replace(item, created_at=known[item.item_id].created_at)
            for item in items
            if item.item_id in known and not known[item.item_id].described_as(item)
        ]
        if fresh or changed:
            versions = await tx.items.save([*fresh, *changed])
            await tx.outbox.add(
                ItemChanged(item=replace(item, version=versions[item.item_id]))
                for item in (*fresh, *changed)
            )
            tx.notices.shelf_changed()
    return Upserted(len(fresh), len(changed))

"""Keep our own copy of what the catalogue says of items."""

from collections.abc import Iterable

from services.emotion_tag.application.subjects.ports import Transactions
from services.emotion_tag.domain.subject import CatalogueEntry


async def know_items(entries: Iterable[CatalogueEntry], transactions: Transactions) -> None:
    """Note those that are newer than what is known.

    What was said of an item before it changed its brand stays with the brand it had then.
    """
    newest: dict[str, CatalogueEntry] = {}
    for entry in entries:
        known = newest.get(entry.item_id)
        if known is None or entry.version > known.version:
            newest[entry.item_id] = entry
    async with transactions() as tx:
        await tx.catalogue.put(newest.values())

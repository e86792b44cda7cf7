"""Look an item up."""

from services.recommendation.application.ports import Transactions
from services.recommendation.domain.errors import ItemNotFound
from services.recommendation.domain.item import Item, Standing


async def get_item(item_id: str, reads: Transactions) -> tuple[Item, Standing]:
    """Return the item and what people make of it.

    Raises:
        ItemNotFound: the catalogue has no such item.
    """
    async with reads() as tx:
        found = await tx.items.find(item_id)
    if found is None:
        raise ItemNotFound("No such item.", item_id=item_id)
    return found

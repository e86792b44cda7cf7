"""Keep a process's picture of the catalogue and its model up to date."""

import asyncio
from datetime import datetime

from services.recommendation.application.desk import Desk, Stock
from services.recommendation.application.ports import Stockroom
from services.recommendation.domain.shelf import Shelf
from services.recommendation.domain.taste import Fitted, TasteModel


class StockKeeper:
    """Replaces the stock of a desk. One at a time."""

    def __init__(self, desk: Desk, stockroom: Stockroom) -> None:
        self._desk, self._stockroom = desk, stockroom
        self._since: datetime | None = None
        self._turn = asyncio.Lock()

    async def renew(self) -> None:
        """Take in what has changed of items and standings."""
        async with self._turn:
            asked_at = await self._stockroom.now()
            items = await self._stockroom.items(self._since)
            standings = await self._stockroom.standings(self._since)
            stock = self._desk.stock
            shelf = stock.shelf.with_items(items).with_standings(standings)
            model = stock.fitted.model if stock.fitted else None
            self._desk.stock = await asyncio.to_thread(_stock, shelf, model, stock)
            self._since = asked_at

    async def change_model(self) -> bool:
        """Take the newest model if it is another one; tell whether it was."""
        async with self._turn:
            fitted = self._desk.stock.fitted
            model = await self._stockroom.model(unless=fitted.model.version if fitted else "")
            if model is None:
                return False
            stock = self._desk.stock
            self._desk.stock = await asyncio.to_thread(_stock, stock.shelf, model, stock)
            return True


def _stock(shelf: Shelf, model: TasteModel | None, former: Stock) -> Stock:
    """Lay the model over the shelf, unless it lies there already; warm what answers will need."""
    shelf.warm()
    if model is None:
        return Stock(shelf)
    fitted = former.fitted
    if fitted is None or fitted.model is not model or fitted.row_count != len(shelf):
        fitted = Fitted(model, shelf.items)
    return Stock(shelf, fitted)

"""The catalogue as ranking sees it: one immutable picture in columns, patched into the next one.

A row never moves while the process lives: an item keeps its row, new items are appended. So what
others keep by row stays right when the shelf is replaced.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from services.recommendation.domain.item import (
    AVERAGE_POSITIVE,
    MENTION_HALF_LIFE,
    PRIOR_MENTIONS,
    Item,
    Standing,
)
from services.recommendation.domain.pages import MARKS, marks_of

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]

_NO_PRICE = -1


@dataclass(frozen=True)
class Shelf:
    """All items with their standings.

    `edition` grows when items themselves change, not when only what people make of them does.
    """

    items: tuple[Item, ...] = ()
    standings: tuple[Standing, ...] = ()
    rows: Mapping[str, int] = field(default_factory=dict)
    edition: int = 0

    def __len__(self) -> int:
        return len(self.items)

    def with_items(self, changed: Sequence[Item]) -> Self:
        """Return the shelf with these items new or replaced; older versions are ignored."""
        items, standings, rows = list(self.items), list(self.standings), dict(self.rows)
        touched = False
        for item in changed:
            row = rows.get(item.item_id)
            if row is None:
                rows[item.item_id] = len(items)
                items.append(item)
                standings.append(Standing())
            elif items[row].version >= item.version:
                continue
            else:
                items[row] = item
            touched = True
        if not touched:
            return self
        return replace(
            self,
            items=tuple(items),
            standings=tuple(standings),
            rows=rows,
            edition=self.edition + 1,
        )

    def with_standings(self, changed: Mapping[str, Standing]) -> Self:
        """Return the shelf with these standings; those of unknown items wait in the database."""
        standings = list(self.standings)
        for item_id, standing in changed.items():
            row = self.rows.get(item_id)
            if row is not None:
                standings[row] = standing
        fresh = replace(self, standings=tuple(standings))
        for name in _ABOUT_ITEMS & self.__dict__.keys():
            fresh.__dict__[name] = self.__dict__[name]  # computed already, and still true
        return fresh

    def warm(self) -> None:
        """Compute all columns now rather than in the first answer."""
        for name in _COLUMNS:
            getattr(self, name)

    def row_of(self, item_id: str) -> int | None:
        return self.rows.get(item_id)

    @cached_property
    def categories(self) -> dict[str, int]:
        """Category to code, in the order of first sight."""
        return _codes([item.category for item in self.items])

    @cached_property
    def category(self) -> Rows:
        codes = self.categories
        return np.array([codes[item.category] for item in self.items], np.int64)

    @cached_property
    def brands(self) -> dict[str, int]:
        """Brand to code; 0 is no brand."""
        return _codes(["", *(item.brand for item in self.items)])

    @cached_property
    def brand(self) -> Rows:
        codes = self.brands
        return np.array([codes[item.brand] for item in self.items], np.int64)

    @cached_property
    def tagged(self) -> dict[str, Rows]:
        """Tag to the rows that carry it."""
        found: dict[str, list[int]] = {}
        for row, item in enumerate(self.items):
            for tag in item.tags:
                found.setdefault(tag, []).append(row)
        return {tag: np.array(rows, np.int64) for tag, rows in found.items()}

    @cached_property
    def available(self) -> NDArray[np.bool_]:
        return np.array([not item.is_unavailable for item in self.items], np.bool_)

    @cached_property
    def price_minor(self) -> Rows:
        """-1 where none is known."""
        return np.array(
            [_NO_PRICE if item.price is None else item.price.amount_minor for item in self.items],
            np.int64,
        )

    @cached_property
    def gentle_price(self) -> Floats:
        """1 for the cheapest of its category, 0 for the dearest, ½ where no price is known."""
        gentle = np.full(len(self), 0.5, np.float32)
        known = np.flatnonzero(self.price_minor >= 0)
        order = known[np.lexsort((self.price_minor[known], self.category[known]))]
        if len(order) == 0:
            return gentle
        _, first, counts = np.unique(self.category[order], return_index=True, return_counts=True)
        place = np.arange(len(order)) - np.repeat(first, counts)
        size = np.repeat(counts, counts)
        several = size > 1
        gentle[order[several]] = 1 - place[several] / (size[several] - 1)
        return gentle

    @cached_property
    def created(self) -> NDArray[np.float64]:
        """Seconds since 1970."""
        return np.array([item.created_at.timestamp() for item in self.items], np.float64)

    @cached_property
    def marks(self) -> NDArray[np.uint16]:
        """Where each item stands in a page token's filter."""
        marks = [marks_of(item.item_id) for item in self.items]
        return np.array(marks, np.uint16).reshape(len(self), MARKS)

    @cached_property
    def popularity(self) -> Floats:
        """0 for what is taken as often as the average or less, 1 for what is taken most.

        The root makes the second of two favourites count, whatever the scale of the sums.
        """
        return above_average(
            np.sqrt(np.array([one.popularity for one in self.standings], np.float64))
        )

    @cached_property
    def bright(self) -> Floats:
        """How pleasant the words about it are, 0 to 1."""
        return np.array([max(one.mean_valence(), 0.0) for one in self.standings], np.float32)

    @cached_property
    def joy(self) -> Floats:
        """The share of joy in what is felt about it, 0 to 1."""
        return np.array([one.felt.joy for one in self.standings], np.float32)

    @cached_property
    def trouble(self) -> Floats:
        """How much it is known for letting people down, 0 to 1."""
        return np.array([one.felt.trouble for one in self.standings], np.float32)

    @cached_property
    def mentions(self) -> Rows:
        return np.array([one.mention_count for one in self.standings], np.int64)

    @cached_property
    def words(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Positive and negative words, and the seconds since 1970 as of which they are counted."""
        table = [
            (one.positive, one.negative, one.as_of.timestamp() if one.as_of else 0.0)
            for one in self.standings
        ]
        columns = np.array(table, np.float64).reshape(len(self), 3)
        return columns[:, 0], columns[:, 1], columns[:, 2]

    def praise(self, now: datetime) -> Floats:
        """0 for what is spoken of as well as the average or worse, 1 for what is praised most.

        The shares are those of `Standing.positive_share`.
        """
        positive, negative, as_of = self.words
        age = np.maximum(now.timestamp() - as_of, 0) / MENTION_HALF_LIFE.total_seconds()
        left = 0.5**age
        prior = PRIOR_MENTIONS * AVERAGE_POSITIVE
        return above_average(
            (positive * left + prior) / ((positive + negative) * left + PRIOR_MENTIONS)
        )


_COLUMNS = {name for name, value in vars(Shelf).items() if isinstance(value, cached_property)}
_ABOUT_ITEMS = _COLUMNS - {"popularity", "bright", "joy", "trouble", "mentions", "words"}


def above_average(values: NDArray[np.floating]) -> Floats:
    """0 for the mean and what is below it, 1 for the largest; all 0 where all are the same.

    So a signal only ever speaks *for* an item, one that says the same of every item says nothing,
    and signals of any scale can be weighed against each other.
    """
    if len(values) == 0:
        return np.zeros(0, np.float32)
    mean, largest = float(values.mean()), float(values.max())
    if largest - mean <= 1e-9 * max(abs(largest), abs(mean), 1e-300):
        return np.zeros(len(values), np.float32)
    return np.asarray(np.maximum((values - mean) / (largest - mean), 0), np.float32)


def _codes(names: Sequence[str]) -> dict[str, int]:
    return {name: code for code, name in enumerate(dict.fromkeys(names))}

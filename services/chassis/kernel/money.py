"""Amounts of money: whole minor units and a currency, never a float."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import total_ordering

_CURRENCY = re.compile(r"[A-Z]{3}")


class MixedCurrencies(ValueError):
    """Two amounts in different currencies met; only an exchange rate could join them."""


@total_ordering
@dataclass(frozen=True)
class Money:
    """`amount_minor` minor units (cent, 分) of an ISO 4217 currency; may be negative."""

    amount_minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.amount_minor) is not int:
            raise TypeError("amount_minor is a whole number of minor units")
        if not _CURRENCY.fullmatch(self.currency):
            msg = "currency is an ISO 4217 code of three capitals"
            raise ValueError(msg)

    def __add__(self, other: Money) -> Money:
        return Money(self.amount_minor + self._same(other).amount_minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount_minor - self._same(other).amount_minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount_minor, self.currency)

    def __mul__(self, times: int) -> Money:
        """Multiply by a count; for a share of an amount see `part`."""
        return Money(self.amount_minor * times, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount_minor < self._same(other).amount_minor

    def __bool__(self) -> bool:
        return self.amount_minor != 0

    def part(self, basis_points: int) -> Money:
        """Return that many ten-thousandths of it, rounded half away from zero."""
        scaled = abs(self.amount_minor) * abs(basis_points)
        rounded = (scaled + 5_000) // 10_000
        negative = (self.amount_minor < 0) != (basis_points < 0)
        return Money(-rounded if negative else rounded, self.currency)

    def split(self, weights: Iterable[int]) -> list[Money]:
        """Divide in proportion to `weights` (≥ 0, not all 0); the parts add up exactly.

        Minor units left over go to the largest remainders, the earlier part first.
        """
        weights = list(weights)
        total = sum(weights)
        if total <= 0 or min(weights) < 0:
            msg = "weights are not negative and not all zero"
            raise ValueError(msg)
        shares = [divmod(self.amount_minor * weight, total) for weight in weights]
        left = self.amount_minor - sum(whole for whole, _ in shares)
        first = sorted(range(len(shares)), key=lambda at: -shares[at][1])[:left]
        return [
            Money(whole + (at in set(first)), self.currency) for at, (whole, _) in enumerate(shares)
        ]

    def _same(self, other: Money) -> Money:
        if self.currency != other.currency:
            msg = f"{self.currency} and {other.currency} do not add up"
            raise MixedCurrencies(msg)
        return other

"""A coupon: what it takes off, and from which order."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from services.campaign.domain.errors import CurrencyMismatch, OrderTooSmall
from services.chassis.kernel.money import Money

WHOLE = 10_000  # basis points


@dataclass(frozen=True)
class AmountOff:
    """A fixed amount, never more than the order."""

    amount: Money

    @property
    def at_most(self) -> Money:
        return self.amount

    def worth(self, order_total: Money) -> Money:
        return min(self.amount, order_total)


@dataclass(frozen=True)
class ShareOff:
    """A share of the order in basis points (1 to 10,000), rounded down, up to a cap."""

    basis_points: int
    at_most: Money

    def worth(self, order_total: Money) -> Money:
        share = order_total.amount_minor * self.basis_points // WHOLE
        return min(Money(share, order_total.currency), self.at_most)


Discount = AmountOff | ShareOff


@dataclass(frozen=True, kw_only=True)
class Coupon:
    """Terms of a coupon. `cost` is what one claim may cost the campaign at most."""

    id: UUID
    discount: Discount
    minimum_spend: Money
    stock: int
    limit_per_person: int
    redeem_within: timedelta

    @property
    def cost(self) -> Money:
        return self.discount.at_most

    def discount_on(self, order_total: Money) -> Money:
        """What it takes off an order.

        Raises:
            CurrencyMismatch: the order is in another currency.
            OrderTooSmall: the order is below `minimum_spend`.
        """
        if order_total.currency != self.minimum_spend.currency:
            raise CurrencyMismatch(
                "The coupon is in another currency than the order.",
                coupon_currency=self.minimum_spend.currency,
                order_currency=order_total.currency,
            )
        if order_total < self.minimum_spend:
            raise OrderTooSmall(
                "The order is smaller than the coupon asks for.",
                minimum_minor=str(self.minimum_spend.amount_minor),
                order_minor=str(order_total.amount_minor),
            )
        return self.discount.worth(order_total)

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.campaign.domain.coupon import AmountOff, Coupon, Discount, ShareOff
from services.campaign.domain.errors import CurrencyMismatch, OrderTooSmall
from services.chassis.kernel.ids import new_id
from services.chassis.kernel.money import Money

amounts = st.integers(min_value=0, max_value=10**12)


def cny(amount_minor: int) -> Money:
    return Money(amount_minor, "CNY")


def coupon(discount: Discount, *, minimum_spend: int = 0) -> Coupon:
    return Coupon(
        id=new_id(),
        discount=discount,
        minimum_spend=cny(minimum_spend),
        stock=1,
        limit_per_person=1,
        redeem_within=timedelta(days=1),
    )


@given(amount=amounts, order=amounts)
def test_an_amount_off_never_exceeds_the_order(amount: int, order: int) -> None:
    taken_off = coupon(AmountOff(cny(amount))).discount_on(cny(order))

    assert taken_off == cny(min(amount, order))


@given(basis_points=st.integers(1, 10_000), at_most=amounts, order=amounts)
def test_a_share_off_is_rounded_down_and_capped(
    basis_points: int, at_most: int, order: int
) -> None:
    terms = coupon(ShareOff(basis_points, cny(at_most)))

    taken_off = terms.discount_on(cny(order)).amount_minor

    assert taken_off <= min(order, at_most)
    assert taken_off in (order * basis_points // 10_000, at_most)
    assert terms.cost == cny(at_most)


def test_an_order_below_the_minimum_is_too_small() -> None:
    with pytest.raises(OrderTooSmall) as refusal:
        coupon(AmountOff(cny(10)), minimum_spend=100).discount_on(cny(99))

    assert refusal.value.metadata == {"minimum_minor": "100", "order_minor": "99"}


def test_an_order_in_another_currency_is_refused() -> None:
    with pytest.raises(CurrencyMismatch):
        coupon(AmountOff(cny(10))).discount_on(Money(100, "USD"))

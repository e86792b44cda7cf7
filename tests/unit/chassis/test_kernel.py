"""Ids, events and money."""

import threading
import time
from dataclasses import dataclass
from datetime import UTC
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.kernel.errors import InvalidField
from services.chassis.kernel.events import DomainEvent
from services.chassis.kernel.ids import new_id, parse_id
from services.chassis.kernel.money import MixedCurrencies, Money


def test_an_id_is_a_uuid_of_version_7_and_holds_its_time() -> None:
    before = time.time_ns() // 1_000_000
    made = new_id()

    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert before <= made.int >> 80 <= before + 1_000


def test_ids_made_later_are_larger_even_within_a_millisecond() -> None:
    made = [new_id() for _ in range(20_000)]

    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_threads_never_make_the_same_id() -> None:
    made: list[UUID] = []
    threads = [
        threading.Thread(target=lambda: made.extend([new_id() for _ in range(2_000)]))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({one.int >> 64 for one in made}) == 8_000


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "0192f0c1",
        "{0192f0c1-0000-7000-8000-000000000001}",
        "0192f0c1000070008000000000000001",
    ],
)
def test_only_the_canonical_form_is_an_id(text: str) -> None:
    with pytest.raises(InvalidField) as failure:
        parse_id(text, "users[3].user_id")

    assert failure.value.field == "users[3].user_id"
    assert failure.value.rule == "uuid"
    assert failure.value.metadata == {"field": "users[3].user_id", "rule": "uuid"}


def test_an_id_is_read_back() -> None:
    made = new_id()

    assert parse_id(str(made), "id") == made
    assert parse_id(str(made).upper(), "id") == made


def test_an_event_has_an_id_and_a_time_of_its_own() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Happened(DomainEvent):
        what: str

    first, second = Happened(what="a"), Happened(what="a")

    assert first.event_id < second.event_id
    assert first.occurred_at.tzinfo is UTC


def test_money_of_two_currencies_does_not_add_up() -> None:
    with pytest.raises(MixedCurrencies):
        Money(1, "EUR") + Money(1, "CNY")
    with pytest.raises(MixedCurrencies):
        assert Money(1, "EUR") < Money(1, "CNY")


@pytest.mark.parametrize(("amount", "currency"), [(1, "eur"), (1, ""), (1, "EURO")])
def test_a_currency_is_three_capitals(amount: int, currency: str) -> None:
    with pytest.raises(ValueError, match="ISO 4217"):
        Money(amount, currency)


def test_a_fraction_of_a_cent_is_no_money() -> None:
    with pytest.raises(TypeError):
        Money(1.5, "EUR")  # type: ignore[arg-type]


def test_a_part_is_rounded_half_away_from_zero() -> None:
    assert Money(1_050, "EUR").part(5_000) == Money(525, "EUR")
    assert Money(5, "EUR").part(5_000) == Money(3, "EUR")
    assert Money(-5, "EUR").part(5_000) == Money(-3, "EUR")


amounts = st.integers(-(10**12), 10**12)


@given(amounts, st.lists(st.integers(0, 10**6), min_size=1, max_size=20).filter(any))
def test_a_split_loses_nothing(amount: int, weights: list[int]) -> None:
    whole = Money(amount, "CNY")

    parts = whole.split(weights)

    assert sum((part.amount_minor for part in parts), 0) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part.amount_minor - amount * weight / sum(weights)) <= 1


@given(amounts, amounts)
def test_adding_and_taking_away_again_changes_nothing(one: int, other: int) -> None:
    assert Money(one, "CNY") + Money(other, "CNY") - Money(other, "CNY") == Money(one, "CNY")

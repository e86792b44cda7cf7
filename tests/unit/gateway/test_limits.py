"""Buckets and crowds."""

import pytest

from gateway.limits.buckets import Buckets
from gateway.limits.crowd import Crowd
from gateway.problems.problem import Refusal


def test_a_burst_is_granted_and_then_the_rate() -> None:
    buckets = Buckets(rate=2, burst=3)

    grants = [buckets.take("a", 0.0) for _ in range(3)]

    assert [grant.remaining for grant in grants if grant] == [2, 1, 0]
    with pytest.raises(Refusal):
        buckets.take("a", 0.4)
    assert buckets.take("a", 0.6)
    with pytest.raises(Refusal):
        buckets.take("a", 0.7)


def test_a_refusal_says_when_to_come_back() -> None:
    buckets = Buckets(rate=0.1, burst=1)
    buckets.take("a", 0.0)

    with pytest.raises(Refusal) as refused:
        buckets.take("a", 1.0)

    headers = dict(refused.value.problem.headers)
    assert headers[b"retry-after"] == b"9"
    assert headers[b"ratelimit-remaining"] == b"0"


def test_a_refused_call_costs_nothing() -> None:
    buckets = Buckets(rate=1, burst=1)
    buckets.take("a", 0.0)

    for moment in (0.2, 0.4, 0.6, 0.8):
        with pytest.raises(Refusal):
            buckets.take("a", moment)

    assert buckets.take("a", 1.0)


def test_one_key_takes_nothing_from_another() -> None:
    buckets = Buckets(rate=1, burst=1)

    assert buckets.take("a", 0.0)
    assert buckets.take("b", 0.0)


def test_a_pause_never_grants_more_than_a_burst() -> None:
    buckets = Buckets(rate=100, burst=2)
    buckets.take("a", 0.0)

    assert (grant := buckets.take("a", 1e6))
    assert grant.remaining == 1


def test_a_rate_of_nothing_limits_nothing() -> None:
    buckets = Buckets(rate=0, burst=0)

    assert all(buckets.take("a", 0.0) is None for _ in range(1000))


def test_only_so_many_keys_are_remembered_and_the_busy_ones_first() -> None:
    buckets = Buckets(rate=1, burst=5, remembered=10)
    for _ in range(3):
        buckets.take("busy", 0.0)

    for number in range(1000):
        buckets.take(f"passing {number}", 0.0)
        if number % 5 == 0 and number < 10:
            buckets.take("busy", 0.0)

    assert len(buckets._levels) == 10


def test_a_crowd_takes_so_many_at_once() -> None:
    crowd = Crowd(2)

    with crowd, crowd:
        with pytest.raises(Refusal) as refused, crowd:
            pass
        assert refused.value.problem.status == 503

    assert crowd.size == 0
    with crowd:
        assert crowd.size == 1

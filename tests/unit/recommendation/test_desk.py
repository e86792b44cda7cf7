import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from resonance.recommendation.v1 import recommendation_service_pb2 as pb
from services.chassis.rpc.identity import INTERNAL, Caller, set_caller
from services.recommendation.application.desk import PERSON_LIFETIME, Desk, Stock
from services.recommendation.application.list_recommendations import Query, Recommender
from services.recommendation.domain.person import Person
from services.recommendation.domain.words import Scene
from services.recommendation.entrypoints.rpc import RecommendationServicer
from tests.support.clock import FixedClock
from tests.support.fake_recommendation import ADA, NOW, a_deed, a_mood, a_person, a_shelf


class FakePeople:
    """People as the database would answer, slowly if told to."""

    def __init__(self) -> None:
        self.person = a_person(a_deed("i001"))
        self.mood_version = 0
        self.loads = 0
        self.go = asyncio.Event()
        self.go.set()

    @property
    def people(self) -> "FakePeople":
        return self

    async def load(self, _user_id: UUID) -> tuple[Person, int]:
        self.loads += 1
        read = self.person, self.mood_version
        await self.go.wait()
        return read

    @asynccontextmanager
    async def reads(self) -> AsyncIterator[Any]:
        yield self


async def test_a_person_at_hand_costs_no_query_until_something_is_told() -> None:
    rows = FakePeople()
    desk = Desk(rows.reads, people_kept=10)

    for _ in range(5):
        await desk.known(ADA, NOW)
    desk.forget([ADA])
    await desk.known(ADA, NOW)
    await desk.known(ADA, NOW + PERSON_LIFETIME)

    assert rows.loads == 3


async def test_what_is_told_while_a_person_is_loaded_is_not_lost() -> None:
    rows = FakePeople()
    desk = Desk(rows.reads, people_kept=10)
    rows.go.clear()
    loading = asyncio.ensure_future(desk.known(ADA, NOW))
    await asyncio.sleep(0)
    rows.person, rows.mood_version = a_person(mood=a_mood(0.9)), 4
    desk.forget([ADA])
    rows.go.set()
    await loading

    known = await desk.known(ADA, NOW)

    assert known.mood_version == 4


async def test_only_so_many_people_are_at_hand() -> None:
    rows = FakePeople()
    desk = Desk(rows.reads, people_kept=3)

    for number in range(10):
        await desk.known(UUID(int=number), NOW)
    await desk.known(UUID(int=9), NOW)
    await desk.known(UUID(int=0), NOW)

    assert rows.loads == 11


async def test_everybody_who_allows_nothing_is_the_same_person() -> None:
    rows = FakePeople()
    rows.person = Person(ADA)
    desk = Desk(rows.reads, people_kept=10)

    one, other = [await desk.known(UUID(int=number), NOW) for number in (1, 2)]

    assert one is other
    assert one.person is None


async def test_an_answer_holds_until_items_or_model_change_or_it_is_old() -> None:
    rows = FakePeople()
    desk = Desk(rows.reads, people_kept=10)
    desk.stock = Stock(a_shelf())
    recommender = Recommender(desk, FixedClock(NOW))
    known = await desk.known(ADA, NOW)

    answer = recommender.answer(known, Query(scene=Scene.HOME, size=5), NOW)

    talked_about = Stock(desk.stock.shelf.with_standings({}))
    grown = Stock(a_shelf(61))
    assert answer.holds(desk.stock, NOW)
    assert answer.holds(talked_about, NOW)
    assert not answer.holds(Stock(grown.shelf.with_items(a_shelf(62).items)), NOW)
    assert not answer.holds(desk.stock, NOW + timedelta(seconds=15))


@pytest.mark.parametrize(
    ("caller", "is_told"),
    [
        (INTERNAL, True),
        (Caller(ADA, frozenset({"shopper"})), True),
        (Caller(UUID(int=2), frozenset({"agent"})), True),
        (Caller(UUID(int=2), frozenset({"host", "shopper"})), False),
    ],
)
async def test_a_host_gets_a_list_that_does_not_tell_the_mood_of_its_owner(
    caller: Caller, is_told: bool
) -> None:
    rows = FakePeople()
    rows.person = a_person(a_deed("i001"), mood=a_mood(-0.9))
    clock = FixedClock(NOW)
    desk = Desk(rows.reads, people_kept=10)
    desk.stock = Stock(a_shelf())
    servicer = RecommendationServicer(
        transactions=rows.reads,
        reads=rows.reads,
        recommender=Recommender(desk, clock),
        clock=clock,
    )

    async def told_to(who: Caller) -> pb.ListRecommendationsResponse:
        set_caller(who)
        request = pb.ListRecommendationsRequest(user_id=str(ADA), page_size=5)
        return await servicer.ListRecommendations(request, None)

    await told_to(INTERNAL)
    answer = await told_to(caller)

    assert answer.items
    assert bool(answer.mood) == is_told

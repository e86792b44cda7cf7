from uuid import UUID

import pytest
from google.protobuf.json_format import MessageToDict
from sqlalchemy import text

from resonance.profile.v1 import behavior_pb2
from resonance.recommendation.v1 import recommendation_events_pb2
from resonance.recommendation.v1 import recommendation_service_pb2 as pb
from services.chassis.kernel.ids import new_id
from services.chassis.rpc.errors import RemoteError
from tests.support.loops import eventually
from tests.support.recommending import BOTH, Recommending, consents, did, item


def upsert(*items: object, request_id: str = "") -> pb.BatchUpsertItemsRequest:
    return pb.BatchUpsertItemsRequest(items=items, request_id=request_id)  # type: ignore[arg-type]


async def told(shop: Recommending) -> list[tuple[str, int]]:
    async with shop.database.reads(lambda connection: connection)() as connection:
        rows = await connection.execute(
            text("SELECT subject, payload FROM recommendation.outbox ORDER BY position")
        )
        found = []
        for row in rows:
            assert row.subject == "resonance.recommendation.v1.ItemChanged"
            event = recommendation_events_pb2.ItemChanged.FromString(row.payload)
            found.append((event.item.item_id, event.version))
        return found


async def test_items_are_added_changed_and_told_once(shop: Recommending) -> None:
    first = await shop.stub.BatchUpsertItems(upsert(item("a"), item("b", tags=["x", "y"])))
    again = await shop.stub.BatchUpsertItems(upsert(item("a"), item("b", tags=["x", "y"])))
    changed = await shop.stub.BatchUpsertItems(upsert(item("a", price=5), item("c")))

    assert (first.created_count, first.changed_count) == (2, 0)
    assert (again.created_count, again.changed_count) == (0, 0)
    assert (changed.created_count, changed.changed_count) == (1, 1)
    assert sorted(await told(shop)) == [("a", 1), ("a", 2), ("b", 1), ("c", 1)]


async def test_the_same_request_id_is_applied_once(shop: Recommending) -> None:
    request = upsert(item("a"), request_id=str(new_id()))

    answers = [await shop.stub.BatchUpsertItems(request) for _ in range(2)]

    assert [one.created_count for one in answers] == [1, 1]
    assert await told(shop) == [("a", 1)]


async def test_an_item_sent_twice_in_a_call_changes_nothing(shop: Recommending) -> None:
    with pytest.raises(RemoteError) as failure:
        await shop.stub.BatchUpsertItems(upsert(item("a"), item("b"), item("a")))

    assert failure.value.reason == "INVALID_FIELD"
    assert await told(shop) == []


async def test_an_item_is_answered_as_it_was_sent(shop: Recommending) -> None:
    sent = item("a", brand="B", tags=["x"], is_unavailable=True)
    await shop.stub.BatchUpsertItems(upsert(sent))

    got = (await shop.stub.GetItem(pb.GetItemRequest(item_id="a"))).item

    assert got.HasField("create_time")
    got.ClearField("create_time")
    assert MessageToDict(got) == MessageToDict(sent)


async def test_an_unknown_item_is_not_found(shop: Recommending) -> None:
    with pytest.raises(RemoteError) as failure:
        await shop.stub.GetItem(pb.GetItemRequest(item_id="nope"))
    with pytest.raises(RemoteError) as other:
        await shop.listed(new_id(), scene=pb.SCENE_ITEM, context_item_id="nope")

    assert failure.value.reason == other.value.reason == "ITEM_NOT_FOUND"


async def test_who_allows_nothing_gets_what_everybody_gets(shop: Recommending) -> None:
    await shop.stock([item(f"i{at}", f"c{at % 3}") for at in range(30)])

    one, other = [await shop.listed(new_id()) for _ in range(2)]

    assert not one.is_personalized
    assert one.recommendation_id != other.recommendation_id
    assert [MessageToDict(i) for i in one.items] == [MessageToDict(i) for i in other.items]
    assert len(one.items) == 20
    assert all(reason.text.zh and reason.text.en for i in one.items for reason in i.reasons)


async def test_filters_leave_nothing_else_in(shop: Recommending) -> None:
    items = [item(f"i{at}", f"c{at % 3}", price=100 * at) for at in range(30)]
    items.append(item("gone", "c1", is_unavailable=True))
    await shop.stock(items)

    answer = await shop.listed(
        new_id(), categories=["c1", "c2"], max_price_minor=1000, exclude_item_ids=["i1", "i2"]
    )

    assert {one.item_id for one in answer.items} == {"i4", "i5", "i7", "i8", "i10"}


async def test_pages_go_on_and_never_repeat(shop: Recommending) -> None:
    await shop.stock([item(f"i{at}", f"c{at % 7}") for at in range(120)])
    user_id, token, seen = new_id(), "", []
    await shop.tell(consents(user_id, *BOTH))

    for at in range(5):
        answer = await shop.listed(user_id, page_size=20, page_token=token)
        seen += [one.item_id for one in answer.items]
        token = answer.next_page_token
        await shop.tell(did(user_id, f"i{at}"))

    assert len(seen) == len(set(seen)) == 100
    assert token


async def test_the_token_of_another_list_is_refused(shop: Recommending) -> None:
    await shop.stock([item(f"i{at}") for at in range(30)])
    token = (await shop.listed(new_id(), page_size=5)).next_page_token

    for wanted in ({"page_size": 6}, {"page_size": 5, "categories": ["tea"]}):
        with pytest.raises(RemoteError) as failure:
            await shop.listed(new_id(), page_token=token, **wanted)
        assert failure.value.reason == "BAD_PAGE_TOKEN"


async def test_before_the_first_training_there_is_none(shop: Recommending) -> None:
    with pytest.raises(RemoteError) as latest:
        await shop.stub.GetTraining(pb.GetTrainingRequest())
    with pytest.raises(RemoteError) as unknown:
        await shop.stub.GetTraining(pb.GetTrainingRequest(training_id=str(new_id())))

    assert latest.value.reason == unknown.value.reason == "TRAINING_NOT_FOUND"


async def test_too_little_to_learn_from_is_refused(shop: Recommending) -> None:
    with pytest.raises(RemoteError) as failure:
        await shop.stub.StartTraining(pb.StartTrainingRequest())

    assert failure.value.reason == "TOO_FEW_INTERACTIONS"


async def test_what_was_just_looked_at_leads_and_is_named(shop: Recommending) -> None:
    await shop.stock([item(f"i{at}", f"c{at % 5}") for at in range(40)])
    user_id = UUID(str(new_id()))
    await shop.tell(consents(user_id, *BOTH))
    await shop.tell(did(user_id, "i3", behavior_pb2.BEHAVIOR_TYPE_LIKE))

    async def leads() -> bool:
        first = (await shop.listed(user_id)).items[0]
        return first.category == "c3"

    await eventually(leads)

    reasons = (await shop.listed(user_id)).items[0].reasons
    recent = [one for one in reasons if one.signal == pb.SIGNAL_RECENT_BEHAVIOR]
    assert [one.item_id for one in recent] == ["i3"]
    assert "Title of i3" in recent[0].text.zh
    assert "Title of i3" in recent[0].text.en

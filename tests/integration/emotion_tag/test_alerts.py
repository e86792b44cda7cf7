"""Spikes of negative emotion: from the comment to the alert, and what people do with it."""

import asyncio
from collections.abc import AsyncIterable
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any

import pytest
from google.protobuf.duration_pb2 import Duration

from resonance.emotion_tag.v1 import alert_pb2, emotion_pb2
from resonance.emotion_tag.v1 import alert_service_pb2 as pb
from resonance.emotion_tag.v1.alert_service_pb2_grpc import AlertServiceStub
from resonance.emotion_tag.v1.emotion_tag_events_pb2 import AlertChanged
from services.chassis.kernel.ids import new_id
from services.chassis.rpc.errors import RemoteError
from services.chassis.rpc.identity import Caller
from services.emotion_tag.entrypoints.alert_schedule import AlertHousekeeping
from tests.integration.emotion_tag.conftest import Harness, tell
from tests.support.loops import eventually
from tests.support.serving import as_caller

pytestmark = pytest.mark.timeout(180)  # many texts go all the way

ANGRY = "什么破店，气死我了，退钱！！"
HAPPY = "哈哈哈太开心了，超级喜欢！！"
ENOUGH = 14
"""Angry people of whom nothing else is known before, and nobody who is not."""


@pytest.fixture
def alerts(emotions: Harness) -> AlertServiceStub:
    stub: AlertServiceStub = emotions.served.stub(AlertServiceStub)
    return stub


@pytest.fixture
def somebody() -> Caller:
    return Caller(new_id(), frozenset({"agent"}))


async def crowd(emotions: Harness, count: int = ENOUGH, words: str = ANGRY, **place: Any) -> None:
    """So many people say the same."""
    for _ in range(count):
        await emotions.says(str(new_id()), words, **place)


async def counted(emotions: Harness, texts: int) -> None:
    """Wait until so many texts were counted."""

    async def is_counted() -> bool:
        rows = await emotions.rows("SELECT count(*) FROM emotion_tag.alert_mentions")
        return bool(rows[0][0] == texts)

    await eventually(is_counted, within=60)


async def opened(stub: AlertServiceStub, **wanted: Any) -> list[alert_pb2.Alert]:
    """Wait until there is an alert; all there are."""
    found: list[alert_pb2.Alert] = []

    async def is_there() -> bool:
        found[:] = (await stub.ListAlerts(pb.ListAlertsRequest(**wanted))).alerts
        return bool(found)

    await eventually(is_there, within=60)
    return found


async def housekeeping(emotions: Harness) -> None:
    [loop] = [one for one in emotions.service.loops if isinstance(one, AlertHousekeeping)]
    await loop.once()


async def test_a_spike_opens_one_alert_that_says_what_it_is(
    emotions: Harness, alerts: AlertServiceStub
) -> None:
    await crowd(emotions)

    [alert] = await opened(alerts)

    assert alert.subject.kind == emotion_pb2.SUBJECT_KIND_PRODUCT
    assert alert.subject.subject_id == "sku-1"
    assert alert.family == alert_pb2.EMOTION_FAMILY_ANGRY
    assert alert.state == alert_pb2.ALERT_STATE_OPEN
    assert alert.author_count >= 5
    assert alert.observed_rate > 0.9
    assert 0 < alert.expected_rate_low < alert.expected_rate < alert.expected_rate_high < 0.5
    assert alert.start_time.ToDatetime(UTC) <= datetime.now(UTC)
    assert alert.peak_rate > 0.9
    await counted(emotions, ENOUGH)
    assert len(await opened(alerts)) == 1
    [told] = await emotions.told(AlertChanged)
    assert told.alert.alert_id == alert.alert_id
    assert told.alert.version == 1
    assert set(told.alert.names) == {"zh-Hans", "zh-Hant", "en"}
    assert told.alert.names["zh-Hans"].startswith("愤怒的人变多")


async def test_an_alert_comes_soon_after_the_comment(
    emotions: Harness, alerts: AlertServiceStub, record_property: Any
) -> None:
    await crowd(emotions, 8)
    await counted(emotions, 8)
    seconds = []
    for count in range(9, 9 + ENOUGH):
        began = perf_counter()
        await crowd(emotions, 1)
        await counted(emotions, count)
        seconds.append(perf_counter() - began)
        if (await alerts.ListAlerts(pb.ListAlertsRequest())).alerts:
            break

    assert (await alerts.ListAlerts(pb.ListAlertsRequest())).alerts
    record_property("seconds from a comment to the alert that it makes sure", seconds[-1])


async def test_one_person_who_writes_a_lot_is_no_spike(
    emotions: Harness, alerts: AlertServiceStub, person: str
) -> None:
    for _ in range(3 * ENOUGH):
        await emotions.says(person, ANGRY)

    await counted(emotions, 3 * ENOUGH)

    assert not (await alerts.ListAlerts(pb.ListAlertsRequest())).alerts


async def test_as_many_angry_people_among_many_others_are_no_spike(
    emotions: Harness, alerts: AlertServiceStub
) -> None:
    await crowd(emotions, 20 * 8, HAPPY)
    await crowd(emotions, 8)

    await counted(emotions, 21 * 8)

    assert not (await alerts.ListAlerts(pb.ListAlertsRequest())).alerts


async def test_a_text_that_comes_twice_counts_once(
    emotions: Harness, alerts: AlertServiceStub
) -> None:
    event = emotions.contents.publish(ANGRY, str(new_id()))
    for _ in range(ENOUGH):
        await tell(emotions.community, event)
    await crowd(emotions, 1, HAPPY)
    await counted(emotions, 2)

    [row] = await emotions.rows("SELECT counts[1], counts[2] FROM emotion_tag.alert_quarters")

    assert tuple(row) == (2, 1)


async def test_deleted_texts_do_not_count(emotions: Harness, alerts: AlertServiceStub) -> None:
    gone = [await emotions.says(str(new_id()), ANGRY) for _ in range(8)]
    await counted(emotions, 8)

    for content_id in gone:
        await emotions.deletes(content_id)

    async def is_nothing() -> bool:
        rows = await emotions.rows("SELECT counts[1], counts[2] FROM emotion_tag.alert_quarters")
        return [tuple(row) for row in rows] == [(0, 0)]

    await eventually(is_nothing, within=60)
    await crowd(emotions, 8)
    await counted(emotions, 16)
    assert not (await alerts.ListAlerts(pb.ListAlertsRequest())).alerts


async def test_a_text_that_is_deleted_before_it_is_counted_never_is(
    emotions: Harness, alerts: AlertServiceStub
) -> None:
    event = emotions.contents.publish(ANGRY, str(new_id()))
    await tell(emotions.community, emotions.contents.delete(event.content_id))
    await counted(emotions, 1)

    await tell(emotions.community, event)
    await crowd(emotions, 1, HAPPY)
    await counted(emotions, 2)

    rows = await emotions.rows("SELECT counts[1] FROM emotion_tag.alert_quarters")
    assert [tuple(row) for row in rows] == [(1,)]


async def test_rooms_topics_and_deliveries_to_a_region_are_watched(
    emotions: Harness, alerts: AlertServiceStub
) -> None:
    late = "快递太慢了，物流垃圾，气死我了！！"
    place = {"room_id": "room-7", "region_code": "CN-ZJ", "topics": ["夏日好物"]}
    await crowd(emotions, ENOUGH, late, item_ids=(), **place)
    await counted(emotions, ENOUGH)

    found = {alert.subject.kind: alert for alert in await opened(alerts)}

    assert set(found) == {
        emotion_pb2.SUBJECT_KIND_ROOM,
        emotion_pb2.SUBJECT_KIND_TOPIC,
        emotion_pb2.SUBJECT_KIND_REGION,
    }
    for alert in found.values():
        assert alert.aspect == emotion_pb2.ASPECT_LOGISTICS
        assert alert.aspect_lift > 1.5


async def test_a_topic_in_two_scripts_has_one_alert_that_either_finds(
    emotions: Harness, alerts: AlertServiceStub
) -> None:
    await crowd(emotions, ENOUGH // 2, item_ids=(), topics=["開箱"])
    await crowd(emotions, ENOUGH // 2, item_ids=(), topics=["开箱"])
    await counted(emotions, ENOUGH)

    for name in ("開箱", "开箱"):
        [alert] = await opened(alerts, subject_kind=emotion_pb2.SUBJECT_KIND_TOPIC, subject_id=name)
        assert alert.subject.subject_id == "开箱"


async def test_an_alert_on_a_topic_is_told_with_the_topic_as_most_write_it(
    emotions: Harness, alerts: AlertServiceStub
) -> None:
    for n in range(8):
        await emotions.says(str(new_id()), f"{HAPPY}{n}", item_ids=(), topics=["開箱"])

    async def is_known() -> bool:
        return bool(await emotions.rows("SELECT 1 FROM emotion_tag.trend_forms"))

    await eventually(is_known, within=60)
    await crowd(emotions, 3 * ENOUGH, item_ids=(), topics=["开箱"])
    [alert] = await opened(alerts)

    [told] = await emotions.told(AlertChanged)

    assert told.alert.subject.name == alert.subject.name == "開箱"


async def test_anger_without_a_word_of_deliveries_is_no_alert_on_a_region(
    emotions: Harness, alerts: AlertServiceStub
) -> None:
    await crowd(emotions, ENOUGH, ANGRY, item_ids=(), region_code="CN-ZJ")

    await counted(emotions, ENOUGH)

    assert not (await alerts.ListAlerts(pb.ListAlertsRequest())).alerts


async def test_only_those_who_allow_it_are_quoted_and_only_while_they_do(
    emotions: Harness, alerts: AlertServiceStub, person: str
) -> None:
    await crowd(emotions)
    await opened(alerts)
    await emotions.allows(person)
    await emotions.says(person, ANGRY)
    await counted(emotions, ENOUGH + 1)
    [alert] = await opened(alerts)
    request = pb.GetAlertRequest(alert_id=alert.alert_id)

    before = await alerts.GetAlert(request)
    emotions.contents.is_away = True
    away = await alerts.GetAlert(request)
    emotions.contents.is_away = False
    await emotions.allows(person, inference=False)
    after = await alerts.GetAlert(request)

    assert [one.text for one in before.examples] == [ANGRY]
    assert not away.examples
    assert not after.examples


async def test_no_text_and_nobody_is_kept_with_an_alert(
    emotions: Harness, alerts: AlertServiceStub, person: str
) -> None:
    await emotions.says(person, ANGRY)
    await crowd(emotions)
    await opened(alerts)
    tables = ("alerts", "alert_mentions", "alert_negatives", "alert_quarters", "alert_watches")

    written = "".join(
        [
            row[0]
            for table in tables
            for row in await emotions.rows(
                f"SELECT row_to_json(t)::text FROM emotion_tag.{table} t"  # noqa: S608
            )
        ]
    )

    assert "sku-1" in written
    assert "破店" not in written
    assert person not in written


async def test_an_alert_is_acknowledged_and_resolved_by_somebody(
    emotions: Harness, alerts: AlertServiceStub, somebody: Caller
) -> None:
    await crowd(emotions)
    [alert] = await opened(alerts)
    await counted(emotions, ENOUGH)
    metadata = as_caller(somebody)

    acknowledged = await alerts.AcknowledgeAlert(
        pb.AcknowledgeAlertRequest(alert_id=alert.alert_id, note="looking"), metadata=metadata
    )
    resolved = await alerts.ResolveAlert(
        pb.ResolveAlertRequest(alert_id=alert.alert_id, note="refunded"), metadata=metadata
    )

    assert acknowledged.alert.state == alert_pb2.ALERT_STATE_ACKNOWLEDGED
    assert acknowledged.alert.acknowledgement.user_id == str(somebody.subject)
    assert acknowledged.alert.acknowledgement.note == "looking"
    assert resolved.alert.state == alert_pb2.ALERT_STATE_RESOLVED
    assert resolved.alert.resolution.note == "refunded"
    versions = [one.alert.version for one in await emotions.told(AlertChanged)]
    assert versions == list(range(1, len(versions) + 1))


async def test_what_an_alert_is_not_ready_for_is_refused(
    emotions: Harness, alerts: AlertServiceStub
) -> None:
    await crowd(emotions)
    [alert] = await opened(alerts)
    acknowledge = pb.AcknowledgeAlertRequest(alert_id=alert.alert_id)
    await alerts.AcknowledgeAlert(acknowledge)

    with pytest.raises(RemoteError) as twice:
        await alerts.AcknowledgeAlert(acknowledge)
    with pytest.raises(RemoteError) as unknown:
        await alerts.ResolveAlert(pb.ResolveAlertRequest(alert_id=str(new_id())))

    assert twice.value.reason == "WRONG_ALERT_STATE"
    assert unknown.value.reason == "ALERT_NOT_FOUND"


async def test_a_spike_that_is_over_resolves_itself(
    emotions: Harness, alerts: AlertServiceStub
) -> None:
    await crowd(emotions)
    [alert] = await opened(alerts)
    await counted(emotions, ENOUGH)

    emotions.clock.shift = timedelta(minutes=90)
    await housekeeping(emotions)
    early = await opened(alerts)
    emotions.clock.shift = timedelta(hours=3)
    await housekeeping(emotions)
    late = await opened(alerts)

    assert [one.state for one in early] == [alert_pb2.ALERT_STATE_OPEN]
    assert [one.state for one in late] == [alert_pb2.ALERT_STATE_RESOLVED]
    assert late[0].resolution.user_id == ""
    assert late[0].alert_id == alert.alert_id


async def test_what_flares_up_again_opens_the_same_alert(
    emotions: Harness, alerts: AlertServiceStub
) -> None:
    await crowd(emotions)
    [alert] = await opened(alerts)
    await counted(emotions, ENOUGH)
    await alerts.ResolveAlert(pb.ResolveAlertRequest(alert_id=alert.alert_id))

    emotions.clock.shift = timedelta(hours=2)
    for _ in range(2 * ENOUGH):
        await emotions.says(str(new_id()), ANGRY, datetime.now(UTC) + timedelta(hours=2))
    await counted(emotions, 3 * ENOUGH)

    [again] = await opened(alerts)
    assert again.alert_id == alert.alert_id
    assert again.state == alert_pb2.ALERT_STATE_OPEN
    assert again.reopen_count == 1


async def test_those_who_watch_hear_of_every_change(
    emotions: Harness, alerts: AlertServiceStub
) -> None:
    heard: asyncio.Queue[alert_pb2.Alert] = asyncio.Queue()

    async def listen(changes: AsyncIterable[pb.WatchAlertsResponse]) -> None:
        async for change in changes:
            heard.put_nowait(change.alert)

    async with asyncio.timeout(15), asyncio.TaskGroup() as parts:
        listening = parts.create_task(listen(alerts.WatchAlerts(pb.WatchAlertsRequest())))
        await crowd(emotions)
        first = await heard.get()
        await alerts.AcknowledgeAlert(pb.AcknowledgeAlertRequest(alert_id=first.alert_id))
        while (last := await heard.get()).state == alert_pb2.ALERT_STATE_OPEN:
            assert last.version > first.version
        listening.cancel()

    assert first.state == alert_pb2.ALERT_STATE_OPEN
    assert last.state == alert_pb2.ALERT_STATE_ACKNOWLEDGED


async def test_who_comes_later_hears_what_is_not_resolved_for_as_long_as_they_ask(
    emotions: Harness, alerts: AlertServiceStub
) -> None:
    await crowd(emotions)
    [alert] = await opened(alerts)
    short = Duration(nanos=300_000_000)

    async def hear(**wanted: Any) -> list[str]:
        request = pb.WatchAlertsRequest(watch_for=short, **wanted)
        return [change.alert.alert_id async for change in alerts.WatchAlerts(request)]

    assert await hear() == [alert.alert_id]
    assert await hear(subject_kind="SUBJECT_KIND_PRODUCT", subject_id="sku-1") == [alert.alert_id]
    assert not await hear(subject_kind="SUBJECT_KIND_BRAND")
    assert not await hear(least_severity="ALERT_SEVERITY_CRITICAL")


async def test_alerts_are_listed_by_what_is_asked_in_pages(
    emotions: Harness, alerts: AlertServiceStub
) -> None:
    await crowd(emotions, ENOUGH, ANGRY, room_id="room-7")
    await counted(emotions, ENOUGH)

    first = await alerts.ListAlerts(pb.ListAlertsRequest(page_size=1))
    second = await alerts.ListAlerts(
        pb.ListAlertsRequest(page_size=1, page_token=first.next_page_token)
    )
    rooms = await opened(alerts, subject_kind="SUBJECT_KIND_ROOM")
    resolved = await alerts.ListAlerts(pb.ListAlertsRequest(state=alert_pb2.ALERT_STATE_RESOLVED))
    with pytest.raises(RemoteError) as stray:
        await alerts.ListAlerts(
            pb.ListAlertsRequest(state=alert_pb2.ALERT_STATE_OPEN, page_token=first.next_page_token)
        )
    with pytest.raises(RemoteError) as half:
        await alerts.ListAlerts(pb.ListAlertsRequest(subject_id="sku-1"))

    kinds = {one.subject.kind for page in (first, second) for one in page.alerts}
    assert kinds == {emotion_pb2.SUBJECT_KIND_PRODUCT, emotion_pb2.SUBJECT_KIND_ROOM}
    assert [one.subject.subject_id for one in rooms] == ["room-7"]
    assert not resolved.alerts
    assert stray.value.reason == "BAD_PAGE_TOKEN"
    assert half.value.reason == "INVALID_REQUEST"
    assert half.value.message.startswith("subject_kind: ")

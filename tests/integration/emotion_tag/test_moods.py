"""MoodService over real PostgreSQL and NATS: looking back and ahead, forgetting, distress."""

import base64
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from resonance.emotion_tag.v1 import distress_pb2, emotion_pb2
from resonance.emotion_tag.v1 import mood_service_pb2 as pb
from resonance.emotion_tag.v1.emotion_tag_events_pb2 import DistressChanged
from resonance.emotion_tag.v1.mood_service_pb2_grpc import MoodServiceStub
from services.chassis.kernel.ids import new_id
from services.chassis.messaging.session import ApiError
from services.chassis.rpc.errors import RemoteError
from services.chassis.rpc.identity import Caller
from services.emotion_tag.entrypoints.mood_schedule import MoodHousekeeping
from tests.integration.emotion_tag.conftest import Harness, tell
from tests.support.loops import eventually
from tests.support.serving import as_caller

ANGRY = "什么破店，气死我了，退钱！！"
HAPPY = "哈哈哈太开心了，超级喜欢！！"
DESPERATE = "我真的不想活了"

STILL_KNOWN = {"people", "picture_consents", "outbox"}
"""What names a person whose mood is forgotten: consents, counts, and that it was forgotten."""


def moods(emotions: Harness) -> MoodServiceStub:
    return emotions.served.stub(MoodServiceStub)


def stamp(moment: datetime) -> Timestamp:
    told = Timestamp()
    told.FromDatetime(moment)
    return told


async def refused(call: Any, reason: str) -> None:
    with pytest.raises(RemoteError) as failure:
        await call
    assert failure.value.reason == reason


async def distress_told(emotions: Harness, user_id: str) -> list[DistressChanged]:
    return [one for one in await emotions.told(DistressChanged) if one.user_id == user_id]


async def signals(
    emotions: Harness, caller: Caller | None = None, **wanted: Any
) -> Sequence[distress_pb2.DistressSignal]:
    answer = await moods(emotions).ListDistressSignals(
        pb.ListDistressSignalsRequest(**wanted),
        metadata=as_caller(caller) if caller else (),
    )
    return answer.signals


async def test_a_timeline_has_what_was_said_by_each_step_and_gaps_before(
    emotions: Harness, person: str
) -> None:
    now = datetime.now(UTC)
    await emotions.allows(person)
    await emotions.tagged(await emotions.says(person, ANGRY, now - timedelta(hours=6)))
    await emotions.tagged(await emotions.says(person, HAPPY, now - timedelta(hours=1)))

    answer = await moods(emotions).ListMoodTimeline(
        pb.ListMoodTimelineRequest(
            user_id=person, from_time=stamp(now - timedelta(hours=8)), to_time=stamp(now)
        )
    )

    points = answer.points
    assert len(points) == 9
    assert [point.is_gap for point in points] == [True, True] + [False] * 7
    assert points[2].emotion == emotion_pb2.EMOTION_ANGER
    assert points[2].valence < 0 < points[7].valence
    assert points[2].confidence > points[6].confidence
    assert points[2].valence_deviation < points[6].valence_deviation + 0.2
    assert len(points[2].scores) == 3


async def test_without_consent_a_timeline_is_all_gaps_and_nothing_is_foreseen(
    emotions: Harness, person: str
) -> None:
    await emotions.tagged(await emotions.says(person, ANGRY))

    line = await moods(emotions).ListMoodTimeline(pb.ListMoodTimelineRequest(user_id=person))
    tendency = await moods(emotions).GetMoodTendency(pb.GetMoodTendencyRequest(user_id=person))
    ahead = await moods(emotions).ForecastMood(pb.ForecastMoodRequest(user_id=person))

    assert len(line.points) == 25
    assert all(point.is_gap for point in line.points)
    for answer in (tendency, ahead):
        assert answer.withheld.reason == pb.MOOD_WITHHELD_REASON_TOO_LITTLE_DATA
        assert answer.withheld.explanation.zh
        assert answer.withheld.explanation.en


async def test_a_timeline_beyond_its_limits_is_refused(emotions: Harness, person: str) -> None:
    now = datetime.now(UTC)
    stub = moods(emotions)
    month = stamp(now - timedelta(days=30))
    minute = Duration(seconds=60)
    future = stamp(now + timedelta(hours=1))
    agent = as_caller(Caller(new_id(), frozenset({"agent"})))

    for request in (
        pb.ListMoodTimelineRequest(user_id=person, from_time=month, step=minute),
        pb.ListMoodTimelineRequest(user_id=person, to_time=future),
        pb.ListMoodTimelineRequest(user_id=person, from_time=stamp(now), to_time=month),
    ):
        await refused(stub.ListMoodTimeline(request), "INVALID_FIELD")
    short = pb.ListMoodTimelineRequest(user_id=person, step=Duration(seconds=59))
    await refused(stub.ListMoodTimeline(short), "INVALID_REQUEST")
    old = pb.ListMoodTimelineRequest(user_id=person, from_time=month, step=Duration(seconds=3600))
    await refused(stub.ListMoodTimeline(old, metadata=agent), "HISTORY_NOT_FOR_AGENTS")
    owner = as_caller(Caller(UUID(person), frozenset({"agent"})))
    assert len((await stub.ListMoodTimeline(old, metadata=owner)).points) == 721
    week = pb.ListMoodTimelineRequest(user_id=person, from_time=stamp(now - timedelta(days=6)))
    assert (await stub.ListMoodTimeline(week, metadata=agent)).points


async def test_a_life_of_lasting_moods_has_a_tendency_and_a_forecast(
    emotions: Harness, person: str
) -> None:
    now = datetime.now(UTC)
    await emotions.allows(person)
    for day in range(14, -1, -1):
        words = HAPPY if day % 6 > 1 else ANGRY
        for hour in (10, 7, 4, 1):
            last = await emotions.says(person, words, now - timedelta(days=day, hours=hour))
    await emotions.tagged(last)

    tendency = await moods(emotions).GetMoodTendency(
        pb.GetMoodTendencyRequest(user_id=person, weeks=4)
    )
    ahead = await moods(emotions).ForecastMood(pb.ForecastMoodRequest(user_id=person, hours=12))

    known = tendency.tendency
    assert known.text_count == 60
    assert known.day_count >= 15
    assert known.valence.low < known.valence.mean < known.valence.high
    assert len(known.hours) == 24
    assert len(known.emotions) == 12
    assert ahead.WhichOneof("result") == "forecast"
    steps = ahead.forecast.steps
    assert len(steps) == 12
    assert all(
        step.valence_low <= step.valence_median <= step.valence_high and step.valence
        for step in steps
    )
    assert sum(score.probability for score in steps[0].scores) == pytest.approx(1, abs=1e-6)
    record = ahead.forecast.record
    assert record.prediction_count >= 40
    assert record.log_loss < min(record.persistence_log_loss, record.base_rate_log_loss)


async def test_distress_is_noted_told_seen_and_answered_for(emotions: Harness, person: str) -> None:
    agent, admin = new_id(), new_id()
    await emotions.allows(person)
    content_id = await emotions.says(person, DESPERATE)
    await emotions.tagged(content_id)

    found = await signals(emotions, Caller(agent, frozenset({"agent"})), user_id=person)

    [signal] = found
    assert signal.content_id == content_id
    assert signal.level == distress_pb2.DISTRESS_LEVEL_URGENT
    assert list(signal.rule_ids) == ["self_harm.intent"]
    assert signal.expire_time.ToDatetime(UTC) - datetime.now(UTC) <= timedelta(days=30)
    [told] = await distress_told(emotions, person)
    assert (told.level, told.version) == (distress_pb2.DISTRESS_LEVEL_URGENT, 1)
    assert told.HasField("expire_time")
    reads = await moods(emotions).ListDistressReads(
        pb.ListDistressReadsRequest(reader_id=str(agent)),
        metadata=as_caller(Caller(admin, frozenset({"admin"}))),
    )
    [read] = reads.reads
    assert list(read.signal_ids) == [signal.signal_id]

    answer = await moods(emotions).AcknowledgeDistressSignal(
        pb.AcknowledgeDistressSignalRequest(
            signal_id=signal.signal_id, outcome=distress_pb2.DISTRESS_OUTCOME_FALSE_ALARM
        ),
        metadata=as_caller(Caller(agent, frozenset({"agent"}))),
    )

    assert answer.signal.outcome == distress_pb2.DISTRESS_OUTCOME_FALSE_ALARM
    assert answer.signal.HasField("acknowledge_time")
    over = (await distress_told(emotions, person))[-1]
    assert (over.level, over.version) == (distress_pb2.DISTRESS_LEVEL_UNSPECIFIED, 2)
    assert not over.HasField("expire_time")
    assert not await signals(emotions, user_id=person, only_open=True)
    written = await emotions.rows(
        "SELECT row_to_json(t)::text FROM emotion_tag.distress_signals t"
        " UNION ALL SELECT row_to_json(t)::text FROM emotion_tag.distress_reads t"
    )
    assert "不想活" not in "".join(row[0] for row in written)


async def test_of_somebody_without_consent_only_danger_to_life_is_seen_and_nobody_named(
    emotions: Harness, person: str
) -> None:
    urgent = await emotions.says(person, DESPERATE)
    await emotions.tagged(urgent)
    await emotions.tagged(await emotions.says(person, "没有人在乎我，我就是个累赘"))

    found = await signals(emotions)

    assert [(one.content_id, one.user_id) for one in found] == [(urgent, "")]
    assert not await distress_told(emotions, person)


async def test_a_deleted_text_and_a_withdrawn_consent_leave_no_sign(
    emotions: Harness, person: str
) -> None:
    await emotions.allows(person)
    first = await emotions.says(person, DESPERATE)
    await emotions.tagged(first)
    await emotions.deletes(first)

    async def is_gone() -> bool:
        return not await signals(emotions)

    await eventually(is_gone)
    await emotions.tagged(await emotions.says(person, DESPERATE))
    assert await signals(emotions)

    await emotions.allows(person, inference=False)

    assert not await signals(emotions)
    levels = [told.level for told in await distress_told(emotions, person)]
    assert levels == [3, 0, 3, 0]


async def test_signs_come_in_pages_and_expire(emotions: Harness, person: str) -> None:
    await emotions.allows(person)
    for _ in range(3):
        await emotions.tagged(await emotions.says(person, DESPERATE))
    stub = moods(emotions)

    first = await stub.ListDistressSignals(pb.ListDistressSignalsRequest(page_size=2))
    rest = await stub.ListDistressSignals(
        pb.ListDistressSignalsRequest(page_size=2, page_token=first.next_page_token)
    )

    assert (len(first.signals), len(rest.signals)) == (2, 1)
    assert not rest.next_page_token
    strayed = pb.ListDistressSignalsRequest(only_open=True, page_token=first.next_page_token)
    await refused(stub.ListDistressSignals(strayed), "BAD_PAGE_TOKEN")
    emotions.clock.shift = timedelta(days=30, minutes=1)
    await housekeeping(emotions).once()
    assert not await signals(emotions)
    unknown = pb.AcknowledgeDistressSignalRequest(
        signal_id=first.signals[0].signal_id, outcome=distress_pb2.DISTRESS_OUTCOME_ATTENDED
    )
    await refused(stub.AcknowledgeDistressSignal(unknown), "DISTRESS_SIGNAL_NOT_FOUND")


def housekeeping(emotions: Harness) -> MoodHousekeeping:
    [found] = [loop for loop in emotions.service.loops if isinstance(loop, MoodHousekeeping)]
    return found


async def holders(emotions: Harness, user_id: str) -> set[str]:
    """The tables of the schema that have a row with this id anywhere in it."""
    tables = await emotions.rows(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'emotion_tag'"
    )
    found = set()
    for (table,) in tables:
        rows = await emotions.rows(
            f'SELECT 1 FROM emotion_tag."{table}" t WHERE '  # noqa: S608 - names of our own
            f"position('{user_id}' in row_to_json(t)::text) > 0"
            + (
                f" OR position(convert_to('{user_id}', 'UTF8') in payload) > 0"
                if table == "outbox"
                else ""
            )
        )
        if rows:
            found.add(table)
    return found


async def test_forgetting_reaches_every_table_and_the_broker(
    emotions: Harness, person: str
) -> None:
    await emotions.allows(person)
    await emotions.tagged(await emotions.says(person, ANGRY))
    await emotions.tagged(await emotions.says(person, DESPERATE))
    late = emotions.contents.publish(HAPPY, person, at=datetime.now(UTC))
    before = await holders(emotions, person)

    answer = await moods(emotions).ForgetMood(pb.ForgetMoodRequest(user_id=person))

    while await housekeeping(emotions).once() or await emotions.rows(
        "SELECT 1 FROM emotion_tag.erasures"
    ):
        continue
    assert before >= {"people", "tags", "moods", "distress_signals", "outbox"}
    assert await holders(emotions, person) == STILL_KNOWN
    [cleared] = await emotions.moods_told(person)
    assert (cleared.is_cleared, cleared.mood.version) == (True, answer.version)
    [spared] = await distress_told(emotions, person)
    assert spared.level == distress_pb2.DISTRESS_LEVEL_UNSPECIFIED
    assert await stream_says(emotions, person) == {"MoodChanged": 1, "DistressChanged": 1}

    await tell(emotions.community, late)
    told = await emotions.tagged(late.content_id)
    assert told.author_id == ""
    fresh = await emotions.tagged(await emotions.says(person, HAPPY))
    assert fresh.author_id == person
    assert (await emotions.mood(person)).version == answer.version + 1


async def stream_says(emotions: Harness, user_id: str) -> dict[str, int]:
    """How often the events that the broker still has name somebody, by their kind."""
    living = await emotions.broker.session()
    state = await living.stream_state("emotion_tag")
    counts: dict[str, int] = {}
    for sequence in range(state.first_sequence, state.last_sequence + 1):
        try:
            found = await living.api("STREAM.MSG.GET.emotion_tag", {"seq": sequence})
        except ApiError:
            continue
        if user_id.encode() in base64.b64decode(found["message"].get("data", "")):
            kind = found["message"]["subject"].rpartition(".")[2]
            counts[kind] = counts.get(kind, 0) + 1
    return counts

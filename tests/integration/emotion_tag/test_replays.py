"""A write that comes again with its `request_id` is answered the same and does nothing more."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from google.protobuf.message import Message

from resonance.emotion_tag.v1 import alert_service_pb2 as alert_pb
from resonance.emotion_tag.v1 import distress_pb2, emotion_pb2, gold_pb2
from resonance.emotion_tag.v1 import model_service_pb2 as pb
from resonance.emotion_tag.v1 import mood_service_pb2 as mood_pb
from resonance.emotion_tag.v1.alert_service_pb2_grpc import AlertServiceStub
from resonance.emotion_tag.v1.model_service_pb2_grpc import ModelServiceStub
from resonance.emotion_tag.v1.mood_service_pb2_grpc import MoodServiceStub
from services.chassis.kernel.ids import new_id
from services.chassis.rpc.errors import RemoteError
from services.chassis.rpc.identity import Caller
from services.emotion_tag.adapters.store.alert_watches import (
    CommittedAlertNotices,
    PostgresAlertTransaction,
)
from services.emotion_tag.domain.alert import Alert
from services.emotion_tag.domain.alert_counts import Family
from services.emotion_tag.domain.alert_sighting import Severity, Sighting
from services.emotion_tag.domain.subject import Subject, SubjectKind
from tests.integration.emotion_tag.conftest import Harness
from tests.support.loops import eventually
from tests.support.serving import as_caller

PERSON = new_id()
SOMEBODY = as_caller(Caller(PERSON, frozenset({"admin", "agent", "operator", "shopper"})))
PATIENCE = 60.0  # seconds; a model is loaded
WITHOUT = ("requests", "inbox", "drift_counts", "salts")
"""Tables that say what was heard, or change by the clock."""


@dataclass
class Write:
    """A request, another one that could be sent instead, and how they are sent."""

    send: Callable[..., Awaitable[Message]]
    request: Any
    other: dict[str, Any]


@dataclass
class Scene:
    """Something for every write to be about."""

    emotions: Harness

    @property
    def models(self) -> ModelServiceStub:
        stub: ModelServiceStub = self.emotions.served.stub(ModelServiceStub)
        return stub

    async def alert(self) -> str:
        now = datetime.now(UTC)
        seen = Sighting(
            negatives=9,
            texts=9,
            authors=9,
            expected=0.1,
            expected_low=0.0,
            expected_high=0.2,
            started_at=now,
            last_seen_at=now,
            peak_at=now,
            peak_rate=1.0,
            severity=Severity.MINOR,
        )
        database = self.emotions.database
        notices = CommittedAlertNotices(database, lambda: None)
        alert = Alert.opened(Subject(SubjectKind.PRODUCT, "sku-9"), Family.ANGRY, seen, now)
        opening = database.transactions(lambda on: PostgresAlertTransaction(on, notices, ()))
        async with opening() as tx:
            await tx.alerts.put([alert])
        return str(alert.id)

    async def content(self, words: str = "什么破店，气死我了，退钱！！") -> str:
        await self.emotions.allows(str(PERSON))
        content_id = await self.emotions.says(str(PERSON), words)
        await self.emotions.tagged(content_id)
        return content_id

    async def gold_set(self) -> str:
        made = await self.models.CreateGoldSet(
            pb.CreateGoldSetRequest(
                name=f"set {new_id()}",
                kind=emotion_pb2.TEXT_KIND_COMMENT,
                label_space=gold_pb2.LABEL_SPACE_EMOTION,
                source="written for tests",
                licence="own",
            ),
            metadata=SOMEBODY,
        )
        return made.gold_set.gold_set_id

    async def other_model(self) -> str:
        listed = await self.models.ListModelVersions(pb.ListModelVersionsRequest())
        return next(one.version for one in listed.models if not one.is_active)


Make = Callable[[Scene], Awaitable[Write]]


async def acknowledge(scene: Scene) -> Write:
    stub: AlertServiceStub = scene.emotions.served.stub(AlertServiceStub)
    request = alert_pb.AcknowledgeAlertRequest(alert_id=await scene.alert(), note="mine")
    return Write(stub.AcknowledgeAlert, request, {"note": "yours"})


async def resolve(scene: Scene) -> Write:
    stub: AlertServiceStub = scene.emotions.served.stub(AlertServiceStub)
    request = alert_pb.ResolveAlertRequest(alert_id=await scene.alert(), note="refunded")
    return Write(stub.ResolveAlert, request, {"note": "not yet"})


async def correct(scene: Scene) -> Write:
    request = pb.SubmitCorrectionRequest(
        content_id=await scene.content(),
        emotion=emotion_pb2.EMOTION_JOY,
        polarity=emotion_pb2.POLARITY_POSITIVE,
    )
    return Write(scene.models.SubmitCorrection, request, {"emotion": emotion_pb2.EMOTION_FEAR})


async def create_gold(scene: Scene) -> Write:
    request = pb.CreateGoldSetRequest(
        name="again",
        kind=emotion_pb2.TEXT_KIND_COMMENT,
        label_space=gold_pb2.LABEL_SPACE_EMOTION,
        source="written for tests",
        licence="own",
    )
    return Write(scene.models.CreateGoldSet, request, {"name": "another"})


async def import_gold(scene: Scene) -> Write:
    rows = [gold_pb2.GoldInput(text="太开心了", label="joy")]
    request = pb.ImportGoldRequest(gold_set_id=await scene.gold_set(), rows=rows)
    return Write(
        scene.models.ImportGold, request, {"rows": [gold_pb2.GoldInput(text="好", label="joy")]}
    )


async def promote(scene: Scene) -> Write:
    request = pb.PromoteModelRequest(
        version=await scene.other_model(), reason="try", override_reason="fire drill"
    )
    return Write(scene.models.PromoteModel, request, {"reason": "try again"})


async def roll_back(scene: Scene) -> Write:
    promoted = await promote(scene)
    await promoted.send(promoted.request, metadata=SOMEBODY, timeout=PATIENCE)
    request = pb.RollbackModelRequest(reason="worse")
    return Write(scene.models.RollbackModel, request, {"reason": "much worse"})


async def shadow(scene: Scene) -> Write:
    request = pb.SetShadowRequest(version=await scene.other_model(), sample_per_mille=100)
    return Write(scene.models.SetShadow, request, {"sample_per_mille": 200})


async def forget_mood(scene: Scene) -> Write:
    await scene.content()
    stub: MoodServiceStub = scene.emotions.served.stub(MoodServiceStub)
    request = mood_pb.ForgetMoodRequest(user_id=str(PERSON))
    return Write(stub.ForgetMood, request, {"user_id": str(new_id())})


async def acknowledge_distress(scene: Scene) -> Write:
    await scene.content("我真的不想活了，想自杀")
    stub: MoodServiceStub = scene.emotions.served.stub(MoodServiceStub)
    found: list[distress_pb2.DistressSignal] = []

    async def is_noted() -> bool:
        listed = await stub.ListDistressSignals(
            mood_pb.ListDistressSignalsRequest(), metadata=SOMEBODY
        )
        found[:] = listed.signals
        return bool(found)

    await eventually(is_noted)
    attended = distress_pb2.DISTRESS_OUTCOME_ATTENDED
    request = mood_pb.AcknowledgeDistressSignalRequest(
        signal_id=found[0].signal_id, outcome=attended
    )
    return Write(
        stub.AcknowledgeDistressSignal,
        request,
        {"outcome": distress_pb2.DISTRESS_OUTCOME_FALSE_ALARM},
    )


WRITES = (
    acknowledge,
    resolve,
    correct,
    create_gold,
    import_gold,
    promote,
    roll_back,
    shadow,
    forget_mood,
    acknowledge_distress,
)


@pytest.fixture
def scene(emotions: Harness) -> Scene:
    return Scene(emotions)


async def kept(emotions: Harness) -> dict[str, str]:
    """A digest of every table, once what follows from what was done has been done."""
    found: dict[str, str] = {}

    async def is_settled() -> bool:
        before = dict(found)
        names = await emotions.rows(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'emotion_tag'"
        )
        for (name,) in names:
            if name not in WITHOUT:
                digest = "md5(string_agg(t::text, '' ORDER BY t::text))"
                rows = await emotions.rows(f"SELECT {digest} FROM emotion_tag.{name} AS t")  # noqa: S608
                found[name] = str(rows[0][0])
        return found == before

    await eventually(is_settled, within=90)
    return found


@pytest.mark.parametrize("make", WRITES, ids=lambda one: one.__name__)
async def test_a_write_that_comes_again_is_answered_the_same_and_acts_once(
    scene: Scene, make: Make
) -> None:
    write = await make(scene)
    write.request.request_id = str(new_id())
    first = await write.send(write.request, metadata=SOMEBODY, timeout=PATIENCE)
    before = await kept(scene.emotions)

    again = await write.send(write.request, metadata=SOMEBODY, timeout=PATIENCE)
    changed = type(write.request)()
    changed.CopyFrom(write.request)
    for name in write.other:
        changed.ClearField(name)
    changed.MergeFrom(type(write.request)(**write.other))
    with pytest.raises(RemoteError) as failure:
        await write.send(changed, metadata=SOMEBODY, timeout=PATIENCE)

    assert again == first
    assert failure.value.reason == "REQUEST_ID_REUSED"
    assert await kept(scene.emotions) == before


async def test_a_write_that_was_refused_may_be_tried_again_with_its_id(scene: Scene) -> None:
    request_id, gold_set_id = str(new_id()), await scene.gold_set()
    bad = gold_pb2.GoldInput(content_id=await scene.content())
    request = pb.ImportGoldRequest(gold_set_id=gold_set_id, rows=[bad], request_id=request_id)
    with pytest.raises(RemoteError) as failure:
        await scene.models.ImportGold(request, metadata=SOMEBODY)
    await scene.models.SubmitCorrection(
        pb.SubmitCorrectionRequest(
            content_id=bad.content_id,
            emotion=emotion_pb2.EMOTION_JOY,
            polarity=emotion_pb2.POLARITY_POSITIVE,
        ),
        metadata=SOMEBODY,
    )

    answer = await scene.models.ImportGold(request, metadata=SOMEBODY)

    assert failure.value.reason == "NOT_ADJUDICATED"
    assert answer.added_count == 1
    assert UUID(answer.gold_set.gold_set_id) == UUID(gold_set_id)

"""Gold, evaluations, shadow, gates, promotion and rollback, through two replicas of the service."""

import asyncio
import json
import logging
import shutil
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from resonance.community.v1.content_service_pb2_grpc import add_ContentServiceServicer_to_server
from resonance.emotion_tag.v1 import emotion_pb2, gold_pb2, model_pb2
from resonance.emotion_tag.v1 import emotion_tag_service_pb2 as tag_pb
from resonance.emotion_tag.v1 import model_service_pb2 as pb
from resonance.emotion_tag.v1.emotion_tag_service_pb2_grpc import EmotionTagServiceStub
from resonance.emotion_tag.v1.model_service_pb2_grpc import ModelServiceStub
from services.chassis.db.engine import make_engine
from services.chassis.db.transaction import Database
from services.chassis.kernel.ids import new_id
from services.chassis.messaging.broker import Broker
from services.chassis.messaging.loops import reaction_loops
from services.chassis.messaging.relay import Relay
from services.chassis.rpc.channels import Channel, open_channel
from services.chassis.rpc.errors import RemoteError
from services.chassis.rpc.identity import Caller
from services.chassis.runtime import Ground, Service
from services.emotion_tag.adapters.cascade.model import MODELS
from services.emotion_tag.adapters.wide.artefact import MANIFEST
from services.emotion_tag.bootstrap import build
from services.emotion_tag.domain.promotion import LEAST_ROWS, LEAST_SHADOWED
from services.emotion_tag.settings import Settings
from tests.integration.emotion_tag.conftest import ShiftedClock, tell
from tests.support.fake_contents import FakeContents
from tests.support.loops import eventually, running
from tests.support.serving import as_caller, serve

log = logging.getLogger(__name__)

CANDIDATE = "candidate-1"
PATIENCE = timedelta(seconds=60)  # for calls whose speed is not what is tested
ADMIN = as_caller(Caller(new_id(), frozenset({"admin"})))
OPERATOR = as_caller(Caller(new_id(), frozenset({"operator"})))
SENTENCES = [
    ("什么破店，气死我了，退钱！！", "anger"),
    ("哈哈哈太开心了", "joy"),
    ("谢谢老板，太感谢了", "gratitude"),
    ("请问有L码吗", "neutral"),
    ("好恶心的味道", "disgust"),
    ("用了过敏，好担心", "fear"),
    ("What a wonderful gift, so happy!", "joy"),
    ("太失望了，和图片完全不一样", "disappointment"),
]


@dataclass
class Replica:
    """One process of the service."""

    service: Service
    channel: Channel
    models: Any = field(init=False)
    tags: Any = field(init=False)

    def __post_init__(self) -> None:
        self.models = ModelServiceStub(self.channel)
        self.tags = EmotionTagServiceStub(self.channel)

    async def answers_with(self) -> str:
        """The model that tags here, with a text that nobody has asked about."""
        answer = await self.tags.TagText(tag_pb.TagTextRequest(text=f"很好 {new_id()}"))
        return str(answer.tag.model_version)


@dataclass
class Pair:
    """Two replicas over one database and one broker, and who tells them things."""

    first: Replica
    second: Replica
    contents: FakeContents
    community: Broker
    database: Database

    @property
    def models(self) -> Any:
        return self.first.models

    async def gold(self, rows: int, name: str = "comments", **more: Any) -> gold_pb2.GoldSet:
        """Make a gold set of so many sentences."""
        made = await self.models.CreateGoldSet(
            pb.CreateGoldSetRequest(
                name=name,
                kind=emotion_pb2.TEXT_KIND_COMMENT,
                label_space=gold_pb2.LABEL_SPACE_EMOTION,
                source="written for tests",
                licence="own",
                **more,
            ),
            metadata=OPERATOR,
        )
        if not rows:
            return made.gold_set  # type: ignore[no-any-return]  # stubs are made by name
        inputs = [
            gold_pb2.GoldInput(
                text=f"{text} {at}", label=label, slices=["odd" if at % 2 else "even"]
            )
            for at in range(rows)
            for text, label in [SENTENCES[at % len(SENTENCES)]]
        ]
        return await self.import_rows(made.gold_set, inputs)

    async def calibrated_gold(self, rows: int) -> gold_pb2.GoldSet:
        """Make a gold set whose labels are right as often as the active model is sure."""
        texts = [f"{SENTENCES[at % 8][0]} {at}" for at in range(rows)]
        asked = [tag_pb.TextInput(text=text, kind=emotion_pb2.TEXT_KIND_COMMENT) for text in texts]
        answer = await self.first.tags.BatchTagTexts(tag_pb.BatchTagTextsRequest(texts=asked))
        expected, given = 0.0, 0
        inputs = []
        for text, tag in sorted(
            zip(texts, answer.tags, strict=True), key=lambda pair: -pair[1].confidence
        ):
            expected += tag.confidence
            place = 0 if given + 1 <= expected else 1
            given += not place
            label = emotion_pb2.Emotion.Name(tag.scores[place].emotion)
            label = label.removeprefix("EMOTION_").lower()
            inputs.append(gold_pb2.GoldInput(text=text, label=label))
        return await self.import_rows(await self.gold(0, "calibrated"), inputs)

    async def import_rows(
        self, gold: gold_pb2.GoldSet, rows: list[gold_pb2.GoldInput]
    ) -> gold_pb2.GoldSet:
        added = await self.models.ImportGold(
            pb.ImportGoldRequest(gold_set_id=gold.gold_set_id, rows=rows)
        )
        return added.gold_set  # type: ignore[no-any-return]  # stubs are made by name

    async def evaluated(self, version: str, gold_set_id: str) -> model_pb2.Evaluation:
        """Hold a model against a set, and wait for the figures."""
        asked = await self.models.EvaluateModel(
            pb.EvaluateModelRequest(version=version, gold_set_id=gold_set_id)
        )
        found: list[model_pb2.Evaluation] = []

        async def is_done() -> bool:
            answer = await self.models.GetEvaluation(
                pb.GetEvaluationRequest(evaluation_id=asked.evaluation.evaluation_id)
            )
            found[:] = [answer.evaluation]
            return bool(answer.evaluation.state != model_pb2.EVALUATION_STATE_RUNNING)

        await eventually(is_done, within=60)
        return found[0]

    async def active(self) -> str:
        listed = await self.models.ListModelVersions(pb.ListModelVersionsRequest())
        return str(next(one.version for one in listed.models if one.is_active))


@pytest.fixture
def models_folder(tmp_path: Path) -> Path:
    """A further model: the open one under another name."""
    shutil.copytree(MODELS / "open", tmp_path / "candidate")
    manifest = tmp_path / "candidate" / MANIFEST
    written = json.loads(manifest.read_text("utf-8"))
    manifest.write_text(json.dumps({**written, "version": CANDIDATE}), "utf-8")
    return tmp_path


@pytest.fixture
async def pair(
    database_url_of: Callable[[str], str],
    broker_url_of: Callable[[str], str],
    models_folder: Path,
) -> AsyncIterator[Pair]:
    contents = FakeContents()
    async with AsyncExitStack() as opened:
        neighbour = await opened.enter_async_context(
            serve((add_ContentServiceServicer_to_server, contents), domain="community.resonance")
        )
        settings = Settings(
            database_url=SecretStr(database_url_of("emotion_tag")),
            nats_url=SecretStr(broker_url_of("emotion_tag")),
            community_address=neighbour.address,
            model="open",
            models_folder=models_folder,
        )
        replicas: list[Replica] = []
        loops: list[Any] = []
        for _ in range(2):
            engine = make_engine(settings.database_url.get_secret_value(), pool_size=12)
            opened.push_async_callback(engine.dispose)
            database = Database(engine)
            broker = await opened.enter_async_context(
                Broker(broker_url_of("emotion_tag"), "emotion_tag")
            )
            service = build(
                settings, Ground(database=database, broker=broker, clock=ShiftedClock())
            )
            assert service.close is not None
            assert service.warm_up is not None
            opened.push_async_callback(service.close)
            await service.warm_up()
            served = await opened.enter_async_context(
                serve(*service.servicers, domain="emotion_tag.resonance")
            )
            channel = open_channel(served.address, timeout=PATIENCE)
            opened.push_async_callback(channel.close)
            replicas.append(Replica(service, channel))
            loops += [*reaction_loops(service.reactions, database, broker, service.tables)]
            loops += [*service.loops, Relay(database, service.tables.outbox, broker).run]
        community = await opened.enter_async_context(
            Broker(broker_url_of("community"), "community")
        )
        async with running(*loops):
            yield Pair(replicas[0], replicas[1], contents, community, database)


async def test_the_models_of_all_folders_are_listed_the_active_one_first(pair: Pair) -> None:
    listed = (await pair.models.ListModelVersions(pb.ListModelVersionsRequest())).models

    assert listed[0].is_active
    assert listed[0].folder == "open"
    assert {"open", "research", "candidate"} <= {one.folder for one in listed}
    assert all(one.is_available and one.checksum for one in listed)


async def test_an_evaluation_runs_to_its_figures_and_is_compared(pair: Pair) -> None:
    gold = await pair.gold(400)
    active = await pair.active()

    done = await pair.evaluated(active, gold.gold_set_id)
    other = await pair.evaluated(CANDIDATE, gold.gold_set_id)

    assert done.state == model_pb2.EVALUATION_STATE_SUCCEEDED
    assert (done.count, done.progress) == (400, 1)
    assert 0 < done.macro_f1_low <= done.macro_f1 <= done.macro_f1_high <= 1
    assert {"slice:odd", "slice:even", "language:en"} <= {one.name for one in done.slices}
    assert sum(sum(row.answered) for row in done.confusion) == 400
    assert done.texts_per_second > 0
    assert other.macro_f1 == done.macro_f1
    found = (
        await pair.models.CompareModels(
            pb.CompareModelsRequest(gold_set_id=gold.gold_set_id, version=CANDIDATE)
        )
    ).comparison
    assert (found.other_version, found.count, found.p_value) == (active, 400, 1)
    listed = await pair.models.ListEvaluations(pb.ListEvaluationsRequest(version=CANDIDATE))
    assert [one.evaluation_id for one in listed.evaluations] == [other.evaluation_id]


async def test_an_evaluation_whose_process_died_goes_on_where_it_was(pair: Pair) -> None:
    gold = await pair.gold(300)
    done = await pair.evaluated(CANDIDATE, gold.gold_set_id)
    async with pair.database.transactions(lambda connection: connection)() as connection:
        await connection.exec_driver_sql(
            "UPDATE emotion_tag.evaluations SET ended_at = NULL, figures = NULL,"
            " held_until = now() - interval '1 minute'"
        )
        await connection.exec_driver_sql("DELETE FROM emotion_tag.answer_chunks WHERE number > 0")

    again = await pair.evaluated(CANDIDATE, gold.gold_set_id)

    assert again.evaluation_id == done.evaluation_id
    assert (again.count, again.macro_f1) == (300, done.macro_f1)
    async with pair.database.reads(lambda connection: connection)() as connection:
        chunks = await connection.exec_driver_sql("SELECT number FROM emotion_tag.answer_chunks")
        assert sorted(chunks.scalars()) == [0, 1]


async def test_a_model_that_was_not_measured_is_refused_by_every_gate_and_that_is_logged(
    pair: Pair,
) -> None:
    gold = await pair.gold(LEAST_ROWS)
    before = await pair.active()

    with pytest.raises(RemoteError) as failure:
        await pair.models.PromoteModel(
            pb.PromoteModelRequest(version=CANDIDATE, reason="try"), metadata=OPERATOR
        )

    assert failure.value.reason == "GATES_NOT_PASSED"
    assert set(failure.value.metadata) == {f"evaluation.{gold.gold_set_id}", "shadow", "speed"}
    assert "limit" in failure.value.metadata["shadow"]
    assert await pair.active() == before

    async def is_logged() -> bool:
        listed = await pair.models.ListModelChanges(pb.ListModelChangesRequest())
        actions = [one.action for one in listed.changes]
        return actions == [model_pb2.MODEL_ACTION_REFUSED]

    await eventually(is_logged)


async def test_only_an_admin_overrides_gates(pair: Pair) -> None:
    request = pb.PromoteModelRequest(version=CANDIDATE, override_reason="fire drill")

    with pytest.raises(RemoteError) as failure:
        await pair.models.PromoteModel(request, metadata=OPERATOR)
    await pair.models.PromoteModel(request, metadata=ADMIN)

    assert failure.value.reason == "OVERRIDE_NOT_ALLOWED"
    assert await pair.active() == CANDIDATE
    changes = (await pair.models.ListModelChanges(pb.ListModelChangesRequest())).changes
    assert changes[0].override_reason == "fire drill"
    assert changes[0].actor_id
    assert {gate.name for gate in changes[0].gates if not gate.is_passed} >= {"gold", "shadow"}


async def test_a_rollback_is_there_on_all_replicas_within_a_second(pair: Pair) -> None:
    former = await pair.first.answers_with()
    request = pb.PromoteModelRequest(version=CANDIDATE, override_reason="fire drill")
    await pair.models.PromoteModel(request, metadata=ADMIN)

    async def both_answer_with(prefix: str) -> bool:
        answers = [await one.answers_with() for one in (pair.first, pair.second)]
        return all(answer.startswith(prefix) for answer in answers)

    await eventually(lambda: both_answer_with(CANDIDATE), within=30)

    started = time.perf_counter()
    rolled = await pair.models.RollbackModel(pb.RollbackModelRequest(reason="worse"))
    while not await both_answer_with(former):
        assert time.perf_counter() - started < 1.0
        await asyncio.sleep(0.005)
    took = time.perf_counter() - started

    log.info("rolled back in %.0f ms", 1000 * took)
    assert rolled.model.is_active
    assert took < 1.0
    changes = (await pair.models.ListModelChanges(pb.ListModelChangesRequest())).changes
    assert changes[0].action == model_pb2.MODEL_ACTION_ROLLED_BACK
    assert changes[0].former_version == CANDIDATE


async def test_a_remembered_answer_is_not_given_after_a_switch(pair: Pair) -> None:
    text = tag_pb.TagTextRequest(text="这一句问过了")
    before = (await pair.first.tags.TagText(text)).tag.model_version
    request = pb.PromoteModelRequest(version=CANDIDATE, override_reason="fire drill")
    await pair.models.PromoteModel(request, metadata=ADMIN)

    async def is_other() -> bool:
        return bool((await pair.first.tags.TagText(text)).tag.model_version != before)

    await eventually(is_other, within=30)


async def test_without_a_former_model_there_is_no_rollback(pair: Pair) -> None:
    with pytest.raises(RemoteError) as failure:
        await pair.models.RollbackModel(pb.RollbackModelRequest())

    assert failure.value.reason == "NO_FORMER_MODEL"


async def test_a_candidate_reads_beside_passes_the_gates_answers_and_is_taken_back(
    pair: Pair,
) -> None:
    gold = await pair.calibrated_gold(2 * LEAST_ROWS)
    active = await pair.active()
    for version in (active, CANDIDATE):
        await pair.evaluated(version, gold.gold_set_id)
    model = await pair.models.SetShadow(
        pb.SetShadowRequest(version=CANDIDATE, sample_per_mille=1000)
    )
    assert model.model.is_shadow

    async def shadow() -> model_pb2.Shadow:
        answer = await pair.models.GetShadow(pb.GetShadowRequest(version=CANDIDATE))
        return answer.shadow  # type: ignore[no-any-return]  # stubs are made by name

    await asyncio.sleep(0.5)
    author = str(new_id())
    for at in range(LEAST_SHADOWED + 20):
        await tell(pair.community, pair.contents.publish(SENTENCES[at % 8][0], author))

    async def has_read_enough() -> bool:
        return (await shadow()).count >= LEAST_SHADOWED

    await eventually(has_read_enough, within=90)
    found = await shadow()
    assert (found.agreement, found.polarity_agreement, found.divergence) == (1, 1, 0)
    assert found.speed_ratio > 0
    gates = await pair.models.CheckGates(pb.CheckGatesRequest(version=CANDIDATE))
    assert {gate.name for gate in gates.gates} == {
        "gold",
        "macro_f1",
        "calibration",
        "slices",
        "shadow",
        "speed",
    }
    assert all(gate.is_passed for gate in gates.gates), gates
    promoted = await pair.models.PromoteModel(
        pb.PromoteModelRequest(version=CANDIDATE, reason="as good"), metadata=OPERATOR
    )
    assert promoted.model.is_active
    assert not promoted.model.is_shadow
    assert [gate.is_passed for gate in promoted.gates] == [True] * 6

    async def both_answer_with(version: str) -> bool:
        answers = [await one.answers_with() for one in (pair.first, pair.second)]
        return all(answer.startswith(version) for answer in answers)

    await eventually(lambda: both_answer_with(CANDIDATE), within=30)
    await pair.models.RollbackModel(pb.RollbackModelRequest(reason="drill"), metadata=OPERATOR)
    await eventually(lambda: both_answer_with(active))
    changes = (await pair.models.ListModelChanges(pb.ListModelChangesRequest())).changes
    assert [one.action for one in changes] == [
        model_pb2.MODEL_ACTION_ROLLED_BACK,
        model_pb2.MODEL_ACTION_PROMOTED,
        model_pb2.MODEL_ACTION_SHADOWED,
    ]
    assert not changes[1].override_reason
    async with pair.database.reads(lambda connection: connection)() as connection:
        columns = await connection.exec_driver_sql(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_schema = 'emotion_tag' AND table_name LIKE 'shadow%'"
        )
        assert not {"text", "content_id", "author_id"} & set(columns.scalars())


async def test_gold_that_names_contents_follows_what_people_decide_and_goes_with_it(
    pair: Pair,
) -> None:
    raters = [as_caller(Caller(new_id(), frozenset({"agent"}))) for _ in range(2)]
    said = [pair.contents.publish(text, str(new_id())) for text, _ in SENTENCES[:4]]
    for event in said:
        await tell(pair.community, event)

    async def say(content_id: str, emotion: emotion_pb2.Emotion.ValueType, *who: Any) -> None:
        for rater in who:
            await pair.models.SubmitCorrection(
                pb.SubmitCorrectionRequest(
                    content_id=content_id,
                    emotion=emotion,
                    polarity=emotion_pb2.POLARITY_POSITIVE,
                ),
                metadata=rater,
            )

    async def are_tagged() -> bool:
        async with pair.database.reads(lambda connection: connection)() as connection:
            tags = await connection.exec_driver_sql("SELECT count(*) FROM emotion_tag.tags")
            return bool(tags.scalar_one() == len(said))

    async def labels() -> dict[str, str]:
        listed = await pair.models.ListGold(pb.ListGoldRequest(gold_set_id=gold.gold_set_id))
        assert not any(row.text for row in listed.rows)
        return {row.content_id: row.label for row in listed.rows}

    await eventually(are_tagged, within=30)
    ids = [event.content_id for event in said]
    for content_id in ids:
        await say(content_id, emotion_pb2.EMOTION_JOY, *raters)
    rows = [gold_pb2.GoldInput(content_id=one, slices=["corrected"]) for one in ids]
    gold = await pair.import_rows(await pair.gold(0), [*rows, rows[0]])

    assert gold.row_count == 4
    assert await labels() == dict.fromkeys(ids, "joy")
    done = await pair.evaluated(CANDIDATE, gold.gold_set_id)
    assert (done.count, done.state) == (4, model_pb2.EVALUATION_STATE_SUCCEEDED)
    assert "slice:corrected" in {one.name for one in done.slices}
    await say(ids[1], emotion_pb2.EMOTION_SADNESS, *raters)
    await say(ids[2], emotion_pb2.EMOTION_FEAR, raters[0])  # now they differ
    pair.contents.contents.pop(ids[0])  # gone, and nobody has been told so far
    assert await labels() == {ids[0]: "joy", ids[1]: "sadness", ids[2]: "", ids[3]: "joy"}
    assert (await pair.evaluated(CANDIDATE, gold.gold_set_id)).count == 2
    await tell(pair.community, pair.contents.delete(ids[3]))

    async def is_gone() -> bool:
        return await labels() == {ids[0]: "joy", ids[1]: "sadness", ids[2]: ""}

    await eventually(is_gone)


async def test_gold_is_counted_once_paged_and_deleted(pair: Pair) -> None:
    gold = await pair.gold(10)
    again = gold_pb2.GoldInput(text=f"{SENTENCES[0][0]} 0", label="anger")

    added = await pair.models.ImportGold(
        pb.ImportGoldRequest(gold_set_id=gold.gold_set_id, rows=[again])
    )
    first = await pair.models.ListGold(
        pb.ListGoldRequest(gold_set_id=gold.gold_set_id, page_size=6)
    )
    rest = await pair.models.ListGold(
        pb.ListGoldRequest(
            gold_set_id=gold.gold_set_id, page_size=6, page_token=first.next_page_token
        )
    )
    deleted = await pair.models.DeleteGold(
        pb.DeleteGoldRequest(
            gold_set_id=gold.gold_set_id, row_ids=[first.rows[0].row_id, str(new_id())]
        )
    )

    assert (added.added_count, added.gold_set.row_count) == (0, 10)
    assert len({row.row_id for row in (*first.rows, *rest.rows)}) == 10
    assert deleted.deleted_count == 1
    await pair.models.DeleteGoldSet(pb.DeleteGoldSetRequest(gold_set_id=gold.gold_set_id))
    with pytest.raises(RemoteError) as failure:
        await pair.models.ListGold(pb.ListGoldRequest(gold_set_id=gold.gold_set_id))
    assert failure.value.reason == "GOLD_SET_NOT_FOUND"


async def test_gold_that_cannot_be_used_is_refused(pair: Pair) -> None:
    gold = await pair.gold(1)

    async def refusal(row: gold_pb2.GoldInput) -> str:
        with pytest.raises(RemoteError) as failure:
            await pair.models.ImportGold(
                pb.ImportGoldRequest(gold_set_id=gold.gold_set_id, rows=[row])
            )
        return failure.value.reason

    assert await refusal(gold_pb2.GoldInput(text="好", label="happy")) == "INVALID_FIELD"
    assert await refusal(gold_pb2.GoldInput(text=" ", label="joy")) == "INVALID_FIELD"
    assert await refusal(gold_pb2.GoldInput(content_id=str(new_id()))) == "NOT_ADJUDICATED"
    with pytest.raises(RemoteError) as failure:
        await pair.gold(0)
    assert failure.value.reason == "GOLD_SET_EXISTS"


async def test_drift_is_counted_of_what_is_tagged(pair: Pair) -> None:
    author = str(new_id())
    for text, _ in SENTENCES:
        await tell(pair.community, pair.contents.publish(text, author))

    async def counted() -> dict[str, int]:
        drift = (await pair.models.GetDrift(pb.GetDriftRequest())).drift
        return {one.feature: one.current_count for one in drift.features}

    async def all_are() -> bool:
        return (await counted())["emotion"] == len(SENTENCES)

    await eventually(all_are, within=40)
    assert 0 < (await counted())["unknown"] <= len(SENTENCES)  # of a batch a sample is read again
    drift = (await pair.models.GetDrift(pb.GetDriftRequest())).drift
    assert drift.state == model_pb2.DRIFT_STATE_TOO_LITTLE


async def test_the_report_is_one_page_that_loads_nothing(pair: Pair) -> None:
    gold = await pair.gold(LEAST_ROWS, name="评论 <b>")
    await pair.evaluated(CANDIDATE, gold.gold_set_id)

    for language, word in (("zh", "宏平均 F1"), ("en", "macro-F1")):
        answer = await pair.models.GetModelReport(
            pb.GetModelReportRequest(version=CANDIDATE, language_code=language)
        )
        page = answer.page.data.decode()
        assert answer.page.content_type == "text/html; charset=utf-8"
        assert word in page
        assert "评论 &lt;b&gt;" in page
        assert "<script" not in page
        assert "http://" not in page
        assert "https://" not in page

    fairness = (await pair.models.GetFairness(pb.GetFairnessRequest(version=CANDIDATE))).fairness
    assert {one.name for one in fairness.gaps} >= {"gender:pronoun-zh", "dialect:cantonese"}
    assert [one.name for one in fairness.gold] == ["评论 <b>"]

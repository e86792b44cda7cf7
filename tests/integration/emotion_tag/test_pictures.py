"""PictureService as it is composed: with the picture extra where it is installed, and without."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from pydantic import SecretStr

from resonance.emotion_tag.v1 import emotion_pb2
from resonance.emotion_tag.v1 import picture_service_pb2 as pb
from resonance.emotion_tag.v1.picture_service_pb2_grpc import PictureServiceStub
from resonance.profile.v1.consent_pb2 import Purpose
from resonance.profile.v1.profile_events_pb2 import ConsentChanged
from services.chassis.db.engine import make_engine
from services.chassis.db.transaction import Database
from services.chassis.kernel.ids import new_id
from services.chassis.messaging.broker import Broker
from services.chassis.messaging.loops import reaction_loops
from services.chassis.rpc.errors import RemoteError
from services.chassis.runtime import Ground
from services.emotion_tag.adapters.pictures.workers import is_installed
from services.emotion_tag.bootstrap import build
from services.emotion_tag.settings import Settings
from tests.integration.emotion_tag.conftest import ShiftedClock, tell
from tests.support.loops import eventually, running
from tests.support.pictures import drawn, filmed, needs_extra
from tests.support.serving import serve

LONG = timedelta(minutes=4)
PATIENCE = 240  # seconds; a busy machine takes some to start a worker and to read
ANGRY, GLAD = "What a scam, give me my money back", "I love it so much, thank you!"


class Pictures:
    """What a test holds in its hands."""

    def __init__(self, stub: PictureServiceStub, database: Database, profile: Broker) -> None:
        self.stub, self._database, self._profile = stub, database, profile
        self._decisions = 0

    async def decides(self, user_id: str, *purposes: Purpose.ValueType) -> None:
        """Decide, and wait until it is known."""
        self._decisions += 1
        version = self._decisions
        event = ConsentChanged(user_id=user_id, granted=purposes, version=version)
        await tell(self._profile, event)

        async def is_known() -> bool:
            return bool(
                await self.rows(
                    f"SELECT 1 FROM emotion_tag.picture_consents WHERE user_id = '{user_id}'"  # noqa: S608
                    f" AND version = {version}"
                )
            )

        await eventually(is_known)

    async def of(self, user_id: str, data: bytes, **more: Any) -> pb.TagPictureResponse:
        request = pb.TagPictureRequest(user_id=user_id, data=data, **more)
        answer: pb.TagPictureResponse = await self.stub.TagPicture(request, timeout=PATIENCE)
        return answer

    async def clip_of(self, user_id: str, data: bytes, **more: Any) -> pb.TagClipResponse:
        request = pb.TagClipRequest(user_id=user_id, data=data, **more)
        answer: pb.TagClipResponse = await self.stub.TagClip(request, timeout=PATIENCE)
        return answer

    async def rows(self, query: str) -> list[Any]:
        async with self._database.reads(lambda connection: connection)() as connection:
            return list((await connection.exec_driver_sql(query)).all())


@asynccontextmanager
async def composed(
    database_url: str, broker_url: str, profile_url: str, **settings: Any
) -> AsyncIterator[Pictures]:
    values = Settings(
        database_url=SecretStr(database_url),
        nats_url=SecretStr(broker_url),
        community_address="127.0.0.1:1",
        **settings,
    )
    async with AsyncExitStack() as opened:
        engine = make_engine(database_url)
        opened.push_async_callback(engine.dispose)
        database = Database(engine)
        broker = await opened.enter_async_context(Broker(broker_url, "emotion_tag"))
        profile = await opened.enter_async_context(Broker(profile_url, "profile"))
        service = build(values, Ground(database=database, broker=broker, clock=ShiftedClock()))
        assert service.close is not None
        opened.push_async_callback(service.close)
        served = await opened.enter_async_context(
            serve(*service.servicers, domain="emotion_tag.resonance")
        )
        readers = [one for one in service.reactions if "picture" in one.reader]
        loops: list[Any] = reaction_loops(readers, database, broker, service.tables)
        async with running(*loops):
            yield Pictures(served.stub(PictureServiceStub), database, profile)


@pytest.fixture
async def pictures(
    database_url_of: Callable[[str], str], broker_url_of: Callable[[str], str], tmp_path: Path
) -> AsyncIterator[Pictures]:
    urls = (database_url_of("emotion_tag"), broker_url_of("emotion_tag"), broker_url_of("profile"))
    async with composed(
        *urls, media_folder=tmp_path, picture_timeout=LONG, clip_timeout=LONG
    ) as made:
        yield made


@pytest.fixture
async def ann(pictures: Pictures) -> str:
    """Somebody who allows it."""
    user_id = str(new_id())
    await pictures.decides(user_id, Purpose.PURPOSE_PICTURE_INFERENCE)
    return user_id


async def refused(call: Any, code: grpc.StatusCode, reason: str) -> RemoteError:
    with pytest.raises(RemoteError) as failure:
        await call
    assert (failure.value.code, failure.value.reason) == (code, reason)
    return failure.value


@pytest.mark.skipif(is_installed(), reason="the picture extra is installed")
async def test_where_the_extra_is_missing_it_says_how_to_get_it(pictures: Pictures) -> None:
    for call in (pictures.of(str(new_id()), b"x"), pictures.clip_of(str(new_id()), b"x")):
        error = await refused(call, grpc.StatusCode.FAILED_PRECONDITION, "PICTURES_NOT_INSTALLED")
        assert "make pictures" in error.message


async def test_the_consent_is_its_own_and_the_newest_decision_counts(pictures: Pictures) -> None:
    user_id = str(new_id())
    rows = f"SELECT is_granted FROM emotion_tag.picture_consents WHERE user_id = '{user_id}'"  # noqa: S608

    await pictures.decides(user_id, Purpose.PURPOSE_EMOTION_INFERENCE)
    assert await pictures.rows(rows) == [(False,)]
    await pictures.decides(user_id, Purpose.PURPOSE_PICTURE_INFERENCE)
    assert await pictures.rows(rows) == [(True,)]
    await pictures.decides(user_id)
    assert await pictures.rows(rows) == [(False,)]


async def test_a_request_has_one_source_within_its_limits(pictures: Pictures, ann: str) -> None:
    for request in (
        pb.TagPictureRequest(user_id=ann),
        pb.TagPictureRequest(user_id=ann, data=b""),
        pb.TagPictureRequest(user_id=ann, data=bytes(2 * 1024 * 1024 + 1)),
        pb.TagPictureRequest(user_id=ann, media_id="../a.png"),
        pb.TagPictureRequest(user_id=ann, media_id="https://127.0.0.1/a.png"),
        pb.TagPictureRequest(user_id="ann", data=b"x"),
    ):
        await refused(
            pictures.stub.TagPicture(request, timeout=PATIENCE),
            grpc.StatusCode.INVALID_ARGUMENT,
            "INVALID_REQUEST",
        )


@needs_extra
@pytest.mark.timeout(600)
class TestInstalled:
    async def test_nobody_is_looked_at_without_their_consent(
        self, pictures: Pictures, ann: str
    ) -> None:
        stranger = str(new_id())
        await refused(
            pictures.of(stranger, drawn(GLAD)),
            grpc.StatusCode.FAILED_PRECONDITION,
            "PICTURE_CONSENT_MISSING",
        )

        await pictures.decides(ann, Purpose.PURPOSE_EMOTION_INFERENCE)

        await refused(
            pictures.clip_of(ann, drawn(GLAD)),
            grpc.StatusCode.FAILED_PRECONDITION,
            "PICTURE_CONSENT_MISSING",
        )

    async def test_text_in_a_picture_is_read_and_tagged(self, pictures: Pictures, ann: str) -> None:
        answer = await pictures.of(ann, drawn(ANGRY), with_boxes=True)
        bare = await pictures.of(ann, drawn(ANGRY))

        found = answer.findings
        assert found.text.text.casefold().replace(" ", "") == ANGRY.casefold().replace(" ", "")
        assert found.text.tag.emotion == emotion_pb2.EMOTION_ANGER
        assert found.tag.emotion == found.text.tag.emotion
        assert [one.probability for one in found.tag.scores] == pytest.approx(
            [one.probability for one in found.text.tag.scores]
        )
        assert (found.face_share, list(found.faces)) == (0, [])
        box = found.text.lines[0].box
        assert 20 <= box.left <= 40
        assert 30 <= box.top <= 60
        assert box.width > 400
        assert (answer.width, answer.height) == (720, 480)
        assert not bare.findings.text.lines[0].HasField("box")
        assert answer.models.expression_model_version.startswith("mini-xception-")
        assert answer.models.text_model_version.startswith("rapidocr-")

    async def test_a_reference_is_a_file_in_the_persons_own_folder(
        self, pictures: Pictures, ann: str, tmp_path: Path
    ) -> None:
        (tmp_path / ann).mkdir()
        (tmp_path / ann / "a.png").write_bytes(drawn(GLAD))
        (tmp_path / "b.png").write_bytes(drawn(GLAD))

        request = pb.TagPictureRequest(user_id=ann, media_id="a.png")
        answer = await pictures.stub.TagPicture(request, timeout=PATIENCE)

        assert answer.findings.text.text.startswith("I love")
        missing = pb.TagPictureRequest(user_id=ann, media_id="b.png")
        await refused(
            pictures.stub.TagPicture(missing, timeout=PATIENCE),
            grpc.StatusCode.NOT_FOUND,
            "MEDIA_NOT_FOUND",
        )

    async def test_nothing_is_kept(self, pictures: Pictures, ann: str) -> None:
        async def counts() -> list[Any]:
            tables = await pictures.rows(
                "SELECT table_name FROM information_schema.tables"
                " WHERE table_schema = 'emotion_tag' ORDER BY 1"
            )
            return [
                (await pictures.rows(f"SELECT count(*) FROM emotion_tag.{name}"))[0]  # noqa: S608
                for (name,) in tables
                if name not in ("inbox", "requests")
            ]

        before = await counts()

        await pictures.of(ann, drawn(ANGRY))
        await pictures.clip_of(ann, filmed(lambda _: (ANGRY,), seconds=1))

        assert await counts() == before

    async def test_other_calls_go_on_meanwhile(self, pictures: Pictures, ann: str) -> None:
        reading = asyncio.create_task(pictures.of(ann, drawn(*[GLAD] * 5)))
        beats = 0
        while not reading.done():
            await asyncio.sleep(0.01)
            beats += 1

        assert (await reading).findings.text.text
        assert beats > 10

    async def test_a_clip_has_a_moment_for_each_second(self, pictures: Pictures, ann: str) -> None:
        data = filmed(lambda second: (GLAD,) if second < 3 else (ANGRY,), seconds=4)

        answer = await pictures.clip_of(ann, data)

        assert [moment.offset.seconds for moment in answer.moments] == [0, 1, 2, 3]
        tops = [moment.findings.tag.emotion for moment in answer.moments]
        assert tops[0] == tops[1] == tops[2] != tops[3] == emotion_pb2.EMOTION_ANGER
        assert [round(one.share, 2) for one in answer.shares] == [0.75, 0.25]
        assert answer.shares[0].emotion == tops[0]
        assert answer.duration.ToTimedelta() == pytest.approx(
            timedelta(seconds=4), abs=timedelta(seconds=0.1)
        )
        assert (answer.width, answer.height) == (640, 360)
        assert not answer.moments[0].findings.text.lines[0].HasField("box")

"""What people say of tags, and what follows from that, through the real service."""

from uuid import UUID

import pytest

from resonance.emotion_tag.v1 import correction_pb2, emotion_pb2
from resonance.emotion_tag.v1 import emotion_tag_service_pb2 as tag_pb
from resonance.emotion_tag.v1 import model_service_pb2 as pb
from resonance.emotion_tag.v1.emotion_tag_events_pb2 import ContentCorrected
from resonance.emotion_tag.v1.model_service_pb2_grpc import ModelServiceStub
from resonance.emotion_tag.v1.mood_service_pb2 import ForgetMoodRequest
from resonance.emotion_tag.v1.mood_service_pb2_grpc import MoodServiceStub
from services.chassis.kernel.ids import new_id
from services.chassis.rpc.errors import RemoteError
from services.chassis.rpc.identity import Caller
from tests.integration.emotion_tag.conftest import Harness
from tests.support.loops import eventually
from tests.support.serving import as_caller

PATIENCE = 30.0  # seconds; what is tested is what is answered, not how fast
ANGRY = "什么破店，气死我了，退钱！！"
JOY, ANGER, SADNESS = (
    emotion_pb2.EMOTION_JOY,
    emotion_pb2.EMOTION_ANGER,
    emotion_pb2.EMOTION_SADNESS,
)


def who(user_id: str = "", role: str = "agent") -> tuple[tuple[str, str], ...]:
    """Somebody, or nobody in particular, with a role."""
    return as_caller(Caller(UUID(user_id) if user_id else new_id(), frozenset({role})))


class Correcting:
    """Calls about corrections."""

    def __init__(self, emotions: Harness) -> None:
        self.emotions = emotions
        self.stub = emotions.served.stub(ModelServiceStub)

    async def correct(
        self,
        content_id: str,
        caller: tuple[tuple[str, str], ...],
        emotion: emotion_pb2.Emotion.ValueType = JOY,
        **more: object,
    ) -> pb.SubmitCorrectionResponse:
        request = pb.SubmitCorrectionRequest(
            content_id=content_id,
            emotion=emotion,
            polarity=emotion_pb2.POLARITY_POSITIVE,
            **more,  # type: ignore[arg-type]  # other fields of the request
        )
        return await self.stub.SubmitCorrection(request, metadata=caller, timeout=PATIENCE)

    async def shown(self, content_id: str) -> tag_pb.GetContentTagResponse:
        return await self.emotions.stub.GetContentTag(
            tag_pb.GetContentTagRequest(content_id=content_id)
        )

    async def told(self) -> list[ContentCorrected]:
        return await self.emotions.told(ContentCorrected)


@pytest.fixture
def correcting(emotions: Harness) -> Correcting:
    return Correcting(emotions)


async def said(correcting: Correcting, person: str, *, allows: bool = True) -> str:
    if allows:
        await correcting.emotions.allows(person)
    content_id = await correcting.emotions.says(person, ANGRY)
    await correcting.emotions.tagged(content_id)
    return content_id


async def test_what_an_author_says_of_their_text_is_shown_and_moves_their_mood(
    correcting: Correcting, person: str
) -> None:
    content_id = await said(correcting, person)
    before = await correcting.emotions.mood(person)

    answer = await correcting.correct(
        content_id,
        who(person, "shopper"),
        reason="我是在开玩笑",
        aspects=[
            correction_pb2.AspectLabel(
                aspect=emotion_pb2.ASPECT_SERVICE, polarity=emotion_pb2.POLARITY_POSITIVE
            )
        ],
    )

    assert answer.correction.is_author
    assert answer.correction.model_emotion == ANGER
    assert answer.adjudication.is_by_author
    shown = await correcting.shown(content_id)
    assert (shown.tag.emotion, shown.tag.model_version) == (JOY, "people")
    assert shown.tag.polarity == emotion_pb2.POLARITY_POSITIVE
    assert [one.aspect for one in shown.tag.aspects] == [emotion_pb2.ASPECT_SERVICE]
    assert not shown.tag.unsure
    assert sum(score.probability for score in shown.tag.scores) == pytest.approx(1, abs=1e-6)
    assert shown.adjudication.model_emotion == ANGER
    mood = await correcting.emotions.mood(person)
    assert before.valence < 0 < mood.valence
    assert mood.version == before.version + 1
    [told] = await correcting.told()
    assert told.former_tag.emotion == ANGER
    assert told.content.tag.emotion == JOY
    assert told.content.author_id == person


async def test_who_is_neither_rater_nor_the_author_is_refused(
    correcting: Correcting, person: str
) -> None:
    content_id = await said(correcting, person, allows=False)

    for caller in (who(person, "shopper"), who(role="shopper"), ()):
        with pytest.raises(RemoteError) as failure:
            await correcting.correct(content_id, caller)
        assert failure.value.reason == "NOT_A_RATER"
        assert "grants" in failure.value.message or not caller


async def test_two_raters_who_agree_decide_and_one_does_not(
    correcting: Correcting, person: str
) -> None:
    content_id = await said(correcting, person, allows=False)
    first, second, third = who(), who(), who(role="operator")

    alone = await correcting.correct(content_id, first)
    apart = await correcting.correct(content_id, second, SADNESS)
    together = await correcting.correct(content_id, third)

    assert not alone.HasField("adjudication")
    assert not apart.HasField("adjudication")
    assert (together.adjudication.rater_count, together.adjudication.is_by_author) == (2, False)
    assert (await correcting.shown(content_id)).tag.emotion == JOY
    assert len(await correcting.told()) == 1


async def test_the_model_s_tag_comes_back_when_raters_undecide(
    correcting: Correcting, person: str
) -> None:
    content_id = await said(correcting, person, allows=False)
    first, second = who(), who()
    before = (await correcting.shown(content_id)).tag
    await correcting.correct(content_id, first)
    await correcting.correct(content_id, second)

    answer = await correcting.correct(content_id, second, SADNESS)

    assert not answer.HasField("adjudication")
    shown = await correcting.shown(content_id)
    assert shown.tag == before
    assert not shown.HasField("adjudication")
    assert [one.content.tag.emotion for one in await correcting.told()] == [JOY, ANGER]


async def test_the_same_again_changes_nothing_and_what_was_said_is_kept(
    correcting: Correcting, person: str
) -> None:
    content_id = await said(correcting, person, allows=False)
    rater = who()
    once = await correcting.correct(content_id, rater)

    again = await correcting.correct(content_id, rater)
    await correcting.correct(content_id, rater, SADNESS)

    assert again.correction == once.correction
    listed = await correcting.stub.ListCorrections(pb.ListCorrectionsRequest(content_id=content_id))
    assert [one.emotion for one in listed.corrections] == [SADNESS]
    history = await correcting.stub.ListCorrections(
        pb.ListCorrectionsRequest(content_id=content_id, include_superseded=True, page_size=1)
    )
    rest = await correcting.stub.ListCorrections(
        pb.ListCorrectionsRequest(
            content_id=content_id,
            include_superseded=True,
            page_size=1,
            page_token=history.next_page_token,
        )
    )
    assert [one.emotion for one in (*history.corrections, *rest.corrections)] == [SADNESS, JOY]
    assert rest.corrections[0].HasField("supersede_time")


async def test_what_two_raters_decide_moves_the_mood_of_an_author_who_allows_one(
    correcting: Correcting, person: str
) -> None:
    content_id = await said(correcting, person)
    before = await correcting.emotions.mood(person)

    for _ in range(2):
        await correcting.correct(content_id, who())

    after = await correcting.emotions.mood(person)
    assert before.valence < 0 < after.valence
    assert after.version == before.version + 1


async def test_a_correction_reaches_all_that_was_counted_of_the_text(
    correcting: Correcting, person: str
) -> None:
    emotions = correcting.emotions
    content_id = await said(correcting, person)

    async def counted() -> tuple[float, float, float]:
        """How angry, or negative, subjects, alerts and trends are."""
        queries = (
            "SELECT sums[8] FROM emotion_tag.subjects WHERE kind = 'product'",
            "SELECT counts[2] FROM emotion_tag.alert_quarters WHERE kind = 'product'",
            "SELECT sums[3] FROM emotion_tag.trend_sums WHERE is_hour AND topic = ''",
        )
        found = [await emotions.rows(query) for query in queries]
        subjects, alerts, trends = (float(rows[0][0]) if rows else 0.0 for rows in found)
        return subjects, alerts, trends

    async def all_are_angry() -> bool:
        subjects, alerts, trends = await counted()
        return subjects > 0.5 and (alerts, trends) == (1, 1)

    async def none_is() -> bool:
        subjects, alerts, trends = await counted()
        return subjects < 0.1 and (alerts, trends) == (0, 0)

    await eventually(all_are_angry)
    await correcting.correct(content_id, who(person, "shopper"))
    await eventually(none_is)


async def test_a_deleted_content_leaves_no_correction(correcting: Correcting, person: str) -> None:
    content_id = await said(correcting, person)
    await correcting.correct(content_id, who(person, "shopper"), reason="wörtlich")

    await correcting.emotions.deletes(content_id)

    async def is_gone() -> bool:
        listed = await correcting.stub.ListCorrections(pb.ListCorrectionsRequest())
        return not listed.corrections

    await eventually(is_gone)
    assert not await correcting.emotions.rows("SELECT 1 FROM emotion_tag.adjudications")
    with pytest.raises(RemoteError) as failure:
        await correcting.correct(content_id, who())
    assert failure.value.reason == "TAG_NOT_FOUND"


async def test_who_asks_to_be_forgotten_leaves_no_correction_of_their_own(
    correcting: Correcting, person: str
) -> None:
    content_id = await said(correcting, person)
    await correcting.correct(content_id, who(person, "shopper"))
    moods = correcting.emotions.served.stub(MoodServiceStub)

    await moods.ForgetMood(ForgetMoodRequest(user_id=person))

    rows = await correcting.emotions.rows(
        f"SELECT 1 FROM emotion_tag.corrections WHERE rater_id = '{person}'"  # noqa: S608
    )
    assert not rows


async def test_agreement_is_told_of_raters_and_of_the_model(
    correcting: Correcting, person: str
) -> None:
    raters = [who(), who()]
    for emotion in (JOY, ANGER, SADNESS):
        content_id = await correcting.emotions.says(person, ANGRY)
        await correcting.emotions.tagged(content_id)
        await correcting.correct(content_id, raters[0], emotion)
        await correcting.correct(content_id, raters[1], JOY if emotion == SADNESS else emotion)

    found = (await correcting.stub.GetAgreement(pb.GetAgreementRequest())).agreement

    assert (found.content_count, found.rating_count) == (3, 6)
    assert found.overall.observed == pytest.approx(2 / 3)
    assert found.overall.has_alpha
    assert found.overall.alpha == pytest.approx(1 - 5 * 2 / (3 * 3 + 2 * 4 + 1 * 5))
    assert found.model_agreement == pytest.approx(2 / 6)
    assert len(found.pairs) == 1
    assert {one.content_count for one in found.raters} == {3}


async def test_an_aspect_given_twice_is_refused(correcting: Correcting, person: str) -> None:
    content_id = await said(correcting, person, allows=False)
    label = correction_pb2.AspectLabel(
        aspect=emotion_pb2.ASPECT_PRICE, polarity=emotion_pb2.POLARITY_NEGATIVE
    )

    with pytest.raises(RemoteError) as failure:
        await correcting.correct(content_id, who(), aspects=[label, label])

    assert failure.value.reason == "INVALID_FIELD"

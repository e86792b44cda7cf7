"""What a picture feels like, from what a reader found in it."""

from dataclasses import replace
from datetime import timedelta
from math import isclose
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.emotion_tag.application.pictures.tag_clip import tag_clip
from services.emotion_tag.application.pictures.tag_picture import tag_picture
from services.emotion_tag.application.pictures.uploads import Upload, Uploads
from services.emotion_tag.domain.clip import Clip, Frame, Moment, summed_up
from services.emotion_tag.domain.errors import (
    MediaNotFound,
    PictureConsentMissing,
    PicturesNotInstalled,
    PictureTooLarge,
    PictureUnreadable,
)
from services.emotion_tag.domain.expression import EXPRESSIONS, RELIABILITY, expression_of
from services.emotion_tag.domain.fusion import findings_of
from services.emotion_tag.domain.picture import MAX_TEXT, Box, Face, Line, Picture, PictureModels
from services.emotion_tag.domain.tag import EmotionTag
from services.emotion_tag.domain.taxonomy import EMOTIONS, Emotion, Polarity
from tests.support.fake_pictures import FakeMedia, FakePictureReader, FakePictureReads
from tests.support.fake_tagger import FakeTagger

MODELS = PictureModels(expressions="faces-1", text="ocr-1")
ANN = UUID(int=1)
distributions = st.lists(st.floats(0.001, 1), min_size=7, max_size=7).map(
    lambda parts: tuple(part / sum(parts) for part in parts)
)


def face(emotion: Emotion, probability: float = 0.94, side: int = 100) -> Face:
    rest = (1 - probability) / (len(EXPRESSIONS) - 1)
    return Face(
        box=Box(left=0, top=0, width=side, height=side),
        expressions=tuple(probability if one is emotion else rest for one in EXPRESSIONS),
    )


def line(text: str, confidence: float = 1.0) -> Line:
    return Line(text=text, confidence=confidence, box=Box(left=0, top=0, width=10, height=10))


def picture(*faces: Face, lines: tuple[Line, ...] = ()) -> Picture:
    return Picture(width=400, height=400, faces=faces, lines=lines)


def tag(emotion: Emotion, confidence: float = 0.9, *, unsure: bool = False) -> EmotionTag:
    rest = (1 - confidence) / (len(EMOTIONS) - 1)
    return EmotionTag(
        emotion=emotion,
        scores=tuple(confidence if one is emotion else rest for one in EMOTIONS),
        polarity=Polarity.NEUTRAL,
        intensity=0.5,
        confidence=confidence,
        unsure=unsure,
        language="zh-Hans",
        evidence=(),
        model_version="text-1",
    )


@given(distributions)
def test_a_face_is_never_surer_than_its_model_is_right(expressions: tuple[float, ...]) -> None:
    found = expression_of(replace(face(Emotion.JOY), expressions=expressions), 0.1)

    assert isclose(sum(found.scores), 1)
    assert found.confidence <= RELIABILITY
    assert found.scores[EMOTIONS.index(found.emotion)] == max(found.scores)


def test_a_clear_smile_is_joy_and_a_doubtful_one_is_unsure() -> None:
    clear = expression_of(face(Emotion.JOY), 0.1)
    doubtful = expression_of(face(Emotion.JOY, 0.5), 0.1)

    assert (clear.emotion, clear.unsure) == (Emotion.JOY, False)
    assert doubtful.unsure


def test_what_the_seven_classes_cannot_tell_gets_nothing() -> None:
    scores = dict(zip(EMOTIONS, expression_of(face(Emotion.SADNESS), 0.1).scores, strict=True))

    untold = set(EMOTIONS) - set(EXPRESSIONS)
    assert untold
    assert all(scores[emotion] == 0 for emotion in untold)


def test_a_picture_without_face_and_text_is_neutral_and_unsure() -> None:
    found = findings_of(picture(), None, MODELS)

    assert (found.tag.emotion, found.tag.confidence) == (Emotion.NEUTRAL, 0)
    assert found.tag.unsure
    assert found.face_share == 0


def test_text_alone_speaks_for_itself() -> None:
    said = tag(Emotion.ANGER)

    found = findings_of(picture(lines=(line("退钱"),)), said, MODELS)

    assert found.tag.emotion is Emotion.ANGER
    assert found.tag.scores == pytest.approx(said.scores)
    assert found.tag.confidence == pytest.approx(said.confidence)
    assert (found.face_share, found.tag.model_version) == (0, "text-1")


def test_a_face_alone_speaks_for_itself() -> None:
    found = findings_of(picture(face(Emotion.JOY)), None, MODELS)

    assert found.tag.emotion is Emotion.JOY
    assert found.tag.polarity is Polarity.POSITIVE
    assert (found.face_share, found.tag.model_version) == (1, "faces-1")


def test_text_that_is_hard_to_read_weighs_less() -> None:
    def share(confidence: float) -> float:
        read = picture(face(Emotion.JOY), lines=(line("退钱", confidence),))
        return findings_of(read, tag(Emotion.ANGER), MODELS).face_share

    assert share(0.6) > share(1.0) > 0


def test_a_smile_over_angry_words_is_mixed_and_unsure() -> None:
    both = picture(face(Emotion.JOY), lines=(line("退钱"),))

    found = findings_of(both, tag(Emotion.ANGER), MODELS)

    assert found.tag.polarity is Polarity.MIXED
    assert found.tag.unsure


def test_a_face_and_words_that_agree_are_sure() -> None:
    both = picture(face(Emotion.JOY), lines=(line("好开心"),))

    found = findings_of(both, tag(Emotion.JOY), MODELS)

    assert (found.tag.emotion, found.tag.polarity) == (Emotion.JOY, Polarity.POSITIVE)
    assert not found.tag.unsure
    assert found.tag.model_version == "text-1+faces-1"


def test_the_larger_face_counts_more() -> None:
    faces = picture(face(Emotion.ANGER, side=300), face(Emotion.JOY, side=60))

    assert findings_of(faces, None, MODELS).tag.emotion is Emotion.ANGER


@given(st.lists(distributions, max_size=4), st.booleans())
def test_an_answer_is_always_a_distribution(faces: list[tuple[float, ...]], has_text: bool) -> None:
    shown = [replace(face(Emotion.JOY), expressions=one) for one in faces]
    read = picture(*shown, lines=(line("好"),) if has_text else ())

    found = findings_of(read, tag(Emotion.LIKE) if has_text else None, MODELS)

    assert isclose(sum(found.tag.scores), 1)
    assert 0 <= found.tag.confidence <= 1
    assert 0 <= found.tag.intensity <= 1
    assert 0 <= found.face_share <= 1


def test_the_text_of_a_picture_has_an_end() -> None:
    endless = picture(lines=tuple(line("长" * 500) for _ in range(60)))

    assert len(endless.text()) == MAX_TEXT


def test_a_clip_is_the_mean_of_its_moments_and_says_how_they_divide() -> None:
    emotions = [Emotion.JOY, Emotion.JOY, Emotion.ANGER]
    moments = [
        Moment(
            offset=timedelta(seconds=second),
            findings=findings_of(picture(lines=(line("x"),)), tag(emotion), MODELS),
        )
        for second, emotion in enumerate(emotions)
    ]

    found = summed_up(moments)

    assert found.tag.emotion is Emotion.JOY
    assert found.shares == ((Emotion.JOY, 2 / 3), (Emotion.ANGER, 1 / 3))
    assert isclose(sum(found.tag.scores), 1)


def test_a_picture_has_the_locale_of_its_text_and_a_clip_that_of_most() -> None:
    written = [replace(tag(Emotion.JOY), locale=locale) for locale in ("en", "zh-Hant", "zh-Hant")]
    found = [findings_of(picture(lines=(line("x"),)), one, MODELS) for one in written]
    faces = findings_of(picture(face(Emotion.JOY)), None, MODELS)
    moments = [Moment(offset=timedelta(), findings=one) for one in (*found, faces)]

    assert [one.tag.locale for one in found] == ["en", "zh-Hant", "zh-Hant"]
    assert faces.tag.locale == ""
    assert summed_up(moments).tag.locale == "zh-Hant"


def uploads(
    *, allows: bool = True, is_installed: bool = True, read: Picture | None = None
) -> Uploads:
    shown = read or picture()
    clip = Clip(
        width=400,
        height=400,
        duration=timedelta(seconds=2),
        frames=tuple(Frame(offset=timedelta(seconds=n), picture=shown) for n in range(2)),
    )
    reader = FakePictureReader(shown, clip, MODELS, is_installed=is_installed)
    media = FakeMedia({(ANN, "a.png"): b"from the folder"})
    return Uploads(reader, media, FakePictureReads({ANN} if allows else set()))


async def test_nothing_is_read_without_consent() -> None:
    refusing = uploads(allows=False)

    with pytest.raises(PictureConsentMissing):
        await tag_picture(Upload(user_id=ANN, source=b"x"), refusing, FakeTagger())

    assert isinstance(refusing.reader, FakePictureReader)
    assert refusing.reader.was_given == []


async def test_where_the_extra_is_missing_that_is_said_first() -> None:
    with pytest.raises(PicturesNotInstalled, match="make pictures"):
        await tag_clip(
            Upload(user_id=ANN, source=b"x"),
            uploads(allows=False, is_installed=False),
            FakeTagger(),
        )


async def test_a_reference_is_a_file_of_the_person() -> None:
    reading = uploads()

    await tag_picture(Upload(user_id=ANN, source="a.png"), reading, FakeTagger())

    assert isinstance(reading.reader, FakePictureReader)
    assert reading.reader.was_given == [b"from the folder"]
    with pytest.raises(MediaNotFound):
        await tag_picture(Upload(user_id=ANN, source="b.png"), reading, FakeTagger())


@pytest.mark.parametrize(("source", "field"), [(b"x", "data"), ("a.png", "media_id")])
@pytest.mark.parametrize("tag_upload", [tag_picture, tag_clip])
async def test_a_refusal_names_the_field_that_the_upload_came_in(
    tag_upload: Any, source: bytes | str, field: str
) -> None:
    class Refusing(FakePictureReader):
        async def read_picture(self, data: bytes) -> tuple[Picture, PictureModels]:  # noqa: ARG002
            raise PictureUnreadable("Damaged.", why="damaged")

        async def read_clip(self, data: bytes) -> tuple[Clip, PictureModels]:  # noqa: ARG002
            raise PictureTooLarge("Too long.", most="60s")

    given = uploads()
    assert isinstance(given.reader, FakePictureReader)
    reader = Refusing(given.reader.picture, given.reader.clip, MODELS)

    with pytest.raises((PictureUnreadable, PictureTooLarge)) as refused:
        await tag_upload(
            Upload(user_id=ANN, source=source), replace(given, reader=reader), FakeTagger()
        )

    assert refused.value.metadata["field"] == field
    assert {"why", "most"} & set(refused.value.metadata)


async def test_text_that_stays_on_screen_is_tagged_once() -> None:
    tagger = FakeTagger()
    reading = uploads(read=picture(lines=(line("好"), line("喜欢"))))

    tagged = await tag_clip(Upload(user_id=ANN, source=b"x"), reading, tagger)

    assert tagger.chunks == [["好\n喜欢"]]
    assert [moment.offset.seconds for moment in tagged.findings.moments] == [0, 1]

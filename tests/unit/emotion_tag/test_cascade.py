"""Two models behind one port: who is asked, what context does, and what happens without a part."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from services.emotion_tag.adapters.cascade import calibration
from services.emotion_tag.adapters.cascade.context import is_echo
from services.emotion_tag.adapters.cascade.model import MODELS, SHIPPED, open_model
from services.emotion_tag.adapters.cascade.tagger import CascadeTagger
from services.emotion_tag.adapters.encoder.artefact import MANIFEST as ENCODER
from services.emotion_tag.adapters.wide import artefact
from services.emotion_tag.adapters.wide.artefact import MANIFEST, BrokenModelError
from services.emotion_tag.domain.tag import Context, TextInput, TextKind
from services.emotion_tag.domain.taxonomy import EMOTIONS, Emotion

NAMES = ("open", "research")
SOME = (
    "太喜欢了，质量很好",
    "不是不好用",
    "这也叫好评？",
    "前方高能",
    "It never lets me down",
    "666",
    "+1",
)


@pytest.fixture(scope="module", params=NAMES)
def model(request: pytest.FixtureRequest) -> CascadeTagger:
    return open_model(MODELS / request.param)


class FakeEncoder:
    """Says disgust of everything, and notes what it was asked."""

    version = "fake"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def read(self, texts: Sequence[str], english: NDArray[np.bool_]) -> NDArray[np.float64]:
        assert len(english) == len(texts)
        self.asked += texts
        scores = np.zeros((len(texts), len(EMOTIONS) + 2))
        scores[:, EMOTIONS.index(Emotion.DISGUST)] = 20.0
        return scores


def cascade(encoder: FakeEncoder, *, below: float) -> CascadeTagger:
    """The shipped wide model, which asks about texts that it is less sure of than `below`."""
    fitted = calibration.load(SHIPPED)
    together = {
        language: {kind: replace(scale, encoder=1.0) for kind, scale in kinds.items()}
        for language, kinds in fitted.alone.items()
    }
    asks = {language: {TextKind.UNKNOWN.value: below} for language in fitted.alone}
    signs = [*fitted.intensity, 0.0]
    fitted = replace(fitted, together=together, asks_below=asks, intensity_together=signs)
    return CascadeTagger(artefact.load(SHIPPED), fitted, encoder)


def test_only_texts_that_the_wide_model_is_not_sure_of_reach_the_encoder() -> None:
    encoder = FakeEncoder()
    tagger = cascade(encoder, below=0.9)

    sure, unsure = tagger.tag([TextInput("谢谢客服，太感谢了"), TextInput("桌子上的东西")])

    assert encoder.asked == ["桌子上的东西"]
    assert sure.emotion is Emotion.GRATITUDE
    assert unsure.emotion is Emotion.DISGUST


def test_equal_texts_are_read_once_and_blank_ones_never() -> None:
    encoder = FakeEncoder()

    tags = cascade(encoder, below=1.0).tag([TextInput(text) for text in ("好", "", "好", " ")])

    assert encoder.asked == ["好"]
    assert tags[0] == tags[2]


def test_what_decided_is_told() -> None:
    tagger = cascade(FakeEncoder(), below=0.9)
    inputs = [TextInput(text) for text in ("谢谢客服，太感谢了", "桌子上的东西", "")]
    tags = tagger.tag(inputs)

    assert tagger.tiers(inputs, tags) == ["wide", "encoder", "none"]
    held = tagger.held_against(inputs)
    assert held[0].wide >= held[0].asks_below == 0.9
    assert held[1].wide < held[1].asks_below


def test_reads_are_counted() -> None:
    counted: list[tuple[int, int]] = []
    fitted = calibration.load(SHIPPED)
    tagger = CascadeTagger(
        artefact.load(SHIPPED), fitted, observe=lambda count, asked: counted.append((count, asked))
    )

    tagger.tag([TextInput("好"), TextInput("不好")])

    assert counted == [(2, 0)]


def test_a_text_gets_the_same_answer_alone_and_in_a_batch(model: CascadeTagger) -> None:
    inputs = [TextInput(text, kind) for text in SOME for kind in TextKind]
    inputs.append(TextInput("同感", context=Context("气死我了，什么垃圾店")))

    assert model.tag(inputs) == [model.tag([one])[0] for one in inputs]


def test_what_it_is_sure_of_is_what_it_answers_without_the_encoder(model: CascadeTagger) -> None:
    texts = [*map(TextInput, SOME), *(TextInput("+1", context=Context(reply_to=t)) for t in SOME)]
    texts += [*texts[:3], TextInput("")]

    tags, sure = model.tag(texts), model.sure(texts)

    read_by_wide = [
        held.wide >= held.asks_below or not tag.confidence
        for held, tag in zip(model.held_against(texts), tags, strict=True)
    ]
    replies = dict(zip(SOME, read_by_wide, strict=False))
    for one, tag, known, is_wide in zip(texts, tags, sure, read_by_wide, strict=True):
        answered = replies[one.context.reply_to] if one.context else True
        assert known == (tag if is_wide and answered else None)
    assert None in sure
    assert any(sure)
    assert model.sure([]) == []


def test_an_opened_model_answers_as_before(model: CascadeTagger) -> None:
    name = model.version.partition("-")[0]
    inputs = [TextInput(text) for text in SOME]

    assert open_model(MODELS / name).tag(inputs) == model.tag(inputs)


def test_who_only_agrees_feels_what_they_agree_with(model: CascadeTagger) -> None:
    for text in ("+1", "同感", "我也是", "me too"):
        angry = TextInput(text, context=Context("气死我了，垃圾店铺，退钱！"))
        glad = TextInput(text, context=Context("谢谢客服，太感谢了"))

        assert model.tag([angry])[0].emotion is Emotion.ANGER
        assert model.tag([glad])[0].emotion is Emotion.GRATITUDE


def test_a_room_in_fear_makes_an_unclear_word_more_fearful(model: CascadeTagger) -> None:
    prior = tuple(0.89 if emotion is Emotion.FEAR else 0.01 for emotion in EMOTIONS)
    fear = EMOTIONS.index(Emotion.FEAR)

    alone = model.tag([TextInput("这样啊那算了吧", TextKind.CHAT)])[0]
    there = model.tag([TextInput("这样啊那算了吧", TextKind.CHAT, "", Context(prior=prior))])[0]

    assert there.scores[fear] > alone.scores[fear]
    assert sum(there.scores) == pytest.approx(1)


@pytest.mark.parametrize(
    ("text", "echoes"),
    [
        ("+1", True),
        ("+1！！", True),
        ("同感。", True),
        ("楼上说得对", True),
        ("Me too!", True),
        ("same here", True),
        ("我也是醉了", False),
        ("1号链接", False),
        ("没错过", False),
        ("", False),
    ],
)
def test_an_echo_is_known_by_its_words(text: str, echoes: bool) -> None:
    assert is_echo(text) is echoes


def test_evidence_is_never_only_punctuation(model: CascadeTagger) -> None:
    for text in ("！！！", "？？？，，，", "太过分了！！！！！！", "什么？？？？", "wow!!!! ??"):
        for span in model.tag([TextInput(text)])[0].evidence:
            assert any(c.isalnum() or ord(c) > 0x2000 for c in text[span.start : span.end])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "model"))


def test_without_the_encoder_the_wide_model_answers_and_says_so(folder: Path) -> None:
    (folder / ENCODER).unlink(missing_ok=True)

    tagger = open_model(folder)

    assert tagger.version.endswith("-wide")
    assert tagger.tag([TextInput("谢谢客服")])[0].model_version == tagger.version


def test_a_model_that_was_not_calibrated_is_refused(folder: Path) -> None:
    manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    manifest["calibration"]["wide"] = "another"
    (folder / MANIFEST).write_text(json.dumps(manifest), "utf-8")

    with pytest.raises(BrokenModelError, match="not calibrated"):
        open_model(folder)


def test_an_encoder_of_another_model_is_refused(folder: Path) -> None:
    manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    if not manifest["calibration"]["encoder"]:
        pytest.skip("this model has no encoder")
    manifest["calibration"]["encoder"] = "another"
    (folder / MANIFEST).write_text(json.dumps(manifest), "utf-8")

    with pytest.raises(BrokenModelError, match="was fitted with another"):
        open_model(folder)


def test_a_manifest_that_is_no_manifest_is_refused(folder: Path) -> None:
    for content in ("", "[]", "{}", '{"version": 1, "sha256": "", "wide": ""}'):
        (folder / MANIFEST).write_text(content, "utf-8")
        with pytest.raises(BrokenModelError):
            open_model(folder)

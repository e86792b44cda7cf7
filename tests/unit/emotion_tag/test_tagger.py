"""The shipped model: exact, deterministic, never crashing, and right on what is plain."""

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.emotion_tag.adapters.cascade.model import MODELS, SHIPPED, open_model
from services.emotion_tag.adapters.wide.artefact import MANIFEST, WEIGHTS, BrokenModelError
from services.emotion_tag.domain.tag import MAX_EVIDENCE, EmotionTag, TextInput
from services.emotion_tag.domain.taxonomy import Emotion, Polarity

MAX_MODEL_BYTES = 25_000_000
TAGGER = open_model(SHIPPED)
PIECES = st.sampled_from(
    [
        "气死我了",
        "氣死我了",
        "not ",
        "bad ",
        "！！！",
        "😭",
        "[doge]",
        "👨‍👩‍👧",
        "ﷺ",
        "不",
        "哈" * 30,
        "@a ",
        "\ud83d",
    ]
)
ANY_TEXT = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=60),
    st.lists(PIECES, max_size=12).map("".join),
)


def tag(text: str) -> EmotionTag:
    [answer] = TAGGER.tag([TextInput(text)])
    return answer


@settings(max_examples=300, deadline=None)
@given(ANY_TEXT)
@example("")
@example(" \u200d\ufe0f")
@example("½" * 5000)
@example("\x00\uffff\ufffe\U0001ffff\U0010ffff")
def test_any_text_gets_an_answer_that_keeps_the_contract(text: str) -> None:
    answer = tag(text)

    assert sum(answer.scores) == pytest.approx(1, abs=1e-9)
    assert all(0 <= score <= 1 for score in answer.scores)
    assert answer.emotion is answer.ranked()[0][0]
    assert 0 <= answer.intensity <= 1
    assert 0 <= answer.confidence <= 1
    assert len(answer.evidence) <= MAX_EVIDENCE
    assert all(0 <= span.start < span.end <= len(text) for span in answer.evidence)
    assert sum(span.contribution for span in answer.evidence) <= 1 + 1e-5
    covered = [place for span in answer.evidence for place in range(span.start, span.end)]
    assert len(covered) == len(set(covered))
    if answer.emotion is Emotion.NEUTRAL:
        assert not answer.evidence


@settings(deadline=None)
@given(st.lists(ANY_TEXT, min_size=2, max_size=20))
def test_a_text_gets_the_same_answer_alone_and_in_a_batch(texts: list[str]) -> None:
    assert TAGGER.tag([TextInput(text) for text in texts]) == [tag(text) for text in texts]


@pytest.mark.parametrize(
    ("text", "emotion"),
    [
        ("谢谢客服，太感谢了", Emotion.GRATITUDE),
        ("Thank you so much!", Emotion.GRATITUDE),
        ("气死我了，什么垃圾店", Emotion.ANGER),
        ("氣死我了，什麼垃圾店", Emotion.ANGER),
        ("好害怕，吓死我了", Emotion.FEAR),
        ("太恶心了，想吐", Emotion.DISGUST),
        ("请问有L码吗", Emotion.NEUTRAL),
        ("收到货有点失望，和图片完全不一样", Emotion.DISAPPOINTMENT),
        ("被种草了，好想要", Emotion.ANTICIPATION),
        ("好难过，哭了一晚上", Emotion.SADNESS),
    ],
)
def test_what_is_plain_is_recognised(text: str, emotion: Emotion) -> None:
    assert tag(text).emotion is emotion


def test_the_script_of_a_text_changes_nothing_but_the_language() -> None:
    simplified, traditional = tag("这个质量太差了，气死我了！"), tag("這個質量太差了，氣死我了！")

    assert (simplified.language, traditional.language) == ("zh-Hans", "zh-Hant")
    assert simplified.scores == traditional.scores
    assert simplified.evidence == traditional.evidence


@pytest.mark.parametrize(
    ("text", "language"),
    [("你好", "zh-Hans"), ("請問", "zh-Hant"), ("hello", "en"), ("👍👍", "und"), ("123", "und")],
)
def test_the_language_is_recognised(text: str, language: str) -> None:
    assert tag(text).language == language


@pytest.mark.parametrize(
    "text",
    [
        "物流很快，質量超好，好喜歡",
        "客服不回消息！退款还要我出运费",
        "Love it! So happy, thank you",
    ],
)
def test_evidence_does_not_run_from_one_clause_into_the_next(text: str) -> None:
    said = [text[span.start : span.end] for span in tag(text).evidence]

    assert said
    assert not any(mark in piece for piece in said for mark in "，！!,")


def test_evidence_is_exact_around_characters_of_every_width() -> None:
    text = "👨‍👩‍👧ﬁne㎏👍🏽氣死我了😡！！！！！！"

    evidence = tag(text).evidence

    said = [text[span.start : span.end] for span in evidence]
    assert any("氣死" in piece for piece in said)
    assert evidence == tuple(sorted(evidence, key=lambda span: -span.contribution))


@pytest.mark.parametrize(
    ("text", "polarity"),
    [
        ("质量很好，非常喜欢，推荐购买", Polarity.POSITIVE),
        ("质量太差了，退货", Polarity.NEGATIVE),
        ("请问什么时候发货", Polarity.NEUTRAL),
    ],
)
def test_the_polarity_is_recognised(text: str, polarity: Polarity) -> None:
    assert tag(text).polarity is polarity


def test_shouting_is_stronger_than_saying() -> None:
    assert tag("太喜欢了！！！！！").intensity > tag("喜欢").intensity


def test_a_blank_text_is_neutral_and_unsure() -> None:
    for text in ("", "   ", "\u200d"):
        assert tag(text).emotion is Emotion.NEUTRAL
        assert tag(text).unsure
        assert tag(text).confidence == 0


@pytest.mark.parametrize("name", ["open", "research"])
def test_a_model_is_small_enough_to_be_shipped(name: str) -> None:
    assert sum(path.stat().st_size for path in (MODELS / name).iterdir()) <= MAX_MODEL_BYTES


def test_a_changed_model_is_refused(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED, tmp_path / "model")
    weights = tmp_path / "model" / WEIGHTS
    weights.write_bytes(weights.read_bytes() + b"\0")

    with pytest.raises(BrokenModelError, match="not the file"):
        open_model(tmp_path / "model")


def test_a_missing_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BrokenModelError, match="No readable model"):
        open_model(tmp_path)


def test_a_model_of_another_kind_is_refused(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED, tmp_path / "model")
    manifest = json.loads((SHIPPED / "manifest.json").read_text("utf-8"))
    del manifest["calibration"]["sharpening"]
    (tmp_path / "model" / "manifest.json").write_text(json.dumps(manifest), "utf-8")

    with pytest.raises(BrokenModelError, match="another kind"):
        open_model(tmp_path / "model")


def test_the_manifest_names_the_version_that_answers() -> None:
    manifest = json.loads((SHIPPED / MANIFEST).read_text("utf-8"))

    assert tag("好").model_version == TAGGER.version
    assert TAGGER.version.startswith(manifest["version"])

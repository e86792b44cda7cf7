"""The shipped encoders: exact in any batch, bounded, never crashing, and refused when broken."""

import json
import shutil
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from services.emotion_tag.adapters.cascade.model import MODELS
from services.emotion_tag.adapters.encoder.artefact import HEAD, MANIFEST, NETWORK, PIECES
from services.emotion_tag.adapters.encoder.encoder import OUTPUTS, Encoder
from services.emotion_tag.adapters.encoder.plain_text import PlainFolding
from services.emotion_tag.adapters.wide import artefact as wide_artefact
from services.emotion_tag.adapters.wide.artefact import BrokenModelError
from services.emotion_tag.domain.taxonomy import EMOTIONS, Emotion

FOLDER = MODELS / "open"
WIDE = wide_artefact.load(FOLDER)
ENCODER = Encoder.beside(WIDE, FOLDER)
TEXTS = [
    "",
    "质量很好，我很喜欢",
    "一点都不坑人，下次还来",
    "衣服收到就破了个洞，找客服也不理人，太气人了，再也不会来这家买东西了！！！",
    "请问有L码吗",
    "Great quality, I really like it.",
    "it broke after two days, what a waste of money",
    "好好好" * 400,
    "yyds",
    "😭😭😭",
]
CHINESE = np.array([False])


def read(texts: Sequence[str]) -> NDArray[np.float64]:
    return ENCODER.read(texts, np.zeros(len(texts), np.bool_))


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A copy of the encoder's files, to be spoilt."""
    for name in (NETWORK, PIECES, HEAD, MANIFEST):
        shutil.copy(FOLDER / name, tmp_path)
    return tmp_path


def test_a_text_gets_the_same_scores_alone_and_in_any_batch() -> None:
    alone = np.concatenate([read([text]) for text in TEXTS])

    batches = [read(TEXTS), read(TEXTS[::-1])[::-1], read(TEXTS * 7)[-len(TEXTS) :]]

    for batch in batches:
        np.testing.assert_array_equal(batch, alone)


def test_two_encoders_of_the_same_files_agree_to_the_last_bit() -> None:
    other = Encoder.beside(WIDE, FOLDER)

    np.testing.assert_array_equal(other.read(TEXTS, np.zeros(len(TEXTS), np.bool_)), read(TEXTS))


@pytest.mark.parametrize(
    ("simplified", "traditional"),
    [
        ("质量很好，我很喜欢", "質量很好，我很喜歡"),
        ("和图片完全不一样，失望", "和圖片完全不一樣，失望"),
        ("谢谢客服耐心解答", "謝謝客服耐心解答"),
    ],
)
def test_traditional_characters_score_as_simplified_ones(simplified: str, traditional: str) -> None:
    np.testing.assert_array_equal(read([traditional]), read([simplified]))


def test_full_width_letters_links_names_and_long_runs_do_not_matter() -> None:
    plain = "ok http @ 太好了!!!"

    np.testing.assert_array_equal(
        read(["ＯＫ https://a.example/b?c=d @小明 太好了！！！！！！！"]), read([plain])
    )


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=80))
@example("\ud800\udfff\x00￾￿\U0010ffff")
@example("\n\r\t\x0b \u200d\ufe0f\u202e")
@example("<s></s><unk><pad>▁▁")
def test_any_text_gets_finite_scores(text: str) -> None:
    scores = read([text])

    assert scores.shape == (1, OUTPUTS)
    assert np.isfinite(scores).all()


def test_no_texts_get_no_scores() -> None:
    assert read([]).shape == (0, OUTPUTS)


def test_a_long_text_is_read_at_both_ends_in_bounded_time() -> None:
    began = time.perf_counter()
    scores = read(
        ["太棒了！" + "一般般吧。" * 990 + "太差了！", "太棒了！" + "一般般吧。" * 500 + "太差了！"]
    )
    took = time.perf_counter() - began

    np.testing.assert_array_equal(scores[0], scores[1])
    assert took < 2


def test_english_has_a_bias_of_its_own() -> None:
    texts = ["ok"] * 2

    zh, en = ENCODER.read(texts, np.array([False, True]))

    assert not np.array_equal(zh, en)


@pytest.mark.parametrize("name", ["open", "research"])
@pytest.mark.parametrize(
    ("text", "emotion", "positive"),
    [
        ("收到货太开心啦哈哈", Emotion.JOY, True),
        ("谢谢客服耐心解答", Emotion.GRATITUDE, True),
        ("什么破店，退钱！", Emotion.ANGER, False),
        ("好担心用了会过敏", Emotion.FEAR, False),
        ("What a scam, give me my money back!", Emotion.ANGER, False),
        ("I can't wait for the restock.", Emotion.ANTICIPATION, True),
    ],
)
def test_what_is_plain_is_read_rightly(
    name: str, text: str, emotion: Emotion, positive: bool
) -> None:
    encoder = Encoder.beside(wide_artefact.load(MODELS / name), MODELS / name)

    [scores] = encoder.read([text], np.array([text.isascii()]))

    assert EMOTIONS[scores[: len(EMOTIONS)].argmax()] is emotion
    assert (scores[len(EMOTIONS)] > 0) is np.bool_(positive)


def test_files_that_are_not_those_of_the_manifest_are_refused(broken: Path) -> None:
    (broken / NETWORK).write_bytes((broken / NETWORK).read_bytes()[:-1] + b"x")

    with pytest.raises(BrokenModelError, match=NETWORK):
        Encoder.beside(WIDE, broken)


@pytest.mark.parametrize("name", [NETWORK, PIECES, HEAD, MANIFEST])
def test_a_missing_file_is_named(broken: Path, name: str) -> None:
    (broken / name).unlink()

    with pytest.raises(BrokenModelError, match=name):
        Encoder.beside(WIDE, broken)


def test_a_manifest_of_another_kind_is_refused(broken: Path) -> None:
    (broken / MANIFEST).write_text(json.dumps({"version": "1"}))

    with pytest.raises(BrokenModelError, match="another kind"):
        Encoder.beside(WIDE, broken)


def test_an_encoder_that_learned_with_another_folding_is_refused(broken: Path) -> None:
    manifest = json.loads((broken / MANIFEST).read_text("utf-8"))
    (broken / MANIFEST).write_text(json.dumps({**manifest, "folding": "other"}))

    with pytest.raises(BrokenModelError, match="folded otherwise"):
        Encoder.beside(WIDE, broken)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("這個東西真好用", "这个东西真好用"),
        ("ＯＫ　ｆｉｎｅ", "ok fine"),
        ("哈哈哈哈哈哈", "哈哈哈"),
        ("…………", "..."),
        ("看 https://a.example/x 啊", "看 http 啊"),
        ("回复@某人:好", "回复 @ 好"),
        ("好[doge]", "好[doge]"),
        ("\ud83d\x00\ufeff", ""),
    ],
)
def test_text_is_folded_into_what_the_pieces_are_made_for(text: str, folded: str) -> None:
    folding = PlainFolding(WIDE.fold_source, WIDE.fold_target, WIDE.expansions)

    assert folding.fold(text) == folded

"""The language of a text, told from its characters alone."""

import re
from unicodedata import name

import pytest

from services.emotion_tag.adapters.cascade.model import SHIPPED
from services.emotion_tag.adapters.wide.artefact import load
from services.emotion_tag.adapters.wide.letter_words import LETTER_WORDS
from services.emotion_tag.adapters.wide.script import ScriptDetector
from services.emotion_tag.domain.scripts import HAN

MODEL = load(SHIPPED)
SCRIPTS = ScriptDetector(MODEL.simplified_only, MODEL.traditional_only)


@pytest.mark.parametrize(
    "text",
    [
        "좋아요",
        "너무 좋아요!!",
        "iPhone 너무 좋아요",
        "好 너무 좋아요",
        "かわいい",
        "可愛いですね",
        "今日は楽しかった",
        "ｶﾜｲｲ",
        "สวยมาก",
        "جميل جدا",
        "Очень хорошо",
        "ꀀꀁ",
        "\ue000",
        "666",
        "😭😭",
        "！！！",
        "@小明 [doge]",
        "",
    ],
)
def test_what_is_neither_chinese_nor_english_is_in_no_language_we_know(text: str) -> None:
    assert SCRIPTS.language_of(text) == "und"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("好の味道", "zh-Hans"),
        ("好看ヽ(✿ﾟ▽ﾟ)ノ", "zh-Hans"),
        ("太好笑了ㅋㅋㅋㅋㅋㅋ", "zh-Hans"),
        ("喜歡 (*´Д`)", "zh-Hant"),
        ("\uf900\ufa0e", "zh-Hans"),
        ("\U00020000", "zh-Hans"),
        ("nice ヽ(・∀・)ノ", "en"),
        ("café", "en"),
    ],
)
def test_a_few_letters_of_another_script_do_not_change_the_language(
    text: str, language: str
) -> None:
    assert SCRIPTS.language_of(text) == language


@pytest.mark.parametrize("word", sorted(LETTER_WORDS))
def test_letter_words_are_chinese(word: str) -> None:
    texts = [word, word.upper(), f"{word}！", f"{word} {word} 666", f"@bob {word} [doge]"]

    assert {SCRIPTS.language_of(text) for text in texts} == {"zh-Hans"}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("yyds yyds yyds yyds 绝", "zh-Hans"),
        ("yyds yyds yyds yyds 絕讚", "zh-Hant"),
        ("yyds, this lipstick", "en"),
        ("yydsx", "en"),
        ("emo", "en"),
        ("emo了", "zh-Hans"),
    ],
)
def test_one_other_word_makes_letter_words_what_their_neighbours_are(
    text: str, language: str
) -> None:
    assert SCRIPTS.language_of(text) == language


def test_the_range_of_chinese_characters_has_none_of_another_script() -> None:
    inside = re.findall(f"[{HAN}]", "".join(map(chr, range(0x110000))))
    names = {name(character, "CJK") for character in inside}  # some are newer than the interpreter

    assert {one for one in names if not one.startswith("CJK")} == {
        "IDEOGRAPHIC ITERATION MARK",
        "IDEOGRAPHIC NUMBER ZERO",
    }

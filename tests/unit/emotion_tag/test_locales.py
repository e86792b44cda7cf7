"""Locales: those that come with the service, and one that somebody adds."""

from dataclasses import replace
from pathlib import Path

import pytest

from services.emotion_tag.adapters.by_locale import ByLocale
from services.emotion_tag.adapters.cascade.model import SHIPPED, open_model, shipped
from services.emotion_tag.adapters.locales import BrokenLocaleError, load_locales
from services.emotion_tag.domain.alert_counts import Family
from services.emotion_tag.domain.aspect import ASPECT_NAMES, ASPECTS, Aspect
from services.emotion_tag.domain.locale import Locale, Softening, as_spoken
from services.emotion_tag.domain.tag import TextInput
from services.emotion_tag.domain.taxonomy import EMOTIONS, TAXONOMY, Emotion

HONG_KONG = """
locale = "zh-HK"
extends = "zh-Hant"
lexicons = ["words/hong-kong.toml"]

[emotions]
like = "鍾意"

[alerts]
sad = "失望嘅人多咗"
about = "{alert}，多數因為{aspect}"

[thresholds]
unsure_below = 0.99
aspect_confidence = 0.1

[[soften]]
emotion = "anger"
becomes = "disappointment"
share = 1.0
"""
WORDS = """
[price]
for = ["抵買"]
against = ["揾笨"]
"""


def folder_with(path: Path, locale: str, words: str = WORDS) -> Path:
    """A folder with one locale and its list of words."""
    (path / "words").mkdir()
    (path / "hong-kong.toml").write_text(locale, "utf-8")
    (path / "words" / "hong-kong.toml").write_text(words, "utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "attribute"), [("zh-Hans", "zh_hans"), ("zh-Hant", "zh_hant"), ("en", "en")]
)
def test_what_is_shipped_says_what_the_taxonomy_says(name: str, attribute: str) -> None:
    locale = load_locales()[0].named(name)

    assert locale is not None
    assert not locale.changes_answers
    for emotion in EMOTIONS:
        assert locale.emotion_names[emotion] == getattr(TAXONOMY[emotion].name, attribute)
        assert locale.examples[emotion] == getattr(TAXONOMY[emotion].example, attribute)
    for aspect in ASPECTS:
        assert locale.aspect_names[aspect] == getattr(ASPECT_NAMES[aspect], attribute)


@pytest.mark.parametrize(
    ("name", "angry", "late"),
    [
        ("zh-Hans", "愤怒的人变多", "失望难过的人变多，多半因为物流"),
        ("zh-Hant", "憤怒的人變多", "失望難過的人變多，多半因為物流"),
        (
            "en",
            "more people are angry",
            "more people are sad or disappointed, probably about delivery",
        ),
    ],
)
def test_an_alert_is_said_in_one_line(name: str, angry: str, late: str) -> None:
    locale = load_locales()[0].named(name)

    assert locale is not None
    assert locale.headline(Family.ANGRY, None) == angry
    assert locale.headline(Family.SAD, Aspect.LOGISTICS) == late


@pytest.mark.parametrize(
    ("asked", "language", "served"),
    [
        ("", "zh-Hant", "zh-Hant"),
        ("", "en", "en"),
        ("", "und", "zh-Hans"),
        ("zh-hk", "en", "zh-Hant"),
        ("zh-TW", "und", "zh-Hant"),
        ("zh-Hans-CN", "en", "zh-Hans"),
        ("zh", "en", "zh-Hans"),
        ("en-SG", "zh-Hans", "en"),
        ("fr-CA", "en", "en"),
    ],
)
def test_a_text_is_read_by_the_nearest_locale(asked: str, language: str, served: str) -> None:
    assert load_locales()[0].of(asked, language).name == served


def test_a_locale_is_added_by_a_file(tmp_path: Path) -> None:
    model = open_model(SHIPPED, folder_with(tmp_path, HONG_KONG))
    tagger = ByLocale(model, model.locales)
    text = "氣死我了，垃圾賣家，呢件真係抵買"

    here = tagger.tag([TextInput(text, locale="zh-HK")])[0]
    there = tagger.tag([TextInput(text, locale="zh-TW")])[0]

    assert (here.locale, there.locale) == ("zh-HK", "zh-Hant")
    assert (here.emotion, there.emotion) == (Emotion.DISAPPOINTMENT, Emotion.ANGER)
    assert sum(here.scores) == pytest.approx(1)
    assert here.unsure
    assert "price" in {one.aspect for one in here.aspects}
    assert "price" not in {one.aspect for one in there.aspects}
    locale = model.locales.named("zh-HK")
    assert locale is not None
    assert locale.emotion_names[Emotion.LIKE] == "鍾意"
    assert locale.emotion_names[Emotion.JOY] == "喜悅"
    assert locale.headline(Family.SAD, Aspect.PRICE) == "失望嘅人多咗，多數因為價格"
    assert locale.headline(Family.FEAR, None) == "擔心害怕的人變多"


def test_a_strong_feeling_is_not_softened() -> None:
    rule = Softening(
        emotion=Emotion.ANGER, becomes=Emotion.DISAPPOINTMENT, share=1.0, below_intensity=0.4
    )
    tag = shipped().tag([TextInput("气死我了，垃圾卖家")])[0]
    locale = replace(load_locales()[0].all[0], softenings=(rule,))

    assert as_spoken(replace(tag, intensity=0.5), locale).emotion is Emotion.ANGER
    assert as_spoken(replace(tag, intensity=0.3), locale).emotion is Emotion.DISAPPOINTMENT


def test_a_locale_without_rules_leaves_a_tag_as_it_is() -> None:
    tag = shipped().tag([TextInput("气死我了")])[0]
    locale: Locale = load_locales()[0].all[0]

    assert as_spoken(tag, locale) is tag


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (HONG_KONG.replace("words/hong-kong", "nowhere"), "no list of words nowhere.toml"),
        (HONG_KONG.replace('"zh-Hant"', '"yue"'), "extends yue, which there is not"),
        (HONG_KONG.replace('"zh-Hant"', '"zh-HK"'), "which extends it"),
        (HONG_KONG.replace("like =", "love ="), "emotions"),
        (HONG_KONG.replace("0.99", "1.5"), "thresholds.unsure_below"),
        (HONG_KONG.replace("{alert}", "alert"), "alerts.about: .*once each"),
        (HONG_KONG.replace("sad =", "glad ="), "alerts.glad"),
        (HONG_KONG.replace('"disappointment"', '"joy"'), "would turn its polarity"),
        (HONG_KONG.replace('extends = "zh-Hant"', ""), "lacks joy"),
        (HONG_KONG.replace('locale = "zh-HK"', 'locale = "z"'), "locale"),
        (HONG_KONG + "\n[colours]\nred = 1\n", "colours"),
        ("locale = ", "cannot be read"),
    ],
)
def test_a_broken_locale_says_what_is_wrong(tmp_path: Path, content: str, fault: str) -> None:
    folder = folder_with(tmp_path, content)

    with pytest.raises(BrokenLocaleError, match=fault) as failure:
        load_locales(folder)

    assert str(folder / "hong-kong.toml") in str(failure.value)


def test_a_broken_list_of_words_is_named(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, HONG_KONG, words="[prize]")

    with pytest.raises(BrokenLocaleError, match=r"words.hong-kong.toml: \[prize\]"):
        load_locales(folder)


def test_two_locales_may_not_serve_the_same(tmp_path: Path) -> None:
    folder_with(tmp_path, HONG_KONG.replace("lexicons", 'serves = ["zh-MO"]\nlexicons'))

    with pytest.raises(BrokenLocaleError, match="serves zh-MO already"):
        load_locales(tmp_path)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BrokenLocaleError, match="is no folder"):
        load_locales(tmp_path / "nowhere")

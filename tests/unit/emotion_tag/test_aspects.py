"""What of a thing a text talks about, found with the shipped words and the shipped model."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.emotion_tag.adapters.aspects.lexicon import BrokenLexiconError, read_lexicon
from services.emotion_tag.adapters.cascade.model import shipped
from services.emotion_tag.domain.aspect import ASPECTS
from services.emotion_tag.domain.tag import TextInput
from services.emotion_tag.training.evaluate_aspects import Counts, answers, own

TAGGER = shipped()


def found(text: str, locale: str = "") -> dict[str, str]:
    tag = TAGGER.tag([TextInput(text, locale=locale)])[0]
    return {one.aspect: one.polarity for one in tag.aspects}


@pytest.mark.parametrize(
    ("text", "aspects"),
    [
        ("太贵了", {"price": "negative"}),
        ("太貴了", {"price": "negative"}),
        ("发货慢", {"logistics": "negative"}),
        ("出貨慢", {"logistics": "negative"}),
        ("穿上很勒", {"size": "negative"}),
        ("颜色好看，就是质量太差了", {"look": "positive", "quality": "negative"}),
        ("包装好价格便宜", {"packaging": "positive", "price": "positive"}),
        ("一点都不贵", {"price": "positive"}),
        ("质量不是不好", {"quality": "positive"}),
        ("噪音大", {"effect": "negative"}),
        ("噪音很小", {"effect": "positive"}),
        ("漂亮的颜色", {"look": "positive"}),
        ("质量一般", {"quality": "neutral"}),
        ("多少钱？", {"price": "neutral"}),
        ("有便宜的吗", {"price": "neutral"}),
        ("为什么这么贵？", {"price": "negative"}),
        ("主播好漂亮", {}),
        ("哈哈哈哈", {}),
        ("尊贵的客人", {}),
        ("价格实惠，后来价格贵", {"price": "mixed"}),
        (
            "shipping was slow but the color is lovely",
            {"logistics": "negative", "look": "positive"},
        ),
        ("not expensive at all", {"price": "positive"}),
        ("It doesn’t work", {"effect": "negative"}),
        ("expensively", {}),
    ],
)
def test_what_is_said_of_which_aspect(text: str, aspects: dict[str, str]) -> None:
    assert found(text) == aspects


def test_the_words_that_name_it_are_shown_in_the_text_as_it_was_sent() -> None:
    text = "😀ﬁne ２件，發貨真的太慢了"

    tag = TAGGER.tag([TextInput(text)])[0]

    assert [text[one.start : one.end] for one in tag.aspects] == ["發貨真的太慢"]


def test_a_locale_reads_with_its_own_words_only() -> None:
    (locale,) = (one for one in TAGGER.locales.all if one.name == "en")

    assert locale.lexicons
    assert found("太贵了", "en") == found("太贵了", "zh-Hans") == {"price": "negative"}


def test_own_comments_of_the_half_that_was_tuned_on_stay_found() -> None:
    examples = [one for one in own() if one.half == "dev"]
    counts = Counts()

    for example, tag in zip(examples, answers(examples, TAGGER), strict=True):
        counts.add(example.aspects, {one.aspect: one.polarity for one in tag.aspects})

    assert counts.f1(counts.both) >= 0.93
    assert counts.f1(counts.same_polarity) >= 0.90


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.text(alphabet="太贵便宜质量好差不没快递慢，。？ abt'\ud800😀", max_size=30), max_size=4
    )
)
def test_spans_lie_in_the_text_and_a_batch_changes_nothing(texts: list[str]) -> None:
    together = TAGGER.tag([TextInput(text) for text in texts])

    for text, tag in zip(texts, together, strict=True):
        assert tag.aspects == TAGGER.tag([TextInput(text)])[0].aspects
        assert all(0 <= one.start < one.end <= len(text) for one in tag.aspects)
        assert all(0 <= one.confidence <= 1 for one in tag.aspects)
        assert len({one.aspect for one in tag.aspects}) == len(tag.aspects) <= len(ASPECTS)
        assert [one.start for one in tag.aspects] == sorted(one.start for one in tag.aspects)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("[prize]\nnames = ['x']", "prize"),
        ("[price]\nname = ['x']", "name"),
        ("[price]\nnames = 'x'", "no list"),
        ("[price]\nnames = ['']", "1 to 40 characters"),
        ("[price.opinion]\nnames = ['x']", "names"),
        ("[turning]\nnegator = ['x']", "negator"),
        ("price = 1", "no table"),
        ("", "0 words"),
        ("[", "cannot be read"),
    ],
)
def test_a_broken_list_of_words_says_what_is_wrong(
    tmp_path: Path, content: str, fault: str
) -> None:
    path = tmp_path / "words.toml"
    path.write_text(content)

    with pytest.raises(BrokenLexiconError, match=fault) as failure:
        read_lexicon(path)

    assert str(path) in str(failure.value)

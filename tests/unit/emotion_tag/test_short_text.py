"""One short text, read in plain Python, has the symbols and grams that arrays would give it."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.emotion_tag.adapters.cascade.model import SHIPPED
from services.emotion_tag.adapters.wide.artefact import load
from services.emotion_tag.adapters.wide.folding import Folding
from services.emotion_tag.adapters.wide.grams import GramMaker
from services.emotion_tag.adapters.wide.short_text import LONGEST, ShortTexts

TABLE = [getattr(load(SHIPPED), part) for part in ("fold_source", "fold_target", "expansions")]
FOLDING, GRAMS, SHORT = Folding(*TABLE), GramMaker(), ShortTexts(*TABLE)
PIECES = st.sampled_from(
    [
        "不",
        "没",
        "但",
        "可惜",
        "not ",
        "but ",
        "don't ",
        "“",
        "”",
        "?",
        "，",
        "好",
        "用",
        " ",
        "a",
        "1",
    ]
)


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.text(st.characters(exclude_categories=()), max_size=LONGEST),
        st.lists(PIECES, max_size=LONGEST // 6).map("".join),
    )
)
@example("")
@example("不?没不不没好用？？")
@example("n't isn't a but b “c d” e")
@example("\ud83d\uffffﷺ½哈哈哈哈")
def test_it_is_the_same_as_in_a_batch(text: str) -> None:
    if not SHORT.takes(text):
        return
    read = SHORT.read(text)
    symbols, grams = read.symbols(), read.grams
    known_symbols = FOLDING.fold([text])
    known = GRAMS.make(known_symbols)

    assert read.folded == known_symbols.written()
    assert symbols.codes.tolist() == known_symbols.codes.tolist()
    assert symbols.origin.tolist() == known_symbols.origin.tolist()
    assert sorted(zip(grams.hashes, *grams.covered(), strict=True)) == sorted(
        zip(known.hashes, known.first, known.last, strict=True)
    )


@pytest.mark.parametrize("text", ["好" * (LONGEST + 1), "@小明 好", "[doge]", "https://a.example"])
def test_what_is_long_or_folded_whole_is_left_to_arrays(text: str) -> None:
    assert not SHORT.takes(text)

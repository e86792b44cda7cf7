"""Text that says the same folds to the same symbols, and every symbol knows where it came from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.emotion_tag.adapters.cascade.model import SHIPPED
from services.emotion_tag.adapters.wide.artefact import load
from services.emotion_tag.adapters.wide.folding import (
    CODE_POINTS,
    EMOTE_BASE,
    END,
    LINK,
    LONGEST_RUN,
    MENTION,
    Folding,
)

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=40)


@pytest.fixture(scope="module")
def folding() -> Folding:
    artefact = load(SHIPPED)
    return Folding(artefact.fold_source, artefact.fold_target, artefact.expansions)


def shown(folding: Folding, text: str) -> str:
    """The symbols of one text, those that stand for a whole piece as a name."""
    names = {LINK: "<link>", MENTION: "<mention>"}
    return "".join(
        names.get(int(code)) or (chr(code) if code < CODE_POINTS else "<emote>")
        for code in folding.fold([text]).codes[:-1]
    )


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("這個東西真好用", "这个东西真好用"),
        ("ＡＢＣ　１２３！", "abc 123!"),
        ("Café CAFÉ cafe\u0301", "cafe cafe cafe"),
        ("ﬁne ㎏", "fine kg"),
        ("👍🏽 ❤️ 👨‍👩‍👧", "👍 ❤ 👨👩👧"),
        ("哈哈哈哈哈哈", "哈" * LONGEST_RUN),
        ("a   b\n\tc", "a b c"),
        ("[doge][DOGE]", "<emote><emote>"),
        ("@小明 看 https://a.example/b?c=d。", "<mention> 看 <link>。"),
        ("", ""),
        ("\ud800x\x00", "x"),
    ],
)
def test_text_that_says_the_same_folds_to_the_same(
    folding: Folding, text: str, folded: str
) -> None:
    assert shown(folding, text) == folded


def test_an_emote_is_one_symbol_that_depends_on_its_name(folding: Folding) -> None:
    doge, heart, traditional = (
        int(folding.fold([text]).codes[0]) for text in ("[doge]", "[爱心]", "[愛心]")
    )

    assert doge != heart == traditional
    assert min(doge, heart) >= EMOTE_BASE


@given(st.lists(ANY_TEXT, min_size=1, max_size=6))
def test_texts_fold_alone_as_they_fold_together(texts: list[str]) -> None:
    artefact = load(SHIPPED)
    folding = Folding(artefact.fold_source, artefact.fold_target, artefact.expansions)

    together = folding.fold(texts)

    alone = [folding.fold([text]) for text in texts]
    assert together.codes.tolist() == [code for one in alone for code in one.codes.tolist()]
    assert len(together.ends) == len(texts)
    assert all(together.codes[end] == END for end in together.ends)
    starts = [0, *(together.ends[:-1] + 1)]
    for number, one in enumerate(alone):
        origin = together.origin[starts[number] : together.ends[number] + 1]
        assert (origin - together.offsets[number]).tolist() == one.origin.tolist()
        assert one.origin[-1] == len(texts[number])

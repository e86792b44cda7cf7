"""What may be published."""

import pytest

from services.chassis.kernel.errors import InvalidField
from services.community.domain.texts import check_item_id, clean_body, clean_title


def body(text: str, longest: int = 10) -> str:
    return clean_body(text, longest=longest)


def test_a_body_is_trimmed_and_has_one_kind_of_line_break() -> None:
    assert body(" \r\n a\r\nb\rc\u2028d \u3000") == "a\nb\nc\nd"


def test_length_counts_characters_after_trimming() -> None:
    assert body(" " + "好" * 10 + " ") == "好" * 10
    assert body("😀" * 10) == "😀" * 10

    with pytest.raises(InvalidField) as refused:
        body("好" * 11)
    assert (refused.value.field, refused.value.rule) == ("body", "body.length")


@pytest.mark.parametrize(
    "text", ["", "   ", "\n\t", "\u3000\u2003", "\u200b\u200d", "\ufeff \u2060"]
)
def test_a_body_that_shows_nothing_is_refused(text: str) -> None:
    with pytest.raises(InvalidField) as refused:
        body(text)
    assert refused.value.rule == "body.visible"


@pytest.mark.parametrize("text", ["a\x00b", "a\x1b[31mb", "a\x7fb", "a\x9bb", "a\ud800b"])
def test_control_characters_are_refused(text: str) -> None:
    with pytest.raises(InvalidField) as refused:
        body(text)
    assert refused.value.rule == "body.control"


def test_layout_and_joined_emoji_are_kept() -> None:
    assert body("a\n\tb") == "a\n\tb"
    assert body("👩‍👩‍👧") == "👩‍👩‍👧"


def test_a_title_is_one_line_and_may_be_empty() -> None:
    assert clean_title("  ", longest=3) == ""
    assert clean_title(" 好吃 ", longest=3) == "好吃"
    for text in ("a\nb", "a\tb"):
        with pytest.raises(InvalidField):
            clean_title(text, longest=3)
    with pytest.raises(InvalidField):
        clean_title("abcd", longest=3)


@pytest.mark.parametrize("item_id", ["", " a", "a ", "a\nb", "a" * 5, "\x00"])
def test_an_item_id_of_another_form_is_refused(item_id: str) -> None:
    with pytest.raises(InvalidField) as refused:
        check_item_id(item_id, field="item_ids[0]", longest=4)
    assert refused.value.field == "item_ids[0]"

"""Page tokens are good for one list and one key."""

from struct import Struct
from uuid import UUID

import pytest

from services.chassis.kernel.errors import Invalid
from services.chassis.rpc.page_tokens import PageTokens, page_size

FORM = Struct(">q")
LAST = UUID(int=7)


class BadPageToken(Invalid):
    reason = "BAD_PAGE_TOKEN"


TOKENS = PageTokens(BadPageToken, "key")
TOKEN = TOKENS.seal("feed", b"position")


def test_a_token_gives_back_its_position() -> None:
    assert TOKENS.open("feed", TOKEN) == b"position"
    assert PageTokens(BadPageToken, "key").open("feed", TOKEN) == b"position"


def test_a_token_of_another_list_or_key_is_refused() -> None:
    with pytest.raises(BadPageToken):
        TOKENS.open("comments", TOKEN)
    with pytest.raises(BadPageToken):
        PageTokens(BadPageToken, "another").open("feed", TOKEN)
    with pytest.raises(BadPageToken):
        PageTokens(BadPageToken).open("feed", TOKEN)


@pytest.mark.parametrize("at", range(len(TOKEN)))
def test_a_token_changed_in_any_place_is_refused(at: int) -> None:
    other = "A" if TOKEN[at] != "A" else "B"

    with pytest.raises(BadPageToken):
        TOKENS.open("feed", TOKEN[:at] + other + TOKEN[at + 1 :])


@pytest.mark.parametrize("token", ["x", "====", "好", "AAAA", "\x00", TOKEN[:-4], TOKEN + "AAAA"])
def test_what_was_never_a_token_is_refused(token: str) -> None:
    with pytest.raises(BadPageToken):
        TOKENS.open("feed", token)
    with pytest.raises(BadPageToken):
        TOKENS.after("feed", token)


def test_a_position_of_another_form_is_refused() -> None:
    assert TOKENS.unpack("feed", TOKENS.seal("feed", FORM.pack(3)), FORM) == (3,)
    with pytest.raises(BadPageToken):
        TOKENS.unpack("feed", TOKENS.seal("feed", b"three"), FORM)
    with pytest.raises(BadPageToken):
        TOKENS.after("feed", TOKENS.seal("feed", FORM.pack(3)))


def test_a_page_follows_the_last_row_of_the_page_before() -> None:
    token = TOKENS.following("feed", ["a", "b"], 2, LAST)

    assert TOKENS.after("feed", token) == LAST


def test_the_first_page_has_no_token_and_the_last_one_gives_none() -> None:
    assert TOKENS.after("feed", "") is None
    assert TOKENS.following("feed", ["a"], 2, LAST) == ""
    assert TOKENS.following("feed", [], 2, None) == ""


def test_a_page_is_as_long_as_asked_or_as_usual() -> None:
    assert page_size(7, 20) == 7
    assert page_size(0, 20) == 20

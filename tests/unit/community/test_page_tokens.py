"""Page tokens are good for one list, one owner, one key."""

from uuid import UUID, uuid4

import pytest

from services.community.domain.errors import BadPageToken
from services.community.entrypoints.page_tokens import PageTokens

ME = UUID(int=7)
TOKENS = PageTokens("key")
TOKEN = TOKENS.seal("feed", ME, b"position")


def test_a_token_gives_back_its_position() -> None:
    assert TOKENS.open("feed", ME, TOKEN) == b"position"
    assert PageTokens("key").open("feed", ME, TOKEN) == b"position"


def test_a_token_of_another_list_owner_or_key_is_refused() -> None:
    with pytest.raises(BadPageToken):
        TOKENS.open("comments", ME, TOKEN)
    with pytest.raises(BadPageToken):
        TOKENS.open("feed", uuid4(), TOKEN)
    with pytest.raises(BadPageToken):
        PageTokens("another").open("feed", ME, TOKEN)


@pytest.mark.parametrize("at", range(len(TOKEN)))
def test_a_token_changed_in_any_place_is_refused(at: int) -> None:
    other = "A" if TOKEN[at] != "A" else "B"

    with pytest.raises(BadPageToken):
        TOKENS.open("feed", ME, TOKEN[:at] + other + TOKEN[at + 1 :])


@pytest.mark.parametrize("token", ["x", "====", "好", "AAAA", "\x00", TOKEN[:-4], TOKEN + "AAAA"])
def test_what_was_never_a_token_is_refused(token: str) -> None:
    with pytest.raises(BadPageToken):
        TOKENS.open("feed", ME, token)

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.recommendation.domain.behavior import Kind
from services.recommendation.domain.errors import BadPageToken
from services.recommendation.domain.item import Standing
from services.recommendation.domain.listing import Wanted
from services.recommendation.domain.pages import Shown
from services.recommendation.domain.words import Scene, Signal
from tests.support.fake_recommendation import (
    NOW,
    a_deed,
    a_model,
    a_mood,
    a_person,
    a_shelf,
    an_item,
    ids,
    listed,
)


def praised(*numbers: int) -> dict[str, Standing]:
    standing = Standing(positive=20, words=20, valence=16, mention_count=20, as_of=NOW)
    return {f"i{number:03}": standing for number in numbers}


def test_equal_input_gives_an_equal_answer() -> None:
    shelf = a_shelf(standings=praised(4, 9))
    person = a_person(a_deed("i003", Kind.LIKE), mood=a_mood(-0.7))

    answers = [listed(shelf, person, fitted=a_model(shelf)) for _ in range(2)]

    assert answers[0] == answers[1]


def test_scores_never_rise_within_a_list() -> None:
    shelf = a_shelf(standings=praised(4, 9))
    scores = [entry.score for entry in listed(shelf, a_person(a_deed("i003"))).entries]

    assert scores == sorted(scores, reverse=True)


@given(st.integers(0, 59), st.integers(0, 59))
def test_a_liked_tag_raises_an_item(liked: int, other: int) -> None:
    if liked == other:
        return
    shelf = a_shelf(tags={liked: ["oolong"], other: ["oolong"]})
    everything = Wanted(size=60)

    before = ids(listed(shelf, a_person(), wanted=everything))
    after = ids(listed(shelf, a_person(a_deed(f"i{liked:03}", Kind.LIKE)), wanted=everything))

    assert after.index(f"i{other:03}") <= before.index(f"i{other:03}") or after.index(
        f"i{other:03}"
    ) < sum(1 for at in range(60) if at % 5 == liked % 5)


def test_a_disliked_category_sinks() -> None:
    shelf = a_shelf()
    everything = Wanted(size=60)

    after = ids(listed(shelf, a_person(a_deed("i002", Kind.DISLIKE)), wanted=everything))

    last = {int(item_id[1:]) % 5 for item_id in after[-5:]}
    assert last == {2}


@given(
    st.frozensets(st.integers(0, 4).map(lambda n: f"c{n}")),
    st.frozensets(st.integers(0, 59).map(lambda n: f"i{n:03}"), max_size=20),
    st.integers(0, 6000),
)
def test_what_is_filtered_is_never_listed(
    categories: frozenset[str], left_out: frozenset[str], most: int
) -> None:
    shelf = a_shelf().with_items([replace(an_item(7), is_unavailable=True, version=2)])
    wanted = Wanted(size=60, categories=categories, left_out=left_out, max_price_minor=most)

    for entry in listed(shelf, a_person(a_deed("i001")), wanted=wanted).entries:
        assert not categories or entry.item.category in categories
        assert entry.item.item_id not in left_out
        assert most == 0 or (entry.item.price and entry.item.price.amount_minor <= most)
        assert not entry.item.is_unavailable


def test_what_was_bought_lately_is_left_out_and_a_habit_is_not() -> None:
    once = a_person(a_deed("i001", Kind.PURCHASE, days_ago=5))
    habit = a_person(
        a_deed("i001", Kind.PURCHASE, days_ago=5), a_deed("i001", Kind.PURCHASE, days_ago=12)
    )
    long_ago = a_person(a_deed("i001", Kind.PURCHASE, days_ago=40))
    sent_back = a_person(a_deed("i001", Kind.RETURN, days_ago=40))

    assert once.left_out(NOW) == sent_back.left_out(NOW) == {"i001"}
    assert habit.left_out(NOW) == long_ago.left_out(NOW) == set()


def test_shares_of_reasons_are_true_parts() -> None:
    shelf = a_shelf(standings=praised(3, 8))
    person = a_person(a_deed("i013", Kind.LIKE), mood=a_mood(-0.8))

    for entry in listed(shelf, person, fitted=a_model(shelf)).entries:
        shares = [reason.share for reason in entry.reasons]
        assert 1 <= len(shares) <= 3
        assert shares == sorted(shares, reverse=True)
        assert sum(shares) <= 1 + 1e-6
        assert all(reason.zh and reason.en for reason in entry.reasons)


def test_a_reason_names_what_the_person_did() -> None:
    shelf = a_shelf()
    first = listed(shelf, a_person(a_deed("i003", Kind.PURCHASE))).entries[0]

    (reason,) = [one for one in first.reasons if one.signal is Signal.RECENT_BEHAVIOR]
    assert first.item.category == "c3"
    assert reason.item_id == "i003"
    assert reason.zh == "因为你最近买过「Item 3」"
    assert reason.en == "Because you bought “Item 3”"


def test_a_low_mood_brings_what_is_familiar_and_praised() -> None:
    shelf = a_shelf(standings=praised(3, 4))
    deeds = [a_deed("i013", Kind.LIKE), a_deed("i023", Kind.LIKE)]

    calm = listed(shelf, a_person(*deeds), wanted=Wanted(size=60))
    low = listed(shelf, a_person(*deeds, mood=a_mood(-0.9)), wanted=Wanted(size=60))

    assert ids(low) != ids(calm)
    assert ids(low)[0] == "i003"
    top = low.entries[0].reasons
    assert any(one.signal is Signal.MOOD and "熟悉" in one.zh for one in top)
    assert not any(
        one.signal is Signal.EXPLORATION and one.share < 1
        for entry in low.entries
        for one in entry.reasons
    )


def test_a_good_mood_brings_what_is_unfamiliar_and_mixes_more() -> None:
    shelf = a_shelf(standings=praised(1))
    deeds = [a_deed(f"i0{at}3", Kind.LIKE) for at in range(1, 4)]

    calm = listed(shelf, a_person(*deeds), wanted=Wanted(size=10))
    glad = listed(shelf, a_person(*deeds, mood=a_mood(0.9)), wanted=Wanted(size=10))

    def foreign(listing: object) -> int:
        return sum(entry.item.category != "c3" for entry in listing.entries)  # type: ignore[attr-defined]

    assert foreign(glad) > foreign(calm)


def test_a_mood_fades_and_an_unsure_one_moves_nothing() -> None:
    deeds = [a_deed("i013", Kind.LIKE)]
    shelf = a_shelf(standings=praised(3, 4))
    plain = listed(shelf, a_person(*deeds))

    for mood in (a_mood(-0.9, hours_ago=40), a_mood(-0.9, confidence=0.01), a_mood(0.01)):
        assert listed(shelf, a_person(*deeds, mood=mood)) == plain

    half = a_mood(-0.8, hours_ago=6).felt(NOW)
    assert half is not None
    assert half.valence == pytest.approx(-0.4)


def test_a_list_is_not_of_one_category() -> None:
    shelf = a_shelf()
    person = a_person(*(a_deed(f"i0{at}3", Kind.VIEW) for at in range(1, 6)))

    assert len({entry.item.category for entry in listed(shelf, person).entries}) > 1


def test_pages_never_repeat_whatever_changes() -> None:
    shelf, shown, seen = a_shelf(190), Shown(), list[str]()
    about = b"the list"
    for page in range(9):
        person = a_person(a_deed(f"i{page:03}", Kind.LIKE), mood=a_mood(0.1 * page - 0.4))
        listing = listed(shelf, person, wanted=Wanted(size=20, shown=shown))
        seen += ids(listing)
        shown = Shown.read(shown.and_also(ids(listing)).token(about), about)

    assert len(seen) == len(set(seen)) > 160


def test_a_token_is_short_and_of_one_list_only() -> None:
    token = Shown().and_also(f"i{at}" for at in range(200)).token(b"one")

    assert len(token) <= 256
    for bad in (token[:-2], "x" + token[1:], "%%%", "A" * 226):
        with pytest.raises(BadPageToken):
            Shown.read(bad, b"one")
    with pytest.raises(BadPageToken):
        Shown.read(token, b"other")


def test_the_item_of_the_page_leads_to_items_like_it_and_not_to_itself() -> None:
    shelf = a_shelf(tags={7: ["jade"], 41: ["jade"]})
    listing = listed(shelf, a_person(), scene=Scene.ITEM, context="i007")

    assert "i007" not in ids(listing)
    assert listing.entries[0].item.category == "c2"
    reason = listing.entries[0].reasons[0]
    assert (reason.signal, reason.item_id) == (Signal.SIMILAR_ITEM, "i007")


def test_the_cart_is_not_offered_again_and_leads() -> None:
    shelf = a_shelf()
    person = a_person(a_deed("i008", Kind.ADD_TO_CART, days_ago=0.1))
    listing = listed(shelf, person, scene=Scene.CART)

    assert "i008" not in ids(listing)
    assert any(
        reason.signal is Signal.SIMILAR_ITEM and "常与「Item 8」一起买" in reason.zh
        for reason in listing.entries[0].reasons
    )


def test_new_items_are_known_by_their_features_and_tried_out() -> None:
    shelf = a_shelf()
    fitted = a_model(shelf)
    fresh = replace(an_item(60), created_at=NOW - timedelta(hours=1))
    more = shelf.with_items([fresh])

    listing = listed(more, a_person(), fitted=type(fitted)(fitted.model, more.items))
    everything = listed(
        more, None, fitted=type(fitted)(fitted.model, more.items), wanted=Wanted(size=61)
    )

    assert len(listing.entries) == 20
    (entry,) = [one for one in everything.entries if one.item.item_id == "i060"]
    assert Signal.NEW in {reason.signal for reason in entry.reasons}

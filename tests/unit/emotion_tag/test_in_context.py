"""Texts are put where they were said."""

import pytest

from services.emotion_tag.application.tagging.in_context import Asked, in_context
from services.emotion_tag.application.tagging.ports import Scores
from services.emotion_tag.domain.tag import Context, TextKind
from tests.support.fake_priors import ANGRY, GLAD, KNOWN, SAID, UNKNOWN, FakePriors


async def test_a_text_without_surroundings_costs_nothing() -> None:
    priors = FakePriors()

    (one,) = await in_context([Asked(text="好", kind=TextKind.POST, locale="zh-TW")], priors)

    assert (one.text, one.kind, one.locale, one.context) == ("好", TextKind.POST, "zh-TW", None)
    assert priors.asked == 0


async def test_what_it_answers_goes_along() -> None:
    (one,) = await in_context([Asked(text="好", reply_to_text="好用吗？")], FakePriors())

    assert one.context == Context("好用吗？")


async def test_of_what_it_answers_the_stored_tag_goes_along() -> None:
    priors = FakePriors()
    asked = [
        Asked(text="好", reply_to_id=KNOWN),
        Asked(text="好", reply_to_id=UNKNOWN),
        Asked(text="好", reply_to_id=KNOWN, reply_to_text="好用吗？"),
    ]

    inputs = await in_context(asked, priors)

    assert [one.context for one in inputs] == [Context(answered=SAID), None, Context("好用吗？")]


@pytest.mark.parametrize(
    ("asked", "prior"),
    [
        (Asked(text="", reply_to_id=KNOWN), None),
        (Asked(text="", item_id="sku"), GLAD),
        (Asked(text="", room_id="r"), ANGRY),
        (
            Asked(text="", item_id="sku", room_id="r"),
            tuple((a + b) / 2 for a, b in zip(ANGRY, GLAD, strict=True)),
        ),
        (Asked(text="", reply_to_id=UNKNOWN, item_id="other", room_id="other"), None),
    ],
)
async def test_what_is_felt_there_is_the_mean_of_what_is_known(
    asked: Asked, prior: Scores | None
) -> None:
    (one,) = await in_context([asked], FakePriors())

    assert (one.context.prior if one.context else None) == prior


async def test_all_is_looked_up_at_once() -> None:
    priors = FakePriors()
    asked = [Asked(text=str(i), reply_to_id=KNOWN, item_id="sku") for i in range(50)]

    inputs = await in_context(asked, priors)

    assert [one.text for one in inputs] == [str(i) for i in range(50)]
    assert priors.asked == 2

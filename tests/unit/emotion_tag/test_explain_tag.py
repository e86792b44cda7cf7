"""Why a text gets its tag, with the shipped model."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.emotion_tag.adapters.cascade.model import shipped
from services.emotion_tag.adapters.insight import ModelInsight
from services.emotion_tag.application.tagging.explain_tag import ExplainTag
from services.emotion_tag.application.tagging.in_context import Asked
from services.emotion_tag.domain.explanation import MAX_PIECES, Explanation, Tier, pieces_of
from services.emotion_tag.domain.tag import TextInput
from services.emotion_tag.domain.taxonomy import Emotion
from tests.support.fake_priors import FakePriors

MODEL = shipped()


async def explained(text: str) -> Explanation:
    explain = ExplainTag(lambda: ModelInsight(MODEL, MODEL.locales), FakePriors())
    return await explain.explain(Asked(text=text))


async def test_the_piece_that_matters_has_the_largest_effect() -> None:
    text = "今天收到了，气死我了，明天见"

    found = await explained(text)

    strongest = max(found.pieces, key=lambda effect: effect.contribution)
    assert found.tag.emotion is Emotion.ANGER
    assert "气死" in text[strongest.piece.start : strongest.piece.end]
    assert strongest.emotion_without is not Emotion.ANGER
    assert strongest.wide_contribution > 0.5
    assert found.inside.tier is Tier.WIDE
    assert found.readings == 1 + len(found.pieces)


async def test_it_says_what_the_model_says_of_the_text_without_a_piece() -> None:
    text = "What a scam, I want my money back"
    found = await explained(text)

    for effect in found.pieces:
        left = text[: effect.piece.start] + text[effect.piece.end :]
        without = MODEL.tag([TextInput(left)])[0]
        assert effect.emotion_without is without.emotion
        assert effect.confidence_without == without.confidence
        drop = (
            dict(found.tag.ranked())[found.tag.emotion] - dict(without.ranked())[found.tag.emotion]
        )
        assert effect.contribution == pytest.approx(drop)


async def test_the_same_text_is_explained_alike() -> None:
    assert await explained("太贵了，但是真好看") == await explained("太贵了，但是真好看")


async def test_it_names_alternatives_and_the_threshold_that_decided() -> None:
    found = await explained("还行吧")

    limit, tier = found.inside.limits
    assert tier.name == "tier"
    assert limit.name == "unsure"
    assert limit.value == found.tag.confidence
    assert limit.is_reached is not found.tag.unsure
    assert len(found.alternatives()) == 3
    assert found.tag.emotion not in dict(found.alternatives())
    assert len(found.inside.lexicon_version) == 12


@pytest.mark.parametrize("text", ["", " ", "\ud800"])
async def test_nothing_to_go_by_is_explained_too(text: str) -> None:
    found = await explained(text)

    assert found.inside.tier is Tier.NONE
    assert found.tag.unsure
    assert found.readings <= 2


async def test_the_longest_text_is_cut_into_few_pieces() -> None:
    found = await explained("质量太差了，气死我了！" * 90)

    assert len(found.pieces) <= MAX_PIECES
    assert found.readings <= MAX_PIECES + 1


@settings(max_examples=50, deadline=None)
@given(st.text(alphabet="太贵了好不 but bad，。[doge]1.5😀'\ud800", max_size=60))
def test_pieces_cover_the_text_and_do_not_overlap(text: str) -> None:
    pieces = pieces_of(text, MODEL.tag([TextInput(text)])[0])

    covered = "".join(text[piece.start : piece.end] for piece in pieces)
    assert covered.replace(" ", "") == text.replace(" ", "")
    assert all(one.end <= other.start for one, other in pairwise(pieces))


def test_a_korean_word_is_one_piece() -> None:
    text = "너무 좋아요, ｏｋ 好吃吗"
    pieces = pieces_of(text, replace(MODEL.tag([TextInput(text)])[0], evidence=()))

    assert [text[piece.start : piece.end] for piece in pieces] == [
        *("너무", "좋아요", ",", "ｏｋ", "好吃", "吗")
    ]

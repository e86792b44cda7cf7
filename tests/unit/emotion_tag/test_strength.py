"""How strong a feeling is shown to be."""

from itertools import pairwise

import pytest

from services.emotion_tag.adapters.cascade.model import MODELS, open_model, shipped
from services.emotion_tag.adapters.cascade.tagger import CascadeTagger
from services.emotion_tag.adapters.wide.intensity import LESS, shown
from services.emotion_tag.domain.tag import TextInput, TextKind
from services.emotion_tag.training.strength import graded, steps


@pytest.fixture(scope="module", params=["research", "open"])
def tagger(request: pytest.FixtureRequest) -> CascadeTagger:
    return open_model(MODELS / request.param)


@pytest.mark.parametrize(
    "rising",
    [
        ("有点满意", "满意", "非常满意", "满意到不行，简直绝了！！！"),
        ("有點難過", "難過", "非常難過"),
        ("slightly angry", "angry", "really angry", "absolutely FURIOUS!!!"),
    ],
)
def test_a_degree_word_shows(rising: tuple[str, ...]) -> None:
    tags = shipped().tag([TextInput(text, TextKind.COMMENT) for text in rising])

    assert all(weaker.intensity < stronger.intensity for weaker, stronger in pairwise(tags))


def test_most_comments_that_nothing_was_fitted_to_rise_step_by_step(tagger: CascadeTagger) -> None:
    examples = graded("test")
    tags = tagger.tag([TextInput(example.text, example.kind) for example in examples])
    pairs = steps(examples)
    rising = [tags[weaker].intensity < tags[stronger].intensity for weaker, stronger in pairs]

    assert sum(rising) / len(rising) >= 0.85


@pytest.mark.parametrize("text", ["什么时候发货", "尺码是M", "does it come in black?"])
def test_a_question_or_fact_is_weak(tagger: CascadeTagger, text: str) -> None:
    (tag,) = tagger.tag([TextInput(text, TextKind.COMMENT)])

    assert tag.intensity < 0.3


def test_halves_share_no_comment() -> None:
    assert not {e.text for e in graded("train")} & {e.text for e in graded("test")}


@pytest.mark.parametrize(
    ("text", "softened", "raised", "extreme"),
    [
        ("有点贵", 1, 0, 0),
        ("不太好", 1, 0, 0),
        ("很好", 0, 1, 0),
        ("不是很好", 1, 0, 0),
        ("最近买的，拒绝了", 0, 0, 0),
        ("气死我了", 0, 0, 1),
        ("not very good", 1, 0, 0),
        ("very good", 0, 1, 0),
        ("the best ever", 0, 0, 2),
    ],
)
def test_words_of_degree(text: str, softened: int, raised: int, extreme: int) -> None:
    (signs,) = shown([text])

    assert tuple(round(3 * share) for share in signs[:3]) == (softened, raised, extreme)
    assert shown([text, text]) == [signs, signs]


def test_only_what_softens_weakens(tagger: CascadeTagger) -> None:
    for coefficients in (tagger._calibration.intensity, tagger._calibration.intensity_together):
        for at, coefficient in enumerate(coefficients[1:], 1):
            assert coefficient <= 0 if at in LESS else coefficient >= 0

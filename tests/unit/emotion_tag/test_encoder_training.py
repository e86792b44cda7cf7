"""What goes into the encoder and how it is written down; the training itself needs torch."""

import numpy as np
import onnxruntime
import pytest
import sentencepiece

from services.emotion_tag.adapters.cascade.model import SHIPPED
from services.emotion_tag.adapters.encoder.artefact import EncoderArtefact
from services.emotion_tag.adapters.encoder.plain_text import PlainFolding
from services.emotion_tag.adapters.wide.artefact import load
from services.emotion_tag.domain.taxonomy import Emotion
from services.emotion_tag.training import splits
from services.emotion_tag.training.corpora import Example
from services.emotion_tag.training.encoder import vocabulary
from services.emotion_tag.training.encoder.augment import augmented
from services.emotion_tag.training.encoder.blend import blended, weights_of
from services.emotion_tag.training.encoder.export import onnx_of
from services.emotion_tag.training.encoder.material import material_of
from services.emotion_tag.training.encoder.pretrained import SPECIAL, Pretrained, Sizes
from services.emotion_tag.training.encoder.recipe import OPEN, RECIPES

TINY = Sizes(width=32, layers=2, heads=4, inner=64, positions=16, epsilon=1e-12)


@pytest.fixture(scope="module")
def folding() -> PlainFolding:
    artefact = load(SHIPPED)
    return PlainFolding(artefact.fold_source, artefact.fold_target, artefact.expansions)


def pretrained(*pieces: str) -> Pretrained:
    """A tokenizer without a network; pieces that come first are likelier."""
    scores = -np.arange(len(SPECIAL) + len(pieces), dtype=np.float32)
    return Pretrained(TINY, [*SPECIAL, *pieces], scores, "", b"", {})


def said(text: str, emotion: Emotion) -> Example:
    return Example(text, "zh", "own", label=((frozenset({emotion}), 1.0),), positive=1.0)


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_learns_from_corpora_of_its_set_alone(name: str) -> None:
    recipe = RECIPES[name]

    assert set(recipe.servings) <= splits.CORPORA[splits.Sets(name)]
    assert {corpus for shares in recipe.unknown.values() for corpus in shares} <= set(
        recipe.servings
    )
    labelled = {corpus for corpus in recipe.again if not corpus.startswith("distilled-")}
    assert labelled <= splits.CORPORA[splits.Sets(name)]


def test_rare_feelings_weigh_more_and_the_mean_stays(folding: PlainFolding) -> None:
    examples = [said(f"好 {n}", Emotion.JOY) for n in range(9)] + [said("怕", Emotion.FEAR)]

    material = material_of(examples, OPEN, folding)

    assert material.weight[-1] == pytest.approx(3 * material.weight[0])
    assert material.weight.mean() == pytest.approx(1)


def test_texts_that_fold_to_nothing_and_other_corpora_are_left_out(folding: PlainFolding) -> None:
    examples = [said("好", Emotion.JOY), said("\u200d", Emotion.JOY), Example("好", "zh", "other")]

    assert material_of(examples, OPEN, folding).texts == ["好"]


def test_a_pruned_vocabulary_says_in_several_pieces_what_it_has_no_piece_for() -> None:
    source = pretrained("▁", "好", "看", "很", "好看", "很好看", "▁bon", "😀")

    words = vocabulary.chosen(source, ["好看", "很 好", "好看"], size=9)

    tokenizer = sentencepiece.SentencePieceProcessor(model_proto=words.tokenizer)
    assert tokenizer.encode("很好看", out_type=str) == ["▁", "很", "好看"]
    assert source.pieces.index("▁bon") not in words.kept


def test_han_characters_and_emoji_are_kept_unseen() -> None:
    source = pretrained("▁", "好", "看", "😀", "bon", "é")

    assert vocabulary.signs(source) == ["好", "看", "😀"]


def test_an_augmented_text_is_never_empty_and_depends_on_the_seed_alone() -> None:
    texts = ["[doge][doge]", "!!!", "#新品#真好看!!!😀", "ok"]

    first, second = (
        [augmented(text, np.random.default_rng(seed)) for seed in range(50) for text in texts]
        for _ in range(2)
    )

    assert first == second
    assert all(text.strip() for text in first)
    assert any(text.startswith("新品真好看") for text in first)


def test_a_network_is_written_so_that_it_runs_the_same_in_any_batch() -> None:
    random = np.random.default_rng(1)
    network = onnx_of(_weights(random), TINY, TINY.layers)
    session = onnxruntime.InferenceSession(network, providers=["CPUExecutionProvider"])
    pieces = random.integers(0, 20, (5, 7)).astype(np.int32)

    [together] = session.run(None, {"pieces": pieces})
    alone = [session.run(None, {"pieces": pieces[at : at + 1]})[0] for at in range(5)]

    assert together.shape == (5, 7, TINY.width)
    np.testing.assert_array_equal(np.concatenate(alone), together)


def test_what_is_written_of_a_network_can_be_read_back() -> None:
    network = onnx_of(_weights(np.random.default_rng(2)), TINY, TINY.layers)

    assert onnx_of(weights_of(network), TINY, TINY.layers) == network


def test_the_mean_of_two_encoders_lies_between_them_and_knows_the_pieces_of_the_second() -> None:
    before, after = encoder("好差看", seed=3), encoder("好新看", seed=4)

    mean = blended(before, after, 0.25, TINY, TINY.layers)

    old, new, made = (weights_of(bytes(one.network)) for one in (before, after, mean))
    between = 0.75 * old["norm.bias"] + 0.25 * new["norm.bias"]
    np.testing.assert_allclose(made["norm.bias"], between, rtol=1e-6)
    good, fresh, look = (len(SPECIAL) + 1 + place for place in range(3))
    words = 0.75 * old["words.weight"] + 0.25 * new["words.weight"]
    words[fresh] = new["words.weight"][fresh]
    step = np.abs(words).max() / 127
    np.testing.assert_allclose(
        made["words.weight"][[good, fresh, look]], words[[good, fresh, look]], atol=step
    )
    assert mean.pieces == after.pieces
    assert mean.version not in (before.version, after.version)
    assert blended(before, after, 1.0, TINY, TINY.layers).network == after.network


def encoder(characters: str, seed: int) -> EncoderArtefact:
    random = np.random.default_rng(seed)
    words = vocabulary.chosen(pretrained("▁", *characters), characters, size=8)
    network = onnx_of(_weights(random, len(words.kept)), TINY, TINY.layers)
    head, bias = random.normal(size=(14, 2 * TINY.width)), random.normal(size=(2, 14))
    return EncoderArtefact("encoder-1-test", network, words.tokenizer, 16, head, bias)


def _weights(
    random: np.random.Generator, pieces: int = 20
) -> dict[str, np.typing.NDArray[np.float32]]:
    shapes: dict[str, tuple[int, ...]] = {
        "words.weight": (pieces, TINY.width),
        "positions.weight": (TINY.positions, TINY.width),
        "norm.weight": (TINY.width,),
        "norm.bias": (TINY.width,),
    }
    for number in range(TINY.layers):
        for name, rows, columns in (
            ("qkv", 3 * TINY.width, TINY.width),
            ("out", TINY.width, TINY.width),
            ("inner", TINY.inner, TINY.width),
            ("outer", TINY.width, TINY.inner),
        ):
            shapes[f"layers.{number}.{name}.weight"] = (rows, columns)
            shapes[f"layers.{number}.{name}.bias"] = (rows,)
        for name in ("out_norm", "outer_norm"):
            shapes[f"layers.{number}.{name}.weight"] = (TINY.width,)
            shapes[f"layers.{number}.{name}.bias"] = (TINY.width,)
    return {name: random.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}

"""The loop that the encoder learns in; needs torch, which is where models are trained alone."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("torch", reason="needs torch, as `make train-emotion` installs it")

import torch

from services.emotion_tag.training.encoder.device import device
from services.emotion_tag.training.encoder.learn import Learner
from services.emotion_tag.training.encoder.material import Material
from services.emotion_tag.training.encoder.network import Network
from services.emotion_tag.training.encoder.pretrained import Sizes
from services.emotion_tag.training.encoder.recipe import OPEN, Serving

TINY = Sizes(width=32, layers=2, heads=4, inner=64, positions=16, epsilon=1e-12)
RECIPE = replace(OPEN, servings={"own": Serving(1.0)}, passes=2, batch=4)
TEXTS = 20


class Letters:
    """Cuts texts into letters, without the pretrained tokenizer."""

    def cut(self, text: str, _random: np.random.Generator | None = None) -> list[int]:
        return [0, *(4 + ord(letter) % 16 for letter in text), 2]


def material() -> Material:
    random = np.random.default_rng(3)
    return Material(
        texts=["".join(random.choice(list("abcdefgh"), 3 + row % 5)) for row in range(TEXTS)],
        parts=1 << random.integers(0, 12, (TEXTS, 3)),
        shares=np.full((TEXTS, 3), 1 / 3, np.float32),
        universe=np.full(TEXTS, (1 << 12) - 1),
        positive=np.where(np.arange(TEXTS) % 2, 1.0, np.nan).astype(np.float32),
        strength=np.full(TEXTS, 0.5, np.float32),
        weight=np.ones(TEXTS, np.float32),
        polarity_weight=np.ones(TEXTS, np.float32),
        source=np.zeros(TEXTS, np.int64),
        sources=["own"],
    )


def learned(checkpoint: Path, *, until: int | None = None) -> list[NDArray[np.float32]]:
    """The averaged weights; stopped after some steps of one run, what there is by then."""
    torch.set_num_threads(1)
    torch.manual_seed(RECIPE.seed)
    network = Network(TINY, 20, TINY.positions, TINY.layers)
    learner = Learner(network, material(), RECIPE, Letters(), device())  # type: ignore[arg-type]
    if until is not None:
        steps = iter(range(until))

        def stop(*_: object) -> None:
            if next(steps, None) is None:
                raise KeyboardInterrupt

        network.register_forward_pre_hook(stop)
        with pytest.raises(KeyboardInterrupt):
            learner.run(checkpoint)
    else:
        learner.run(checkpoint)
    weights, bias = learner.averaged()
    return [*weights.values(), bias]


def test_a_learning_that_was_stopped_goes_on_to_the_same_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.emotion_tag.training.encoder.learn._SAVED_EVERY", 2)
    whole = learned(tmp_path / "whole.pt")

    stopped = learned(tmp_path / "stopped.pt", until=5)
    resumed = learned(tmp_path / "stopped.pt")

    assert any((one != other).any() for one, other in zip(whole, stopped, strict=True))
    for one, other in zip(whole, resumed, strict=True):
        np.testing.assert_array_equal(one, other)


def test_what_was_learned_comes_back_to_the_processor(tmp_path: Path) -> None:
    assert all(isinstance(part, np.ndarray) for part in learned(tmp_path / "whole.pt"))


def test_a_checkpoint_of_other_texts_is_not_gone_on_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = learned(tmp_path / "one.pt")
    monkeypatch.setattr(f"{__name__}.RECIPE", replace(RECIPE, seed=21))

    assert any(
        (one != other).any()
        for one, other in zip(before, learned(tmp_path / "one.pt"), strict=True)
    )

"""What the encoder learns from, how often and how fast."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Serving:
    """How one corpus is used."""

    share: float
    """Of the corpus in each pass, drawn anew; above 1 a text comes up several times."""
    weight: float = 1.0
    """Of the emotions of one text; its polarity has a weight of its own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipe:
    """Chosen on the validation data."""

    name: str
    servings: Mapping[str, Serving]
    unknown: Mapping[str, Mapping[str, float]]
    """For `zh` and `en` whose bias a text of unknown origin gets, and what share of it."""
    again: Mapping[str, Serving] = field(default_factory=dict)
    """What changes when it learns a second time, with what the model says of texts without labels
    beside the labelled ones; empty if it does not."""
    renewed: float = 0.7
    """Of the second learning in the mean of the weights of both, which is what is kept."""
    seed: int = 20
    passes: int = 3
    layers: int = 6
    pieces: int = 18_000
    positions: int = 128
    tokens: int = 72
    """Of a text while learning; the middle of a longer one is left out."""
    batch: int = 48
    step: float = 1.2e-4
    head_step: float = 4e-4
    bias_step: float = 2e-3
    warm_up: float = 0.06
    """Share of all steps in which the step grows; then it falls in a line."""
    decay: float = 0.01
    smoothing: float = 0.05
    averaged: float = 0.998
    """What the running average of the weights keeps at each step."""
    resampled: float = 0.25
    """Share of texts that are cut into pieces in some likely way instead of the likeliest."""

    def anew(self) -> "Recipe":
        """The recipe of the second learning."""
        return replace(self, servings={**self.servings, **self.again}, again={})

    def shortened(self, effort: float, *, without: Collection[str] = ()) -> "Recipe":
        """One pass over a share of each corpus, of some of them none."""
        servings = {
            name: Serving(serving.share * effort, serving.weight)
            for name, serving in self.servings.items()
            if name not in without
        }
        return replace(self, servings=servings, passes=1)


_UNKNOWN_ZH = {"smp-usual": 0.4, "brighter-zh": 0.2, "own": 0.4}
_UNKNOWN_EN = {"goemotions": 0.6, "brighter-en": 0.1, "own": 0.3}

RESEARCH = Recipe(
    name="research",
    servings={
        "smp-usual": Serving(1.0),
        "smp-virus": Serving(0.7),
        "ocemotion": Serving(0.33, 0.5),
        "goemotions": Serving(0.67),
        "brighter-zh": Serving(1.0),
        "brighter-en": Serving(1.0),
        "cped": Serving(0.4, 0.4),
        "shopping": Serving(0.13, 0.3),
        "emoji": Serving(0.7, 0.5),
        "own": Serving(4.0),
    },
    unknown={"zh": _UNKNOWN_ZH, "en": _UNKNOWN_EN},
    again={
        "ocemotion": Serving(0.2, 0.5),
        "cped": Serving(0.3, 0.4),
        "goemotions": Serving(0.6),
        "phrases": Serving(0.1, 0.6),
        "distilled-post": Serving(0.5, 0.8),
        "distilled-danmaku": Serving(0.25, 0.8),
        "distilled-review": Serving(0.2, 0.8),
    },
)
OPEN = Recipe(
    name="open",
    servings={
        "goemotions": Serving(0.6),
        "brighter-zh": Serving(2.0),
        "brighter-en": Serving(1.0),
        "cped": Serving(1.0, 0.4),
        "emoji": Serving(0.7, 0.5),
        "own": Serving(6.0),
    },
    unknown={"zh": {"brighter-zh": 0.5, "own": 0.5}, "en": _UNKNOWN_EN},
)
RECIPES = {recipe.name: recipe for recipe in (RESEARCH, OPEN)}

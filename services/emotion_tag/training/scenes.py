"""Comments on things people buy and watch, made of our own lists of words in `scenes.toml`.

Where `phrases.py` teaches what turns a word round, these teach what is told by facts alone ("it
leaks"), mockery of such facts, hopes that came to nothing, boredom, longing, and the rest of the
twelve emotions in the words of commerce.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random

from services.emotion_tag.domain.tag import TextKind
from services.emotion_tag.domain.taxonomy import Emotion, Polarity
from services.emotion_tag.training.corpora import ANGRY, NEGATIVE, Example, Target

SCENES = Path(__file__).with_suffix(".toml")
SEED = 21
_EACH = 60  # comments of each form, times the weight of its scene
_WEIGHT = 0.6
_SLOT = re.compile(r"\{(\w+)\}")
_POSITIVE = {Polarity.POSITIVE: 1.0, Polarity.NEGATIVE: 0.0, Polarity.NEUTRAL: 0.5}


def scenes(lean: Mapping[str, Mapping[str, Sequence[str]]]) -> Iterator[Example]:
    """The same different comments at every call; `lean` has the words of the lexicons, for each
    language `for`, `against` and `names`."""
    read = tomllib.loads(SCENES.read_text("utf-8"))
    for language, part in read.items():
        lists = {**lean[language], **part["lists"]}
        random = Random(f"{SEED} {language}")  # noqa: S311 - has to be the same, not secret
        for scene in part["scenes"]:
            label, polarity = Emotion(scene["label"]), Polarity(scene["polarity"])
            count = _EACH * scene.get("weight", 1)
            texts = [_filled(form, lists, random) for form in scene["forms"] for _ in range(count)]
            for text in dict.fromkeys(texts):
                yield Example(
                    text=text,
                    language=language,
                    corpus="phrases",
                    label=_target(label),
                    positive=_POSITIVE[polarity],
                    polarity=polarity,
                    weight=_WEIGHT,
                    polarity_weight=_WEIGHT,
                    kind=TextKind.COMMENT,
                )


def _filled(form: str, lists: Mapping[str, Sequence[str]], random: Random) -> str:
    while _SLOT.search(form):
        form = _SLOT.sub(lambda slot: random.choice(lists[slot[1]]), form)
    return form


def _target(label: Emotion) -> Target:
    """Bad things make some disappointed and others angry."""
    if label is Emotion.DISAPPOINTMENT:
        return ((frozenset({label}), 0.8), (NEGATIVE, 0.2))
    if label is Emotion.ANGER:
        return ((frozenset({label}), 0.8), (ANGRY | {Emotion.DISAPPOINTMENT}, 0.2))
    return ((frozenset({label}), 1.0),)

"""Reports how well intensity follows what people mean.

    python -m services.emotion_tag.training.evaluate_strength [--data DIR] [--model MODEL]

Of the comments in `graded.jsonl` that nothing was fitted to, how often the stronger one is shown as
stronger; of facts and questions of ours, how much strength they get; with the corpora, the rank
correlation with BRIGHTER's raters (dev, which was tuned on).
"""

import argparse
import sys
from pathlib import Path

from scipy.stats import spearmanr

from services.emotion_tag.adapters.cascade.model import DEFAULT, folder_of, open_model
from services.emotion_tag.adapters.cascade.tagger import CascadeTagger
from services.emotion_tag.domain.tag import TextInput
from services.emotion_tag.domain.taxonomy import Emotion
from services.emotion_tag.training import corpora, splits
from services.emotion_tag.training.corpora import Example
from services.emotion_tag.training.strength import graded, steps


def main() -> int:
    arguments = argparse.ArgumentParser(prog="evaluate_strength", description=__doc__)
    arguments.add_argument("--data", type=Path, help="folder with the corpora")
    arguments.add_argument("--model", default=DEFAULT, help="research, open, or a folder")
    given = arguments.parse_args()
    tagger = open_model(folder_of(given.model))
    for half in ("train", "test"):
        sys.stdout.write(_of_steps(tagger, half) + "\n")
    facts = [e for e in corpora.own(splits.CHALLENGE, 1.0, "test") if _is_plain(e)]
    shown = _strengths(tagger, facts)
    sys.stdout.write(f"facts and questions, {len(shown)}: mean {sum(shown) / len(shown):.2f}\n")
    if given.data:
        for language in ("zh", "en"):
            rated = list(corpora.brighter(given.data, language, "dev"))
            found = spearmanr(_strengths(tagger, rated), [e.strength for e in rated])
            sys.stdout.write(f"BRIGHTER {language} dev, {len(rated)}: rho {found.statistic:.2f}\n")
    return 0


def _of_steps(tagger: CascadeTagger, half: str) -> str:
    examples = graded(half)
    shown = _strengths(tagger, examples)
    taken = [shown[stronger] - shown[weaker] for weaker, stronger in steps(examples)]
    risen = sum(step > 0 for step in taken) / len(taken)
    return f"{half}: {risen:.0%} of {len(taken)} steps rise, by {sum(taken) / len(taken):.2f} each"


def _strengths(tagger: CascadeTagger, examples: list[Example]) -> list[float]:
    tags = tagger.tag([TextInput(example.text, example.kind) for example in examples])
    return [tag.intensity for tag in tags]


def _is_plain(example: Example) -> bool:
    return all(label == {Emotion.NEUTRAL} for label, _ in example.label)


if __name__ == "__main__":
    sys.exit(main())

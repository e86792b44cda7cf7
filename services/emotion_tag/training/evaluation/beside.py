"""Others on the same texts in the same run: SnowNLP, cnsenti, and TF-IDF with logistic regression.

They are no part of the service: `make evaluate-emotion … BESIDE=1` installs them where models are
trained. The libraries know two sides alone: where labels are emotions, they are judged on the side
that the emotion is on. A model of one's own is learned from four fifths of the texts and judged on
the fifth.
"""

import time
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec

from services.emotion_tag.adapters.cascade.tagger import CascadeTagger
from services.emotion_tag.adapters.labelled.reader import Labelled
from services.emotion_tag.domain.labels import LabelSpace, answered, label_of
from services.emotion_tag.domain.tag import TextInput
from services.emotion_tag.domain.taxonomy import EMOTIONS, TAXONOMY
from services.emotion_tag.training.corpora import fold_of
from services.emotion_tag.training.evaluation.measures import macro_f1
from services.emotion_tag.training.evaluation.report import Section

NEEDED = ("snownlp", "cnsenti", "sklearn")
_TIMED = 300  # texts
_SIDES = ("positive", "negative")
_EVEN = 0.5
_LEAST_LEARNED = 20
"""Texts below which a model of one's own says more of the draw than of the texts."""
_MANY = 1000  # texts from which a gram that occurs once is noise
Guess = Callable[[str], str]


def missing() -> list[str]:
    """Packages that are needed and not installed."""
    return [name for name in NEEDED if find_spec(name) is None]


def beside(tagger: CascadeTagger, labelled: Labelled) -> list[Section]:
    """Polarity and speed of the libraries; the labels by a model of the texts themselves."""
    return [*_libraries(tagger, labelled), own_model(tagger, labelled)]


def sided(labelled: Labelled) -> tuple[list[tuple[str, str]], list[str]]:
    """The texts whose label is on one side, with that side, and what is to be said of it."""
    sides = _sides_of(labelled.space)
    rows = list(zip(labelled.texts, labelled.labels, strict=True))
    found = [(text, sides[label]) for text, label in rows if label in sides]
    notes = []
    if labelled.space is not LabelSpace.POLARITY:
        there = [label for label in sides if label in labelled.labels]
        meant = ", ".join(f"{label} is {sides[label]}" for label in there)
        notes.append(f"labels are emotions; their polarity is compared: {meant or 'none has one'}")
    others = sorted({label for _, label in rows if label not in sides})
    if others:
        count = len(rows) - len(found)
        notes.append(f"texts on neither side, not compared: {count:,} ({', '.join(others)})")
    if not found:
        notes.append("no polarity is compared: no label is on a side")
    return found, notes


def _sides_of(space: LabelSpace) -> dict[str, str]:
    """Classes that are positive or negative, whichever of their emotions is meant."""
    if space is LabelSpace.POLARITY:
        return {side: side for side in _SIDES}
    sides: dict[str, set[str]] = {}
    for emotion in EMOTIONS:
        polarity = TAXONOMY[emotion].polarity
        sides.setdefault(label_of(emotion, polarity, space), set()).add(str(polarity))
    return {name: min(its) for name, its in sides.items() if len(its) == 1 and its < set(_SIDES)}


def _libraries(tagger: CascadeTagger, labelled: Labelled) -> list[Section]:
    lexicon = import_module("cnsenti").Sentiment()
    snow = import_module("snownlp").SnowNLP

    def snownlp(text: str) -> str:
        return _SIDES[snow(text).sentiments < _EVEN] if text.strip() else _SIDES[0]

    def cnsenti(text: str) -> str:
        counted = lexicon.sentiment_count(text)
        return _SIDES[counted["pos"] < counted["neg"]]

    def ours(text: str) -> str:
        tag = tagger.tag([TextInput(text, labelled.kind)])[0]
        return answered(tag, LabelSpace.POLARITY, _SIDES)

    judged, notes = sided(labelled)
    return [
        _one(name, guess, judged, labelled.texts, notes)
        for name, guess in (("this model", ours), ("SnowNLP", snownlp), ("cnsenti", cnsenti))
    ]


def _one(
    name: str,
    guess: Guess,
    judged: Sequence[tuple[str, str]],
    texts: Sequence[str],
    notes: Sequence[str],
) -> Section:
    timed = texts[:_TIMED]
    guess(timed[0])
    began = time.process_time()
    for text in timed:
        guess(text)
    spent = max(time.process_time() - began, 1e-9)
    figures = {"texts/s alone": len(timed) / spent, "texts on a side": float(len(judged))}
    if judged:
        right = sum(guess(text) == label for text, label in judged)
        figures["polarity right of two"] = right / len(judged)
    return Section(f"beside: {name}", figures, notes=list(notes))


def own_model(tagger: CascadeTagger, labelled: Labelled) -> Section:
    """What these very texts teach a model of their own, or why they teach none."""
    title = (
        "beside: TF-IDF (1 to 3 characters) + logistic regression, learned from these very texts"
    )
    rows = list(zip(labelled.texts, labelled.labels, strict=True))
    learned = [row for row in rows if not _is_judged(row[0])]
    judged = [row for row in rows if _is_judged(row[0])]
    names = sorted({label for _, label in learned})
    if len(learned) < _LEAST_LEARNED or not judged or len(names) < 2:  # noqa: PLR2004 - a choice
        reason = (
            f"no figure: of {len(rows):,} texts it would learn from {len(learned):,} with "
            f"{len(names)} labels and be judged on {len(judged):,}; it takes {_LEAST_LEARNED} with "
            f"2 labels, and 1 to judge: give more rows"
        )
        return Section(title, notes=[reason])
    vectorizer = import_module("sklearn.feature_extraction.text").TfidfVectorizer
    regression = import_module("sklearn.linear_model").LogisticRegression
    least = 2 if len(learned) >= _MANY else 1
    model = import_module("sklearn.pipeline").make_pipeline(
        vectorizer(analyzer="char", ngram_range=(1, 3), min_df=least, sublinear_tf=True),
        regression(C=8.0, max_iter=300, class_weight="balanced"),
    )
    model.fit([text for text, _ in learned], [label for _, label in learned])
    said = [label for _, label in judged]
    theirs = [str(label) for label in model.predict([text for text, _ in judged])]
    tags = tagger.tag([TextInput(text, labelled.kind) for text, _ in judged])
    ours = [answered(tag, labelled.space, labelled.among) for tag in tags]
    classes = sorted({*labelled.labels})
    return Section(
        title,
        {
            "texts judged": float(len(judged)),
            "macro-F1, theirs": macro_f1(said, theirs, classes),
            "macro-F1, this model, which learned nothing from them": macro_f1(said, ours, classes),
        },
    )


def _is_judged(text: str) -> bool:
    """A fifth, other than the one that some corpora are reported on as a whole."""
    return fold_of(f"beside {text}", 5) == 0

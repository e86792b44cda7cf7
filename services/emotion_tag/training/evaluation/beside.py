"""Others on the same texts in the same run: SnowNLP, cnsenti, and TF-IDF with logistic regression.

They are no part of the service: `make evaluate-emotion … BESIDE=1` installs them where models are
trained. A model of one's own is learned from four fifths of the texts and judged on the fifth.
"""

import time
from collections.abc import Callable, Sequence
from importlib import import_module

from services.emotion_tag.adapters.cascade.tagger import CascadeTagger
from services.emotion_tag.domain.tag import TextInput
from services.emotion_tag.training.corpora import fold_of
from services.emotion_tag.training.evaluation.classes import POLARITIES
from services.emotion_tag.training.evaluation.measures import macro_f1
from services.emotion_tag.training.evaluation.report import Section
from services.emotion_tag.training.evaluation.rows import Mapped

_TIMED = 300  # texts
_SIDES = ("positive", "negative")
_EVEN = 0.5
Guess = Callable[[str], str]


def beside(tagger: CascadeTagger, mapped: Mapped) -> list[Section]:
    """Polarity and speed of the libraries; the labels by a model of the texts themselves."""
    return [*_libraries(tagger, mapped), _own_model(tagger, mapped)]


def _libraries(tagger: CascadeTagger, mapped: Mapped) -> list[Section]:
    lexicon = import_module("cnsenti").Sentiment()
    snow = import_module("snownlp").SnowNLP

    def snownlp(text: str) -> str:
        return _SIDES[snow(text).sentiments < _EVEN] if text.strip() else _SIDES[0]

    def cnsenti(text: str) -> str:
        counted = lexicon.sentiment_count(text)
        return _SIDES[counted["pos"] < counted["neg"]]

    def ours(text: str) -> str:
        return POLARITIES.answer(tagger.tag([TextInput(text, mapped.kind)])[0], _SIDES)

    sided = [
        (text, label)
        for text, label in zip(mapped.texts, mapped.labels, strict=True)
        if label in _SIDES and mapped.classes is POLARITIES
    ]
    return [
        _one(name, guess, sided, mapped.texts)
        for name, guess in (("this model", ours), ("SnowNLP", snownlp), ("cnsenti", cnsenti))
    ]


def _one(
    name: str, guess: Guess, sided: Sequence[tuple[str, str]], texts: Sequence[str]
) -> Section:
    timed = texts[:_TIMED]
    guess(timed[0])
    began = time.process_time()
    for text in timed:
        guess(text)
    spent = max(time.process_time() - began, 1e-9)
    figures = {"texts/s alone": len(timed) / spent}
    if sided:
        figures["polarity right of two"] = sum(guess(text) == label for text, label in sided) / len(
            sided
        )
    return Section(f"beside: {name}", figures)


def _own_model(tagger: CascadeTagger, mapped: Mapped) -> Section:
    rows = list(zip(mapped.texts, mapped.labels, strict=True))
    learned = [row for row in rows if not _is_judged(row[0])]
    judged = [row for row in rows if _is_judged(row[0])]
    if len({label for _, label in learned}) < 2 or not judged:  # noqa: PLR2004 - a choice needs two
        return Section("beside: TF-IDF + LR", {"texts": 0.0})
    vectorizer = import_module("sklearn.feature_extraction.text").TfidfVectorizer
    regression = import_module("sklearn.linear_model").LogisticRegression
    model = import_module("sklearn.pipeline").make_pipeline(
        vectorizer(analyzer="char", ngram_range=(1, 3), min_df=2, sublinear_tf=True),
        regression(C=8.0, max_iter=300, class_weight="balanced"),
    )
    model.fit([text for text, _ in learned], [label for _, label in learned])
    said = [label for _, label in judged]
    theirs = [str(label) for label in model.predict([text for text, _ in judged])]
    among = [name for name in mapped.classes.names if name in mapped.labels]
    tags = tagger.tag([TextInput(text, mapped.kind) for text, _ in judged])
    ours = [mapped.classes.answer(tag, among if mapped.closed else None) for tag in tags]
    return Section(
        "beside: TF-IDF (1 to 3 characters) + logistic regression, learned from these very texts",
        {
            "texts judged": float(len(judged)),
            "macro-F1, theirs": macro_f1(said, theirs, mapped.classes.names),
            "macro-F1, this model, which learned nothing from them": macro_f1(
                said, ours, mapped.classes.names
            ),
        },
    )


def _is_judged(text: str) -> bool:
    """A fifth, other than the one that some corpora are reported on as a whole."""
    return fold_of(f"beside {text}", 5) == 0

"""The figures of the model card, all on texts that neither weights nor thresholds have seen."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from services.emotion_tag.adapters.cascade.tagger import CascadeTagger
from services.emotion_tag.domain.tag import Context, EmotionTag, TextInput
from services.emotion_tag.domain.taxonomy import Polarity
from services.emotion_tag.training import corpora, evaluate_aspects, splits
from services.emotion_tag.training.context import LATEST
from services.emotion_tag.training.corpora import Example
from services.emotion_tag.training.evaluation.classes import EKMAN, SIX, TWELVE, ClassSet
from services.emotion_tag.training.evaluation.report import Section, judged
from services.emotion_tag.training.scales import allowed_of, leaning_of

T = TypeVar("T")
_CHUNK = 200
_SHORT = 6  # characters of a turn that hardly says anything by itself


def sections(tagger: CascadeTagger, data: Path) -> list[Section]:
    """Whichever model it is, the same texts."""
    usual = list(corpora.smp(data, "usual_test_labeled.json", "smp-usual"))
    tags = tag_all(tagger, usual)
    fresh = [not copy for copy in splits.leaked(data, usual)]
    found = [
        _by_family("SMP usual test", usual, tags, SIX),
        _by_family(
            "SMP usual test without leaked rows", _kept(usual, fresh), _kept(tags, fresh), SIX
        ),
    ]
    for title, examples, classes, closed in (
        ("SMP virus test", corpora.smp(data, "virus_test_labeled.json", "smp-virus"), SIX, False),
        ("OCEMOTION dev, which has no neutral", corpora.ocemotion(data, "dev.tsv", 1.0), SIX, True),
        ("BRIGHTER zh dev", corpora.brighter(data, "zh", "dev"), SIX, False),
        ("GoEmotions test", corpora.goemotions(data, "original_test.tsv"), EKMAN, False),
        ("BRIGHTER en dev", corpora.brighter(data, "en", "dev"), SIX, True),
    ):
        some = list(examples)
        found.append(_by_family(title, some, tag_all(tagger, some), classes, closed=closed))
    found += [_shopping(tagger, data), _car_forum(tagger, data)]
    return [
        *found,
        *_dialogue(tagger, data),
        *challenge(tagger),
        _aspects(tagger, "car forum", evaluate_aspects.cars(data)),
        _aspects(tagger, "restaurants", evaluate_aspects.restaurants(data)),
    ]


def tag_all(
    tagger: CascadeTagger, examples: Sequence[Example], contexts: Sequence[Context] | None = None
) -> list[EmotionTag]:
    """Tag texts as the kind of text that they are."""
    inputs = [
        TextInput(example.text, example.kind, "", contexts[at] if contexts else None)
        for at, example in enumerate(examples)
    ]
    return [
        tag
        for start in range(0, len(inputs), _CHUNK)
        for tag in tagger.tag(inputs[start : start + _CHUNK])
    ]


def _kept(values: Iterable[T], keep: Sequence[bool]) -> list[T]:
    return [value for value, is_kept in zip(values, keep, strict=True) if is_kept]


def _family_of(example: Example, classes: ClassSet) -> str | None:
    """The one class that a label lies in; None if it lies in several."""
    families = {classes.parent[emotion] for emotion in allowed_of(example)}
    return families.pop() if len(families) == 1 else None


def _by_family(
    title: str,
    examples: Sequence[Example],
    tags: Sequence[EmotionTag],
    classes: ClassSet,
    *,
    closed: bool = False,
) -> Section:
    """The rows whose label lies in one class; if `closed`, answers are of those that occur."""
    known = [
        (family, tag)
        for example, tag in zip(examples, tags, strict=True)
        if (family := _family_of(example, classes)) is not None
    ]
    said = [family for family, _ in known]
    among = [name for name in classes.names if name in said] if closed else None
    answered = [classes.answer(tag, among) for _, tag in known]
    confidence = [tag.confidence for _, tag in known]
    return judged(title, said, answered, classes.names, confidence)


def _sides(
    tagger: CascadeTagger, title: str, inputs: Sequence[TextInput], good: Sequence[bool]
) -> Section:
    """How often texts are found to be for or against something that are one or the other."""
    chunks = [inputs[start : start + _CHUNK] for start in range(0, len(inputs), _CHUNK)]
    polarities = [tag.polarity for chunk in chunks for tag in tagger.tag(chunk)]
    sides = [
        (polarity is Polarity.POSITIVE) == is_good
        for polarity, is_good in zip(polarities, good, strict=True)
        if polarity in (Polarity.POSITIVE, Polarity.NEGATIVE)
    ]
    odds = [one for chunk in chunks for one in tagger.positive_odds(chunk)]
    leaning = [(one > 0) == is_good for one, is_good in zip(odds, good, strict=True)]
    return Section(
        title,
        {
            "texts": float(len(inputs)),
            "polarity right, every text forced to a side": sum(leaning) / len(leaning),
            "polarity right where it takes a side": sum(sides) / len(sides),
            "takes a side": len(sides) / len(inputs),
        },
    )


def _shopping(tagger: CascadeTagger, data: Path) -> Section:
    reviews = splits.held_out_shopping(data)
    inputs = [TextInput(review.text, review.kind) for review in reviews]
    good = [review.positive == 1.0 for review in reviews]
    return _sides(tagger, "online_shopping_10_cats, held-out fifth", inputs, good)


def _car_forum(tagger: CascadeTagger, data: Path) -> Section:
    """Posts that are for or against every part of a car that they speak of."""
    inputs, good = [], []
    for post in evaluate_aspects.cars(data):
        if set(post.aspects.values()) in ({Polarity.POSITIVE}, {Polarity.NEGATIVE}):
            inputs.append(TextInput(post.text, post.kind))
            good.append(Polarity.POSITIVE in post.aspects.values())
    return _sides(tagger, "BDCI car forum, posts of one side", inputs, good)


def _dialogue(tagger: CascadeTagger, data: Path) -> list[Section]:
    """Does it help to know what a turn answers, and how the talk was before?"""
    turns = list(corpora.cped(data, "test"))
    alone = tag_all(tagger, turns)
    replying = tag_all(tagger, turns, contexts=[Context(turn.reply_to) for turn in turns])
    primed = tag_all(
        tagger,
        turns,
        contexts=[
            Context(turn.reply_to, prior=prior)
            for turn, prior in zip(turns, _priors(turns, alone), strict=True)
        ],
    )
    short = [len(turn.text) <= _SHORT for turn in turns]
    return [
        _by_family(f"{title}, {how}", _kept(turns, keep), _kept(tags, keep), SIX)
        for title, keep in (
            ("CPED test", [True] * len(turns)),
            (f"CPED test, turns of at most {_SHORT} characters", short),
        )
        for how, tags in (
            ("by themselves", alone),
            ("with the turn before", replying),
            ("with the turn before and the mood of the talk", primed),
        )
    ]


def _priors(turns: Sequence[Example], tags: Sequence[EmotionTag]) -> list[tuple[float, ...] | None]:
    """The mean of the last turns of the dialogue before each."""
    priors: list[tuple[float, ...] | None] = []
    dialogue, before = "", list[tuple[float, ...]]()
    for turn, tag in zip(turns, tags, strict=True):
        if turn.group != dialogue:
            dialogue, before = turn.group, []
        latest = before[-LATEST:]
        mean = tuple(sum(shares) / len(latest) for shares in zip(*latest, strict=True))
        priors.append(mean or None)
        before.append(tag.scores)
    return priors


def challenge(tagger: CascadeTagger) -> list[Section]:
    """The test half of our own comments: twelve emotions and four polarities, by what is hard.

    What is said of aspects too, on other comments of ours.
    """
    comments = splits.challenge_test()
    languages = _languages(splits.CHALLENGE)
    tags = tag_all(tagger, comments)
    said = [str(next(iter(allowed_of(comment)))) for comment in comments]
    answered = [str(tag.emotion) for tag in tags]
    whole = judged(
        "our challenge comments, test half",
        said,
        answered,
        TWELVE.names,
        [tag.confidence for tag in tags],
    )
    emotions, polarities = defaultdict[str, list[bool]](list), defaultdict[str, list[bool]](list)
    for comment, tag, label in zip(comments, tags, said, strict=True):
        names = dict.fromkeys(
            (
                comment.group,
                f"kind: {comment.kind}",
                f"language: {comment.language}",
                f"language: {languages[comment.text]}",
            )
        )
        for name in names:
            emotions[name].append(tag.emotion == label)
            polarities[name].append(tag.polarity is leaning_of(comment))
    every = [hit for name in polarities if name.startswith("kind") for hit in polarities[name]]
    return [
        replace(whole, figures=whole.figures | {"polarity right": sum(every) / len(every)}),
        Section("… emotion of twelve right", _shares(emotions)),
        Section("… polarity of four right", _shares(polarities)),
        _aspects(tagger, "own", evaluate_aspects.own()),
    ]


def _languages(path: Path) -> dict[str, str]:
    """What each comment is written in, simplified and traditional Chinese apart."""
    rows = (json.loads(line) for line in path.read_text("utf-8").splitlines())
    return {row["text"]: row["language"] for row in rows}


def _aspects(
    tagger: CascadeTagger, name: str, examples: Iterable[evaluate_aspects.Annotated]
) -> Section:
    """The half that nothing was tuned on; a pair is a text and an aspect that it speaks of."""
    tested = [example for example in examples if example.half == "test"]
    counts = evaluate_aspects.counted(name, tested, tagger)
    return Section(
        f"aspects, {name}, test half",
        {"texts": float(len(tested)), "pairs": float(counts[name].annotated)}
        | {
            f"{words}{'all' if key == name else key.strip()}": one.f1(right)
            for key, one in counts.items()
            if one.annotated
            for words, right in (
                ("F1, ", one.both),
                ("F1 with polarity, ", one.same_polarity),
            )
        },
    )


def _shares(hits: Mapping[str, Sequence[bool]]) -> dict[str, float]:
    """By phenomenon, then by kind, then by language."""
    names = sorted(hits, key=lambda name: (name.startswith("language:"), name.startswith("kind:")))
    return {f"{name} ({len(hits[name])})": sum(hits[name]) / len(hits[name]) for name in names}

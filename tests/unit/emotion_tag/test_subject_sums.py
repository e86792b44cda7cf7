"""Sums of subjects: what fades, what an author counts, and that nothing depends on the order."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.emotion_tag.adapters.trends.folded_text import FoldedText
from services.emotion_tag.domain.aspect import ASPECTS, Aspect
from services.emotion_tag.domain.content import Place
from services.emotion_tag.domain.crowd import MOST_COUNTED, Change, changes
from services.emotion_tag.domain.standing import Standing
from services.emotion_tag.domain.subject import (
    HALF_LIVES,
    CatalogueEntry,
    Subject,
    SubjectKind,
    subjects_of,
)
from services.emotion_tag.domain.taxonomy import EMOTIONS, Emotion, Polarity
from services.emotion_tag.domain.traditional import SIMPLIFIED
from services.emotion_tag.domain.voice import (
    AUTHORS,
    COMPLAINTS,
    EMOTION,
    GRAIN,
    SIZE,
    TEXTS,
    VOLUME,
    Sums,
    Voice,
    of_aspects,
    of_complaints,
)
from tests.support.saying import NOON, text_of, voice

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
PRODUCT = Subject(SubjectKind.PRODUCT, "sku-1")


def some_voice(seed: int) -> Voice:
    """A text made of a number: the same for the same one."""
    random = Random(seed)
    return Voice(
        content_id=UUID(int=seed),
        author_key=bytes([random.randrange(3)]),
        said_at=NOON - timedelta(minutes=random.randrange(100_000)),
        scores=tuple(random.randrange(GRAIN) for _ in EMOTIONS),
        polarity=random.choice(list(Polarity)),
        intensity=random.randrange(GRAIN),
        aspects=tuple((one, random.choice(list(Polarity))) for one in random.sample(ASPECTS, 2)),
    )


seeds = st.lists(st.integers(0, 10_000), max_size=15, unique=True)


def say(said: Sequence[Voice], standing: Standing, known: list[Voice]) -> tuple[Standing, Sums]:
    """Learn texts one by one; the standing, and what was added to sums that do not fade."""
    total = np.zeros(SIZE)
    for one in said:
        before = [other for other in known if other.author_key == one.author_key]
        found = changes(before, [*before, one])
        known.append(one)
        standing = standing.moved(found)
        total += sum((change.sums for change in found), np.zeros(SIZE))
    return standing, total


def nothing() -> Standing:
    return Standing.nothing(PRODUCT, LONG_AGO)


@given(seeds, st.integers(0, 99))
@settings(deadline=None, max_examples=40)
def test_the_order_in_which_texts_arrive_does_not_matter(some: list[int], order: int) -> None:
    said = [some_voice(seed) for seed in some]
    shuffled = Random(order).sample(said, len(said))

    one, total = say(said, nothing(), [])
    other, other_total = say(shuffled, nothing(), [])

    assert np.array_equal(total, other_total)  # to the bit
    assert one.as_of == other.as_of
    assert one.sums == pytest.approx(other.sums, abs=1e-9)


@given(seeds, st.integers(0, 99))
@settings(deadline=None, max_examples=40)
def test_a_text_that_is_taken_out_was_never_said(some: list[int], which: int) -> None:
    said = [some_voice(seed) for seed in some]
    gone = [one for one in said if Random(which + one.content_id.int).random() < 0.5]
    known: list[Voice] = []
    standing, total = say(said, nothing(), known)

    for one in gone:
        before = [other for other in known if other.author_key == one.author_key]
        found = changes(before, [other for other in before if other != one])
        known.remove(one)
        standing = standing.moved(found)
        total += sum((change.sums for change in found), np.zeros(SIZE))

    left, left_total = say([one for one in said if one not in gone], nothing(), [])
    assert np.array_equal(total, left_total)  # to the bit
    assert standing.at(NOON) == pytest.approx(left.at(NOON), abs=1e-9)


@given(seeds)
@settings(deadline=None, max_examples=40)
def test_a_corrected_text_is_as_if_it_had_been_tagged_so(some: list[int]) -> None:
    said = [some_voice(seed) for seed in some]
    corrected = [
        replace(one, scores=one.scores[::-1], polarity=Polarity.MIXED, aspects=()) for one in said
    ]
    _, total = say(said, nothing(), [])

    for key in {one.author_key for one in said}:
        found = changes(
            [one for one in said if one.author_key == key],
            [one for one in corrected if one.author_key == key],
        )
        total += sum((change.sums for change in found), np.zeros(SIZE))

    assert np.array_equal(total, say(corrected, nothing(), [])[1])


def test_what_was_said_fades_by_half_every_half_life_of_the_kind() -> None:
    for kind, half_life in HALF_LIVES.items():
        standing = Standing.nothing(Subject(kind, "x"), LONG_AGO)
        standing = standing.moved(changes([], [voice(text_of())]))

        assert standing.at(NOON)[VOLUME] == 1
        assert standing.at(NOON + half_life)[VOLUME] == pytest.approx(0.5)
        assert standing.at(NOON + 3 * half_life)[VOLUME] == pytest.approx(0.125)


def test_many_texts_of_one_author_count_less_than_two() -> None:
    spam = [voice(text_of(Emotion.ANGER, author=7, at=NOON + timedelta(n))) for n in range(500)]
    two = [voice(text_of(Emotion.JOY)) for _ in range(2)]
    standing, total = say(spam, nothing(), [])

    assert 1.9 < total[VOLUME] < 2
    assert total[TEXTS] == 500
    assert total[AUTHORS] == 1
    assert say(two, nothing(), [])[1][VOLUME] > total[VOLUME]
    assert standing.sums[VOLUME] < 2


def test_the_first_text_of_an_author_counts_most_even_if_it_is_learnt_last() -> None:
    angry = voice(text_of(Emotion.ANGER, author=7, at=NOON))
    happy = voice(text_of(Emotion.JOY, author=7, at=NOON + timedelta(minutes=1)))

    _, total = say([happy, angry], nothing(), [])

    felt = dict(zip(EMOTIONS, total[EMOTION].tolist(), strict=True))
    assert felt[Emotion.ANGER] > 1.5 * felt[Emotion.JOY]


def test_texts_that_do_not_count_any_more_need_not_be_known() -> None:
    first = [voice(text_of(author=7, at=NOON + timedelta(minutes=n))) for n in range(MOST_COUNTED)]
    late = voice(text_of(author=7, at=NOON + timedelta(hours=1)))

    (change,) = changes(first, [*first, late])

    assert change.sums[TEXTS] == 1
    assert change.sums[VOLUME] == 0


def test_a_complaint_is_felt_about_its_aspect() -> None:
    sums = voice(
        text_of(
            Emotion.ANGER,
            aspects=[
                (Aspect.LOGISTICS, Polarity.NEGATIVE),
                (Aspect.QUALITY, Polarity.POSITIVE),
                (Aspect.PRICE, Polarity.MIXED),
                (Aspect.SIZE, Polarity.NEUTRAL),
            ],
        )
    ).sums()

    leans = dict(zip(ASPECTS, of_aspects(sums).tolist(), strict=True))
    assert leans[Aspect.LOGISTICS] == [0, 1, 0]
    assert leans[Aspect.QUALITY] == [1, 0, 0]
    assert leans[Aspect.PRICE] == [0.5, 0.5, 0]
    assert leans[Aspect.SIZE] == [0, 0, 1]
    felt = of_complaints(sums)
    anger = COMPLAINTS.index(Emotion.ANGER)
    assert felt[ASPECTS.index(Aspect.LOGISTICS), anger] == pytest.approx(0.78, abs=1e-3)
    assert felt[ASPECTS.index(Aspect.QUALITY)].sum() == 0


def test_a_standing_may_be_read_before_its_latest_text() -> None:
    standing = nothing().moved([Change(NOON, np.ones(SIZE))])

    assert standing.at(NOON - timedelta(days=9))[VOLUME] == 1


def test_a_text_is_about_its_items_their_brands_and_where_it_was_said() -> None:
    catalogue = {
        "a": CatalogueEntry("a", " Aria ", "Guitars", 1),
        "b": CatalogueEntry("b", "", "Guitars", 1),
    }
    topics = ("种草", "種草", "x" * 101)
    place = Place(circle_id="c", room_id="r", region_code="CN-ZJ", topics=topics)

    found = subjects_of(["a", "b", "unknown", "a"], place, catalogue)

    assert [(one.kind.value, one.subject_id) for one in found] == [
        ("brand", "aria"),
        ("category", "guitars"),
        ("circle", "c"),
        ("product", "a"),
        ("product", "b"),
        ("product", "unknown"),
        ("region", "CN-ZJ"),
        ("room", "r"),
        ("topic", "种草"),
    ]
    assert list(found) == sorted(found)


def test_brands_are_the_same_in_any_case_and_width() -> None:
    assert Subject.named(SubjectKind.BRAND, "ＡＲＩＡ  Co ") == Subject(
        SubjectKind.BRAND, "aria co"
    )
    assert Subject.named(SubjectKind.PRODUCT, "SKU") == Subject(SubjectKind.PRODUCT, "SKU")


@pytest.mark.parametrize("name", ["開箱 DIY", "开箱 diy", " 开箱  ＤＩＹ "])
def test_a_topic_is_the_same_in_any_script_case_and_width(name: str) -> None:
    assert Subject.named(SubjectKind.TOPIC, name) == Subject(SubjectKind.TOPIC, "开箱 diy")


def test_a_topic_is_named_as_trends_count_it() -> None:
    topics = ["開箱", "雙十一", "故宫 口红", "Unboxing", "薴麻"]

    named = [Subject.named(SubjectKind.TOPIC, one).subject_id for one in topics]

    assert named == [FoldedText()(one) for one in topics]


@given(st.text(st.sampled_from([*map(chr, SIMPLIFIED), "开", "A", " "]), max_size=12))
def test_a_topic_that_was_answered_can_be_asked_for_again(name: str) -> None:
    known = Subject.named(SubjectKind.TOPIC, name)

    assert Subject.named(SubjectKind.TOPIC, known.subject_id) == known

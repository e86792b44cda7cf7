"""Words of distress, what they mean together, and what they must not be mistaken for."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import perf_counter
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.emotion_tag.adapters.distress.lexicon import JsonLexicon
from services.emotion_tag.domain.distress import (
    COUNTS_FOR,
    KEPT,
    LOW_RULE,
    NOTHING_FOUND,
    DistressLevel,
    DistressOutcome,
    DistressSignal,
    Reading,
    low_again,
    may_be_low_again,
    sign,
    state_of,
)
from services.emotion_tag.domain.mood import Evidence
from services.emotion_tag.domain.tag import EmotionTag, TextKind
from services.emotion_tag.domain.taxonomy import EMOTIONS, Emotion, Polarity
from services.emotion_tag.training.evaluate_distress import CHALLENGES, challenges

NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)
ANN = UUID(int=1)
LEXICON = JsonLexicon()


def read(text: str, kind: TextKind = TextKind.COMMENT) -> Reading:
    return LEXICON.read(text, kind)


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("我真的不想活了", DistressLevel.URGENT),
        ("我真的不想活了".replace("不", "不 "), DistressLevel.URGENT),
        ("想 自 杀", DistressLevel.URGENT),
        ("我想結束自己的生命", DistressLevel.URGENT),
        ("I want to kill myself", DistressLevel.URGENT),
        ("I don’t want to be alive anymore", DistressLevel.URGENT),
        ("没有人在乎我，我就是个累赘", DistressLevel.CONCERN),
        ("老公又打我了", DistressLevel.CONCERN),
        ("网贷还不上了，催收天天上门", DistressLevel.CONCERN),
        ("我快崩溃了，好几天没睡", DistressLevel.WATCH),
    ],
)
def test_words_of_distress_have_their_level(text: str, level: DistressLevel) -> None:
    assert read(text).level is level
    assert read(text).rule_ids


@pytest.mark.parametrize(
    "text",
    [
        "",
        "笑死我了",
        "餓死了，開飯",
        "累死了",
        "想死你了",
        "手机想死机",
        "跳楼价大甩卖",
        "尴尬得我想死",
        "I'm dying laughing",
        "this cake is to die for",
        "my phone battery died",
        "我不想死，我要好好活着",
        "老公打我八折",
        "紫砂壶很漂亮",
    ],
)
def test_idioms_and_talk_of_things_are_no_distress(text: str) -> None:
    assert read(text).level is DistressLevel.NONE


def test_a_review_tells_of_a_book_unless_its_author_speaks_outright() -> None:
    assert read("女主角最后自杀，太压抑", TextKind.REVIEW).level is DistressLevel.NONE
    assert read("读完想自杀，太压抑", TextKind.REVIEW).level is DistressLevel.CONCERN
    assert read("东西收到了。我不想活了", TextKind.REVIEW).level is DistressLevel.URGENT


@pytest.mark.parametrize("half", ["dev", "test"])
def test_the_challenge_set_is_told_apart_as_well_as_was_reported(half: str) -> None:
    rows = challenges(half)
    read_as = [(said, read(text).level) for text, said, _ in rows]
    found = [said for said, answer in read_as if answer]
    real = [answer for said, answer in read_as if said]

    assert len(rows) >= 100
    assert sum(map(bool, real)) / len(real) >= 0.91
    assert sum(map(bool, found)) / len(found) >= 0.98


def test_the_challenge_set_has_no_text_twice_and_all_scripts() -> None:
    rows = [json.loads(line) for line in CHALLENGES.read_text("utf-8").splitlines()]

    assert len({row["text"] for row in rows}) == len(rows)
    assert {row["language"] for row in rows} == {"zh-Hans", "zh-Hant", "en"}


@given(st.text(max_size=300))
def test_any_text_is_read_the_same_twice(text: str) -> None:
    assert read(text) == read(text)


@pytest.mark.parametrize(
    "piece", ["我想死", "死了", "被", "i want to ", "不想", "，", "打我", "\ud800"]
)
def test_a_long_text_is_read_in_bounded_time(piece: str) -> None:
    began = perf_counter()

    read(piece * (5_000 // len(piece)))

    assert perf_counter() - began < 5  # 0.03 s on an idle core


def reading(level: DistressLevel) -> Reading:
    return Reading(level, ("rule",), is_first_person=True)


def test_without_consent_only_danger_to_life_is_noted_and_nobody_is_named() -> None:
    content = UUID(int=2)

    signs = [sign(content, None, reading(level), NOON, NOON) for level in DistressLevel]

    assert signs[:3] == [None, None, None]
    assert signs[3] is not None
    assert signs[3].user_id is None


def test_what_was_said_too_long_ago_is_no_sign() -> None:
    for level in (DistressLevel.WATCH, DistressLevel.CONCERN, DistressLevel.URGENT):
        before = NOON - COUNTS_FOR[level]
        assert sign(UUID(int=2), ANN, reading(level), before, NOON) is None
        assert sign(UUID(int=2), ANN, reading(level), before + timedelta(seconds=1), NOON)


signals = st.lists(
    st.builds(
        lambda number, level, age, outcome: DistressSignal(
            id=UUID(int=number),
            user_id=ANN,
            content_id=UUID(int=number),
            level=level,
            rule_ids=("rule",),
            said_at=NOON - age,
            noticed_at=NOON - age,
            expires_at=NOON - age + KEPT,
            outcome=outcome,
        ),
        st.integers(0, 2**64),
        st.sampled_from([level for level in DistressLevel if level]),
        st.timedeltas(timedelta(0), timedelta(days=40)),
        st.sampled_from(DistressOutcome),
    ),
    max_size=6,
)


@given(signals, st.timedeltas(timedelta(0), timedelta(days=40)))
def test_a_state_counts_until_its_end_and_then_nothing_does(
    found: list[DistressSignal], later: timedelta
) -> None:
    state = state_of(ANN, found, NOON, version=1)

    assert (state.expires_at is None) == (state.level is DistressLevel.NONE)
    if state.expires_at is not None:
        assert NOON < state.expires_at <= NOON + KEPT
        after = state_of(ANN, found, state.expires_at, version=2)
        assert after.level is DistressLevel.NONE
    assert state_of(ANN, found, NOON + later, version=2).level <= state.level


@given(signals)
def test_false_alarms_count_for_nothing(found: list[DistressSignal]) -> None:
    real = [one for one in found if one.outcome is not DistressOutcome.FALSE_ALARM]

    assert state_of(ANN, found, NOON, version=1) == state_of(ANN, real, NOON, version=1)


def low(days_ago: float, emotion: Emotion = Emotion.SADNESS, weight: float = 0.6) -> Evidence:
    return Evidence(
        content_id=UUID(int=int(days_ago * 100) + 5),
        emotion=emotion,
        scores=tuple(1.0 if e is emotion else 0.0 for e in EMOTIONS),
        weight=weight,
        said_at=NOON - timedelta(days=days_ago),
    )


FIRST_PERSON = Reading(DistressLevel.NONE, (), is_first_person=True)
EVEN = tuple(1 / len(EMOTIONS) for _ in EMOTIONS)


def test_low_on_three_days_is_worth_a_friendly_word() -> None:
    again = low_again(FIRST_PERSON, [low(3), low(1)], NOON)

    assert (again.level, again.rule_ids) == (DistressLevel.WATCH, (LOW_RULE,))


@pytest.mark.parametrize(
    "earlier",
    [
        [low(1)],
        [low(0.1), low(0.2), low(1)],
        [low(3, weight=0.1), low(1)],
        [low(3, Emotion.ANGER), low(1)],
        [low(20), low(1)],
        [low(3), low(1), *[low(day / 2, Emotion.JOY) for day in range(1, 6)]],
    ],
    ids=["twice", "the same days", "unsure", "angry", "long ago", "happy more often"],
)
def test_less_than_that_is_none(earlier: list[Evidence]) -> None:
    assert low_again(FIRST_PERSON, earlier, NOON) == FIRST_PERSON


def test_only_a_sure_text_about_oneself_is_looked_at_in_its_context() -> None:
    tag = EmotionTag(
        emotion=Emotion.SADNESS,
        scores=tuple(1.0 if e is Emotion.SADNESS else 0.0 for e in EMOTIONS),
        polarity=Polarity.NEGATIVE,
        intensity=0.1,
        confidence=0.9,
        unsure=False,
        language="en",
        evidence=(),
        model_version="test",
    )

    assert may_be_low_again(FIRST_PERSON, tag, TextKind.POST)
    assert not may_be_low_again(NOTHING_FOUND, tag, TextKind.POST)
    assert not may_be_low_again(FIRST_PERSON, tag, TextKind.REVIEW)
    assert not may_be_low_again(FIRST_PERSON, replace(tag, unsure=True), TextKind.POST)
    assert not may_be_low_again(FIRST_PERSON, replace(tag, scores=EVEN), TextKind.POST)


def test_who_writes_more_of_other_things_is_looked_at_all_the_same() -> None:
    others = [low(day / 2, Emotion.NEUTRAL) for day in range(20)]

    assert low_again(FIRST_PERSON, [low(3), low(1), *others], NOON).level is DistressLevel.WATCH

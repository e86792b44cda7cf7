"""What rises, and what is a phrase."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.emotion_tag.adapters.trends.folded_text import FoldedText
from services.emotion_tag.adapters.trends.phrase_miner import PhraseMiner
from services.emotion_tag.domain.taxonomy import EMOTIONS, Emotion
from services.emotion_tag.domain.trend import (
    LEAST_TEXTS,
    Sums,
    Talk,
    TopicKind,
    Window,
    parts_of,
    rising,
)
from services.emotion_tag.domain.trend_words import BREAK, joined, may_be_topic, words_of

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
OTHERS = "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏闰余成岁律吕调阳云腾致雨露结为霜"


def scores(emotion: Emotion, weight: float) -> tuple[float, ...]:
    return tuple(weight if one is emotion else 0.0 for one in EMOTIONS)


def talk(text: str, now: float, before: float = 0.0, emotion: Emotion = Emotion.ANGER) -> Talk:
    return Talk(
        text=text,
        kind=TopicKind.PHRASE,
        now=Sums(now, 0.0, now, scores(emotion, now)),
        before=Sums(before, before, 0.0, scores(Emotion.JOY, before)),
    )


def said(random: Random, inside: str = "") -> str:
    """A line of chance characters with something inside."""
    before, after = ("".join(random.choices(OTHERS, k=random.randint(1, 5))) for _ in range(2))
    return before + inside + after


def mined(lines: list[str], miner: PhraseMiner | None = None) -> set[str]:
    miner = miner or PhraseMiner()
    found: set[str] = set()
    for author, line in enumerate(lines):
        found.update(miner.mine(words_of(line), str(author).encode()))
    return found


def test_words_are_characters_of_chinese_and_words_of_english() -> None:
    assert words_of("iphone15手机 so good!") == ["iphone15", "手", "机", "so", "good", BREAK]
    assert joined(["iphone15", "手", "机"]) == "iphone15手机"
    assert joined(["snow", "boots"]) == "snow boots"


@pytest.mark.parametrize(
    "text", ["的手机", "哈哈哈哈", "猴子猴子", "真的", "the", "is", "手机了", "15"]
)
def test_particles_idle_talk_and_echoes_are_no_topics(text: str) -> None:
    assert not may_be_topic(words_of(text))


@pytest.mark.parametrize("text", ["故宫口红", "snow boots", "iphone", "iphone手机壳"])
def test_what_means_something_may_be_a_topic(text: str) -> None:
    assert may_be_topic(words_of(text))


def test_a_phrase_is_found_whole_among_other_words() -> None:
    random = Random(1)
    lines = [said(random, "故宫口红" if i % 10 == 0 else "") for i in range(600)]

    found = mined(lines)

    assert "故宫口红" in found
    assert not found & {"故宫", "口红", "宫口", "宫口红", "故宫口"}


def test_words_that_meet_by_chance_are_no_phrase() -> None:
    random = Random(2)

    assert not mined([said(random) for _ in range(600)])


def test_what_few_authors_say_is_not_given_out_however_often_they_do() -> None:
    random, miner = Random(3), PhraseMiner()
    found: set[str] = set()
    for i in range(400):
        author = str(i % 4 if i % 2 else i).encode()
        line = said(random, "故宫口红" if i % 2 else "")
        found.update(miner.mine(words_of(line), author))

    assert "故宫口红" not in found


def test_a_known_topic_is_found_at_once() -> None:
    miner = PhraseMiner()

    assert miner.mine(words_of("买了故宫口红呀"), b"ann", {"故宫口红"}) == ["故宫口红"]


def test_what_nobody_says_any_more_is_forgotten() -> None:
    random, miner = Random(4), PhraseMiner()
    mined([said(random, "故宫口红") for _ in range(40)], miner)

    miner.fade(24 * 7)

    assert "故宫口红" not in miner.mine(words_of(said(random, "故宫口红")), b"ann")


def test_an_author_counts_once_for_a_hashtag() -> None:
    miner = PhraseMiner()

    counts = [miner.authors_of("#双十一", author) for author in (b"a", b"a", b"a", b"b", b"c")]

    assert counts == [1, 1, 1, 2, 3]


@given(st.text(max_size=80))
def test_any_text_can_be_mined(text: str) -> None:
    phrases = PhraseMiner().mine(words_of(FoldedText()(text)), b"ann")

    assert phrases == []


def test_texts_are_compared_in_one_width_case_and_script() -> None:
    fold = FoldedText()

    assert fold("ＩＰＨＯＮＥ 氣死我了 https://x.cn @小王") == "iphone 气死我了"


@pytest.mark.parametrize(
    ("text", "topic", "form"),
    [
        ("今天來開箱囉", "开箱", "開箱"),
        ("今天来开箱啦", "开箱", "开箱"),
        ("新款 ＩＰＨＯＮＥ  15 到了", "iphone 15", "ＩＰＨＯＮＥ 15"),
        ("故宫 口红真好看", "故宫口红", "故宫口红"),
        ("smart Art", "art", "Art"),
        ("iPhone手机壳", "iphone手机", "iPhone手机"),
        ("㍿上市", "株式会社", "㍿"),
    ],
)
def test_the_form_of_a_topic_is_what_the_text_has(text: str, topic: str, form: str) -> None:
    fold = FoldedText()

    found = fold.form_of(topic, text)

    assert found is not None
    assert found == form
    assert fold(found) == topic


@given(st.text(max_size=40), st.text(max_size=8))
def test_any_text_can_be_looked_through_for_any_topic(text: str, topic: str) -> None:
    found = FoldedText().form_of(topic, text)

    assert found is None or len(found) <= len(text)


def test_a_topic_that_is_not_there_has_no_form() -> None:
    fold = FoldedText()

    assert fold.form_of("art", "smart") is None
    assert fold.form_of("开箱", "开个箱") is None
    assert fold.form_of("", "开箱") is None
    assert fold.form_of("字" * 65, "字" * 80) is None


def test_what_rises_most_surely_comes_first() -> None:
    talks = [talk("common", 100, 16_000), talk("sudden", 40, 40), talk("slight", 6, 4)]

    topics = rising(talks, 1_000, 168_000, most=10)

    assert [one.talk.text for one in topics] == ["sudden", "slight"]
    assert topics[0].score > topics[1].score > 0


def test_what_few_texts_speak_of_is_no_topic() -> None:
    assert not rising([talk("rare", LEAST_TEXTS - 1)], 1_000, 168_000, most=10)


def test_parts_and_spellings_of_a_topic_are_one_with_it() -> None:
    talks = [talk("故宫口红", 40), talk("故宫口", 38), talk("口红", 400), talk("宫口红", 39)]

    topics = rising(talks, 1_000, 168_000, most=10)

    names = {one.talk.text: set(one.variants) for one in topics}
    assert names == {"口红": set(), "故宫口红": {"故宫口", "宫口红"}}


def test_a_topic_has_the_colour_of_what_is_said_of_it_and_how_that_changed() -> None:
    [topic] = rising([talk("leak", 40, 10)], 1_000, 168_000, most=10)

    assert topic.emotion is Emotion.ANGER
    assert topic.valence_change < -1
    assert not topic.is_new


@given(st.integers(5, 400), st.integers(0, 400), st.integers(1, 400))
def test_more_texts_never_rise_less(now: int, before: int, more: int) -> None:
    def score(count: int) -> float:
        found = rising([talk("x", count, before)], 10_000, 100_000, most=1)
        return found[0].score if found else 0.0

    assert score(now + more) >= score(now)


@pytest.mark.parametrize("window", list(Window))
def test_parts_fill_the_window(window: Window) -> None:
    parts = parts_of(window, NOON)

    assert len(parts) == window.parts
    assert parts[0] == NOON - window.length
    assert parts[-1] + window.length / window.parts == NOON


def test_a_window_is_not_longer_than_the_time_it_is_held_against() -> None:
    assert all(window.length <= window.before <= timedelta(days=7) for window in Window)

"""Which tags a product earns and keeps, what is news, and which texts are quoted."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

import numpy as np

from services.emotion_tag.domain.aspect import Aspect
from services.emotion_tag.domain.content import TaggedContent
from services.emotion_tag.domain.crowd import changes
from services.emotion_tag.domain.product_emotion import Told, is_notable, looked_at
from services.emotion_tag.domain.product_tag import tag_name, tags_of
from services.emotion_tag.domain.quote import LONGEST_QUOTE, Candidate, Quote, chosen
from services.emotion_tag.domain.subject import Subject, SubjectKind
from services.emotion_tag.domain.subject_profile import SubjectProfile, profile_of
from services.emotion_tag.domain.tag import TextKind
from services.emotion_tag.domain.taxonomy import EMOTIONS, Emotion, Polarity
from services.emotion_tag.domain.voice import SIZE
from tests.support.saying import NOON, tag_of, text_of, voice

PRODUCT = Subject(SubjectKind.PRODUCT, "sku-1")
FAULT, PRAISE = (Aspect.LOGISTICS, Polarity.NEGATIVE), (Aspect.QUALITY, Polarity.POSITIVE)


def profile(*texts: TaggedContent) -> SubjectProfile:
    sums = [change.sums for text in texts for change in changes([], [voice(text)])]
    return profile_of(PRODUCT, np.sum(sums, axis=0) if sums else np.zeros(SIZE), NOON)


def mixed(joyful: int, others: int) -> SubjectProfile:
    texts = [text_of(Emotion.JOY) for _ in range(joyful)]
    return profile(*texts, *(text_of(Emotion.NEUTRAL) for _ in range(others)))


def keys(of: SubjectProfile, held: Collection[str] = ()) -> set[str]:
    return {tag.key for tag in tags_of(of, held)}


def test_a_tag_comes_when_it_is_sure_and_not_before() -> None:
    assert keys(mixed(3, 0)) == set()
    assert keys(mixed(6, 18)) == set()
    assert keys(mixed(20, 20)) == {"joy"}


def test_a_tag_stays_until_it_is_surely_over() -> None:
    between = mixed(6, 24)

    assert keys(between) == set()
    assert keys(between, ["joy"]) == {"joy"}
    assert keys(mixed(1, 60), ["joy"]) == set()


def test_a_tag_does_not_flicker_while_texts_come_in() -> None:
    random = np.random.default_rng(5)
    texts: list[TaggedContent] = []
    held: set[str] = set()
    turns = 0
    for _ in range(200):
        emotion = Emotion.JOY if random.random() < 0.25 else Emotion.NEUTRAL
        texts.append(text_of(emotion))
        now = keys(profile(*texts[-60:]), held)
        turns += now != held
        held = now

    assert turns <= 4


def test_a_complaint_is_named_by_its_aspect_and_what_is_felt() -> None:
    angry = profile(*(text_of(Emotion.ANGER, aspects=[FAULT]) for _ in range(20)))

    tags = {tag.key: tag for tag in tags_of(angry, ())}

    assert set(tags) == {"anger", "faulted:logistics"}
    tag = tags["faulted:logistics"]
    name = tag_name(tag.emotion, tag.aspect, tag.polarity)
    assert (name.zh_hans, name.zh_hant) == ("物流让人生气", "物流讓人生氣")
    assert name.en == "people are angry about its delivery"


def test_every_tag_has_a_name_in_each_language() -> None:
    for emotion in EMOTIONS[:-1]:
        name = tag_name(emotion, None, Polarity.NEUTRAL)
        assert all((name.zh_hans, name.zh_hant, name.en))
    for aspect in Aspect:
        assert tag_name(None, aspect, Polarity.POSITIVE).zh_hans.endswith("受好评")
        assert tag_name(None, aspect, Polarity.NEGATIVE).zh_hans.endswith("被吐槽")


def test_what_is_told_is_news_and_the_same_again_is_not() -> None:
    stranger = Told(item_id="sku-1")
    found = looked_at(stranger, mixed(20, 20))
    told = Told(
        item_id="sku-1",
        version=1,
        mix=found.mix,
        is_reliable=True,
        tags={tag.key: since for tag, since in found.tags},
    )

    assert is_notable(stranger, found)
    assert not is_notable(stranger, looked_at(stranger, mixed(2, 0)))
    assert not is_notable(told, looked_at(told, mixed(21, 20)))
    assert is_notable(told, looked_at(told, mixed(28, 14)))  # the same tags, another mix
    assert is_notable(told, looked_at(told, mixed(0, 0)))
    assert looked_at(told, mixed(21, 20)).version == 2


def candidate(emotion: Emotion, number: int, *, author: int | None = None) -> Candidate:
    return Candidate(
        content_id=UUID(int=number),
        author_id=UUID(int=author or number),
        kind=TextKind.COMMENT,
        said_at=NOON - timedelta(minutes=number),
        digest=b"",
        tag=tag_of(emotion, aspects=[PRAISE] if emotion is Emotion.JOY else []),
    )


def quoted(texts: dict[int, str], *candidates: Candidate, limit: int = 5) -> list[Quote]:
    of = profile(
        *(text_of(Emotion.JOY, aspects=[PRAISE]) for _ in range(9)), text_of(Emotion.ANGER)
    )
    return chosen(candidates, {UUID(int=n): text for n, text in texts.items()}, of, limit)


def test_the_first_quote_says_what_most_feel_the_next_something_else() -> None:
    texts = {1: "很生气的一条评论", 2: "开心得不得了真的", 3: "今天特别高兴收到了", 4: ""}

    found = quoted(
        texts,
        candidate(Emotion.ANGER, 1),
        candidate(Emotion.JOY, 2),
        candidate(Emotion.JOY, 3),
        candidate(Emotion.JOY, 4),  # its text is gone
        limit=2,
    )

    assert found[0].tag.emotion is Emotion.JOY
    assert len(found) == 2
    assert found[0].closeness > 0.5


def test_nobody_is_quoted_twice() -> None:
    texts = {1: "收到货太开心啦哈哈", 2: "完全不同的一句话呀"}

    found = quoted(texts, candidate(Emotion.JOY, 1, author=7), candidate(Emotion.JOY, 2, author=7))

    assert len(found) == 1


def test_no_copy_of_a_quote_is_quoted() -> None:
    texts = {1: "收到货太开心啦哈哈", 2: "完全不同的一句话呀", 3: "收到货太开心啦哈哈！"}

    found = quoted(texts, *(candidate(Emotion.JOY, number) for number in texts))

    assert len(found) == 2


def test_a_long_quote_is_cut_and_says_so() -> None:
    (found,) = quoted({1: "好" * 50 + "长" * 400}, candidate(Emotion.JOY, 1))

    assert (len(found.text), found.is_cut) == (LONGEST_QUOTE, True)

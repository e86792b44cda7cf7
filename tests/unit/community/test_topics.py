"""What counts as a topic."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.kernel.errors import InvalidField
from services.community.domain.regions import check_region
from services.community.domain.topics import LONGEST_TOPIC, MOST_TOPICS, topics_of


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("#开箱#今天到了", ("开箱",)),
        ("＃開箱＃", ("開箱",)),
        ("just in #Unboxing, wow", ("unboxing",)),
        ("#a #b", ("a", "b")),
        ("#618 大促# 冲", ("618 大促",)),
        ("#种草##好物#", ("种草", "好物")),
        ("#手作[超话]# 开团", ("手作",)),
        ("#my  Topic# and #mytopic", ("my topic", "mytopic")),
        ("#开箱 #開箱 #开箱", ("开箱", "開箱")),
        ("真好 #a_b-c", ("a_b",)),
        ("#op\u200ben#", ("open",)),
    ],
)
def test_topics_are_read_as_people_type_them(text: str, topics: tuple[str, ...]) -> None:
    assert topics_of(text) == topics


@pytest.mark.parametrize(
    "text",
    ["", "C# is nice", "https://a.example/p#frag", "a&#39;b", "#1 in 2024", "##", "# #", "#\n#"],
)
def test_other_hashes_are_no_topics(text: str) -> None:
    assert topics_of(text) == ()


def test_a_longer_topic_is_left_out() -> None:
    assert topics_of(f"#{'好' * LONGEST_TOPIC}#") == ("好" * LONGEST_TOPIC,)
    assert topics_of(f"#{'好' * (LONGEST_TOPIC + 1)}#") == ()


def test_a_text_has_no_more_topics_than_are_counted() -> None:
    many = " ".join(f"#t{n}" for n in range(50))

    assert topics_of(many) == tuple(f"t{n}" for n in range(MOST_TOPICS))


@given(st.text(alphabet="#＃ab好 \n\u200b&/.[超话]", max_size=200))
def test_topics_keep_to_their_form(text: str) -> None:
    topics = topics_of(text)

    assert len(topics) == len(set(topics)) <= MOST_TOPICS
    for topic in topics:
        assert 1 <= len(topic) <= LONGEST_TOPIC
        assert topic == topic.strip().casefold()
        assert "#" not in topic
        assert "\n" not in topic


def test_a_region_has_the_form_of_iso_3166_2() -> None:
    assert [check_region(code) for code in ("CN-ZJ", "US-CA", "GB-ENG", "")] == [
        "CN-ZJ",
        "US-CA",
        "GB-ENG",
        "",
    ]
    for code in ("CN", "cn-zj", "CN-", "CN-ABCD", "CN-ZJ\n", "浙江"):
        with pytest.raises(InvalidField) as refused:
            check_region(code)
        assert refused.value.field == "region_code"

"""The pages of the demo: whole, in either language, with a word for every picture."""

from datetime import UTC, datetime
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from infra.demo.diary import DAYS, TIMES_A_DAY, entries
from infra.demo.feelings import AlertStory, Outlook
from infra.demo.feelings_tour import Tour
from infra.demo.page.sections import marked
from infra.demo.page.words import Words
from infra.demo.page.write import LANGUAGES, render, write_pages
from infra.demo.story import Story, View
from tests.unit.demo.test_feelings import EMPTY, SHOWN, STORY, VIEW, WITHHELD

NOTHING = View({}, {}, {})
SAID = "太<开心>了"
TAG = {
    "emotion": "EMOTION_JOY",
    "confidence": 0.9,
    "evidence": [{"start": 1, "end": 5, "contribution": 0.8}],
}
TOLD = Story(
    name="Ada",
    text=SAID,
    tag=TAG,
    before=NOTHING,
    after=NOTHING,
    is_simulated=True,
    allows_mood=True,
)
TIMELINE = [
    {"time": "2026-01-01T10:00:00Z", "valence": 0.4, "valenceDeviation": 0.2},
    {"time": "2026-01-01T11:00:00Z", "isGap": True},
    {"time": "2026-01-01T12:00:00Z", "valence": -0.1, "valenceDeviation": 0.3},
]
TOUR = Tour(
    names={"EMOTION_JOY": {"zh": "喜悦", "en": "joy"}},
    product=VIEW,
    diary=Outlook(SHOWN.name, SHOWN.answer, TIMELINE),
    other=WITHHELD,
    alert=STORY,
)
BARE = Tour(names={}, product=EMPTY, diary=WITHHELD, other=WITHHELD, alert=AlertStory("9", "Lamp"))


class Reader(HTMLParser):
    """What is open, what is linked, what has which id."""

    void = frozenset({"meta"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.languages: list[str] = []
        self.pictures = 0
        self.titles = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.void:
            self.open.append(tag)
        given = {name: value or "" for name, value in attrs}
        self.pictures += tag == "svg"
        self.titles += tag == "title" and "svg" in self.open
        if tag == "html":
            self.languages.append(given["lang"])
        if tag == "a":
            self.links.append(given["href"])
        if "id" in given:
            self.ids.append(given["id"])

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    assert reader.open == []
    return reader


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("tour", [TOUR, BARE])
def test_a_page_is_whole_and_says_its_language(tour: Tour, language: str) -> None:
    page = read(render(tour, [TOLD], language))

    assert page.languages == [LANGUAGES[language]]
    assert len(set(page.ids)) == len(page.ids)
    inside = {link.removeprefix("#") for link in page.links if link.startswith("#")}
    assert inside == set(page.ids)
    assert page.pictures == page.titles


def test_a_page_shows_evidence_profile_forecast_and_alert() -> None:
    page = render(TOUR, [TOLD], "en")

    for part in (
        "joy",
        "Kettle",
        "60% (40–80)",
        "joyful",
        "+0.20",
        "-0.10 … +0.50",
        "Lamp",
        "refunded",
    ):
        assert part in page
    assert "Too little was said." in page
    assert read(page).pictures == 4


def test_what_is_not_known_is_said() -> None:
    page = render(BARE, [], "zh")

    assert "还没有" in page
    assert "没有告警" in page
    assert "说得太少" in page


def test_evidence_is_marked_and_words_of_people_are_no_markup() -> None:
    assert marked(SAID, TAG) == ('太<mark title="80%" class="strong">&lt;开心&gt;</mark>了')


def test_the_pages_point_at_each_other(tmp_path: Path) -> None:
    files = write_pages(tmp_path, TOUR, [TOLD])

    assert {file.name for file in files} == {"report.zh.html", "report.en.html"}
    for file in files:
        links = read(file.read_text("utf-8")).links
        others = [link for link in links if not link.startswith("#")]
        assert [(tmp_path / link).is_file() for link in others] == [True]
        assert others != [file.name]


def test_every_word_is_there_in_both_languages() -> None:
    chinese, english = Words("zh"), Words("en")

    for key in chinese:
        assert chinese[key].strip()
        assert english[key].strip()


def test_a_diary_has_moods_that_last_and_ends_now() -> None:
    now = datetime(2026, 5, 1, 12, tzinfo=UTC)

    written = entries(now, Random(1))

    felt = [one.emotion for one in written]
    changes = sum(a != b for a, b in pairwise(felt))
    assert len(written) == DAYS * TIMES_A_DAY
    assert written[-1].at == now
    assert [one.at for one in written] == sorted(one.at for one in written)
    assert all(one.is_simulated for one in written)
    assert 1 <= changes <= len(felt) / 4

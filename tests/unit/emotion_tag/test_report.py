"""The report page: whole, escaped, readable without seeing the pictures."""

import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from services.chassis.kernel.ids import new_id
from services.emotion_tag.adapters.fairness.sentences import SentencePairs
from services.emotion_tag.adapters.report.page import render
from services.emotion_tag.adapters.report.slice_names import slice_name, source_name
from services.emotion_tag.adapters.report.words import _WORDS, Words
from services.emotion_tag.application.governance.model_report import ModelReport, OnSet
from services.emotion_tag.domain.evaluation import Answer, figures_of, length_of
from services.emotion_tag.domain.labels import LabelSpace
from services.emotion_tag.domain.promotion import gates
from services.emotion_tag.domain.rating import agreement_of
from services.emotion_tag.report import read_rows

VOID = {"meta", "br", "link"}
ANSWERS = [
    Answer(new_id(), "joy", "joy", 0.9, ("language:en",)),
    Answer(new_id(), "anger", "joy", 0.4, ("language:zh-Hans", "slice:<i>")),
]
REPORT = ModelReport(
    version="test-1",
    other_version="test-0",
    is_active=False,
    made_at=datetime(2026, 1, 1, tzinfo=UTC),
    sets=(OnSet(name="<b>金标", source="own", figures=figures_of(ANSWERS, LabelSpace.EMOTION)),),
    gates=tuple(gates([], None)),
    agreement=agreement_of([]),
)


class Reader(HTMLParser):
    """Sees whether every element ends, and counts them."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize(("language", "lang"), [("zh", "zh-Hans"), ("en", "en")])
def test_a_page_is_whole_and_loads_nothing(language: str, lang: str) -> None:
    page = render(REPORT, language).decode()
    reader = Reader()
    reader.feed(page)

    assert reader.open == []
    names = [name for name, _ in reader.seen]
    assert ("html", {"lang": lang}) in reader.seen
    assert not {"script", "img", "iframe", "link", "object"} & set(names)
    assert "http" not in page
    assert not re.search(r"url\(|@import", page)
    assert not any(key.startswith("on") for _, found in reader.seen for key in found)


def test_every_picture_has_words_and_a_table_behind_it() -> None:
    reader = Reader()
    reader.feed(render(REPORT, "en").decode())

    pictures = [found for name, found in reader.seen if name == "svg"]
    assert pictures
    assert all(found["role"] == "img" and found["aria-label"] for found in pictures)
    names = [name for name, _ in reader.seen]
    assert names.count("figure") == names.count("svg") == names.count("details")


def test_what_comes_from_outside_is_escaped() -> None:
    page = render(REPORT, "zh").decode()

    assert "<b>金标" not in page
    assert "&lt;b&gt;金标" in page
    assert "slice:&lt;i&gt;" in page


def test_every_word_is_there_in_both_languages() -> None:
    assert all(zh and en for zh, en in _WORDS.values())


def test_a_model_of_which_nothing_is_known_has_a_page_too() -> None:
    bare = ModelReport(
        version="new-1",
        other_version="",
        is_active=True,
        made_at=datetime(2026, 1, 1, tzinfo=UTC),
        sets=(),
    )

    assert "new-1" in render(bare, "en").decode()


def test_a_file_is_read_in_each_of_its_forms(tmp_path: Path) -> None:
    written = {
        "a.csv": 'text,label\n"好, 真好",高兴\n坏,生气\n',
        "a.tsv": "text\tlabel\n好, 真好\t高兴\n坏\t生气\n",
        "a.jsonl": '{"text": "好, 真好", "label": "高兴"}\n{"text": "坏", "label": "生气"}\n',
    }

    for name, content in written.items():
        (tmp_path / name).write_text(content, "utf-8")
        rows = read_rows(tmp_path / name, {"高兴": "joy"}, LabelSpace.EMOTION)
        assert rows == [("好, 真好", "joy")]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_slices_are_called_as_people_call_them(language: str) -> None:
    words = Words(language)
    ours = [f"length:{length_of('x' * size)}" for size in (1, 20, 90)]
    ours += [f"language:{one}" for one in ("zh-Hans", "zh-Hant", "en", "und")]
    pairs = [group.name for group in SentencePairs().groups()]
    sides = [f"{pair}:{side}" for pair in pairs for side in ("plain", "changed")]

    names = [slice_name(key, words) for key in (*ours, *pairs, *sides)]

    assert pairs
    assert len(set(names)) == len(names)
    assert not any(name in (*ours, *pairs, *sides) for name in names)
    assert slice_name("a set's own", words) == "a set's own"
    assert all(source_name(space, words) != space for space in map(str, LabelSpace))


def run_report(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "services.emotion_tag.report", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("text,mood\nx,joy\n", "has no column 'label'"),
        ("text,label\nx,glee\n", "has a label of emotion: joy, "),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_one_line(
    tmp_path: Path, content: str, said: str
) -> None:
    file = tmp_path / "a.csv"
    file.write_text(content, "utf-8")

    done = run_report("--file", str(file), "--out", str(tmp_path / "page.html"))

    assert done.returncode == 1
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "page.html").exists()

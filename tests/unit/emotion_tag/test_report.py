"""The report page: whole, escaped, readable without seeing the pictures."""

import json
import re
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
from services.emotion_tag.report import main

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


def test_a_page_is_made_of_what_evaluate_emotion_reads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, how, out = tmp_path / "a.csv", tmp_path / "map.json", tmp_path / "page.html"
    file.write_text("\ufeff评论,类别\n好开心,开心\n,开心\n气死了,生气\n嗯,别的\n", "utf-8")
    labels = {"开心": "happy", "生气": "angry"}
    meant = {"text": "评论", "label": "类别", "kind": "review", "closed": True, "labels": labels}
    how.write_text(json.dumps(meant), "utf-8")

    done = main(["--file", str(file), "--map", str(how), "--out", str(out), "--model", "open"])

    assert done == 0
    assert "SMP 的六类" in out.read_text("utf-8")
    said = capsys.readouterr().out
    assert "2 texts" in said
    assert "rows with other labels, left out: 1 (别的 1)" in said


@pytest.mark.parametrize(
    ("content", "further", "said"),
    [
        ("text,mood\nx,joy\n", [], "has no column 'label'"),
        ("text,label\nx,glee\n", [], "no text with a label of"),
        ("text,label\nx,joy\n", ["--model", "opne"], "--model and --against are research"),
        ("text,label\nx,joy\n", ["--against", "opne"], "--model and --against are research"),
        ("text,label\nx,joy\n", ["--map", "nowhere.json"], "nowhere.json"),
        ("text,label\nx,joy\n", ["--out", "nowhere/page.html"], "--out nowhere/page.html"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_line(
    tmp_path: Path,
    content: str,
    further: list[str],
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "a.csv"
    file.write_text(content, "utf-8")

    assert main(["--file", str(file), "--out", str(tmp_path / "page.html"), *further]) == 1

    shown = capsys.readouterr().err
    assert said in shown
    assert len(shown.splitlines()) == 1
    assert not (tmp_path / "page.html").exists()

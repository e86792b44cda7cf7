"""The report page: whole, escaped, readable without seeing the pictures."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from services.chassis.kernel.ids import new_id
from services.emotion_tag.adapters.fairness.sentences import SentencePairs
from services.emotion_tag.adapters.report.page import render
from services.emotion_tag.adapters.report.pictures import Interval, bars, intervals, width_of
from services.emotion_tag.adapters.report.slice_names import slice_name, source_name
from services.emotion_tag.adapters.report.words import _WORDS, Words
from services.emotion_tag.application.governance.compare_models import compare_answers
from services.emotion_tag.application.governance.model_report import ModelReport, OnSet
from services.emotion_tag.application.governance.watch_drift import Drift
from services.emotion_tag.domain.drift import FEATURES, LARGE_PSI, drift_of, worst
from services.emotion_tag.domain.evaluation import Answer, figures_of, length_of
from services.emotion_tag.domain.labels import LabelSpace
from services.emotion_tag.domain.promotion import LEAST_ROWS, OnGold, gates
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


def test_the_longest_name_of_ours_is_whole_and_starts_inside_of_the_picture() -> None:
    words = Words("en")
    groups = [group.name for group in SentencePairs().groups()]
    names = [
        slice_name(f"{group}:{side}", words) for group in groups for side in ("plain", "changed")
    ]

    picture = bars("t", [(name, 0.5, "") for name in names])

    written = re.findall(
        r'<text x="([\d.]+)" y="[\d.]+" text-anchor="end"[^>]*>([^<]+)<', unescape(picture)
    )
    assert [name for _, name in written] == names
    assert "written / Cantonese · changed" in names
    assert all(float(end) >= width_of(name) for end, name in written)


def test_a_name_of_a_gold_set_s_own_is_cut_where_it_does_not_fit() -> None:
    picture = intervals("t", [Interval("切片" * 40, 0.1, 0.0, 0.2)], "{:.1f}".format)

    assert "切片" * 40 not in picture
    assert "切…" in picture or "片…" in picture


def drift(reference: dict[str, int], current: dict[str, int]) -> Drift:
    found = tuple(drift_of(feature, reference, current) for feature in FEATURES)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    state = worst([one.state for one in found])
    return Drift(state=state, features=found, current_from=at, reference_from=at)


@pytest.mark.parametrize(("language", "said"), [("zh", "还没有参照"), ("en", "no reference yet")])
def test_against_nothing_no_index_is_shown(language: str, said: str) -> None:
    bare = drift(reference={}, current={"a": 900, "b": 100})

    page = render(replace(REPORT, drift=bare), language).decode()

    assert bare.features[0].psi > LARGE_PSI
    assert f"{bare.features[0].psi:.3f}" not in page
    assert page.count(said) == 1 + len(FEATURES)


def test_with_a_reference_the_index_is_shown() -> None:
    moved = drift(reference={"a": 500, "b": 500}, current={"a": 900, "b": 100})

    page = render(replace(REPORT, drift=moved), "en").decode()

    assert f"{moved.features[0].psi:.3f}" in page
    assert "no reference yet" not in page


@pytest.mark.parametrize("place", [0, 1])
def test_every_gate_has_a_name_in_both_languages(place: int) -> None:
    figures = figures_of(ANSWERS, LabelSpace.EMOTION)
    same = compare_answers(ANSWERS, ANSWERS, LabelSpace.EMOTION)
    gold = [
        OnGold(new_id(), "one", LEAST_ROWS, figures, same),
        OnGold(new_id(), "two", LEAST_ROWS, None, None),
    ]

    found = gates(gold, None)

    assert {gate.name for gate in found} == {
        "gold", "evaluation", "macro_f1", "calibration", "slices", "shadow", "speed"
    }  # fmt: skip
    page = render(replace(REPORT, gates=tuple(found)), ("zh", "en")[place]).decode()
    assert all(
        f'<th scope="row">{_WORDS[f"gate.{gate.name}"][place]}</th>' in page for gate in found
    )


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

"""Files of somebody's own: what is read, what is left out, what is refused."""

import json
from pathlib import Path

import pytest

from services.emotion_tag.adapters.labelled.mapping import UnusableFileError
from services.emotion_tag.adapters.labelled.reader import Labelled, read_labelled
from services.emotion_tag.domain.labels import LabelSpace, answered, fitting
from services.emotion_tag.domain.tag import EmotionTag, TextKind
from services.emotion_tag.domain.taxonomy import EMOTIONS, Emotion, Polarity

MOODS = "text,label\n好开心,开心\n气死了,生气\n有L码吗,中立\n"


def read(
    folder: Path,
    content: str | bytes,
    mapping: object = None,
    name: str = "rows.csv",
    space: LabelSpace | None = None,
) -> Labelled:
    rows = folder / name
    rows.write_bytes(content.encode() if isinstance(content, str) else content)
    if mapping is None:
        return read_labelled(rows, None, space)
    how = folder / "map.json"
    how.write_text(mapping if isinstance(mapping, str) else json.dumps(mapping), "utf-8")
    return read_labelled(rows, how, space)


@pytest.mark.parametrize(
    ("labels", "space"),
    [
        ({"happy", "fear"}, LabelSpace.SMP_SIX),
        ({"positive", "negative"}, LabelSpace.POLARITY),
        ({"joy", "fear"}, LabelSpace.EKMAN),
        ({"joy", "like"}, LabelSpace.EMOTION),
        ({"joy", "positive"}, None),
    ],
)
def test_the_coarsest_space_that_has_all_labels_fits(
    labels: set[str], space: LabelSpace | None
) -> None:
    assert fitting(frozenset(labels)) is space


def test_a_file_is_read_by_its_mapping(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "id\treview\tcat\n1\t好\tpos\n2\t坏\tneg\n3\t？\todd\n4\t啊\tstray\n",
        {
            "text": "review",
            "label": "cat",
            "kind": "review",
            "labels": {"pos": "positive", "neg": "negative", "odd": None},
            "closed": True,
        },
        "rows.tsv",
    )

    assert (found.texts, found.labels) == (["好", "坏"], ["positive", "negative"])
    assert (found.space, found.kind, found.closed) == (
        LabelSpace.POLARITY,
        TextKind.REVIEW,
        True,
    )
    assert found.left_out == {"odd": 1, "stray": 1}
    assert found.among == ["positive", "negative"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", 'text,label\n"好, 真好",高兴\n坏,生气\n'),
        ("a.CSV", '\ufefftext,label\r\n"好, 真好", 高兴\r\n坏,生气\r\n'),
        ("a.tsv", "text\tlabel\n好, 真好\t高兴\n坏\t生气\n"),
        ("a.jsonl", '{"text": "好, 真好", "label": "高兴"}\n\n{"text": "坏", "label": "生气"}\n'),
        ("b.jsonl", '\ufeff{"text": "好, 真好", "label": "高兴"}\n{"text": "坏", "label": "生气"}'),
    ],
)
def test_each_form_is_read_with_a_mark_and_blank_lines(
    tmp_path: Path, name: str, content: str
) -> None:
    found = read(tmp_path, content, {"高兴": "joy"}, name)

    assert (found.texts, found.labels) == (["好, 真好"], ["joy"])
    assert found.left_out == {"生气": 1}


def test_a_line_of_json_ends_at_the_end_of_a_line_alone(tmp_path: Path) -> None:
    content = '{"text": "好\u2028好\u0085好", "label": "joy"}\n'

    assert read(tmp_path, content, name="a.jsonl").texts == ["好\u2028好\u0085好"]


def test_rows_without_a_text_or_a_label_are_counted(tmp_path: Path) -> None:
    found = read(tmp_path, "text,label\n好,joy\n坏\n,anger\n坏,\n \t,joy\n")

    assert (found.texts, found.empty) == (["好"], 4)
    assert found.notes() == ["rows without a text or a label, left out: 4"]
    lines = '{"text": null, "label": "joy"}\n{"text": "好", "label": "joy"}\n'
    assert read(tmp_path, lines, name="a.jsonl").empty == 1


def test_labels_that_need_no_mapping_mean_themselves(tmp_path: Path) -> None:
    found = read(tmp_path, "text,label\n好,joy\n坏,like\n")

    assert (found.space, found.labels) == (LabelSpace.EMOTION, ["joy", "like"])
    assert found.among is None


def test_a_space_may_be_said_beside_the_mapping(tmp_path: Path) -> None:
    found = read(tmp_path, MOODS, {"开心": "joy", "生气": "anger"}, space=LabelSpace.EMOTION)

    assert found.space is LabelSpace.EMOTION


def test_only_some_of_many_labels_are_listed(tmp_path: Path) -> None:
    rows = "".join(f"好,l{number}\n" for number in range(9))

    [note] = read(tmp_path, f"text,label\n好,joy\n{rows}").notes()

    assert note.startswith("rows with other labels, left out: 9 (l0 1, ")
    assert note.endswith("and 3 more)")


SIX = {"classes": "six", "labels": {"开心": "joy", "生气": "anger", "中立": "neutral"}}


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        (SIX, ['maps "开心" to "joy"', '"six" (happy, angry, ', '"ekman" and "twelve" have "joy"']),
        ({"开心": "joyy"}, ['maps "开心" to "joyy"', "happy", "twelve", "null to leave"]),
        ({"开心": "joy", "生气": "negative"}, ["No one set of classes", "joy, negative"]),
        ({"开心": 3}, ['maps "开心" to 3', "name of a class"]),
        ({"classes": "sixx", "labels": {}}, ['"classes": "sixx"', "six, ekman, twelve, polarity"]),
        ({"classes": ["six"], "labels": {}}, ['"classes": ["six"]', "one of"]),
        ({"kind": "tweet", "labels": {}}, ['"kind": "tweet"', "danmaku"]),
        ({"closed": "yes", "labels": {}}, ['"closed": "yes"', "true or false"]),
        ({"text": 1, "labels": {}}, ['"text": 1', "name of a column"]),
        ({"classes": "six", "labels": ["joy"]}, ['"labels": ["joy"]', "an object"]),
        ({"lables": 1, "labels": {"开心": "joy"}}, ['unknown key "lables"', "text, label, kind"]),
        (["joy"], ["holds a list", "write an object"]),
        ("{", ["is no JSON"]),
        ({"开心": None}, ["no text with a label of", "开心 1, 生气 1, 中立 1", "Map them"]),
        ({"text": "said", "labels": {}}, ["no column 'said', only text, label", '"text"']),
    ],
)
def test_a_mapping_that_cannot_be_meant_is_refused(
    tmp_path: Path, mapping: object, said: list[str]
) -> None:
    with pytest.raises(UnusableFileError) as refused:
        read(tmp_path, MOODS, mapping)

    assert all(words in str(refused.value) for words in said)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", "said,label\n好,joy\n", "no column 'text'"),
        ("a.csv", "", "no column 'text', only nothing"),
        ("a.csv", "text,label\n", "no text with a label"),
        ("a.csv", "text,label\n好,joy".encode("gbk"), "not UTF-8"),
        ("a.csv", 'text,label\n"' + "x" * 1_100_000 + '",joy\n', "field larger than"),
        ("a.txt", "好\tjoy\n", ".csv, .tsv or .jsonl"),
        ("a.jsonl", '{"text": "好"}\n', "line 1 has no column 'label'"),
        ("a.jsonl", '{"text": "好", "label": ["joy"]}\n', "a text has one label"),
        ("a.jsonl", '\n{"text"\n', "line 2 is no JSON"),
        ("a.jsonl", "[]\n", "line 1 is no object"),
        ("a.csv", "text,label\n好,joy\n好,positive\n", "No one set of classes"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(
    tmp_path: Path, name: str, content: str | bytes, said: str
) -> None:
    with pytest.raises(UnusableFileError, match=said.replace(".", r"\.")):
        read(tmp_path, content, name=name)


def test_of_the_classes_that_occur_the_likeliest_answers() -> None:
    shares = {Emotion.NEUTRAL: 0.5, Emotion.SADNESS: 0.3, Emotion.JOY: 0.2}
    tag = EmotionTag(
        emotion=Emotion.NEUTRAL,
        scores=tuple(shares.get(emotion, 0.0) for emotion in EMOTIONS),
        polarity=Polarity.NEUTRAL,
        intensity=0.1,
        confidence=0.5,
        unsure=False,
        language="en",
        evidence=(),
        model_version="test",
    )

    assert answered(tag, LabelSpace.EMOTION, ["joy", "sadness"]) == "sadness"
    assert answered(tag, LabelSpace.SMP_SIX, ["happy", "sad"]) == "sad"
    assert answered(tag, LabelSpace.POLARITY, ["positive", "negative"]) == "negative"
    assert answered(tag, LabelSpace.POLARITY) == "neutral"

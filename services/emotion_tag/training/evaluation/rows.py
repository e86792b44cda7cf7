"""Reads files of somebody's own: CSV, TSV or JSONL of texts and labels, with a mapping.

A mapping is JSON: `{"their label": "our class", …}`, or with more to say
`{"text": "review", "label": "cat", "kind": "review", "classes": "six", "closed": true,
"labels": {…}}`. Our classes are SMP's six, Ekman's seven, the twelve emotions or polarities. Rows
whose label is mapped to null or to nothing are left out. `closed` says that no text is of a class
that does not occur in the file, as corpora without neutral are.
"""

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from services.emotion_tag.domain.tag import TextKind
from services.emotion_tag.training.evaluation.classes import CLASS_SETS, ClassSet, fitting


@dataclass(frozen=True, slots=True)
class Mapped:
    """Texts with labels of ours."""

    texts: list[str]
    labels: list[str]
    classes: ClassSet
    closed: bool
    kind: TextKind
    left_out: int


@dataclass(frozen=True, slots=True)
class _Mapping:
    labels: Mapping[str, str | None] = field(default_factory=dict)
    text: str = "text"
    label: str = "label"
    kind: str = TextKind.UNKNOWN
    classes: str = ""
    closed: bool = False


def read_rows(path: Path, mapping: Path | None) -> Mapped:
    """Read a file.

    Raises:
        ValueError: a column is missing, or the labels are of no set of classes.
    """
    how = _mapping(mapping)
    rows = [(row[0], how.labels.get(row[1], row[1])) for row in _pairs(path, how)]
    all_names = {name for classes in CLASS_SETS for name in classes.names}
    known = [(text, label) for text, label in rows if label in all_names and label is not None]
    if not known:
        raise ValueError(f"{path} has no row with a label that is mapped to one of our classes.")
    labels = frozenset(label for _, label in known)
    wanted = [classes for classes in CLASS_SETS if classes.name == how.classes]
    return Mapped(
        texts=[text for text, _ in known],
        labels=[label for _, label in known],
        classes=wanted[0] if wanted else fitting(labels),
        closed=how.closed,
        kind=TextKind(how.kind),
        left_out=len(rows) - len(known),
    )


def _mapping(path: Path | None) -> _Mapping:
    if path is None:
        return _Mapping()
    read = json.loads(path.read_text("utf-8"))
    return _Mapping(**read) if isinstance(read.get("labels"), dict) else _Mapping(labels=read)


def _pairs(path: Path, how: _Mapping) -> list[tuple[str, str]]:
    try:
        if path.suffix == ".jsonl":
            lines = path.read_text("utf-8").splitlines()
            read = [json.loads(line) for line in lines if line.strip()]
            return [(str(row[how.text]), str(row[how.label])) for row in read]
        with path.open(encoding="utf-8-sig", newline="") as lines_:
            delimiter = "\t" if path.suffix == ".tsv" else ","
            rows = csv.DictReader(lines_, delimiter=delimiter)
            return [(row[how.text], row[how.label]) for row in rows]
    except KeyError as error:
        raise ValueError(f"{path} has no column {error}.") from None

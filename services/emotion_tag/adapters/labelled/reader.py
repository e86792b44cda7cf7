"""Reads texts with labels: CSV, TSV or JSONL in UTF-8.

A label that is neither mapped nor a class of ours is left out and counted, and so is a row without
a text or a label: no figure is made of them.
"""

import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from services.emotion_tag.adapters.labelled.mapping import (
    SPACES,
    LabelMapping,
    UnusableFileError,
    described,
    read_mapping,
)
from services.emotion_tag.domain.labels import CLASSES, LabelSpace, fitting
from services.emotion_tag.domain.tag import TextKind

_DELIMITERS = {".csv": ",", ".tsv": "\t"}
_LONGEST = 1 << 20  # characters of a cell; the library's own limit is 131,072
_LISTED = 6
_OURS = frozenset(name for space in SPACES.values() for name in CLASSES[space])


@dataclass(frozen=True, slots=True)
class Labelled:
    """Texts with labels of one space."""

    texts: list[str]
    labels: list[str]
    space: LabelSpace
    closed: bool = False
    """No text is of a class that does not occur."""
    kind: TextKind = TextKind.UNKNOWN
    left_out: Mapping[str, int] = field(default_factory=dict)
    """Rows of each label that is none of ours, most first."""
    empty: int = 0
    """Rows without a text or a label."""

    @property
    def among(self) -> list[str] | None:
        """The classes that an answer can be; None for all of the space."""
        there = set(self.labels)
        return [name for name in CLASSES[self.space] if name in there] if self.closed else None

    def notes(self) -> list[str]:
        """What was left out, in words."""
        found = []
        if self.left_out:
            rows = sum(self.left_out.values())
            found.append(f"rows with other labels, left out: {rows:,} ({_listed(self.left_out)})")
        if self.empty:
            found.append(f"rows without a text or a label, left out: {self.empty:,}")
        return found


def read_labelled(
    path: Path, mapping: Path | None = None, space: LabelSpace | None = None
) -> Labelled:
    """Read a file; `space` goes before the classes that the mapping says.

    Without either the labels are of the coarsest space that has all of them.

    Raises:
        UnusableFileError: the file or the mapping cannot be meant as it is written.
        OSError: one of them cannot be read.
    """
    how = read_mapping(mapping)
    how.hold(space or how.space)
    rows = list(_rows(path, how))
    said = [(text, label) for text, label in rows if text.strip() and label]
    meant = [(text, label, how.labels.get(label, label)) for text, label in said]
    chosen = space or how.space or _fitting(path, how, {ours for _, _, ours in meant})
    known = [
        (text, ours) for text, _, ours in meant if ours is not None and ours in CLASSES[chosen]
    ]
    others = Counter(label for _, label, ours in meant if ours not in CLASSES[chosen])
    left_out = dict(others.most_common())
    if not known:
        raise UnusableFileError(
            f"{path} has no text with a label of {described(chosen)}; its labels: "
            f"{_listed(left_out) or 'none'}. Map them, as in "
            f'{{"{next(iter(left_out), "their label")}": "{CLASSES[chosen][0]}"}}.'
        )
    return Labelled(
        texts=[text for text, _ in known],
        labels=[ours for _, ours in known],
        space=chosen,
        closed=how.closed,
        kind=how.kind,
        left_out=left_out,
        empty=len(rows) - len(said),
    )


def _fitting(path: Path, how: LabelMapping, labels: set[str | None]) -> LabelSpace:
    """Of what is mapped to, and of the labels that mean themselves."""
    named = frozenset(one for one in {*how.labels.values(), *labels} if one and one in _OURS)
    if not named:
        return LabelSpace.EMOTION
    found = fitting(named)
    if found is None:
        raise UnusableFileError(
            f"No one set of classes has all labels of {path} ({', '.join(sorted(named))}): map "
            f'them to one, or say which with "classes"; the sets are {described(None)}.'
        )
    return found


def _listed(counts: Mapping[str, int]) -> str:
    each = [f"{label} {count:,}" for label, count in counts.items()]
    more = [f"and {len(each) - _LISTED} more"] if len(each) > _LISTED else []
    return ", ".join(each[:_LISTED] + more)


def _rows(path: Path, how: LabelMapping) -> Iterator[tuple[str, str]]:
    """Text and label of each row; what is missing in one is empty."""
    form = path.suffix.lower()
    if form not in (*_DELIMITERS, ".jsonl"):
        raise UnusableFileError(f"{path} has to end in .csv, .tsv or .jsonl: that says how it is.")
    try:
        if form == ".jsonl":
            yield from _objects(path, how)
        else:
            yield from _cells(path, how, _DELIMITERS[form])
    except UnicodeDecodeError as error:
        raise UnusableFileError(f"{path} is not UTF-8 ({error.reason}): save it as such.") from None


def _objects(path: Path, how: LabelMapping) -> Iterator[tuple[str, str]]:
    with path.open(encoding="utf-8-sig", newline="\n") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as error:
                raise UnusableFileError(f"{path}, line {number} is no JSON: {error}.") from None
            if not isinstance(row, dict):
                raise UnusableFileError(f"{path}, line {number} is no object: write {{…}}.")
            yield (
                _value(path, number, row, how.text, "text"),
                _value(path, number, row, how.label, "label"),
            )


def _value(path: Path, number: int, row: Mapping[str, object], key: str, role: str) -> str:
    if key not in row:
        raise UnusableFileError(_no_column(f"{path}, line {number}", key, role, list(row)))
    value = row[key]
    if isinstance(value, list | dict):
        raise UnusableFileError(
            f'{path}, line {number}: "{key}" has to be a word or a number, not {value!r}; a text '
            f"has one label."
        )
    return "" if value is None else str(value).strip() if role == "label" else str(value)


def _cells(path: Path, how: LabelMapping, delimiter: str) -> Iterator[tuple[str, str]]:
    csv.field_size_limit(_LONGEST)
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.DictReader(lines, delimiter=delimiter)
        try:
            columns = list(rows.fieldnames or ())
            for key, role in ((how.text, "text"), (how.label, "label")):
                if key not in columns:
                    raise UnusableFileError(_no_column(str(path), key, role, columns))
            for row in rows:
                yield row[how.text] or "", (row[how.label] or "").strip()
        except csv.Error as error:
            raise UnusableFileError(f"{path}, line {rows.line_num}: {error}.") from None


def _no_column(where: str, key: str, role: str, columns: list[str]) -> str:
    return (
        f"{where} has no column '{key}', only {', '.join(columns) or 'nothing'}: say which has the "
        f'{role} with "{role}" in the mapping, as in {{"{role}": "its name", "labels": {{}}}}.'
    )

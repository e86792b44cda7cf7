"""Reads files line by line: plain or gzip, JSON lines or CSV, a bounded amount of each.

A file that is not what its name says stops everything (`DataError`); a line that cannot be read is
given to the caller as an exception's text, to be reported and skipped.
"""

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

from infra.demo.importers.report import DataError, Report

LONGEST_LINE = 1_000_000  # bytes
MOST_BYTES = 2_000_000_000  # of one file, unpacked: a small archive may hold a very large file


class Row(NamedTuple):
    """A row that could be read, and its line in the file."""

    line: int
    values: dict[str, Any]


def json_rows(path: Path, report: Report) -> Iterator[Row]:
    """Each line's object; lines that are none are reported and skipped.

    Raises:
        DataError: not gzip though it says so, not UTF-8, or not JSON lines from the first line on.
    """
    is_first = True
    for number, line in _lines(path):
        if not line.strip():
            continue
        report.read[path.name] += 1
        try:
            values = json.loads(line)
            problem = "" if isinstance(values, dict) else "not a JSON object"
        except (ValueError, RecursionError):
            problem = "not JSON"
        if problem:
            if is_first:
                raise DataError(
                    f"{path.name}:{number}: {problem}; a JSON object a line is expected"
                )
            report.skip(path.name, number, problem)
        else:
            yield Row(number, values)
        is_first = False


def csv_rows(path: Path, report: Report, *, required: Sequence[str]) -> Iterator[Row]:
    """Each row as a mapping by the header; rows of another length are reported and skipped.

    Raises:
        DataError: not UTF-8, no header, a column twice, or without a required column.
    """
    csv.field_size_limit(LONGEST_LINE)
    numbers = _Numbers(_lines(path))
    reader = csv.reader(numbers, strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
    except csv.Error as error:
        raise DataError(f"{path.name}:1: not CSV: {error}") from None
    _check_header(path, header, required)
    while (cells := _next_cells(path, reader, numbers, report)) is not None:
        if not cells:
            continue
        report.read[path.name] += 1
        if len(cells) == len(header):
            yield Row(numbers.line, dict(zip(header, cells, strict=True)))
        else:
            reason = f"{len(cells)} columns instead of {len(header)}"
            report.skip(path.name, numbers.line, reason)


def _next_cells(
    path: Path, reader: Iterator[list[str]], numbers: "_Numbers", report: Report
) -> list[str] | None:
    """The next row, empty for a line that has none or is broken; None at the end."""
    try:
        return next(reader, None)
    except csv.Error as error:
        if numbers.is_at_end or "field larger" in str(error):
            # A quote that is never closed takes everything behind it along.
            raise DataError(f"{path.name}:{numbers.line}: not CSV: {error}") from None
        report.read[path.name] += 1
        report.skip(path.name, numbers.line, f"not CSV: {error}")
        return []


def _check_header(path: Path, header: Sequence[str], required: Sequence[str]) -> None:
    if not header:
        raise DataError(f"{path.name}: empty; a header line is expected")
    if len(set(header)) != len(header):
        raise DataError(f"{path.name}:1: a column stands twice in the header")
    if missing := [name for name in required if name not in header]:
        raise DataError(
            f"{path.name}:1: without the required column(s) {', '.join(missing)};"
            f" found {', '.join(header)[:200]}"
        )


class _Numbers:
    """Lines for the CSV reader, remembering where it is."""

    def __init__(self, lines: Iterator[tuple[int, str]]) -> None:
        self._lines = lines
        self.line = 0
        self.is_at_end = False

    def __iter__(self) -> "_Numbers":
        return self

    def __next__(self) -> str:
        try:
            self.line, text = next(self._lines)
        except StopIteration:
            self.is_at_end = True
            raise
        if "\0" in text:
            raise csv.Error("a zero byte")
        return text


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    number = total = 0
    try:
        with _open(path) as stream:
            while raw := stream.readline(LONGEST_LINE + 1):
                number += 1
                total += len(raw)
                if len(raw) > LONGEST_LINE:
                    raise DataError(f"{path.name}:{number}: longer than {LONGEST_LINE:,} bytes")
                if total > MOST_BYTES:
                    raise DataError(f"{path.name}: larger than {MOST_BYTES:,} bytes unpacked")
                yield number, raw.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as error:
        raise DataError(f"{path.name}:{number}: not UTF-8 ({error.reason})") from None
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DataError(f"{path.name}: a broken gzip file, after line {number} ({error})") from None
    except OSError as error:
        raise DataError(f"{path.name}: cannot be read ({error.strerror})") from None


def _open(path: Path) -> BinaryIO:
    if path.suffix == ".gz":
        return cast(BinaryIO, io.BufferedReader(cast(io.RawIOBase, gzip.open(path, "rb"))))
    return path.open("rb")

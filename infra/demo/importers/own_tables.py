"""The files of a shop's own data: which there are, with which columns, and their rows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from infra.demo.importers.reading import Row, csv_rows, json_rows
from infra.demo.importers.report import DataError, Report


@dataclass(frozen=True)
class Table:
    """One of the files: its columns, and how many rows it may have."""

    required: tuple[str, ...]
    optional: tuple[str, ...]
    most: int
    is_needed: bool = True


TABLES: Mapping[str, Table] = {
    "users": Table(("user_id",), ("display_name", "language", "platform"), 50_000),
    "items": Table(
        ("item_id", "title", "category"), ("brand", "tags", "price", "currency"), 100_000
    ),
    "behaviors": Table(
        ("user_id", "item_id", "type", "time"),
        ("quantity", "paid", "currency", "rating"),
        1_000_000,
    ),
    "posts": Table(
        ("post_id", "user_id", "body", "time"),
        ("kind", "title", "item_ids", "rating"),
        200_000,
        is_needed=False,
    ),
    "comments": Table(
        ("post_id", "user_id", "body", "time"),
        ("comment_id", "reply_to"),
        500_000,
        is_needed=False,
    ),
}
SUFFIXES = (".csv", ".jsonl", ".csv.gz", ".jsonl.gz")


def own_files(folder: Path) -> dict[str, Path]:
    """The files of this format in a folder, by table.

    Raises:
        DataError: a table is there twice.
    """
    found: dict[str, Path] = {}
    for table in TABLES:
        for suffix in SUFFIXES:
            path = folder / f"{table}{suffix}"
            if path.is_file():
                if table in found:
                    raise DataError(f"{found[table].name} and {path.name}: only one can be meant")
                found[table] = path
    return found


def rows_of(path: Path, table: Table, report: Report) -> Iterator[Row]:
    """The rows of a file, each with its line.

    Raises:
        DataError: a required column is missing.
    """
    if ".csv" in path.suffixes:
        return csv_rows(path, report, required=table.required)
    return _complete(path, table, report)


def _complete(path: Path, table: Table, report: Report) -> Iterator[Row]:
    """JSON lines, of which the first must have the required keys: else it is another file."""
    is_first = True
    for row in json_rows(path, report):
        if is_first and (missing := [name for name in table.required if name not in row.values]):
            raise DataError(f"{path.name}:{row.line}: without the required {', '.join(missing)}")
        is_first = False
        yield row

"""Looks into a folder and reads it with the importer that knows what is there."""

import gzip
import json
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

from infra.demo.importers.amazon_reviews import META_KEYS, REVIEW_KEYS, read_amazon_reviews
from infra.demo.importers.community import Community
from infra.demo.importers.completejourney import read_completejourney
from infra.demo.importers.own_data import read_own_data
from infra.demo.importers.own_tables import TABLES, own_files
from infra.demo.importers.report import DataError
from infra.demo.importers.values import Window

_JSON_SUFFIXES = (".json", ".jsonl", ".json.gz", ".jsonl.gz")
DAWN = datetime(1990, 1, 1, tzinfo=UTC)  # no shop kept such data before
KEPT = timedelta(days=20 * 365)  # the services take nothing that is older
_LOOK_AT = 1_000_000  # bytes of a file's first line


def read_community(
    folder: Path | None = None, *, now: datetime | None = None, is_moved: bool = True
) -> Community:
    """Read everything, or nothing: whoever sends it on begins when this has returned.

    Without a folder it is the slice of completejourney. `is_moved` moves the history as a whole so
    that it ends `now` (the default is this moment); without it times stay as they are.

    Raises:
        DataError: nothing here is known, or something is not what it says.
    """
    now = now or datetime.now(UTC)
    # What is moved may be as old as it likes, as long as the whole does not span too much.
    window = Window(oldest=DAWN if is_moved else now - KEPT, newest=now)
    community = read_completejourney() if folder is None else _read_folder(folder, window)
    return community.moved_to(now).since(now - KEPT) if is_moved else community


def _read_folder(folder: Path, window: Window) -> Community:
    if not folder.is_dir():
        raise DataError(f"{folder} is not a folder")
    if own_files(folder):
        return read_own_data(folder, window)
    files = sorted(path for path in folder.iterdir() if path.name.endswith(_JSON_SUFFIXES))
    keys = {path: _first_keys(path) for path in files}
    reviews = _without_twins([path for path in files if keys[path] >= REVIEW_KEYS])
    if reviews:
        metas = [path for path in files if keys[path] >= META_KEYS and path not in reviews]
        return read_amazon_reviews(reviews, metas, window)
    # A file that cannot be looked into is named as what it is, not as unknown.
    for path in files:
        _first_keys(path, is_strict=True)
    raise DataError(_unknown(folder))


def _without_twins(files: list[Path]) -> list[Path]:
    """Leave out `x.json.gz` where `x.json` lies beside it: they are the same, packed."""
    names = {path.name for path in files}
    return [path for path in files if path.name.removesuffix(".gz") not in names - {path.name}]


def _first_keys(path: Path, *, is_strict: bool = False) -> set[str]:
    """The keys of the object in the first line; none if there is none.

    Raises:
        DataError: with `is_strict`, why there is none.
    """
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            found = json.loads(stream.readline(_LOOK_AT).decode("utf-8-sig"))
    except (gzip.BadGzipFile, EOFError, zlib.error):
        problem = "a broken gzip file"
    except UnicodeDecodeError:
        problem = "not UTF-8"
    except (ValueError, RecursionError):
        problem = "its first line is not JSON"
    except OSError as error:
        problem = f"cannot be read ({error.strerror})"
    else:
        return set(found) if isinstance(found, dict) else set()
    if is_strict:
        raise DataError(f"{path.name}: {problem}")
    return set()


def _unknown(folder: Path) -> str:
    there = ", ".join(sorted(path.name for path in folder.iterdir())[:10]) or "nothing"
    wanted = ", ".join(f"{name}.csv or .jsonl" for name, table in TABLES.items() if table.is_needed)
    return (
        f"{folder.name}: no importer knows what is there ({there}). Known: Amazon reviews as JSON "
        f"lines (.json, .json.gz), or own data with {wanted}; see infra/demo/importers/README.md"
    )

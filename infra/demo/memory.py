"""What a run of the demo leaves for the next one, so that it need not load again."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from infra.demo.loading import Loaded

FORMAT = 2  # raised when an older shop is no longer what this code makes


@dataclass
class Memory:
    """A loaded shop: from which data, with which ids, and what loading it came to."""

    data: str
    loaded: Loaded = field(default_factory=Loaded)
    counts: dict[str, int] = field(default_factory=dict)
    texts_per_second: float = 0.0
    training_seconds: float = 0.0
    evaluations: list[dict[str, Any]] = field(default_factory=list)
    format: int = FORMAT

    def save(self, file: Path) -> None:
        fresh = file.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(self), ensure_ascii=False))
        fresh.replace(file)


def recall(file: Path, data: str) -> Memory | None:
    """The shop that was loaded from this very data, if there is one."""
    try:
        told = json.loads(file.read_text())
        if told["data"] != data or told["format"] != FORMAT:
            return None
        return Memory(**{**told, "loaded": Loaded(**told["loaded"])})
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def fingerprint(folder: Path | None) -> str:
    """What tells one data set from another: the folder, its files, their sizes and times."""
    if folder is None:
        return "completejourney"
    files = sorted(path for path in folder.resolve().iterdir() if path.is_file())
    facts = [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    return f"{folder.resolve()} {facts}"

"""Passwords and keys of one folder: random, made once, readable by their owner only."""

import json
import secrets
from pathlib import Path


class Passwords:
    """Secrets by name, kept in one file of a folder."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._values: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}

    def of(self, name: str) -> str:
        """The secret of that name; made the first time.

        64 hexadecimal digits after an `s`: nats-server reads a value that begins with a digit as
        a number.
        """
        if name not in self._values:
            self._values[name] = f"s{secrets.token_hex(32)}"
            self._file.touch(mode=0o600)
            self._file.write_text(json.dumps(self._values, indent=2, sort_keys=True) + "\n")
        return self._values[name]

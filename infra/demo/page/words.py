"""What the pages say, in Chinese or English."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

FILE = Path(__file__).with_suffix(".toml")


class Words:
    """All of it in one language, `zh` or `en`."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._words = tomllib.loads(FILE.read_text("utf-8"))

    def __getitem__(self, key: str) -> str:
        word: str = self._words[key][self.language]
        return word

    def __iter__(self) -> Iterator[str]:
        """The keys."""
        return iter(self._words)

    def one_of(self, names: Mapping[str, str]) -> str:
        """A name that came in several languages."""
        for language in ("zh", "zh-Hans") if self.language == "zh" else ("en",):
            if language in names:
                return names[language]
        return ""

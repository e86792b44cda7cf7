"""Texts that nobody would write: random ones, and real ones that something happened to."""

import json
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

from services.emotion_tag import training
from services.emotion_tag.adapters.aspects.lexicon import read_lexicon
from services.emotion_tag.adapters.locales import SHIPPED

LONGEST = 5_000  # code points: what a request may have
_FOLDER = Path(training.__path__[0])
_OWN = ("seed.jsonl", "challenge.jsonl", "aspects.jsonl")
_MARKS = [
    "[",
    "]",
    "@",
    "http://",
    "www.",
    "//@",
    "[doge]",
    "#",
    "…",
    "?!",
    "''",
    "\\n",
    "\x00",
    "\ufeff",
]
_PEOPLE = ["👩", "👨", "🧑🏽", "👶🏿", "🏳️", "🌈", "💻", "❤️", "🔥"]
_ALPHABETS = [
    "תורה שלום",
    "مرحبا بالعالم",
    "नमस्ते",
    "สวัสดี",
    "ΑΒΓδε",
    "Привет",
    "ﬁﬃ①㎏ﷺ",
    "ｆｕｌｌ",
    "かなカナ",
    "한국어",
]


class StrangeTexts:
    """The same texts for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._own: list[str] = [
            json.loads(line)["text"]
            for name in _OWN
            for line in (_FOLDER / name).read_text("utf-8").splitlines()
        ]
        self._words = [
            entry.term
            for path in sorted((SHIPPED / "lexicons").glob("*.toml"))
            for entry in read_lexicon(path)
        ]
        self._by_category: dict[str, list[str]] = defaultdict(list)
        for code in range(0x110000):
            self._by_category[unicodedata.category(chr(code))].append(chr(code))
        self._categories = sorted(self._by_category)
        self._makers: list[Callable[[], str]] = [
            self._of_one_category,
            self._of_all_categories,
            self._surrogates,
            self._right_to_left,
            self._zalgo,
            self._joined_emoji,
            self._repeated,
            self._mixed_scripts,
            self._marks,
            self._known_words,
            *[self._mutated] * 10,
        ]

    def __iter__(self) -> Iterator[str]:
        while True:
            yield self._random.choice(self._makers)()[:LONGEST]

    def _length(self) -> int:
        """Mostly short, one in fifty very long."""
        if self._random.random() < 0.02:
            return self._random.randint(60, LONGEST)
        return self._random.randint(0, 60)

    def _some(self, characters: list[str] | str) -> str:
        return "".join(self._random.choices(characters, k=self._length()))

    def _of_one_category(self) -> str:
        return self._some(self._by_category[self._random.choice(self._categories)])

    def _of_all_categories(self) -> str:
        return "".join(
            self._random.choice(self._by_category[self._random.choice(self._categories)])
            for _ in range(self._length())
        )

    def _surrogates(self) -> str:
        return self._some(
            ["\ud800", "\udfff", "\x00", "\x1b", "\u202e", "\uffff", "\U0010ffff", "好", "a"]
        )

    def _right_to_left(self) -> str:
        return self._some(["א", "ב", "م", "ح", "\u200f", "\u202e", "\u2066", " ", "好", "bad "])

    def _zalgo(self) -> str:
        marks = self._by_category["Mn"]
        return "".join(
            letter + "".join(self._random.choices(marks, k=self._random.randint(0, 30)))
            for letter in self._random.choice(self._own)
        )

    def _joined_emoji(self) -> str:
        return "\u200d".join(self._random.choices(_PEOPLE, k=self._length()))

    def _repeated(self) -> str:
        unit = self._random.choice([*self._words, *_MARKS, *_PEOPLE, "哈", "a", " ", "不", "n't "])
        return unit * self._random.randint(1, LONGEST // len(unit))

    def _mixed_scripts(self) -> str:
        return " ".join(self._random.choices([*_ALPHABETS, *self._words], k=self._length() // 4))

    def _marks(self) -> str:
        return self._some([*_MARKS, "a", "好", " "])

    def _known_words(self) -> str:
        return self._random.choice(["", " ", "，"]).join(
            self._random.choices(self._words, k=self._length() // 2)
        )

    def _mutated(self) -> str:
        text = self._random.choice(self._own)
        for _ in range(self._random.randint(1, 4)):
            text = self._changed(text)
        return text

    def _changed(self, text: str) -> str:
        start = self._random.randint(0, len(text))
        end = self._random.randint(start, len(text))
        piece = text[start:end]
        instead = (
            "",
            piece * self._random.randint(2, 6),
            piece[::-1],
            piece.swapcase(),
            self._random.choice(self._words) + piece,
            self._of_all_categories()[:5] + piece,
            self._random.choice(self._own),
        )
        return text[:start] + self._random.choice(instead) + text[end:]

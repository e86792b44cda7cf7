"""One rule of the lexicon, and what may take back what it finds."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from services.emotion_tag.domain.distress import DistressLevel

BEFORE = 40  # characters that are looked at before a match, …
AFTER = 24  # … and after it: time stays linear, and what is far away says nothing

_NAMED = re.compile(r"<(\w+)>")


class Vocabulary:
    """Groups of words that patterns name as `<group>`; a group may name those told before it."""

    def __init__(self, told: Mapping[str, Sequence[str]]) -> None:
        self._groups: dict[str, str] = {}
        for name, words in told.items():
            self._groups[name] = self._alternatives(words)

    def any_of(self, patterns: Sequence[str]) -> re.Pattern[str]:
        return re.compile(self._alternatives(patterns))

    def ending(self, patterns: Sequence[str]) -> re.Pattern[str] | None:
        """A pattern for texts that end so; None for none."""
        return re.compile(f"{self._alternatives(patterns)}$") if patterns else None

    def beginning(self, patterns: Sequence[str]) -> re.Pattern[str] | None:
        """A pattern to be matched at a place; None for none."""
        return self.any_of(patterns) if patterns else None

    def _alternatives(self, patterns: Sequence[str]) -> str:
        spelled = (_NAMED.sub(lambda found: self._groups[found[1]], one) for one in patterns)
        return f"(?:{'|'.join(f'(?:{one})' for one in spelled)})"


@dataclass(frozen=True, slots=True)
class Place:
    """A clause in its text."""

    text: str
    start: int
    end: int
    names_self: bool
    text_names_self: bool
    is_story: bool
    """Whether the text is told of a thing, a book, a game, as far as its author is not named."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What may stand beside a match."""

    before: re.Pattern[str] | None
    after: re.Pattern[str] | None

    @classmethod
    def from_told(cls, told: Mapping[str, Sequence[str]], words: Vocabulary) -> Self:
        return cls(words.ending(told.get("before", ())), words.beginning(told.get("after", ())))

    def hold(self, text: str, start: int, end: int) -> bool:
        """Whether one of them touches what is found from `start` to `end`."""
        if self.before and self.before.search(text[max(0, start - BEFORE) : start]):
            return True
        return bool(self.after and self.after.match(text[end : end + AFTER]))


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    level: DistressLevel
    whose: str
    """`here`, `self`, `implied` or `any`."""
    in_story: str
    """`eased` by one step, or `silent`, if the clause does not name its author; `kept` as it is."""
    pattern: re.Pattern[str]
    excused: Surroundings
    eased: Surroundings
    of_others: Surroundings

    @classmethod
    def from_told(cls, told: Mapping[str, Any], words: Vocabulary) -> Self:
        """Unless told so, of others is what they are the grammatical subject of."""
        subject = told.get("others", "<other_subject>")
        return cls(
            id=told["id"],
            level=DistressLevel[told["level"].upper()],
            whose=told["whose"],
            in_story=told["in_story"],
            pattern=words.any_of(told["any"]),
            excused=Surroundings.from_told(told.get("excused", {}), words),
            eased=Surroundings.from_told(told.get("eased", {}), words),
            of_others=Surroundings.from_told({"before": [subject]}, words),
        )

    def level_at(self, place: Place) -> DistressLevel:
        """What the rule says of a clause: the gravest of its matches."""
        if not self._may_speak(place):
            return DistressLevel.NONE
        gravest = DistressLevel.NONE
        for match in self.pattern.finditer(place.text, place.start, place.end):
            gravest = max(gravest, self._weighed(place, match.start(), match.end()))
            if gravest is self.level:
                break
        return gravest

    def _may_speak(self, place: Place) -> bool:
        if self.in_story == "silent" and place.is_story and not place.names_self:
            return False
        return {
            "here": place.names_self,
            "self": place.text_names_self,
        }.get(self.whose, True)

    def _weighed(self, place: Place, start: int, end: int) -> DistressLevel:
        if self.excused.hold(place.text, start, end):
            return DistressLevel.NONE
        if (
            self.whose != "any"
            and not place.names_self
            and self.of_others.hold(place.text, start, end)
        ):
            return DistressLevel.NONE
        in_doubt = self.eased.hold(place.text, start, end) or (
            self.in_story == "eased" and place.is_story and not place.names_self
        )
        return DistressLevel(max(DistressLevel.NONE, self.level - in_doubt))

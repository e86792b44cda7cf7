"""Reads texts for words of distress, by the rules in `rules/`.

A rule is a pattern over the folded text, a level, and of whom it must be said: of oneself, in the
same clause (`here`) or anywhere in the text (`self`), of nobody else (`implied`: Chinese often
leaves the subject out), or of anybody (`any`). Idioms in which the same words mean nothing (“笑死”,
“dying laughing”) are blanked out first.

What takes a match back stands right before or right after it (`excused`), as the fish in “鱼不想活
了” does; a word elsewhere never does. What only casts doubt on it (`eased`) lowers it by one step,
and so does talk of a book, a film or a game where the clause does not name its author, if the rule
says so (`in_story`); rules about what happens rather than what is wanted are silent there.
"""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from services.emotion_tag.adapters.distress.rule import Place, Rule, Vocabulary
from services.emotion_tag.domain.distress import DistressLevel, Reading
from services.emotion_tag.domain.folding import folded
from services.emotion_tag.domain.tag import TextKind

SHIPPED = Path(__file__).parent / "rules"

LONGEST = 5_000  # characters that are read of a text

_CLAUSE = re.compile(r"[^,，.。!！?？;；\n…~～]+")
_SPACED = re.compile(r"(?<=[\u4e00-\u9fff])[\s\u00b7*_-]{1,3}(?=[\u4e00-\u9fff])")  # 自 杀, 自*杀
_AS_READ = str.maketrans("妳祂佢’", "你他他'")  # `folded` leaves these as they are
_BLANK = "\u25a1"


class JsonLexicon:
    """The rules, compiled. A text is read in time linear in its length."""

    def __init__(self, path: Path = SHIPPED) -> None:
        frame = json.loads((path / "frame.json").read_text("utf-8"))
        self.version: str = frame["version"]
        words = Vocabulary(frame["words"])
        self._idioms = words.any_of(frame["idioms"])
        self._self = words.any_of(frame["self"])
        self._stories = words.any_of(frame["stories"])
        files = [json.loads((path / name).read_text("utf-8")) for name in frame["files"]]
        told = [one for file in files for one in file]
        self._rules = [Rule.from_told(one, words) for one in told]
        self._may_match = words.any_of([pattern for one in told for pattern in one["any"]])

    def read(self, text: str, kind: TextKind) -> Reading:
        whole = _SPACED.sub("", folded(text[:LONGEST]).translate(_AS_READ))
        is_self = self._self.search(whole) is not None
        if not self._may_match.search(whole):
            return Reading(DistressLevel.NONE, (), is_first_person=is_self)
        left = self._idioms.sub(lambda found: _BLANK * len(found[0]), whole)
        is_story = kind is TextKind.REVIEW or self._stories.search(left) is not None
        places = list(self._places(left, is_self=is_self, is_story=is_story))
        found = [(rule.id, level) for rule in self._rules if (level := _gravest(rule, places))]
        return Reading(
            max((level for _, level in found), default=DistressLevel.NONE),
            tuple(rule_id for rule_id, _ in found),
            is_first_person=is_self,
        )

    def _places(self, text: str, *, is_self: bool, is_story: bool) -> Iterator[Place]:
        for clause in _CLAUSE.finditer(text):
            yield Place(
                text=text,
                start=clause.start(),
                end=clause.end(),
                names_self=self._self.search(clause[0]) is not None,
                text_names_self=is_self,
                is_story=is_story,
            )


def _gravest(rule: Rule, places: Iterable[Place]) -> DistressLevel:
    return max(map(rule.level_at, places), default=DistressLevel.NONE)

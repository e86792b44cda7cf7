"""Reads texts for words of distress, by the rules in `lexicon.json`.

A rule is a pattern over the folded text, a level, and of whom it must be said: of oneself outright
(`self`), of nobody else (`implied`: Chinese often leaves the subject out), or of anybody (`any`).
Idioms in which the same words mean nothing (“笑死”, “dying laughing”) are blanked out first; a
rule's own `unless` undoes what it finds in the same clause, `unless_anywhere` in any.
"""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.emotion_tag.domain.distress import DistressLevel, Reading
from services.emotion_tag.domain.tag import TextKind

SHIPPED = Path(__file__).parent / "lexicon.json"

LONGEST = 5_000  # characters that are read of a text

_CLAUSE = re.compile(r"[^,，.。!！?？;；\n…~～]+")
_SPACED = re.compile(r"(?<=[\u4e00-\u9fff])[\s\u00b7*_-]{1,3}(?=[\u4e00-\u9fff])")  # 自 杀, 自*杀
_BLANK = "\u25a1"


@dataclass(frozen=True, slots=True)
class _Rule:
    id: str
    level: DistressLevel
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None
    unless_anywhere: re.Pattern[str] | None
    whose: str


class JsonLexicon:
    """The rules, compiled. A text is read in time linear in its length."""

    def __init__(self, path: Path = SHIPPED) -> None:
        told: Mapping[str, Any] = json.loads(path.read_text("utf-8"))
        self.version: str = told["version"]
        traditional, simplified = told["traditional"]
        self._simplify = str.maketrans(traditional, simplified)
        self._idioms = _any_of(told["idioms"])
        self._self = _any_of(told["self"])
        self._others = _any_of(told["others"])
        self._stories = _any_of(told["stories"])
        self._rules = [_rule(one) for one in told["rules"]]
        self._may_match = _any_of([one["any"] for one in told["rules"]])

    def read(self, text: str, kind: TextKind) -> Reading:
        folded = self._fold(text[:LONGEST])
        is_self = self._self.search(folded) is not None
        if not self._may_match.search(folded):
            return Reading(DistressLevel.NONE, (), is_first_person=is_self)
        left = self._idioms.sub(lambda found: _BLANK * len(found[0]), folded)
        clauses = _CLAUSE.findall(left)
        if kind is TextKind.REVIEW or self._stories.search(left):  # told of things, or of others
            clauses = [clause for clause in clauses if self._self.search(clause)]
        found = [rule for rule in self._rules if self._holds(rule, clauses, is_self=is_self)]
        return Reading(
            max((rule.level for rule in found), default=DistressLevel.NONE),
            tuple(rule.id for rule in found),
            is_first_person=is_self,
        )

    def _holds(self, rule: _Rule, clauses: Sequence[str], *, is_self: bool) -> bool:
        """Whether a clause says it of the right person, and nothing undoes it."""
        if rule.unless_anywhere and any(map(rule.unless_anywhere.search, clauses)):
            return False
        return any(
            rule.pattern.search(clause)
            and not (rule.unless and rule.unless.search(clause))
            and self._is_said_of(rule.whose, clause, is_self=is_self)
            for clause in clauses
        )

    def _is_said_of(self, whose: str, clause: str, *, is_self: bool) -> bool:
        if whose == "any":
            return True
        if whose == "self" and not is_self:
            return False
        return not self._others.search(clause) or self._self.search(clause) is not None

    def _fold(self, text: str) -> str:
        folded = unicodedata.normalize("NFKC", text).lower().translate(self._simplify)
        return _SPACED.sub("", folded.replace("\u2019", "'"))


def _rule(told: Mapping[str, Any]) -> _Rule:
    return _Rule(
        id=told["id"],
        level=DistressLevel[told["level"].upper()],
        pattern=_any_of(told["any"]),
        unless=_any_of(told["unless"]) if "unless" in told else None,
        unless_anywhere=_any_of(told["unless_anywhere"]) if "unless_anywhere" in told else None,
        whose=told["whose"],
    )


def _any_of(patterns: Sequence[str | Sequence[str]]) -> re.Pattern[str]:
    flat = [p for one in patterns for p in ([one] if isinstance(one, str) else one)]
    return re.compile("|".join(f"(?:{one})" for one in flat))

"""What the labels of a file mean: JSON beside it.

`{"their label": "our class", …}`, or with more to say `{"text": "review", "label": "cat",
"kind": "review", "classes": "six", "closed": true, "labels": {…}}`: the columns, what kind of text
it is, which set of classes the labels are of, and whether no text is of a class that does not
occur, as in corpora without neutral. A label that is mapped to null is left out.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services.emotion_tag.domain.labels import CLASSES, LabelSpace
from services.emotion_tag.domain.tag import TextKind

SPACES: Mapping[str, LabelSpace] = {
    "six": LabelSpace.SMP_SIX,
    "ekman": LabelSpace.EKMAN,
    "twelve": LabelSpace.EMOTION,
    "polarity": LabelSpace.POLARITY,
}
ALIASES = {"smp_six": LabelSpace.SMP_SIX, "emotion": LabelSpace.EMOTION}
"""What the service calls two of them."""
OPTIONS = ("text", "label", "kind", "classes", "closed", "labels")
_KINDS = {str(kind): kind for kind in TextKind}


class UnusableFileError(ValueError):
    """A file or its mapping says what cannot be meant; the message says what to write instead."""


@dataclass(frozen=True, slots=True)
class LabelMapping:
    """As it was written; `name` is what errors call it."""

    name: str = "The mapping"
    labels: Mapping[str, str | None] = field(default_factory=dict)
    text: str = "text"
    label: str = "label"
    kind: TextKind = TextKind.UNKNOWN
    space: LabelSpace | None = None
    closed: bool = False

    def hold(self, space: LabelSpace | None) -> None:
        """Every target has to be a class of the space, or of any if it is None.

        Raises:
            UnusableFileError: one is not.
        """
        allowed = {name for one in SPACES.values() for name in CLASSES[one]}
        if space is not None:
            allowed = set(CLASSES[space])
        for label, target in self.labels.items():
            if target is not None and target not in allowed:
                raise UnusableFileError(
                    f'{self.name} maps "{label}" to "{target}", which is no class of '
                    f"{described(space)}: write one of these, or null to leave its rows out"
                    f"{_elsewhere(target)}."
                )


def described(space: LabelSpace | None) -> str:
    """The name and the classes of a set; of all sets for None."""
    return "; ".join(
        f'"{name}" ({", ".join(CLASSES[one])})'
        for name, one in SPACES.items()
        if space in (None, one)
    )


def _elsewhere(target: str) -> str:
    sets = [f'"{name}"' for name, space in SPACES.items() if target in CLASSES[space]]
    return f', or say other "classes": {" and ".join(sets)} have "{target}"' if sets else ""


def read_mapping(path: Path | None) -> LabelMapping:
    """Read it; without a path every label means itself.

    Raises:
        UnusableFileError: it is no JSON, or not of the form above.
        OSError: it cannot be read.
    """
    if path is None:
        return LabelMapping()
    try:
        read = json.loads(path.read_text("utf-8-sig"))
    except ValueError as error:
        raise UnusableFileError(f"{path} is no JSON in UTF-8: {error}.") from None
    if not isinstance(read, dict):
        raise UnusableFileError(
            f'{path} holds a {type(read).__name__}: write an object, {{"their label": "joy", …}}.'
        )
    if isinstance(read.get("labels"), dict) or (read and set(read) <= set(OPTIONS)):
        return _with_options(path, read)
    return LabelMapping(name=str(path), labels=_targets(path, read))


def _with_options(path: Path, read: Mapping[str, Any]) -> LabelMapping:
    for key in read:
        if key not in OPTIONS:
            raise UnusableFileError(
                f'{path} has an unknown key "{key}" beside "labels": the keys are '
                f'{", ".join(OPTIONS)}, and labels belong into "labels".'
            )
    for key in ("text", "label"):
        _hold_form(path, key, read.get(key, ""), str, "the name of a column")
    _hold_form(path, "closed", read.get("closed", False), bool, "true or false")
    _hold_form(path, "labels", read.get("labels", {}), dict, "an object")
    for key, choices in (("kind", _KINDS), ("classes", {**SPACES, **ALIASES})):
        if key in read and read[key] not in [*choices]:
            raise UnusableFileError(
                f'{path} says "{key}": {_shown(read[key])}; it has to be one of '
                f"{', '.join(choices)}."
            )
    return LabelMapping(
        name=str(path),
        labels=_targets(path, read.get("labels", {})),
        text=read.get("text", "text"),
        label=read.get("label", "label"),
        kind=TextKind(read.get("kind", TextKind.UNKNOWN)),
        space={**SPACES, **ALIASES}.get(read.get("classes", "")),
        closed=read.get("closed", False),
    )


def _targets(path: Path, read: Mapping[str, Any]) -> dict[str, str | None]:
    for label, target in read.items():
        if target is not None and not isinstance(target, str):
            raise UnusableFileError(
                f'{path} maps "{label}" to {_shown(target)}: write the name of a class, or null '
                f"to leave its rows out."
            )
    return {label.strip(): target for label, target in read.items()}


def _hold_form(path: Path, key: str, value: object, form: type, meant: str) -> None:
    if not isinstance(value, form):
        raise UnusableFileError(f'{path} says "{key}": {_shown(value)}; it has to be {meant}.')


def _shown(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)

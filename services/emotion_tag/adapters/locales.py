"""The locales, each a TOML file that says how its people speak; read and checked at start.

What is in a file, and how to add one, stands in the README of `locales/`.
"""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from services.emotion_tag.adapters.aspects.lexicon import (
    BrokenLexiconError,
    Entry,
    read_lexicon,
)
from services.emotion_tag.domain.alert_counts import FAMILIES, Family
from services.emotion_tag.domain.aspect import ASPECTS, Aspect
from services.emotion_tag.domain.locale import Locale, Softening
from services.emotion_tag.domain.taxonomy import EMOTIONS, TAXONOMY, Emotion

SHIPPED = Path(__file__).parents[1] / "locales"
DEFAULT = "zh-Hans"
"""For texts that are in no language we know: the model reads them as Chinese."""
MOST_LEXICONS = 60

_NAMED = ("emotions", "aspects", "examples")

_Key = TypeVar("_Key", Emotion, Aspect, Family)
_Tag = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")]
_Share = Annotated[float, Field(ge=0, le=1)]
_Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class BrokenLocaleError(Exception):
    """A locale cannot be read, or breaks a rule; says which file, and what is wrong."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _has_places(about: str) -> str:
    if about.count("{alert}") != 1 or about.count("{aspect}") != 1:
        raise ValueError("must have {alert} and {aspect}, once each")
    return about


class _Alerts(_Strict):
    angry: _Words | None = None
    sad: _Words | None = None
    fear: _Words | None = None
    about: Annotated[_Words, AfterValidator(_has_places)] | None = None


class _Thresholds(_Strict):
    unsure_below: _Share | None = None
    aspect_confidence: _Share = 0.0


class _Softening(_Strict):
    emotion: Emotion
    becomes: Emotion
    share: Annotated[float, Field(gt=0, le=1)]
    below_intensity: Annotated[float, Field(gt=0)] = 2.0  # no intensity is as high


class _File(_Strict):
    locale: _Tag
    extends: _Tag | None = None
    serves: list[_Tag] = []
    lexicons: list[_Words] = []
    emotions: dict[Emotion, _Words] = {}
    aspects: dict[Aspect, _Words] = {}
    alerts: _Alerts = _Alerts()
    examples: dict[Emotion, _Words] = {}
    thresholds: _Thresholds = _Thresholds()
    soften: list[_Softening] = []


class Locales:
    """All locales, and the lists of words that they use."""

    def __init__(self, locales: Sequence[Locale], served: Mapping[str, str]) -> None:
        self.all = tuple(locales)
        self._by_name = {locale.name.lower(): locale for locale in locales}
        self._by_name |= {
            tag.lower(): self._by_name[name.lower()]
            for tag, name in served.items()
            if tag.lower() not in self._by_name
        }

    def named(self, name: str) -> Locale | None:
        """The locale that serves a tag or the nearest shorter one: `en-SG` is served by `en`."""
        wanted = name.lower()
        while wanted:
            if locale := self._by_name.get(wanted):
                return locale
            wanted = wanted.rpartition("-")[0]
        return None

    def of(self, asked: str, language: str) -> Locale:
        """The locale of a text: the one asked for, else that of the language it is in."""
        locale = (self.named(asked) if asked else None) or self.named(language)
        return locale or self._by_name[DEFAULT.lower()]


def load_locales(added: Path | None = None) -> tuple[Locales, list[list[Entry]]]:
    """Read the shipped locales and those in `added`, which may take the place of shipped ones.

    Gives the lists of words too, in the order of `Locale.lexicons`.

    Raises:
        BrokenLocaleError: naming the file and what is wrong with it.
    """
    if added is not None and not added.is_dir():
        raise BrokenLocaleError(f"{added} is no folder.")
    files: dict[str, tuple[Path, _File]] = {}
    for folder in (SHIPPED, added):
        for path in sorted(folder.glob("*.toml")) if folder else ():
            file = _read(path)
            files[file.locale] = path, file
    lexicons: dict[Path, list[Entry]] = {}
    locales = [
        _locale(path, _with_above(files, name), lexicons) for name, (path, _) in files.items()
    ]
    return Locales(locales, _served(files)), list(lexicons.values())


def _read(path: Path) -> _File:
    try:
        file = _File.model_validate(tomllib.loads(path.read_text("utf-8")))
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()
        )
        raise BrokenLocaleError(f"{path}: {faults}") from None
    except (OSError, ValueError) as error:
        raise BrokenLocaleError(f"{path} cannot be read: {error}") from error
    return file.model_copy(update={"lexicons": [str(_found(path, one)) for one in file.lexicons]})


def _found(path: Path, name: str) -> Path:
    """A list of words: in the folder of the file that names it, else in the shipped one."""
    for folder in (path.parent, SHIPPED):
        if (folder / name).is_file():
            return folder / name
    raise BrokenLocaleError(f"{path}: there is no list of words {name}.")


def _with_above(
    files: Mapping[str, tuple[Path, _File]], name: str, heirs: tuple[str, ...] = ()
) -> _File:
    """A file with what it takes over from those that it extends."""
    path, file = files[name]
    if file.extends is None:
        return file
    if file.extends not in files:
        raise BrokenLocaleError(f"{path}: extends {file.extends}, which there is not.")
    if file.extends in (*heirs, name):
        raise BrokenLocaleError(f"{path}: extends {file.extends}, which extends it.")
    above = _with_above(files, file.extends, (*heirs, name))
    own = {key: getattr(file, key) for key in file.model_fields_set}
    joined = {
        "lexicons": [*above.lexicons, *file.lexicons],
        **{key: getattr(above, key) | getattr(file, key) for key in _NAMED},
        "alerts": above.alerts.model_copy(update=file.alerts.model_dump(exclude_none=True)),
    }
    return above.model_copy(update=own | joined)


def _locale(path: Path, file: _File, lexicons: dict[Path, list[Entry]]) -> Locale:
    bits = 0
    for one in map(Path, file.lexicons):
        if one not in lexicons:
            try:
                lexicons[one] = read_lexicon(one)
            except BrokenLexiconError as error:
                raise BrokenLocaleError(str(error)) from error
        bits |= 1 << list(lexicons).index(one)
    if len(lexicons) > MOST_LEXICONS:
        raise BrokenLocaleError(f"{path}: more than {MOST_LEXICONS} lists of words in all.")
    emotions = _complete(path, "emotions", EMOTIONS, file.emotions)
    said = {family: getattr(file.alerts, family.value) for family in FAMILIES}
    alerts = {family: words for family, words in said.items() if words is not None}
    if file.alerts.about is None:
        raise BrokenLocaleError(f"{path}: [alerts] lacks about.")
    return Locale(
        name=file.locale,
        emotion_names=emotions,
        aspect_names=_complete(path, "aspects", ASPECTS, file.aspects),
        alert_names=_complete(path, "alerts", FAMILIES, alerts),
        alert_about=file.alerts.about,
        examples=_complete(path, "examples", EMOTIONS, file.examples),
        softenings=tuple(_softening(path, one) for one in file.soften),
        unsure_below=file.thresholds.unsure_below,
        least_aspect_confidence=file.thresholds.aspect_confidence,
        lexicons=bits,
    )


def _complete(
    path: Path, table: str, keys: Sequence[_Key], names: Mapping[_Key, str]
) -> Mapping[_Key, str]:
    if missing := [key for key in keys if key not in names]:
        raise BrokenLocaleError(f"{path}: [{table}] lacks {', '.join(missing)}.")
    return {key: names[key] for key in keys}


def _softening(path: Path, rule: _Softening) -> Softening:
    if TAXONOMY[rule.emotion].polarity is not TAXONOMY[rule.becomes].polarity:
        raise BrokenLocaleError(
            f"{path}: [[soften]] {rule.emotion} to {rule.becomes} would turn its polarity."
        )
    return Softening(**rule.model_dump())


def _served(files: Mapping[str, tuple[Path, _File]]) -> Mapping[str, str]:
    served: dict[str, str] = {}
    for name, (path, file) in files.items():
        for tag in file.serves:
            if served.setdefault(tag.lower(), name) != name:
                raise BrokenLocaleError(f"{path}: {served[tag.lower()]} serves {tag} already.")
    return served

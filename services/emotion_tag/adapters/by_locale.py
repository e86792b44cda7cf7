"""Tags as the people of a locale would have them: the last step of an answer."""

from collections.abc import Sequence

from services.emotion_tag.adapters.locales import Locales
from services.emotion_tag.application.ports import Tagger
from services.emotion_tag.domain.locale import as_spoken
from services.emotion_tag.domain.tag import EmotionTag, TextInput


class ByLocale:
    """A tagger whose answers follow the rules of the locale that each text was read in."""

    def __init__(self, tagger: Tagger, locales: Locales) -> None:
        self._tagger = tagger
        self._changing = {one.name: one for one in locales.all if one.changes_answers}

    def tag(self, texts: Sequence[TextInput]) -> list[EmotionTag]:
        return list(map(self._spoken, self._tagger.tag(texts)))

    def sure(self, texts: Sequence[TextInput]) -> list[EmotionTag | None]:
        return [tag and self._spoken(tag) for tag in self._tagger.sure(texts)]

    def _spoken(self, tag: EmotionTag) -> EmotionTag:
        return as_spoken(tag, self._changing[tag.locale]) if tag.locale in self._changing else tag

"""The tagger that everybody uses: it hands on to the active model, which is swapped in one step."""

from collections.abc import Callable, Mapping, Sequence

from services.emotion_tag.application.ports import Tagger
from services.emotion_tag.domain.model_version import ModelState
from services.emotion_tag.domain.tag import EmotionTag, TextInput


class SwitchableTagger:
    """Keeps the active, the previous and the shadowed model in memory.

    A batch is answered by one model from its first text to its last: the model is looked up once.
    """

    def __init__(self, version: str, tagger: Tagger) -> None:
        self._active = tagger
        self._taggers: Mapping[str, Tagger] = {version: tagger}
        self._state = ModelState(active=version)
        self._watchers: list[Callable[[], None]] = []

    @property
    def version(self) -> str:
        return self._state.active

    @property
    def state(self) -> ModelState:
        return self._state

    @property
    def active(self) -> Tagger:
        """The model that answers now."""
        return self._active

    def tag(self, texts: Sequence[TextInput]) -> list[EmotionTag]:
        return self._active.tag(texts)

    def sure(self, texts: Sequence[TextInput]) -> list[EmotionTag | None]:
        return self._active.sure(texts)

    def loaded(self, version: str) -> Tagger | None:
        return self._taggers.get(version)

    def apply(self, state: ModelState, taggers: Mapping[str, Tagger]) -> None:
        changes = state.active != self._state.active
        self._taggers = dict(taggers)
        self._active, self._state = self._taggers[state.active], state
        if changes:
            for call in self._watchers:
                call()

    def watch(self, call: Callable[[], None]) -> None:
        """Call this whenever another model answers, e.g. to forget answers of the former one."""
        self._watchers.append(call)

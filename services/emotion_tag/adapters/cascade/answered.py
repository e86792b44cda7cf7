"""What texts feel like that others answer: a post has many comments and is read once."""

from collections import OrderedDict
from collections.abc import Callable, Sequence

from services.emotion_tag.domain.tag import EmotionTag, Felt, TextInput

_REMEMBERED = 256  # texts, those that were read last

Tag = Callable[[Sequence[TextInput]], Sequence[EmotionTag | None]]


class Answered:
    """May be asked by several threads: each step is one call of a dictionary."""

    def __init__(self) -> None:
        self._felt: OrderedDict[TextInput, Felt] = OrderedDict()

    def felt(self, texts: Sequence[TextInput], tag: Tag) -> dict[TextInput, Felt]:
        """What each feels like, as far as it is remembered or `tag` has a tag for it."""
        felt = {one: known for one in texts if (known := self._felt.get(one))}
        unknown = [one for one in dict.fromkeys(texts) if one not in felt]
        for one, found in zip(unknown, tag(unknown), strict=True):
            if found is not None:
                felt[one] = self._felt[one] = found.felt()
        while len(self._felt) > _REMEMBERED:
            self._felt.popitem(last=False)
        return felt

"""Words as they are compared: one width, no case, simplified characters."""

import unicodedata

from services.emotion_tag.domain.traditional import SIMPLIFIED


def folded(text: str) -> str:
    """The same for all that people write it as: 開箱 and 开箱, ＤＩＹ and diy."""
    return unicodedata.normalize("NFKC", text).casefold().translate(SIMPLIFIED)

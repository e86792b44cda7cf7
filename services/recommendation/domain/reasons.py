"""The sentences that tell a shopper why something is shown."""

from dataclasses import dataclass

from services.recommendation.domain.behavior import Kind
from services.recommendation.domain.words import Emotion, Scene, Signal


@dataclass(frozen=True, slots=True)
class Reason:
    """A signal that was really used, its share of the score (0 to 1), and what to tell."""

    signal: Signal
    share: float
    zh: str
    en: str
    item_id: str = ""


_PLAIN = {
    Signal.TASTE: ("和你口味相近的人也选了它", "People with a taste like yours took it"),
    Signal.WORD_OF_MOUTH: ("大家对它评价很好", "People speak well of it"),
    Signal.POPULARITY: ("现在很受欢迎", "Popular right now"),
    Signal.NEW: ("新品上架", "New in the shop"),
    Signal.EXPLORATION: ("还没有多少人发现它", "Few have discovered it yet"),
    Signal.RECENT_BEHAVIOR: ("与你最近关注的商品有关", "Goes with what you looked at lately"),
    Signal.SIMILAR_ITEM: ("与这件商品相近", "Much like this one"),
}
_GLAD = {
    Emotion.JOY: ("大家觉得开心", "Shoppers find it joyful"),
    Emotion.LIKE: ("大家都很喜欢它", "Shoppers like it a lot"),
    Emotion.GRATITUDE: ("大家心怀感激", "Shoppers are grateful for it"),
}
_COMFORT = ("熟悉又受好评，让自己放松一下", "Familiar and well loved, for a gentle moment")
_FRESH = ("心情不错，来点新鲜的", "Something fresh for a good mood")

_DID = {
    Kind.PURCHASE: ("买过", "you bought"),
    Kind.ADD_TO_CART: ("加购了", "you put into the cart"),
    Kind.FAVORITE: ("收藏了", "you saved"),
    Kind.LIKE: ("喜欢", "you like"),
    Kind.SHARE: ("分享了", "you shared"),
    Kind.RATE: ("评价了", "you rated"),
}
_LOOKED = ("看过", "you looked at")


def text_of(
    signal: Signal,
    *,
    scene: Scene,
    title: str,
    kind: Kind | None,
    needs_comfort: bool,
    felt: Emotion | None = None,
) -> tuple[str, str]:
    """Return the sentence in Chinese and English.

    `title` is the item it refers to, if any; `felt` is what the item is known for, if anything.
    """
    if signal is Signal.WORD_OF_MOUTH and felt in _GLAD:
        return _GLAD[felt]
    if signal is Signal.MOOD:
        return _COMFORT if needs_comfort else _FRESH
    if title and signal is Signal.RECENT_BEHAVIOR:
        zh, en = _LOOKED if kind is None else _DID.get(kind, _LOOKED)
        return f"因为你最近{zh}「{title}」", f"Because {en} “{title}”"
    if title and signal is Signal.SIMILAR_ITEM:
        if scene is Scene.CART:
            return f"常与「{title}」一起买", f"Often taken together with “{title}”"
        return f"与「{title}」相近", f"Goes with “{title}”"
    return _PLAIN[signal]

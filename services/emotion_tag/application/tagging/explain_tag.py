"""Say why a text gets its tag, by leaving out its pieces one by one; nothing is stored."""

import asyncio
from dataclasses import replace

from services.emotion_tag.application.tagging.in_context import Asked, in_context
from services.emotion_tag.application.tagging.ports import Insight, Insights, Priors
from services.emotion_tag.domain.explanation import Explanation, effect_of, pieces_of
from services.emotion_tag.domain.tag import TextInput

AT_ONCE = 2
"""Explanations that are worked out at the same time; further ones wait."""


class ExplainTag:
    """Explains one tag at a time, in threads, so that other calls go on meanwhile."""

    def __init__(self, insights: Insights, priors: Priors) -> None:
        self._insights, self._priors = insights, priors
        self._room = asyncio.Semaphore(AT_ONCE)

    async def explain(self, asked: Asked) -> Explanation:
        one = (await in_context([asked], self._priors))[0]
        async with self._room:
            return await asyncio.to_thread(_explained, one, self._insights())


def _explained(one: TextInput, insight: Insight) -> Explanation:
    """Two rounds of the model: the text, then all that is left of it without each piece."""
    tag = insight.tag([one])[0]
    inside = insight.inside(one, tag)
    pieces = pieces_of(one.text, tag)
    others = [
        replace(one, text=one.text[: piece.start] + one.text[piece.end :]) for piece in pieces
    ]
    if one.context is not None:
        others.append(replace(one, context=None))
    tags = insight.tag(others) if others else []
    alone = tags[-1] if one.context is not None else None
    return Explanation(
        tag=tag,
        inside=inside,
        pieces=tuple(
            effect_of(piece, tag, without, inside)
            for piece, without in zip(pieces, tags[: len(pieces)], strict=True)
        ),
        without_context=alone if alone and alone.scores != tag.scores else None,
        readings=1 + len(others),
    )

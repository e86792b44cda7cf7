"""How many texts each part of the model reads."""

from prometheus_client import Counter

_TEXTS = Counter(
    "resonance_emotion_tag_texts_read_total",
    "Texts that a part of the model has read; what the encoder reads, the wide model has read too.",
    ("part",),
)
_WIDE, _ENCODER = _TEXTS.labels("wide"), _TEXTS.labels("encoder")


def texts_read(count: int, by_encoder: int) -> None:
    """Count a batch."""
    _WIDE.inc(count)
    _ENCODER.inc(by_encoder)

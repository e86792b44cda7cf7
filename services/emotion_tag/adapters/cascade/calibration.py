"""What was fitted after the weights, as the manifest holds it: scores become answers by it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from services.emotion_tag.adapters.wide.artefact import (
    BrokenModelError,
    read_manifest,
    write_manifest,
)
from services.emotion_tag.domain.tag import TextKind

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Scale:
    """How the scores of one language and kind of text are read."""

    wide: float
    """What the wide model's scores are multiplied by."""
    encoder: float
    """The same for the encoder's; 0 where it was not asked."""
    bias: list[float]
    """Added to the emotions, in their order."""
    positive: list[float]
    """What the log-odds of positive of the wide model, of the encoder and of the emotions are
    multiplied by, and what is added."""
    neutral_lead: float
    """Added to the log-odds of neutral before they are held against those for or against."""
    confidence_knots: list[tuple[float, float]]
    """Probability of the top emotion's family and how often answers were right, both rising."""
    unsure_below: float
    """Confidence under which an answer had better not be acted on."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ContextWeights:
    """How much what is known beside a text counts."""

    usual: list[float]
    """The mean probability of each emotion; what is known beside a text counts where it differs."""
    reply: float
    """How often one feels as the text that is answered does, and not as usual."""
    echo: float
    """Share of what it answers in a text that only agrees, such as "+1"; the rest is as usual."""
    prior: float
    """The same of the prior."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Calibration:
    """All of it."""

    version: str
    """Of the model as a whole; the answers carry it."""
    wide: str
    """Version of the wide model that this was fitted to."""
    encoder: str
    """The same of the encoder; empty if there was none."""
    alone: Mapping[str, Mapping[str, Scale]]
    """For texts that the wide model answers alone: `zh` and `en`, then the kind of text."""
    together: Mapping[str, Mapping[str, Scale]]
    """For texts that both have read; empty if there is no encoder."""
    asks_below: Mapping[str, Mapping[str, float]]
    """Confidence of the wide model under which the encoder is asked, as `alone`."""
    sharpening: float
    """Power applied to the shares inside one of SMP's six, which leaves its sum as it is."""
    intensity: list[float]
    """Coefficients of the signs of intensity, see `wide/intensity.py`."""
    intensity_together: list[float]
    """The same where the encoder's log-odds of strong are one sign more, the last."""
    context: ContextWeights


def load(folder: Path) -> Calibration:
    """Read the calibration of the model in `folder`, which its manifest holds.

    Raises:
        BrokenModelError: it is missing, of another kind, or was fitted to another wide model.
    """
    manifest = read_manifest(folder)
    try:
        read = manifest["calibration"]
        made = Calibration(
            **{
                **read,
                "version": manifest["version"],
                "alone": _scales(read["alone"]),
                "together": _scales(read["together"]),
                "context": ContextWeights(**read["context"]),
            }
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BrokenModelError(f"The model in {folder} is of another kind: {error!r}") from error
    if made.wide != manifest["wide"]:
        raise BrokenModelError(f"The model in {folder} is not calibrated.")
    return made


def _scales(read: Mapping[str, Any]) -> dict[str, dict[str, Scale]]:
    """Every language has a scale for texts of unknown kind, which the others fall back to."""
    return {
        language: {TextKind.UNKNOWN.value: Scale(**kinds[TextKind.UNKNOWN])}
        | {TextKind(kind).value: Scale(**values) for kind, values in kinds.items()}
        for language, kinds in read.items()
    }


def save(calibration: Calibration, folder: Path) -> None:
    """Write it into the manifest of the model in `folder`."""
    written = asdict(calibration)
    del written["version"]
    manifest = read_manifest(folder)
    write_manifest(folder, {**manifest, "version": calibration.version, "calibration": written})


def digest(calibration: Calibration) -> str:
    """What tells two calibrations apart."""
    return sha256(repr(calibration).encode()).hexdigest()[:8]


def of_kind(by_kind: Mapping[str, T], kind: TextKind) -> T:
    """A kind without a value of its own has that of texts of unknown kind."""
    return by_kind[kind] if kind in by_kind else by_kind[TextKind.UNKNOWN]

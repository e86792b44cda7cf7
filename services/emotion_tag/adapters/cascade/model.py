"""Opens a model: the wide one, what was fitted after it, and the encoder if its file is there."""

from collections.abc import Callable
from pathlib import Path

from services.emotion_tag.adapters.cascade import calibration
from services.emotion_tag.adapters.cascade.tagger import CascadeTagger, Encoder
from services.emotion_tag.adapters.encoder import artefact as encoder_artefact
from services.emotion_tag.adapters.wide import artefact as wide_artefact
from services.emotion_tag.adapters.wide.artefact import Artefact, BrokenModelError

MODELS = Path(__file__).parents[2] / "models"
DEFAULT = "research"


SHIPPED = MODELS / DEFAULT


def shipped() -> CascadeTagger:
    """The model that a service has that is told nothing else."""
    return open_model(SHIPPED)


def folder_of(name: str) -> Path:
    """`research`, `open`, or the path of a folder with a model."""
    return MODELS / name if (MODELS / name).is_dir() else Path(name)


def open_model(
    folder: Path,
    added_locales: Path | None = None,
    observe: Callable[[int, int], None] | None = None,
    *,
    with_encoder: bool = True,
) -> CascadeTagger:
    """Read the model in `folder`; about half a second.

    Without the encoder the wide part answers alone, as where the encoder's files are left out.

    Raises:
        BrokenModelError: a file is missing, is not what its manifest says, or they do not belong
            together.
    """
    wide = wide_artefact.load(folder)
    fitted = calibration.load(folder)
    encoder = encoder_beside(wide, folder) if fitted.encoder and with_encoder else None
    if encoder is not None and encoder.version != fitted.encoder:
        raise BrokenModelError(
            f"The model in {folder} was fitted with {fitted.encoder}, not {encoder.version}."
        )
    return CascadeTagger(wide, fitted, encoder, added_locales=added_locales, observe=observe)


def encoder_beside(wide: Artefact, folder: Path) -> Encoder | None:
    """The encoder in the folder of a wide model; None where its files were left out."""
    if not (folder / encoder_artefact.MANIFEST).exists():
        return None
    from services.emotion_tag.adapters.encoder.encoder import (  # noqa: PLC0415 - needs a runtime
        Encoder as TransformerEncoder,
    )

    return TransformerEncoder.beside(wide, folder)

"""Makes pixels of the bytes of a picture, as much as is needed and no more than is allowed."""

import io

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from services.emotion_tag.domain.errors import PictureTooLarge, PictureUnreadable
from services.emotion_tag.domain.picture import MAX_PIXELS

Pixels = NDArray[np.uint8]

FORMATS = ("JPEG", "PNG", "WEBP")


def decode(data: bytes) -> Pixels:
    """The upright picture, `height×width×3` RGB; of an animated one the first frame.

    The size is read from the head and held against the limit before anything is decoded.

    Raises:
        PictureUnreadable: no JPEG, PNG or WebP, or a damaged one.
        PictureTooLarge: more than `MAX_PIXELS`.
    """
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            check_pixels(image.width, image.height)
            return np.asarray(_on_white(ImageOps.exif_transpose(image)))
    except PictureTooLarge:
        raise
    except Image.DecompressionBombError:
        raise _too_many() from None
    except UnidentifiedImageError:
        raise _unreadable("format") from None
    except Exception:  # noqa: BLE001 - a damaged file may raise anything
        raise _unreadable("damaged") from None


def check_pixels(width: int, height: int) -> None:
    """Refuse what is larger than is decoded.

    Raises:
        PictureTooLarge: more than `MAX_PIXELS`.
    """
    if width * height > MAX_PIXELS:
        raise _too_many()


def fitted(pixels: Pixels, most: int) -> tuple[Pixels, float]:
    """A picture of at most so many pixels, and what its lengths were multiplied by."""
    height, width = pixels.shape[:2]
    factor = min(1.0, (most / (height * width)) ** 0.5)
    if factor == 1.0:
        return pixels, factor
    size = max(1, round(width * factor)), max(1, round(height * factor))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8), factor


def _on_white(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("RGB")
    clear = image.convert("RGBA")
    white = Image.new("RGBA", clear.size, "white")
    white.alpha_composite(clear)
    return white.convert("RGB")


def _too_many() -> PictureTooLarge:
    return PictureTooLarge(
        f"It may have {MAX_PIXELS} pixels; make it smaller.", most=str(MAX_PIXELS)
    )


def _unreadable(why: str) -> PictureUnreadable:
    return PictureUnreadable(
        "Not a JPEG, PNG or WebP, or a damaged one; send the whole file of one.", why=why
    )

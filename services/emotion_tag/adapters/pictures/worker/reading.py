"""Reads a picture or a clip: faces and text."""

import cv2
import numpy as np

from services.emotion_tag.adapters.pictures.worker.clips import ClipFrames
from services.emotion_tag.adapters.pictures.worker.decoding import Pixels, decode, fitted
from services.emotion_tag.adapters.pictures.worker.expressions import ExpressionModel
from services.emotion_tag.adapters.pictures.worker.faces import FaceFinder
from services.emotion_tag.adapters.pictures.worker.lines import LineReader
from services.emotion_tag.domain.clip import MAX_TEXT_FRAMES, Clip, Frame
from services.emotion_tag.domain.errors import PictureUnreadable
from services.emotion_tag.domain.picture import Line, Picture

PICTURE_PIXELS = 2_000_000
"""What is looked at of a picture: text of a phone's screen stays readable, faces take 0.3 s."""

FRAME_PIXELS = 900_000
"""The same for a frame: 720p."""

_THUMB = (160, 90)
_OTHER = 32  # of 255, from which a pixel of a thumb is another; compression stays below
_CHANGED = 0.002
"""The share of other pixels from which the text on screen may be another: two short words swapped
make 0.003, a line 0.05, the same scene again 0."""


class Reading:
    """All the models, loaded."""

    def __init__(self, faces: FaceFinder, lines: LineReader, expression_model: str) -> None:
        self._faces, self._lines = faces, lines
        self.expression_model, self.text_model = expression_model, lines.version

    @classmethod
    def load(cls) -> "Reading":
        cv2.setNumThreads(1)
        model = ExpressionModel.load()
        return cls(FaceFinder(model), LineReader(), model.version)

    def picture(self, data: bytes) -> Picture:
        """Read a picture; raises as `decode` does."""
        whole = decode(data)
        pixels, factor = fitted(whole, PICTURE_PIXELS)
        lines = self._lines.read(pixels, factor)
        return self._with_faces(whole, pixels, factor, lines)

    def clip(self, data: bytes) -> Clip:
        """Read a clip; raises as `ClipFrames` does."""
        source = ClipFrames(data)
        text = _TextOfFrames(self._lines)
        frames = []
        for offset, whole in source.sampled():
            pixels, factor = fitted(whole, FRAME_PIXELS)
            lines = text.of(pixels, factor)
            picture = self._with_faces(whole, pixels, factor, lines)
            frames.append(Frame(offset=offset, picture=picture))
        if not frames:
            raise PictureUnreadable("It has no frame that can be read; send another.", why="frames")
        return Clip(
            width=source.width,
            height=source.height,
            duration=source.duration,
            frames=tuple(frames),
        )

    def _with_faces(
        self, whole: Pixels, pixels: Pixels, factor: float, lines: tuple[Line, ...]
    ) -> Picture:
        height, width = whole.shape[:2]
        faces = self._faces.find(pixels, factor)
        return Picture(width=width, height=height, faces=faces, lines=lines)


class _TextOfFrames:
    """Reads the text of frames that differ, and remembers it for those that do not."""

    def __init__(self, reader: LineReader) -> None:
        self._reader = reader
        self._seen: Pixels | None = None
        self._lines: tuple[Line, ...] = ()
        self._read = 0

    def of(self, pixels: Pixels, factor: float) -> tuple[Line, ...]:
        """The lines of a frame; none once `MAX_TEXT_FRAMES` were read and it is a new one."""
        grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
        thumb = np.asarray(cv2.resize(grey, _THUMB, interpolation=cv2.INTER_AREA), np.uint8)
        if self._seen is not None and _difference(thumb, self._seen) < _CHANGED:
            return self._lines
        self._seen = thumb
        is_affordable = self._read < MAX_TEXT_FRAMES
        self._lines = self._reader.read(pixels, factor) if is_affordable else ()
        self._read += is_affordable
        return self._lines


def _difference(one: Pixels, other: Pixels) -> float:
    """The share of pixels that are others."""
    return float(np.mean(np.abs(one.astype(np.int16) - other.astype(np.int16)) > _OTHER))

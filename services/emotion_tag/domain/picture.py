"""What a reader finds in a picture, and how much of it is looked at. Nobody in it has a name."""

from dataclasses import dataclass

MAX_PICTURE_BYTES = 2 * 1024 * 1024  # picture_service.proto says the same
MAX_PIXELS = 12_000_000
"""What phones take; decoded, 36 MB."""

MAX_FACES = 8
MIN_FACE = 40  # pixels; smaller ones belong to people in the background, who were not asked
MIN_FACE_SHARE = 1 / 20  # of the shorter side
MAX_LINES = 60
MAX_TEXT = 2_000  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle in pixels of the upright picture."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """A face as the reader found it."""

    box: Box
    expressions: tuple[float, ...]
    """Probability of each of `EXPRESSIONS`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of text as the reader found it."""

    text: str
    confidence: float
    box: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureModels:
    """Versions of what reads pictures."""

    expressions: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What is in a picture or a frame: faces, largest first, and lines in reading order."""

    width: int
    height: int
    faces: tuple[Face, ...]
    lines: tuple[Line, ...]

    def text(self) -> str:
        """All lines, at most `MAX_TEXT` characters."""
        return "\n".join(line.text for line in self.lines)[:MAX_TEXT]

    def share_of(self, face: Face) -> float:
        """The share of the picture that a face takes."""
        return min(1.0, face.box.width * face.box.height / (self.width * self.height))

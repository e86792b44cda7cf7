"""Pictures and clips drawn for tests; nobody is in them."""

import io
import os
import tempfile
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from services.emotion_tag.adapters.pictures.workers import is_installed

needs_extra = pytest.mark.skipif(
    not is_installed(), reason="the picture extra is not installed: run `make pictures`"
)

_CHINESE_FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
)


@cache
def chinese_font() -> str:
    """A font that has Chinese, or "": none comes with any package."""
    return next((path for path in _CHINESE_FONTS if Path(path).is_file()), "")


def drawn(
    *lines: str, size: tuple[int, int] = (720, 480), kind: str = "PNG", **options: Any
) -> bytes:
    """A picture with lines of text on white."""
    from PIL import Image, ImageDraw, ImageFont  # noqa: PLC0415 - part of the extra

    picture = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(picture)
    path = chinese_font()
    font: Any = ImageFont.truetype(path, 40) if path else ImageFont.load_default(40)
    for number, line in enumerate(lines):
        draw.text((30, 40 + number * 80), line, fill="black", font=font)
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def filmed(
    frame_of: Callable[[int], Sequence[str]],
    *,
    seconds: float,
    rate: int = 5,
    size: tuple[int, int] = (640, 360),
    suffix: str = ".mp4",
) -> bytes:
    """A clip that shows, in each of its seconds, the lines that `frame_of` gives for it."""
    import cv2  # noqa: PLC0415 - part of the extra
    import numpy as np  # noqa: PLC0415
    from PIL import Image  # noqa: PLC0415

    codec = {".mp4": "mp4v", ".webm": "VP80", ".avi": "MJPG"}[suffix]
    handle, path = tempfile.mkstemp(suffix=suffix)
    os.close(handle)
    try:
        writer = cv2.VideoWriter(path, cv2.VideoWriter.fourcc(*codec), rate, size)
        frames: dict[tuple[str, ...], Any] = {}
        for number in range(round(seconds * rate)):
            lines = tuple(frame_of(number // rate))
            if lines not in frames:
                picture = Image.open(io.BytesIO(drawn(*lines, size=size)))
                frames[lines] = np.asarray(picture)[:, :, ::-1].copy()
            writer.write(frames[lines])
        writer.release()
        return Path(path).read_bytes()
    finally:
        Path(path).unlink()

"""Takes frames out of a clip, one of each second, without ever touching a file or an address."""

import io
import os
from collections.abc import Iterator
from datetime import timedelta

import cv2
import numpy as np

from services.emotion_tag.adapters.pictures.worker.decoding import Pixels, check_pixels
from services.emotion_tag.domain.clip import EVERY, MAX_CLIP
from services.emotion_tag.domain.errors import PictureTooLarge, PictureUnreadable

# Playlists and the like name further files to open; FFmpeg gets two containers, neither of which
# does, and our bytes instead of a path.
os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"] = (
    "format_whitelist;mov,mp4,m4a,3gp,3g2,mj2,matroska,webm|protocol_whitelist;none|threads;1"
)

_MOST_FRAMES = 60 * 120
"""Frames that are gone through: a minute at 120 a second."""

_LATE = timedelta(milliseconds=500)
"""A clip of a minute may end a little later: cameras round."""


class ClipFrames:
    """The frames of a clip."""

    def __init__(self, data: bytes) -> None:
        """Open a clip.

        Raises:
            PictureUnreadable: no MP4, MOV, WebM or MKV, or nothing to see in it.
            PictureTooLarge: its frames have too many pixels.
        """
        is_mp4, is_matroska = data[4:8] == b"ftyp", data[:4] == b"\x1aE\xdf\xa3"
        if not (is_mp4 or is_matroska):
            raise _unreadable("container")
        try:
            self._capture = cv2.VideoCapture(io.BytesIO(data), cv2.CAP_FFMPEG, [])
        except cv2.error:
            raise _unreadable("container") from None
        self.width = int(self._capture.get(cv2.CAP_PROP_FRAME_WIDTH))
        self.height = int(self._capture.get(cv2.CAP_PROP_FRAME_HEIGHT))
        if not self._capture.isOpened() or self.width < 1 or self.height < 1:
            raise _unreadable("stream")
        check_pixels(self.width, self.height)
        self.duration = timedelta(0)

    def sampled(self) -> Iterator[tuple[timedelta, Pixels]]:
        """The first frame of each second and its time; sets `duration` as it goes.

        Raises:
            PictureTooLarge: it goes on after `MAX_CLIP`.
        """
        rate = self._capture.get(cv2.CAP_PROP_FPS)
        lasting = timedelta(seconds=1 / rate) if rate >= 1 else EVERY
        wanted = timedelta(0)
        for _ in range(_MOST_FRAMES):
            if not self._capture.grab():
                return
            at = timedelta(milliseconds=max(0.0, self._capture.get(cv2.CAP_PROP_POS_MSEC)))
            self.duration = max(self.duration, at + lasting)
            if at > MAX_CLIP + _LATE:
                break
            if wanted <= at < MAX_CLIP:
                is_there, pixels = self._capture.retrieve()
                if is_there:
                    wanted = (at // EVERY + 1) * EVERY
                    yield at, np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), np.uint8)
        else:
            if not self._capture.grab():
                return
        raise PictureTooLarge(
            "It may last 60 seconds; cut it.", most=f"{MAX_CLIP.total_seconds():.0f}s"
        )


def _unreadable(why: str) -> PictureUnreadable:
    return PictureUnreadable(
        "Not an MP4, MOV, WebM or MKV, or a damaged one; send the whole file of one.", why=why
    )

"""Uploads that lie in a folder: a person's files in the folder of their id, and nowhere else."""

import asyncio
import os
import re
import stat
from pathlib import Path
from uuid import UUID

from services.emotion_tag.domain.errors import MediaNotFound, PictureTooLarge

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")  # picture_service.proto says the same


class MediaFolder:
    """Files as `<folder>/<user id>/<name>`, whoever puts them there."""

    def __init__(self, folder: Path | None) -> None:
        """Without a folder nothing is ever found."""
        self._folder = folder

    async def read(self, user_id: UUID, media_id: str, *, largest: int) -> bytes:
        return await asyncio.to_thread(self._read, user_id, media_id, largest)

    def _read(self, user_id: UUID, media_id: str, largest: int) -> bytes:
        missing = MediaNotFound("The person has no such file here.", media_id=media_id)
        if self._folder is None or not _NAME.fullmatch(media_id):
            raise missing
        try:
            file = self._open(user_id, media_id)
        except OSError:
            raise missing from None
        try:
            if not stat.S_ISREG(os.fstat(file).st_mode):
                raise missing
            with open(file, "rb", closefd=False) as opened:
                data = opened.read(largest + 1)
        finally:
            os.close(file)
        if len(data) > largest:
            raise PictureTooLarge(
                f"The file may have {largest} bytes; send a smaller one.", most=str(largest)
            )
        return data

    def _open(self, user_id: UUID, media_id: str) -> int:
        """Open without following any link below the folder, or waiting for who fills a pipe."""
        assert self._folder is not None
        careful = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        home = os.open(self._folder / str(user_id), careful | os.O_DIRECTORY)
        try:
            return os.open(media_id, careful, dir_fd=home)
        finally:
            os.close(home)

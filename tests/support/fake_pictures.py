"""A reader that finds what it was told to, somebody's files, and who allows what."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

from services.emotion_tag.adapters.pictures.workers import HOW
from services.emotion_tag.domain.clip import Clip
from services.emotion_tag.domain.errors import MediaNotFound, PicturesNotInstalled, PictureTooLarge
from services.emotion_tag.domain.picture import Picture, PictureModels


@dataclass
class FakePictureReader:
    picture: Picture
    clip: Clip
    models: PictureModels
    is_installed: bool = True
    was_given: list[bytes] = field(default_factory=list)

    def require(self) -> None:
        if not self.is_installed:
            raise PicturesNotInstalled(HOW)

    async def read_picture(self, data: bytes) -> tuple[Picture, PictureModels]:
        self.was_given.append(data)
        return self.picture, self.models

    async def read_clip(self, data: bytes) -> tuple[Clip, PictureModels]:
        self.was_given.append(data)
        return self.clip, self.models


@dataclass
class FakeMedia:
    files: dict[tuple[UUID, str], bytes]

    async def read(self, user_id: UUID, media_id: str, *, largest: int) -> bytes:
        if (user_id, media_id) not in self.files:
            raise MediaNotFound("No such file.")
        data = self.files[user_id, media_id]
        if len(data) > largest:
            raise PictureTooLarge("Too large.")
        return data


@dataclass
class FakePictureReads:
    allowing: set[UUID]

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator["FakePictureReads"]:
        yield self

    async def allows(self, user_id: UUID) -> bool:
        return user_id in self.allowing

"""What the use cases about pictures need from the outside."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol
from uuid import UUID

from services.emotion_tag.domain.clip import Clip
from services.emotion_tag.domain.picture import Picture, PictureModels


class PictureReader(Protocol):
    """Finds faces and text; keeps nothing, and knows nobody."""

    def require(self) -> None:
        """Raise PicturesNotInstalled if pictures cannot be read here."""
        ...

    async def read_picture(self, data: bytes) -> tuple[Picture, PictureModels]:
        """Read a picture.

        Raises:
            PictureUnreadable: no JPEG, PNG or WebP, or a damaged one.
            PictureTooLarge: more pixels than are taken.
            PictureTooSlow: it was given up.
            PicturesBusy: too many are waiting.
        """
        ...

    async def read_clip(self, data: bytes) -> tuple[Clip, PictureModels]:
        """Read a clip; raises as `read_picture` does."""
        ...


class Media(Protocol):
    """Files that people have uploaded elsewhere."""

    async def read(self, user_id: UUID, media_id: str, *, largest: int) -> bytes:
        """Give a file of a person's own folder.

        Raises:
            MediaNotFound: there is none of this name, or no folder at all.
            PictureTooLarge: it has more than `largest` bytes.
        """
        ...


class PictureConsents(Protocol):
    """Who allows their uploads to be looked at."""

    async def allows(self, user_id: UUID) -> bool:
        """Whether a person has granted `picture_inference`, as far as it is known here."""
        ...


class PictureConsentReads(Protocol):
    def __call__(self) -> AbstractAsyncContextManager[PictureConsents]: ...


class PictureConsentLog(Protocol):
    async def decide(self, user_id: UUID, *, is_granted: bool, version: int) -> None:
        """Note a decision, unless a newer one is known."""
        ...


class PictureTransactions(Protocol):
    def __call__(self) -> AbstractAsyncContextManager[PictureConsentLog]: ...

"""An upload on its way to being looked at: is it allowed, and where are its bytes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from services.emotion_tag.application.pictures.ports import (
    Media,
    PictureConsentReads,
    PictureReader,
)
from services.emotion_tag.domain.errors import (
    PictureConsentMissing,
    PictureTooLarge,
    PictureUnreadable,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """Somebody's picture or clip: its bytes, or the name of a file in their media folder."""

    user_id: UUID
    source: bytes | str

    @contextmanager
    def at_fault(self) -> Iterator[None]:
        """Name the field that the upload came in, if the upload is what a request fails by."""
        try:
            yield
        except (PictureUnreadable, PictureTooLarge) as error:
            field = "data" if isinstance(self.source, bytes) else "media_id"
            error.metadata = {**error.metadata, "field": field}
            raise


@dataclass(frozen=True)
class Uploads:
    """Lets those uploads through that may be looked at."""

    reader: PictureReader
    media: Media
    consents: PictureConsentReads

    async def admit(self, upload: Upload, *, largest: int) -> bytes:
        """The bytes of an upload.

        Raises:
            PicturesNotInstalled: pictures cannot be read here.
            PictureConsentMissing: its owner has not granted `picture_inference`.
            MediaNotFound: they have no file of this name.
            PictureTooLarge: the file has more than `largest` bytes.
        """
        self.reader.require()
        async with self.consents() as consents:
            is_allowed = await consents.allows(upload.user_id)
        if not is_allowed:
            raise PictureConsentMissing(
                "The person has not granted picture_inference.", purpose="PURPOSE_PICTURE_INFERENCE"
            )
        if isinstance(upload.source, bytes):
            return upload.source
        return await self.media.read(upload.user_id, upload.source, largest=largest)

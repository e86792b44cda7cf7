"""What a picture feels like; nothing of it is kept."""

from dataclasses import dataclass

from services.emotion_tag.application.pictures.uploads import Upload, Uploads
from services.emotion_tag.application.ports import Tagger
from services.emotion_tag.application.tagging.tag_texts import tag_texts
from services.emotion_tag.domain.fusion import Findings, findings_of
from services.emotion_tag.domain.picture import MAX_PICTURE_BYTES, Picture, PictureModels
from services.emotion_tag.domain.tag import TextInput, TextKind


@dataclass(frozen=True, slots=True, kw_only=True)
class TaggedPicture:
    """A picture's findings."""

    findings: Findings
    width: int
    height: int
    models: PictureModels


async def tag_picture(upload: Upload, uploads: Uploads, tagger: Tagger) -> TaggedPicture:
    """Look at a picture if its owner allows it.

    Raises:
        PicturesNotInstalled, PictureConsentMissing, PictureUnreadable, PictureTooLarge,
        PictureTooSlow, PicturesBusy, MediaNotFound: see `Uploads` and `PictureReader`.
    """
    with upload.at_fault():
        data = await uploads.admit(upload, largest=MAX_PICTURE_BYTES)
        picture, models = await uploads.reader.read_picture(data)
    found = await findings_in([picture], models, tagger)
    return TaggedPicture(
        findings=found[0], width=picture.width, height=picture.height, models=models
    )


async def findings_in(
    pictures: list[Picture], models: PictureModels, tagger: Tagger
) -> list[Findings]:
    """Tag the text of pictures, each different text once, and weigh it with the faces."""
    texts = list(dict.fromkeys(text for picture in pictures if (text := picture.text())))
    tags = await tag_texts([TextInput(text, TextKind.POST) for text in texts], tagger)
    known = dict(zip(texts, tags, strict=True))
    return [findings_of(picture, known.get(picture.text()), models) for picture in pictures]

"""What a short clip feels like, moment by moment; nothing of it is kept."""

from dataclasses import dataclass

from services.emotion_tag.application.pictures.tag_picture import findings_in
from services.emotion_tag.application.pictures.uploads import Upload, Uploads
from services.emotion_tag.application.ports import Tagger
from services.emotion_tag.domain.clip import (
    MAX_MEDIA_CLIP_BYTES,
    Clip,
    ClipFindings,
    Moment,
    summed_up,
)
from services.emotion_tag.domain.picture import PictureModels


@dataclass(frozen=True, slots=True, kw_only=True)
class TaggedClip:
    """A clip's findings."""

    findings: ClipFindings
    clip: Clip
    models: PictureModels


async def tag_clip(upload: Upload, uploads: Uploads, tagger: Tagger) -> TaggedClip:
    """Look at a clip if its owner allows it; raises as `tag_picture` does."""
    with upload.at_fault():
        data = await uploads.admit(upload, largest=MAX_MEDIA_CLIP_BYTES)
        clip, models = await uploads.reader.read_clip(data)
    found = await findings_in([frame.picture for frame in clip.frames], models, tagger)
    moments = [
        Moment(offset=frame.offset, findings=findings)
        for frame, findings in zip(clip.frames, found, strict=True)
    ]
    return TaggedClip(findings=summed_up(moments), clip=clip, models=models)

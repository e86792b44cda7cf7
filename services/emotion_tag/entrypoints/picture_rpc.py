"""PictureService over gRPC: protobuf in, a use case called, protobuf out."""

from datetime import timedelta
from typing import Any

from google.protobuf.duration_pb2 import Duration

from resonance.emotion_tag.v1 import picture_service_pb2 as pb
from resonance.emotion_tag.v1.picture_service_pb2_grpc import PictureServiceServicer
from services.chassis.kernel.ids import parse_id
from services.emotion_tag.application.pictures.tag_clip import tag_clip
from services.emotion_tag.application.pictures.tag_picture import tag_picture
from services.emotion_tag.application.pictures.uploads import Upload, Uploads
from services.emotion_tag.application.ports import Tagger
from services.emotion_tag.domain.expression import FaceExpression
from services.emotion_tag.domain.fusion import Findings
from services.emotion_tag.domain.picture import Box, PictureModels
from services.emotion_tag.domain.taxonomy import EMOTIONS
from services.emotion_tag.wire import EMOTION_NUMBERS, to_scores, to_tag


class PictureRpc(PictureServiceServicer):
    def __init__(self, uploads: Uploads, tagger: Tagger) -> None:
        self._uploads, self._tagger = uploads, tagger

    async def TagPicture(
        self, request: pb.TagPictureRequest, context: Any
    ) -> pb.TagPictureResponse:
        tagged = await tag_picture(_upload(request), self._uploads, self._tagger)
        return pb.TagPictureResponse(
            findings=_findings(tagged.findings, with_boxes=request.with_boxes),
            width=tagged.width,
            height=tagged.height,
            models=_models(tagged.models),
        )

    async def TagClip(self, request: pb.TagClipRequest, context: Any) -> pb.TagClipResponse:
        tagged = await tag_clip(_upload(request), self._uploads, self._tagger)
        found = tagged.findings
        return pb.TagClipResponse(
            tag=to_tag(found.tag),
            shares=[
                pb.ClipShare(emotion=EMOTION_NUMBERS[emotion], share=share)
                for emotion, share in found.shares
            ],
            moments=[
                pb.ClipMoment(
                    offset=_duration(moment.offset),
                    findings=_findings(moment.findings, with_boxes=request.with_boxes),
                )
                for moment in found.moments
            ],
            duration=_duration(tagged.clip.duration),
            width=tagged.clip.width,
            height=tagged.clip.height,
            models=_models(tagged.models),
        )


def _upload(request: pb.TagPictureRequest | pb.TagClipRequest) -> Upload:
    is_named = request.WhichOneof("source") == "media_id"
    return Upload(
        user_id=parse_id(request.user_id, "user_id"),
        source=request.media_id if is_named else request.data,
    )


def _findings(found: Findings, *, with_boxes: bool) -> pb.PictureFindings:
    return pb.PictureFindings(
        tag=to_tag(found.tag),
        face_share=found.face_share,
        faces=[_face(face, with_boxes=with_boxes) for face in found.faces],
        text=pb.PictureText(
            text=found.text,
            tag=to_tag(found.text_tag) if found.text_tag else None,
            lines=[
                pb.PictureLine(
                    text=line.text,
                    confidence=line.confidence,
                    box=_box(line.box) if with_boxes else None,
                )
                for line in found.lines
            ],
        ),
    )


def _face(face: FaceExpression, *, with_boxes: bool) -> pb.FaceExpression:
    ranked = sorted(zip(EMOTIONS, face.scores, strict=True), key=lambda pair: -pair[1])
    return pb.FaceExpression(
        emotion=EMOTION_NUMBERS[face.emotion],
        scores=to_scores(ranked),
        confidence=face.confidence,
        unsure=face.unsure,
        area_share=face.area_share,
        box=_box(face.box) if with_boxes else None,
    )


def _box(box: Box) -> pb.Box:
    return pb.Box(left=box.left, top=box.top, width=box.width, height=box.height)


def _models(models: PictureModels) -> pb.PictureModels:
    return pb.PictureModels(
        expression_model_version=models.expressions, text_model_version=models.text
    )


def _duration(span: timedelta) -> Duration:
    found = Duration()
    found.FromTimedelta(span)
    return found

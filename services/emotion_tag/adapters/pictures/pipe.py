"""What the service and its picture workers say to each other, over a pipe.

A question is one byte for its kind, four for the size, and the bytes of the upload. An answer is
four bytes for the size and a JSON object with exactly one of `ready`, `picture`, `clip`, `refused`,
`broken`.
"""

import json
import struct
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from services.emotion_tag.domain.clip import Clip, Frame
from services.emotion_tag.domain.picture import Box, Face, Line, Picture

PICTURE, CLIP = b"p", b"c"
QUESTION = struct.Struct(">cI")
ANSWER = struct.Struct(">I")


def answer_bytes(answer: Mapping[str, Any]) -> bytes:
    data = json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()
    return ANSWER.pack(len(data)) + data


def picture_to_json(picture: Picture) -> dict[str, Any]:
    return {
        "size": [picture.width, picture.height],
        "faces": [[_box(face.box), list(face.expressions)] for face in picture.faces],
        "lines": [[_box(line.box), line.text, line.confidence] for line in picture.lines],
    }


def picture_from_json(value: Any) -> Picture:
    width, height = value["size"]
    return Picture(
        width=width,
        height=height,
        faces=tuple(
            Face(box=_to_box(box), expressions=tuple(expressions))
            for box, expressions in value["faces"]
        ),
        lines=tuple(
            Line(box=_to_box(box), text=text, confidence=confidence)
            for box, text, confidence in value["lines"]
        ),
    )


def clip_to_json(clip: Clip) -> dict[str, Any]:
    return {
        "size": [clip.width, clip.height],
        "seconds": clip.duration.total_seconds(),
        "frames": [
            [frame.offset.total_seconds(), picture_to_json(frame.picture)] for frame in clip.frames
        ],
    }


def clip_from_json(value: Any) -> Clip:
    width, height = value["size"]
    return Clip(
        width=width,
        height=height,
        duration=timedelta(seconds=value["seconds"]),
        frames=tuple(
            Frame(offset=timedelta(seconds=offset), picture=picture_from_json(picture))
            for offset, picture in value["frames"]
        ),
    )


def _box(box: Box) -> list[int]:
    return [box.left, box.top, box.width, box.height]


def _to_box(value: list[int]) -> Box:
    left, top, width, height = value
    return Box(left=left, top=top, width=width, height=height)

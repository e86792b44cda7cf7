"""A picture worker that does what it is given: `sleep`, `crash`, `refuse`, `env`, or nothing."""

import os
import sys
import time
from datetime import timedelta
from typing import Any

from services.emotion_tag.adapters.pictures.pipe import (
    CLIP,
    QUESTION,
    answer_bytes,
    clip_to_json,
    picture_to_json,
)
from services.emotion_tag.domain.clip import Clip
from services.emotion_tag.domain.errors import PictureTooLarge
from services.emotion_tag.domain.picture import Box, Line, Picture


def told(data: bytes) -> Any:
    if data == b"sleep":
        time.sleep(60)
    if data == b"crash":
        os.abort()
    if data == b"refuse":
        return {"refused": [PictureTooLarge.reason, "Too many pixels.", {"most": "7"}]}
    words = " ".join(os.environ) if data == b"env" else f"{os.getpid()} {data.decode()}"
    line = Line(text=words, confidence=1.0, box=Box(left=1, top=2, width=3, height=4))
    return {
        "picture": picture_to_json(Picture(width=5, height=6, faces=(), lines=(line,))),
    }


def main() -> None:
    questions, answers = sys.stdin.buffer, sys.stdout.buffer
    answers.write(answer_bytes({"ready": {"expressions": "faces-0", "text": "ocr-0"}}))
    answers.flush()
    while len(head := questions.read(QUESTION.size)) == QUESTION.size:
        kind, size = QUESTION.unpack(head)
        answer = told(questions.read(size))
        if kind == CLIP:
            clip = Clip(width=5, height=6, duration=timedelta(seconds=7), frames=())
            answer = {"clip": clip_to_json(clip)}
        answers.write(answer_bytes(answer))
        answers.flush()


if __name__ == "__main__":
    main()

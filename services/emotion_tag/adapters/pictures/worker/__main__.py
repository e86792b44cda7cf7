"""Reads uploads from standard input and tells on standard output what is in them."""

import os
import resource
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import IO, Any

from services.emotion_tag.adapters.pictures.pipe import (
    CLIP,
    QUESTION,
    answer_bytes,
    clip_to_json,
    picture_to_json,
)
from services.emotion_tag.domain.errors import PictureTooLarge, PictureUnreadable

LIMITS = {
    resource.RLIMIT_CORE: 0,
    resource.RLIMIT_FSIZE: 0,  # it writes no file
    resource.RLIMIT_AS: 4 * 1024**3,
}


def main() -> None:
    """Answer until standard input ends."""
    questions, answers = sys.stdin.buffer, _own_output()
    for limit, most in LIMITS.items():
        resource.setrlimit(limit, (most, most))
    try:
        ready, read = _prepare()
    except Exception as error:  # noqa: BLE001 - whoever started us has no other way to know
        answers.write(answer_bytes({"broken": repr(error)}))
        return
    answers.write(answer_bytes({"ready": ready}))
    for kind, data in _asked(questions):
        answers.write(answer_bytes(read(kind, data)))


def _own_output() -> IO[bytes]:
    """Keep standard output for answers: what libraries print goes where errors go."""
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    return answers


def _prepare() -> tuple[Mapping[str, str], Callable[[bytes, bytes], Mapping[str, Any]]]:
    """Load the models; what they are called, and what answers a question."""
    from services.emotion_tag.adapters.pictures.worker.reading import Reading  # noqa: PLC0415

    reading = Reading.load()

    def read(kind: bytes, data: bytes) -> Mapping[str, Any]:
        try:
            if kind == CLIP:
                return {"clip": clip_to_json(reading.clip(data))}
            return {"picture": picture_to_json(reading.picture(data))}
        except (PictureUnreadable, PictureTooLarge) as refusal:
            return {"refused": [refusal.reason, str(refusal), dict(refusal.metadata)]}

    return {"expressions": reading.expression_model, "text": reading.text_model}, read


def _asked(questions: IO[bytes]) -> Iterator[tuple[bytes, bytes]]:
    while len(head := questions.read(QUESTION.size)) == QUESTION.size:
        kind, size = QUESTION.unpack(head)
        yield kind, questions.read(size)


if __name__ == "__main__":
    main()

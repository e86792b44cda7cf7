"""Reads text in pictures: PP-OCRv6 small by RapidOCR, Chinese in both scripts and English."""

from importlib.metadata import version

import cv2
import numpy as np
from rapidocr import RapidOCR

from services.emotion_tag.adapters.pictures.worker.decoding import Pixels
from services.emotion_tag.adapters.pictures.worker.faces import to_box
from services.emotion_tag.domain.picture import MAX_LINES, Line

_SURE = 0.6  # a line that is read with less is left out: it is texture more often than text
_LEAST = 32  # pixels; smaller pictures hold no text that can be read

_PARAMS = {
    "Global.log_level": "critical",
    "Global.use_cls": False,  # lines that stand on their head: EXIF has turned those pictures
    "Global.text_score": _SURE,
    "Global.max_side_len": 4096,  # of a long picture; it has been fitted already
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
}


class LineReader:
    """Finds and reads lines."""

    def __init__(self) -> None:
        self._ocr = RapidOCR(params=_PARAMS)
        self.version = f"rapidocr-{version('rapidocr')}"

    def read(self, pixels: Pixels, factor: float) -> tuple[Line, ...]:
        """The lines of a picture that was scaled by `factor`, from top to bottom."""
        if min(pixels.shape[:2]) < _LEAST:
            return ()
        found = self._ocr(np.ascontiguousarray(pixels[:, :, ::-1]))
        if found.txts is None or found.boxes is None or found.scores is None:
            return ()
        lines = [
            Line(
                text=text.strip(),
                confidence=float(score),
                box=to_box(cv2.boundingRect(np.asarray(corners, np.float32)), factor),
            )
            for corners, text, score in zip(found.boxes, found.txts, found.scores, strict=True)
            if text.strip()
        ]
        return tuple(lines[:MAX_LINES])

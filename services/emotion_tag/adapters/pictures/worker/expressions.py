"""Reads expressions from faces: mini-Xception, see models/expressions/model_card.md."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

SHIPPED = Path(__file__).parents[3] / "models" / "expressions"
SIDE = 64  # pixels of a face as the model takes it


class BrokenExpressionModel(Exception):
    """The model's file is not the one that its manifest names."""


class ExpressionModel:
    """Seven probabilities for each face, in the order of `EXPRESSIONS`."""

    def __init__(self, session: Any, version: str) -> None:
        self._session, self.version = session, version

    @classmethod
    def load(cls, folder: Path = SHIPPED) -> "ExpressionModel":
        """Load the model on one thread.

        Raises:
            BrokenExpressionModel: its checksum is not that of the manifest.
        """
        manifest = json.loads((folder / "manifest.json").read_text())
        model = (folder / "mini_xception.onnx").read_bytes()
        if sha256(model).hexdigest() != manifest["sha256"]:
            raise BrokenExpressionModel(f"{folder}: not the file that the manifest names")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        return cls(session, manifest["version"])

    def read(self, faces: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Take `n×64×64` grey faces, give `n×7` probabilities."""
        if not len(faces):
            return np.zeros((0, 7), np.float32)
        scaled = (faces.astype(np.float32) / 255 - 0.5) * 2
        told: NDArray[np.float32] = self._session.run(None, {"faces": scaled[:, None]})[0]
        return told

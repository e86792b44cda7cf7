"""The expression model that ships, where onnxruntime is installed; no photograph of anybody."""

import json
import shutil
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnxruntime", reason="needs onnxruntime: run `make pictures`")

from services.emotion_tag.adapters.pictures.worker.expressions import (
    SHIPPED,
    BrokenExpressionModel,
    ExpressionModel,
)
from services.emotion_tag.domain.expression import EXPRESSIONS


@pytest.fixture(scope="module")
def model() -> ExpressionModel:
    return ExpressionModel.load()


def faces(count: int) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    return np.random.default_rng(3).integers(0, 256, (count, 64, 64)).astype(np.uint8)


def test_it_gives_a_distribution_over_the_seven(model: ExpressionModel) -> None:
    told = model.read(faces(5))

    assert told.shape == (5, len(EXPRESSIONS))
    assert np.allclose(told.sum(axis=1), 1, atol=1e-5)
    assert (told >= 0).all()


def test_a_face_gets_the_same_answer_alone_and_among_others(model: ExpressionModel) -> None:
    several = faces(4)

    together = model.read(several)

    assert np.allclose(
        np.concatenate([model.read(one[None]) for one in several]), together, atol=1e-5
    )


def test_no_faces_no_answers(model: ExpressionModel) -> None:
    assert model.read(faces(0)).shape == (0, 7)


def test_the_manifest_names_the_file(model: ExpressionModel) -> None:
    manifest = json.loads((SHIPPED / "manifest.json").read_text())

    assert sha256((SHIPPED / "mini_xception.onnx").read_bytes()).hexdigest() == manifest["sha256"]
    assert model.version == manifest["version"]


def test_another_file_is_not_loaded(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED, tmp_path, dirs_exist_ok=True)
    with (tmp_path / "mini_xception.onnx").open("ab") as file:
        file.write(b"\0")

    with pytest.raises(BrokenExpressionModel):
        ExpressionModel.load(tmp_path)

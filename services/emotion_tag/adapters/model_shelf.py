"""The models that lie in folders: those that come with the service, and further ones."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from services.emotion_tag.adapters.wide.artefact import MANIFEST, WEIGHTS, BrokenModelError
from services.emotion_tag.application.ports import Tagger
from services.emotion_tag.domain.errors import ModelNotFound
from services.emotion_tag.domain.model_version import ModelFolder

COMES_WITH = Path(__file__).parents[1] / "models"


class ModelShelf:
    """Finds models by the version that their manifest says; the first folder of a version counts.

    `chosen` is the model that this process starts with, `further` a folder of folders.
    """

    def __init__(
        self,
        open_model: Callable[[Path], Tagger],
        chosen: Path | None = None,
        further: Path | None = None,
    ) -> None:
        self._open = open_model
        self._chosen, self._further = chosen, further

    def folders(self) -> Sequence[ModelFolder]:
        return [folder for folder, _ in self._found()]

    def find(self, version: str) -> ModelFolder:
        return self._find(version)[0]

    def load(self, version: str) -> Tagger:
        folder, path = self._find(version)
        try:
            return self._open(path)
        except BrokenModelError as error:
            raise ModelNotFound(
                "The model is damaged.", version=version, folder=folder.folder
            ) from error

    def _find(self, version: str) -> tuple[ModelFolder, Path]:
        for folder, path in self._found():
            if folder.version == version:
                return folder, path
        raise ModelNotFound("No model of this version lies in the folders.", version=version)

    def _found(self) -> Iterator[tuple[ModelFolder, Path]]:
        seen: set[str] = set()
        for path in self._paths():
            folder = _read(path)
            if folder is not None and folder.version not in seen:
                seen.add(folder.version)
                yield folder, path

    def _paths(self) -> Iterator[Path]:
        if self._chosen is not None:
            yield self._chosen
        for shelf in (COMES_WITH, self._further):
            if shelf is not None and shelf.is_dir():
                yield from sorted(path for path in shelf.iterdir() if path.is_dir())


def _read(path: Path) -> ModelFolder | None:
    """What a folder holds; None if that is no model of texts."""
    if not (path / WEIGHTS).is_file():
        return None
    try:
        manifest = json.loads((path / MANIFEST).read_text("utf-8"))
        return ModelFolder(
            version=str(manifest["version"]), folder=path.name, checksum=str(manifest["sha256"])
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None

"""A reference leads to a file in the person's own folder, and nowhere else."""

import os
from pathlib import Path
from uuid import UUID

import pytest

from services.emotion_tag.adapters.pictures.media import MediaFolder
from services.emotion_tag.domain.errors import MediaNotFound, PictureTooLarge

ANN, BEN = UUID(int=1), UUID(int=2)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    media = tmp_path / "media"
    for who in (ANN, BEN):
        (media / str(who)).mkdir(parents=True)
        (media / str(who) / "a.png").write_bytes(f"of {who}".encode())
    (tmp_path / "secret.png").write_bytes(b"secret")
    return media


async def test_each_person_has_their_own_files(folder: Path) -> None:
    media = MediaFolder(folder)

    assert await media.read(ANN, "a.png", largest=100) == f"of {ANN}".encode()
    assert await media.read(BEN, "a.png", largest=100) == f"of {BEN}".encode()


@pytest.mark.parametrize(
    "name",
    [
        "../secret.png",
        "..",
        ".",
        "",
        ".hidden",
        f"../{BEN}/a.png",
        "/etc/passwd",
        "a.png/",
        "a.png\n",
        "http://127.0.0.1/a.png",
        "file:///etc/passwd",
        "a\0.png",
        "x" * 200,
        "nothing.png",
    ],
)
async def test_no_name_leads_out_of_the_folder(folder: Path, name: str) -> None:
    (folder / str(ANN) / ".hidden").write_bytes(b"x")

    with pytest.raises(MediaNotFound):
        await MediaFolder(folder).read(ANN, name, largest=100)


async def test_links_and_pipes_are_not_followed(folder: Path, tmp_path: Path) -> None:
    home = folder / str(ANN)
    (home / "link.png").symlink_to(tmp_path / "secret.png")
    (home / "folder.png").mkdir()
    os.mkfifo(home / "pipe.png")
    eve = UUID(int=3)
    (folder / str(eve)).symlink_to(tmp_path)

    for who, name in (
        (ANN, "link.png"),
        (ANN, "folder.png"),
        (ANN, "pipe.png"),
        (eve, "secret.png"),
    ):
        with pytest.raises(MediaNotFound):
            await MediaFolder(folder).read(who, name, largest=100)


async def test_a_large_file_is_refused(folder: Path) -> None:
    with pytest.raises(PictureTooLarge):
        await MediaFolder(folder).read(ANN, "a.png", largest=3)


async def test_without_a_folder_there_are_no_files() -> None:
    with pytest.raises(MediaNotFound):
        await MediaFolder(None).read(ANN, "a.png", largest=100)

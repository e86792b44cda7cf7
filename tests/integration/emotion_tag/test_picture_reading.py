"""Pictures and clips of every kind, good and bad, before the reader of a picture worker."""

import io
import random
import struct
import time
import zlib
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from services.emotion_tag.adapters.pictures.workers import is_installed
from services.emotion_tag.domain.errors import PictureTooLarge, PictureUnreadable
from tests.support.pictures import chinese_font, drawn, filmed, needs_extra

if TYPE_CHECKING or is_installed():
    from PIL import Image

    from services.emotion_tag.adapters.pictures.worker.reading import Reading

pytestmark = [needs_extra, pytest.mark.timeout(600)]

ANGRY, GLAD = "What a scam, give me my money back", "I love it so much, thank you!"


@pytest.fixture(scope="module")
def reading() -> "Reading":
    return Reading.load()


def png_of(width: int, height: int) -> bytes:
    """A PNG whose head says a size, and which has next to nothing behind it."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100))


def image_of(data: bytes) -> "Image.Image":
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_each_kind_is_read(reading: "Reading", kind: str) -> None:
    found = reading.picture(drawn(GLAD, kind=kind))

    assert (found.width, found.height, found.faces) == (720, 480, ())
    assert found.text().replace(" ", "") == GLAD.replace(" ", "")
    assert found.lines[0].confidence > 0.9


@pytest.mark.skipif(not chinese_font(), reason="no font with Chinese is installed")
def test_both_scripts_of_chinese_are_read(reading: "Reading") -> None:
    found = reading.picture(drawn("质量太差了，退钱！", "這個真的好喜歡"))

    assert found.text() == "质量太差了，退钱！\n這個真的好喜歡"


def test_a_large_picture_is_read_in_its_own_pixels(reading: "Reading") -> None:
    large = image_of(drawn(GLAD)).resize((3600, 2400))
    file = io.BytesIO()
    large.save(file, "JPEG")

    found = reading.picture(file.getvalue())

    box = found.lines[0].box
    assert (found.width, found.height) == (3600, 2400)
    assert 100 <= box.left <= 200
    assert 150 <= box.top <= 300
    assert box.width > 2000


def test_a_picture_is_turned_as_its_camera_says(reading: "Reading") -> None:
    turned = image_of(drawn(GLAD)).rotate(90, expand=True)
    exif = Image.Exif()
    exif[0x0112] = 6  # turn a quarter to the right
    file = io.BytesIO()
    turned.save(file, "JPEG", exif=exif)

    found = reading.picture(file.getvalue())

    assert (found.width, found.height) == (720, 480)
    assert found.text().startswith("I love")


def test_of_an_animation_the_first_frame_counts(reading: "Reading") -> None:
    first, *others = [image_of(drawn(text)) for text in (GLAD, ANGRY, ANGRY)]
    file = io.BytesIO()
    first.save(file, "WEBP", save_all=True, append_images=others, duration=100)

    assert reading.picture(file.getvalue()).text().startswith("I love")


def test_clear_parts_of_a_picture_are_white(reading: "Reading") -> None:
    clear = Image.new("RGBA", (720, 480), (0, 0, 0, 0))
    clear.putalpha(image_of(drawn(GLAD)).convert("L").point(lambda value: 255 - value))
    file = io.BytesIO()
    clear.save(file, "PNG")

    assert reading.picture(file.getvalue()).text().startswith("I love")


@pytest.mark.parametrize("size", [(1, 1), (7, 900), (300, 300)])
def test_an_empty_picture_has_nothing_in_it(reading: "Reading", size: tuple[int, int]) -> None:
    found = reading.picture(drawn(size=size))

    assert (found.faces, found.lines) == ((), ())


@pytest.mark.parametrize(
    "size", [(60_000, 60_000), (12_000_001, 1), (4001, 3000), (2**31 - 1, 2**31 - 1)]
)
def test_too_many_pixels_are_refused_before_they_are_made(
    reading: "Reading", size: tuple[int, int]
) -> None:
    began = time.process_time()

    with pytest.raises(PictureTooLarge):
        reading.picture(png_of(*size))

    assert time.process_time() - began < 0.2


def test_other_kinds_and_damaged_ones_are_refused(reading: "Reading") -> None:
    good = drawn(GLAD, kind="JPEG")
    for bad in (
        b"",
        b"x",
        b"GIF89a" + bytes(100),
        b"BM" + bytes(100),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        good[: len(good) // 2],
        drawn(GLAD)[:200],
        drawn(kind="TIFF"),
        filmed(lambda _: (GLAD,), seconds=1),
    ):
        with pytest.raises(PictureUnreadable) as refused:
            reading.picture(bad)
        assert refused.value.metadata["why"] in ("format", "damaged")


def test_whatever_bytes_come_they_are_answered(reading: "Reading") -> None:
    chance = random.Random(7)
    seeds = [drawn(GLAD, size=(90, 60), kind=kind) for kind in ("PNG", "JPEG", "WEBP")]
    refused = 0
    for number in range(120):
        data = bytearray(seeds[number % 3])
        for _ in range(chance.choice((1, 4, 30))):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            reading.picture(bytes(data[: len(data) - chance.choice((0, 40))]))
        except (PictureUnreadable, PictureTooLarge):
            refused += 1

    assert 0 < refused < 120


@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
def test_a_clip_has_a_frame_for_each_second(reading: "Reading", suffix: str) -> None:
    shown = filmed(lambda second: (GLAD if second < 3 else ANGRY,), seconds=4, suffix=suffix)

    clip = reading.clip(shown)

    assert [frame.offset for frame in clip.frames] == [timedelta(seconds=n) for n in range(4)]
    starts = [frame.picture.text()[:6] for frame in clip.frames]
    assert starts == ["I love", "I love", "I love", "What a"]
    assert (clip.width, clip.height) == (640, 360)
    assert clip.duration == pytest.approx(timedelta(seconds=4), abs=timedelta(seconds=0.1))


def test_a_clip_of_a_minute_is_taken_and_a_longer_one_is_not(reading: "Reading") -> None:
    minute = filmed(lambda _: (), seconds=60, rate=2, size=(160, 90))
    longer = filmed(lambda _: (), seconds=62, rate=2, size=(160, 90))

    assert len(reading.clip(minute).frames) == 60
    with pytest.raises(PictureTooLarge):
        reading.clip(longer)


def test_what_is_no_clip_is_refused_and_no_list_is_followed(
    reading: "Reading", tmp_path: Path
) -> None:
    good = filmed(lambda _: (GLAD,), seconds=1)
    (tmp_path / "a.mp4").write_bytes(good)
    playlist = f"#EXTM3U\n#EXTINF:1,\n{tmp_path}/a.mp4\n#EXT-X-ENDLIST\n".encode()
    concat = f"ffconcat version 1.0\nfile '{tmp_path}/a.mp4'\n".encode()
    for bad in (
        b"",
        b"x",
        drawn(GLAD),
        playlist,
        concat,
        b"\0\0\0\x18ftypisom" + playlist,
        b"\x1aE\xdf\xa3" + concat,
        filmed(lambda _: (GLAD,), seconds=1, suffix=".avi"),
        good[:100],
    ):
        with pytest.raises(PictureUnreadable):
            reading.clip(bad)

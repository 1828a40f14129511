"""What a file is, and what is kept of a picture."""

import io
import struct
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as some
from PIL import Image

from backend.core import media
from backend.core.media import Media, UnreadableError

pytestmark = pytest.mark.anyio

HOME = b"31.2235,121.4452"


def a_picture(
    kind: Media = Media.JPEG, *, size: tuple[int, int] = (40, 20), mode: str = "RGB", **said: object
) -> bytes:
    written = io.BytesIO()
    Image.new(mode, size, "red").save(written, kind.name, **said)
    return written.getvalue()


def exif(*, orientation: int = 1) -> Image.Exif:
    tags = Image.Exif()
    tags[0x0112] = orientation
    tags[0x010E] = HOME.decode()
    return tags


def a_bomb() -> bytes:
    """A PNG of a few bytes that says it has 30,000 x 30,000 pixels."""
    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


@pytest.mark.parametrize(
    ("content", "kinds"),
    [
        (a_picture(Media.JPEG), {Media.JPEG}),
        (a_picture(Media.PNG), {Media.PNG}),
        (a_picture(Media.WEBP), {Media.WEBP}),
        (b"%PDF-1.7 ...", {Media.PDF}),
        (b"ID3\x04...", {Media.MP3}),
        (b"\xff\xfb\x90...", {Media.MP3}),
        (b"\0\0\0\x18ftypM4A ...", {Media.MP4_AUDIO, Media.MP4_VIDEO}),
        (b"OggS...", {Media.OGG}),
        (b"RIFF\x24\0\0\0WAVEfmt ", {Media.WAV}),
        (b"<html><script>", set()),
        (b"MZ\x90\0", set()),
        (b"", set()),
    ],
)
def test_a_file_is_what_its_first_bytes_say(content: bytes, kinds: set[Media]) -> None:
    assert {kind for kind in Media if media.looks_like(content, kind)} == kinds


@pytest.mark.parametrize("kind", sorted(media.PICTURES))
async def test_a_picture_keeps_its_pixels_and_nothing_else(kind: Media) -> None:
    taken = a_picture(kind, exif=exif(), icc_profile=b"profile " + HOME)
    assert HOME in taken

    kept = await media.clean(taken, kind)

    assert HOME not in kept
    with Image.open(io.BytesIO(kept)) as picture:
        assert picture.format == kind.name
        assert picture.size == (40, 20)
        assert not picture.getexif()
        assert "icc_profile" not in picture.info


async def test_words_beside_a_png_are_dropped() -> None:
    taken = a_picture(Media.PNG)
    said = b"Comment\0" + HOME
    note = struct.pack(">I", len(said)) + b"tEXt" + said
    note += struct.pack(">I", zlib.crc32(b"tEXt" + said))
    hidden = taken[:33] + note + taken[33:] + b"behind the end " + HOME

    assert HOME not in await media.clean(hidden, Media.PNG)


async def test_a_picture_stands_upright() -> None:
    kept = await media.clean(a_picture(exif=exif(orientation=6)), Media.JPEG)

    with Image.open(io.BytesIO(kept)) as picture:
        assert picture.size == (20, 40)


async def test_a_signature_stays_drawn_on_nothing() -> None:
    kept = await media.clean(a_picture(Media.PNG, mode="RGBA"), Media.PNG)

    with Image.open(io.BytesIO(kept)) as picture:
        assert picture.mode == "RGBA"


async def test_drawing_twice_gives_the_same() -> None:
    taken = a_picture(exif=exif())

    assert await media.clean(taken, Media.JPEG) == await media.clean(taken, Media.JPEG)


async def test_other_files_stay_as_they_are() -> None:
    assert await media.clean(b"%PDF-1.7 ...", Media.PDF) == b"%PDF-1.7 ..."


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (a_bomb(), Media.PNG),
        (a_picture()[:200], Media.JPEG),
        (a_picture(Media.PNG), Media.JPEG),
        (b"\xff\xd8\xff", Media.JPEG),
        (b"RIFF\0\0\0\0WEBP", Media.WEBP),
        (b"", Media.PNG),
    ],
    ids=["a bomb", "cut off", "another kind", "a head alone", "an empty one", "nothing"],
)
async def test_what_is_no_picture_is_refused(content: bytes, kind: Media) -> None:
    with pytest.raises(UnreadableError):
        await media.clean(content, kind)


@given(some.integers(0, 2_000), some.binary(min_size=1, max_size=20))
def test_a_damaged_picture_is_drawn_or_refused(at: int, damage: bytes) -> None:
    whole = a_picture(Media.PNG, size=(60, 60))
    at %= len(whole)

    with suppress(UnreadableError):
        media.redraw(whole[:at] + damage + whole[at + len(damage) :], Media.PNG)

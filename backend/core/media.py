"""What a file is, whatever it says of itself; and pictures without what they tell in secret."""

import asyncio
import io
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum

from PIL import Image, ImageOps

BYTES_MAX = 10 * 1024 * 1024
PIXELS_MAX = 25_000_000  # a phone's 12 or 24 million; decoded, they take 75 MB
JPEG_QUALITY = 88

# Pillow would only warn up to twice its own limit; ours is checked before anything is decoded.
Image.MAX_IMAGE_PIXELS = None
# Few, because each holds a whole decoded picture.
_hands = ThreadPoolExecutor(2, thread_name_prefix="pictures")


class Media(StrEnum):
    """The kinds of file that a phone may bring."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    PDF = "application/pdf"
    MP3 = "audio/mpeg"
    MP4_AUDIO = "audio/mp4"
    OGG = "audio/ogg"
    WAV = "audio/wav"
    MP4_VIDEO = "video/mp4"


PICTURES = frozenset({Media.JPEG, Media.PNG, Media.WEBP})

# (offset, the bytes that stand there): all of them must.
_MAGIC: dict[Media, tuple[tuple[int, tuple[bytes, ...]], ...]] = {
    Media.JPEG: ((0, (b"\xff\xd8\xff",)),),
    Media.PNG: ((0, (b"\x89PNG\r\n\x1a\n",)),),
    Media.WEBP: ((0, (b"RIFF",)), (8, (b"WEBP",))),
    Media.PDF: ((0, (b"%PDF-",)),),
    Media.MP3: ((0, (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")),),
    # Phones write the same brands for sound and for film.
    Media.MP4_AUDIO: ((4, (b"ftyp",)),),
    Media.OGG: ((0, (b"OggS",)),),
    Media.WAV: ((0, (b"RIFF",)), (8, (b"WAVE",))),
    Media.MP4_VIDEO: ((4, (b"ftyp",)),),
}


class UnreadableError(Exception):
    """It is not a whole picture of the kind it says, or has too many pixels."""


def looks_like(content: bytes, media: Media) -> bool:
    """Whether it begins as files of that kind begin."""
    return all(content.startswith(starts, offset) for offset, starts in _MAGIC[media])


async def clean(content: bytes, media: Media) -> bytes:
    """What is kept of a file: a picture is drawn anew, anything else stays as it is.

    :raises UnreadableError:
    """
    if media not in PICTURES:
        return content
    return await asyncio.get_running_loop().run_in_executor(_hands, redraw, content, media)


def redraw(content: bytes, media: Media) -> bytes:
    """Keep the pixels alone, upright: no place, no time, no device, nothing hidden behind them.

    :raises UnreadableError:
    """
    try:
        drawn = _drawn(content, media)
    except Exception as error:  # noqa: BLE001 - a hostile file makes Pillow raise almost anything
        raise UnreadableError(type(error).__name__) from None
    drawn.info.clear()
    written = io.BytesIO()
    drawn.save(written, media.name, quality=JPEG_QUALITY, optimize=media is Media.PNG)
    return written.getvalue()


def _drawn(content: bytes, media: Media) -> Image.Image:
    with Image.open(io.BytesIO(content), formats=[media.name]) as picture:
        if picture.width * picture.height > PIXELS_MAX:
            raise ValueError("too many pixels")
        return ImageOps.exif_transpose(picture).convert(_mode(picture, media))


def _mode(picture: Image.Image, media: Media) -> str:
    """Keep transparency where the format can: a signature is drawn on nothing."""
    return "RGBA" if media is not Media.JPEG and picture.has_transparency_data else "RGB"

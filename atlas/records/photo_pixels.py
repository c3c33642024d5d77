"""The pixels of a photograph (照片像素): all that is kept of an image file; runs in the quarantine only."""

import io
import warnings

from PIL import Image, ImageOps

FORMATS = ("JPEG", "PNG", "WEBP")
LARGEST_PIXELS = 40_000_000
LONGEST_SIDE = 2048
QUALITY = 85
# The ways of storing colours that phones and screens produce; 16-bit and floating ones would come out white.
MODES = ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK")

_ORIENTATION = 0x0112
_BAND = 64


def only_pixels(content: bytes) -> bytes:
    """Return the image as a JPEG upright, at most 2048 pixels long, without any metadata.

    Raises ValueError for any other format, more than 40 megapixels, or damaged content.
    """
    Image.MAX_IMAGE_PIXELS = LARGEST_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            return _jpeg(_small(image))
    except (OSError, SyntaxError, Image.DecompressionBombWarning, Image.DecompressionBombError) as fault:
        raise ValueError(type(fault).__name__) from fault


def _small(image: Image.Image) -> Image.Image:
    """Return the image upright, in RGB on white, and small."""
    if image.mode not in MODES:
        raise ValueError(image.mode)
    orientation = image.getexif().get(_ORIENTATION, 1)
    # A JPEG is then decoded at an eighth to the whole of its size, whichever is just enough.
    image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    small = _on_white(image)
    small.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    small.getexif()[_ORIENTATION] = orientation
    return ImageOps.exif_transpose(small)


def _on_white(image: Image.Image) -> Image.Image:
    """Return the image without transparency, shrunk by a whole number towards twice the longest side.

    Goes band by band, because whole copies of 40 megapixels would take several times their memory.
    A new image also carries none of the old one's comments, profiles or positions.
    """
    times = max(1, max(image.size) // LONGEST_SIDE)
    width, height = image.size
    paper = Image.new("RGB", (-(-width // times), -(-height // times)), "white")
    for top in range(0, height, times * _BAND):
        band = _opaque(image.crop((0, top, width, min(height, top + times * _BAND))))
        paper.paste(band.reduce(times), (0, top // times))
    return paper


def _opaque(band: Image.Image) -> Image.Image:
    if not band.has_transparency_data:
        return band.convert("RGB")
    band = band.convert("RGBA")
    white = Image.new("RGB", band.size, "white")
    white.paste(band, mask=band.getchannel("A"))
    return white


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()

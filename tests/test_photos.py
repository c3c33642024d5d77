"""Photographs: only their pixels are kept, under a name of our own, and nothing else gets through."""

import hashlib
import io
import resource
import zlib

import numpy as np
import pytest
from PIL import Image

from atlas.errors import UnsafePhoto
from atlas.records import photos, quarantine
from atlas.records.photo_pixels import only_pixels

ORIENTATION, MAKE, GPS = 0x0112, 0x010F, 0x8825
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def photo(format: str = "JPEG", size: tuple[int, int] = (400, 300), mode: str = "RGB", **options: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "red" if mode == "RGB" else None).save(out, format, **options)
    return out.getvalue()


def phone_exif(orientation: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKE] = orientation, "PHONE-OF-SOMEBODY"
    exif.get_ifd(GPS).update({1: "N", 2: (27.0, 10.0, 1.5), 3: "E", 4: (108.0, 49.0, 2.5)})
    return exif


def kept(folder, content: bytes) -> Image.Image:
    with Image.open(photos.path(folder, photos.keep(folder, content))) as image:
        image.load()
        return image


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_a_photograph_is_kept_as_a_jpeg_under_the_hash_of_what_is_kept(tmp_path, format):
    sha256 = photos.keep(tmp_path, photo(format))
    (file,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert file == tmp_path / "photos" / sha256[:2] / f"{sha256}.jpg"
    assert hashlib.sha256(file.read_bytes()).hexdigest() == sha256
    assert file.read_bytes().startswith(b"\xff\xd8\xff")


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_where_and_by_which_phone_it_was_taken_is_gone(tmp_path, format):
    told = {"icc_profile": b"PROFILE-OF-PHONE", "comment": b"COMMENT", "xmp": b"<x>XMP-HERE</x>"}
    content = photo(format, exif=phone_exif(), **told)
    assert b"PHONE-OF-SOMEBODY" in content
    assert dict(kept(tmp_path, content).getexif()) == {}
    whole = photos.path(tmp_path, photos.keep(tmp_path, content)).read_bytes()
    assert [word for word in (b"PHONE", b"PROFILE", b"COMMENT", b"XMP", b"Exif") if word in whole] == []


def test_a_photograph_taken_sideways_stands_upright(tmp_path):
    halves = np.zeros((300, 400, 3), dtype=np.uint8)
    halves[:150] = (255, 0, 0)
    out = io.BytesIO()
    Image.fromarray(halves).save(out, "JPEG", exif=phone_exif(orientation=6), quality=95)
    image = kept(tmp_path, out.getvalue())
    assert image.size == (300, 400)
    assert image.getpixel((280, 200))[0] > 200
    assert image.getpixel((20, 200))[0] < 50


@pytest.mark.parametrize(
    ("size", "becomes"), [((4096, 3072), (2048, 1536)), ((3000, 1000), (2048, 683)), ((800, 600), (800, 600))]
)
def test_a_large_photograph_is_made_small_and_a_small_one_left_as_it_is(tmp_path, size, becomes):
    assert kept(tmp_path, photo("JPEG", size)).size == becomes


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA"])
def test_every_way_of_storing_colours_that_screens_produce_is_accepted(tmp_path, mode):
    assert kept(tmp_path, photo("PNG", mode=mode)).mode == "RGB"


def test_what_is_transparent_becomes_white(tmp_path):
    assert kept(tmp_path, photo("PNG", mode="RGBA")).getpixel((10, 10)) == (255, 255, 255)


def test_the_same_photograph_twice_is_kept_once(tmp_path):
    assert photos.keep(tmp_path, photo()) == photos.keep(tmp_path, photo())
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def png_of(width: int, height: int) -> bytes:
    """Return a PNG that claims a size, with a picture that ends early."""
    content = photo("PNG", (1, 1), "1")
    header = b"IHDR" + width.to_bytes(4, "big") + height.to_bytes(4, "big") + content[24:29]
    return content[:12] + header + zlib.crc32(header).to_bytes(4, "big") + content[33:]


REFUSED = {
    "empty": b"",
    "svg": SVG,
    "html": b"<html><script>alert(1)</script></html>",
    "gif": photo("GIF"),
    "bmp": photo("BMP"),
    "tiff": photo("TIFF"),
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n(/etc/passwd) (r) file\n",
    "svg after a byte order mark": b"\xef\xbb\xbf" + SVG,
    "svg behind a jpeg's first bytes": photo()[:20] + SVG,
    "cut short": photo("JPEG", (2000, 2000), quality=100)[:5000],
    "169 megapixels": photo("PNG", (13_000, 13_000), "1"),
    "4 gigapixels by its header": png_of(65_000, 65_000),
    "16 bits a pixel": photo("PNG", mode="I;16"),
    "21 megabytes": photo() + bytes(21 * 1024 * 1024),
}


@pytest.mark.parametrize("content", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_photograph_is_refused_and_leaves_nothing(tmp_path, content):
    with pytest.raises(UnsafePhoto, match="JPEG"):
        photos.keep(tmp_path, content)
    assert list(tmp_path.rglob("*")) == []


def test_a_page_hidden_behind_a_photograph_is_not_kept(tmp_path):
    sha256 = photos.keep(tmp_path, photo() + b"<script>alert(1)</script>PK\x05\x06" + bytes(18))
    content = photos.path(tmp_path, sha256).read_bytes()
    assert b"<script>" not in content
    assert b"PK\x05\x06" not in content


NO_HASHES = ["../../../etc/passwd", "/" + "a" * 63, "a" * 63, "a" * 65, "A" * 64, "ａ" * 64, "a" * 64 + "\n", ""]


@pytest.mark.parametrize("name", NO_HASHES)
def test_a_name_that_is_no_hash_leads_nowhere(tmp_path, name):
    with pytest.raises(UnsafePhoto):
        photos.path(tmp_path, name)


def test_forty_megapixels_cost_the_server_next_to_nothing(tmp_path):
    content = photo("PNG", (7900, 5000), "RGB")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    photos.keep(tmp_path, content)
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < 20


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "1"])
def test_forty_megapixels_stay_below_256_megabytes_in_the_child(mode):
    content = photo("PNG", (7900, 5000), mode)
    assert len(quarantine.parse(only_pixels, content, quarantine.Limits(memory_mb=256))) > 1000

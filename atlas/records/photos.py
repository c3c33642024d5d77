"""Photographs (照片): kept as pixels only, each under the SHA-256 of what is kept.

The file that came in, its name and its metadata (where and when it was taken, by which phone) are
never stored: the position of a house is personal, and a file name may lead out of the folder.
"""

import hashlib
import re
from pathlib import Path

from atlas.errors import UnreadableFile, UnsafePhoto
from atlas.records import quarantine
from atlas.records.photo_pixels import only_pixels
from atlas.records.whole_file import replacing, sync
from atlas.wording import _

LARGEST_BYTES = 20 * 1024 * 1024

_SHA256 = re.compile(r"[0-9a-f]{64}")


def keep(folder: Path, content: bytes) -> str:
    """Keep a photograph under `folder/photos` and return the SHA-256 that names it.

    Keeping the same photograph twice keeps one file; the file is on the disk when this returns.
    Raises UnsafePhoto for anything but a JPEG, PNG or WebP of at most 20 MB and 40 megapixels.
    """
    pixels = _pixels(content)
    sha256 = hashlib.sha256(pixels).hexdigest()
    place = path(folder, sha256)
    if not place.exists():
        _make(place.parent)
        with replacing(place) as draft:
            draft.write_bytes(pixels)
    return sha256


def path(folder: Path, sha256: str) -> Path:
    """Return where the photograph of that SHA-256 lies, whether or not it is there.

    Raises UnsafePhoto when `sha256` is not 64 lower-case hexadecimal digits.
    """
    if not _SHA256.fullmatch(sha256):
        raise UnsafePhoto(_("照片编号应为 64 位十六进制数"))
    return folder / "photos" / sha256[:2] / f"{sha256}.jpg"


def _pixels(content: bytes) -> bytes:
    refusal = _("只接受 JPEG、PNG、WebP 照片，不超过 20 MB 和 4000 万像素")
    if len(content) > LARGEST_BYTES:
        raise UnsafePhoto(refusal)
    try:
        return quarantine.parse(only_pixels, content)
    except UnreadableFile as fault:
        raise UnsafePhoto(refusal) from fault


def _make(folder: Path) -> None:
    """Make the folder and bring its own name to the disk, so that a power cut does not take it."""
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        for parent in (folder.parent, folder.parent.parent):
            sync(parent)

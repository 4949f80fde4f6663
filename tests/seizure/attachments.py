"""Files as people attach them, each with a mark where such a file carries words."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

from PIL import Image

_DESCRIPTION, _COMMENT = 0x010E, 0x9286  # tags of EXIF


def make_text(mark: str) -> bytes:
    """Return a text."""
    return f"Они держат его в подвале. {mark}\n".encode() * 3


def make_zip(mark: str) -> bytes:
    """Return a zip file with the mark compressed in a member."""
    return _zip({"notes.txt": f"{mark} ".encode() * 200})


def make_document(mark: str) -> bytes:
    """Return a zip file that looks like a text processor's document."""
    body = f"<w:document><w:body><w:p><w:t>{mark}</w:t></w:p></w:body></w:document>" + " " * 4000
    return _zip({"[Content_Types].xml": b"<Types/>" * 40, "word/document.xml": body.encode()})


def make_photo(mark: str) -> bytes:
    """Return a JPEG whose EXIF says the mark."""
    picture, out = Image.effect_noise((160, 120), 80).convert("RGB"), io.BytesIO()
    exif = picture.getexif()
    exif[_DESCRIPTION] = mark
    exif[_COMMENT] = mark
    picture.save(out, "JPEG", exif=exif)
    return out.getvalue()


def _zip(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


ATTACHMENTS: dict[str, tuple[str, Callable[[str], bytes]]] = {
    "txt": ("text/plain", make_text),
    "zip": ("application/zip", make_zip),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", make_document),
    "jpg": ("image/jpeg", make_photo),
}

"""Files as people attach them, each with a mark where such a file carries words."""

from __future__ import annotations

import base64
import io
import struct
import zipfile
from collections.abc import Callable

_DESCRIPTION = 0x010E  # a tag of EXIF
_GREY = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABQODxIPDRQSEBIXFRQYHjIhHhwcHj0sLiQySUBMS0dARkVQWnNiUFVtVkVGZIhlbXd7"
    "gYKBTmCNl4x9lnN+gXz/wAALCAAQABABAREA/8QAFQABAQAAAAAAAAAAAAAAAAAAAAL/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oA"
    "CAEBAAA/AIAf/9k="
)
"""A grey square of 16 pixels as JPEG, drawn for this."""


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
    text = mark.encode() + b"\0"
    entry = struct.pack(">HHII", _DESCRIPTION, 2, len(text), 26)  # ASCII, behind the one entry of the table
    tiff = b"MM\0*" + struct.pack(">IH", 8, 1) + entry + bytes(4) + text
    exif = b"Exif\0\0" + tiff
    return _GREY[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + _GREY[2:]


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

"""A form as browsers send it (multipart/form-data), read while it arrives. Every byte of it may be hostile.

1. Nothing goes to a file. A field stays in memory within its bound; a file is cut into pieces of PIECE_PLAIN bytes,
   which whoever feeds the form takes away at once.
2. Parts, headers, fields and files are counted; beyond the bound the form is refused, not cut.
3. Unknown fields are dropped, but count. The first of two fields with one name is the one that counts.
4. A file without a name and without content is what a browser sends for an empty choice: it is not there.
5. The form must end with its last boundary: one that was cut off is refused.
6. The parser logs nothing.
"""

from __future__ import annotations

import logging
import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from leeward.base.limits import FILE_MOST, PIECE_PLAIN
from leeward.front.errors import Trouble

FILES_MOST = 100
BYTES_A_CHARACTER = 4  # of UTF-8, at most
_PARTS_MOST = 400
_HEADERS_MOST = 8
_HEADER_MOST = 4096
_NAME_MOST = 100
_FIELDS_MOST = 4 * 1024 * 1024  # bytes of all fields together
_FILES_FIELD = "files"
_BOUNDARY = re.compile(rb"[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]")

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

_SILENCE = logging.getLogger("leeward.front.plain.silence")  # 6
_SILENCE.disabled = True


@dataclass(eq=False)
class PlainFile:
    """A file of the form, by what the browser says of it."""

    name: str
    type: str
    size: int = 0


@dataclass(frozen=True, slots=True)
class PlainPiece:
    """Up to PIECE_PLAIN bytes of a file; the next ones of the same file follow until its `last`."""

    file: PlainFile
    plain: bytearray
    last: bool


@dataclass
class _Part:
    """The part that is being read."""

    headers: dict[bytes, bytes] = field(default_factory=dict)
    header: bytearray = field(default_factory=bytearray)
    value: bytearray = field(default_factory=bytearray)
    name: str = ""
    file: PlainFile | None = None
    most: int = 0
    content: bytearray = field(default_factory=bytearray)


class Form:
    """Takes the bytes of a form as they come: `feed`, take the `ready` pieces away, `end`."""

    def __init__(
        self, content_type: str, fields: Mapping[str, int], *, prefix: tuple[str, int] | None = None
    ) -> None:
        """Prepare for the fields of these names, with the most bytes of each; `prefix` allows a family of names."""
        self.fields: dict[str, str] = {}
        self.ready: deque[PlainPiece] = deque()
        self._most = fields
        self._prefix = prefix
        self._parts = self._files = self._counted = self._held = 0
        self._part = _Part()
        self._ended = False
        callbacks: MultipartCallbacks = {
            "on_part_begin": self._on_part_begin,
            "on_header_field": self._on_header_field,
            "on_header_value": self._on_header_value,
            "on_header_end": self._on_header_end,
            "on_headers_finished": self._on_headers_finished,
            "on_part_data": self._on_part_data,
            "on_part_end": self._on_part_end,
            "on_end": self._on_end,
        }
        kind, options = parse_options_header(content_type[:500])
        boundary = options.get(b"boundary", b"")
        if kind != b"multipart/form-data" or not _BOUNDARY.fullmatch(boundary):
            raise Trouble("trouble_form", 400)
        self._parser = MultipartParser(
            boundary, callbacks, max_header_count=_HEADERS_MOST, max_header_size=_HEADER_MOST
        )
        self._parser.logger = _SILENCE

    @property
    def held(self) -> int:
        """Return how many bytes this form keeps in memory, beside pieces that are ready."""
        return self._held + len(self._part.content)

    def feed(self, untrusted: bytes) -> None:
        """Read the next bytes; Trouble if they break a rule."""
        try:
            self._parser.write(untrusted)
        except FormParserError as error:
            raise Trouble("trouble_form", 400) from error

    def end(self) -> None:
        """Say that no more comes; Trouble if the form is not complete."""
        if not self._ended:  # 5
            raise Trouble("trouble_form", 400)

    def _on_part_begin(self) -> None:
        self._parts += 1
        if self._parts > _PARTS_MOST:  # 2
            raise Trouble("trouble_form", 400)
        self._part = _Part()

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._part.header += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._part.value += data[start:end]

    def _on_header_end(self) -> None:
        part = self._part
        part.headers.setdefault(bytes(part.header).lower(), bytes(part.value))
        part.header, part.value = bytearray(), bytearray()

    def _on_headers_finished(self) -> None:
        part = self._part
        disposition = part.headers.get(b"content-disposition", b"").decode("latin-1")
        kind, options = parse_options_header(disposition)
        if kind != b"form-data" or b"name" not in options:
            raise Trouble("trouble_form", 400)
        part.name = _text(options[b"name"])[:_NAME_MOST]
        if b"filename" in options:
            untrusted_type = part.headers.get(b"content-type", b"").decode("latin-1")
            part.file = PlainFile(_text(options[b"filename"]), untrusted_type[:_NAME_MOST])
            if part.name != _FILES_FIELD:
                raise Trouble("trouble_form", 400)
        else:
            part.most = self._most.get(part.name, 0)
            if self._prefix is not None and part.name.startswith(self._prefix[0]):
                part.most = self._prefix[1]

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        part = self._part
        if part.file is not None:
            self._take(part, part.file, memoryview(data)[start:end])
            return
        self._counted += end - start
        if self._counted > _FIELDS_MOST:  # 2
            raise Trouble("trouble_form", 413)
        if part.most == 0:  # 3
            return
        part.content += data[start:end]
        if len(part.content) > part.most:
            most = str(part.most // BYTES_A_CHARACTER)
            raise Trouble("trouble_long" if part.name == "text" else "trouble_field", 413, n=most)

    def _take(self, part: _Part, file: PlainFile, data: memoryview) -> None:
        if file.size == 0 and len(data):
            self._files += 1
            if self._files > FILES_MOST:  # 2
                raise Trouble("trouble_many", 413)
        file.size += len(data)
        if file.size > FILE_MOST:
            raise Trouble("trouble_large", 413)
        while len(data):
            if (
                len(part.content) == PIECE_PLAIN
            ):  # cut only when more follows, so that the last piece is known
                self.ready.append(PlainPiece(file, part.content, last=False))
                part.content = bytearray()
            room = PIECE_PLAIN - len(part.content)
            part.content += data[:room]
            data = data[room:]

    def _on_part_end(self) -> None:
        part = self._part
        if part.file is None:
            if part.most:
                self._held += len(part.content)
                self.fields.setdefault(part.name, _text(bytes(part.content)).replace("\r\n", "\n"))
        elif part.file.size:
            self.ready.append(PlainPiece(part.file, part.content, last=True))
        elif part.file.name:  # 4: an empty file that has a name is a file
            self._files += 1
            if self._files > FILES_MOST:
                raise Trouble("trouble_many", 413)
            self.ready.append(PlainPiece(part.file, bytearray(), last=True))
        part.content = bytearray()

    def _on_end(self) -> None:
        self._ended = True


def _text(untrusted: bytes) -> str:
    return untrusted.decode("utf-8", "replace")

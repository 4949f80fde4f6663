"""The words of a PDF, read back without the program that wrote it: objects, content streams, and each font's own map.

Enough of ISO 32000-1 for what typesetters write: compressed and plain objects, FlateDecode, Type 0 fonts with a
ToUnicode map. What it cannot read it refuses, so that a test never passes on an unread page.
"""

from __future__ import annotations

import re
import zlib

_OBJECT = re.compile(rb"(?:^|\s)(\d+) 0 obj\b(.*?)\bendobj", re.DOTALL)
_STREAM = re.compile(rb"^(.*?)stream\r?\n(.*?)\r?\n?endstream", re.DOTALL)
_TOKEN = re.compile(
    rb"/([^\s/\[\]<>()]+)\s+[-\d.]+\s+Tf|<([0-9A-Fa-f\s]*)>|(\((?:\\.|[^\\()]|\((?:\\.|[^\\()])*\))*\))|\b(Td|TD|T\*|Tm|ET|Tj|TJ)\b|<<|>>",
    re.DOTALL,
)
_ESCAPED = re.compile(rb"\\([0-7]{1,3}|\r?\n|.)", re.DOTALL)
_PLAIN = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def pdf_text(pdf: bytes) -> str:
    """Return the text of every page, a line for each time the pen is set anew."""
    objects = _objects(pdf)
    pages = [
        body for body in objects.values() if re.search(rb"/Type\s*/Page\b", body) and b"/Contents" in body
    ]
    assert pages, "no page was found"
    return "\n".join(_page(body, objects) for body in pages)


def _objects(pdf: bytes) -> dict[int, bytes]:
    found = {int(number): body for number, body in _OBJECT.findall(pdf)}
    for body in list(found.values()):
        if re.search(rb"/Type\s*/ObjStm", body):
            head, inside = _stream(body)
            first = int(_after(rb"/First\s+(\d+)", head))
            numbers = [int(one) for one in inside[:first].split()]
            starts = [*numbers[1::2], len(inside) - first]
            for place, number in enumerate(numbers[::2]):
                found[number] = inside[first + starts[place] : first + starts[place + 1]]
    return found


def _stream(body: bytes) -> tuple[bytes, bytes]:
    parts = _STREAM.search(body)
    assert parts is not None, "an object is no stream"
    head, raw = parts.groups()
    if b"FlateDecode" in head:
        return head, zlib.decompressobj().decompress(raw)
    assert b"/Filter" not in head, head
    return head, raw


def _after(pattern: bytes, body: bytes) -> bytes:
    found = re.search(pattern, body)
    assert found is not None, (pattern, body[:200])
    return found[1]


def _page(page: bytes, objects: dict[int, bytes]) -> str:
    resources = page
    if (kept := re.search(rb"/Resources\s+(\d+) 0 R", page)) is not None:
        resources = objects[int(kept[1])]
    if (kept := re.search(rb"/Font\s+(\d+) 0 R", resources)) is not None:
        resources = objects[int(kept[1])]
    fonts = {
        name: _map(objects[int(number)], objects)
        for name, number in re.findall(rb"/([^\s/\[\]<>()]+)\s+(\d+) 0 R", resources)
        if b"/ToUnicode" in objects.get(int(number), b"")
    }
    numbers = re.findall(rb"(\d+) 0 R", _after(rb"/Contents\s*(\[[^\]]*\]|\d+ 0 R)", page))
    content = b"\n".join(_stream(objects[int(number)])[1] for number in numbers)
    return _words(content, fonts)


def _map(font: bytes, objects: dict[int, bytes]) -> dict[int, str]:
    cmap = _stream(objects[int(_after(rb"/ToUnicode\s+(\d+) 0 R", font))])[1]
    found: dict[int, str] = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", cmap, re.DOTALL):
        for code, text in re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]*)>", block):
            found[int(code, 16)] = bytes.fromhex(text.decode()).decode("utf-16-be")
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", cmap, re.DOTALL):
        for low, high, text in re.findall(
            rb"<([0-9A-F]+)>\s*<([0-9A-F]+)>\s*<([0-9A-F]+)>", block, re.IGNORECASE
        ):
            for step in range(int(high, 16) - int(low, 16) + 1):
                found[int(low, 16) + step] = chr(int(text, 16) + step)
    return found


def _words(content: bytes, fonts: dict[bytes, dict[int, str]]) -> str:
    said: list[str] = []
    font: dict[int, str] | None = None
    for name, in_hex, literal, operator in _TOKEN.findall(content):
        if name:
            font = fonts[name]
        elif operator in {b"Td", b"TD", b"T*", b"Tm", b"ET"}:
            said.append("\n")
        elif in_hex or literal:
            assert font is not None, "text before any font"
            codes = bytes.fromhex(in_hex.decode()) if in_hex else _unescape(literal[1:-1])
            pairs = zip(codes[::2], codes[1::2], strict=True)
            said.append("".join(font.get(high << 8 | low, "\ufffd") for high, low in pairs))
    return re.sub(r"\n+", "\n", "".join(said))


def _unescape(literal: bytes) -> bytes:
    def one(match: re.Match[bytes]) -> bytes:
        what = match[1]
        if what[:1].isdigit():
            return bytes([int(what, 8) & 255])
        return b"" if what in {b"\n", b"\r\n"} else _PLAIN.get(what, what)

    return _ESCAPED.sub(one, literal)

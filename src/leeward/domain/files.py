"""Files: what is known of one without its bytes. The bytes lie in sealed pieces, in the vault and on the relay."""

from __future__ import annotations

import msgspec

from leeward.base.limits import FILE_MOST, NAME_MOST, PIECE_PLAIN, PIECE_SEALED_MOST
from leeward.domain.errors import OutOfRange

_HEX = frozenset("0123456789abcdef")
_PIECES_MOST = FILE_MOST // PIECE_PLAIN + 1


class Piece(msgspec.Struct, frozen=True, omit_defaults=True):
    """One sealed piece: its address, its sealed size in bytes, the SHA-256 of its sealed bytes (hex).

    `erase` is the token that erases it from the relay, if whoever sent it told us; "" for what we sealed ourselves.
    """

    blob: str
    size: int
    sha256: str
    erase: str = ""


class FileRef(msgspec.Struct, frozen=True):
    """A file by name, plain size, SHA-256 of its plain bytes (hex) and its pieces in order."""

    name: str
    size: int
    sha256: str
    media_type: str
    pieces: tuple[Piece, ...]


class _Wire(msgspec.Struct, frozen=True):
    """FILE of protocol 3."""

    name: str
    type: str
    size: int
    sha256: str
    pieces: tuple[Piece, ...]


def read_file_ref(untrusted: object) -> FileRef:
    """Return FILE of protocol 3, or a FileRef that the ledger keeps, as a FileRef; OutOfRange if it cannot be one.

    The name is cut to what a list can show and loses what could act as a path or hide its ending.
    """
    try:
        if isinstance(untrusted, dict) and "media_type" in untrusted:
            ref = msgspec.convert(untrusted, FileRef)
        else:
            wire = msgspec.convert(untrusted, _Wire)
            ref = FileRef(wire.name, wire.size, wire.sha256, wire.type, wire.pieces)
    except msgspec.ValidationError as error:
        raise OutOfRange(f"An attachment is not described as one: {error}.") from error
    sound = (
        0 <= ref.size <= FILE_MOST
        and _is_hex(ref.sha256)
        and len(ref.pieces) <= _PIECES_MOST
        and ref.size <= len(ref.pieces) * PIECE_PLAIN
        and all(
            _is_hex(piece.blob)
            and _is_hex(piece.sha256)
            and (not piece.erase or _is_hex(piece.erase))
            and 0 < piece.size <= PIECE_SEALED_MOST
            for piece in ref.pieces
        )
    )
    if not sound:
        raise OutOfRange(
            "An attachment's sizes or addresses cannot be right.",
            kept="The message it came with is kept.",
            next_step="Ask the sender to attach it again.",
        )
    return msgspec.structs.replace(
        ref, name=safe_name(ref.name), media_type=_safe_type(ref.media_type), pieces=tuple(ref.pieces)
    )


def safe_name(untrusted_name: str) -> str:
    """Return a file name that can be shown and saved: no path, no control or direction marks, not too long."""
    base = untrusted_name.replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(letter for letter in base if letter.isprintable()).strip(" .")
    if len(shown) > NAME_MOST:
        stem, dot, ending = shown.rpartition(".")
        keep = f"{dot}{ending}" if dot and len(ending) <= 10 else ""
        shown = (stem if keep else shown)[: NAME_MOST - len(keep)] + keep
    return shown or "file"


def _safe_type(untrusted: str) -> str:
    plain = untrusted.lower()
    main, slash, sub = plain.partition("/")
    fits = (
        slash
        and len(plain) <= 100
        and all(part.replace("-", "").replace("+", "").replace(".", "").isalnum() for part in (main, sub))
    )
    return plain if fits and plain.isascii() else "application/octet-stream"


def _is_hex(text: str) -> bool:
    return len(text) == 64 and _HEX.issuperset(text)

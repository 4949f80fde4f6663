"""Files in pieces: kept sealed in the vault and on the relay, and read back with every hash checked.

1. A piece is sealed on its own, as soon as it is full; memory stays the same whatever the file's size.
2. A file is kept when all its pieces are on this disk; the relay gets them afterwards, in its own time.
3. On reading, a piece's sealed bytes are hashed before they are opened, and opened whole before a byte is released.
4. The whole file's hash and size are checked at the end: pieces exchanged or left out raise FileDamaged.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator

from leeward.base.limits import FILE_MOST, PIECE_PLAIN
from leeward.base.say import say
from leeward.domain.files import FileRef, Piece, safe_name
from leeward.office.errors import FileDamaged, FileMissing, FileTooLarge
from leeward.office.relay import relay_of
from leeward.office.session import Session
from leeward.seal.envelope import open_sealed, seal
from leeward.seal.errors import SealError
from leeward.seal.kinds import Kind
from leeward.sync.outbox import Outbox
from leeward.sync.port import Relay


def keep_file(
    session: Session, compartment: str, chunks: Iterable[bytes], *, name: str, media_type: str
) -> FileRef:
    """Seal a file's bytes to a compartment and return what its record keeps of it; durable when it returns.

    Raises FileTooLarge beyond FILE_MOST, and LedgerError if the disk is full; pieces kept so far are then let go.
    """
    recipient = session.vault.recipient_of(compartment)
    whole = hashlib.sha256()
    size = 0
    pieces: list[Piece] = []
    try:
        for plain in _cut(chunks):
            size += len(plain)
            _check_size(size)
            whole.update(plain)
            pieces.append(_keep_piece(session, seal(Kind.PIECE, plain, recipient)))  # 1
    except BaseException:
        for piece in pieces:
            session.vault.blob_delete(piece.blob)
        raise
    outbox = Outbox(session.vault, session.chance)
    outbox.upload((piece.blob, erase_token(session, compartment, piece.blob)) for piece in pieces)  # 2
    return FileRef(safe_name(name), size, whole.hexdigest(), media_type, tuple(pieces))


def read_file(
    session: Session, compartment: str, ref: FileRef, *, relay: Relay | None = None
) -> Iterator[bytes]:
    """Yield a file's plain bytes, fetching from the relay what is not here.

    Raises FileMissing, FileDamaged, or SyncError if the relay is needed and away. What was yielded before the end is
    genuine piece by piece, but only a reader that came to the end without an error has the whole file (4).
    """
    identities = session.vault.identities_of(compartment)
    whole = hashlib.sha256()
    size = 0
    for number, piece in enumerate(ref.pieces, start=1):
        sealed = _fetch(session, ref, piece, relay)
        if hashlib.sha256(sealed).hexdigest() != piece.sha256:  # 3
            raise _damaged(ref, number)
        try:
            plain = open_sealed(Kind.PIECE, sealed, identities)
        except SealError as error:
            raise _damaged(ref, number) from error
        whole.update(plain)
        size += len(plain)
        yield plain
    if size != ref.size or whole.hexdigest() != ref.sha256:  # 4
        raise _damaged(ref, 0)


def copy_file(session: Session, source: str, ref: FileRef, target: str) -> FileRef:
    """Seal a file again to another compartment, such as a reporter's photo to the case opened from it."""
    return keep_file(
        session, target, read_file(session, source, ref), name=ref.name, media_type=ref.media_type
    )


def erase_token(session: Session, compartment: str, blob: str) -> str:
    """Return the token that erases a piece from the relay: known to all who may write to its compartment."""
    write = bytes.fromhex(session.vault.compartment(compartment).write)
    return hmac.digest(write, b"leeward-erase-1 " + blob.encode(), "sha256").hex()


def _check_size(size: int) -> None:
    if size > FILE_MOST:
        raise FileTooLarge(
            say("The file is larger than {most} GB.", most=FILE_MOST >> 30),
            kept=say("Nothing of it was kept; everything else is as it was."),
            next_step=say("Cut it into parts, or attach only the part that matters."),
        )


def _keep_piece(session: Session, sealed: bytes) -> Piece:
    address = session.chance.draw(32).hex()
    session.vault.blob_put(address, sealed)
    return Piece(address, len(sealed), hashlib.sha256(sealed).hexdigest())


def _cut(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield full pieces and the rest; an empty file is one empty piece, so that it too is proved by a seal."""
    held = bytearray()
    any_yet = False
    for chunk in chunks:
        view = memoryview(chunk)
        while view:
            room = PIECE_PLAIN - len(held)
            held += view[:room]
            view = view[room:]
            if len(held) == PIECE_PLAIN:
                yield bytes(held)
                any_yet = True
                held.clear()
    if held or not any_yet:
        yield bytes(held)


def _fetch(session: Session, ref: FileRef, piece: Piece, relay: Relay | None) -> bytes:
    here = session.vault.blob_get(piece.blob)
    if here is not None and hashlib.sha256(here).hexdigest() == piece.sha256:
        return here
    fetched = (relay or relay_of(session)).get_blob(piece.blob)
    if fetched is None:
        if here is not None:
            return here  # damaged here and not on the relay: the caller says so
        raise FileMissing(
            say("A part of “{name}” is neither here nor on the relay.", name=ref.name),
            kept=say("Its other parts and its description are kept."),
            next_step=say("The desk that kept the file may not have sent it yet: open it again later."),
        )
    if here is None and hashlib.sha256(fetched).hexdigest() == piece.sha256:
        session.vault.blob_put(
            piece.blob, fetched
        )  # never over what is here: the address is the sender's word
    return fetched


def _damaged(ref: FileRef, number: int) -> FileDamaged:
    where = say("part {number} of {count}", number=number, count=len(ref.pieces))
    happened = (
        say("“{name}” is not what was sealed ({where}).", name=ref.name, where=where)
        if number
        else say("“{name}” is not what was sealed: its parts do not add up to it.", name=ref.name)
    )
    return FileDamaged(
        happened,
        kept=say("Nothing of the damaged part was shown or saved."),
        next_step=say("Ask another desk that has the file, or the sender, for it again."),
    )

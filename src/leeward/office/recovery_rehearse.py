"""Trying to come back from nothing, without anybody learning a key that they do not have already (ADR 25).

1. This desk asks the others among whom its parts were shared out, by letter, for their shares of exactly these parts.
2. Whoever asks signs, for each part, with a key that only those have who hold its keys already, and for their own
   device alone: a desk hands out no other share, and whoever is asked cannot ask on in their name.
3. From these shares and this desk's own box, and nothing else of this vault, a vault is made in a temporary folder,
   sealed under drawn bytes, filled from the relay, compared record by record, and removed.
4. What did not come back is shared out anew. The result is an entry that all see.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Collection, Iterable, Sequence

import msgspec

from leeward.base.errors import LeewardError
from leeward.base.say import Message, say
from leeward.domain.recovery import Rehearsal
from leeward.ledger.errors import LedgerError
from leeward.ledger.escrow import PART, Share, Signed, ask_key, ask_message
from leeward.ledger.store.vault import Compartment, Vault
from leeward.office import letters
from leeward.office.recovery import Circle, RecoveryRefused, circle_now, own_key
from leeward.office.recovery_back import Box, NothingCameBack, open_box, take_all
from leeward.office.recovery_escrow import note_of, share_part
from leeward.office.recovery_export import Difference, compare, trial_folder
from leeward.office.relay import relay_of
from leeward.office.session import Session
from leeward.seal.errors import SealError
from leeward.seal.shares import read_keys
from leeward.seal.signing import Purpose, VerifyKey

ASK, GIVEN = "share-ask", "share-given"
EVERY_MS = 30 * 24 * 3600 * 1000
_RUNNING = "recovery.rehearsal"  # among this vault's own values
_ASKED = "recovery.asked"  # likewise: what colleagues' desks asked for and was not answered yet
_LETTER_BYTES = 700_000
_ASK_PAGE = 100  # parts asked for in one letter
_ASKED_MOST = 50
_SHARES_MOST = 20_000  # of a whole rehearsal
_WORK_FACTOR = 2  # of a vault whose passphrase is drawn and which is gone in a moment


class _Asked(msgspec.Struct, array_like=True, frozen=True):
    """A question or a part of one: for each bundle a verify key and a signature (2). `last` ends it."""

    rehearsal: str
    bundles: tuple[tuple[str, bytes, bytes], ...]
    last: bool


class _Given(msgspec.Struct, array_like=True, frozen=True):
    """An answer, or a part of one: shares as they were signed. `last` ends it."""

    rehearsal: str
    shares: tuple[tuple[bytes, bytes], ...]
    last: bool


class Running(msgspec.Struct):
    """A rehearsal under way."""

    id: str
    at: int
    paper: bool
    waiting: list[str]  # members whose desks have not answered yet
    enough: int  # answers that are needed
    shares: list[tuple[bytes, bytes]] = msgspec.field(default_factory=list)


_encoder = msgspec.msgpack.Encoder()


def begin(session: Session, typed: str) -> None:
    """Begin a rehearsal with this member's words, as they stand on the paper. RecoveryRefused, SharesRefused."""
    circle, key = circle_now(session), own_key(session)
    if circle is None or key is None or session.member_id not in {one.member_id for one in circle.holders}:
        raise _refused(say("You and enough others must hold words before it can be tried."))
    if read_keys(line for line in typed.splitlines() if line.strip()) != [key]:
        raise _refused(say("These are not the words that your colleagues' desks share out to now."))
    others = {one.member_id: one.device_id for one in circle.holders if one.member_id != session.member_id}
    now = Running(session.make_id(), session.now(), True, sorted(others), circle.needed - 1)
    session.vault.local_put(_RUNNING, msgspec.to_builtins(now, builtin_types=(bytes,)))
    if not now.enough:
        return
    asked = [
        _ask(session, one, note.bundle, now.id)
        for one in session.vault.compartments()
        if (note := note_of(session, one, circle)) is not None
    ]
    pages = [asked[at : at + _ASK_PAGE] for at in range(0, len(asked), _ASK_PAGE)] or [[]]
    for page in pages:
        body = _encoder.encode(_Asked(now.id, tuple(page), page is pages[-1]))
        letters.send(session, list(others.values()), ASK, body)


def _ask(session: Session, compartment: Compartment, bundle: str, rehearsal: str) -> tuple[str, bytes, bytes]:
    identity = dict(session.vault.epochs_of(compartment.id))[compartment.epoch]
    key = ask_key(identity.string(), bundle)
    message = ask_message(session.vault.device.id, rehearsal, bundle)
    return bundle, key.verify_key().to_bytes(), key.sign(Purpose.ESCROW, message)


def running(session: Session) -> Running | None:
    """Return the rehearsal under way."""
    kept = session.vault.local_get(_RUNNING)
    return msgspec.convert(kept, Running) if kept is not None else None


def give_up(session: Session) -> None:
    """End a rehearsal that nobody answers."""
    session.vault.local_put(_RUNNING, None)


def note_question(session: Session, came: letters.Came) -> None:
    """Keep a colleague's question until the relay can be asked for what lies in this member's box."""
    try:
        msgspec.msgpack.decode(came.body, type=_Asked)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _refused(say("A letter about shares cannot be read.")) from error
    kept = list(session.vault.local_get(_ASKED) or ())
    session.vault.local_put(_ASKED, [*kept, [came.device_id, came.body]][-_ASKED_MOST:])


def note_answer(session: Session, came: letters.Came) -> None:
    """Keep the shares that a colleague's desk gave for the rehearsal under way."""
    now = running(session)
    try:
        given = msgspec.msgpack.decode(came.body, type=_Given)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _refused(say("A letter about shares cannot be read.")) from error
    if now is None or given.rehearsal != now.id or came.member_id not in now.waiting:
        return
    if len(now.shares) + len(given.shares) > _SHARES_MOST:
        raise _refused(say("A letter about shares cannot be read."))
    known = set(now.shares)
    now.shares += [raw for raw in dict.fromkeys(given.shares) if raw not in known]
    if given.last:
        now.waiting.remove(came.member_id)
        now.enough -= 1
    session.vault.local_put(_RUNNING, msgspec.to_builtins(now, builtin_types=(bytes,)))


def drop_given(session: Session, bundles: Collection[str]) -> None:
    """Let go of shares of these bundles that came for the rehearsal under way."""
    now = running(session)
    if now is not None and bundles:
        now.shares = [raw for raw in now.shares for one in _read([raw]) if one.share.bundle not in bundles]
        session.vault.local_put(_RUNNING, msgspec.to_builtins(now, builtin_types=(bytes,)))


def tend(session: Session) -> None:
    """Answer what colleagues asked, and finish the rehearsal that has all it needs. SyncError."""
    for device_id, body in list(session.vault.local_get(_ASKED) or ()):
        _answer(session, str(device_id), msgspec.msgpack.decode(bytes(body), type=_Asked))
    if session.vault.local_get(_ASKED):
        session.vault.local_put(_ASKED, None)
    now = running(session)
    if now is not None and now.enough <= 0:
        _finish(session, now)


def _answer(session: Session, device_id: str, asked: _Asked) -> None:
    """Give what was asked for and is proved to be held already (2)."""
    key = own_key(session)
    if key is None:
        return
    wanted = {bundle: (key, signature) for bundle, key, signature in asked.bundles}
    found: list[tuple[bytes, bytes]] = []
    with contextlib.suppress(NothingCameBack):
        for signed in open_box(relay_of(session), key).shares:
            proof = wanted.get(signed.share.bundle)
            if proof is not None and _proves(device_id, asked.rehearsal, signed.share, *proof):
                found.append((signed.raw, signed.signature))
    pages: list[list[tuple[bytes, bytes]]] = [[]]
    size = 0
    for one in found:
        size += len(one[0]) + len(one[1])
        if size > _LETTER_BYTES:
            pages.append([])
            size = len(one[0]) + len(one[1])
        pages[-1].append(one)
    for number, page in enumerate(pages, start=1):
        body = _encoder.encode(_Given(asked.rehearsal, tuple(page), asked.last and number == len(pages)))
        letters.send(session, [device_id], GIVEN, body)


def _proves(asker: str, rehearsal: str, share: Share, untrusted_key: bytes, signature: bytes) -> bool:
    """Rule 2."""
    try:
        key = VerifyKey.from_bytes(untrusted_key)
        key.verify(Purpose.ESCROW, signature, ask_message(asker, rehearsal, share.bundle))
    except SealError:
        return False
    return share.what == PART and key.fingerprint() == share.ask


def _finish(session: Session, now: Running) -> None:
    """Rebuild, compare, write down (3, 4)."""
    key, circle = own_key(session), circle_now(session)
    session.vault.local_put(_RUNNING, None)
    if key is None or circle is None:
        return
    relay = relay_of(session)
    began = time.monotonic()
    own = open_box(relay, key)
    given = Box(own.anchor, tuple(_read(now.shares)))
    back: Difference | None = None
    with trial_folder() as folder:
        vault = Vault.create(
            folder,
            session.chance.draw(32).hex(),
            member_id=session.member_id,
            clock=session.clock,
            chance=session.chance,
            work_factor=_WORK_FACTOR,
        )
        with vault:
            other = Session(vault, clock=session.clock, chance=session.chance)
            with contextlib.suppress(NothingCameBack, LedgerError):
                take_all(other, relay, [own, given])
                back = compare(session, other)
            with contextlib.suppress(LeewardError):
                relay.delete_box(vault.device.box, vault.device.read)
    _write_down(session, circle, now, back, round(time.monotonic() - began))


def _write_down(
    session: Session, circle: Circle, now: Running, back: Difference | None, seconds: int
) -> None:
    held = session.vault.compartments()
    missing = {one.id for one in held} if back is None else set(back.parts_missing)
    for compartment in held:
        if compartment.id in missing:
            share_part(session, compartment, circle)  # 4
    session.save_new(
        session.compartment_of("team"),
        Rehearsal(
            id=now.id,
            by=session.member_id,
            at=session.now(),
            seconds=seconds,
            parts=len(held),
            parts_back=len(held) - len(missing),
            records=back.compared if back is not None else 0,
            different=len(back.missing) + len(back.changed) if back is not None else 0,
            paper=now.paper,
        ),
    )


def _read(shares: Iterable[Sequence[bytes]]) -> list[Signed]:
    found = []
    for raw, signature in shares:
        with contextlib.suppress(msgspec.MsgspecError, UnicodeDecodeError):
            found.append(Signed(msgspec.msgpack.decode(raw, type=Share), raw, signature))
    return found


def last_rehearsal(session: Session) -> Rehearsal | None:
    """Return the newest rehearsal of this member."""
    mine = [one for one in session.find(Rehearsal) if one.by == session.member_id]
    return max(mine, key=lambda one: one.at, default=None)


def parts_waiting(session: Session, circle: Circle) -> int:
    """Return how many parts held here are not shared out yet."""
    return sum(1 for one in session.vault.compartments() if note_of(session, one, circle) is None)


def _refused(what: Message) -> RecoveryRefused:
    return RecoveryRefused(
        what,
        kept=say("Nothing was changed."),
        next_step=say("Print your words again, and burn the old sheet."),
    )

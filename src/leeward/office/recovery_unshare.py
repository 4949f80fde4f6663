"""Taking the shares of an erased circle's keys out of recovery boxes, so that no words open it any more (ADR 25, 30).

1. Who forgets a circle says first, in the erasure, in which bundles its keys were shared out: ids and nothing else.
   What of these shares still waits to be sent is let go of, and so is what was collected for a rehearsal.
2. Each desk takes these bundles out of its own member's box, and nobody else can: only its words give the token that
   erases the box. It does so once the erasure was done on this device, by the rules that hold for it here.
3. Nothing that shares a part which this desk holds itself is taken out, whoever named it. A part that lives and whose
   bundle was named is shared out anew by whoever holds it: so nobody takes a colleague's way back by naming its ids.
4. A box cannot lose single items. So what stays is kept on this disk first; then the box is erased and made again, and
   all of it is put back under ids derived from the bytes. A crash at any point repeats, and nothing is lost.
5. The box of words that were drawn anew is erased with the next erasure, or when the new ones are a week old.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Collection, Sequence

from leeward.domain.erasing import Erasure, begun_by, bundles, bundles_hash, is_unshared
from leeward.domain.recovery import Escrowed
from leeward.ledger.errors import LedgerError
from leeward.ledger.escrow import Signed, ask_key, read_item
from leeward.ledger.model import note
from leeward.office.erasing import belonging, erasures
from leeward.office.recovery import forget_former, former_boxes, own_key
from leeward.office.recovery_rehearse import drop_given
from leeward.office.session import Session
from leeward.seal.envelope import open_sealed
from leeward.seal.errors import SealError
from leeward.seal.kinds import Kind
from leeward.seal.shares import RecoveryKey
from leeward.sync.errors import RelayRefused
from leeward.sync.listing import Item
from leeward.sync.port import Relay

_KEPT = "recovery.kept"  # device-only: what is to be put back into the box, in order (4)
_TAKEN = "recovery.taken"  # device-only: the hash of what was taken out, and of which box
_PAGE = 200
_FORMER_MS = 7 * 24 * 3600 * 1000


def name_bundles(session: Session, erasure: Erasure, circles: Collection[str]) -> None:
    """Say in which bundles the keys of circles were shared out that are about to be forgotten (1)."""
    found = {one.bundle for circle in circles for one in session.find(Escrowed, compartment=circle)}
    new = sorted(found - bundles(erasure) - {""})
    if new:
        said = note(Erasure.kind, erasure.id, "shared", {"bundles": new})
        session.commit(session.compartment_of("team"), said)


def take_out(session: Session, relay: Relay) -> None:
    """Take out of this member's box what is to go (2), and say so. Raises SyncError; may be done again then."""
    key, own, owners = own_key(session), session.vault.device.id, belonging(session)
    found = [one for one in erasures(session) if one.shared and own in begun_by(one, owners)]
    _erase_former(session, relay, max((one.at for erasure in found for one in erasure.shared), default=0))
    if key is None:
        return
    named = frozenset[str]().union(*(bundles(one) for one in found))
    try:
        _take_out(session, relay, key, named)
    except RelayRefused:
        return  # somebody who knew its address made the box first: the page names whose box is left
    for erasure in found:
        if bundles(erasure) and not is_unshared(erasure, session.member_id, key.box()):
            said = {"box": key.box(), "of": bundles_hash(bundles(erasure))}
            session.commit(session.compartment_of("team"), note(Erasure.kind, erasure.id, "unshared", said))


def _take_out(session: Session, relay: Relay, key: RecoveryKey, named: frozenset[str]) -> None:
    vault, now = session.vault, [key.box(), bundles_hash(named)]
    if vault.local_get(_KEPT) is None and (not named or list(vault.local_get(_TAKEN) or ()) == now):
        return
    alive = _asked_by_own(session, named)

    def stays(sealed: bytes) -> bool:
        """Tell whether an item stays; what opens with other words, or is of a newer form, is not ours to judge."""
        try:
            item = read_item(open_sealed(Kind.ESCROW, sealed, [key.identity()]), key)
        except (SealError, LedgerError):
            return True
        if not isinstance(item, Signed):
            return True
        return item.share.bundle not in named or item.share.ask in alive

    drop_given(session, named)
    _make_anew(session, relay, key, stays)
    vault.local_put(_TAKEN, now)


def _asked_by_own(session: Session, named: Collection[str]) -> frozenset[str]:
    """Return by which keys the shares of named bundles are asked for that share a part which this desk holds (3)."""
    found = set()
    for one in session.find(Escrowed):
        identity = dict(session.vault.epochs_of(one.compartment)).get(one.epoch)
        if one.bundle in named and identity is not None:
            found.add(ask_key(identity.string(), one.bundle).verify_key().fingerprint())
    return frozenset(found)


def _make_anew(session: Session, relay: Relay, key: RecoveryKey, stays: Callable[[bytes], bool]) -> None:
    """Make the box again with what stays (4)."""
    vault = session.vault
    kept = [str(one) for one in vault.local_get(_KEPT) or ()]
    there = [sealed for one in kept if (sealed := vault.blob_get(one)) is not None]
    while True:
        lying, last = _read(relay, key)
        stay = [one for one in dict.fromkeys([*there, *lying]) if stays(one)]
        if not kept and len(stay) == len(lying):
            return
        for sealed in stay:
            vault.blob_put(_address(sealed), sealed)
        addresses = [_address(one) for one in stay]
        vault.local_put(_KEPT, addresses)
        for address in set(kept) - set(addresses):
            vault.blob_delete(address, for_good=True)
        kept = addresses
        if not _list(relay, key, last, 1)[0]:
            break
    with contextlib.suppress(RelayRefused):  # it is not there: a crash came after it was erased
        relay.delete_box(key.box(), key.read())
    relay.make_box(key.box(), key.read(), key.write())
    for sealed in stay:
        relay.append(key.box(), key.write(), _address(sealed)[:32], sealed)
    vault.local_put(_KEPT, None)
    for address in kept:
        vault.blob_delete(address)


def _read(relay: Relay, key: RecoveryKey) -> tuple[list[bytes], int]:
    """Return what lies in the box, and the number of the last of it."""
    found: list[bytes] = []
    after = 0
    while True:
        items, last = _list(relay, key, after, _PAGE)
        found += [one.untrusted_sealed for one in items]
        after = max((one.number for one in items), default=after)
        if not items or after >= last:
            return found, after


def _list(relay: Relay, key: RecoveryKey, after: int, limit: int) -> tuple[Sequence[Item], int]:
    try:
        listing = relay.list_items(key.box(), key.read(), after=after, limit=limit)
    except RelayRefused as error:
        if error.word != "no-such-box":
            raise
        return (), after
    return listing.items, listing.last


def _erase_former(session: Session, relay: Relay, named_at: int) -> None:
    """Rule 5."""
    for former in former_boxes(session):
        if named_at >= former.at or session.now() > former.at + _FORMER_MS:
            with contextlib.suppress(RelayRefused):
                relay.delete_box(former.box, former.read)
            forget_former(session, former)


def _address(sealed: bytes) -> str:
    return hashlib.sha256(b"leeward-kept-1 " + sealed).hexdigest()

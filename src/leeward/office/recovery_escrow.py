"""Sharing out the keys of parts in the background, so that some members together could bring the team back (ADR 25).

1. What this desk holds is shared out only among the people its own member agreed to (office/recovery.py).
2. Each part's keys are sealed to 32 drawn bytes, which are split; a share goes to each member's box, sealed to their
   key. Nobody but enough of them together can open it.
3. What is still to be done is read from the ledger: a part is due while no note in it says that its newest epoch was
   shared out among these people. So it goes on after a crash; doing it twice does no harm.
4. A member's key is out of use when their device was cut off, or when they drew another. As soon as so many of the keys
   that share a part's newest epoch are out of use as would open it, the part gets a new epoch: two laptops that were
   taken, or two sheets that were seen, read nothing that is written later.
5. A note counts no more once its bundle was named for an erasure that does not go on here: a part that lives is shared
   out anew (recovery_unshare.py).
6. The device that made the part or its newest key begins; anybody who holds it takes over after a while.
"""

from __future__ import annotations

import hashlib
from weakref import WeakKeyDictionary

from leeward.domain.recovery import Escrowed
from leeward.domain.team import TEAM_KINDS, Rekey
from leeward.domain.typed import write_new
from leeward.ledger.escrow import (
    PART,
    VERSION,
    Anchor,
    Part,
    Share,
    ask_key,
    hash_identity,
    print_anchor,
    print_part,
    print_share,
)
from leeward.ledger.store.vault import Compartment, Vault
from leeward.office.cutoff import renew
from leeward.office.recovery import Circle, Holder, circle_now, holders, keep_key, own_key
from leeward.office.recovery_lost import lost_bundles
from leeward.office.session import Session
from leeward.office.team import who_can_open
from leeward.seal.envelope import encrypt, seal
from leeward.seal.keys import Identity
from leeward.seal.kinds import Kind
from leeward.seal.shares import split
from leeward.sync.outbox import Outbox

_ANCHOR = "recovery.anchor"  # among this vault's own values: what the newest anchor says
_WAIT_MS = 10 * 60_000  # so long others leave a part to those whose turn it is
_SECRET_BYTES = 32

_fine: WeakKeyDictionary[Vault, dict[str, tuple[int, int, str, frozenset[str]]]] = WeakKeyDictionary()
"""What of each vault was found shared out: epoch, number of notes, among whom, and what was lost."""
_sound: WeakKeyDictionary[Vault, dict[str, tuple[int, int, frozenset[str]]]] = WeakKeyDictionary()
"""Likewise: what of each vault was found not given away, with the boxes that were in use."""
_since: WeakKeyDictionary[Vault, dict[tuple[str, int, str], int]] = WeakKeyDictionary()
"""Since when this desk leaves a part to others."""


def share_out(session: Session, most: int) -> bool:
    """Share out up to `most` parts that are due here; True if more are. Nothing is sent yet: the sync does that."""
    keep_key(session)
    _put_anchor(session)
    for compartment in given_away(session):
        if _is_my_turn(session, compartment, "given away"):
            if most <= 0:
                return True
            renew(session, compartment.id)  # 4
            most -= 1
    circle = circle_now(session)
    for compartment in due_parts(session, circle) if circle is not None else ():
        if circle is not None and _is_my_turn(session, compartment, circle.name):
            if most <= 0:
                return True
            share_part(session, compartment, circle)
            most -= 1
    return False


def given_away(session: Session) -> list[Compartment]:
    """Return the parts held here whose newest keys could be put together from keys that are out of use (4)."""
    vault = session.vault
    sound = _sound.setdefault(vault, {})
    in_use = frozenset(holder.box for holder in holders(session).values())
    found = []
    for compartment in sorted(vault.compartments(), key=_team_first):
        now = (compartment.epoch, vault.count(Escrowed.kind, compartment=compartment.id), in_use)
        if sound.get(compartment.id) == now:
            continue
        notes = session.find(Escrowed, compartment=compartment.id)
        if any(one.epoch == compartment.epoch and one.is_given_away(in_use) for one in notes):
            found.append(compartment)
        else:
            sound[compartment.id] = now
    return found


def due_parts(session: Session, circle: Circle) -> list[Compartment]:
    """Return the parts held here whose newest keys nobody has shared out among these people yet; the team's first."""
    vault = session.vault
    fine = _fine.setdefault(vault, {})
    lost = lost_bundles(session)
    due = []
    for compartment in sorted(vault.compartments(), key=_team_first):
        count = vault.count(Escrowed.kind, compartment=compartment.id)
        now = (compartment.epoch, count, circle.name, lost)
        if fine.get(compartment.id) == now:
            continue
        if note_of(session, compartment, circle) is not None:
            fine[compartment.id] = now
        else:
            due.append(compartment)
    return due


def note_of(session: Session, compartment: Compartment, circle: Circle) -> Escrowed | None:
    """Return the newest note that a part's newest keys were shared out among these people (5)."""
    lost = lost_bundles(session)
    notes = (one for one in session.find(Escrowed, compartment=compartment.id) if one.bundle not in lost)
    return next((one for one in notes if (one.epoch, one.circle) == (compartment.epoch, circle.name)), None)


def share_part(session: Session, compartment: Compartment, circle: Circle) -> None:
    """Share out one part's keys, and write down that it was done (2, 3)."""
    vault = session.vault
    first = vault.first_room(compartment.id)
    epochs = vault.epochs_of(compartment.id)
    part = Part(
        compartment.id,
        compartment.kind,
        first.box,
        first.read,
        first.write,
        first.made_at,
        tuple((number, identity.string()) for number, identity in epochs),
    )
    bundle = session.make_id()
    ask = ask_key(dict(epochs)[compartment.epoch].string(), bundle).verify_key().fingerprint()
    sealed = make_shares(session, circle, PART, bundle, ask, print_part(part))
    Outbox(vault, session.chance).send_all(
        ((holder.box, holder.write, item) for holder, item in zip(circle.holders, sealed, strict=True)),
        about=compartment.id,
    )
    note = Escrowed(
        id=session.make_id(),
        epoch=compartment.epoch,
        circle=circle.name,
        bundle=bundle,
        needed=circle.needed,
        boxes=tuple(holder.box for holder in circle.holders),
        at=session.now(),
    )
    session.commit(compartment.id, write_new(note))


def make_shares(
    session: Session, circle: Circle, what: str, bundle: str, ask: str, content: bytes
) -> list[bytes]:
    """Return one sealed item for each holder, in their order; `circle.needed` of them together give the content."""
    secret = session.chance.draw(_SECRET_BYTES)
    sealed = encrypt(content, Identity.from_seed(secret).recipient())
    words = split(secret, circle.needed, len(circle.holders))
    key = session.vault.device.signing_key

    def item(holder: Holder, mine: str) -> bytes:
        share = Share(
            VERSION,
            session.vault.device.id,
            holder.member_id,
            session.now(),
            what,
            bundle,
            circle.needed,
            ask,
            mine,
            sealed,
        )
        return seal(Kind.ESCROW, print_share(share, key), holder.recipient)

    return [item(holder, mine) for holder, mine in zip(circle.holders, words, strict=True)]


def _put_anchor(session: Session) -> None:
    """Write down in this member's own box which team this is, and whose word counts in it, when that has changed."""
    vault = session.vault
    key = own_key(session)
    teams = vault.compartments("team")
    if key is None or not teams:
        return
    mine = holders(session).get(session.member_id)
    if mine is None or mine.box != key.box():
        return
    roster = vault.roster()
    devices = {one.device_id: one.verify_key for one in roster.values() if not one.removed_at}
    first = hash_identity(vault.epochs_of(teams[0].id)[0][1].string())
    says = hashlib.sha256(
        "\n".join([key.box(), teams[0].id, first.hex(), *sorted(devices)]).encode()
    ).digest()
    if vault.local_get(_ANCHOR) == says:
        return
    anchor = Anchor(
        VERSION,
        session.member_id,
        teams[0].id,
        first,
        tuple(devices[one].to_bytes() for one in sorted(devices)),
        session.now(),
    )
    sealed = seal(Kind.ESCROW, print_anchor(anchor, key), mine.recipient)
    Outbox(vault, session.chance).send(key.box(), key.write(), sealed)
    vault.local_put(_ANCHOR, says)


def _is_my_turn(session: Session, compartment: Compartment, what: str) -> bool:
    """Rule 6."""
    vault, own = session.vault, session.vault.device.id
    roster = vault.roster()
    given = [access.device_id for access in who_can_open(session, compartment.id)]
    belong = sorted(
        one
        for one in {*given, *vault.writers(compartment.id)}
        if one in roster and not roster[one].removed_at
    )
    made = {given[0]} if given else set()
    for note in session.find(Rekey, compartment=compartment.id):
        if note.epoch == compartment.epoch:
            made = {one.device_id for one in roster.values() if one.member_id == note.created_by}
    if own in made or own == next(iter(belong), own):
        return True
    since = _since.setdefault(vault, {}).setdefault((compartment.id, compartment.epoch, what), session.now())
    return session.now() > since + _WAIT_MS


def _team_first(compartment: Compartment) -> tuple[int, int, str]:
    kind = compartment.kind
    place = TEAM_KINDS.index(kind) if kind in TEAM_KINDS else len(TEAM_KINDS)
    return place, compartment.made_at, compartment.id

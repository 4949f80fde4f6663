"""Cutting off a device that is lost, or a person who left: out at once, and then new keys for all it could read.

1. The vote is one entry in the team's compartment; whoever reads it takes nothing more from that device (ADR 21).
2. What is still to be done is read from the ledger: a part needs a new key while a device that is out holds its
   newest one. So it goes on after a crash, and two desks that do the same at once end in the same state.
3. The desk that voted begins. What it does not hold, the first of those who do takes over, and anybody after a while.
4. A new key is granted to every device that held the part and belongs, and a note in the part says who was left out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeAlias
from weakref import WeakKeyDictionary

import msgspec

from leeward.base.say import say
from leeward.domain.team import TEAM_KINDS, Access, Rekey
from leeward.domain.typed import write_new
from leeward.ledger.roster import RosterDevice, Vote, vote_paper
from leeward.ledger.store.vault import Compartment, Vault
from leeward.office.errors import CutOffRefused
from leeward.office.session import Session
from leeward.office.team import hand, who_can_open
from leeward.sync.outbox import Outbox

_Looked: TypeAlias = tuple[frozenset[tuple[str, tuple[Vote, ...]]], dict[str, tuple[int, int]]]
_looked: WeakKeyDictionary[Vault, _Looked] = WeakKeyDictionary()
"""For whom each vault was looked through last, and what of it was found in order: every round asks again."""

_WAIT_MS = 10 * 60_000  # so long others leave a part to those whose turn it is


class Fresh(msgspec.Struct, frozen=True):
    """How far the new keys are that keep a device out: parts done, of all that it could read and this desk holds."""

    done: int
    of: int


def put_out(session: Session, device_ids: Collection[str]) -> None:
    """Put devices out, with this member's vote; new keys follow in the background."""
    _vote(session, device_ids, out=True)


def bring_back(session: Session, device_ids: Collection[str]) -> None:
    """Vote for devices that were put out; hand those that belong again the keys that were made without them."""
    _vote(session, device_ids, out=False)
    roster = session.vault.roster()
    back = {one: roster[one].member_id for one in device_ids if not roster[one].removed_at}
    for compartment in session.vault.compartments():
        held = holders(session, compartment.id)
        hand(session, compartment.id, {one: member for one, member in back.items() if one in held})


def could_read(session: Session, device_ids: Collection[str]) -> list[str]:
    """Return the compartments that one of these devices held a key of, as far as this desk may see."""
    asked = set(device_ids)
    return [one.id for one in session.vault.compartments() if asked & holders(session, one.id)]


def progress(session: Session) -> Mapping[str, Fresh]:
    """Return how far the new keys are, for each device that is out (2)."""
    roster = session.vault.roster()
    out = {device for device, one in roster.items() if one.removed_at}
    done, of = dict.fromkeys(out, 0), dict.fromkeys(out, 0)
    for compartment in session.vault.compartments() if out else ():
        shut = shut_out(session, compartment)
        for device in out & holders(session, compartment.id):
            of[device] += 1
            done[device] += device in shut
    return {device: Fresh(done[device], of[device]) for device in out}


def make_new_keys(session: Session, most: int) -> bool:
    """Make up to `most` new keys that are due here; True if more are. Nothing is sent yet: the sync does that."""
    roster = session.vault.roster()
    gone = frozenset((device, one.votes) for device, one in roster.items() if one.removed_at)
    if not gone:
        return False
    told, fine = _looked.get(session.vault, (frozenset(), {}))
    if told != gone:
        fine = {}
        _looked[session.vault] = (gone, fine)
    for compartment in sorted(session.vault.compartments(), key=_team_first):
        now = (compartment.epoch, session.vault.count(Access.kind, compartment=compartment.id))
        if fine.get(compartment.id) == now:
            continue
        holding = holders(session, compartment.id)
        out = {one for one in holding if one in roster and roster[one].removed_at}
        due = out - shut_out(session, compartment)
        if not due:
            fine[compartment.id] = now
        elif _is_my_turn(session, out, holding, roster):
            if most <= 0:
                return True
            _make_new_key(session, compartment.id, out, holding, roster)
            most -= 1
    return False


def renew(session: Session, compartment: str) -> None:
    """Make a new key for a part, for every device that held it and belongs: something else gave the old one away."""
    roster, holding = session.vault.roster(), holders(session, compartment)
    out = {one for one in holding if one in roster and roster[one].removed_at}
    _make_new_key(session, compartment, out, holding, roster)


def _vote(session: Session, device_ids: Collection[str], *, out: bool) -> None:
    roster, own = session.vault.roster(), session.vault.device.id
    if not device_ids or not set(device_ids) <= roster.keys():
        raise CutOffRefused(
            say("No such device is on the team."),
            kept=say("Nothing was changed."),
            next_step=say("Look at Safety again; somebody may have changed it meanwhile."),
        )
    if own in device_ids:
        raise CutOffRefused(
            say("This is the computer you sit at. It cannot put itself out."),
            kept=say("Nothing was changed."),
            next_step=say("Ask a colleague, or do it from another device of yours."),
        )
    now = session.now()
    votes = (vote_paper(one, out=out, at=now) for one in device_ids)
    session.commit(session.compartment_of("team"), *votes)  # 1


def _make_new_key(
    session: Session,
    compartment: str,
    out: Collection[str],
    holding: Collection[str],
    roster: Mapping[str, RosterDevice],
) -> None:
    note = hand_new_key(session, compartment, out, holding, roster)
    session.commit(compartment, write_new(note))  # 4


def hand_new_key(
    session: Session,
    compartment: str,
    out: Collection[str],
    holding: Collection[str],
    roster: Mapping[str, RosterDevice],
) -> Rekey:
    """Make a new key and have it granted to who holds the part and belongs; return the note that is to be written."""
    vault = session.vault
    made = vault.next_epoch(compartment)
    parcels = []
    for device_id in sorted(set(holding) - {vault.device.id}):
        device = roster.get(device_id)
        if device is not None and not device.removed_at and device.recipient is not None:
            sealed = vault.make_grant(compartment, device_id, device.recipient)
            parcels.append((device.box, device.write, sealed))
    Outbox(vault, session.chance).send_all(parcels)
    return Rekey(id=session.make_id(), epoch=made.epoch, without=tuple(sorted(out)), at=session.now())


def holders(session: Session, compartment: str) -> set[str]:
    """Return the devices that hold a part's key: those it was given to, and those that wrote in it."""
    given = {access.device_id for access in who_can_open(session, compartment)}
    return given | session.vault.writers(compartment)


def shut_out(session: Session, compartment: Compartment) -> set[str]:
    """Return the devices that the newest key was made without, and was not handed to since."""
    notes = [one for one in session.find(Rekey, compartment=compartment.id) if one.epoch == compartment.epoch]
    handed: dict[str, int] = {}
    for access in session.find(Access, compartment=compartment.id) if notes else ():
        handed[access.device_id] = max(access.at, handed.get(access.device_id, 0))
    return {device for one in notes for device in one.without if handed.get(device, 0) <= one.at}


def _is_my_turn(
    session: Session, out: Collection[str], holding: Collection[str], roster: Mapping[str, RosterDevice]
) -> bool:
    """Rule 3."""
    own = session.vault.device.id
    voters = {vote.by for one in out for vote in roster[one].votes if vote.out}
    belong = sorted(one for one in holding if one in roster and not roster[one].removed_at)
    first = own == next(iter(belong), own)
    if own in voters or (first and not voters & set(belong)):
        return True
    return session.now() > max(roster[one].removed_at for one in out) + _WAIT_MS


def _team_first(compartment: Compartment) -> tuple[int, int, str]:
    kind = compartment.kind
    place = TEAM_KINDS.index(kind) if kind in TEAM_KINDS else len(TEAM_KINDS)
    return place, compartment.made_at, compartment.id

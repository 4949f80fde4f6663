"""Who together can bring the team back: each member's recovery key, proposals, and what this desk agreed to (ADR 25).

1. Each desk draws its own member's key; it never leaves this device but on paper. Nobody ever holds a key that opens
   everything: there is none.
2. A desk shares out what it holds only among people whom its own member agreed to. What others write down about it
   changes nothing here: so nobody slips a helper of theirs in.
3. A member has one key, that of the device which wrote it down last, and none if that device was cut off.
4. In a team of several at least two are needed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import msgspec

from leeward.base.ids import derive_id
from leeward.base.say import Message, say
from leeward.domain.recovery import RecoveryAgreed, RecoverySet, WordsShown, why_not
from leeward.ledger.roster import RosterDevice, recovery_paper
from leeward.office.errors import OfficeError
from leeward.office.session import Session
from leeward.seal.errors import SealError
from leeward.seal.keys import Recipient
from leeward.seal.shares import RecoveryKey, make_recovery_key
from leeward.sync.outbox import Outbox
from leeward.wire.errors import BadRequest
from leeward.wire.hexes import BOX_BYTES, TOKEN_BYTES, parse_hex

_KEY = "recovery.key"  # among this vault's own values: the 16 bytes, and when they were drawn
_AGREED = "recovery.agreed"  # likewise: to whom this member agreed
_FORMER = "recovery.former"  # likewise: boxes of words that were drawn anew, to be erased


class RecoveryRefused(OfficeError):
    """Nothing can be shared out, shown or rehearsed like this."""

    code = "recovery.refused"


class Holder(msgspec.Struct, frozen=True):
    """A member whose words count, and where what is kept for them goes."""

    member_id: str
    device_id: str
    recipient: Recipient
    box: str
    write: str
    at: int  # when the key was drawn


class Former(msgspec.Struct, array_like=True, frozen=True):
    """The box of former words, the token that erases it, and since when there are others."""

    box: str
    read: str
    at: int


class Agreed(msgspec.Struct, frozen=True):
    """What this desk's own member agreed to."""

    set_id: str
    needed: int
    members: tuple[str, ...]
    at: int


class Circle(msgspec.Struct, frozen=True):
    """Among whom this desk shares out keys now; `name` differs whenever a person or a key does."""

    needed: int
    holders: tuple[Holder, ...]
    name: str


def own_key(session: Session) -> RecoveryKey | None:
    """Return this member's key, if this device has it."""
    kept = session.vault.local_get(_KEY)
    return RecoveryKey(bytes(kept["seed"])) if kept is not None else None


def keep_key(session: Session) -> None:
    """Draw this member's key if they have none, and tell the team where shares for them go (1)."""
    vault = session.vault
    roster = vault.roster()
    me = roster.get(vault.device.id)
    if me is None or not vault.compartments("team"):
        return
    mine = holders(session).get(me.member_id)
    if mine is not None and mine.device_id != me.device_id:
        return  # another device of theirs has it
    key = own_key(session)
    if key is None:
        key = make_recovery_key(session.chance)
        vault.local_put(_KEY, {"seed": key.to_bytes(), "at": session.now()})
    if mine is None or mine.box != key.box():
        Outbox(vault, session.chance).make_box(key.box(), key.read(), key.write())
        said: dict[str, str | int] = {
            "recipient": key.identity().recipient().string(),
            "box": key.box(),
            "write": key.write(),
            "at": session.now(),
        }
        session.commit(session.compartment_of("team"), recovery_paper(me.device_id, said))


def renew_key(session: Session) -> None:
    """Draw another key for this member: the paper was seen, or several people's words were typed on one computer."""
    me = session.vault.roster().get(session.vault.device.id)
    mine = holders(session).get(me.member_id) if me is not None else None
    if me is None or (mine is not None and mine.device_id != me.device_id):
        _refuse(say("Your words are kept by another device of yours. Draw new ones there."))
    old = own_key(session)
    if old is not None:
        _put_former(session, [*former_boxes(session), Former(old.box(), old.read(), session.now())])
    session.vault.local_put(_KEY, {"seed": make_recovery_key(session.chance).to_bytes(), "at": session.now()})
    keep_key(session)


def former_boxes(session: Session) -> list[Former]:
    """Return the boxes of this member's former words that still lie on the relay."""
    return [msgspec.convert(one, Former) for one in session.vault.local_get(_FORMER) or ()]


def forget_former(session: Session, former: Former) -> None:
    """Let go of a box that was erased."""
    _put_former(session, [one for one in former_boxes(session) if one != former])


def _put_former(session: Session, left: list[Former]) -> None:
    session.vault.local_put(_FORMER, [msgspec.to_builtins(one) for one in left] or None)


def holders(session: Session) -> Mapping[str, Holder]:
    """Return the members who have a key, each with the one that counts (3)."""
    found: dict[str, Holder] = {}
    for device in session.vault.roster().values():
        holder = _holder(device) if not device.removed_at else None
        if holder is not None:
            known = found.get(holder.member_id)
            if known is None or (known.at, known.device_id) < (holder.at, holder.device_id):
                found[holder.member_id] = holder
    return found


def _holder(device: RosterDevice) -> Holder | None:
    said = device.untrusted_recovery
    try:
        parse_hex(said["box"], BOX_BYTES)
        parse_hex(said["write"], TOKEN_BYTES)
        recipient = Recipient.from_string(said["recipient"])
        at = int(said["at"])
    except (TypeError, LookupError, ValueError, AttributeError, OverflowError, SealError, BadRequest):
        return None
    return Holder(device.member_id, device.device_id, recipient, said["box"], said["write"], at)


def team_size(session: Session) -> int:
    """Return how many members have a device that belongs."""
    return len({one.member_id for one in session.vault.roster().values() if not one.removed_at})


def proposal(session: Session) -> RecoverySet | None:
    """Return the newest proposal that can hold."""
    found = [one for one in session.find(RecoverySet) if _refusal(session, one.needed, one.members) is None]
    return max(found, key=lambda one: (one.at, one.id), default=None)


def propose(session: Session, needed: int, member_ids: Collection[str]) -> RecoverySet:
    """Propose who together can bring the team back, and agree to it oneself. RecoveryRefused (4)."""
    chosen = tuple(sorted(set(member_ids)))
    _refuse(_refusal(session, needed, chosen))
    made = RecoverySet(
        id=session.make_id(), needed=needed, members=chosen, at=session.now(), by=session.member_id
    )
    session.save_new(session.compartment_of("team"), made)
    agree(session, made.id)
    return made


def agree(session: Session, set_id: str) -> None:
    """Agree to a proposal: from now on this desk shares out what it holds among these people (2). RecoveryRefused."""
    found = session.get(RecoverySet, set_id)
    if found is None:
        _refuse(say("There is no such proposal."))
        return
    _refuse(_refusal(session, found.needed, found.members))
    kept = Agreed(found.id, found.needed, found.members, session.now())
    session.vault.local_put(_AGREED, msgspec.to_builtins(kept))
    session.save_new(
        session.compartment_of("team"),
        RecoveryAgreed(
            id=session.make_id(), recovery_set_id=found.id, by=session.member_id, at=session.now()
        ),
    )


def agreed(session: Session) -> Agreed | None:
    """Return what this member agreed to on this device."""
    kept = session.vault.local_get(_AGREED)
    return msgspec.convert(kept, Agreed) if kept is not None else None


def who_agreed(session: Session, set_id: str) -> set[str]:
    """Return the members who wrote down that they agree."""
    return {one.created_by for one in session.find(RecoveryAgreed, recovery_set_id=set_id)}


def circle_now(session: Session) -> Circle | None:
    """Return among whom this desk shares out now; None without an agreement, or with too few of its people left."""
    mine = agreed(session)
    if mine is None:
        return None
    known = holders(session)
    left = tuple(known[one] for one in mine.members if one in known)
    if len(left) < mine.needed or why_not(mine.needed, [one.member_id for one in left], team_size(session)):
        return None
    name = derive_id(
        "leeward-circle-1",
        str(mine.needed),
        *(part for one in left for part in (one.member_id, one.recipient.string())),
    )
    return Circle(mine.needed, left, name)


def take_out(session: Session, passphrase: str, how: str) -> RecoveryKey:
    """Return this member's key to be shown or printed, and write down that it was. WrongPassphrase, RecoveryRefused."""
    key = own_key(session)
    if key is None:
        _refuse(say("This device has no recovery key of yours yet, or another device of yours has it."))
    assert key is not None
    session.vault.check_passphrase(passphrase)
    session.save_new(
        session.compartment_of("team"),
        WordsShown(id=session.make_id(), by=session.member_id, at=session.now(), how=how),
    )
    return key


def _refusal(session: Session, needed: int, members: Collection[str]) -> Message | None:
    why = why_not(needed, members, team_size(session))
    if why is None and not set(members) <= holders(session).keys():
        why = say(
            "One of these people has no recovery key yet; their desk draws one when it is next in step."
        )
    return why


def _refuse(why: Message | None) -> None:
    if why is not None:
        raise RecoveryRefused(
            why, kept=say("Nothing was changed."), next_step=say("Look at the page for coming back again.")
        )

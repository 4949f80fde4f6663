"""Doing an erasure on this desk and on the relay, in steps that a crash at any point only repeats.

1. Nothing is done that `domain/erasing.py` does not allow now, on this desk, as it sees things itself.
2. Before anything is destroyed, a plan is kept on this device: which circles, records and pieces, and the tokens to
   erase their boxes and pieces from the relay with. It holds no word of the person's. It goes when all is done.
3. Here first: what waits to be sent, drafts, records, circles with their keys, pieces; then the vault owes to be
   written anew, which waits until nobody is at the desk (erasing_compact.py).
   Then on the relay: the circles' boxes, the pieces, and shared parts are put into new boxes (erasing_room.py).
4. When all three are done, this desk says so, by the erasure's id. When all have, the note is written.
5. What comes back, from somebody who had not heard, is erased again.
6. What can be erased by nobody here: the person's own mailboxes (only they can), sealed letters in the hotline's box
   (they leave the relay when their days are over), exports made before, and what was released.
7. Nothing is destroyed before this desk has looked into every box once since it was due: a letter or a stop may have
   come. Only where a colleague's device has done it already is it done at once, before anything of it is offered again.
8. Who wrote again after it was under way begins anew (erasing_anew.py): their words are kept, the old part goes.
"""

from __future__ import annotations

import contextlib
from weakref import WeakKeyDictionary

import msgspec

from leeward.domain.erasing import (
    Erased,
    Erasure,
    Standing,
    digest_of,
    done_by,
    listed,
    names_records,
    note_id,
    standing,
)
from leeward.domain.typed import write_new
from leeward.ledger.model import note
from leeward.ledger.store.tombs import CAME_BACK
from leeward.ledger.store.vault import Compartment, Vault
from leeward.office import computer
from leeward.office.erasing import belonging, boxes_left, erasures, note_seen, seen_since, show, show_voices
from leeward.office.erasing_anew import begin_anew
from leeward.office.erasing_compact import is_written, owe, settle
from leeward.office.erasing_keep import keep_without
from leeward.office.erasing_leftovers import drop_shares, empty_own_box, let_go
from leeward.office.erasing_reach import Reach, reach_of
from leeward.office.erasing_room import erase_box, follow_moves, has_room_without, is_my_turn, make_room
from leeward.office.recovery_unshare import name_bundles, take_out
from leeward.office.relay import relay_address
from leeward.office.retention import (
    begin_what_is_over,
    begin_what_was_ended,
    is_still_over,
    reach_of_records,
)
from leeward.office.session import Session
from leeward.sync.errors import RelayRefused
from leeward.sync.moved import newest_move
from leeward.sync.outbox import Outbox
from leeward.sync.port import Relay

_PLAN = "erasing.plan."
_OPEN = "erasing.plans"  # device-only: the ids of erasures that this desk is busy with
_AGAIN_MS = 60_000  # how often what is done is looked through for what came back


class Plan(msgspec.Struct, array_like=True):
    """What is left to do of one erasure on this desk (2)."""

    erasure: str
    of: str  # digest
    circles: list[str]
    records: dict[str, dict[str, str]]
    blobs: dict[str, tuple[str, ...]]
    boxes: list[str]  # mailboxes of theirs
    rooms: list[tuple[str, str]]  # boxes of their circles, with the tokens that erase them
    shared: dict[
        str, int
    ]  # parts in which something is erased: they need the box of a newer key than this epoch
    since: int
    here: bool = False  # done on this device
    emptied: bool = False  # this device's own box was, of the grants of forgotten circles
    owed: int = 0  # its number among what the vault must be written anew for
    cleared: bool = False  # done on the relay


_BEGIN_MS = 10 * 60_000
_begun: WeakKeyDictionary[Vault, tuple[int, int]] = WeakKeyDictionary()
"""Up to which change was looked for who ended it, and when for what is over."""
_ready: WeakKeyDictionary[Vault, set[str]] = WeakKeyDictionary()
"""What was due already when each vault had fetched everything."""
_looked: WeakKeyDictionary[Vault, tuple[int, int]] = WeakKeyDictionary()
"""Up to which change, and when, each vault was looked through for what came back."""


def erase_here(session: Session) -> None:
    """Do on this device what is due (3). Called in each round, after the team's news came. LedgerError."""
    if not session.vault.compartments("team"):
        return
    settle(session)
    _begin(session)
    found = erasures(session)
    if not found:
        return
    note_seen(session, found)
    again = _look_again(session)
    busy = set(open_plans(session))
    for erasure in found:
        ours = session.vault.device.id in done_by(erasure, belonging(session))
        if erasure.id in busy or again or not ours:
            _consider(session, erasure, new=not ours)


def erase_on_relay(session: Session, relay: Relay, *, looked: bool = True) -> bool:
    """Do on the relay what is left (3), and say so when all is done (4). Raises SyncError.

    `looked`: every box was looked into before this. True is returned if something is due that waits for that (7).
    """
    if not session.vault.compartments("team"):
        return False
    wanted = [one for one in erasures(session) if len(show_voices(session, one).want) > 1]
    if looked and not _due(session, wanted) <= _ready.get(session.vault, set()):
        _ready.setdefault(session.vault, set()).update(_due(session, wanted))
        erase_here(session)
    for erasure_id in open_plans(session):
        plan = _read(session, erasure_id)
        if plan is not None and plan.here and _clear_relay(session, relay, plan):
            _conclude(session, plan)
    _clear_what_came_back(session, relay)
    follow_moves(session, relay)
    take_out(session, relay)
    found = erasures(session)
    for erasure in found:
        if erasure.done and not boxes_left(session, erasure):
            _note_complete(session, erasure)
    return _note_ready(session, found, looked=looked) and not looked


def erase_without_relay(session: Session) -> None:
    """Do what is due on a team's only desk that was never told of a relay: nothing of it can lie anywhere else."""
    if not session.vault.compartments("team"):
        return
    if relay_address(session.vault)[0] or len(belonging(session)) > 1:
        return
    found = erasures(session)
    note_seen(session, found)
    _note_ready(session, found)
    erase_here(session)
    for erasure_id in open_plans(session):
        plan = _read(session, erasure_id)
        if plan is not None and plan.here:
            _conclude(session, plan)
    for erasure in erasures(session):
        _note_complete(session, erasure)


def open_plans(session: Session) -> list[str]:
    """Return the ids of erasures that this desk is busy with."""
    return [str(one) for one in session.vault.local_get(_OPEN) or ()]


def _begin(session: Session) -> None:
    """Begin what begins by itself: after news, and now and then since times end without any."""
    generation, at = _begun.get(session.vault, (-1, 0))
    now = session.now()
    if generation != session.vault.generation:
        begin_what_was_ended(session)
    if not 0 <= now - at < _BEGIN_MS:
        begin_what_is_over(session)
        at = now
    _begun[session.vault] = (session.vault.generation, at)


def _is_ready(session: Session, erasure: Erasure) -> bool:
    return digest_of(erasure) in _ready.get(session.vault, ())


def _note_ready(session: Session, found: list[Erasure], *, looked: bool = True) -> bool:
    """Rule 7: note what is due when everything was fetched; True if that is new."""
    due = _due(session, found)
    new = not due <= _ready.get(session.vault, set())
    if looked:
        _ready[session.vault] = due
    return new


def _due(session: Session, found: list[Erasure]) -> set[str]:
    owners = frozenset(belonging(session).values())
    return {
        digest_of(one)
        for one in found
        if standing(one, owners, seen_at=seen_since(session, one), now=session.now()) is Standing.DUE
    }


def _look_again(session: Session) -> bool:
    generation, at = _looked.get(session.vault, (-1, 0))
    now = session.now()
    if generation == session.vault.generation or 0 <= now - at < _AGAIN_MS:
        return False
    _looked[session.vault] = (session.vault.generation, now)
    return True


def _consider(session: Session, erasure: Erasure, *, new: bool) -> None:
    plan = _read(session, erasure.id)
    reach = reach_of_records(session, erasure) if names_records(erasure) else reach_of(session, erasure)
    if plan is None:  # 1; what was begun is ended
        shown = show(session, erasure, reach)
        if shown.standing is not Standing.DUE or shown.held or shown.wrote_again:
            return
        if new and not shown.begun and not _is_ready(session, erasure):
            return  # 7
        if not reach and not new:
            return
        if reach.wrote_again:  # 8
            begin_anew(session, erasure, reach)
            reach = reach_of(session, erasure)
        if erasure.why == "time" and not names_records(erasure) and not is_still_over(session, erasure):
            return
    elif plan.here and not reach:
        return  # nothing came back meanwhile
    plan = _planned(session, erasure, reach, plan, first=new)
    _do_here(session, erasure, plan, reach)


def _planned(session: Session, erasure: Erasure, reach: Reach, plan: Plan | None, *, first: bool) -> Plan:
    """Return the plan with what is found now, kept durably (2)."""
    vault = session.vault
    now = plan or Plan(erasure.id, digest_of(erasure), [], {}, {}, [], [], {}, session.now())
    for circle in reach.circles:
        if circle not in now.circles:
            now.circles.append(circle)
        now.rooms += [(room.box, room.read) for room in vault.rooms(circle, every=True)]
    now.rooms = sorted(set(now.rooms))
    now.boxes = sorted({*now.boxes, *reach.boxes})
    for circle, records in reach.records.items():
        now.records.setdefault(circle, {}).update(records)
        if records:
            epoch = (
                0 if first else vault.compartment(circle).epoch
            )  # 5: what came back lies in the newest box
            now.shared[circle] = max(epoch, now.shared.get(circle, 0))
    for address, tokens in reach.blobs.items():
        now.blobs[address] = tuple(sorted({*now.blobs.get(address, ()), *tokens}))
    now.here = now.cleared = False
    vault.local_put(_PLAN + erasure.id, msgspec.to_builtins(now))
    if erasure.id not in open_plans(session):
        vault.local_put(_OPEN, [*open_plans(session), erasure.id])
    return now


def _do_here(session: Session, erasure: Erasure, plan: Plan, reach: Reach) -> None:
    """Every step may be done twice (3)."""
    vault = session.vault
    messages = sorted(
        record
        for records in plan.records.values()
        for record, kind in records.items()
        if kind == "message" and record not in listed(erasure)
    )
    if messages:
        session.commit(
            session.compartment_of("team"), note(Erasure.kind, erasure.id, "found", {"ids": messages})
        )
    keep_without(session, erasure, reach)
    Outbox(vault, session.chance).forget(
        {*plan.boxes, *(box for box, _ in plan.rooms)}, set(plan.blobs), plan.circles
    )
    ids = {record for records in plan.records.values() for record in records}
    computer.forget_typed_about(session, {erasure.case_id, *ids, *reach.contacts} - {""})
    held = {one.id: one.kind for one in vault.compartments()}
    for circle, records in plan.records.items():
        if circle in held and records:
            vault.erase_records(circle, sorted(records))
    letters = {  # a colleague's list may name what never came here; what is here must be theirs, too
        *(one for one in {*reach.contacts, *listed(erasure)} if one in ids or vault.get(one) is None)
    }
    for circle, kind in held.items():
        if kind == "intake" and letters:  # letters that still lie on the relay are not taken in once more
            vault.erase_records(circle, sorted(letters))
    drop_shares(session, [circle for circle in plan.circles if circle in held])
    name_bundles(session, erasure, [circle for circle in plan.circles if circle in held])
    for circle in plan.circles:
        if circle in held:
            vault.forget(circle)
    let_go(session, plan.circles, {box for box, _ in plan.rooms})
    for address in plan.blobs:
        vault.blob_delete(address, for_good=True)
    if ids or plan.circles or plan.blobs:
        _owe(session, plan)
    plan.here = True
    vault.local_put(_PLAN + erasure.id, msgspec.to_builtins(plan))


def _owe(session: Session, plan: Plan) -> None:
    """Have the vault written anew, now or later; say that it cannot be stopped any more, though it is not done yet."""
    plan.owed = owe(session)
    settle(session)
    if not is_written(session, plan.owed):
        _say(session, plan, "begun")


def _clear_relay(session: Session, relay: Relay, plan: Plan) -> bool:
    """Erase what the plan names from the relay; False if a part waits for a colleague to make room."""
    if plan.cleared:
        return True
    for box, read in plan.rooms:
        erase_box(session, relay, Compartment("", "", box, read, "", 0, 0))
    for address, tokens in plan.blobs.items():
        for token in tokens:
            with contextlib.suppress(RelayRefused):  # no such piece, or another token's
                relay.delete_blob(address, token)
                break
    if plan.circles and not plan.emptied:
        plan.emptied = empty_own_box(session, relay)
        session.vault.local_put(_PLAN + plan.erasure, msgspec.to_builtins(plan))
    clear = plan.emptied or not plan.circles
    held = {one.id for one in session.vault.compartments()}
    for circle, epoch in plan.shared.items():
        if circle not in held or has_room_without(session, circle, plan.erasure, epoch):
            continue
        if is_my_turn(session, circle, plan.since):
            make_room(session, relay, circle, _erased_in(session, circle))
        else:
            clear = False
    if clear:
        plan.cleared = True
        session.vault.local_put(_PLAN + plan.erasure, msgspec.to_builtins(plan))
    return clear


def _clear_what_came_back(session: Session, relay: Relay) -> None:
    """Rule 5, for what the ledger itself refused: it lies whole in the newest box, and that is made anew."""
    noted: dict[str, int] = dict(session.vault.local_get(CAME_BACK) or {})
    held = {one.id for one in session.vault.compartments()}
    for circle, epoch in list(noted.items()):
        if circle in held and newest_move(session.vault, circle) <= epoch:
            since = _since(session, circle, epoch)
            if not is_my_turn(session, circle, since):
                continue
            make_room(session, relay, circle, _erased_in(session, circle))
        del noted[circle]
    if noted != (session.vault.local_get(CAME_BACK) or {}):
        session.vault.local_put(CAME_BACK, noted)


def _since(session: Session, circle: str, epoch: int) -> int:
    """Return since when this desk knows that something came back there, milliseconds."""
    key = "erasing.came_back_since"
    known: dict[str, list[int]] = dict(session.vault.local_get(key) or {})
    if known.get(circle, [0, 0])[0] != epoch:
        known[circle] = [epoch, session.now()]
        session.vault.local_put(key, known)
    return int(known[circle][1])


def _erased_in(session: Session, circle: str) -> set[str]:
    """Return the erasures that this desk has carried out here, in this part or before."""
    owners, own = belonging(session), session.vault.device.id
    done = {one.id for one in erasures(session) if own in done_by(one, owners)}
    for erasure_id in open_plans(session):
        plan = _read(session, erasure_id)
        if plan is not None and plan.here and circle in plan.shared:
            done.add(erasure_id)
    return done


def _conclude(session: Session, plan: Plan) -> None:
    """Rule 4: say that it is done on this device, and let go of the plan; not while the vault is to be written anew."""
    if not is_written(session, plan.owed):
        return
    vault = session.vault
    _say(session, plan, "done")
    vault.local_put(_OPEN, [one for one in open_plans(session) if one != plan.erasure])
    vault.local_put(_PLAN + plan.erasure, None)


def _say(session: Session, plan: Plan, field: str) -> None:
    """Write once that it is begun, or done, on this device."""
    erasure, own = session.get(Erasure, plan.erasure), session.vault.device.id
    if erasure is None or own in done_by(erasure, belonging(session)):
        return
    said = {"device": own, "of": plan.of}
    if field == "done" or (session.member_id, said) not in [(one.by, one.value) for one in erasure.begun]:
        session.commit(session.compartment_of("team"), note(Erasure.kind, plan.erasure, field, said))


def _note_complete(session: Session, erasure: Erasure) -> None:
    if not erasure.done or session.vault.get(note_id(erasure.id)) is not None:
        return
    owners = belonging(session)
    done = done_by(erasure, owners)
    if owners.keys() <= done:
        at = max(one.at for one in erasure.done)
        written = Erased(id=note_id(erasure.id), erasure_id=erasure.id, at=at, devices=len(done))
        session.commit(session.compartment_of("team"), write_new(written))


def _read(session: Session, erasure_id: str) -> Plan | None:
    kept = session.vault.local_get(_PLAN + erasure_id)
    return msgspec.convert(kept, Plan) if kept else None

"""Going away with nothing: everything is on the relay, the computer is out of use, and then the vault is gone.

1. Nothing is begun while anything would be lost: entries that the relay has not taken, texts that were typed and not
   sent, parts that no colleague's device holds.
2. The order is: news out, then the bond and the record, then this device's vote against itself, and each is on the
   relay before the next. Only then the vault is burnt and removed. Killed anywhere, the vault either works, and
   leaving goes on where it was, or it is gone and everything is on the relay.
3. The words by which its owner comes back lie in this vault until it is gone, and nowhere else.
4. What is not the vault's in its folder is left, and named.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path
from weakref import WeakSet

import msgspec

from leeward.base.errors import LeewardError
from leeward.base.say import Message, say, say_count
from leeward.domain.team import Member
from leeward.domain.travel import Away
from leeward.domain.typed import Change, write_new
from leeward.ledger.errors import NoVault
from leeward.ledger.model import put
from leeward.ledger.roster import bond_paper, vote_paper
from leeward.ledger.store.burn import burn, finish_burn, is_burnt
from leeward.ledger.store.vault import Vault
from leeward.office import beside, computer, safety
from leeward.office.cutoff import holders, shut_out
from leeward.office.erasing_work import erase_here
from leeward.office.errors import OfficeError
from leeward.office.session import Session
from leeward.office.team import grant_case, members
from leeward.office.travel_join import read_words
from leeward.seal.codes import Code, make_code
from leeward.seal.errors import CodeRefused
from leeward.seal.returning import return_key
from leeward.sync.exchange import Exchange
from leeward.sync.outbox import Outbox
from leeward.sync.port import Relay

_WORDS = "travel.words"  # device-only: the eight indices (3)
_PIECES = 64  # of files, sent in one go
_left: WeakSet[Vault] = WeakSet()  # that were removed while this program had them open
_OURS = (
    "vault.db",
    "vault.db-wal",
    "vault.db-shm",
    "vault.db-journal",
    "blobs",
    "blobs.gone",
    "beside",
    "beside.making",
    "slots",
    "slots.burnt",
    "lock",
)


class CannotLeave(OfficeError):
    """Something would be lost, or nobody could let the traveller in again."""

    code = "travel.cannot-leave"


class WordsDiffer(OfficeError):
    """The words that were typed are not the ones that were shown."""

    code = "travel.words-differ"


class Part(msgspec.Struct, frozen=True):
    """A part that this member holds, and who of the others could give it back."""

    id: str
    kind: str
    about: str  # a pseudonym or a code name; "" for the team's own
    givers: tuple[str, ...]  # member ids


class Departure(msgspec.Struct, frozen=True):
    """What stands before leaving."""

    parts: tuple[Part, ...]
    colleagues: tuple[Member, ...]  # who could let this member in again
    loss: computer.Loss
    typed: int  # texts that were typed and not sent

    @property
    def alone(self) -> tuple[Part, ...]:
        """Return the parts that nobody could give back."""
        return tuple(part for part in self.parts if not part.givers)


def look(session: Session) -> Departure:
    """Return what stands before leaving, as far as this desk knows."""
    vault, roster = session.vault, session.vault.roster()
    own = vault.device.id
    second = beside.kept(session)
    staying = {
        device: one.member_id
        for device, one in roster.items()
        if not one.removed_at and device != own and (second is None or device != second.device)
    }
    parts = []
    for circle in safety.gather(session).circles:
        able = holders(session, circle.id) - shut_out(session, vault.compartment(circle.id))
        givers = {staying[one] for one in able if one in staying}
        parts.append(Part(circle.id, circle.kind, circle.about, tuple(sorted(givers))))
    others = [one for one in members(session) if one.id in set(staying.values()) - {session.member_id}]
    return Departure(
        tuple(parts), tuple(others), computer.what_burns(session), len(computer.typed_left(session))
    )


def hand_on(session: Session, parts: Collection[str], member_id: str) -> None:
    """Give a colleague the keys of parts that nobody else could give back; they leave with the next sync."""
    for part in look(session).alone:
        if part.id in parts:
            grant_case(session, part.id, [member_id])


def words(session: Session) -> Code:
    """Return the words by which this member comes back; drawn when first asked for (3)."""
    kept = session.vault.local_get(_WORDS)
    if kept:
        return Code([int(index) for index in kept])
    code = make_code(session.chance)
    session.vault.local_put(_WORDS, list(code.indices))
    return code


def is_leaving(session: Session) -> bool:
    """Tell whether leaving was begun here and cut off."""
    return _begun(session) is not None


def stay(session: Session) -> None:
    """Forget the words, and stay: what was begun is called off. A colleague may have to bring this device back."""
    begun = _begun(session)
    session.vault.local_put(_WORDS, None)
    if begun is not None:
        session.commit(session.compartment_of("team"), put("away", begun.id, closed_at=session.now()))


def leave(
    session: Session, send: Callable[[], object], typed: str, *, until: int = 0, told_id: str = ""
) -> None:
    """Do everything but burning. CannotLeave, WordsDiffer, SyncError; then the vault works as before.

    `send` returns when everything is on the relay, and raises otherwise.
    """
    code = _check_words(session, typed)
    check(session)
    circle = session.compartment_of("team")
    send()  # 2
    check(session)  # what came meanwhile counts
    if _begun(session) is None:
        back = return_key(code).verify_key().fingerprint()
        away = Away(
            id=session.make_id(),
            member_id=session.member_id,
            device_id=session.vault.device.id,
            back_id=back,
            forced_id=return_key(code.alarm_form()).verify_key().fingerprint(),
            since=session.now(),
            until=until,
            told_id=told_id,
        )
        duty = put("member", session.member_id, on_duty_until=0)
        session.commit(circle, bond_paper(back), write_new(away), duty)
    send()
    votes = _votes(session)
    if votes:
        session.commit(circle, votes)
        send()
    require_sent(session)


def remove(folder: Path) -> tuple[str, ...]:
    """Burn the vault in a folder and take its files away (4); return the names that are left. NoVault, NotBurnt.

    Goes on where it was cut off: a folder with a burnt vault is emptied, too.
    """
    finish_burn(folder)
    if not is_burnt(folder):
        burn(folder)
    elif not any((folder / name).exists() for name in _OURS):
        raise NoVault(
            say("There is no vault in this folder, or its key slots are gone."),
            next_step=say("Check the folder's name."),
        )
    for name in _OURS:
        place = folder / name
        if place.is_dir():
            shutil.rmtree(place, ignore_errors=True)
        else:
            place.unlink(missing_ok=True)
    left = tuple(sorted(one.name for one in folder.iterdir()))
    if not left:
        folder.rmdir()
    return left


def remove_open(session: Session) -> None:
    """Burn and remove a vault that this program has open; `remove_remains` when it is closed does the rest."""
    _left.add(session.vault)
    remove(session.vault.folder)


def remove_remains(vault: Vault) -> None:
    """Remove what a program that had the vault open while it was removed may have left of it."""
    if vault in _left and vault.folder.exists():
        with contextlib.suppress(NoVault):
            remove(vault.folder)


def is_unsent(session: Session) -> bool:
    """Tell whether something has not reached the relay yet, but what waits for a device that was never online."""
    return bool(session.vault.unsent()) or bool(Outbox(session.vault, session.chance).pieces())


def _begun(session: Session) -> Away | None:
    own = session.vault.device.id
    return next((one for one in session.find(Away) if one.device_id == own and one.open), None)


def is_half_gone(folder: Path) -> bool:
    """Tell whether a folder holds what is left of a vault that was burnt: nobody opens it, and it may go."""
    return is_burnt(folder) and any((folder / name).exists() for name in _OURS if name != "lock")


def check(session: Session) -> None:
    """Raise CannotLeave if something would be lost, or nobody could let this member in again (1)."""
    found = look(session)
    if not found.colleagues:
        raise _cannot(
            say("Nobody else is in the team who could let you in again."),
            say("Invite a colleague first, or take an export along by another way."),
        )
    if found.alone:
        raise _cannot(
            say_count(
                "{n} part is held by nobody else, and would be lost.",
                "{n} parts are held by nobody else, and would be lost.",
                len(found.alone),
            ),
            say("Give them to a colleague first."),
        )
    if found.typed:
        raise _cannot(
            say_count(
                "{n} text was typed and not sent, and would be lost.",
                "{n} texts were typed and not sent, and would be lost.",
                found.typed,
            ),
            say("Put them where they belong, or let go of them: Safety, “Typed and not sent”."),
        )


def _check_words(session: Session, typed: str) -> Code:
    try:
        code = read_words(typed)
    except CodeRefused as error:
        raise _differ() from error
    if not session.vault.local_get(_WORDS) or code != words(session):
        raise _differ()
    return code


def send_all(session: Session, relay: Relay) -> None:
    """Have everything on the relay: CannotLeave, SyncError."""
    exchange = Exchange(session.vault, relay, clock=session.clock, chance=session.chance)
    exchange.after_team = partial(erase_here, session)
    done = exchange.sync()
    outbox = Outbox(session.vault, session.chance)
    while outbox.deliver_pieces(relay, _PIECES):
        pass
    exchange.ring(done.boxes)
    require_sent(session)


def require_sent(session: Session) -> None:
    """Raise CannotLeave while an entry has not reached the relay."""
    unsent = session.vault.unsent()
    if unsent:
        raise _cannot(
            say_count(
                "{n} entry has not reached the relay.", "{n} entries have not reached the relay.", unsent
            ),
            say("Wait until the desk says that it is in step with the relay, then leave."),
        )


def _votes(session: Session) -> list[Change]:
    """Return this device's votes against itself, and against what lies beside it, if they are not written yet."""
    own, roster, now = session.vault.device.id, session.vault.roster(), session.now()
    second = beside.kept(session)
    wanted = [own] if second is None else [own, second.device]
    return [
        change
        for device in wanted
        if device in roster and not any(vote.by == own and vote.out for vote in roster[device].votes)
        for change in vote_paper(device, out=True, at=now)
    ]


def _cannot(why: Message, next_step: Message) -> LeewardError:
    return CannotLeave(why, kept=say("Nothing was removed; the vault is as it was."), next_step=next_step)


def _differ() -> LeewardError:
    return WordsDiffer(
        say("These are not the eight words that were shown."),
        kept=say("Nothing was removed; the vault is as it was."),
        next_step=say("Look at them again. Without them you could not come back as yourself."),
    )

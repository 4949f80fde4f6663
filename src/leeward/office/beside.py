"""A second vault beside this one, of a further device of the same member, for a computer that somebody forces open.

1. It holds the circles that its owner chose, and is a device like others: nobody's chain is written by two.
2. It says nowhere what it is. This vault knows; the one beside does not.
3. It is kept as this one is: filled from here, and in step with the relay by its own box, so that its first request
   by force is not its first. What is erased is erased there, too.
4. Nobody else gives it keys: a member's further devices get what their own device gives them (office/team.py).
5. A further device cannot have one, whatever became of the older: so the one beside refuses as any other would.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Collection, Iterator

import msgspec

from leeward.base.errors import LeewardError
from leeward.base.limits import PASSPHRASE_LEAST
from leeward.base.say import say, say_count
from leeward.domain.team import TEAM_KINDS, Member
from leeward.ledger.store import beside
from leeward.ledger.store.making import open_beside
from leeward.ledger.store.vault import Vault
from leeward.office import computer, cutoff
from leeward.office.erasing_work import erase_here, erase_on_relay
from leeward.office.errors import OfficeError
from leeward.office.post import deliver_letters
from leeward.office.relay import relay_address, set_relay, use_relay
from leeward.office.session import Session
from leeward.office.team import BESIDE, admit, device_card
from leeward.seal.envelope import seal
from leeward.seal.kinds import Kind
from leeward.sync.exchange import Exchange, Round
from leeward.sync.outbox import Outbox
from leeward.sync.port import Relay

_PAGE = 200
_PATIENCE_SECONDS = 5.0
_one = threading.Lock()  # it is opened by one thread at a time


class BesideRefused(OfficeError):
    """A passphrase for when somebody is forced cannot be set up like this."""

    code = "vault.beside-refused"


class Kept(msgspec.Struct, frozen=True):
    """What was set up: which device it is, what it holds, whether it stays alone, and when it was filled last."""

    device: str
    circles: tuple[str, ...]
    alone: bool
    filled_at: int = 0


class Offered(msgspec.Struct, frozen=True):
    """A circle that it can hold, and whether it does."""

    id: str
    kind: str
    held: bool


def kept(session: Session) -> Kept | None:
    """Return what was set up; None if nothing was."""
    found = session.vault.local_get(BESIDE)
    return msgspec.convert(found, Kept) if found is not None else None


def offered(session: Session) -> list[Offered]:
    """Return the circles that can be chosen; the team's is always held."""
    there = kept(session)
    held = set(there.circles) if there is not None else set()
    found = [one for kind in TEAM_KINDS for one in session.vault.compartments(kind)]
    return [Offered(one.id, one.kind, one.id in held or one.kind == "team") for one in found]


def is_possible(session: Session) -> bool:
    """Tell whether this device may have one (5)."""
    own = session.vault.roster().get(session.vault.device.id)
    return own is not None and not own.beside


def set_up(session: Session, words: str, again: str, *, circles: Collection[str], alone: bool) -> None:
    """Set it up anew, or with another passphrase. BesideRefused, PassphraseTaken; then nothing was changed."""
    _check(session, words, again, alone=alone)
    vault = session.vault
    team = session.compartment_of("team")
    wanted = {team, *(one.id for one in offered(session) if one.id in set(circles))}
    there = kept(session)
    with vault.slots_lock, _one:
        if there is not None and set(there.circles) == wanted and _opens(vault):
            beside.change_words(vault.folder, vault.database, words, alone=alone)
            _keep(session, msgspec.structs.replace(there, alone=alone))
        else:
            key = beside.set_up(
                vault.folder, vault.database, words, session.member_id, session.chance, alone=alone
            )
            with _opened(session, key) as second:
                _let_in(session, second, wanted - {team})
                _keep(session, Kept(second.vault.device.id, tuple(sorted(wanted)), alone))
            _put_out(session, there)
    fill(session)


def forget(session: Session) -> None:
    """Let no such passphrase open anything here any more; its device is put out."""
    there, vault = kept(session), session.vault
    if not is_possible(session):  # what lies beside a further device is not its own (5)
        return
    with vault.slots_lock, _one:
        beside.forget(vault.folder, vault.database)
        vault.local_put(BESIDE, None)
    _put_out(session, there)


def fill(session: Session, relay: Relay | None = None) -> bool:
    """Bring what lies beside up to date (3); False if nothing was set up. LedgerError, SyncError."""
    there, vault = kept(session), session.vault
    key = beside.beside_key(vault.folder, vault.database)
    if key is None:
        return False
    if there is None:  # the setting up was cut off: nobody was told of it yet
        forget(session)
        return False
    with _one, _opened(session, key) as second:
        vault.outgoing()  # what was written just now is packed
        for circle in sorted(there.circles, key=lambda one: vault.compartment(one).kind != "team"):
            _copy(vault, second.vault, circle)
        if relay_address(second.vault) != relay_address(vault):
            address, proxy = relay_address(vault)
            set_relay(second.vault, address, proxy=proxy)
        if computer.lock_after(second) != computer.lock_after(session):
            computer.set_lock_after(second, computer.lock_after(session))
        if relay is not None:
            use_relay(second.vault, relay)
            exchange = Exchange(second.vault, relay, clock=session.clock, chance=session.chance)
            exchange.sync()
            deliver_letters(second)
            erase_here(second)
            erase_on_relay(second, relay)
            exchange.push(Round())
        else:
            erase_here(second)
    _keep(session, msgspec.structs.replace(there, filled_at=session.now()))
    return True


def _check(session: Session, words: str, again: str, *, alone: bool) -> None:
    unchanged = say("Nothing was changed.")
    if not is_possible(session):
        raise BesideRefused(
            say("This is a further device of yours: such a passphrase belongs on the older one."),
            kept=unchanged,
            next_step=say("Set it up there. If that computer is gone, join the team with a new vault."),
        )
    if words != again:
        raise BesideRefused(
            say("The two passphrases are not the same."), kept=unchanged, next_step=say("Type both again.")
        )
    if len(words) < PASSPHRASE_LEAST:
        raise BesideRefused(
            say("The passphrase is too short: it must look like one that you chose with care."),
            kept=unchanged,
            next_step=say("Use six words, or at least {least} characters.", least=PASSPHRASE_LEAST),
        )
    unsent = session.vault.unsent()
    if alone and unsent:
        raise BesideRefused(
            say_count(
                "{n} entry is nowhere else yet, and would be destroyed with the rest.",
                "{n} entries are nowhere else yet, and would be destroyed with the rest.",
                unsent,
            ),
            kept=unchanged,
            next_step=say("Let the desk sync first, then set it again."),
        )


def _opens(vault: Vault) -> bool:
    return beside.beside_key(vault.folder, vault.database) is not None


@contextlib.contextmanager
def _opened(session: Session, key: bytes) -> Iterator[Session]:
    vault = Vault(open_beside(session.vault.folder, key), clock=session.clock, chance=session.chance)
    with vault:
        yield Session(vault, clock=session.clock, chance=session.chance)


def _let_in(session: Session, second: Session, parts: Collection[str]) -> None:
    """Let its device into the team as a further one of this member; its keys it is given here, and by its own box."""
    vault, device = session.vault, second.vault.device
    me = session.get(Member, session.member_id)
    name, role = (me.name, me.role) if me is not None else ("", "volunteer")
    card = device_card(second, name=name, role=role, beside=vault.device.id)
    Outbox(vault, session.chance).make_box(device.box, device.read, device.write)
    admit(session, card, role, fingerprint=device.id, parts=parts)
    for circle in vault.compartments():  # in this order: both ask the relay for them in the same
        if circle.kind == "team" or circle.id in parts:
            _give(vault, second.vault, circle.id)


def _give(vault: Vault, second: Vault, circle: str) -> None:
    device = second.device
    grant = vault.make_grant(circle, device.id, device.identity.recipient())
    second.take_grant(grant, trusted=vault.device.signing_key.verify_key())


def _copy(vault: Vault, second: Vault, circle: str) -> None:
    if circle not in {one.id for one in second.compartments()} or (
        vault.epochs_of(circle)[-1][0] > second.epochs_of(circle)[-1][0]
    ):
        _give(vault, second, circle)
    boxes = {room.box: second.cursor(room.box) for room in second.rooms(circle, every=True)}
    page: list[tuple[int, bytes]] = []
    for held in vault.segments(circle, second.reached(circle)):
        page.append((len(page) + 1, seal(Kind.SEGMENT, held.plain, held.recipient)))
        if len(page) == _PAGE:
            second.accept(circle, page, vouched=True)
            page = []
    second.accept(circle, page, vouched=True)
    for box, number in boxes.items():
        second.set_cursor(box, number)  # that was moved on by what came from here


def _put_out(session: Session, there: Kept | None) -> None:
    roster = session.vault.roster()
    if there is not None and there.device in roster and not roster[there.device].removed_at:
        cutoff.put_out(session, [there.device])


def _keep(session: Session, what: Kept) -> None:
    session.vault.local_put(BESIDE, msgspec.to_builtins(what))


class Keeping:
    """Fills what lies beside every ten minutes and when it is stopped."""

    def __init__(self, session: Session, relay: Relay | None, *, seconds: float = 600.0) -> None:
        self._session = session
        self._relay = relay
        self._seconds = seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="beside", daemon=True)

    def start(self) -> None:
        """Begin. Returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Fill once more, and end; to be called while the vault is open."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(_PATIENCE_SECONDS)
        if not self._thread.is_alive() and not computer.is_gone(self._session):
            with contextlib.suppress(LeewardError):
                fill(self._session)

    def _work(self) -> None:
        while not self._stopping.wait(self._seconds):
            with contextlib.suppress(Exception):  # tried again in ten minutes; there is nobody to tell
                fill(self._session, self._relay)

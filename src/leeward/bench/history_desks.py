"""The desks of generated histories: real vaults with real keys, in teams that are made once and copied."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from leeward.bench.lying_relay import Door, LyingRelay
from leeward.bench.witness import Witness
from leeward.ledger.model import Change, Dot
from leeward.ledger.store.keyring import Keyring
from leeward.ledger.store.making import DATABASE_NAME, open_by_key
from leeward.ledger.store.slots import SLOTS, find_slot
from leeward.ledger.store.vault import Vault
from leeward.office.cutoff import make_new_keys
from leeward.office.heads import send_heads
from leeward.office.post import deliver_letters
from leeward.office.session import Session
from leeward.office.team import (
    admit,
    device_card,
    found_team,
    grant_case,
    join,
    prepare_to_join,
    trusted_giver,
)
from leeward.practice.chance import SeededChance
from leeward.sync.errors import RelayNonsense, SyncError
from leeward.sync.exchange import Exchange, Round

SIZES = (2, 3, 4)
NAMES = ("Anna", "Boris", "Vera", "Gleb")
_PASSPHRASE = "a lamp in the third window"  # noqa: S105 - of vaults that live for a moment
_ROLES = ("coordinator", "operator", "documenter", "coordinator")


class Tick:
    """A clock that moves one millisecond at each look, and otherwise only when it is told."""

    def __init__(self, now: int = 1_790_000_000_000) -> None:
        self.now = now

    def now_ms(self) -> int:
        """Return the time."""
        self.now += 1
        return self.now


@dataclass(frozen=True)
class DeskKeys:
    """What a desk that is at work holds in memory: its database's key, and its keys as they are in the vault."""

    database: bytes
    ring: Keyring


@dataclass(frozen=True)
class Template:
    """A team in step, closed, to be copied for each history: making keys takes longer than a history."""

    folder: Path
    keys: dict[str, DeskKeys]
    relay: LyingRelay
    witnesses: dict[str, Witness]
    now: int


class Desk:
    """One member's desk in a history."""

    def __init__(
        self, folder: Path, door: Door, clock: Tick, chance: SeededChance, keys: DeskKeys | None = None
    ) -> None:
        """Open a vault by its passphrase or, as one that was open when its team was copied, by its keys."""
        self.folder = folder
        self.door = door
        self.clock = clock
        self.chance = chance
        self.nonsense = False  # it was told that what answers is no relay
        self.cut = False
        self._seen = 0
        self.tops: dict[str, int] = {}  # how far it had read each box when it wrote to the others
        self.written: dict[tuple[str, int], bytes] = {}  # (circle, count) -> entry, as committed
        if keys is None:
            self.start()
        else:
            vault = Vault(open_by_key(folder, keys.database, keys.ring), clock=clock, chance=chance)
            self.open_with(Session(vault, clock=clock, chance=chance))
        self.note()
        self.written_before = len(self.written)

    def start(self) -> None:
        """Open the vault, as after a restart."""
        vault = Vault.open(self.folder, _PASSPHRASE, clock=self.clock, chance=self.chance)
        self.open_with(Session(vault, clock=self.clock, chance=self.chance))

    def open_with(self, session: Session) -> None:
        """Work with an open vault."""
        self.session = session
        self.vault = session.vault
        commit = self.vault.commit

        def noted(circle: str, changes: Sequence[Change]) -> Dot:
            dot = commit(circle, changes)
            self.note(circle, dot.count)
            return dot

        setattr(self.vault, "commit", noted)  # noqa: B010 - only what was committed here counts as written
        self.id = self.vault.device.id
        self.exchange = Exchange(self.vault, self.door, clock=self.clock, chance=self.chance)

    def sync(self) -> bool:
        """Do one round as the desk's thread does (office/sync.py); False if it could not be finished."""
        done = Round()
        exchange = self.exchange
        exchange.trusted = trusted_giver(self.session)
        try:
            exchange.pull_grants(done)
            exchange.pull_team(done, None)
            exchange.push(done)
            exchange.check_anchors(done)
            deliver_letters(self.session)
            exchange.pull_all(done, None)
            make_new_keys(self.session, 8)
            send_heads(self.session)
            exchange.push(done)
        except SyncError as error:
            self.nonsense |= isinstance(error, RelayNonsense)
            return False
        return True

    def note(self, circle: str = "", count: int = 0) -> None:
        """Write down what was committed just now, as it lies in this desk's own database; all of it for ""."""
        for no, place, _, number, entry in entries_in(self.vault, self._seen, self.id):
            self._seen = no
            if not circle or (place, number) == (circle, count):
                self.written[place, number] = entry

    def named(self) -> set[str]:
        """Return the circles (box "" for this device's own) of which this desk says that something is wrong."""
        found = {fault.compartment for fault in self.exchange.memory.faults()}
        late = {fault.where for fault in self.vault.faults()} & {
            "waiting"
        }  # of a device that was cut off: no lie
        return found | {fault.compartment for fault in self.vault.faults() if fault.where not in late}

    def circle_of(self) -> dict[str, str]:
        """Return the circle of each box this desk reads; "" for the device's own."""
        found = {self.vault.device.box: ""}
        for circle in self.vault.compartments():
            found.update((room.box, circle.id) for room in self.vault.rooms(circle.id, every=True))
        return found


def entries_in(vault: Vault, after: int = 0, device: str = "") -> Iterator[tuple[int, str, str, int, bytes]]:
    """Yield the entries of a vault as they lie in its database: row, circle, author, count, bytes."""
    rows = vault.database.ask(
        "SELECT c.no, p.id, c.device, c.first, c.body FROM chunk c JOIN compartment p ON p.no = c.compartment"
        " WHERE c.no > ? AND (? = '' OR c.device = ?) ORDER BY c.no",
        (after, device, device),
    )
    for no, circle, author, first, body in rows:
        for place, entry in enumerate(msgspec.msgpack.decode(body, type=list[msgspec.Raw])):
            yield no, circle, author, first + place, bytes(entry)


def make_templates(folder: Path) -> dict[int, Template]:
    """Found a team of each size."""
    return {size: _make_template(folder / str(size), size) for size in SIZES}


def _make_template(folder: Path, size: int) -> Template:
    """Found a team, with a case that two of it hold, all in step; close it."""
    chance, clock = SeededChance(27), Tick()
    relay = LyingRelay(chance)
    desks: list[Session] = []
    for name, role in zip(NAMES[:size], _ROLES, strict=False):
        place = folder / name
        if not desks:
            made = found_team(
                place,
                _PASSPHRASE,
                team_name="Harbour line",
                member_name=name,
                role=role,
                clock=clock,
                chance=chance,
                work_factor=1,
            )
        else:
            made = prepare_to_join(place, _PASSPHRASE, clock=clock, chance=chance, work_factor=1)
            card = device_card(made, name=name, role=role)
            welcome = admit(desks[0], card, role, fingerprint=made.vault.device.id).welcome
            join(made, welcome, fingerprint=desks[0].vault.device.id)
        desks.append(made)
    case = desks[0].vault.make_compartment("case").id
    doors = [relay.door() for _ in desks]
    _settle(desks, doors)
    grant_case(desks[0], case, [desk.member_id for desk in desks[:2]])
    _settle(desks, doors)
    for desk in desks:
        desk.vault.close()
    keys = {name: _keys_of(folder / name) for name in NAMES[:size]}
    witnesses = {name: door.witness for name, door in zip(NAMES, doors, strict=False)}
    return Template(folder, keys, relay, witnesses, clock.now)


def _keys_of(folder: Path) -> DeskKeys:
    key = find_slot(folder, _PASSPHRASE)[0]
    opened = open_by_key(folder, key)
    opened.database.close()
    if opened.lock is not None:
        opened.lock.release()
    return DeskKeys(key, opened.ring)


def _settle(desks: list[Session], doors: list[Door]) -> None:
    for _ in range(4):
        for session, door in zip(desks, doors, strict=True):
            exchange = Exchange(session.vault, door, clock=session.clock, chance=session.chance)
            exchange.trusted = trusted_giver(session)
            exchange.sync()
            deliver_letters(session)


def copy_vault(there: Path, here: Path) -> None:
    """Copy what makes a closed vault one; what lies beside it is drawn anew at every opening by a passphrase."""
    (here / SLOTS).mkdir(parents=True)
    for file in (there / DATABASE_NAME, *(there / SLOTS).iterdir()):
        shutil.copyfile(file, here / file.relative_to(there))


def room(base: Path) -> Path:
    """Return a folder for vaults that live for a moment: in memory where the system offers that, else `base`."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
    with contextlib.suppress(OSError):
        if memory.is_dir() and shutil.disk_usage(memory).free > 1 << 28:
            return memory
    return base

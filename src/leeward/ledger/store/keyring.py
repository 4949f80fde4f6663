"""The keys a vault holds: its device's own, and those of each compartment it may read. All inside the database."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import Any

import apsw
import msgspec

from leeward.base.ids import make_id
from leeward.base.ports import Chance
from leeward.base.say import say
from leeward.ledger.errors import GrantErased, GrantError, UnknownCompartment
from leeward.ledger.grant import SINGLE_KINDS, VERSION, GrantHead, print_grant
from leeward.ledger.store.tombs import was_forgotten
from leeward.seal.errors import SealError
from leeward.seal.keys import Identity, Recipient, make_identity
from leeward.seal.signing import SigningKey, VerifyKey, make_signing_key

DRAWN_BITS = 32  # of an epoch's number; above them its place in the row
OLD_BOX_MS = 30 * 24 * 3600 * 1000


class Device(msgspec.Struct, frozen=True):
    """What is this device's own: `id` is the fingerprint of its verify key; its box takes grants."""

    id: str
    signing_key: SigningKey
    identity: Identity
    box: str
    read: str
    write: str

    def __repr__(self) -> str:
        return f"Device({self.id})"


class Compartment(msgspec.Struct, frozen=True):
    """One need-to-know circle whose keys are here; `epoch` is the newest, and box and tokens are that epoch's."""

    id: str
    kind: str
    box: str
    read: str
    write: str
    epoch: int
    made_at: int

    def __repr__(self) -> str:
        return f"Compartment({self.id}, {self.kind}, epoch {self.epoch})"


class _Keys(msgspec.Struct, array_like=True):
    signing: bytes
    identity: str
    box: str
    read: str
    write: str


class Keyring:
    """Compartments and keys, held in memory and written through to the database."""

    def __init__(self, device: Device, pinned: dict[str, VerifyKey]) -> None:
        self.device = device
        self.pinned = pinned
        self._compartments: dict[str, Compartment] = {}
        self._sorted: tuple[Compartment, ...] | None = None
        self._rooms: dict[
            str, list[tuple[int, Compartment]]
        ] = {}  # since when the epoch is here; oldest first
        self._numbers: dict[str, int] = {}
        self._names: dict[int, str] = {}
        self._identities: dict[str, dict[int, Identity]] = {}

    @classmethod
    def make(cls, writer: apsw.Connection, chance: Chance, signing_key: SigningKey | None = None) -> Keyring:
        """Draw the keys of a new device, but for one that it is to sign with, and write them down."""
        signing_key = signing_key or make_signing_key(chance)
        keys = _Keys(
            signing_key.to_bytes(),
            make_identity(chance).string(),
            chance.draw(16).hex(),
            chance.draw(32).hex(),
            chance.draw(32).hex(),
        )
        put_meta(writer, "device", msgspec.msgpack.encode(keys))
        return cls.load(writer)

    @classmethod
    def load(cls, connection: apsw.Connection, known: Keyring | None = None) -> Keyring:
        """Read all keys; if `known` is a ring with the same, return a copy: making keys ready takes long."""
        keys = msgspec.msgpack.decode(get_meta(connection, "device"), type=_Keys)
        if known is not None and known.is_in(connection, keys):
            return known.copy()
        signing_key = SigningKey.from_bytes(keys.signing)
        device = Device(
            signing_key.verify_key().fingerprint(),
            signing_key,
            Identity.from_string(keys.identity),
            keys.box,
            keys.read,
            keys.write,
        )
        pinned = {
            str(key).removeprefix("pinned:"): VerifyKey.from_bytes(value)
            for key, value in connection.execute("SELECT key, value FROM meta WHERE key LIKE 'pinned:%'")
        }
        ring = cls(device, pinned)
        rows: Any = connection.execute("SELECT no, id FROM compartment ORDER BY no").fetchall()
        for _, compartment_id in rows:
            ring.reload(connection, compartment_id)
        return ring

    def is_in(self, connection: apsw.Connection, keys: _Keys) -> bool:
        """Tell whether these are the keys of a database: its device's, and every epoch of every compartment."""
        rows: Any = connection.execute(
            "SELECT c.no, c.id, e.epoch FROM compartment c LEFT JOIN epoch e ON e.compartment = c.no"
        ).fetchall()
        mine = {
            (self._numbers[name], name, epoch) for name, held in self._identities.items() for epoch in held
        }
        return mine == set(rows) and hmac.compare_digest(self.device.signing_key.to_bytes(), keys.signing)

    def copy(self) -> Keyring:
        """Return a ring of its own with these keys, ready as they are here."""
        made = Keyring(self.device, dict(self.pinned))
        made._compartments = dict(self._compartments)
        made._rooms = {name: list(rooms) for name, rooms in self._rooms.items()}
        made._numbers, made._names = dict(self._numbers), dict(self._names)
        made._identities = {name: dict(held) for name, held in self._identities.items()}
        return made

    def reload(self, connection: apsw.Connection, compartment_id: str) -> Compartment:
        """Read one compartment from the database again; keys that were held stay as they are."""
        held = self.identities(compartment_id) if compartment_id in self else {}
        row: Any = connection.execute(
            "SELECT no, id, kind, box, read, write, made_at FROM compartment WHERE id=?", (compartment_id,)
        ).fetchone()
        number, name, kind, box, read, write, made_at = row
        identities: dict[int, Identity] = {}
        rooms: list[tuple[int, Compartment]] = []
        for epoch, text, since in connection.execute(
            "SELECT epoch, identity, since FROM epoch WHERE compartment=? ORDER BY epoch", (number,)
        ):
            identity = Identity.from_string(text)
            there = held.get(epoch)
            identities[epoch] = there if there is not None and there == identity else identity
            one, two, three = (box, read, write) if is_first(epoch) else derive_room(text)
            if not rooms or rooms[-1][1].box != one:
                rooms.append((since, Compartment(name, kind, one, two, three, epoch, made_at)))
        compartment = msgspec.structs.replace(rooms[-1][1], epoch=max(identities))
        rooms[-1] = (rooms[-1][0], compartment)
        self._rooms[compartment_id] = rooms
        self._numbers[compartment_id] = number
        self._names[number] = compartment_id
        self._identities[compartment_id] = identities
        self._compartments[compartment_id] = compartment
        self._sorted = None
        return compartment

    def compartments(self, kind: str | None = None) -> list[Compartment]:
        """Return the compartments held, oldest first."""
        held = self._sorted
        if held is None:
            every = list(self._compartments.values())
            held = self._sorted = tuple(sorted(every, key=lambda c: (c.made_at, c.id)))
        return [one for one in held if kind is None or one.kind == kind]

    def __contains__(self, compartment_id: str) -> bool:
        return compartment_id in self._compartments

    def compartment(self, compartment_id: str) -> Compartment:
        """Return one compartment; UnknownCompartment if its keys are not here."""
        try:
            return self._compartments[compartment_id]
        except KeyError:
            raise UnknownCompartment(
                say("This vault does not hold the keys of that circle."),
                kept=say("Nothing was changed."),
                next_step=say("Ask somebody who works in it to grant it to you."),
            ) from None

    def first_room(self, compartment_id: str) -> Compartment:
        """Return a compartment with the box and tokens it was made with, which grants and exports name."""
        self.compartment(compartment_id)
        return self._rooms[compartment_id][0][1]

    def rooms(self, compartment_id: str, now: int) -> list[Compartment]:
        """Return a compartment once for each box that is read, the newest first.

        An older epoch's box is read for some time more: a colleague who was away may have written there.
        """
        self.compartment(compartment_id)
        rooms = self._rooms[compartment_id]
        found = [rooms[-1][1]]
        for (_, room), (until, _) in zip(rooms[-2::-1], rooms[:0:-1], strict=True):
            if until + OLD_BOX_MS > now:
                found.append(room)
        return found

    def next_epoch(self, writer: apsw.Connection, compartment_id: str, now: int, chance: Chance) -> None:
        """Write down a fresh key for a compartment; `reload` after the commit."""
        newest = self.compartment(compartment_id).epoch
        number = ((newest >> DRAWN_BITS) + 1) << DRAWN_BITS | int.from_bytes(
            chance.draw(DRAWN_BITS // 8), "big"
        )
        _store_epochs(writer, compartment_id, now, ((number, make_identity(chance).string()),))

    def number(self, compartment_id: str) -> int:
        """Return the small number of a compartment in this database."""
        self.compartment(compartment_id)
        return self._numbers[compartment_id]

    def name(self, number: int) -> str:
        """Return the id of a compartment by its small number."""
        return self._names[number]

    def kind(self, number: int) -> str:
        """Return the kind of a compartment by its small number; "" if it was forgotten a moment ago."""
        known = self._compartments.get(self._names[number])
        return known.kind if known is not None else ""

    def forget(self, compartment_id: str) -> None:
        """Drop a compartment and its keys from memory; its number keeps its name for who is reading just now."""
        for held in (self._compartments, self._rooms, self._numbers, self._identities):
            held.pop(compartment_id, None)
        self._sorted = None

    def identities(self, compartment_id: str) -> dict[int, Identity]:
        """Return the identities of a compartment by epoch."""
        self.compartment(compartment_id)
        return self._identities[compartment_id]

    def make_compartment(
        self, writer: apsw.Connection, kind: str, compartment_id: str, now: int, chance: Chance
    ) -> str:
        """Write down a compartment with fresh keys, epoch 1; return its id, to be `reload`ed after the commit."""
        name = compartment_id or make_id(chance)
        refuse_forgotten(writer, name)
        tokens = (chance.draw(16).hex(), chance.draw(32).hex(), chance.draw(32).hex())
        store_compartment(writer, (name, kind, *tokens), now, ((1, make_identity(chance).string()),), now)
        return name

    def make_grant(self, compartment_id: str, device_id: str, now: int) -> bytes:
        """Return a signed grant of every epoch of a compartment."""
        compartment = self.first_room(compartment_id)
        epochs = tuple((e, i.string()) for e, i in sorted(self.identities(compartment_id).items()))
        head = GrantHead(
            VERSION,
            self.device.id,
            device_id,
            compartment_id,
            compartment.kind,
            compartment.box,
            compartment.read,
            compartment.write,
            epochs,
            now,
        )
        return print_grant(head, self.device.signing_key)

    def take_grant(self, writer: apsw.Connection, grant: GrantHead, now: int) -> None:
        """Write down a verified grant; `reload` after the commit. GrantError if it contradicts what is held."""
        refuse_forgotten(writer, grant.compartment)
        known = self._compartments.get(grant.compartment)
        if known is None and grant.kind in SINGLE_KINDS and self.compartments(grant.kind):
            raise contradiction()
        if known is not None:
            known = self.first_room(grant.compartment)
            if (known.kind, known.box, known.read, known.write) != (
                grant.kind,
                grant.box,
                grant.read,
                grant.write,
            ):
                raise contradiction()
        self._check_row(grant)
        for epoch, text in grant.epochs:
            try:
                identity = Identity.from_string(text)
            except SealError as error:
                raise GrantError(say("A grant holds a key that is not one.")) from error
            held = self._identities.get(grant.compartment, {}).get(epoch)
            if held is not None and held.string() != identity.string():
                raise contradiction()
        head = (grant.compartment, grant.kind, grant.box, grant.read, grant.write)
        store_compartment(writer, head, grant.at, grant.epochs, now)

    def _check_row(self, grant: GrantHead) -> None:
        """Refuse epochs that do not follow one another: a number far ahead would be written to for ever."""
        held = self._identities.get(grant.compartment, {})
        places = {epoch >> DRAWN_BITS for epoch in (*held, *(epoch for epoch, _ in grant.epochs))}
        if places != set(range(len(places))):
            raise GrantError(say("A grant holds keys that do not follow one another."))

    def pin(self, writer: apsw.Connection, key: VerifyKey) -> None:
        """Trust a device whose fingerprint was compared by voice."""
        put_meta(writer, f"pinned:{key.fingerprint()}", key.to_bytes())


def refuse_forgotten(connection: apsw.Connection, compartment_id: str) -> None:
    """Raise GrantErased if a compartment was dropped from this vault for good."""
    if was_forgotten(connection, compartment_id):
        raise GrantErased(
            say("This circle was erased on this computer, and its keys are not taken again."),
            kept=say("Nothing was changed."),
        )


def contradiction() -> GrantError:
    """Return the error for a grant that says otherwise than an earlier one."""
    return GrantError(
        say("This grant contradicts keys that this vault already holds."),
        kept=say("The keys held before are kept."),
        next_step=say("Tell the team: a circle's keys never change like this."),
    )


def store_compartment(
    writer: apsw.Connection,
    head: tuple[str, str, str, str, str],
    made_at: int,
    epochs: Sequence[tuple[int, str]],
    now: int,
) -> None:
    """Write a compartment (id, kind, box, read, write) and its epochs; what is there stays."""
    writer.execute(
        "INSERT INTO compartment (no, id, kind, box, read, write, made_at)"
        " SELECT 1 + max(coalesce((SELECT max(no) FROM compartment), 0), coalesce((SELECT max(no) FROM forgotten), 0)),"
        " ?,?,?,?,?,? WHERE true ON CONFLICT (id) DO NOTHING",
        (*head, made_at),
    )
    _store_epochs(writer, head[0], now, epochs)


def _store_epochs(
    writer: apsw.Connection, compartment_id: str, now: int, epochs: Sequence[tuple[int, str]]
) -> None:
    writer.executemany(
        "INSERT INTO epoch (compartment, epoch, identity, since)"
        " SELECT no, ?, ?, ? FROM compartment WHERE id=? ON CONFLICT DO NOTHING",
        [(epoch, text, now, compartment_id) for epoch, text in epochs],
    )


def is_first(epoch: int) -> bool:
    """Tell whether an epoch has the box and tokens that its compartment was made with."""
    return epoch >> DRAWN_BITS == 0


def derive_room(identity: str) -> tuple[str, str, str]:
    """Return box, read token and write token of a later epoch (protocol 5) from its identity."""
    secret = identity.encode("ascii")
    box, read, write = (
        hmac.digest(secret, b"leeward-box-1 " + part, "sha256") for part in (b"box", b"read", b"write")
    )
    return box[:16].hex(), read.hex(), write.hex()


def get_meta(connection: apsw.Connection, key: str) -> bytes:
    """Return a value of the table `meta`; b"" if there is none."""
    row: Any = connection.execute("SELECT value FROM meta WHERE key=?", (key,)).fetchone()
    return bytes(row[0]) if row else b""


def put_meta(writer: apsw.Connection, key: str, value: bytes) -> None:
    """Set a value of the table `meta`."""
    writer.execute(
        "INSERT INTO meta VALUES (?,?) ON CONFLICT (key) DO UPDATE SET value=excluded.value", (key, value)
    )


def recipient_of(ring: Keyring, compartment_id: str) -> Recipient:
    """Return the recipient of a compartment's newest epoch."""
    return ring.identities(compartment_id)[ring.compartment(compartment_id).epoch].recipient()

"""Security keys of a vault that is open: adding one, removing one. Killed at any moment, the vault opens.

 1. Adding the first: the file is written, and read again; then each slot is replaced by its wrapped form, in one step.
 2. Adding another: the file is replaced in one step.
 3. Removing one: the file gets a new half before the old one; each slot is replaced; the old half leaves the file.
 4. Removing the last: each slot is replaced by its plain form; then the file is destroyed.
 5. The next opening goes on (`settle_keys`): what decides is whether any slot is wrapped.
A slot is wrapped and unwrapped without anybody's passphrase, whosever it is: the two always have one form.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from leeward.base.ports import Chance
from leeward.base.say import say
from leeward.ledger.errors import LedgerError
from leeward.ledger.store.beside import remember_beside
from leeward.ledger.store.database import Database
from leeward.ledger.store.disk import destroy, write_durably
from leeward.ledger.store.passphrase import remember_slots, remembered_slots, touch_slots
from leeward.ledger.store.second import (
    WAS,
    clear_what_was,
    keys_file,
    know,
    known,
    put_in_place,
    read_keys,
    unwrapped,
)
from leeward.ledger.store.slots import SLOTS, slot_files, slot_hash
from leeward.seal.keys import SEED_SIZE
from leeward.seal.second_half import (
    KEYS_MOST,
    NAME_MOST,
    Inside,
    Key,
    identity_of,
    is_newest,
    is_wrapped,
    open_file,
    parse_file,
    print_file,
    wrap,
)


class SecurityKeyRefused(LedgerError):
    """A security key cannot be added or removed like this."""

    code = "vault.security-key-refused"


def enrolled(folder: Path) -> list[Key]:
    """Return the security keys of a vault that is open, oldest first."""
    inside = known(folder)
    return inside.keys if inside is not None else []


def add(folder: Path, database: Database, key: Key, answer: bytes, salt: bytes, chance: Chance) -> None:
    """Let one more security key open this folder. SecurityKeyRefused."""
    inside, file = known(folder), read_keys(folder)
    key = msgspec.structs.replace(key, recipient=identity_of(answer, salt).recipient().string())
    _check(inside, key)
    if inside is None:
        fresh = Inside([chance.draw(SEED_SIZE)], [key])
    elif file is None or file.salt != salt:
        raise RuntimeError("another salt than the folder's")
    else:
        fresh = Inside(inside.halves, [*inside.keys, key])
    _write(folder, fresh, salt)
    if open_file(parse_file(keys_file(folder).read_bytes()), answer) != fresh:
        raise RuntimeError("the new key does not open the half")
    know(folder, fresh)
    _wrap_all(folder, database)  # 1


def remove(folder: Path, database: Database, name: str, chance: Chance) -> None:
    """Let a security key open this folder no more. SecurityKeyRefused if there is none of this name."""
    inside, file = known(folder), read_keys(folder)
    stay = [key for key in inside.keys if key.name != name] if inside is not None else []
    if inside is None or file is None or len(stay) == len(inside.keys):
        raise SecurityKeyRefused(
            say("No security key of this name is enrolled here."),
            kept=say("Nothing was changed."),
            next_step=say("Look at the names with --list."),
        )
    if not stay:
        _unwrap_all(folder, database)  # 4
        return
    both = Inside([chance.draw(SEED_SIZE), inside.halves[0]], stay)
    _write(folder, both, file.salt)
    know(folder, both)
    _wrap_all(folder, database)  # 3


def settle_keys(folder: Path, database: Database) -> None:
    """Finish what was interrupted, once a slot has opened the database (5)."""
    for left in (folder / SLOTS).glob(f"*{WAS}"):
        clear_what_was(left.with_name(left.name.removesuffix(WAS)))
    for left in (folder / SLOTS).glob("*.partial"):
        destroy(left)
    inside = known(folder)
    if inside is None:
        if keys_file(folder).exists():
            destroy(keys_file(folder))
    elif len(inside.halves) > 1 or not all(is_wrapped(one.read_bytes()) for one in slot_files(folder)):
        _wrap_all(folder, database)


def _check(inside: Inside | None, key: Key) -> None:
    there = inside.keys if inside is not None else []
    unchanged = say("Nothing was changed.")
    if not 1 <= len(key.name) <= NAME_MOST or not key.name.isprintable():
        raise SecurityKeyRefused(
            say("A security key cannot have this name."),
            kept=unchanged,
            next_step=say("Use 1 to {most} letters.", most=NAME_MOST),
        )
    if key.name in {one.name for one in there} or key.id in {one.id for one in there}:
        raise SecurityKeyRefused(
            say("A security key of this name is enrolled already."),
            kept=unchanged,
            next_step=say("Choose another name, or remove that one first."),
        )
    if len(there) >= KEYS_MOST:
        raise SecurityKeyRefused(
            say("More than {most} security keys cannot be enrolled.", most=KEYS_MOST),
            kept=unchanged,
            next_step=say("Remove one that you do not use."),
        )


def _wrap_all(folder: Path, database: Database) -> None:
    """Wrap every slot by the newest half, and then let the file hold no other."""
    inside, file = known(folder), read_keys(folder)
    if inside is None or file is None:
        raise RuntimeError("no half to wrap with")
    newest = inside.identities()[0]
    for one in slot_files(folder):
        content = one.read_bytes()
        if not is_newest(content, inside):
            put_in_place(one, wrap(unwrapped(folder, content), newest))
    if len(inside.halves) > 1:
        single = Inside(inside.halves[:1], inside.keys)
        _write(folder, single, file.salt)
        know(folder, single)
    _note(folder, database)


def _unwrap_all(folder: Path, database: Database) -> None:
    for one in slot_files(folder):
        content = one.read_bytes()
        if is_wrapped(content):
            put_in_place(one, unwrapped(folder, content))
    know(folder, None)
    destroy(keys_file(folder))
    _note(folder, database)


def _write(folder: Path, inside: Inside, salt: bytes) -> None:
    file, content = keys_file(folder), print_file(inside, salt)
    if file.exists():
        put_in_place(file, content)
    else:
        write_durably(file, content)


def _note(folder: Path, database: Database) -> None:
    """Let the database remember the slots as they are, those that it remembers; and what lies beside its own."""
    with database.writing() as writer:
        names = remembered_slots(writer)
        remember_slots(writer, {one.name: slot_hash(one) for one in slot_files(folder) if one.name in names})
    remember_beside(folder, database)
    touch_slots(folder)

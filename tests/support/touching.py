"""People with security keys in software, for tests."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.support.authenticator import Authenticator

from leeward.base.ports import SystemChance, SystemClock
from leeward.ledger.errors import WrongPassphrase
from leeward.ledger.model import put
from leeward.ledger.store import beside
from leeward.ledger.store.vault import Vault
from leeward.office import security_key
from leeward.office.session import Session
from leeward.seal.second_half import Credential

TRUE, FORCED, WRONG = "мост восемь honest river", "фонарь девять quiet harbour", "neither of the two"
PORTS: Any = {"clock": SystemClock(), "chance": SystemChance()}


class Person:
    """Somebody with some keys plugged in; counts what was asked."""

    def __init__(self, *keys: Authenticator, pin: str = "") -> None:
        self.keys = keys
        self.typed = pin
        self.asked: list[str] = []

    def touch(self) -> None:
        """Be asked for a touch."""
        self.asked.append("touch")

    def pin(self) -> str:
        """Be asked for the PIN."""
        self.asked.append("pin")
        return self.typed

    def devices(self) -> Sequence[Authenticator]:
        """Return what is plugged in."""
        return self.keys

    def __call__(self, credentials: list[Credential], salt: bytes) -> bytes:
        """Have a key answer, as the terminal does."""
        return security_key.answer_of(self, credentials, salt, devices=self.devices)


def make(folder: Path, *, second: bool = False, alone: bool = False) -> Path:
    """Make a vault, and one beside it."""
    with Vault.create(folder, TRUE, member_id="m", work_factor=2, **PORTS) as vault:
        vault.make_compartment("record")
        vault.commit(vault.compartment_of("record"), put("claim", "r", text="kept"))
        if second:
            beside.set_up(folder, vault.database, FORCED, "m", SystemChance(), alone=alone)
    return folder


def enroll(folder: Path, name: str, person: Person, *, by: Person | None = None, words: str = TRUE) -> None:
    """Enroll a key; `by` opens the vault."""
    with Vault.open(folder, words, touch=by, **PORTS) as vault:
        security_key.add(Session(vault, **PORTS), name, person, devices=person.devices)


def remove(folder: Path, name: str, by: Person, words: str = TRUE) -> None:
    """Remove a key."""
    with Vault.open(folder, words, touch=by, **PORTS) as vault:
        security_key.remove(Session(vault, **PORTS), name)


def opens(folder: Path, words: str, person: Person | None) -> str:
    """Return which vault opens: "true", "second", or "" if the passphrase is wrong."""
    try:
        with Vault.open(folder, words, touch=person, **PORTS) as vault:
            return "true" if vault.count("claim") else "second"
    except WrongPassphrase:
        return ""

"""The vault: everything one device holds of the team's work, in one encrypted folder.

   vault = Vault.open(folder, passphrase, clock=clock, chance=chance)
   vault.commit(vault.compartment_of("record"), put("claim", claim_id, text="…"))
   vault.find("claim", limit=50)

1. A commit is on the disk when it returns, and is one transaction: entry, records, search, what is to be pushed.
2. One process has a vault open at a time; inside it, threads read while one writes.
3. Nothing of the content is ever written in clear; keys live inside the database, whose key lives in a slot.
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from leeward.base.ports import Chance, Clock
from leeward.ledger.store.compacting import Compacted
from leeward.ledger.store.erasing import Erasure
from leeward.ledger.store.keyring import Compartment, Device
from leeward.ledger.store.making import make_vault, open_vault
from leeward.ledger.store.outbox import Outgoing
from leeward.ledger.store.passphrase import change_passphrase
from leeward.ledger.store.searching import SearchPage
from leeward.ledger.store.second import Touch
from leeward.ledger.store.slots import find_slot, wrong_passphrase
from leeward.ledger.store.taking import Accepted
from leeward.ledger.store.vault_blobs import VaultBlobs
from leeward.ledger.store.vault_erasing import VaultErasing
from leeward.ledger.store.vault_keys import VaultKeys
from leeward.ledger.store.vault_records import VaultRecords
from leeward.ledger.store.vault_sync import VaultSync
from leeward.seal.keys import DEFAULT_WORK_FACTOR, Passphrase
from leeward.seal.signing import SigningKey

__all__ = ["Accepted", "Compacted", "Compartment", "Device", "Erasure", "Outgoing", "SearchPage", "Vault"]


class Vault(VaultKeys, VaultRecords, VaultSync, VaultBlobs, VaultErasing):
    """One open vault. Make it with `create` or `open`; it is a context manager."""

    @staticmethod
    def create(
        folder: Path,
        passphrase: str,
        *,
        member_id: str,
        clock: Clock,
        chance: Chance,
        work_factor: int = 18,
        signing_key: SigningKey | None = None,
    ) -> Vault:
        """Make a vault in a folder that does not exist or is empty, with fresh keys but for this one, and open it."""
        opened = make_vault(folder, passphrase, member_id, chance, work_factor, signing_key)
        return Vault(opened, clock=clock, chance=chance)

    @staticmethod
    def open(
        folder: Path, passphrase: str, *, clock: Clock, chance: Chance, touch: Touch | None = None
    ) -> Vault:
        """Open a vault: WrongPassphrase, VaultDamaged, VaultInUse, NoVault, PlaintextRefused if that fails.

        `touch` has a security key answer, if one is needed: also SecurityKeyNeeded, WrongSecurityKey.
        """
        return Vault(open_vault(folder, passphrase, touch), clock=clock, chance=chance)

    def change_passphrase(self, old: str, new: str, *, work_factor: int = DEFAULT_WORK_FACTOR) -> None:
        """Let another passphrase open this vault, and destroy the old one's slot. WrongPassphrase, NoVault."""
        with self.slots_lock:
            change_passphrase(self.folder, self.database, old, Passphrase(new, work_factor))

    def check_passphrase(self, words: str) -> None:
        """Raise WrongPassphrase unless this vault, and nothing beside it, opens with it."""
        if not self.database.has_key(find_slot(self.folder, words)[0]):
            raise wrong_passphrase()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

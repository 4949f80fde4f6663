"""A vault's sealed files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from leeward.ledger.model import Value
from leeward.ledger.store.blobs import is_small
from leeward.ledger.store.vault_parts import VaultParts


class VaultBlobs(VaultParts):
    """Blobs, by address."""

    def blob_put(self, address: str, sealed: bytes) -> None:
        """Keep a sealed blob; durable when this returns."""
        self._blobs.put(address, sealed)

    def blob_put_all(self, blobs: Sequence[tuple[str, bytes]], *, note: tuple[str, Value]) -> None:
        """Keep sealed blobs, by address, and a value of this device, both or neither; small ones in the database."""
        self._blobs.write([pair for pair in blobs if not is_small(pair)])
        self._local.put_with(note, lambda writer: self._blobs.keep(writer, blobs))

    def blob_get(self, address: str) -> bytes | None:
        """Return a sealed blob, None if it is not here."""
        return self._blobs.get(address)

    def blob_delete(self, address: str, *, for_good: bool = False) -> None:
        """Remove a blob; nothing happens if it is not here. `for_good` overwrites it first."""
        self._blobs.delete(address, for_good=for_good)

    def blob_delete_all(self, addresses: Sequence[str], *, note: tuple[str, Value]) -> None:
        """Remove those of these blobs that are here, and keep a value of this device, both or neither."""
        files: list[str] = []
        self._local.put_with(note, lambda writer: files.extend(self._blobs.drop(writer, addresses)))
        self._blobs.unlink(files)

    def blobs(self) -> Iterator[str]:
        """Yield the addresses of all blobs kept here."""
        return self._blobs.addresses()

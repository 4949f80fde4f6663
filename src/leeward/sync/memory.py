"""What a desk remembers between starts: answers to hold its relay to, lies it told, grants and letters that wait.

Kept among the vault's device-only values, so that a relay gains nothing by waiting until the desk is restarted.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

from leeward.base.ports import Clock
from leeward.ledger.fault import Fault
from leeward.ledger.store.vault import Vault
from leeward.sync.honesty import SAID, Lie

_LIES = "sync.lies"
_PROMISES = "sync.promised"
_OWED = "sync.owed"
_GRANTS = "sync.grants"
_LETTERS = "sync.letters"
_LIES_MOST = 200
_GRANTS_MOST = 200
_LETTERS_MOST = 500


class _Told(msgspec.Struct, array_like=True, frozen=True):
    at: int
    compartment: str
    lie: Lie
    where: str


class Memory:
    """One vault's memory of its relay. Used by one thread; others may read `faults`."""

    def __init__(self, vault: Vault, clock: Clock) -> None:
        self._vault = vault
        self._clock = clock
        self._held: dict[str, dict[str, str]] | None = None  # the promises; only the exchange changes them

    def note_lie(self, compartment: str, lie: Lie, where: str) -> bool:
        """Remember a lie; False if the same one was noted already."""
        lies = self._lies()
        if any((told.compartment, told.lie, told.where) == (compartment, lie, where) for told in lies):
            return False
        lies.append(_Told(self._clock.now_ms(), compartment, lie, where))
        self._vault.local_put(_LIES, msgspec.to_builtins(lies[-_LIES_MOST:]))
        return True

    def faults(self) -> list[Fault]:
        """Return the lies as faults, oldest first."""
        return [Fault(told.at, told.compartment, told.where, SAID[told.lie]) for told in self._lies()]

    def forget_lies(self) -> None:
        """Forget the lies, once a person has read them."""
        self._vault.local_put(_LIES, [])

    def forget_lies_about(self, compartments: Collection[str]) -> None:
        """Forget the lies about compartments that were erased here: their names go with them."""
        lies = self._lies()
        left = [told for told in lies if told.compartment not in compartments]
        if len(left) < len(lies):
            self._vault.local_put(_LIES, msgspec.to_builtins(left))

    def promise(self, new: Sequence[tuple[str, int, str]], *, later: bool = False) -> dict[str, int]:
        """Remember that the relay said it keeps items of ours: box, number, and the item's name (views.py).

        `later`: written with what is written next. Return the boxes, with a number, of which it says so of two items
        under one number: it cannot keep both.
        """
        broken: dict[str, int] = {}
        if new:
            promises = self._promises()
            for box, number, name in new:
                if promises.setdefault(box, {}).setdefault(str(number), name) != name:
                    broken[box] = number
                    promises[box][str(number)] = name
            self._vault.local_put(_PROMISES, promises, later=later)
        return broken

    def promised(self, box: str) -> dict[int, str]:
        """Return what the relay said it keeps of ours and has not shown yet: names by number."""
        return {int(number): item for number, item in self._promises().get(box, {}).items()}

    def release(self, box: str, upto: int) -> None:
        """Forget the promises up to a number: they were kept, or their breach was noted."""
        promises = self._promises()
        kept = {number: item for number, item in promises.get(box, {}).items() if int(number) > upto}
        if len(kept) == len(promises.get(box, {})):
            return
        promises.pop(box, None)
        if kept:
            promises[box] = kept
        self._vault.local_put(_PROMISES, promises, later=True)  # a crash: it is held to it once more

    def owe(self, compartment: str, *, owed: bool, later: bool = False) -> None:
        """Remember whether a relay still is to be offered again what is held of a compartment.

        That it is not is written later: after a crash it is offered once more. `later`: so is that it is.
        """
        there = self.owed()
        if owed != (compartment in there):
            self._vault.local_put(_OWED, sorted(there ^ {compartment}), later=later or not owed)

    def owed(self) -> set[str]:
        """Return the compartments of which it is."""
        return msgspec.convert(self._vault.local_get(_OWED) or [], set[str])

    def grants(self) -> list[bytes]:
        """Return grants that could not be taken yet, such as from a device that the roster does not name yet."""
        return [bytes(sealed) for sealed in self._vault.local_get(_GRANTS) or ()]

    def keep_grants(self, sealed: list[bytes]) -> None:
        """Keep these grants for later instead of those kept so far."""
        if sealed != self.grants():
            self._vault.local_put(_GRANTS, sealed[-_GRANTS_MOST:])

    def letters(self) -> list[bytes]:
        """Return letters from other devices, still sealed, that nobody has acted on yet; the oldest first."""
        return [bytes(sealed) for sealed in self._vault.local_get(_LETTERS) or ()]

    def keep_letters(self, sealed: list[bytes], *, later: bool = False) -> None:
        """Keep these letters instead of those kept so far; `later`, with the cursor of the box that they came from."""
        if sealed != self.letters():
            self._vault.local_put(_LETTERS, sealed[-_LETTERS_MOST:], later=later)

    def _lies(self) -> list[_Told]:
        return msgspec.convert(self._vault.local_get(_LIES) or [], list[_Told])

    def _promises(self) -> dict[str, dict[str, str]]:
        if self._held is None:
            self._held = msgspec.convert(self._vault.local_get(_PROMISES) or {}, dict[str, dict[str, str]])
        return self._held

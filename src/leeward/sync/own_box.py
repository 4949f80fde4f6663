"""A device's own box: keys are taken from it, letters are kept for whoever acts on them.

It is read like any other; what came twice is once. How far it was read is written with what came, or not at all.
"""

from __future__ import annotations

from leeward.base.ports import Clock
from leeward.ledger.errors import GrantErased, LedgerError
from leeward.ledger.store.vault import Compartment, Vault
from leeward.seal.errors import SealError
from leeward.seal.signing import VerifyKey
from leeward.sync.honesty import check_listing
from leeward.sync.memory import Memory
from leeward.sync.round import Round
from leeward.sync.views import View, Views, extend
from leeward.sync.watch import Watch, last_of


class OwnBox:
    """The box of one vault's device."""

    def __init__(self, vault: Vault, watch: Watch, memory: Memory, views: Views, clock: Clock) -> None:
        self.trusted: VerifyKey | None = None  # whose grants a joining device takes before it has a roster
        self._vault = vault
        self._watch = watch
        self._memory = memory
        self._views = views
        self._clock = clock

    def pull(self, done: Round) -> None:
        """Take the keys that came, and keep the letters."""
        if not self._pull(done):
            self.read_again(done)

    def read_again(self, done: Round) -> None:
        """Read the box from its beginning."""
        box = self._vault.device.box
        self._vault.set_cursor(box, 0)
        self._views.keep(box, View())
        self._pull(done)

    def retry(self, done: Round) -> list[Compartment]:
        """Try again the grants that came before what makes them believable; return the compartments they open."""
        before = set(self._vault.compartments())
        self._memory.keep_grants([one for one in self._memory.grants() if not self._take(one, done)])
        return [one for one in self._vault.compartments() if one not in before]

    def went_back(self) -> bool:
        """Tell whether the relay went back in it."""
        device = self._vault.device
        return self._watch.went_back("", device.box, device.read)

    def _pull(self, done: Round) -> bool:
        """Take in what is after the cursor; False if the relay went back."""
        device = self._vault.device
        view = self._watch.view(device.box)
        before = view.number
        while True:
            after = min(self._vault.cursor(device.box), view.number)
            listing = self._watch.ask(device.box, device.read, device.write, after)
            told = check_listing(listing, after)
            self._watch.note("", device.box, told)
            last = last_of(listing)
            if last < after or (told.items and after == before and self.went_back()):
                return False
            view = self._watch.count("", device.box, view, last)
            if not told.items:
                return True
            came = [item.untrusted_sealed for item in told.items]
            letters = [sealed for sealed in came if self._vault.is_letter(sealed)]
            waiting = [sealed for sealed in came if sealed not in letters and not self._take(sealed, done)]
            self._memory.keep_letters([*self._memory.letters(), *letters], later=True)
            self._memory.keep_grants([*self._memory.grants(), *waiting])
            view = extend(view, told.items, self._clock.now_ms())
            self._views.keep(device.box, view)
            self._vault.set_cursor(device.box, told.items[-1].number, later=True)

    def _take(self, untrusted_sealed: bytes, done: Round) -> bool:
        """Take a grant; False if it is to be tried again later."""
        trusted = None if self._vault.compartments("team") else self.trusted
        try:
            self._vault.take_grant(untrusted_sealed, trusted=trusted)
        except (SealError, GrantErased):
            return True  # not sealed to us, or damaged: it will never open; or of what was erased here
        except LedgerError:
            return False
        done.granted += 1
        return True

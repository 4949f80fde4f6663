"""One import at a desk: the file that was brought, what its columns are, the dry run, and the import on its own thread.

1. What was brought is in memory only, one file at a time. It goes when it was imported, let go of, or the desk locks.
2. Locking while it is being imported stops it, and nothing of it is there: it is one transaction.
3. What came of it is kept until the next one, or locking: counts and rows as the desk shows them, in no file.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Collection, Iterator

import msgspec

from leeward.base.errors import LeewardError
from leeward.base.say import say
from leeward.domain.errors import RuleBroken
from leeward.domain.importing import Columns, Sheet, guess, guess_target
from leeward.ledger.errors import VaultClosed
from leeward.office.importing import Plan, do_import, make_plan
from leeward.office.importing_read import read_file
from leeward.office.session import Session

_RING_SECONDS = 0.5
_STOP_SECONDS = 10.0


class Stopped(Exception):
    """The desk locks."""


class Brought(msgspec.Struct, frozen=True):
    """A file that was brought, and what was said of it so far."""

    name: str
    sheets: tuple[Sheet, ...]
    at: int  # which of the sheets
    columns: Columns
    member_ids: tuple[str, ...] | None = None  # who is to read besides; None before anybody said so
    left_out: tuple[int, ...] = ()

    @property
    def sheet(self) -> Sheet:
        """Return the sheet that was chosen."""
        return self.sheets[self.at]


class Importer:
    """What a desk holds of an import. Safe to use from any thread."""

    def __init__(self, session: Session, ring: Callable[[], None] = lambda: None) -> None:
        self._session = session
        self._ring = ring
        self._lock = threading.RLock()
        self._thread: threading.Thread | None = None
        self._stopping = False
        self.brought: Brought | None = None
        self.plan: Plan | None = None  # the dry run of what was brought
        self.came: Plan | None = None  # what came of the last import
        self.wrong: LeewardError | None = None
        self.done = 0
        self.of = 0

    @property
    def running(self) -> bool:
        """Tell whether it is being imported just now."""
        return self._thread is not None

    def bring(self, untrusted_bytes: bytes, name: str) -> None:
        """Take a file; NotASpreadsheet, and what was brought before stays."""
        sheets = tuple(read_file(untrusted_bytes))
        with self._changing():
            self.came = None
            self.brought = Brought(name, sheets, 0, _guessed(sheets[0], ""))

    def choose(self, at: int, target: str = "") -> None:
        """Choose one of its sheets and what it holds ("" guesses it); its columns are guessed anew."""
        with self._changing():
            brought = self._held()
            place = at if 0 <= at < len(brought.sheets) else 0
            columns = _guessed(brought.sheets[place], target)
            self.brought = msgspec.structs.replace(brought, at=place, columns=columns, left_out=())

    def look(self, columns: Columns, member_ids: Collection[str], left_out: Collection[int] = ()) -> None:
        """Say what the columns are and who will read, and reckon a dry run; RuleBroken if it cannot be so."""
        with self._changing():
            said = msgspec.structs.replace(
                self._held(),
                columns=columns,
                member_ids=tuple(sorted(set(member_ids))),
                left_out=tuple(sorted(set(left_out))),
            )
            self.brought = said
            self.plan = make_plan(
                self._session, said.sheet, columns, member_ids=said.member_ids or (), left_out=said.left_out
            )

    def leave_refused_out(self) -> None:
        """Leave out every row that cannot be imported, and reckon again."""
        with self._lock:
            plan, brought = self.plan, self._held()
            if plan is not None:
                refused = {line.number for line in plan.lines if line.state == "refused"}
                self.look(brought.columns, brought.member_ids or (), {*brought.left_out, *refused})

    def back(self) -> None:
        """Go back from the dry run to the columns; rows that were left out are not any more."""
        with self._changing():
            self.brought = msgspec.structs.replace(self._held(), left_out=())

    def forget(self) -> None:
        """Let go of all of it."""
        with self._changing():
            self.brought = self.came = None

    def start(self) -> None:
        """Import what the dry run showed, on a thread of its own. Returns at once."""
        with self._lock:
            if self._thread is not None or self.plan is None or self._stopping:
                return
            self.wrong, self.done, self.of = None, 0, len(self.plan.many.entries)
            self._thread = threading.Thread(target=self._work, name="import", daemon=True)
            self._thread.start()

    def wait(self, seconds: float = 600.0) -> None:
        """Wait until it was imported, or was not."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)

    def stop(self) -> None:
        """End: the desk locks (2)."""
        self._stopping = True
        self.wait(_STOP_SECONDS)
        with self._lock:
            self.brought = self.plan = self.came = None

    def _work(self) -> None:
        rung = time.monotonic()

        def progress(done: int, of: int) -> None:
            nonlocal rung
            if self._stopping:
                raise Stopped
            self.done, self.of = done, of
            if time.monotonic() - rung > _RING_SECONDS:
                rung = time.monotonic()
                self._ring()

        brought, plan = self._held(), self.plan
        assert plan is not None
        came: Plan | None = None
        try:
            with contextlib.suppress(Stopped, VaultClosed):
                came = do_import(
                    self._session,
                    brought.sheet,
                    brought.columns,
                    plan.digest,
                    member_ids=brought.member_ids or (),
                    left_out=brought.left_out,
                    progress=progress,
                )
        except LeewardError as error:
            self.wrong = error
        finally:
            with self._lock:
                self._thread = None
                self.plan = None
                if came is not None:
                    came.many = type(came.many)({}, (), {})  # what was written is in the vault
                    self.came, self.brought = came, None
            self._ring()

    def _held(self) -> Brought:
        if self.brought is None:
            raise RuleBroken(
                say("There is no file here any more."),
                kept=say("Nothing was imported."),
                next_step=say("Bring it again."),
            )
        return self.brought

    @contextlib.contextmanager
    def _changing(self) -> Iterator[None]:
        with self._lock:
            if self._thread is not None:
                raise RuleBroken(
                    say("It is being imported just now."),
                    kept=say("Nothing was changed."),
                    next_step=say("Wait a moment."),
                )
            self.plan, self.wrong = None, None
            yield


def _guessed(sheet: Sheet, target: str) -> Columns:
    chosen = target or guess_target(sheet.headers)
    return Columns(chosen, guess(chosen, sheet.headers))

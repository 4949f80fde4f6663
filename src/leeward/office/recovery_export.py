"""Coming back from an export, and comparing what comes back with what a vault holds."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from leeward.base.ports import Chance, Clock
from leeward.office.export import record_line
from leeward.office.recovery_back import Back, make_report, settle_in
from leeward.office.restore import restore, who_opens
from leeward.office.session import Session
from leeward.seal.keys import DEFAULT_WORK_FACTOR
from leeward.seal.shares import RecoveryKey

_TRIAL_WORK_FACTOR = 2  # of a vault whose passphrase is 32 drawn bytes and which is gone in a moment

Progress = Callable[[int, int], None]


class Difference(msgspec.Struct, frozen=True):
    """How two vaults differ, in ids of records; only parts that both hold are compared."""

    compared: int
    missing: tuple[str, ...]  # in the one that was compared with, and not back
    changed: tuple[str, ...]
    more: tuple[str, ...]  # back, and not in the one that was compared with
    parts_missing: tuple[str, ...]  # compartments

    @property
    def same(self) -> bool:
        """Tell whether everything came back as it is."""
        return not (self.missing or self.changed or self.more or self.parts_missing)


def come_back_from_export(  # noqa: PLR0913 - what somebody is asked who has lost everything, each once
    folder: Path,
    passphrase: str,
    keys: Sequence[RecoveryKey],
    export_folder: Path,
    *,
    name: str,
    clock: Clock,
    chance: Chance,
    progress: Progress = lambda _done, _of: None,
    work_factor: int = DEFAULT_WORK_FACTOR,
) -> tuple[Session, Back]:
    """Make a vault that holds what was exported, of a new member. NothingCameBack, ExportDamaged, LedgerError."""
    giver, present = who_opens(export_folder, keys)
    session = restore(
        export_folder,
        keys,
        folder,
        passphrase,
        clock=clock,
        chance=chance,
        progress=progress,
        work_factor=work_factor,
    )
    card = settle_in(session, name, present, "export")
    return session, make_report(session.vault, 0, present, card, giver)


@contextmanager
def trial(
    export_folder: Path, opener: str | Sequence[RecoveryKey], *, clock: Clock, chance: Chance
) -> Iterator[Session]:
    """Make a vault from an export for a moment: sealed under a key that nobody has, and gone afterwards."""
    with trial_folder() as folder:
        session = restore(
            export_folder,
            opener,
            folder,
            chance.draw(32).hex(),
            clock=clock,
            chance=chance,
            work_factor=_TRIAL_WORK_FACTOR,
        )
        with session.vault:
            yield session


@contextmanager
def trial_folder() -> Iterator[Path]:
    """Give the name of a folder for a vault that is gone afterwards."""
    place = Path(tempfile.mkdtemp(prefix="leeward-"))
    try:
        yield place / "vault"
    finally:
        shutil.rmtree(place, ignore_errors=True)


def compare(session: Session, other: Session, but: frozenset[str] = frozenset()) -> Difference:
    """Compare what a vault holds with what came back, record by record with history. `but`: kinds left out."""
    held = {one.id for one in session.vault.compartments()}
    back = {one.id for one in other.vault.compartments()}
    mine = _records(session, held & back, but)
    theirs = _records(other, held & back, but)
    return Difference(
        compared=len(mine),
        missing=tuple(sorted(mine.keys() - theirs.keys())),
        changed=tuple(sorted(one for one in mine.keys() & theirs.keys() if mine[one] != theirs[one])),
        more=tuple(sorted(theirs.keys() - mine.keys())),
        parts_missing=tuple(sorted(held - back)),
    )


def _records(session: Session, parts: set[str], but: frozenset[str]) -> Mapping[str, bytes]:
    """Return a hash of every record of these compartments, its conflicts and history included."""
    found = {}
    for kind in session.vault.kinds():
        if kind not in but:
            for record in session.vault.find(kind):
                if record.compartment in parts:
                    line = json.dumps(record_line(session, record), ensure_ascii=False, sort_keys=True)
                    found[record.id] = hashlib.sha256(line.encode()).digest()
    return found

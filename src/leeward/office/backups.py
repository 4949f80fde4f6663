"""Backups by themselves: every some hours an export, sealed to the people who bring the team back (ADR 31).

1. What opens a backup is never kept in the vault: it is shared out among the people this member agreed to.
2. A backup is read again, byte by byte, before it counts; a folder or prefix without a manifest is none.
3. An older one is removed only after a newer one was read again, and only under a name that we gave.
4. After somebody was erased here a backup is due at once, and those from before go: they hold that person.
5. Trouble is kept as a sentence for Today until a backup has worked.
"""

from __future__ import annotations

import datetime as dt
import threading
from pathlib import Path

import msgspec

from leeward.base.errors import LeewardError
from leeward.base.say import Moment, say
from leeward.domain.erasing import names_records
from leeward.domain.today import Need, Urgency
from leeward.ledger.errors import VaultClosed
from leeward.office.backups_place import BackupFailed, Folder, Place, refused, why_failed
from leeward.office.erasing import erasures
from leeward.office.export import export
from leeward.office.recovery import Circle, circle_now
from leeward.office.recovery_export import trial_folder
from leeward.office.session import Session

HOURS_LEAST, HOURS_USUAL, HOURS_MOST = 1, 24, 24 * 31
KEEP_LEAST, KEEP_USUAL, KEEP_MOST = 1, 7, 400
_SETTINGS = "backups.settings"  # among this vault's own values
_STATE = "backups.state"  # likewise
_LOOK_SECONDS = 60.0
_AGAIN_MS = 3600 * 1000  # after a failure
_one = threading.Lock()  # the thread and the button never write at once


class Settings(msgspec.Struct, frozen=True):
    """Where to, how often, and how many. `key` and `secret` are those of an S3 store."""

    place: str
    hours: int = HOURS_USUAL
    keep: int = KEEP_USUAL
    key: str = ""
    secret: str = ""


class State(msgspec.Struct, frozen=True):
    """How it went. Moments are milliseconds; 0 is never."""

    tried_at: int = 0
    done_at: int = 0
    name: str = ""  # of the newest
    records: int = 0
    size: int = 0  # bytes
    failed: str = ""  # a code of FAILED; "" if the last one worked
    failing_since: int = 0


def settings(session: Session) -> Settings | None:
    """Return what is set up on this computer."""
    kept = session.vault.local_get(_SETTINGS)
    return msgspec.convert(kept, Settings) if kept is not None else None


def state(session: Session) -> State:
    """Return how it went so far."""
    return msgspec.convert(session.vault.local_get(_STATE) or {}, State)


def set_up(session: Session, wanted: Settings) -> None:
    """Take settings; the first backup is due at once. BackupRefused."""
    if not HOURS_LEAST <= wanted.hours <= HOURS_MOST or not KEEP_LEAST <= wanted.keep <= KEEP_MOST:
        raise refused(say("That is too often, too seldom, or too many."))
    open_place(wanted)
    session.vault.local_put(_SETTINGS, msgspec.to_builtins(wanted))
    session.vault.local_put(_STATE, None)


def stop(session: Session) -> None:
    """Make no more backups; those that are there stay."""
    session.vault.local_put(_SETTINGS, None)
    session.vault.local_put(_STATE, None)


def is_due(session: Session) -> bool:
    """Tell whether a backup is to be made now."""
    wanted, now = settings(session), session.now()
    if wanted is None:
        return False
    last = state(session)
    if last.failed:
        return now >= last.tried_at + min(_AGAIN_MS, wanted.hours * 3600 * 1000)
    return now >= last.done_at + wanted.hours * 3600 * 1000 or last.name < _name(_erased_at(session))


def _erased_at(session: Session) -> int:
    """Return when a person was last erased on this device, as itself says and by now; 0 if nobody was."""
    if not session.vault.compartments("team"):
        return 0
    own, now = {"device": session.vault.device.id}, session.now()
    return max(
        (
            one.at
            for erasure in erasures(session)
            for one in (*erasure.begun, *erasure.done)
            if not names_records(erasure) and one.at <= now and one.by == session.member_id
            if isinstance(one.value, dict) and own.items() <= one.value.items()
        ),
        default=0,
    )


def _name(at: int) -> str:
    return f"leeward-{dt.datetime.fromtimestamp(at / 1000, tz=dt.UTC):%Y%m%d-%H%M%S}"


def back_up(session: Session) -> State:
    """Make a backup now, and return how it went; it never raises for the place's own trouble (5)."""
    with _one:
        return _back_up(session)


def _back_up(session: Session) -> State:
    wanted = settings(session)
    before, now = state(session), session.now()
    if wanted is None:
        return before
    try:
        made = _make(session, wanted, now)
    except VaultClosed:
        raise
    except (LeewardError, OSError) as error:
        code = error.failed if isinstance(error, BackupFailed) else "place"
        since = before.failing_since or now
        made = msgspec.structs.replace(before, tried_at=now, failed=code, failing_since=since)
    session.vault.local_put(_STATE, msgspec.to_builtins(made))
    return made


def _make(session: Session, wanted: Settings, now: int) -> State:
    circle = circle_now(session)
    if circle is None:
        raise BackupFailed("circle")
    place = open_place(wanted)
    name, erased = _name(now), _name(_erased_at(session))
    records, size = _write(session, circle, place, name)
    names = sorted(place.names())
    for old in {*names[: -wanted.keep], *(one for one in names if one <= erased)}:  # 3, 4
        if old != name:
            place.remove(old)
    return State(now, session.now(), name, records, size)


def _write(session: Session, circle: Circle, place: Place, name: str) -> tuple[int, int]:
    with trial_folder() as folder:
        records = export(session, folder, circle)
        return records, place.put(folder, name)


def open_place(wanted: Settings) -> Place:
    """Return where backups go. BackupRefused."""
    if wanted.place.startswith("s3://"):
        try:
            from leeward.office.backups_s3 import Bucket  # noqa: PLC0415 - an optional extra, "scale"
        except ImportError as error:
            raise BackupFailed("library") from error
        return Bucket(wanted.place, wanted.key, wanted.secret)
    folder = Path(wanted.place)
    if not wanted.place or not folder.is_absolute():
        raise refused(say("Name a folder with its whole path, or an address that begins with s3://."))
    return Folder(folder)


def needs_now(session: Session) -> list[Need]:
    """Return the line of Today about backups that fail; one a day is enough."""
    last = state(session)
    if settings(session) is None or not last.failed:
        return []
    return [
        Need(
            urgency=Urgency.LATE,
            tag=say("No backup"),
            what=say("Backups have failed since {time}", time=Moment(last.failing_since)),
            why=why_failed(last.failed),
            since=last.failing_since,
            action=say("Look at it"),
            href="/safety/recovery#backups",
        )
    ]


class BackupKeeper:
    """Makes the backups of one session's vault until stopped, in a thread of its own."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="backups", daemon=True)

    def start(self) -> None:
        """Begin. Returns at once."""
        self._thread.start()

    def stop(self, timeout: float = 10.0) -> None:
        """End, before the vault is closed; a backup under way is let go."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def _work(self) -> None:
        while not self._stopping.wait(_LOOK_SECONDS):
            try:
                if is_due(self._session):
                    back_up(self._session)
            except VaultClosed:
                return
            except Exception:  # noqa: BLE001, S112 - the next look tries again; what failed is said on Today
                continue

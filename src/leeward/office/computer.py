"""What a member does with the vault on this computer, rather than with what is in it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Sequence

import msgspec

from leeward.base.limits import PASSPHRASE_LEAST
from leeward.base.say import say
from leeward.domain.errors import OutOfRange
from leeward.ledger.store.burn import burn, is_burnt
from leeward.office.errors import OfficeError
from leeward.office.session import Session
from leeward.seal.keys import DEFAULT_WORK_FACTOR

STICK_BYTES = 32  # of the file that a stick carries
_STICK = "burn-stick"  # among this vault's own values
_NAME_MOST = 60
LOCK_LEAST, LOCK_USUAL, LOCK_MOST = 2, 15, 240  # minutes without anybody, until a desk locks by itself
_LOCK = "lock-after"  # among this vault's own values
_TYPED = "typed"  # likewise: what was typed and not sent when the desk locked
_TYPED_MOST = 50  # texts kept
BURN_WORDS = ("burn", "сжечь")  # what is typed before a vault is burnt, in whichever language


class PassphraseRefused(OfficeError):
    """A new passphrase is too short, or was not typed twice alike."""

    code = "vault.passphrase-refused"


class WordNotTyped(OfficeError):
    """The word that stands before something final was not typed."""

    code = "vault.word-not-typed"


class StickRefused(OfficeError):
    """A file cannot have this name on a stick."""

    code = "vault.stick-refused"


class Stick(msgspec.Struct, frozen=True):
    """The file by which a stick burns this vault."""

    name: str
    sha256: bytes
    made_at: int


class Typed(msgspec.Struct, frozen=True):
    """One text that stood in a form, unsent, when the desk locked."""

    at: int
    place: str  # the page's address
    label: str
    text: str


class Loss(msgspec.Struct, frozen=True):
    """What burning this vault takes from this computer."""

    circles: int
    records: int
    files: int
    unsent: int  # entries that are nowhere else yet
    colleagues: int  # other devices of the team that could hand things back


def change_passphrase(
    session: Session, old: str, new: str, again: str, *, work_factor: int = DEFAULT_WORK_FACTOR
) -> None:
    """Let another passphrase open this vault. PassphraseRefused, WrongPassphrase; then the old one holds."""
    kept = say("The old passphrase holds.")
    if new != again:
        raise PassphraseRefused(
            say("The two new passphrases are not the same."), kept=kept, next_step=say("Type both again.")
        )
    if len(new) < PASSPHRASE_LEAST:
        raise PassphraseRefused(
            say("The new passphrase is too short: a taken laptop would give it away."),
            kept=kept,
            next_step=say("Use six words, or at least {least} characters.", least=PASSPHRASE_LEAST),
        )
    session.vault.change_passphrase(old, new, work_factor=work_factor)


def what_burns(session: Session) -> Loss:
    """Return what would be gone from this computer, and what would be gone for good."""
    vault = session.vault
    others = [
        one for one in vault.roster().values() if not one.removed_at and one.device_id != vault.device.id
    ]
    return Loss(
        circles=len(vault.compartments()),
        records=sum(vault.count(kind) for kind in vault.kinds()),
        files=sum(1 for _ in vault.blobs()),
        unsent=vault.unsent(),
        colleagues=len(others),
    )


def is_gone(session: Session) -> bool:
    """Tell whether somebody burnt the vault of this session meanwhile."""
    return is_burnt(session.vault.folder)


def burn_typed(session: Session, typed: str) -> None:
    """Burn this vault if the word was typed. WordNotTyped, NotBurnt."""
    if typed.strip().casefold() not in BURN_WORDS:
        raise WordNotTyped(
            say("The word was not typed, so nothing was burnt."),
            kept=say("Everything is as it was."),
            next_step=say("Type the word that stands above the button."),
        )
    burn(session.vault.folder)


def make_stick(session: Session, name: str) -> bytes:
    """Set up a stick: return the content of the file that it is to carry under this name. StickRefused.

    Only its hash is kept, and an earlier one has no effect any more.
    """
    if not re.fullmatch(r"[\w-][\w .-]*", name) or len(name) > _NAME_MOST or name.endswith((" ", ".")):
        raise StickRefused(
            say("A file on a stick cannot have this name everywhere."),
            kept=say("Nothing was changed."),
            next_step=say("Use letters, digits and dots, such as notes.dat."),
        )
    content = session.chance.draw(STICK_BYTES)
    stick = Stick(name, hashlib.sha256(content).digest(), session.now())
    session.vault.local_put(_STICK, msgspec.structs.asdict(stick))
    return content


def forget_stick(session: Session) -> None:
    """Let no stick burn this vault any more."""
    session.vault.local_put(_STICK, None)


def stick_of(session: Session) -> Stick | None:
    """Return what was set up; None if nothing was."""
    kept = session.vault.local_get(_STICK)
    return msgspec.convert(kept, Stick) if kept is not None else None


def burn_by_stick(session: Session) -> None:
    """Burn this vault: a stick asked for it."""
    burn(session.vault.folder)


def lock_after(session: Session) -> int:
    """Return after how many minutes without anybody this desk locks."""
    kept = session.vault.local_get(_LOCK)
    return kept if isinstance(kept, int) and LOCK_LEAST <= kept <= LOCK_MOST else LOCK_USUAL


def set_lock_after(session: Session, minutes: int) -> None:
    """Set after how many minutes without anybody this desk locks; OutOfRange beyond the limits."""
    if not LOCK_LEAST <= minutes <= LOCK_MOST:
        raise OutOfRange(
            say("A desk locks after {least} to {most} minutes.", least=LOCK_LEAST, most=LOCK_MOST),
            kept=say("Nothing was changed."),
            next_step=say("Write a whole number between these two."),
        )
    session.vault.local_put(_LOCK, minutes)


def leave_typed(session: Session, place: str, texts: Sequence[tuple[str, str]]) -> None:
    """Keep what stands in the forms of a page, on this computer only: pairs of a field's label and its text."""
    local = place if place.startswith("/") and not place.startswith(("//", "/\\")) else "/"
    fresh = [Typed(session.now(), local, label, text) for label, text in texts if text.strip()]
    kept = [
        one
        for one in typed_left(session)
        if (one.place, one.text) not in {(new.place, new.text) for new in fresh}
    ]
    if fresh:
        session.vault.local_put(
            _TYPED, [msgspec.structs.asdict(one) for one in [*kept, *fresh][-_TYPED_MOST:]]
        )


def typed_left(session: Session) -> list[Typed]:
    """Return the texts that are kept, oldest first."""
    kept = session.vault.local_get(_TYPED)
    return msgspec.convert(kept, list[Typed]) if kept is not None else []


def forget_typed(session: Session) -> None:
    """Let go of the texts that are kept."""
    session.vault.local_put(_TYPED, None)


def forget_typed_about(session: Session, ids: Collection[str]) -> None:
    """Let go of what was typed on pages of these records."""
    _keep_typed(session, [one for one in typed_left(session) if not any(name in one.place for name in ids)])


def forget_typed_before(session: Session, moment: int) -> None:
    """Let go of what was typed before a moment, milliseconds."""
    _keep_typed(session, [one for one in typed_left(session) if one.at >= moment])


def _keep_typed(session: Session, kept: Sequence[Typed]) -> None:
    if len(kept) < len(typed_left(session)):
        session.vault.local_put(_TYPED, [msgspec.structs.asdict(one) for one in kept] or None)

"""What a member does with the vault on this computer, rather than with what is in it."""

from __future__ import annotations

from leeward.base.limits import PASSPHRASE_LEAST
from leeward.base.say import say
from leeward.office.errors import OfficeError
from leeward.office.session import Session
from leeward.seal.keys import DEFAULT_WORK_FACTOR


class PassphraseRefused(OfficeError):
    """A new passphrase is too short, or was not typed twice alike."""

    code = "vault.passphrase-refused"


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

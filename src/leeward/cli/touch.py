"""Asking a person at the terminal for their security key."""

from __future__ import annotations

import getpass
import sys
from typing import TYPE_CHECKING

from leeward.cli import tell
from leeward.cli.ask import NoPassphrase

if TYPE_CHECKING:
    from leeward.seal.second_half import Credential


class Terminal:
    """Says what the key wants, on standard error; reads its PIN from the terminal."""

    def touch(self) -> None:
        """Ask for a touch."""
        tell.aside("Touch your security key.")

    def pin(self) -> str:
        """Ask for the key's PIN."""
        if not sys.stdin.isatty():
            raise NoPassphrase(
                "The security key wants its PIN, and there is no terminal to ask at.",
                next_step="Run this in a terminal, without --passphrase-file -.",
            )
        text = getpass.getpass("PIN of the security key: ")
        if not text:
            raise NoPassphrase("The PIN is empty.", kept="Nothing was changed.", next_step="Start again.")
        return text


def touch() -> Touching:
    """Return what has a security key answer while one command runs: asked once, however often it opens the vault."""
    return Touching()


class Touching:
    """A security key's answer, asked for when it is needed first."""

    def __init__(self) -> None:
        self._answers: dict[bytes, bytes] = {}

    def __call__(self, credentials: list[Credential], salt: bytes) -> bytes:
        """Return the answer."""
        from leeward.office import security_key  # noqa: PLC0415 - most vaults need none

        if salt not in self._answers:
            self._answers[salt] = security_key.answer_of(Terminal(), credentials, salt)
        return self._answers[salt]

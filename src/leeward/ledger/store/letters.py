"""Letters between devices, as a vault writes and opens them (ledger/letter.py)."""

from __future__ import annotations

from collections.abc import Mapping

from leeward.base.ids import make_id
from leeward.base.ports import Chance, Clock
from leeward.base.say import say
from leeward.ledger.errors import LetterError
from leeward.ledger.letter import VERSION, Letter, print_letter, read_letter, sender_of
from leeward.ledger.roster import RosterDevice
from leeward.ledger.store.keyring import Device
from leeward.seal.envelope import open_sealed, seal
from leeward.seal.errors import SealError
from leeward.seal.keys import Recipient
from leeward.seal.kinds import Kind

_KEPT_MOST = 32


def write_letter(
    device: Device, to: str, recipient: Recipient, purpose: str, body: bytes, *, clock: Clock, chance: Chance
) -> bytes:
    """Return a sealed, signed letter to a device."""
    letter = Letter(VERSION, make_id(chance), device.id, to, purpose, clock.now_ms(), body)
    return seal(Kind.LETTER, print_letter(letter, device.signing_key), recipient)


class LetterBox:
    """The letters of one device: told from other things that came, and opened.

    What was opened to tell what it is, is opened again a moment later: its plain text is kept until then, under its
    sealed bytes, for a few at a time. Whether it is genuine is asked when it is read, whatever was kept.
    """

    def __init__(self, device: Device) -> None:
        self._device = device
        self._plain: dict[bytes, bytes] = {}

    def is_letter(self, untrusted_sealed: bytes) -> bool:
        """Tell whether this is a letter sealed to this device; whether it is genuine, `open` says."""
        try:
            plain = open_sealed(Kind.LETTER, untrusted_sealed, [self._device.identity])
        except SealError:
            return False
        if len(self._plain) < _KEPT_MOST:
            self._plain[untrusted_sealed] = plain
        return True

    def open(
        self, roster: Mapping[str, RosterDevice], untrusted_sealed: bytes
    ) -> tuple[Letter, RosterDevice]:
        """Return a letter and who sent it; LetterError unless a device that belongs to the team wrote it to us."""
        plain = self._plain.pop(untrusted_sealed, None)
        if plain is None:
            try:
                plain = open_sealed(Kind.LETTER, untrusted_sealed, [self._device.identity])
            except SealError as error:
                raise LetterError(say("This letter is damaged or was not sealed to this device.")) from error
        sender = roster.get(sender_of(plain))
        if sender is None or sender.removed_at:  # 3
            raise LetterError(
                say("A letter comes from a device that is not in the team."),
                kept=say("Nothing was changed."),
            )
        return read_letter(plain, receiver=self._device.id, sender_key=sender.verify_key), sender

    def empty(self) -> None:
        """Let go of what is kept."""
        self._plain.clear()

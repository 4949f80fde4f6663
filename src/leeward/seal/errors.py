"""Errors of the seal.

SealError
 +-- KeyMalformed          a key's text or bytes are not one
 +-- EnvelopeMalformed     not an age v1 file, or its header breaks a rule of the format or of ours
 |    `-- ArmorMalformed   the text form around an age file is not strict
 +-- NoKeyFits             well formed, but sealed to somebody else
 |    `-- WrongPassphrase
 +-- NotEnoughMemory       the passphrase's hashing needs more than this machine has free
 +-- HeaderAltered         a key fits, but the header is not the one its author wrote
 +-- ContentDamaged        the content was changed, cut short or added to
 +-- FrameMalformed        the content opened, but is not one of our frames
 |    `-- WrongKind        ... or a frame of another kind or version
 +-- FileTrouble           a file could not be read or written
 +-- SignatureWrong        one of the two signatures does not verify
 +-- CodeRefused           eight words that are not a code
 |    +-- WrongWordCount
 |    +-- UnknownWords
 |    `-- WordsDisagree
 +-- JoinCodeRefused       what was typed is no code of an invitation
 +-- SharesRefused         words or shares that are none, do not belong together, or are too few
 +-- GuessWrong            the two sides of an invitation have different codes
 `-- JoinMalformed         a message of an invitation is not what it must be

`detail` is a short technical English remark for logs and tests; it never holds content or keys.
Misuse by our own code is ValueError or RuntimeError, never one of these.
"""

from __future__ import annotations

from leeward.base.errors import LeewardError
from leeward.base.say import Message, say, say_count


class SealError(LeewardError):
    """Something sealed, signed or spelled is not what it should be."""

    code = "seal"

    def __init__(
        self,
        happened: str | Message,
        *,
        kept: str | Message = "",
        next_step: str | Message = "",
        detail: str = "",
    ) -> None:
        super().__init__(happened, kept=kept, next_step=next_step)
        self.detail = detail


class KeyMalformed(SealError):
    """A key's text or bytes are not a key."""

    code = "seal.key"

    def __init__(self, detail: str) -> None:
        super().__init__(
            say("This is not a complete key."),
            kept=say("Nothing was changed."),
            next_step=say("Copy the whole key again, from its first letter to its last."),
            detail=detail,
        )


class EnvelopeMalformed(SealError):
    """Not an age v1 file, or its header breaks a rule."""

    code = "seal.envelope"

    def __init__(self, detail: str) -> None:
        super().__init__(
            say("This is not a sealed file that Leeward knows, or its beginning was damaged."),
            kept=say("Nothing of it was read or changed."),
            next_step=say("Ask for it to be sent again."),
            detail=detail,
        )


class ArmorMalformed(EnvelopeMalformed):
    """The text form around an age file is not strict."""

    code = "seal.armor"


class NoKeyFits(SealError):
    """Well formed, but none of the keys at hand opens it."""

    code = "seal.no-key"

    def __init__(self, detail: str = "") -> None:
        super().__init__(
            say("None of the keys on this device opens this."),
            kept=say("It is still sealed and unchanged."),
            next_step=say("Ask the person who sealed it to grant you the key, or use the right device."),
            detail=detail,
        )


class WrongPassphrase(NoKeyFits):
    """The passphrase does not open it."""

    code = "seal.wrong-passphrase"

    def __init__(self) -> None:
        SealError.__init__(
            self,
            say("The passphrase does not open this."),
            kept=say("Nothing was changed."),
            next_step=say("Type it again; look at the keyboard's language and at Caps Lock."),
        )


class NotEnoughMemory(SealError):
    """The passphrase's hashing needs more memory than this machine has free."""

    code = "seal.memory"

    def __init__(self, mebibytes: int) -> None:
        super().__init__(
            say(
                "There is not enough free memory to check the passphrase: it takes {size} MB.", size=mebibytes
            ),
            kept=say("Nothing was changed."),
            next_step=say("Close other programs and try again."),
        )


class HeaderAltered(SealError):
    """A key fits, but the header is not the one its author wrote."""

    code = "seal.header-altered"

    def __init__(self) -> None:
        super().__init__(
            say("Somebody changed the beginning of this sealed file after it was sealed."),
            kept=say("Nothing of it was used."),
            next_step=say("Ask for it again by another way, and tell the team."),
        )


class ContentDamaged(SealError):
    """The content was changed, cut short or added to."""

    code = "seal.damaged"

    def __init__(self, detail: str) -> None:
        super().__init__(
            say("This sealed file was damaged or cut short after it was sealed."),
            kept=say("Nothing of it was kept."),
            next_step=say("Ask for it to be sent again."),
            detail=detail,
        )


class FrameMalformed(SealError):
    """The content opened, but is not a frame of ours."""

    code = "seal.frame"

    def __init__(self, detail: str) -> None:
        super().__init__(
            say("This opened, but what is inside was not written by a Leeward that we know."),
            kept=say("Nothing of it was used."),
            next_step=say("Check for a newer version of Leeward; if this is the newest, tell the team."),
            detail=detail,
        )


class WrongKind(FrameMalformed):
    """A frame of another kind or version than the one expected here."""

    code = "seal.wrong-kind"


class FileTrouble(SealError):
    """A file could not be read or written."""

    code = "seal.file"

    def __init__(self, why: str) -> None:
        super().__init__(
            say("The file could not be read or written: {why}.", why=why),
            kept=say("Nothing was changed, and nothing half-written is left."),
            next_step=say("Look at the name, the free room on the disk and your rights to the folder."),
        )


class SignatureWrong(SealError):
    """One of the two signatures does not verify."""

    code = "seal.signature"

    def __init__(self, detail: str) -> None:
        super().__init__(
            say("The signature is not of the device that this names."),
            kept=say("Nothing of it was used."),
            next_step=say("Tell the team: somebody may be posing as one of you."),
            detail=detail,
        )


class CodeRefused(SealError):
    """What was typed is not a code."""

    code = "seal.code"


class WrongWordCount(CodeRefused):
    """There are not eight words."""

    code = "seal.code-count"

    def __init__(self, count: int) -> None:
        super().__init__(
            say_count(
                "A code has eight words, and {n} word is here.",
                "A code has eight words, and {n} words are here.",
                count,
            ),
            kept=say("Your messages are safe and wait for you."),
            next_step=say("Look whether a word is missing or written twice."),
        )
        self.count = count


class UnknownWords(CodeRefused):
    """Some words are not in the list.

    `unknown` maps each one's place (from 1) to the word as read; `nearest` maps the place to words of the list within
    one edit.
    """

    code = "seal.code-unknown"

    def __init__(self, unknown: dict[int, str], nearest: dict[int, tuple[str, ...]]) -> None:
        first = min(unknown)
        near = nearest.get(first, ())
        if near:
            ask = say("Did you mean: {words}?", words=", ".join(near))
        else:
            ask = say("Look at the word again, letter by letter.")
        super().__init__(
            say("Word {place}, “{word}”, is not one of our words.", place=first, word=unknown[first][:30]),
            kept=say("Your messages are safe and wait for you."),
            next_step=ask,
        )
        self.unknown = unknown
        self.nearest = nearest


class WordsDisagree(CodeRefused):
    """Eight known words that are not a code."""

    code = "seal.code-disagree"

    def __init__(self) -> None:
        super().__init__(
            say("All eight words are ours, but together they are not a code."),
            kept=say("Your messages are safe and wait for you."),
            next_step=say(
                "Two words may have changed places, or one word is another. Compare them one by one."
            ),
        )


class JoinCodeRefused(SealError):
    """What was typed is not six digits and three words of ours."""

    code = "seal.join-code"

    def __init__(self, happened: Message, next_step: Message) -> None:
        super().__init__(
            happened, kept=say("Nothing was sent, and the code is still good."), next_step=next_step
        )


class SharesRefused(SealError):
    """Words or shares that are none, do not belong together, or are too few."""

    code = "seal.shares"

    def __init__(self, happened: Message) -> None:
        super().__init__(
            happened,
            kept=say("Nothing was opened, and nothing was lost."),
            next_step=say("Compare with the paper word by word; the first four letters of each are enough."),
        )


class GuessWrong(SealError):
    """The other side of an invitation does not know the same code; each code allows this once."""

    code = "seal.guess"

    def __init__(self, detail: str) -> None:
        super().__init__(
            say("The code that was typed is not the one that was said, so this invitation is over."),
            kept=say("Nobody was let in, and nothing was given away."),
            next_step=say(
                "Make a new code. If the words were typed rightly, somebody else tried to guess them: "
                "say the new ones by another way."
            ),
            detail=detail,
        )


class JoinMalformed(SealError):
    """A message of an invitation was changed, exchanged, or is none."""

    code = "seal.joining"

    def __init__(self, detail: str) -> None:
        super().__init__(
            say("What came over the relay is not what the other computer sent."),
            kept=say("Nobody was let in, and nothing was given away."),
            next_step=say("Make a new code. If it happens again, tell whoever runs the relay."),
            detail=detail,
        )

"""An answer as a letter, with nothing in it that tells of the desk it was written at.

1. No User-Agent, no host name, no local zone, no display name of a member; the time is UTC, to the minute.
2. The subject says nothing, and theirs is not repeated; nothing of what they wrote is quoted.
3. The same answer always makes the same bytes, under a Message-ID derived from it: a server or a program that gets it
   twice can tell that it is one letter.
"""

from __future__ import annotations

import base64
import datetime as dt
import email.utils
from email.header import Header

from leeward.base.ids import derive_id
from leeward.base.say import say
from leeward.office.channels.email_read import is_address
from leeward.office.channels.errors import AnswerRefused
from leeward.office.channels.port import Outgoing

SUBJECTS = {"ru": "Ответ на ваше письмо", "en": "Reply to your message"}


def message_id(letter_id: str, address: str) -> str:
    """Return the Message-ID of an answer."""
    return f"<{derive_id('message-id', letter_id, address)}@{address.rpartition('@')[2]}>"


def write_letter(answer: Outgoing, address: str, subject: str = "") -> bytes:
    """Return the letter's bytes. AnswerRefused if the handle is no address."""
    if not is_address(answer.handle):
        raise AnswerRefused(
            say("This contact's address cannot be written to."),
            kept=say("Your answer is saved here."),
            next_step=say("Reach them in another way."),
        )
    moment = dt.datetime.fromtimestamp(answer.at // 60_000 * 60, dt.UTC)
    neutral = " ".join(subject.split()) or SUBJECTS.get(answer.language, SUBJECTS["en"])
    shown = Header(neutral, "us-ascii" if neutral.isascii() else "utf-8", maxlinelen=76).encode(
        linesep="\r\n"
    )
    lines = [
        f"From: {address}",
        f"To: {answer.handle}",
        f"Subject: {shown}",
        f"Date: {email.utils.format_datetime(moment)}",
        f"Message-ID: {message_id(answer.letter_id, address)}",
    ]
    if answer.reference:
        lines += [f"In-Reply-To: {answer.reference}", f"References: {answer.reference}"]
    lines += [
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: base64",
        "",
    ]
    text = answer.text.replace("\r\n", "\n").replace("\n", "\r\n") + "\r\n"
    body = base64.encodebytes(text.encode()).decode("ascii").splitlines()
    return "\r\n".join([*lines, *body, ""]).encode("ascii")

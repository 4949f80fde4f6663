"""E-mail as a channel: letters are fetched by IMAP, answers sent by SMTP. Not sealed on the way; the desk says so.

1. A letter is read without being marked (BODY.PEEK), made durable here, and only then marked or deleted there; only
   after that does the cursor pass it. A crash anywhere leaves it to be fetched again, and known again.
2. The cursor is UIDVALIDITY and UID. If the server counts anew, everything is looked at again; what is known already
   is recognised by what it says, not by its number.
3. A letter beyond RAW_MOST is not fetched whole: its head becomes a message, and it stays on the server, undeleted.
4. No answer of the server makes us keep more than a letter and a line in memory.
5. Without TLS nothing is said, not even the user's name (dial.py).

Why the standard library: imaplib and smtplib speak both protocols, are maintained with Python, and let us make the
connection ourselves (SOCKS, limits). imapclient would be nicer to read and adds no safety.
"""

from __future__ import annotations

import base64
import contextlib
import imaplib
import re
import smtplib
import socket
import ssl
from collections.abc import Iterator
from typing import Any

from leeward.base.errors import LeewardError
from leeward.base.say import Message, say
from leeward.office.channels.dial import away, dial, not_private, require_private, tls
from leeward.office.channels.email_read import RAW_MOST, read_letter
from leeward.office.channels.email_write import write_letter
from leeward.office.channels.errors import AnswerLater, AnswerRefused, BadSettings, ChannelAway, WrongLogin
from leeward.office.channels.port import Memory, Outgoing, Take
from leeward.office.channels.settings import EmailSettings

_TIMEOUT = 30.0  # seconds for one answer of a server
_ROUND_MOST = 50  # letters between two looks at what is to be sent
_HEAD_BYTES = 64 * 1024
_LINE_MOST = 1_000_000
_SIZE = re.compile(rb"RFC822\.SIZE (\d{1,12})")


class _Imap(imaplib.IMAP4):
    """imaplib over a connection of our own making, with a limit on what one answer may bring (4)."""

    def __init__(self, settings: EmailSettings, timeout: float) -> None:
        self._settings = settings
        super().__init__(settings.imap_host, settings.imap_port, timeout)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        chosen = self._settings
        connection = dial(self.host, self.port, proxy=chosen.proxy, timeout=timeout or _TIMEOUT)
        if chosen.imap_security != "tls":
            return connection
        return tls(chosen.certificate).wrap_socket(connection, server_hostname=self.host)

    def read(self, size: int) -> bytes:
        """Read one literal."""
        if size > RAW_MOST + _LINE_MOST:
            raise self.abort("the server sends more than was asked for")
        return super().read(size)


class _Smtp(smtplib.SMTP):
    """smtplib over a connection of our own making. It names no host: the literal of this computer's own loopback."""

    def __init__(self, settings: EmailSettings, timeout: float) -> None:
        self._settings = settings
        super().__init__(settings.smtp_host, settings.smtp_port, "[127.0.0.1]", timeout)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        connection = dial(host, port, proxy=self._settings.proxy, timeout=timeout)
        if self._settings.smtp_security != "tls":
            return connection
        return tls(self._settings.certificate).wrap_socket(connection, server_hostname=host)


class EmailChannel:
    """One mailbox."""

    name = "email"
    repeats_safely = True
    pause = 30.0

    def __init__(self, settings: EmailSettings, memory: Memory, *, timeout: float = _TIMEOUT) -> None:
        self._settings = settings
        self._memory = memory
        self._timeout = timeout
        self.account = settings.address.lower()

    def check(self) -> Message:
        """Log in on both servers; nothing is fetched or sent."""
        with self._imap() as imap:
            count = _count(imap, self._settings.folder)
        with self._smtp():
            pass
        return say(
            "Both servers answer, and know the password. Letters in “{folder}”: {count}.",
            folder=self._settings.folder,
            count=count,
        )

    def fetch(self, take: Take, *, wait: float = 0.0) -> int:
        """Hand over the letters that are new; returns at once, since not every server can tell when one comes."""
        del wait
        with self._imap() as imap:
            _count(imap, self._settings.folder)
            validity = int((imap.response("UIDVALIDITY")[1] or [b"0"])[0] or 0)
            seen = self._memory.get()
            if seen.get("skip"):  # set up with the wish that what lies there already is let be
                there = _uids(imap, 0)
                self._memory.put({"validity": validity, "uid": max(there, default=0)})
                return 0
            last = seen.get("uid", 0) if seen.get("validity") == validity else 0  # 2
            count = 0
            for uid in _uids(imap, last)[:_ROUND_MOST]:
                count += self._take_one(imap, uid, take)
                self._memory.put({"validity": validity, "uid": uid})  # 1
            return count

    def send(self, answer: Outgoing) -> None:
        """Hand an answer to the server."""
        raw = write_letter(answer, self.account, self._settings.subject)
        with self._smtp() as smtp:
            try:
                smtp.sendmail(self.account, [answer.handle], raw)
            except smtplib.SMTPRecipientsRefused as error:
                raise _refused(*next(iter(error.recipients.values()))) from error
            except smtplib.SMTPResponseException as error:
                raise _refused(error.smtp_code, error.smtp_error) from error

    def remark(self) -> Message | None:
        """Return nothing: whatever is odd about a mailbox is an error."""
        return None

    def close(self) -> None:
        """Nothing is kept open between two looks."""

    def _take_one(self, imap: _Imap, uid: int, take: Take) -> int:
        size = _size(imap, uid)
        if size is None:
            return 0  # somebody else took it away meanwhile
        whole = size <= RAW_MOST  # 3
        raw = _body(imap, uid, "BODY.PEEK[]" if whole else f"BODY.PEEK[]<0.{_HEAD_BYTES}>")
        if raw is None:
            return 0
        take(read_letter(raw, whole=whole))
        self._finish(imap, uid, whole=whole)
        return 1

    def _finish(self, imap: _Imap, uid: int, *, whole: bool) -> None:
        """Mark or delete what is durable here (1)."""
        if self._settings.after == "leave":
            return
        delete = self._settings.after == "delete" and whole
        imap.uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Deleted)" if delete else r"(\Seen)")
        if delete and "UIDPLUS" in imap.capabilities:
            imap.uid("EXPUNGE", str(uid))
        elif delete:
            imap.expunge()

    @contextlib.contextmanager
    def _imap(self) -> Iterator[_Imap]:
        host = self._settings.imap_host
        require_private(host, self._settings.imap_security)  # 5
        imap: _Imap | None = None
        with _told(host):
            try:
                imap = _Imap(self._settings, self._timeout)
                if self._settings.imap_security == "starttls":
                    imap.starttls(tls(self._settings.certificate))
                self._log_in(imap)
                _learn(imap)
                yield imap
            finally:
                if imap is not None:
                    with contextlib.suppress(Exception):
                        imap.logout()
                    with contextlib.suppress(OSError):
                        imap.shutdown()

    def _log_in(self, imap: _Imap) -> None:
        user, password = self._settings.user, self._settings.password
        try:
            if "AUTH=PLAIN" in imap.capabilities:
                imap.authenticate("PLAIN", lambda _: f"\0{user}\0{password}".encode())
            else:
                imap.login(user, password)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            raise _wrong_login(self._settings.imap_host) from error

    @contextlib.contextmanager
    def _smtp(self) -> Iterator[_Smtp]:
        host = self._settings.smtp_host
        require_private(host, self._settings.smtp_security)  # 5
        smtp: _Smtp | None = None
        with _told(host):
            try:
                smtp = _Smtp(self._settings, self._timeout)
                if self._settings.smtp_security == "starttls":
                    smtp.starttls(context=tls(self._settings.certificate))
                self._introduce(smtp)
                yield smtp
                with contextlib.suppress(smtplib.SMTPException, OSError):
                    smtp.quit()
            finally:
                if smtp is not None:
                    smtp.close()

    def _introduce(self, smtp: _Smtp) -> None:
        """Say who we are, in one step that takes any letters; smtplib's own way knows Latin ones only."""
        user, password, host = self._settings.user, self._settings.password, self._settings.smtp_host
        smtp.ehlo_or_helo_if_needed()
        if "PLAIN" not in smtp.esmtp_features.get("auth", "").upper().split():
            try:
                smtp.login(user, password)
            except smtplib.SMTPAuthenticationError as error:
                raise _wrong_login(host) from error
            return
        proof = base64.b64encode(f"\0{user}\0{password}".encode()).decode("ascii")
        code, why = smtp.docmd("AUTH", f"PLAIN {proof}")
        if 400 <= code < 500:
            raise _refused(code, why)
        if code not in {235, 503}:
            raise _wrong_login(host)


@contextlib.contextmanager
def _told(host: str) -> Iterator[None]:
    """Turn what two libraries and the network raise into what a person is told."""
    try:
        yield
    except LeewardError:
        raise
    except ssl.SSLError as error:
        raise not_private(host, error) from error
    except smtplib.SMTPNotSupportedError as error:
        raise not_private(host, error) from error
    except UnicodeError as error:
        raise BadSettings(
            say("{host} takes no user or password with letters other than Latin ones.", host=host),
            kept=say("Nothing was sent."),
            next_step=say("Choose another password for this mailbox."),
        ) from error
    except imaplib.IMAP4.error as error:
        if "STARTTLS" in str(error) or "TLS not" in str(error):
            raise not_private(host, error) from error
        raise away(host, error) from error
    except (OSError, smtplib.SMTPException, EOFError) as error:
        raise away(host, error) from error


def _learn(imap: _Imap) -> None:
    """Ask again what the server can do: some tell all of it only after the login."""
    code, told = imap.capability()
    if code == "OK" and told and isinstance(told[-1], bytes):
        imap.capabilities = tuple(told[-1].decode("ascii", "replace").upper().split())


def _count(imap: _Imap, folder: str) -> int:
    quoted = folder.replace("\\", "").replace('"', "")
    code, answer = imap.select(f'"{quoted}"')
    if code != "OK":
        raise BadSettings(
            say("The mailbox has no folder “{folder}”.", folder=folder[:60]),
            kept=say("Nothing was changed."),
            next_step=say("In most mailboxes it is INBOX."),
        )
    return int((answer[0] if answer else None) or 0)


def _uids(imap: _Imap, last: int) -> list[int]:
    found = _lines(imap.uid("SEARCH", f"UID {last + 1}:*"))
    numbers = (int(word) for line in found for word in line.split() if word.isdigit())
    return sorted(
        {number for number in numbers if number > last}
    )  # "N:*" names the last one even if it is before N


def _size(imap: _Imap, uid: int) -> int | None:
    told = [
        found
        for line in _lines(imap.uid("FETCH", str(uid), "(RFC822.SIZE)"))
        if (found := _SIZE.search(line))
    ]
    return int(told[0][1]) if told else None


def _body(imap: _Imap, uid: int, what: str) -> bytes | None:
    code, answer = imap.uid("FETCH", str(uid), f"({what})")
    if code != "OK":
        raise ChannelAway(
            say("The server would not give a letter."), next_step=say("It is tried again by itself.")
        )
    parts: list[Any] = list(answer or [])
    return next((part[1] for part in parts if isinstance(part, tuple) and len(part) > 1), None)


def _lines(answer: tuple[str, list[Any]]) -> list[bytes]:
    code, parts = answer
    if code != "OK":
        raise ChannelAway(
            say("The server would not list its letters."), next_step=say("It is tried again by itself.")
        )
    flat = (part[0] if isinstance(part, tuple) else part for part in parts or [])
    return [part for part in flat if isinstance(part, bytes)]


def _refused(code: int, why: bytes | str) -> LeewardError:
    words = why.decode("utf-8", "replace") if isinstance(why, bytes) else why
    told = f"{code} {' '.join(words.split())}"[:300]
    if 400 <= code < 500:
        return AnswerLater(
            say("The server asks us to wait ({why}).", why=told),
            kept=say("Your answer is saved here."),
            next_step=say("It is tried again by itself."),
        )
    return AnswerRefused(
        say("The server will not take this answer ({why}).", why=told),
        kept=say("Your answer is saved here."),
        next_step=say("Look at the address, or reach them in another way."),
    )


def _wrong_login(host: str) -> WrongLogin:
    return WrongLogin(
        say("{host} does not take this user and password.", host=host),
        kept=say("Nothing was lost; letters stay on the server."),
        next_step=say("Type both again. Some providers want a password of its own for programs."),
    )

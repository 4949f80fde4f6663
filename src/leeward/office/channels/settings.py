"""How this desk reaches a channel's server. Kept in this desk's vault, sealed, and nowhere else: never in the ledger.

The team's ledger knows only which desk runs which channel (domain/intake/channels.py), so that two do not.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from leeward.base.ids import derive_id
from leeward.base.say import say
from leeward.domain.intake.channels import Seat
from leeward.ledger.model import put
from leeward.office.channels.dial import require_private, tls
from leeward.office.channels.email_read import is_address
from leeward.office.channels.errors import BadSettings, NotRunHere
from leeward.office.relay import relay_address
from leeward.office.session import Session

SECURITIES = ("tls", "starttls", "none")
AFTERS = ("leave", "mark", "delete")
_HOST = re.compile(r"[A-Za-z0-9.\-:\[\]]{1,253}")


class EmailSettings(msgspec.Struct, frozen=True, kw_only=True):
    """A mailbox."""

    address: str = ""
    imap_host: str = ""
    imap_port: int = 993
    imap_security: str = (
        "tls"  # "tls" from the first byte, "starttls", or "none" (this computer, onion addresses)
    )
    smtp_host: str = ""
    smtp_port: int = 465
    smtp_security: str = "tls"
    user: str = ""
    password: str = ""
    folder: str = "INBOX"
    subject: str = ""  # of our answers; "" is a neutral one in the reader's language
    after: str = (
        "mark"  # what happens on the server once a letter is durable here: "leave", "mark" as read, "delete"
    )
    certificate: str = ""  # PEM; "" believes whom this computer believes
    proxy: str = ""  # "socks5h://…"; "" connects directly

    def __repr__(self) -> str:
        return "EmailSettings(…)"


class SignalSettings(msgspec.Struct, frozen=True, kw_only=True):
    """A signal-cli daemon on this computer."""

    account: str = ""  # our number, or our account id
    socket: str = ""  # path of its unix socket, or "127.0.0.1:7583"
    attachments: str = (
        ""  # its folder of attachments; what was taken in is removed from there. "": asked for by RPC
    )

    def __repr__(self) -> str:
        return "SignalSettings(…)"


Settings = EmailSettings | SignalSettings
_KINDS: dict[str, type[Any]] = {"email": EmailSettings, "signal": SignalSettings}


def account_of(settings: Settings) -> str:
    """Return who we are on the channel."""
    return settings.address if isinstance(settings, EmailSettings) else settings.account


def seat_id(name: str, account: str) -> str:
    """Return the id of the record that says which desk runs a channel."""
    return derive_id("channel", name, account)


def load_settings(session: Session) -> dict[str, Settings]:
    """Return the channels set up on this desk, by name."""
    found: dict[str, Settings] = {}
    for name, kind in _KINDS.items():
        kept = session.vault.local_get(_key(name))
        if kept:
            found[name] = msgspec.convert(kept, kind)
    return found


def save_settings(session: Session, settings: Settings, *, only_new: bool = False) -> None:
    """Keep a channel's settings on this desk, and tell the team that it runs here. BadSettings, NotPrivate.

    With `only_new`, a mailbox that is set up for the first time lets be what lies there already.
    """
    name = name_of(settings)
    _require_sound(settings)
    circle = session.compartment_of("intake")
    before = load_settings(session).get(name)
    if before is not None and account_of(before) != account_of(settings):
        remove_settings(session, name)
    if only_new and not session.vault.local_get(memory_key(name)):
        session.vault.local_put(memory_key(name), {"skip": 1})
    session.vault.local_put(_key(name), msgspec.to_builtins(settings))
    seat = seat_id(name, account_of(settings))
    session.commit(
        circle,
        put(
            Seat.kind,
            seat,
            name=name,
            device=session.vault.device.id,
            member_id=session.member_id,
            stopped_at=0,
        ),
    )


def remove_settings(session: Session, name: str) -> None:
    """Forget a channel on this desk: its password too. What came by it stays."""
    settings = load_settings(session).get(name)
    if settings is None:
        return
    session.vault.local_put(_key(name), None)
    session.vault.local_put(memory_key(name), None)
    seat = session.get(Seat, seat_id(name, account_of(settings)))
    if seat is not None and seat.device == session.vault.device.id:
        session.commit(seat.compartment, put(Seat.kind, seat.id, stopped_at=session.now()))


def seats(session: Session) -> list[Seat]:
    """Return the channels that some desk of the team runs."""
    return [seat for seat in session.find(Seat) if not seat.stopped_at]


def require_seat(session: Session, name: str, account: str) -> None:
    """Raise NotRunHere if another desk has taken the channel over."""
    seat = session.get(Seat, seat_id(name, account))
    if seat is None or seat.stopped_at or seat.device != session.vault.device.id:
        raise NotRunHere(
            say("Another desk of the team runs this channel now."),
            kept=say("Nothing is lost: that desk fetches and sends."),
            next_step=say("To run it here again, save its settings on this desk."),
        )


class LocalMemory:
    """A channel's memory among the values of this desk only."""

    def __init__(self, session: Session, name: str) -> None:
        self._vault = session.vault
        self._key = memory_key(name)

    def get(self) -> dict[str, int]:
        """Return what was put last."""
        return dict(self._vault.local_get(self._key) or {})

    def put(self, values: dict[str, int]) -> None:
        """Keep the values."""
        self._vault.local_put(self._key, values)


def memory_key(name: str) -> str:
    """Return where a channel's memory is kept."""
    return f"channels.{name}.memory"


def default_proxy(session: Session) -> str:
    """Return the proxy to the relay: whoever reaches that by Tor will want to reach mail by Tor."""
    return relay_address(session.vault)[1]


def name_of(settings: Settings) -> str:
    """Return the channel that settings are of."""
    return "email" if isinstance(settings, EmailSettings) else "signal"


def _key(name: str) -> str:
    return f"channels.{name}.settings"


def _require_sound(settings: Settings) -> None:
    if isinstance(settings, SignalSettings):
        if not settings.account or not settings.socket:
            raise _missing()
        return
    if not settings.user or not settings.password:
        raise _missing()
    if not is_address(settings.address.lower()):
        raise BadSettings(
            say("“{typed}” is not an e-mail address.", typed=settings.address[:60]),
            kept=say("Nothing was changed."),
            next_step=say("Write it as name@example.org."),
        )
    for host, port, security in (
        (settings.imap_host, settings.imap_port, settings.imap_security),
        (settings.smtp_host, settings.smtp_port, settings.smtp_security),
    ):
        if not _HOST.fullmatch(host) or not 0 < port < 65536 or security not in SECURITIES:
            raise BadSettings(
                say("A server needs its name, and a port from 1 to 65535."),
                kept=say("Nothing was changed."),
                next_step=say("Your provider says both under “IMAP” and “SMTP”."),
            )
        require_private(host, security)
    if settings.proxy and not re.fullmatch(r"socks5h?://[A-Za-z0-9.\-]+:\d{1,5}", settings.proxy):
        raise BadSettings(
            say("A proxy is written as socks5h://127.0.0.1:9050."), kept=say("Nothing was changed.")
        )
    tls(settings.certificate)


def _missing() -> BadSettings:
    return BadSettings(
        say("Something that a channel cannot do without was left empty."), kept=say("Nothing was changed.")
    )

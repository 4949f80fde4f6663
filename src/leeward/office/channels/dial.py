"""A connection to somebody else's server: through a SOCKS5 proxy (Tor) if there is one, and private or not at all.

1. TLS 1.2 or later, with the server's name checked against the computer's certificates, or against the one given.
2. Without TLS only to this computer or to an onion address, whose address is its key.
3. With a proxy the server's name is looked up by the proxy: this computer asks nobody for it.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
from urllib.parse import urlsplit

from leeward.base.say import say
from leeward.office.channels.errors import BadSettings, ChannelAway, NotPrivate

_SOCKS_NO_LOGIN = b"\x05\x01\x00"
_SOCKS_CONNECT = b"\x05\x01\x00\x03"
_SOCKS_REST = {1: 6, 4: 18}  # bytes of an address and port, by its type


def dial(host: str, port: int, *, proxy: str = "", timeout: float = 30.0) -> socket.socket:
    """Return a connected socket; ChannelAway, BadSettings."""
    try:
        if not proxy:
            return socket.create_connection((host, port), timeout)
        where = urlsplit(proxy)
        connection = socket.create_connection((where.hostname or "127.0.0.1", where.port or 9050), timeout)
        try:
            _through(connection, host, port)  # 3
        except BaseException:
            connection.close()
            raise
    except (OSError, ValueError) as error:
        raise away(host, error) from error
    return connection


def tls(certificate: str = "") -> ssl.SSLContext:
    """Return how we speak TLS: believing the computer's certificates, or only the one given (PEM). BadSettings."""
    if not certificate:
        context = ssl.create_default_context()  # 1
    else:
        try:
            context = ssl.create_default_context(cadata=certificate)
        except (ssl.SSLError, ValueError) as error:
            raise BadSettings(
                say("What was given as the server's certificate is none."),
                kept=say("Nothing was changed."),
                next_step=say("Paste it whole, from “BEGIN CERTIFICATE” to “END CERTIFICATE”."),
            ) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def require_private(host: str, security: str) -> None:
    """Raise NotPrivate if a connection without TLS would leave this computer."""
    if security in {"tls", "starttls"} or host.endswith(".onion") or is_here(host):  # 2
        return
    raise NotPrivate(
        say(
            "Without TLS, everybody on the way to {host} could read the password and all letters.", host=host
        ),
        kept=say("Nothing was sent."),
        next_step=say(
            "Choose TLS. Without it, only an onion address or a program on this computer is allowed."
        ),
    )


def is_here(host: str) -> bool:
    """Tell whether a name means this computer."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def away(host: str, error: BaseException) -> ChannelAway:
    """Return the error for a server that does not answer."""
    why = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return ChannelAway(
        say("{host} does not answer ({why}).", host=host, why=str(why)[:200]),
        kept=say("Nothing is lost: what came stays on the server, and what you wrote is saved here."),
        next_step=say("It is tried again by itself."),
    )


def not_private(host: str, error: BaseException) -> NotPrivate:
    """Return the error for a server that is not who it should be, or speaks no TLS."""
    return NotPrivate(
        say("The connection to {host} could not be made private ({why}).", host=host, why=str(error)[:200]),
        kept=say("Neither the password nor a letter was sent over it."),
        next_step=say(
            "Compare name, port and kind of connection with what your provider says. If they are right, somebody may "
            "be between you and the server."
        ),
    )


def _through(connection: socket.socket, host: str, port: int) -> None:
    """Ask a SOCKS5 proxy (RFC 1928) for a connection by name."""
    name = host.encode("idna")
    connection.sendall(_SOCKS_NO_LOGIN)
    if _exactly(connection, 2) != b"\x05\x00":
        raise OSError("the proxy speaks no SOCKS5")
    connection.sendall(_SOCKS_CONNECT + bytes((len(name),)) + name + port.to_bytes(2, "big"))
    _, code, _, kind = _exactly(connection, 4)
    if code:
        raise OSError(f"the proxy could not reach it: {code}")
    _exactly(connection, _SOCKS_REST[kind] if kind in _SOCKS_REST else _exactly(connection, 1)[0] + 2)


def _exactly(connection: socket.socket, count: int) -> bytes:
    got = b""
    while len(got) < count:
        more = connection.recv(count - len(got))
        if not more:
            raise OSError("the proxy hung up")
        got += more
    return got

"""A real SMTP server on loopback (aiosmtpd) with STARTTLS and a password; it can refuse, hesitate and hang up."""

# ruff: noqa: ARG002, N802 - the library calls these hooks by their names and arguments

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Iterator
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from tests.support.certificates import Pair
from tests.support.dovecot import PASSWORD
from tests.support.ports import free_port


class Sorting:
    """What the server does with letters, and what it got. The library calls the hooks with these arguments."""

    def __init__(self) -> None:
        self.letters: list[bytes] = []
        self.greetings: list[str] = []
        self.recipient_answer = "250 OK"
        self.data_answer = "250 OK"
        self.hang_up_after_data = False

    async def handle_EHLO(
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        self.greetings.append(hostname)
        session.host_name = hostname
        return responses

    async def handle_RCPT(
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        if self.recipient_answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return self.recipient_answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.data_answer.startswith("2"):
            assert isinstance(envelope.content, bytes)
            self.letters.append(envelope.content)
        if self.hang_up_after_data:
            self.hang_up_after_data = False
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return self.data_answer


class Sending:
    """A running server."""

    def __init__(self, sorting: Sorting, port: int) -> None:
        self.sorting = sorting
        self.port = port

    @property
    def letters(self) -> list[bytes]:
        return self.sorting.letters


@contextlib.contextmanager
def smtp_server(pair: Pair) -> Iterator[Sending]:
    """Run an SMTP server that requires STARTTLS and the password of tests/support/dovecot.py."""
    sorting, port = Sorting(), free_port()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pair.certificate, pair.key)

    def log_in(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(
            handled=False, success=isinstance(data, LoginPassword) and data.password.decode() == PASSWORD
        )

    controller = Controller(
        sorting,
        hostname="127.0.0.1",
        port=port,
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        authenticator=log_in,
    )
    controller.start()
    try:
        yield Sending(sorting, port)
    finally:
        controller.stop()

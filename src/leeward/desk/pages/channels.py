"""Channels: how people reach the hotline besides the intake page, and what this desk needs to know for it."""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leeward.base.errors import LeewardError
from leeward.base.say import Message, say
from leeward.desk.forms import Form
from leeward.desk.render import desk_of, done, form_of, office_of, render
from leeward.domain.intake import Contact
from leeward.domain.intake.channels import DELIVERY
from leeward.office import intake
from leeward.office.around import member
from leeward.office.channels import outbox, safety
from leeward.office.channels.needs import stuck, why_stuck
from leeward.office.channels.runner import open_channel
from leeward.office.channels.settings import (
    EmailSettings,
    Settings,
    SignalSettings,
    default_proxy,
    load_settings,
    remove_settings,
    save_settings,
    seats,
)
from leeward.office.intake.needs import shown_name
from leeward.office.session import Session

_CERTIFICATE_MOST = 20_000
SECURITIES = (
    ("tls", say("TLS from the first byte")),
    ("starttls", say("STARTTLS")),
    ("none", say("none: only this computer or an onion address")),
)
AFTERS = (
    ("mark", say("mark it as read")),
    ("leave", say("leave it as it is")),
    ("delete", say("delete it there")),
)


def show(request: Request) -> Response:
    """Show the page."""
    return _page(request)


def _page(
    request: Request,
    *,
    found: Message | str = "",
    wrong: LeewardError | None = None,
    email: EmailSettings | None = None,
    signal: SignalSettings | None = None,
) -> Response:
    """Return the page; what was typed comes back, except the password."""
    session = office_of(request)
    kept = load_settings(session)
    states = {state.name: state for state in desk_of(request).channels.states}
    return render(
        request,
        "channels/index.html",
        status=409 if wrong is not None else 200,
        has_intake=intake.has_intake(session),
        kept=kept,
        states=states,
        email=email or kept.get("email") or EmailSettings(proxy=default_proxy(session)),
        signal=signal or kept.get("signal") or SignalSettings(),
        elsewhere=_elsewhere(session),
        securities=SECURITIES,
        afters=AFTERS,
        found=found,
        wrong=wrong,
        stuck=stuck(session),
        changed=safety.changed_numbers(session),
        deliveries=DELIVERY,
        why_stuck=why_stuck,
        who=lambda contact_id: _who(session, contact_id),
    )


def _elsewhere(session: Session) -> dict[str, str]:
    """Return who runs a channel on another desk of the team, by the channel's name."""
    here = session.vault.device.id
    return {seat.name: member(session, seat.member_id).name for seat in seats(session) if seat.device != here}


def _who(session: Session, contact_id: str) -> object:
    contact = session.get(Contact, contact_id)
    return shown_name(contact) if contact is not None else ""


def save_email(request: Request) -> Response:
    """Keep the settings of the mailbox; an empty password leaves the one that is kept."""
    session, form = office_of(request), form_of(request)
    before = load_settings(session).get("email")
    typed = _email_of(form)
    if not typed.password and isinstance(before, EmailSettings):
        typed = msgspec.structs.replace(typed, password=before.password)
    try:
        save_settings(session, typed, only_new=form.flag("only_new"))
    except LeewardError as error:
        return _page(request, wrong=error, email=typed)
    desk_of(request).channels.restart("email")
    return done(request, "/channels", say("Kept on this desk, sealed. It is tried now."))


def save_signal(request: Request) -> Response:
    """Keep where signal-cli is found."""
    session, form = office_of(request), form_of(request)
    typed = SignalSettings(
        account=form.line("account"),
        socket=form.line("socket", 500),
        attachments=form.line("attachments", 500),
    )
    try:
        save_settings(session, typed)
    except LeewardError as error:
        return _page(request, wrong=error, signal=typed)
    desk_of(request).channels.restart("signal")
    return done(request, "/channels", say("Kept on this desk, sealed. It is tried now."))


def check(request: Request) -> Response:
    """Try a channel without sending anything, and say what was found."""
    session = office_of(request)
    settings: Settings | None = load_settings(session).get(request.path_params["name"])
    if settings is None:
        return done(request, "/channels")
    channel = open_channel(session, settings)
    try:
        found = channel.check()
    except LeewardError as error:
        return _page(request, wrong=error)
    finally:
        channel.close()
    return _page(request, found=found)


def retry(request: Request) -> Response:
    """Try a channel again that stopped."""
    desk_of(request).channels.restart(request.path_params["name"])
    return done(request, "/channels")


def forget(request: Request) -> Response:
    """Forget a channel on this desk, its password with it."""
    name = request.path_params["name"]
    remove_settings(office_of(request), name)
    desk_of(request).channels.restart(name)
    return done(request, "/channels", say("Forgotten on this desk. What came by it stays."))


def again(request: Request) -> Response:
    """Send an answer once more."""
    outbox.send_again(office_of(request), request.path_params["letter"])
    return done(request, "/channels#answers", say("It goes again."))


def compare(request: Request) -> Response:
    """Say that a new safety number was compared by voice."""
    safety.compare(office_of(request), request.path_params["contact"])
    return done(request, "/channels#numbers", say("Written down. Answers go out again."))


def _email_of(form: Form) -> EmailSettings:
    given = next((value for name, value in form if name == "password"), "")
    return EmailSettings(
        address=form.line("address"),
        user=form.line("user"),
        password=given[:1000],
        imap_host=form.line("imap_host"),
        imap_port=form.number("imap_port", 1, 65535) or 993,
        imap_security=form.line("imap_security") or "tls",
        smtp_host=form.line("smtp_host"),
        smtp_port=form.number("smtp_port", 1, 65535) or 465,
        smtp_security=form.line("smtp_security") or "tls",
        folder=form.line("folder") or "INBOX",
        subject=form.line("subject"),
        after=form.line("after") or "mark",
        certificate=form.text("certificate", _CERTIFICATE_MOST),
        proxy=form.line("proxy"),
    )


routes = [
    Route("/channels", show),
    Route("/channels/email", save_email, methods=["POST"]),
    Route("/channels/signal", save_signal, methods=["POST"]),
    Route("/channels/again/{letter:str}", again, methods=["POST"]),
    Route("/channels/compare/{contact:str}", compare, methods=["POST"]),
    Route("/channels/{name:str}/check", check, methods=["POST"]),
    Route("/channels/{name:str}/retry", retry, methods=["POST"]),
    Route("/channels/{name:str}/forget", forget, methods=["POST"]),
]

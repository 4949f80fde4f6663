"""Our intake page: is it ours, who may write, the offline form, letters brought another way. Reached from Safety."""

from __future__ import annotations

from collections.abc import AsyncIterator

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from leeward.base.errors import LeewardError
from leeward.base.say import Message, say
from leeward.desk.pages.safety import fingerprint_words
from leeward.desk.posted import TAKEN, refused
from leeward.desk.render import desk_of, done, form_of, office_of, render, speech_of
from leeward.office import hotline_page, intake
from leeward.office.around import member

_HOME = "/safety/hotline"
_PASTE_MOST = 900_000  # characters; longer letters come as files


def show(request: Request) -> Response:
    """Show how the page stands."""
    session = office_of(request)
    state = hotline_page.gather(session)
    return render(
        request,
        "hotline/index.html",
        page=state,
        has_intake=intake.has_intake(session),
        who=lambda id_: member(session, id_).name,
        first_seen=hotline_page.first_seen,
        last_seen=hotline_page.last_seen,
        names_of=lambda alarm: ", ".join(
            dict.fromkeys(member(session, one.by).name or "?" for one in alarm.seen)
        ),
        in_groups=in_groups,
        words_of=fingerprint_words,
    )


def in_groups(digest: str) -> str:
    """Return a hash in groups that can be read aloud."""
    return " ".join(digest[at : at + 8] for at in range(0, len(digest), 8))


def compare(request: Request) -> Response:
    """Compare everything now."""
    keeper = hotline_page.keeper_of(office_of(request))
    if keeper is None:
        return done(request, _HOME, say("This desk has no relay, so there is nothing to compare."))
    keeper.look_now()
    return done(request, _HOME, say("Comparing every byte now. It may take some minutes over Tor."))


def settle(request: Request) -> Response:
    """Say that an alarm is over."""
    form, session = form_of(request), office_of(request)
    wanted, why = form.line("alarm"), form.text("why", 1000)
    every = [one.id for one in hotline_page.open_alarms(session)] if wanted == "all" else [wanted]
    for one in every:
        hotline_page.settle_alarm(session, one, why)
    return done(request, _HOME, say("Written down. It is loud again if any desk meets it again."))


def found(request: Request) -> Response:
    """Give the bytes that differed, to be looked at elsewhere: never shown here."""
    content = hotline_page.bytes_found(office_of(request), request.path_params["alarm"])
    return _attachment(content, "found.bin")


def settings(request: Request) -> Response:
    """Say where the page is, and how often to look."""
    form, session = form_of(request), office_of(request)
    hotline_page.set_page_address(session, form.line("address", 300))
    hotline_page.set_mean_minutes(session, form.number("minutes", 5, 24 * 60) or hotline_page.MEAN_MINUTES)
    return done(request, _HOME, say("Written down."))


def gate(request: Request) -> Response:
    """Close the intake to known words, or open it."""
    known_only = form_of(request).line("to") == "known"
    hotline_page.set_gate(office_of(request), known_only=known_only)
    said = (
        say("Closed: only people who have words already can write. The page tells the others so.")
        if known_only
        else say("Open: everybody can write.")
    )
    return done(request, _HOME, said)


def draft_card(request: Request) -> Response:
    """Draft the page's new card."""
    hotline_page.draft_card(office_of(request))
    return done(
        request, f"{_HOME}#card", say("The card is made. A colleague confirms it at their own computer.")
    )


def confirm_card(request: Request) -> Response:
    """Sign a colleague's draft as the second."""
    hotline_page.confirm_card(office_of(request), form_of(request).line("card"))
    return done(
        request,
        f"{_HOME}#card",
        say(
            "Confirmed. The page goes over as soon as the relay has it; what comes by the old one is read on."
        ),
    )


def hand_card(request: Request) -> Response:
    """Make a card that is given to whoever runs the relay."""
    hotline_page.make_card(office_of(request), by_hand=True)
    return done(
        request,
        f"{_HOME}#card",
        say("The card is made. Save it under Safety, and give it to whoever runs the relay today."),
    )


def make_form(request: Request) -> Response:
    """Make and sign the offline form."""
    hotline_page.make_form(office_of(request))
    return done(
        request, f"{_HOME}#form", say("The form is made and signed. Save it here whenever you need it.")
    )


def form_file(request: Request) -> Response:
    """Save the offline form."""
    made = hotline_page.make_form(office_of(request))
    return _attachment(made.content, hotline_page.FORM_NAME)


async def check_form(request: Request) -> Response:
    """Tell whose form a file is."""
    content = await _whole(request, hotline_page.FORM_MOST)
    session = office_of(request)

    def tell() -> Message:
        form, owner = hotline_page.whose_form(session, content)
        if not owner:
            raise hotline_page.NotOurForm(
                say(
                    "It is signed by {key}, which is no computer of this team.",
                    key=in_groups(form.key.fingerprint()),
                ),
                next_step=say("Do not use it, and warn whoever gave it to you."),
            )
        return say("It is ours, whole, signed at {name}'s computer.", name=member(session, owner).name)

    return await _answer(request, tell)


async def envelope(request: Request) -> Response:
    """Take in a letter of the offline form that came as a file."""
    content = await _whole(request, hotline_page.ENVELOPE_MOST)
    return await _answer(request, lambda: _bring(request, content))


def pasted(request: Request) -> Response:
    """Take in a letter that came as text."""
    text = form_of(request).text("text", _PASTE_MOST)
    return done(request, "/inbox", _bring(request, text.encode()))


def _bring(request: Request, content: bytes) -> Message:
    syncer = desk_of(request).syncer
    away = syncer is not None and bool(syncer.state.waiting_since)
    came = hotline_page.bring_in(office_of(request), content, away=away)
    if came.known:
        return say("This letter is here already. Nothing was doubled.")
    if came.relayed:
        return say("It is with the relay, and in the Inbox within seconds.")
    return say("It is in the Inbox. The relay gets it when it answers.")


async def _answer(request: Request, work: object) -> Response:
    """Run what a raw upload asked for, and say how it ended in plain text; the next page says it again."""
    try:
        said: Message = await run_in_threadpool(work)  # type: ignore[arg-type]
    except LeewardError as error:
        return refused(request, error)
    desk_of(request).put_said(said)
    return PlainTextResponse(speech_of(request).message(said, 0), TAKEN)


async def _whole(request: Request, most: int) -> bytes:
    body = bytearray()
    chunks: AsyncIterator[bytes] = request.stream()
    async for chunk in chunks:
        body += chunk
        if len(body) > most:
            return b""  # refused as what it is not
    return bytes(body)


def _attachment(content: bytes, name: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type="application/octet-stream", headers=headers)


routes = [
    Route(_HOME, show),
    Route(f"{_HOME}/compare", compare, methods=["POST"]),
    Route(f"{_HOME}/settle", settle, methods=["POST"]),
    Route(f"{_HOME}/found/{{alarm:str}}", found),
    Route(f"{_HOME}/settings", settings, methods=["POST"]),
    Route(f"{_HOME}/gate", gate, methods=["POST"]),
    Route(f"{_HOME}/card/draft", draft_card, methods=["POST"]),
    Route(f"{_HOME}/card/confirm", confirm_card, methods=["POST"]),
    Route(f"{_HOME}/card/hand", hand_card, methods=["POST"]),
    Route(f"{_HOME}/form", form_file),
    Route(f"{_HOME}/form", make_form, methods=["POST"]),
    Route(f"{_HOME}/form/check", check_form, methods=["POST"]),
    Route(f"{_HOME}/envelope", envelope, methods=["POST"]),
    Route(f"{_HOME}/letter", pasted, methods=["POST"]),
]

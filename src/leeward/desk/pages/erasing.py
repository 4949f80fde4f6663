"""Safety, erasing: what is asked for and when it happens, what has a day, what was done, and the rules."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leeward.base.errors import LeewardError
from leeward.base.say import say
from leeward.desk.render import desk_of, done, form_of, office_of, render
from leeward.domain.erasing import BY_PEOPLE, WHY, Erased, note_id
from leeward.domain.retention import BOUNDS, DAY, FOR_EVER, KEEP_WHY, RULE, WARN_DAYS
from leeward.office import erasing, keeping, retention, search
from leeward.office.erasing_compact import AT_THE_LATEST_MS, owed_since, write_anew
from leeward.office.erasing_shown import gone
from leeward.office.erasing_work import erase_without_relay
from leeward.office.session import Session
from leeward.office.team import members

_HERE = "/safety/erasing"
_SHOWN_MOST = 200


def show(request: Request) -> Response:
    """Show the page."""
    session = office_of(request)
    if desk_of(request).syncer is None:
        erase_without_relay(session)
    open_ones, notes = _sorted(session)
    coming = [one for one in retention.coming(session) if one.at < FOR_EVER or one.kept_until]
    soon = session.now() + WARN_DAYS * DAY
    return render(
        request,
        "safety/erasing.html",
        waiting=open_ones,
        notes=notes[:_SHOWN_MOST],
        coming=[one for one in coming if one.at <= soon or one.kept_until][:_SHOWN_MOST],
        later=sum(one.at > soon and not one.kept_until for one in coming),
        rules=retention.rules(session),
        rule_words=RULE,
        bounds=BOUNDS,
        keep_why=KEEP_WHY,
        why_words=WHY,
        for_ever=FOR_EVER,
        names={one.id: one.name for one in members(session)},
        owners=erasing.belonging(session),
        own=session.member_id,
        alone=len(set(erasing.belonging(session).values())) == 1,
        owed=owed_since(session),
        owed_until=owed_since(session) + AT_THE_LATEST_MS,
    )


def _sorted(session: Session) -> tuple[list[erasing.Shown], list[Erased]]:
    """Return the erasures that are not done everywhere, and the notes of those that are, the newest first."""
    open_ones = [
        erasing.show(session, one)
        for one in erasing.erasures(session)
        if session.vault.get(note_id(one.id)) is None
    ]
    return open_ones, sorted(session.find(Erased), key=lambda one: one.at, reverse=True)


def ask_page(request: Request) -> Response:
    """Show exactly what will be gone."""
    return _ask_page(request, request.query_params.get("case", ""), request.query_params.get("contact", ""))


def _ask_page(request: Request, case: str, contact: str, wrong: LeewardError | None = None) -> Response:
    session = office_of(request)
    wanted = erasing.draft(session, case_id=case, contact_id=contact)
    record = session.vault.get(wanted.case_id) or session.vault.get(contact)
    return render(
        request,
        "safety/erase.html",
        status=409 if wrong else 200,
        wrong=wrong,
        wanted=wanted,
        contact=contact,
        name=str(record.fields.get("pseudonym", "")) if record is not None else "",
        gone=gone(session, wanted),
        kind_of=search.kind_of,
        href_of=search.href_of,
        why_words=[term for term in WHY if term.code in BY_PEOPLE],
        alone=len(set(erasing.belonging(session).values())) == 1,
        held=keeping.is_held(session, wanted, wanted.contact_ids),
    )


def ask(request: Request) -> Response:
    """Ask that a person be erased."""
    form = form_of(request)
    case, contact = form.line("case"), form.line("contact")
    try:
        erasing.ask(
            office_of(request),
            case_id=case,
            contact_id="" if case else contact,
            why=form.code("why", WHY, "asked"),
            keep_account=form.flag("keep"),
            errands=form.many("errand"),
            typed=form.line("word"),
        )
    except erasing.ErasureRefused as error:
        return _ask_page(request, case, contact, error)
    _hurry(request)
    return done(request, _HERE, say("Asked for. Everybody sees it under Today."))


def speak(request: Request) -> Response:
    """Agree, stop it, or take that back."""
    form = form_of(request)
    acts = {"agree": erasing.agree, "stop": erasing.stop, "free": erasing.free}
    act = acts.get(form.line("does"))
    if act is None:
        return done(request, _HERE)
    act(office_of(request), form.line("erasure"))
    _hurry(request)
    return done(request, _HERE, say("Written down; everybody sees it."))


def write_over(request: Request) -> Response:
    """Write the vault anew now, whoever waits for it."""
    compactor = desk_of(request).compactor
    if compactor is not None:
        compactor.write_now()
    else:
        write_anew(office_of(request))
        _hurry(request)
    return done(request, _HERE, say("Done: nothing of what was erased is left on this computer."))


def keep(request: Request) -> Response:
    """Keep something longer, hold it, or let the rules hold again."""
    form, session = form_of(request), office_of(request)
    subject, does = form.line("subject"), form.line("does")
    if does == "lift":
        keeping.lift(session, subject)
    elif does == "hold":
        keeping.hold(session, subject, form.code("why", KEEP_WHY, "work"))
    else:
        days = form.number("days", 1, keeping.LONGEST_DAYS) or 90
        keeping.keep_longer(session, subject, days, form.code("why", KEEP_WHY, "work"))
    return done(request, f"{_HERE}#coming", say("Kept. Everybody sees it."))


def set_rules(request: Request) -> Response:
    """Change a rule for the whole team."""
    form, session = form_of(request), office_of(request)
    now = retention.rules(session)
    for term in RULE:
        days = form.number(term.code, 0, 100_000)
        if days is not None and days != now[term.code]:
            retention.set_rule(session, term.code, days)
    return done(request, f"{_HERE}#rules", say("Kept. It holds for the whole team, 14 days from now."))


def _hurry(request: Request) -> None:
    syncer = desk_of(request).syncer
    if syncer is not None:
        syncer.nudge()


routes = [
    Route(_HERE, show),
    Route(f"{_HERE}/ask", ask_page),
    Route(f"{_HERE}/ask", ask, methods=["POST"]),
    Route(f"{_HERE}/say", speak, methods=["POST"]),
    Route(f"{_HERE}/anew", write_over, methods=["POST"]),
    Route(f"{_HERE}/keep", keep, methods=["POST"]),
    Route(f"{_HERE}/rules", set_rules, methods=["POST"]),
]

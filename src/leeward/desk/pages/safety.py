"""Safety: members, devices, who can open what, the relay, conflicts, and the lock."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leeward.base.ids import is_id
from leeward.base.say import say, say_count
from leeward.desk.frame import sync_sentence
from leeward.desk.render import desk_of, done, form_of, office_of, render
from leeward.domain.team import ROLES
from leeward.office import conflicts, cutoff, safety, safety_ways, team

_CARD_MOST = 20_000


def show(request: Request) -> Response:
    """Show the page."""
    return _page(request)


def _page(request: Request, admission: team.Admission | None = None) -> Response:
    session, desk = office_of(request), desk_of(request)
    sentence, colour = sync_sentence(desk)
    return render(
        request,
        "safety/index.html",
        session=session,
        safety=safety.gather(session, desk.syncer.state.faults if desk.syncer is not None else ()),
        sync=sentence,
        sync_colour=colour,
        groups=safety_ways.ways(session),
        forced=safety_ways.unseen_forced(session),
        lists=safety_ways.open_lists(session),
        conflicts=conflicts.list_conflicts(session),
        names={one.id: one.name for one in team.members(session)},
        own_member=session.member_id,
        roles=ROLES,
        admission=admission,
        left_out={device: len(parts) for device, parts in team.left_out(session).items()},
        words_of=fingerprint_words,
        is_id=is_id,
    )


def fingerprint_words(fingerprint: str) -> str:
    """Return a fingerprint in groups that can be read aloud."""
    return " ".join(fingerprint[at : at + 4] for at in range(0, len(fingerprint), 4))


def add_device(request: Request) -> Response:
    """Let a device in after its fingerprint was compared by voice."""
    form = form_of(request)
    admission = team.admit(
        office_of(request),
        form.text("card", _CARD_MOST),
        form.code("role", ROLES, "operator"),
        fingerprint=form.line("fingerprint"),
    )
    _hurry(request)
    return _page(request, admission)


def give_left_out(request: Request) -> Response:
    """Give a further device of one's own what was left out of it."""
    given = team.give_left_out(office_of(request), form_of(request).line("device"))
    _hurry(request)
    said = say_count("Given: {n} part.", "Given: {n} parts.", given) if given else None
    return done(request, "/safety#team", said)


def card(request: Request) -> Response:
    """Give the intake card as a file."""
    found = safety.gather(office_of(request)).card
    return Response(
        found,
        media_type="application/octet-stream",
        headers={"content-disposition": 'attachment; filename="intake-card.json"'},
    )


def ask_cut_off(request: Request) -> Response:
    """Show what a device, or all of a member's, could read until now, and the one button."""
    session = office_of(request)
    line, devices = _named(safety.gather(session).members, request.query_params.get("w", ""))
    if line is None:
        return done(request, "/safety#team", say("There is nothing here to cut off."))
    return render(
        request,
        "safety/cutoff.html",
        line=line,
        devices=devices,
        whole=request.query_params.get("w") == line.member.id,
        circles=safety.was_open_to(session, [one.id for one in devices]),
        words_of=fingerprint_words,
    )


def _named(
    members: list[safety.MemberLine], named: str
) -> tuple[safety.MemberLine | None, list[safety.DeviceLine]]:
    """Return the member and the devices that an id names: one device, or all of a member's that are still in use."""
    for line in members:
        devices = [
            one
            for one in line.devices
            if named in {one.id, line.member.id} and not one.here and not one.removed_at
        ]
        if devices:
            return line, devices
    return None, []


def cut_off(request: Request) -> Response:
    """Put devices out; new keys follow in the background."""
    cutoff.put_out(office_of(request), form_of(request).many("device"))
    _hurry(request)
    return done(request, "/safety#team", say("Cut off. New keys are being made."))


def bring_back(request: Request) -> Response:
    """Vote for a device that was put out."""
    device = form_of(request).line("device")
    cutoff.bring_back(office_of(request), [device])
    _hurry(request)
    if office_of(request).vault.roster()[device].removed_at:
        return done(request, "/safety#team", say("Your vote is written down; others still want it out."))
    return done(request, "/safety#team", say("It belongs to the team again, and gets the keys it had."))


def _hurry(request: Request) -> None:
    syncer = desk_of(request).syncer
    if syncer is not None:
        syncer.nudge()


routes = [
    Route("/safety", show),
    Route("/safety/cut-off", ask_cut_off),
    Route("/safety/cut-off", cut_off, methods=["POST"]),
    Route("/safety/bring-back", bring_back, methods=["POST"]),
    Route("/safety/devices", add_device, methods=["POST"]),
    Route("/safety/devices/give", give_left_out, methods=["POST"]),
    Route("/safety/card", card),
]

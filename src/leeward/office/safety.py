"""Safety: who is on the team with which devices, who can open what, and how the relay behaves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

import msgspec

from leeward.base.say import say
from leeward.domain.cases.case import Case, Identity
from leeward.domain.errors import DamagedRecord
from leeward.domain.relocation.places import Place, PlaceAddress
from leeward.domain.team import Member
from leeward.ledger.fault import Fault
from leeward.ledger.roster import RosterDevice
from leeward.office.cards import check_intake_card
from leeward.office.cutoff import Fresh, could_read, progress, shut_out
from leeward.office.errors import CardRefused
from leeward.office.hotline_page.alarms import faults as page_faults
from leeward.office.relay import relay_address
from leeward.office.session import Session
from leeward.office.team import circles, hotline_of, members, team_of
from leeward.sync.memory import Memory

_ORDER = ("team", "errands", "intake", "reception", "beds", "record", "case", "address", "identity")


class DeviceLine(msgspec.Struct, frozen=True):
    """A device: its fingerprint is also its id."""

    id: str
    here: bool  # the one you sit at
    removed_at: int
    let_in_by: str = ""  # member id
    out_by: tuple[str, ...] = ()  # member ids
    settled: bool = False  # two members put it out
    mine: bool = False  # this member is one of them
    away: bool = False  # its owner put it out of use before a journey
    fresh: Fresh | None = None  # how far the new keys are


class MemberLine(msgspec.Struct, frozen=True):
    """A colleague with their devices."""

    member: Member  # without a name if nobody wrote one down: shown all the same
    devices: list[DeviceLine]


class Circle(msgspec.Struct, frozen=True):
    """One row of the matrix: a compartment, what it is about, and which members hold its key."""

    id: str
    kind: str
    about: str  # a pseudonym or a place's code name; "" for the team's own
    open_to: frozenset[str]  # member ids


class Safety(msgspec.Struct, frozen=True):
    """Everything on the Safety page that the vault knows."""

    team: str
    card: str  # the signed intake card (JSON); "" where it cannot be checked, or is not the team's own
    relay: str
    members: list[MemberLine]
    circles: list[Circle]
    faults: list[Fault]
    this_device: str
    can_admit: bool
    unsettled: int  # devices that one member has put out, and nobody has confirmed yet
    card_is_old: bool  # reports are sealed to a key that a device which is out holds


def gather(session: Session, running: Iterable[Fault] = ()) -> Safety:
    """Return the Safety page's content. `running` is what the sync has found wrong since the desk was opened."""
    team = team_of(session)
    relay, _proxy = relay_address(session.vault)
    card, doubts = _card(session, team.card if team else "")
    return Safety(
        team=team.name if team else "",
        card=card,
        relay=relay,
        members=_members(session),
        circles=_circles(session),
        faults=_faults(
            [
                *doubts,
                *page_faults(session),
                *session.vault.faults(),
                *Memory(session.vault, session.clock).faults(),
                *running,
            ]
        ),
        this_device=session.vault.device.id,
        can_admit=bool(session.vault.compartments("team")),
        unsettled=sum(
            1
            for one in session.vault.roster().values()
            if one.removed_at and not one.settled and not _left(one)
        ),
        card_is_old=bool(card) and not _is_newest(session, card),
    )


def _faults(found: Iterable[Fault]) -> list[Fault]:
    once = {(fault.where, fault.compartment, str(fault.what)): fault for fault in found}
    return sorted(once.values(), key=lambda one: -one.at)


def _card(session: Session, untrusted_card: str) -> tuple[str, list[Fault]]:
    """Return the intake card if reports sealed to it can be read here; whoever holds the team's key can write one."""
    if not untrusted_card or not session.vault.compartments("intake"):
        return "", []
    try:
        card = check_intake_card(untrusted_card)
        keys = session.vault.identities_of(session.compartment_of("intake"))
        ours = {key.recipient().string() for key in keys}
        if card.get("recipient") in ours and card.get("box") == hotline_of(session).box:
            return untrusted_card, []
    except (CardRefused, DamagedRecord):
        pass
    what = say(
        "The intake card in the team's record is not this team's own: "
        "what is sealed to it would go to somebody else. It is not offered here."
    )
    return "", [Fault(session.now(), session.compartment_of("team"), "card", what)]


def _is_newest(session: Session, card: str) -> bool:
    newest = session.vault.recipient_of(session.compartment_of("intake"))
    return check_intake_card(card).get("recipient") == newest.string()


def _members(session: Session) -> list[MemberLine]:
    devices: dict[str, list[DeviceLine]] = defaultdict(list)
    roster, fresh = session.vault.roster(), progress(session)
    for device in roster.values():
        here = device.device_id == session.vault.device.id
        line = DeviceLine(
            device.device_id,
            here,
            device.removed_at,
            let_in_by=roster[device.let_in_by].member_id if device.let_in_by in roster else "",
            out_by=tuple(vote.member for vote in device.votes if vote.out),
            settled=device.settled,
            mine=any(vote.out and vote.member == session.member_id for vote in device.votes),
            away=_left(device),
            fresh=fresh.get(device.device_id),
        )
        devices[device.member_id].append(line)
    known = members(session)
    unnamed = [Member(id=one) for one in sorted(devices.keys() - {one.id for one in known})]
    return [
        MemberLine(one, sorted(devices[one.id], key=lambda found: found.id)) for one in [*known, *unnamed]
    ]


def _left(device: RosterDevice) -> bool:
    """Tell whether a device is out because it said so itself."""
    return bool(device.removed_at) and any(vote.out and vote.by == device.device_id for vote in device.votes)


def was_open_to(session: Session, device_ids: Collection[str]) -> list[Circle]:
    """Return what devices could read until now, as far as this desk may see, in the order of the page."""
    reached = set(could_read(session, device_ids))
    return [circle for circle in _circles(session) if circle.id in reached]


def _circles(session: Session) -> list[Circle]:
    held = {found.id: found for found in session.vault.compartments()}
    about = _about(session)
    shut = {found.id: shut_out(session, found) for found in held.values()}
    rows = [
        Circle(
            id=circle,
            kind=held[circle].kind,
            about=about.get(circle, ""),
            open_to=frozenset(one.member_id for one in accesses if one.device_id not in shut[circle]),
        )
        for circle, accesses in circles(session).items()
        if circle in held  # it may have come between the two looks
    ]

    def place(row: Circle) -> tuple[int, str, str]:
        return (_ORDER.index(row.kind) if row.kind in _ORDER else len(_ORDER), row.about, row.id)

    return sorted(rows, key=place)


def _about(session: Session) -> dict[str, str]:
    cases = {case.id: case for case in session.find(Case)}
    places = {place.id: place.code_name for place in session.find(Place)}
    about = {case.compartment: case.pseudonym for case in cases.values()}
    for identity in session.find(Identity):
        case = cases.get(identity.case_id)
        about[identity.compartment] = case.pseudonym if case is not None else ""
    for address in session.find(PlaceAddress):
        about[address.compartment] = places.get(address.place_id, "")
    return about

"""A team with every role, and in each need-to-know circle words that nobody could guess (ADR 28).

Every word names the circle it was written into. Whoever lacks that circle's key must meet it nowhere.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.needtoknow.every_kind import write_every_kind
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import Desk, StillClock, closing, found, newcomer, settle

from leeward.base.ports import SystemChance
from leeward.domain.appeals.records import Institution
from leeward.domain.cases.case import Case, CaseFile
from leeward.domain.evidence.records import EvidenceItem
from leeward.domain.findings.records import Source
from leeward.domain.findings.terms import Element
from leeward.domain.receiving import Received
from leeward.domain.relocation.journeys import Leg
from leeward.domain.relocation.papers import MedicalAppointment, TravelDocument, VisaApplication
from leeward.domain.relocation.places import Place
from leeward.domain.relocation.ways_out import WayOut
from leeward.domain.team import ROLES
from leeward.domain.testimony.records import Paragraph
from leeward.domain.typed import write_new
from leeward.office import (
    appeals,
    casework,
    casework_checkins,
    casework_tasks,
    consent,
    evidence,
    findings,
    intake,
    openings,
    partners,
    receiving_keys,
    referrals,
    release,
    relocation,
    relocation_journeys,
    testimony,
    today,
    ways_out,
)
from leeward.office.casework_base import tonight
from leeward.office.casework_open import open_case
from leeward.office.errands import errands_circle
from leeward.office.files import keep_file
from leeward.office.relocation import holds_beds
from leeward.office.session import Session
from leeward.seal.keys import make_identity

START = int(dt.datetime(2026, 4, 7, 18, 0, tzinfo=dt.UTC).timestamp() * 1000)
HOUR = 3_600_000
_CHANCE = SystemChance()


@dataclass
class World:
    """Every desk by its role, and every marker with its circle."""

    relay: RelaySimulator
    desks: dict[str, Desk] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)  # marker to compartment id
    ids: dict[str, str] = field(default_factory=dict)  # a name for a record to its id
    in_files: set[str] = field(
        default_factory=set
    )  # markers that lie in sealed pieces of files, in no record
    crawled: dict[str, Any] = field(default_factory=dict)  # by role: what a crawl of the whole desk gave
    blobs: dict[str, set[str]] = field(default_factory=dict)  # compartment id to addresses of its files

    def word(self, circle: str) -> str:
        """Return a new marker for a circle: sixteen letters, as no word of any language begins."""
        made = "qzx" + "".join(chr(97 + byte % 26) for byte in _CHANCE.draw(13))
        self.words[made] = circle
        return made

    def sealed_to(self, desk: Desk) -> list[str]:
        """Return the markers of circles whose keys a desk lacks."""
        held = {one.id for one in desk.vault.compartments()}
        return [word for word, circle in self.words.items() if circle not in held]

    def open_to(self, desk: Desk) -> list[str]:
        """Return the markers of circles whose keys a desk holds."""
        return sorted(set(self.words) - set(self.sealed_to(desk)) - self.in_files)

    def sealed_ids(self, desk: Desk) -> list[str]:
        """Return ids of records in circles that a desk lacks, one of each kind, as other desks know them."""
        held = {one.id for one in desk.vault.compartments()}
        found: dict[str, str] = {}
        for other in self.desks.values():
            for kind in other.vault.kinds():
                for record in other.vault.find(kind):
                    if record.compartment not in held:
                        found[kind] = record.id
        return sorted(found.values())


@contextlib.contextmanager
def build(folder: Path) -> Iterator[World]:
    """Found the team, write in every circle, and sync every desk."""
    relay = RelaySimulator()
    clock = StillClock(START)
    world = World(relay)
    host = found(folder / "coordinator", relay.door(), name="Anna", role="coordinator", clock=clock)
    world.desks["coordinator"] = host
    for number, term in enumerate(one for one in ROLES if one.code != "coordinator"):
        world.desks[term.code] = newcomer(
            folder / term.code, host, relay.door(), name=f"Colleague {number}", role=term.code, clock=clock
        )
    with closing(*world.desks.values()):
        settle(*world.desks.values(), rounds=2)
        _write(world)
        settle(*world.desks.values(), rounds=2)
        yield world


def _write(world: World) -> None:
    boris, anna = world.desks["operator"].session, world.desks["coordinator"].session
    member = {role: desk.session.member_id for role, desk in world.desks.items()}
    _team(world, anna)
    _intake(world, boris)
    _reception(world, anna)
    _record(world, anna)
    whole = _case(world, boris, "first", [member["volunteer"]])
    _case(world, anna, "second", [member["partner"]])
    third = open_case(boris, world.ids["contact"], pseudonym=_early(world)).case_id
    world.ids["third"] = third
    _fill(world, boris, third)
    fourth = _case(world, anna, "fourth", [member["documenter"]])
    _testimony(world, anna, fourth)
    for name, session, readers in (("harbour", anna, []), ("farm", boris, [member["safety"]])):
        _place(world, session, name, readers)
    write_every_kind(boris, world.word)
    night = dt.datetime.fromtimestamp(boris.now() / 1000, dt.UTC).date().isoformat()
    settle(*world.desks.values(), rounds=1)
    with contextlib.suppress(Exception):  # by the wall's zone the night may have begun already
        relocation.place_in(boris, whole, world.ids["farm"], night)


def _early(world: World) -> str:
    """Return a marker whose circle is made in the next step; `_claim_early` names it."""
    return world.word("")


def _claim_early(world: World, circle: str) -> None:
    for word, place in world.words.items():
        if not place:
            world.words[word] = circle


def _team(world: World, session: Session) -> None:
    casework_tasks.add_task(session, "", world.word(errands_circle(session)), due=session.now() + HOUR)
    today.go_on_duty(session, session.now() + 4 * HOUR)


def _intake(world: World, session: Session) -> None:
    circle = session.compartment_of("intake")
    contact = intake.log_call(session, f"{world.word(circle)} {world.word(circle)}")
    intake.log_call(session, world.word(circle), contact_id=contact)
    intake.save_draft(session, contact, world.word(circle))
    intake.add_check(session, contact, "question", world.word(circle))
    intake.log_call(session, world.word(circle))
    world.ids["contact"] = contact


def _reception(world: World, session: Session) -> None:
    key = receiving_keys.make_key(session, _early(world))
    circle = key.compartment
    _claim_early(world, circle)
    came = Received(
        id=session.make_id(), sha256="0" * 64, number=session.make_id(), sender=world.word(circle)
    )
    session.save_new(circle, came)
    world.ids["received"] = came.id


def _record(world: World, session: Session) -> None:
    circle = session.compartment_of("record")

    def word() -> str:
        return world.word(circle)

    source = Source(id="", label=word(), description=word(), publication=word(), wording=word())
    findings.add_source(session, source)
    claim = findings.add_claim(session, {"en": word(), "ru": word()}, {Element.WHAT: word()})
    appeals.add_institution(session, Institution(id="", name=word(), name_ru=word(), country=word()))
    made = release.prepare(session, word(), "un", purpose=word(), organisation=word())
    release.choose(session, made, claim_ids=(claim,), ask=word())
    world.ids |= {"claim": claim, "release": made}


def _case(world: World, session: Session, name: str, readers: list[str]) -> str:
    case_id = open_case(session, "", pseudonym=_early(world), member_ids=readers, risk="high").case_id
    world.ids[name] = case_id
    _fill(world, session, case_id)
    return case_id


def _fill(world: World, session: Session, case_id: str) -> None:
    case: Any = session.get(Case, case_id)
    circle = case.compartment
    _claim_early(world, circle)
    now = session.now()

    def word() -> str:
        return world.word(circle)

    casework.set_risk(session, case_id, "very-high", word())
    casework.add_note(session, case_id, f"{word()} {word()}", why=word())
    casework.add_note(session, case_id, word(), folded=True)
    casework.set_plan(
        session, case_id, signs=word(), steps=word(), all_well=word(), forced=word(), call=word()
    )
    person = casework.add_person(session, case_id, pseudonym=word(), whereabouts=word(), risk_reason=word())
    consent.set_consent(
        session,
        case_id,
        "work",
        "lawyer",
        "conditional",
        person_id=person,
        speaker=word(),
        conditions=word(),
        risks_explained=True,
    )
    task = casework_tasks.add_task(session, case_id, word(), due=now - HOUR)
    casework_tasks.remark(session, task, word())
    casework_tasks.add_need(session, case_id, "phone", word(), due=now + HOUR, provider=word())
    (check, *_rest) = casework_checkins.schedule_check_ins(session, case_id, now - 2 * HOUR)
    casework_checkins.answer_check_in(session, check, word())
    casework_checkins.schedule_check_ins(session, case_id, now - 3 * HOUR)  # missed: it stands on Today
    consent.set_consent(
        session, case_id, "account", "un", "conditional", conditions=word(), risks_explained=True
    )
    for paper in (
        VisaApplication(id="", country=word(), consulate=word()),
        TravelDocument(id="", paper="passport", held="applied"),
        MedicalAppointment(id="", at=now + HOUR, where=word()),
    ):
        fields = {
            name: getattr(paper, name)
            for name in paper.__struct_fields__
            if name not in {"id", "compartment", "conflicts", "case_id"} and getattr(paper, name)
        }
        relocation_journeys.add_record(session, type(paper), case_id, **fields)
    leg = Leg(
        id="",
        mode="train",
        from_town=word(),
        to_town=word(),
        handover=word(),
        ticket=word(),
        departs=now + HOUR,
        arrives=now + 3 * HOUR,
    )
    relocation_journeys.book_journey(session, case_id, word(), [leg], why=word())
    if holds_beds(session):  # a seat among the beds, whose holder only the readers of the case may see
        relocation_journeys.book_by_way(session, case_id, _way(session), all_the_same=True, why=word())
    inside = word()
    world.in_files.add(inside)
    kept = keep_file(session, circle, [inside.encode() * 40], name=f"{word()}.txt", media_type="text/plain")
    world.blobs.setdefault(circle, set()).update(piece.blob for piece in kept.pieces)
    file = CaseFile(id=session.make_id(), case_id=case_id, file=kept, about=word())
    session.commit(circle, write_new(file))
    _refer(world, session, case_id, word())
    world.ids[f"file of {case_id}"] = file.id
    _identity(world, session, case)


def _way(session: Session) -> str:
    """Return the one way out of the team, which everybody takes."""
    there = session.find(WayOut)
    if there:
        return there[0].id
    day = (dt.date.fromisoformat(tonight(session)) + dt.timedelta(days=9)).isoformat()
    return ways_out.add_ways(session, WayOut(id="", country="Norland", day=day, seats=2))[0]


def _refer(world: World, session: Session, case_id: str, note: str) -> None:
    team = session.compartment_of("team")
    key = make_identity(_CHANCE).recipient().string()
    partner = partners.add_partner(session, world.word(team), "doctor", key)
    consent.set_consent(session, case_id, "work", "doctor", "given", risks_explained=True)
    referral = referrals.begin(session, case_id, partner, "help", note=note)
    referrals.choose(session, referral, ["danger", "needs"], [], note)
    referrals.make(session, referral, referrals.look(session, referral).seen, sure=True)
    consent.set_consent(
        session, case_id, "work", "doctor", "refused"
    )  # to be called back: it stands on Today
    world.ids[f"referral of {case_id}"] = referral


def _identity(world: World, session: Session, case: Case) -> None:
    identity: Any = openings.identity_record(session, case)
    names = {name: world.word(identity.compartment) for name in openings.CONTENT["identity"]}
    casework.set_identity(session, case.id, **names)
    openings.open_alone(session, identity.id, "papers", world.word(identity.compartment))
    openings.close(session, identity.id)


def _testimony(world: World, session: Session, case_id: str) -> None:
    case: Any = session.get(Case, case_id)

    def word() -> str:
        return world.word(case.compartment)

    account = testimony.record_account(session, case_id, [Paragraph(text=word()), Paragraph(text=word())])
    testimony.remark_on(session, account, word())
    inside = word()
    world.in_files.add(inside)
    kept = keep_file(
        session, case.compartment, [inside.encode()], name=f"{word()}.jpg", media_type="image/jpeg"
    )
    world.blobs.setdefault(case.compartment, set()).update(piece.blob for piece in kept.pieces)
    item = EvidenceItem(id="", title=word(), evidence_kind="photo", origin=word(), acquired_how=word())
    evidence.attach_evidence(session, case_id, kept, item, why=word())
    world.ids["account"] = account


def _place(world: World, session: Session, name: str, readers: list[str]) -> None:
    team = session.compartment_of("team")
    place_id = relocation.add_place(session, world.word(team), 4, rules=world.word(team), member_ids=readers)
    place: Any = session.get(Place, place_id)
    circle = place.address_compartment_id
    relocation.set_address(session, place_id, world.word(circle), world.word(circle))
    relocation.open_address(session, place_id, "visit", world.word(circle))
    openings.close(session, place.address_id)
    world.ids[name] = place_id


__all__ = ["START", "World", "build"]

"""From records to a question, from a proposal to promises."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec
import pytest
from tests.plan.checker import check as violations

from leeward.domain.cases.checkins import CheckIn
from leeward.domain.cases.work import Task
from leeward.domain.errors import OutOfRange
from leeward.domain.money import Grant, Payment
from leeward.domain.relocation.beds import Stay, crowded, nights_from
from leeward.domain.relocation.journeys import Journey
from leeward.domain.relocation.papers import TravelDocument, VisaApplication
from leeward.domain.relocation.places import Place
from leeward.domain.relocation.ways_out import (
    ConsulateDay,
    Destination,
    Plan,
    Seat,
    Slot,
    VisaRuleByHand,
    VisaRules,
    WayOut,
    by_hand_id,
    consulate_day_id,
    destination_id,
    visa_rules_id,
)
from leeward.domain.typed import Typed
from leeward.ledger.model import put
from leeward.office import relocation
from leeward.office.casework import keep_apart, set_risk
from leeward.office.casework_base import tonight
from leeward.office.casework_open import open_case
from leeward.office.planning.accept import Accepted, accept
from leeward.office.planning.gather import Question, gather
from leeward.office.relocation_journeys import add_record
from leeward.office.session import Session
from leeward.plan.answer import Plan as Proposal
from leeward.plan.greedy import greedy
from leeward.plan.instance import Fixed
from leeward.plan.reading import check_instance


def day(session: Session, number: int) -> str:
    return (dt.date.fromisoformat(tonight(session)) + dt.timedelta(days=number)).isoformat()


def beds(session: Session, *records: Typed) -> None:
    for one in records:
        session.save_new(session.compartment_of("beds"), one)


def case(session: Session, name: str, *, risk: str = "high", issuer: str = "Tamrak") -> str:
    made = open_case(session, "", pseudonym=name).case_id
    set_risk(session, made, risk, "as told")
    add_record(session, TravelDocument, made, paper="travel-passport", issuer=issuer, held="with-them")
    return made


def norland(session: Session, *, slots: int = 5) -> str:
    """A country that asks for a visa: one appointment day, ten days of waiting; a flight on day 20."""
    country = destination_id("Norland")
    beds(session, Destination(id=country, country="Norland", lead_days=10, valid_days=90))
    at = day(session, 3)
    beds(session, ConsulateDay(id=consulate_day_id("Norland", at), country="Norland", day=at, slots=slots))
    way = WayOut(
        id=session.make_id(),
        country="norland",
        day=day(session, 20),
        leaves="21:40",
        seats=3,
        cost_cents=20_000,
    )
    beds(session, way)
    return way.id


def asked(session: Session, **more: Any) -> Question:
    question = gather(session, **more)
    check_instance(question.instance)
    return question


def proposed(question: Question) -> Proposal:
    found = greedy(question.instance)
    wrong, _ = violations(
        msgspec.json.decode(msgspec.json.encode(question.instance)),
        msgspec.json.decode(msgspec.json.encode(found)),
    )
    assert wrong == []
    return found


def accepted(session: Session, question: Question, proposal: Proposal) -> Accepted:
    return accept(session, question, proposal, [one.id for one in proposal.parties])


def test_a_proposal_becomes_a_bed_a_journey_with_its_check_in_an_appointment_and_a_task(
    session: Session,
) -> None:
    place = relocation.add_place(session, "Harbour 1", 2)
    juniper = case(session, "Juniper")
    way = norland(session)
    question = asked(session)
    result = accepted(session, question, proposed(question))
    assert (result.written, result.refused) == ((juniper,), ())
    [stay] = session.find(Stay)
    assert (stay.place_id, stay.first_night, stay.last_night) == (place, day(session, 0), day(session, 19))
    [journey] = session.find(Journey)
    assert (journey.case_id, journey.way_out_id) == (juniper, way)
    [visa] = session.find(VisaApplication)
    assert (visa.country, visa.stage) == ("Norland", "gathering")
    assert [one.people for one in session.find(Seat)] == [1]
    assert [(one.day, one.people) for one in session.find(Slot)] == [(day(session, 3), 1)]
    assert "Norland" in session.find(Task)[0].title
    assert session.find(CheckIn) == []  # no arrival is known yet, so nothing to wait for
    [record] = session.find(Plan)
    assert (record.accepted, record.left_out) == (1, 0)


def test_asked_again_the_planner_keeps_what_was_promised_and_nothing_is_written_twice(
    session: Session,
) -> None:
    relocation.add_place(session, "Harbour 1", 2)
    case(session, "Juniper")
    norland(session)
    first = asked(session)
    proposal = proposed(first)
    accepted(session, first, proposal)
    again = asked(session)
    second = proposed(again)
    assert second.parties == proposal.parties
    [party] = again.instance.parties
    assert party.promised == proposal.parties[0].way
    accepted(session, again, second)
    for kind in (Stay, Journey, VisaApplication, Seat, Slot, Task):
        assert len(session.find(kind)) == 1, kind


def test_changed_by_hand_the_old_promise_is_called_off_and_the_new_one_written(session: Session) -> None:
    relocation.add_place(session, "Harbour 1", 2)
    juniper = case(session, "Juniper")
    first = norland(session)
    question = asked(session)
    accepted(session, question, proposed(question))
    later = WayOut(id=session.make_id(), country="Norland", day=day(session, 25), seats=1)
    beds(session, later)
    question = asked(session, by_hand={juniper: Fixed(not_departures=(first,))})
    accepted(session, question, proposed(question))
    states = {one.way_out_id: one.state for one in session.find(Journey)}
    assert states == {first: "aborted", later.id: "planned"}
    assert {one.way_out_id: bool(one.released_at) for one in session.find(Seat)} == {
        first: True,
        later.id: False,
    }
    [stay] = [one for one in session.find(Stay) if one.takes_bed]
    assert stay.last_night == day(session, 24)


def test_what_others_hold_is_taken_away_though_their_cases_are_closed_to_this_desk(session: Session) -> None:
    place = relocation.add_place(session, "Harbour 1", 2)
    way = norland(session, slots=1)
    unknown = session.make_id()
    beds(
        session,
        Stay(id=session.make_id(), place_id=place, case_id=unknown, first_night=day(session, 1), beds=2),
        Seat(id=session.make_id(), way_out_id=way, case_id=unknown, people=2),
        Slot(id=session.make_id(), country="Norland", day=day(session, 3), case_id=unknown),
    )
    case(session, "Juniper")
    instance = asked(session).instance
    assert instance.places[0].beds[:3] == (2, 0, 0)
    assert instance.departures[0].seats == 1
    assert sum(instance.countries[0].slots) == 0
    assert [one.id for one in instance.parties] != [unknown]


def test_who_has_no_passport_in_hand_goes_nowhere_and_what_is_not_known_needs_a_visa(
    session: Session,
) -> None:
    norland(session)
    taken = open_case(session, "", pseudonym="Aspen").case_id
    add_record(session, TravelDocument, taken, paper="travel-passport", issuer="Tamrak", held="taken")
    held = case(session, "Juniper")
    parties = {one.id: one for one in asked(session).instance.parties}
    assert parties[taken].people[0].passport_until == -1
    assert parties[held].people[0].passport_until is None
    assert asked(session).instance.countries[0].visa_for == (parties[held].people[0].passport,)


def test_the_public_table_opens_doors_and_what_the_team_knows_better_closes_them(session: Session) -> None:
    juniper = case(session, "Juniper")
    way = norland(session)
    beds(session, VisaRules(id=visa_rules_id("tamrak"), passport="tamrak", table={"Norland": "30"}))
    assert asked(session).instance.countries[0].visa_for == ()
    beds(
        session,
        VisaRuleByHand(
            id=by_hand_id("Tamrak", "Norland"),
            passport="Tamrak",
            country="Norland",
            rule="closed",
            reason="told",
        ),
    )
    [party] = asked(session).instance.parties
    assert (party.id, party.fixed.not_departures) == (juniper, (way,))


def test_money_is_what_grants_name_less_what_was_paid_in_the_rate_of_its_day(session: Session) -> None:
    case(session, "Juniper")
    norland(session)
    grant = Grant(id=session.make_id(), name="Spring", lines={"departure": 50_000})
    beds(
        session,
        grant,
        Payment(id=session.make_id(), grant_id=grant.id, line="departure", amount_cents=12_000),
    )
    lines = {one.id: one.cents for one in asked(session).instance.lines}
    assert lines["departure"] == 38_000
    beds(
        session,
        Payment(id=session.make_id(), grant_id=grant.id, line="departure", amount_cents=1, currency="XYZ"),
    )
    with pytest.raises(OutOfRange, match="No rate of XYZ"):
        gather(session)


def test_a_line_that_a_rule_refuses_is_left_out_whole_and_the_others_are_written(session: Session) -> None:
    place = relocation.add_place(session, "Harbour 1", 1)
    dear, other = case(session, "Juniper", risk="extreme"), case(session, "Aspen", risk="low")
    norland(session)
    question = asked(session)
    proposal = proposed(question)
    full = msgspec.structs.replace(
        proposal,
        parties=tuple(
            msgspec.structs.replace(
                one, stays=proposal.parties[[p.id for p in proposal.parties].index(dear)].stays
            )
            for one in proposal.parties
        ),
    )
    result = accepted(session, question, full)
    assert result.written == (dear,)
    assert [one.case_id for one in result.refused] == [other]
    assert {one.case_id for one in session.find(Stay)} == {dear}
    assert {one.case_id for one in session.find(Journey)} == {dear}
    places = {place: session.find(Place)[0]}
    assert crowded(places, nights_from(tonight(session), 30), session.find(Stay)) == []


def test_who_moves_out_makes_room_for_who_moves_in_the_same_night(session: Session) -> None:
    small = relocation.add_place(session, "Harbour 1", 1)
    large = relocation.add_place(session, "Harbour 2", 1)
    first, second = case(session, "Juniper"), case(session, "Aspen")
    relocation.place_in(session, first, small, day(session, 0))
    relocation.place_in(session, second, large, day(session, 0))
    question = asked(session)
    swapped = {first: large, second: small}
    proposal = proposed(question)
    turned = tuple(
        msgspec.structs.replace(
            one,
            stays=tuple(
                msgspec.structs.replace(stay, place=swapped[one.id], first=1) for stay in one.stays[:1]
            ),
        )
        for one in proposal.parties
    )
    result = accepted(session, question, msgspec.structs.replace(proposal, parties=turned))
    assert result.refused == ()
    tomorrow = day(session, 1)
    assert {one.case_id: one.place_id for one in session.find(Stay) if one.covers(tomorrow)} == swapped


def test_those_kept_apart_are_asked_about_as_a_pair_and_the_gone_are_not_asked_about(
    session: Session,
) -> None:
    first, second, gone = case(session, "Juniper"), case(session, "Aspen"), case(session, "Elm")
    keep_apart(session, first, second, "they know each other's families")
    found = session.vault.get(gone)
    assert found is not None
    session.commit(found.compartment, put("case", gone, stage="arrived"))
    instance = asked(session).instance
    assert instance.apart == (tuple(sorted((first, second))),)
    assert {one.id for one in instance.parties} == {first, second}


def test_who_is_in_a_doubtful_place_may_stay_longer_and_who_is_in_an_exposed_one_is_brought_out(
    session: Session,
) -> None:
    doubtful = relocation.add_place(session, "Harbour 1", 1)
    exposed = relocation.add_place(session, "Harbour 2", 1)
    stays, leaves = case(session, "Juniper"), case(session, "Aspen")
    kept = relocation.place_in(session, stays, doubtful, day(session, 0), day(session, 2))
    relocation.place_in(session, leaves, exposed, day(session, 0))
    relocation.set_exposure(session, doubtful, "doubtful", "a van stood there")
    relocation.mark_exposed(session, exposed, "the landlord was questioned")
    relocation.set_nights(session, kept, day(session, 0), day(session, 3))  # by hand as well
    norland(session)
    question = asked(session)
    result = accepted(session, question, proposed(question))
    assert result.refused == ()
    tonight_in = {one.case_id: one.place_id for one in session.find(Stay) if one.covers(day(session, 0))}
    assert tonight_in == {stays: doubtful}
    assert session.get(Stay, kept) is not None
    last = session.get(Stay, kept)
    assert last is not None
    assert last.last_night == day(session, 19)


def test_nobody_loses_a_bed_by_a_plan_that_has_none_for_them(session: Session) -> None:
    paid = relocation.add_place(session, "Harbour 1", 1, rent_until=day(session, 9))
    juniper = case(session, "Juniper")
    relocation.place_in(session, juniper, paid, day(session, 0), day(session, 9))
    question = asked(session)
    [party] = question.instance.parties
    assert party.at is None  # it is paid for a while only: no plan can promise a bed there
    proposal = proposed(question)
    without = tuple(msgspec.structs.replace(one, stays=()) for one in proposal.parties)
    accepted(session, question, msgspec.structs.replace(proposal, parties=without))
    [stay] = [one for one in session.find(Stay) if one.takes_bed]
    assert (stay.place_id, stay.last_night) == (paid, day(session, 9))


def test_who_has_a_lasting_bed_has_one_in_every_plan(session: Session) -> None:
    place = relocation.add_place(session, "Harbour 1", 1)
    juniper, other = case(session, "Juniper", risk="low"), case(session, "Aspen", risk="extreme")
    relocation.place_in(session, juniper, place, day(session, 0))
    question = asked(session)
    assert {one.id: one.at for one in question.instance.parties} == {juniper: place, other: None}
    stays = {one.id: one.stays for one in proposed(question).parties}
    assert stays[other] == ()
    assert [one.place for one in stays[juniper]] == [place]

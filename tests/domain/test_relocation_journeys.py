from __future__ import annotations

import msgspec
import pytest

from leeward.domain.cases.due import Weight, in_order
from leeward.domain.errors import RuleBroken
from leeward.domain.relocation import journeys, papers
from leeward.domain.relocation.journeys import Leg
from leeward.domain.relocation.papers import MedicalAppointment, Medication, TravelDocument, VisaApplication

HOUR = 3_600_000
NOW = papers.noon("2017-04-07")


def test_legs_follow_each_other_in_time() -> None:
    first = Leg(id="1", number=1, to_town="P.", departs=NOW, arrives=NOW + 5 * HOUR)
    journeys.check_legs([Leg(id="2", number=2, departs=NOW + 6 * HOUR), first])
    with pytest.raises(RuleBroken, match="before the one before it has arrived"):
        journeys.check_legs([first, Leg(id="2", number=2, from_town="P.", departs=NOW + 4 * HOUR)])
    with pytest.raises(RuleBroken, match="arrives before it departs"):
        journeys.check_legs([Leg(id="1", departs=NOW, arrives=NOW - 1)])


def test_a_leg_that_should_have_arrived_is_danger_and_one_to_come_is_a_plan() -> None:
    late = Leg(id="1", to_town="P.", state="under-way", arrives=NOW - HOUR)
    ahead = Leg(id="2", to_town="M.", state="booked", departs=NOW + HOUR)
    (first,) = journeys.due_of_leg(late, NOW)
    (second,) = journeys.due_of_leg(ahead, NOW)
    assert (first.late, first.weight) == (True, Weight.DANGER)
    assert (second.late, second.weight) == (False, Weight.PLAN)
    assert in_order([second, first]) == [first, second]


def test_a_bought_ticket_is_not_asked_for_again() -> None:
    planned = Leg(id="1", to_town="P.", ticket_due=NOW - HOUR)
    assert [str(due.what) for due in journeys.due_of_leg(planned, NOW)] == ["buy the ticket to P."]
    assert journeys.due_of_leg(Leg(id="1", state="booked", ticket_due=NOW - HOUR), NOW) == []


def test_longest_waiting_weighs_the_risk() -> None:
    quiet = journeys.risk_days("low", NOW - 20 * 24 * HOUR, NOW)
    hunted = journeys.risk_days("extreme", NOW - 3 * 24 * HOUR, NOW)
    assert hunted > quiet
    assert journeys.risk_days("a-newer-word", NOW + HOUR, NOW) == 0


def test_visas_ask_for_papers_appeals_and_warn_of_their_end() -> None:
    asked = VisaApplication(
        id="v", country="Norland", stage="gathering", papers_due="2017-04-05", appointment=NOW + HOUR
    )
    dues = papers.due_of_visa(asked, NOW, "2017-04-07")
    assert {(str(due.what), due.late) for due in dues} == {
        ("consulate of Norland", False),
        ("papers for the visa of Norland", True),
    }
    refused = VisaApplication(
        id="v", country="Norland", stage="refused", appeal_by="2017-04-20", papers_due="2017-04-05"
    )
    assert [str(due.what) for due in papers.due_of_visa(refused, NOW, "2017-04-07")] == [
        "last day to appeal the refusal of Norland"
    ]
    far = VisaApplication(id="v", stage="granted", valid_to="2018-04-20")
    near = VisaApplication(id="v", stage="granted", valid_to="2017-05-20")
    assert papers.due_of_visa(far, NOW, "2017-04-07") == []
    assert len(papers.due_of_visa(near, NOW, "2017-04-07")) == 1


def test_an_appointment_after_which_the_papers_were_handed_in_asks_nobody_how_it_went() -> None:
    was = NOW - 26 * HOUR  # the sixth of April
    kept = VisaApplication(id="v", country="Norland", stage="submitted", appointment=was)
    told = papers.due_of_visa(msgspec.structs.replace(kept, stage="appointment"), NOW, "2017-04-07")
    assert [due.late for due in told] == [True]
    assert papers.due_of_visa(kept, NOW, "2017-04-07") == []
    assert papers.due_of_visa(msgspec.structs.replace(kept, submitted="2017-04-07"), NOW, "2017-04-07") == []
    by_post = msgspec.structs.replace(kept, submitted="2017-03-01")  # and then they were asked to come
    assert len(papers.due_of_visa(by_post, NOW, "2017-04-07")) == 1
    assert (
        len(papers.due_of_visa(msgspec.structs.replace(kept, biometrics=was + HOUR), NOW, "2017-04-07")) == 1
    )
    assert papers.due_of_visa(msgspec.structs.replace(kept, papers_due="2017-04-20"), NOW, "2017-04-07") == []
    more = msgspec.structs.replace(kept, submitted="2017-04-07", papers_due="2017-04-20")
    assert [due.whole_day for due in papers.due_of_visa(more, NOW, "2017-04-07")] == [True]


@pytest.mark.parametrize("odd", ["soon", "2017-13-40", "x" * 10_000, "2017"])
def test_a_day_that_is_none_is_left_out_and_breaks_nothing(odd: str) -> None:
    assert papers.due_of_paper(TravelDocument(id="p", expires=odd), "2017-04-07") is None
    assert papers.due_of_medication(Medication(id="m", lasts_until=odd), "2017-04-07") is None
    assert papers.due_of_visa(VisaApplication(id="v", stage="asked", papers_due=odd), NOW, "2017-04-07") == []


def test_a_medicine_that_ran_out_is_danger() -> None:
    due = papers.due_of_medication(Medication(id="m", what="pills", lasts_until="2017-04-06"), "2017-04-07")
    assert due is not None
    assert due.weight == Weight.DANGER
    assert papers.due_of_medication(Medication(id="m", lasts_until="2017-05-06"), "2017-04-07") is None


def test_a_visit_that_took_place_is_no_longer_due() -> None:
    assert papers.due_of_appointment(MedicalAppointment(id="a", at=NOW, done_at=NOW), NOW) is None
    due = papers.due_of_appointment(MedicalAppointment(id="a", at=NOW + 1, where="clinic"), NOW)
    assert due is not None
    assert not due.late

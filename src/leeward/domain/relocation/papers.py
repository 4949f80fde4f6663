"""Passports, visas and asylum claims: what is held, asked for, granted, and until when."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, ClassVar

from leeward.base.say import Day, Message, Moment, say
from leeward.domain.cases.due import Due, Weight
from leeward.domain.typed import Coded, Note, Typed

WARN_DAYS = 60  # before a passport or visa runs out


class TravelDocument(Typed, frozen=True, kw_only=True):
    """A paper that a journey needs. Its number is in the identity compartment, never here."""

    kind: ClassVar[str] = "travel_document"

    case_id: str = ""
    person_id: str = ""
    paper: Annotated[str, Coded("paper")] = "passport"
    issuer: str = ""
    expires: str = ""
    held: Annotated[str, Coded("held")] = "with-them"
    ready_on: str = ""  # when a paper that was applied for can be fetched
    remarks: tuple[Note, ...] = ()


class VisaApplication(Typed, frozen=True, kw_only=True):
    """One attempt at one country's door."""

    kind: ClassVar[str] = "visa_application"

    case_id: str = ""
    person_id: str = ""
    country: str = ""
    consulate: str = ""
    visa: Annotated[str, Coded("visa-kind")] = "humanitarian"
    stage: Annotated[str, Coded("visa-stage")] = "thought-of"
    submitted: str = ""
    appointment: int = 0
    own: bool = False  # they have it by themselves: it is none of those that the team can give
    biometrics: int = 0
    papers_due: str = ""
    letters: str = ""  # of support: from whom
    sponsor: str = ""
    decided: str = ""
    valid_from: str = ""
    valid_to: str = ""
    entries: str = ""
    refusal_reason: str = ""
    appeal_by: str = ""
    remarks: tuple[Note, ...] = ()

    @property
    def going_on(self) -> bool:
        """Return whether it is not decided yet, and not given up."""
        return self.stage not in {"granted", "refused", "dropped"}

    def handed_in(self, day: str) -> bool:
        """Return whether the papers were handed in on this day or later; a submission without a day is believed."""
        return self.stage == "submitted" and (not self.submitted or self.submitted >= day)


class AsylumClaim(Typed, frozen=True, kw_only=True):
    """A claim in the country of arrival."""

    kind: ClassVar[str] = "asylum_claim"

    case_id: str = ""
    person_id: str = ""
    country: str = ""
    claimed: str = ""
    interview: int = 0
    decision: str = ""  # waiting, protected, refused
    decided: str = ""
    appeal_by: str = ""
    representative: str = ""
    remarks: tuple[Note, ...] = ()


class MedicalAppointment(Typed, frozen=True, kw_only=True):
    """A visit to a doctor or a clinic that knows how to ask nothing."""

    kind: ClassVar[str] = "medical_appointment"

    case_id: str = ""
    person_id: str = ""
    at: int = 0
    where: str = ""  # in words that give away nothing
    with_id: str = ""  # the member who goes with them
    purpose: str = ""
    outcome: str = ""
    done_at: int = 0


class Medication(Typed, frozen=True, kw_only=True):
    """What they must not run out of."""

    kind: ClassVar[str] = "medication"

    case_id: str = ""
    person_id: str = ""
    what: str = ""
    dose: str = ""
    lasts_until: str = ""
    ended_at: int = 0


def noon(day: str) -> int:
    """Return a moment of an ISO day that shows as that day in any zone people work in; 0 for an empty or bad one."""
    try:
        return int(dt.datetime.combine(dt.date.fromisoformat(day), dt.time(12), dt.UTC).timestamp() * 1000)
    except ValueError:
        return 0


def due_of_visa(visa: VisaApplication, now: int, today: str) -> list[Due]:
    """Return what is due on a visa application."""
    found = []
    for moment in (visa.appointment, visa.biometrics) if visa.going_on else ():
        kept = 0 < moment < now and moment == visa.appointment and visa.handed_in(_day_of(moment))
        if moment and not kept:
            what = say("consulate of {country}", country=visa.country)
            why = _how_it_went(moment, now)
            found.append(Due(moment, what, visa.id, "visa_application", Weight.PLAN, moment < now, why=why))
    days = []
    if visa.going_on and visa.papers_due and not visa.handed_in(visa.papers_due):
        what = say("papers for the visa of {country}", country=visa.country)
        days.append(
            (visa.papers_due, what, say("The consulate wants them by {day}.", day=Day(noon(visa.papers_due))))
        )
    if visa.stage == "refused" and visa.appeal_by:
        what = say("last day to appeal the refusal of {country}", country=visa.country)
        days.append(
            (visa.appeal_by, what, say("After {day} the refusal stands.", day=Day(noon(visa.appeal_by))))
        )
    if visa.stage == "granted" and visa.valid_to and _within(visa.valid_to, today):
        what = say("the visa of {country} ends", country=visa.country)
        days.append((visa.valid_to, what, say("It is good until {day}.", day=Day(noon(visa.valid_to)))))
    return found + [
        Due(noon(day), what, visa.id, "visa_application", late=day < today, whole_day=True, why=why)
        for day, what, why in days
        if noon(day)
    ]


def due_of_paper(paper: TravelDocument, today: str) -> Due | None:
    """Return the end of a paper that runs out soon, or the day on which it can be fetched."""
    if paper.held == "applied" and noon(paper.ready_on):
        late = paper.ready_on < today
        return Due(
            noon(paper.ready_on),
            say("a paper can be fetched"),
            paper.id,
            "travel_document",
            Weight.PLAN,
            late,
            whole_day=True,
            why=say(
                "It was to be ready on {day}. Nobody has noted that it was fetched.",
                day=Day(noon(paper.ready_on)),
            )
            if late
            else None,
        )
    if paper.expires and _within(paper.expires, today) and noon(paper.expires):
        late = paper.expires < today
        return Due(
            noon(paper.expires),
            say("a passport or paper runs out"),
            paper.id,
            "travel_document",
            late=late,
            whole_day=True,
            why=say("It is good until {day}.", day=Day(noon(paper.expires))),
        )
    return None


def due_of_appointment(one: MedicalAppointment, now: int) -> Due | None:
    """Return the visit to the doctor that is ahead."""
    if one.done_at or not one.at:
        return None
    what = say("{what}", what=one.where or one.purpose)
    why = _how_it_went(one.at, now)
    return Due(one.at, what, one.id, "medical_appointment", Weight.PLAN, one.at < now, one.with_id, why=why)


def due_of_medication(one: Medication, today: str) -> Due | None:
    """Return the day on which a medicine runs out, from a week before."""
    if one.ended_at or not noon(one.lasts_until) or not _within(one.lasts_until, today, 7):
        return None
    late = one.lasts_until < today
    what = say("{what} runs out", what=one.what)
    return Due(
        noon(one.lasts_until),
        what,
        one.id,
        "medication",
        Weight.DANGER if late else Weight.PROMISE,
        late,
        whole_day=True,
        why=say("What they have lasts until {day}.", day=Day(noon(one.lasts_until))),
    )


def _day_of(at: int) -> str:
    """Return the day of a moment on this computer's wall, which is how a day is typed beside it."""
    return dt.datetime.fromtimestamp(at / 1000, dt.UTC).astimezone().date().isoformat()


def _how_it_went(at: int, now: int) -> Message | None:
    """Return why an appointment that has passed still asks for somebody."""
    return say("It was at {time}. Nobody has noted how it went.", time=Moment(at)) if at < now else None


def _within(day: str, today: str, days: int = WARN_DAYS) -> bool:
    try:
        return dt.date.fromisoformat(day) <= dt.date.fromisoformat(today) + dt.timedelta(days=days)
    except ValueError:
        return False

"""Invented people in hiding: each a case with risk, needs, tasks, story, bed, papers, visa, check-ins and consents."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import msgspec

from leeward.base.ids import derive_id
from leeward.domain.cases.case import Case, Identity, Person
from leeward.domain.cases.checkins import CheckIn
from leeward.domain.cases.consent import Consent
from leeward.domain.cases.story import CaseNote
from leeward.domain.cases.work import Expense, Need, Task
from leeward.domain.money import Payment
from leeward.domain.relocation.beds import Apart, Stay
from leeward.domain.relocation.journeys import Journey, Leg
from leeward.domain.relocation.papers import MedicalAppointment, TravelDocument, VisaApplication
from leeward.domain.relocation.places import Place
from leeward.practice.cast import CITY, COUNTRIES, FIRST_NAMES, GRANT, HOME, HUNTED_FROM, LAST_NAMES, NO_VISA
from leeward.practice.moment import DAY, HOUR, Script
from leeward.practice.phrases import STORY, TASKS, THREATS

RISKS = ("medium",) * 6 + ("high",) * 7 + ("low",) * 3 + ("very-high",) * 3 + ("extreme",)
STAGES = ("safe-place",) * 8 + ("documents",) * 6 + ("vetted",) * 3 + ("on-the-way",)


@dataclass(frozen=True, slots=True)
class Made:
    """What later parts need to know of a person: the case's circle, id and pseudonym, when it began, and the risk."""

    circle: str
    case_id: str
    pseudonym: str
    opened_at: int
    risk: str


def write_people(script: Script, places: list[Place], names: list[str], count: int) -> list[Made]:
    """Plan so many cases, with beds where there are any; return them."""
    beds = [place for place in places for _ in range(_beds_given(script, place))]
    made = []
    for number in range(count):
        place = beds[number] if number < len(beds) else None
        made.append(_person(script, number, names[number % len(names)], place))
    pairs = [(made[0], made[5])] if len(made) > 5 else []
    for one, other in pairs:
        apart = Apart(id=script.chance.make_id(), case_ids=(one.case_id, other.case_id))
        script.write(script.now - 8 * DAY, "coordinator", "beds", apart)
    return made


def _beds_given(script: Script, place: Place) -> int:
    """Leave a few beds free, and two people in the exposed place."""
    given = {"Harbour 4": 2, "Harbour 1": 4, "Harbour 2": 3, "Flat K": 11, "Farm": 14}
    return {script.named(name): beds for name, beds in given.items()}.get(place.code_name, 6)


def _person(script: Script, number: int, pseudonym: str, place: Place | None) -> Made:
    chance, now, say = script.chance, script.now, script.say
    circle = script.circle("case", "coordinator", "documenter")
    case_id = chance.make_id()
    opened = now - chance.hours(4 * 24, 45 * 24)
    risk = "very-high" if number == 0 else chance.pick(RISKS)
    english, russian, threats = chance.pick(THREATS)
    stage = chance.pick(STAGES)
    identity_circle = script.circle("identity", "coordinator")
    identity = Identity(
        id=chance.make_id(),
        case_id=case_id,
        legal_name=f"{chance.pick(LAST_NAMES)} {chance.pick(FIRST_NAMES)}",
        born=f"{chance.between(1975, 1999)}-{chance.between(1, 12):02}-{chance.between(1, 28):02}",
    )
    case = Case(
        id=case_id,
        pseudonym=pseudonym,
        code=f"case {number + 1}",
        status="active",
        stage=stage,
        stage_since=min(now, opened + chance.hours(24, 90)),
        coordinator_id=script.members[chance.pick(("Timur", "Timur", "Daria"))],
        deputy_id=script.members["Mila"],
        risk=risk,
        risk_since=opened,
        risk_reason=say((english, russian)),
        threat_set=threats,
        language_set=("ru",),
        identity_id=identity.id,
        opened_at=opened,
    )
    script.write(opened, "operator", circle, case)
    script.write(opened + HOUR, "operator", identity_circle, identity)
    made = Made(circle, case_id, pseudonym, opened, risk)
    _story(script, made)
    _work(script, made, number)
    _visit(script, made)
    _family(script, made)
    _consents(script, made)
    if place is not None:
        _bed(script, made, place)
    _way_out(script, made, stage)
    _check_ins(script, made, number)
    return made


def _story(script: Script, made: Made) -> None:
    chance = script.chance
    at = made.opened_at
    for kind, english, russian, folded in chance.random.sample(STORY, chance.between(2, 6)):
        at += chance.hours(6, 70)
        if at > script.now - HOUR:
            return
        line = CaseNote(
            id=chance.make_id(),
            case_id=made.case_id,
            note=kind,
            text=script.say((english, russian)),
            language=script.language,
            happened_at=at,
            folded=folded,
            why=script.say(("Asked for, and safer.", "По просьбе, и так безопаснее."))
            if kind == "decision"
            else "",
        )
        script.write(at, "coordinator", made.circle, line)


def _work(script: Script, made: Made, number: int) -> None:
    """Needs and the tasks they make: some done, some ahead, a few late, one or two that nobody holds."""
    chance, now = script.chance, script.now
    for code, english, russian in chance.random.sample(TASKS, chance.between(2, 4)):
        asked = made.opened_at + chance.hours(2, 48)
        due = now + chance.hours(-30, 120) if number % 5 == 0 else now + chance.hours(6, 150)
        done = chance.share(0.45)
        title = script.say((english, russian))
        need = Need(
            id=chance.make_id(),
            case_id=made.case_id,
            need=code,
            what=title,
            status="met" if done else chance.pick(("asked", "arranged")),
            requested_at=asked,
            due=due,
            cost_cents=chance.between(2, 60) * 1000,
        )
        owner = (
            ""
            if chance.share(0.12)
            else script.members[chance.pick(("Timur", "Daria", "Mila", "Pavel", "Rufina"))]
        )
        task = Task(
            id=chance.make_id(),
            case_id=made.case_id,
            title=title,
            owner_id=owner,
            due=asked + 2 * DAY if done else due,
            priority=chance.pick(("now", "soon", "soon", "when-possible")),
            need_id=need.id,
            done_at=min(now, asked + DAY) if done else 0,
            done_by_id=owner if done else "",
        )
        script.write(min(asked, now), "coordinator", made.circle, need, task)
        if done and need.cost_cents:
            spent = Expense(
                id=chance.make_id(),
                case_id=made.case_id,
                line=chance.pick(("housing", "food", "medical", "travel", "documents")),
                what=title,
                amount_cents=need.cost_cents,
                day=_day(asked),
            )
            paid = Payment(
                id=derive_id("practice-payment", spent.id),
                grant_id=GRANT,
                line=spent.line,
                amount_cents=spent.amount_cents,
                day=spent.day,
            )
            script.write(min(asked + DAY, now), "coordinator", "beds", paid)
            spent = msgspec.structs.replace(spent, payment_id=paid.id)
            script.write(min(asked + DAY, now), "coordinator", made.circle, spent)


def _visit(script: Script, made: Made) -> None:
    chance, now = script.chance, script.now
    if not chance.share(0.25):
        return
    visit = MedicalAppointment(
        id=chance.make_id(),
        case_id=made.case_id,
        at=_at_hour(now + chance.between(1, 9) * DAY, 9),
        where=script.say(("the quiet clinic", "тихая клиника")),
        with_id=script.members[chance.pick(("Pavel", "Rufina"))],
    )
    script.write(now - DAY, "coordinator", made.circle, visit)


def _family(script: Script, made: Made) -> None:
    chance = script.chance
    if not chance.share(0.4):
        return
    relation = chance.pick(("mother", "sibling", "other-relative", "partner"))
    relative = Person(
        id=chance.make_id(),
        case_id=made.case_id,
        relation=relation,
        whereabouts=script.say(("in the region, watched", "в регионе, под наблюдением")),
        threatens=relation == "other-relative",
        risk=chance.pick(("low", "medium", "high")),
    )
    script.write(made.opened_at + 3 * HOUR, "coordinator", made.circle, relative)


def _consents(script: Script, made: Made) -> None:
    chance = script.chance
    answers = [
        ("work", "team", "given"),
        ("work", "doctor", "given"),
        ("account", "un", chance.pick(("given", "given", "refused"))),
    ]
    answers.append(("account", "court", chance.pick(("given", "refused"))))
    answers.append(("account", "press", chance.pick(("refused", "refused", "given"))))
    answers.append(("count", "public", chance.pick(("given", "given", "refused"))))
    answers.append(("name", "un", "refused"))
    at = made.opened_at + chance.hours(5, 30)
    for use, audience, answer in answers:
        consent = Consent(
            id=derive_id("consent", made.case_id, use, audience),
            case_id=made.case_id,
            use=use,
            audience=audience,
            answer=answer,
            how="spoken",
            language="ru",
            risks_explained=True,
            day=_day(at),
            asked_by_id=script.members["Vera"],
        )
        script.write(at, "documenter", made.circle, consent)


def _bed(script: Script, made: Made, place: Place) -> None:
    first = max(made.opened_at, script.now - 20 * DAY)
    days = script.chance.between(3, 20)
    stay = Stay(
        id=script.chance.make_id(),
        place_id=place.id,
        case_id=made.case_id,
        first_night=_day(first),
        last_night="" if place.rent_until or script.chance.share(0.5) else _day(script.now + days * DAY),
        state="there",
    )
    script.write(first, "coordinator", "beds", stay)


def _way_out(script: Script, made: Made, stage: str) -> None:
    """Papers for everyone; a visa or a visa-free country for those who are far enough; a journey for some."""
    chance, now = script.chance, script.now
    paper = TravelDocument(
        id=chance.make_id(),
        case_id=made.case_id,
        paper="travel-passport",
        issuer=script.named(HOME),
        held=chance.pick(("with-them", "with-us", "applied", "taken", "with-relatives")),
        expires=_day(now + chance.between(20, 2000) * DAY),
        ready_on=_day(now + chance.between(3, 30) * DAY),
    )
    script.write(made.opened_at + DAY, "coordinator", made.circle, paper)
    if stage not in {"documents", "on-the-way"}:
        return
    country = chance.pick(COUNTRIES)
    if country not in NO_VISA:
        visa = VisaApplication(
            id=chance.make_id(),
            case_id=made.case_id,
            country=script.named(country),
            visa="humanitarian",
            stage=chance.pick(("asked", "gathering", "appointment", "submitted", "granted")),
            appointment=_at_hour(now + chance.between(1, 20) * DAY, 11),
            papers_due=_day(now + chance.between(-1, 24) * DAY),
        )
        script.write(now - 3 * DAY, "coordinator", made.circle, visa)
    departs = (
        _at_hour(now + chance.between(1, 25) * DAY, 8) if stage == "documents" else now - chance.hours(2, 9)
    )
    journey = Journey(
        id=chance.make_id(),
        case_id=made.case_id,
        destination=script.named(country),
        state="under-way" if stage == "on-the-way" else "planned",
        budget_cents=chance.between(300, 900) * 100,
    )
    legs = _legs(script, made, journey, departs, under_way=stage == "on-the-way")
    script.write(now - 2 * DAY, "coordinator", made.circle, journey, *legs)


def _legs(script: Script, made: Made, journey: Journey, departs: int, *, under_way: bool) -> list[Leg]:
    chance = script.chance
    first = Leg(
        id=chance.make_id(),
        journey_id=journey.id,
        case_id=made.case_id,
        number=1,
        mode="train",
        from_town=script.named(chance.pick(HUNTED_FROM) if under_way else CITY),
        to_town=script.named("Sevrin"),
        departs=departs,
        arrives=departs + 10 * HOUR,
        ticket_due=_at_hour(departs - 2 * DAY, 18),
        companion_id=script.members[chance.pick(("Pavel", "Rufina", "Timur"))],
        state="under-way" if under_way else chance.pick(("planned", "booked")),
        cost_cents=5900,
    )
    second = Leg(
        id=chance.make_id(),
        journey_id=journey.id,
        case_id=made.case_id,
        number=2,
        mode="plane",
        from_town=script.named("Sevrin"),
        to_town=journey.destination,
        departs=departs + 14 * HOUR,
        arrives=departs + 18 * HOUR,
        state="booked" if under_way else "planned",
        ticket_due=_at_hour(departs - DAY, 18),
        cost_cents=21000,
    )
    return [first, second]


def _check_ins(script: Script, made: Made, number: int) -> None:
    """Yesterday's evening was answered; tonight's is ahead, save for two that were missed."""
    chance, now = script.chance, script.now
    yesterday = now - DAY - chance.hours(0, 3)
    answered = CheckIn(
        id=chance.make_id(),
        case_id=made.case_id,
        due=yesterday,
        answered_at=yesterday + 20 * 60_000,
        answered_how="message",
        answer=script.say(("all good, lights off", "всё хорошо, свет выключен")),
    )
    script.write(yesterday + HOUR, "coordinator", made.circle, answered)
    missed = number in {1, 12}
    due = now - (2 * HOUR if missed else -chance.hours(1, 9))
    ahead = CheckIn(
        id=chance.make_id(),
        case_id=made.case_id,
        due=due,
        grace=HOUR,
        how=chance.pick(("call", "message", "page")),
        who_id=script.members["Timur"],
    )
    script.write(now - DAY, "coordinator", made.circle, ahead)


def _day(moment: int) -> str:
    return dt.datetime.fromtimestamp(moment / 1000, dt.UTC).date().isoformat()


def _at_hour(moment: int, hour: int) -> int:
    day = dt.datetime.fromtimestamp(moment / 1000, dt.UTC).replace(
        hour=hour, minute=0, second=0, microsecond=0
    )
    return int(day.timestamp() * 1000)

"""Sixty invented requests: forty became cases, some wait for an answer, one is a journalist, one may be a trap."""

from __future__ import annotations

import msgspec

from leeward.base.ids import derive_id
from leeward.domain.intake.records import Check, Contact, Letter, Voice, WayBack
from leeward.ledger.model import add, put
from leeward.practice.cast import HUNTED_FROM, named
from leeward.practice.moment import DAY, HOUR, Script
from leeward.practice.people import Made
from leeward.practice.phrases import (
    AGAIN_EN,
    AGAIN_RU,
    ANSWERS_EN,
    ANSWERS_RU,
    CRIES_EN,
    CRIES_RU,
    HOSTILE,
    LABELS_VETTING,
)
from leeward.practice.scenes import AGES, SILENT, TEXTS, Talk
from leeward.seal.codes import derive_way, make_code

WAITING = 5  # of the requests without a case, so many have had no answer yet
URGENCIES = ("immediate", "urgent", "", "high", "standard")


def write_hotline(script: Script, people: list[Made], names: list[str], count: int) -> list[Talk]:
    """Plan contacts and letters: one for each person, the rest without a case; return the rest."""
    for number, person in enumerate(people[:count]):
        _became_case(script, person, number)
    rest = max(0, count - len(people))
    return [_alone(script, number, names[(len(people) + number) % len(names)]) for number in range(rest)]


def _became_case(script: Script, person: Made, number: int) -> None:
    chance = script.chance
    contact_id = chance.make_id()
    wrote = person.opened_at - chance.hours(8, 50)
    contact = Contact(
        id=contact_id,
        pseudonym=person.pseudonym,
        channel=chance.pick(("page", "page", "page", "phone", "partner")),
        language="ru",
        relation="self",
        urgency=chance.pick(("immediate", "urgent", "high")),
        needs_set=tuple(
            sorted(chance.random.sample(("shelter", "medical", "passport", "transport", "legal"), 2))
        ),
        place_told=script.named(chance.pick(HUNTED_FROM)),
        safe_where=script.say(("only here, with their words", "только здесь, по восьми словам")),
        safe_device=chance.pick(("own", "borrowed", "shared")),
        vetting="verified" if number % 4 else "partly",
        vetting_by=script.members["Mila"],
        vetting_second_by=script.members["Timur"] if number % 4 else "",
    )
    _talk(script, contact, wrote, CRIES_RU, ANSWERS_RU, AGAIN_RU, turns=chance.between(1, 3))
    question = Check(
        id=chance.make_id(),
        contact_id=contact_id,
        text=script.say(chance.pick(LABELS_VETTING)),
        answer=chance.pick(AGAIN_RU),
        outcome="holds",
    )
    script.write(wrote + 5 * HOUR, "operator", "intake", question)
    linked = put("contact", contact_id, case_id=person.case_id, settled_at=person.opened_at)
    script.change(person.opened_at, "operator", "intake", linked)
    script.change(
        person.opened_at + 60_000,
        "operator",
        person.circle,
        add("case", person.case_id, "contact_ids", contact_id),
    )


def _alone(script: Script, number: int, pseudonym: str) -> Talk:
    """Plan a request without a case: the first few still wait for an answer, the longest for six hours."""
    chance, now = script.chance, script.now
    english = number % 4 == 2
    waiting = number < WAITING
    ago = 6 * HOUR - number * HOUR - 120_000 if waiting else chance.hours(26, 30 * 24)
    wrote = now - AGES.get(number, ago)
    hostile = number == 7
    contact = Contact(
        id=chance.make_id(),
        pseudonym=pseudonym,
        channel="page",
        language="en" if english else "ru",
        relation="press" if english and number == 2 else chance.pick(("self", "friend", "relative")),
        urgency="hostile" if hostile else URGENCIES[number % len(URGENCIES)],
        place_told=script.named(chance.pick(HUNTED_FROM)),
        safe_device=chance.pick(("own", "borrowed", "searched")),
        vetting="hostile" if hostile else "none",
        referred_to=script.say(("a partner abroad", "партнёры за границей")) if number % 9 == 8 else "",
    )
    cries = (HOSTILE,) if hostile else CRIES_EN if english else CRIES_RU
    answers = ANSWERS_EN if english else ANSWERS_RU
    turns = 0 if waiting else chance.between(1, 2)
    return _talk(
        script,
        contact,
        wrote,
        cries,
        answers,
        AGAIN_EN if english else AGAIN_RU,
        turns=0 if number in SILENT else turns,
        text=TEXTS.get(number, ""),
    )


def _talk(
    script: Script,
    contact: Contact,
    wrote: int,
    cries: tuple[str, ...],
    answers: tuple[str, ...],
    again: tuple[str, ...],
    *,
    turns: int,
    text: str = "",
) -> Talk:
    chance = script.chance
    town = named(contact.place_told, contact.language)  # they write in their own language
    drawn = chance.pick(cries).format(town=town)
    text = text or drawn
    first = Letter(id=chance.make_id(), contact_id=contact.id, text=text, language=contact.language)
    ways, voices = _ways(script, contact)
    script.write(wrote, "operator", "intake", msgspec.structs.replace(contact, ways=ways), first, *voices)
    talk = Talk(contact.id, first.id, wrote)
    at = wrote
    for _turn in range(turns):
        at += chance.hours(0.3, 4)
        ours = Letter(
            id=chance.make_id(),
            contact_id=contact.id,
            direction="out",
            text=chance.pick(answers),
            queued_at=at,
        )
        script.write(at, "operator", "intake", ours)
        at += chance.hours(0.2, 6)
        if at > script.now - 2 * HOUR or chance.share(0.2):
            return talk
        theirs = Letter(
            id=chance.make_id(), contact_id=contact.id, text=chance.pick(again), language=contact.language
        )
        script.write(at, "operator", "intake", theirs)
        at += chance.hours(0.2, 2)
        closing = Letter(
            id=chance.make_id(),
            contact_id=contact.id,
            direction="out",
            text=chance.pick(answers),
            queued_at=at,
        )
        if at < script.now - DAY // 24:
            script.write(at, "operator", "intake", closing)
    return talk


def _ways(script: Script, contact: Contact) -> tuple[tuple[WayBack, ...], list[Voice]]:
    """Draw eight words for whoever wrote on the page, so that answers have somewhere to go."""
    if contact.channel != "page":
        return (), []
    code = make_code(script.chance)
    ways, voices = [], []
    for alarm, form in ((False, code), (True, code.alarm_form())):
        way = derive_way(form)
        script.boxes.append((way.box, way.read, way.write))
        ways.append(WayBack(alarm, way.box, way.write, way.identity.recipient().string()))
        voices.append(Voice(id=derive_id("voice", way.voice), contact_id=contact.id, alarm=alarm))
    return tuple(ways), voices

"""What a few of the sixty requests show of the hotline's work: who wrote what by which path, and what was done with it.

Scenes are given by the number of a request without a case (see `hotline.py`). They change and add; they draw their ids
after everything else, so that the rest of the operation stays what a seed makes of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from leeward.base.ids import derive_id
from leeward.domain.intake.questions import Question
from leeward.domain.intake.records import Check, Letter, Shift
from leeward.ledger.model import add, note, put
from leeward.practice.moment import DAY, HOUR, Script
from leeward.practice.phrases import (
    ASKED,
    BROTHER,
    COVER,
    EDITED_ANSWER,
    FORCED,
    HANDED_OVER,
    JUNK,
    OFFLINE,
    SENSITIVE,
    SENT_AGAIN,
    URGENT,
    WARNED,
)

MINUTE = HOUR // 60
PUBLISHED = 12 * DAY  # so long ago the page's questions were published
SILENT = frozenset({15, 16, 19})  # junk: nobody answers it
TEXTS = {0: URGENT, 3: OFFLINE, 6: BROTHER, 13: SENT_AGAIN} | dict.fromkeys(SILENT, JUNK)
"""What these write, instead of a sentence drawn from the bank."""
AGES = {5: 6 * DAY, 6: 28 * HOUR, 9: 7 * DAY, 11: 6 * DAY, 12: 3 * DAY, 13: 22 * HOUR, 18: 9 * DAY}
"""How long ago these wrote first."""

_FIRST_LINE = ("Mila", "Anton", "Mila", "Anton", "Mila", "Anton", "Daria")  # first line, Monday to Sunday
_FACTS = {"where": "только здесь", "when": "до восьми утра", "device": "borrowed"}


@dataclass(frozen=True, slots=True)
class Talk:
    """A request without a case: its contact, and the first message with its moment."""

    contact_id: str
    first_id: str
    wrote: int


def write_scenes(script: Script, talks: list[Talk]) -> None:
    """Plan what a night of the hotline leaves behind; needs the twenty requests without a case."""
    questions = _questions(script)
    _roster(script)
    _sentence(script)
    if len(talks) < 20:
        return
    _paths(script, talks, questions)
    _hands(script, talks)
    _alarm(script, talks[5], talks[9])
    _to_true_words(script, talks[6])
    _heaps(script, talks)
    _ended(script, talks[18])
    looked = put("look", derive_id("look", script.members["Mila"]), at=script.now - 4 * MINUTE)
    script.change(script.now - 4 * MINUTE, "operator", "intake", looked)


def _questions(script: Script) -> list[str]:
    asked = [
        Question(id=script.chance.make_id(), place=place, text={"en": english, "ru": russian})
        for place, (english, russian) in enumerate(ASKED, start=1)
    ]
    script.write(script.now - PUBLISHED - HOUR, "operator", "intake", *asked)
    return [one.id for one in asked]


def _roster(script: Script) -> None:
    """Plan a week: one in the first line each day and night, a coordinator behind them in the day."""
    shifts = [
        Shift(
            id=script.chance.make_id(),
            member_id=script.members[name],
            line=line,
            weekday=weekday,
            begins=8 * 60,
            ends=(18 if line == 2 else 8) * 60,  # a second line that never sleeps would be nobody's help
        )
        for weekday, first in enumerate(_FIRST_LINE)
        for line, name in ((1, first), (2, "Daria" if weekday % 2 else "Timur"))
    ]
    script.write(script.now - 20 * DAY, "coordinator", "team", *shifts)


def _sentence(script: Script) -> None:
    """Put one quick answer into the words of this team."""
    said = {"lang": "ru", "text": EDITED_ANSWER, "checked": True}
    phrase = derive_id("phrase", "read-safe")
    script.change(script.now - 9 * DAY, "operator", "intake", note("phrase", phrase, "versions", said))


def _paths(script: Script, talks: list[Talk], questions: list[str]) -> None:
    """Let one say that it is urgent and answer the questions, one have no scripts, one use the offline form."""
    urgent, plain, offline = talks[0], talks[2], talks[3]
    answers = [
        {"q": questions[0], "text": "да, до утра"},
        {"q": questions[2], "text": "нет, обезболивающее есть"},
    ]
    script.change(
        urgent.wrote,
        "operator",
        "intake",
        put("message", urgent.first_id, urgent=True, path="page", questions=1, answers=answers, facts=_FACTS),
    )
    script.change(
        urgent.wrote + HOUR,
        "operator",
        "intake",
        put("contact", urgent.contact_id, relation="self", safe_device="borrowed"),
    )
    script.change(plain.wrote, "operator", "intake", put("message", plain.first_id, path="plain"))
    told = [
        {"q": questions[0], "text": "пока да, дня два"},
        {"q": questions[1], "text": "загранпаспорта нет"},
    ]
    facts = {"where": "через ту же знакомую", "note": "не звонить"}
    script.change(
        offline.wrote,
        "operator",
        "intake",
        put("message", offline.first_id, urgent=True, path="offline", questions=1, answers=told, facts=facts),
        put("contact", offline.contact_id, urgency="", relation="self"),
    )


def _hands(script: Script, talks: list[Talk]) -> None:
    """Give one to the coordinator and one to the operator; one vetting ends tomorrow."""
    members, now = script.members, script.now
    taken, given, believed = talks[1], talks[4], talks[11]
    take = {"does": "take", "to": members["Timur"], "text": ""}
    script.change(
        now - 6 * MINUTE, "coordinator", "intake", note("contact", taken.contact_id, "claims", take)
    )
    give = {"does": "give", "to": members["Mila"], "text": script.say(HANDED_OVER)}
    script.change(
        now - 20 * MINUTE, "coordinator", "intake", note("contact", given.contact_id, "claims", give)
    )
    question = Check(
        id=script.chance.make_id(),
        contact_id=believed.contact_id,
        text="Что стоит рядом с автовокзалом в вашем городе?",
        answer="закрытый кинотеатр, теперь там рынок",
        outcome="holds",
    )
    script.write(believed.wrote + 3 * HOUR, "operator", "intake", question)
    vetted = put(
        "contact",
        believed.contact_id,
        vetting="verified",
        vetting_by=members["Mila"],
        vetting_second_by=members["Timur"],
        vetting_until=now + DAY,
        told_set=["who", "check", "cannot"],
    )
    script.change(believed.wrote + 4 * HOUR, "operator", "intake", vetted)


def _alarm(script: Script, forced: Talk, linked: Talk) -> None:
    """Plan an alarm of two days ago: taken up within minutes, answered as to a stranger, whoever is linked warned."""
    at = script.now - 52 * HOUR
    contact = forced.contact_id
    tie = (*add("contact", contact, "linked_ids", linked.contact_id),)
    back = (*add("contact", linked.contact_id, "linked_ids", contact),)
    script.change(at - DAY, "operator", "intake", tie, back)
    letter = Letter(
        id=script.chance.make_id(), contact_id=contact, text=FORCED, language="ru", alarm=True, path="page"
    )
    script.write(at, "operator", "intake", letter)
    script.change(at, "operator", "intake", put("contact", contact, alarmed=True))
    seen = at + 9 * MINUTE
    took = put(
        "contact", contact, alarm_seen_at=seen, alarm_seen_by=script.members["Timur"], urgency="immediate"
    )
    script.change(seen, "coordinator", "intake", took)
    warned = {"does": "warned", "text": linked.contact_id}
    script.change(seen + 12 * MINUTE, "coordinator", "intake", note("contact", contact, "captures", warned))
    for moment, words, to in (
        (seen + 20 * MINUTE, COVER[1], contact),
        (seen + 15 * MINUTE, WARNED, linked.contact_id),
    ):
        _say(script, to, moment, words, "ru")


def _to_true_words(script: Script, talk: Talk) -> None:
    """Plan an answer that their alarm form does not show."""
    at = script.now - 5 * HOUR
    _say(script, talk.contact_id, at, SENSITIVE, "en", cover=COVER[0])
    believed = put(
        "contact",
        talk.contact_id,
        urgency="urgent",
        relation="relative",
        vetting="verified",
        vetting_by=script.members["Mila"],
        vetting_second_by=script.members["Timur"],
        vetting_until=script.now + 40 * DAY,
    )
    script.change(at - 2 * HOUR, "operator", "intake", believed)
    read = Letter(id=script.chance.make_id(), contact_id=talk.contact_id, direction="opened")
    script.write(at + 3 * HOUR, "operator", "intake", read)


def _heaps(script: Script, talks: list[Talk]) -> None:
    """Show two contacts of one person as one; put junk, and one that is hostile, out of the queue."""
    whole, again = talks[12].contact_id, talks[13].contact_id
    merged = (put("contact", again, merged_into=whole), note("contact", whole, "remarks", {"merged": again}))
    script.change(script.now - 20 * HOUR, "operator", "intake", *merged)
    for number in sorted(SILENT):
        script.change(
            talks[number].wrote + HOUR,
            "operator",
            "intake",
            put("contact", talks[number].contact_id, heap="spam"),
        )
    hostile = put("contact", talks[7].contact_id, heap="hostile")
    script.change(script.now - 15 * HOUR, "coordinator", "intake", hostile)


def _ended(script: Script, talk: Talk) -> None:
    """Let somebody end it and have it erased."""
    at = script.now - 30 * HOUR
    ended = Letter(id=script.chance.make_id(), contact_id=talk.contact_id, direction="ended")
    script.write(at, "operator", "intake", ended)
    done = put("contact", talk.contact_id, ended_done_at=at + HOUR, ended_done_by=script.members["Mila"])
    script.change(at + HOUR, "operator", "intake", done)


def _say(script: Script, contact_id: str, at: int, words: str, language: str, *, cover: str = "") -> None:
    answer = Letter(
        id=script.chance.make_id(),
        contact_id=contact_id,
        direction="out",
        text=words,
        language=language,
        queued_at=at,
        sensitive=bool(cover),
        cover=cover,
    )
    script.write(at, "operator", "intake", answer)

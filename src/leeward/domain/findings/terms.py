"""The words of findings: how a source knows, which part of a sentence, how far it stands, and what people may sign."""

from __future__ import annotations

import enum

from leeward.domain.vocabulary import Term, Vocabulary


class Access(enum.StrEnum):
    """How a source came to know one element. Each but HEARSAY is a kind of access of its own."""

    PARTICIPANT = "participant"  # it happened to them
    WITNESS = "witness"  # they were there
    RELATIVE = "relative"
    OFFICIAL = "official"  # a record that a body had to keep or find
    PHYSICAL = "physical"  # a trace on a body or thing, or its examination
    DIGITAL = "digital"  # a trace in data
    HEARSAY = "hearsay"  # heard from others, at some depth


DIRECT = frozenset({Access.PARTICIPANT, Access.WITNESS})
TRACES = frozenset({Access.PHYSICAL, Access.DIGITAL})


class Element(enum.StrEnum):
    """The parts of a sentence that are graded apart."""

    WHAT = "what"
    WHO = "who"
    WHEN = "when"
    WHERE = "where"
    BY_WHOM = "by-whom"


class Grade(enum.IntEnum):
    """How far the sources carry an element: a ceiling for people's judgement, never the judgement."""

    NONE = -1  # no source supports it
    ALLEGED = 0  # E0
    REPORTED = 1  # E1
    CORROBORATED = 2  # E2
    GROUNDS = 3  # E3
    DOCUMENTED = 4  # E4


class Derivation(enum.StrEnum):
    """What ties a source to those it derives from."""

    COPY = "copy"
    TRANSLATION = "translation"
    RETELLING = "retelling"


ACCESS = Vocabulary(
    "how-it-knows",
    Term("participant", "went through it", "пережито лично"),
    Term("witness", "saw it", "очевидец"),
    Term("relative", "relative", "родственник"),
    Term("official", "official record", "официальный документ"),
    Term("physical", "trace on a body or thing", "след на теле или предмете"),
    Term("digital", "trace in data", "цифровой след"),
    Term("hearsay", "heard it from others", "со слов других"),
)

ELEMENT = Vocabulary(
    "element",
    Term("what", "what happened", "что произошло"),
    Term("who", "to whom", "с кем"),
    Term("when", "when", "когда"),
    Term("where", "where", "где"),
    Term("by-whom", "by whom", "кем"),
)

GRADE = Vocabulary(
    "grade",
    Term("-1", "No source", "Нет источников"),
    Term("0", "Alleged", "Утверждается", "E0: heard from others only."),
    Term("1", "Reported", "Сообщается", "E1: one independent source that knows directly or officially."),
    Term(
        "2",
        "Corroborated",
        "Подкреплено",
        "E2: two independent sources, one direct, nothing unexplained against it.",
    ),
    Term(
        "3",
        "Reasonable grounds",
        "Разумные основания",
        "E3: two independent sources with different kinds of access.",
    ),
    Term(
        "4", "Documented", "Документировано", "E4: three independent sources and two kinds of verified trace."
    ),
)

STANDARD = Vocabulary(
    "standard",
    Term("allegation", "an allegation", "утверждение", "Says only that somebody says so."),
    Term("suspicion", "reasonable suspicion", "разумное подозрение"),
    Term(
        "grounds",
        "reasonable grounds to believe",
        "разумные основания полагать",
        "Enough consistent and reliable material for an ordinarily prudent person to conclude that it happened.",
    ),
    Term("balance", "more likely than not", "скорее да, чем нет"),
    Term("convincing", "clear and convincing", "ясно и убедительно"),
)

CEILING: dict[str, Grade] = {
    "allegation": Grade.ALLEGED,
    "suspicion": Grade.REPORTED,
    "grounds": Grade.GROUNDS,
    "balance": Grade.GROUNDS,
    "convincing": Grade.DOCUMENTED,
}
"""The least grade that the machine must give before people may sign this standard."""

SOURCE_GROUP = Vocabulary(
    "source-group",
    Term("first-hand", "First hand", "Из первых рук"),
    Term("others", "From others", "Со слов других"),
    Term("traces", "Records and traces", "Документы и следы"),
    Term("accused", "Accused", "Обвиняемые"),
)

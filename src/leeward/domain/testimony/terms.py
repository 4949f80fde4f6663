"""The words in which testimony is coded. Our own words; numbers in `maps` are those of the published lists.

MTnn are the HURIDOCS micro-thesauri. Their wording is not used.
"""

from __future__ import annotations

from leeward.domain.vocabulary import Term, Vocabulary

HOW_KNOWN = Vocabulary(
    "how-known",
    Term("experienced", "went through it", "пережито лично", "It happened to the teller."),
    Term("saw", "saw or heard it happen", "очевидец", "The teller was there; it happened to somebody else."),
    Term(
        "told", "was told by others", "со слов других", "Heard afterwards; say from whom, if it is safe to."
    ),
    Term("read", "read or watched it", "из публикаций", "From the press, a post, a video."),
    Term("inferred", "worked it out", "собственный вывод", "The teller's conclusion from other things."),
)

RELATION = Vocabulary(
    "teller",
    Term("self", "went through it", "из первых рук", maps=("MT19:01",)),
    Term("witness", "saw it", "очевидец", maps=("MT19:02",)),
    Term("relative", "relative", "родственник", maps=("MT19:04",)),
    Term("helper", "helper", "помогающая сторона", maps=("MT19:05",)),
    Term("press", "press", "пресса", maps=("MT19:06",)),
    Term("researcher", "researcher", "исследователь", maps=("MT19:06",)),
    Term("official", "official, not accused", "официальное лицо", maps=("MT19:06",)),
    Term("accused", "accused party", "обвиняемая сторона", maps=("MT19:03",)),
)

MEDIUM = Vocabulary(
    "medium",
    Term("in-person", "face to face", "лично"),
    Term("voice", "by voice", "голосом"),
    Term("video", "by video", "по видео"),
    Term("written", "in writing", "письменно"),
    Term("published", "as published", "по публикации"),
)

ACT_TYPE = Vocabulary(
    "act-type",
    Term(
        "detention", "arbitrary detention", "произвольное задержание", "Held without law.", maps=("MT04:03",)
    ),
    Term(
        "disappearance",
        "enforced disappearance",
        "насильственное исчезновение",
        "Held, and those who hold the person deny it or will not say where.",
        maps=("MT04:03",),
    ),
    Term(
        "torture",
        "torture or ill-treatment",
        "пытки или жестокое обращение",
        "Severe pain or suffering on purpose; the methods say which.",
        maps=("MT04:02",),
    ),
    Term("killing", "killing", "убийство", maps=("MT04:01",)),
    Term("sexual-violence", "sexual violence", "сексуальное насилие", maps=("MT04:02",)),
    Term("threat", "threat", "угроза", maps=("MT04:02",)),
    Term(
        "forced-contact",
        "made to lure others",
        "принуждение выманивать других",
        "Forced to call, write to or meet others so that they could be seized.",
    ),
    Term("phone-search", "phone searched for others", "обыск телефона в поисках других"),
    Term("forced-statement", "forced confession or filming", "принуждение к признанию или съёмке"),
    Term("extortion", "extortion or ransom", "вымогательство или выкуп"),
    Term("outing", "told the family on purpose", "раскрытие перед семьёй"),
    Term("handed-to-family", "released to family with a call to harm", "выдача семье с призывом к расправе"),
    Term("family-violence", "violence by family", "насилие со стороны семьи"),
    Term("pursuit", "searched for or summoned", "розыск или вызов"),
    Term("other-act", "something else, in words", "иное, словами"),
)

PLACE_TYPE = Vocabulary(
    "place-type",
    Term("police", "police station", "отделение полиции", maps=("MT17:01",)),
    Term("unofficial", "unofficial place of detention", "неофициальное место содержания", maps=("MT17:01",)),
    Term("prison", "prison or remand centre", "тюрьма или СИЗО", maps=("MT17:01",)),
    Term("military", "military base", "военная часть", maps=("MT17:02",)),
    Term("vehicle", "vehicle", "автомобиль"),
    Term("street", "street or public place", "улица или общественное место", maps=("MT17:03",)),
    Term("home", "home", "жильё", maps=("MT17:04",)),
    Term("work", "place of work or study", "место работы или учёбы", maps=("MT17:05",)),
    Term("border", "border or airport", "граница или аэропорт"),
    Term("unknown", "not known", "неизвестно"),
)

UNIT_TYPE = Vocabulary(
    "unit-type",
    Term("police", "police", "полиция", maps=("MT24:01",)),
    Term("special-police", "special police", "спецподразделение полиции", maps=("MT24:01",)),
    Term("security-service", "security service", "спецслужба", maps=("MT24:01",)),
    Term("armed-forces", "armed forces", "вооружённые силы", maps=("MT24:01",)),
    Term("prison-staff", "prison staff", "сотрудники мест лишения свободы", maps=("MT24:01",)),
    Term("officials", "local officials", "местные чиновники", maps=("MT24:02",)),
    Term("relatives", "relatives", "родственники", maps=("MT24:03",)),
    Term("crowd", "private people or a crowd", "частные лица или толпа", maps=("MT24:03",)),
    Term("unidentified", "armed men, not identified", "вооружённые люди, не установлены"),
)

DEGREE = Vocabulary(
    "degree",
    Term("did", "did it", "исполнитель", maps=("MT18:01",)),
    Term("ordered", "ordered it", "отдавал приказ", maps=("MT18:01",)),
    Term("present", "was present", "присутствовал при этом", maps=("MT18:02",)),
    Term("did-not-stop", "could have stopped it", "имел возможность остановить", maps=("MT18:03",)),
    Term("suspected", "suspected", "подозревается", maps=("MT18:04",)),
)

REPETITION = Vocabulary(
    "repetition",
    Term("once", "once", "один раз"),
    Term("several", "several times", "несколько раз"),
    Term("daily", "every day", "каждый день"),
    Term("many-daily", "several times a day", "несколько раз в день"),
    Term("unknown", "not told", "не сказано"),
)

PURPOSE = Vocabulary(
    "purpose",
    Term("names", "to get names of others", "получить имена других", maps=("MT38:01",)),
    Term("confession", "to get a confession", "получить признание", maps=("MT38:01",)),
    Term("intimidate", "to frighten", "запугать", maps=("MT38:02",)),
    Term("punish", "to punish", "наказать", maps=("MT38:03",)),
    Term("humiliate", "to break or humiliate", "сломить или унизить", maps=("MT38:04",)),
    Term("money", "to get money", "получить деньги"),
    Term("unknown", "not told", "не сказано"),
)

OUTCOME = Vocabulary(
    "outcome",
    Term("released", "let go", "отпустили"),
    Term("released-to-family", "handed to family", "передача семье"),
    Term("escaped", "got away", "удалось скрыться"),
    Term("held", "still held", "остаётся под стражей"),
    Term("missing", "missing", "пропажа без вести"),
    Term("dead", "died", "смерть"),
    Term("unknown", "not known", "неизвестно"),
)

BODY = Vocabulary(
    "body",
    Term("head", "head", "голова"),
    Term("ears", "ears", "уши"),
    Term("face", "face", "лицо"),
    Term("neck", "neck", "шея"),
    Term("chest", "chest and ribs", "грудь и рёбра"),
    Term("back", "back", "спина"),
    Term("arms", "arms", "руки"),
    Term("hands", "hands and fingers", "кисти и пальцы рук"),
    Term("belly", "belly", "живот"),
    Term("groin", "groin", "пах"),
    Term("legs", "legs", "ноги"),
    Term("feet", "feet and toes", "стопы и пальцы ног"),
    Term("inside", "inner organs", "внутренние органы"),
    Term("mind", "mind and sleep", "психика и сон"),
)

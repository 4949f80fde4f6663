"""The words of casework. Codes are stored; the words may be improved at any time."""

from __future__ import annotations

from leeward.domain.vocabulary import Term, Vocabulary

STATUS = Vocabulary(
    "case-status",
    Term("new", "new", "новое", "Opened, nobody has planned anything yet."),
    Term("open", "open", "открыто", "Vetting or first steps are under way."),
    Term("active", "active", "в работе", "Somebody acts on it every day."),
    Term("on-hold", "on hold", "приостановлено", "Waiting by agreement with the person."),
    Term(
        "lost-contact",
        "lost contact",
        "связь потеряна",
        "The person no longer answers, and nobody knows why.",
    ),
    Term("closing", "closing", "завершается", "The last steps and the review."),
    Term("closed", "closed", "закрыто", "Closed with a reason and a review."),
    Term("archived", "archived", "в архиве", "Kept only as long as the person allows."),
)
LIVING = frozenset({"new", "open", "active", "on-hold", "lost-contact", "closing"})

STAGE = Vocabulary(
    "stage",
    Term("first-contact", "First contact", "Первый контакт", "They wrote or called; nothing is certain yet."),
    Term(
        "vetted", "Vetted", "Проверено", "We believe that they are who they say, and that the danger is real."
    ),
    Term("safe-place", "Safe place", "В укрытии", "They sleep where their persecutors do not look."),
    Term("documents", "Documents", "Документы", "Passport, visa, tickets are being made ready."),
    Term("on-the-way", "On the way", "В пути", "They are travelling out."),
    Term("arrived", "Arrived", "На месте", "They are where they wanted to be safe."),
)
STAGES = tuple(term.code for term in STAGE)

RISK = Vocabulary(
    "risk",
    Term("unknown", "not assessed", "не оценён", "Nobody has assessed it yet."),
    Term("low", "low", "низкий", "No sign that anybody looks for them now."),
    Term("medium", "medium", "средний", "Threatened, but not where they are now."),
    Term("high", "high", "высокий", "Looked for, or within reach of those who threaten."),
    Term("very-high", "very high", "очень высокий", "Violence is to be expected within days."),
    Term("extreme", "extreme", "крайний", "Violence is to be expected within hours, or they are held."),
)
RISK_WEIGHT = {"unknown": 2, "low": 1, "medium": 2, "high": 3, "very-high": 5, "extreme": 8}
DANGEROUS = frozenset({"very-high", "extreme"})

THREAT = Vocabulary(
    "threat",
    Term("state", "state", "государство", "Police, security services, other officials."),
    Term("family", "family", "семья", "Relatives, from threats to plans to kill."),
    Term("community", "community", "окружение", "Neighbours, colleagues, a congregation."),
    Term("armed-group", "armed group", "вооружённая группа", "Armed people outside any official body."),
    Term("blackmail", "blackmailers", "вымогатели", "People who want money for silence."),
    Term("unknown", "unknown", "неизвестно", "It is not known who."),
)

NEED = Vocabulary(
    "need",
    Term("shelter", "shelter", "жильё"),
    Term("food", "food", "еда"),
    Term("clothing", "clothing", "одежда"),
    Term("cash", "cash", "деньги"),
    Term("phone", "phone and SIM", "телефон и сим-карта"),
    Term("transport", "transport", "проезд"),
    Term("passport", "passport or ID", "паспорт или удостоверение"),
    Term("visa", "visa", "виза"),
    Term("medical", "medical", "медицина", "A doctor, of any kind not named below."),
    Term("medical-emergency", "medical emergency", "экстренная помощь", parent="medical"),
    Term("medical-hiv", "HIV therapy", "терапия ВИЧ", parent="medical"),
    Term("medical-dental", "dentist", "зубной врач", parent="medical"),
    Term("medical-surgery", "surgery", "операция", parent="medical"),
    Term("psychological", "psychological", "психолог"),
    Term("psychological-crisis", "crisis counselling", "кризисная поддержка", parent="psychological"),
    Term("psychological-therapy", "therapy", "психотерапия", parent="psychological"),
    Term("psychiatric", "psychiatrist", "психиатр", parent="psychological"),
    Term("legal", "lawyer", "юрист"),
    Term("legal-criminal", "criminal lawyer", "адвокат по уголовному делу", parent="legal"),
    Term("legal-family", "family lawyer", "юрист по семейному делу", parent="legal"),
    Term("legal-asylum", "asylum lawyer", "юрист по убежищу", parent="legal"),
    Term("family-protection", "protection of relatives", "защита близких"),
    Term("education", "education or work", "учёба или работа"),
    Term("language", "language course", "языковые курсы"),
    Term("other", "other", "другое"),
)
NEED_STATUS = Vocabulary(
    "need-status",
    Term("asked", "asked for", "нужно"),
    Term("arranged", "arranged", "договорились"),
    Term("met", "met", "закрыто"),
    Term("refused", "declined", "человек отказался", "The person does not want it."),
    Term("impossible", "could not be met", "не удалось"),
)
PRIORITY = Vocabulary(
    "priority",
    Term("now", "now", "сейчас"),
    Term("soon", "soon", "скоро"),
    Term("when-possible", "when possible", "когда получится"),
)
NOTE = Vocabulary(
    "note",
    Term("note", "note", "заметка"),
    Term("call", "by phone", "звонок"),
    Term("meeting", "in person", "встреча"),
    Term("message", "message", "сообщение"),
    Term("decision", "decision", "решение"),
    Term("check-in", "check-in", "выход на связь"),
    Term("vetting", "vetting", "проверка"),
    Term("risk", "risk", "риск"),
    Term("move", "move", "переезд"),
    Term("visit", "seen by somebody else", "приём у специалиста"),
)
CHECK_IN = Vocabulary(
    "check-in",
    Term("call", "call", "звонок"),
    Term("message", "message", "сообщение"),
    Term("in-person", "in person", "лично"),
    Term("page", "with the eight words", "по восьми словам"),
)
RELATION = Vocabulary(
    "relation",
    Term("self", "the person", "сам человек", "Whom the case is about."),
    Term("mother", "mother", "мать"),
    Term("father", "father", "отец"),
    Term("sibling", "brother or sister", "брат или сестра"),
    Term("partner", "partner", "партнёр"),
    Term("spouse", "husband or wife", "муж или жена"),
    Term("child", "child", "ребёнок"),
    Term("other-relative", "other relative", "другой родственник"),
    Term("friend", "friend", "близкий друг"),
    Term("other", "other", "другое"),
)
CLOSE_REASON = Vocabulary(
    "close-reason",
    Term("safe-abroad", "safe abroad", "в безопасности за границей"),
    Term("safe-here", "safe in the country", "в безопасности в стране"),
    Term("returned", "went back", "возвращение домой"),
    Term("declined", "wants no help from us", "отказ от помощи"),
    Term("lost-contact", "contact is lost", "связь потеряна"),
    Term("detained", "detained", "под стражей"),
    Term("died", "died", "смерть"),
    Term("transferred", "handed to another team", "передано другой команде"),
    Term("not-ours", "not ours to help", "вне наших возможностей"),
)
BUDGET_LINE = Vocabulary(
    "budget-line",
    Term("social-work", "social workers", "соцработники"),
    Term("travel", "travel inside the country", "проезд по стране"),
    Term("departure", "visas and departure", "визы и выезд"),
    Term("housing", "housing", "жильё"),
    Term("food", "food", "еда"),
    Term("medical", "medical", "медицина"),
    Term("advocacy", "advocacy", "адвокация"),
    Term("on-call", "on-call duty", "дежурства"),
    Term("documents", "documents", "документы"),
    Term("other", "other", "другое"),
)
ACCESS = Vocabulary(
    "access",
    Term("no-stairs", "no stairs", "без лестниц"),
    Term("near-doctor", "near a doctor", "рядом врач"),
    Term("wheelchair", "wheelchair", "кресло-коляска"),
    Term("children", "children", "дети"),
    Term("own-room", "a room of one's own", "отдельная комната"),
    Term("quiet", "quiet", "тишина"),
)

REFERRAL_STATE = Vocabulary(
    "referral-state",
    Term("draft", "being written", "готовится"),
    Term("sent", "sent", "отправлено"),
    Term("accepted", "accepted", "принято"),
    Term("rejected", "refused", "отказано"),
    Term("revoked", "taken back", "отозвано"),
    Term("done", "done", "выполнено"),
)

"""The words of intake. Codes are stored; the words may be improved at any time."""

from __future__ import annotations

from leeward.domain.vocabulary import Term, Vocabulary

URGENCY = Vocabulary(
    "urgency",
    Term("immediate", "Hours", "Часы", "Somebody may be hurt or taken within hours.", maps=("MT46:urgent",)),
    Term("urgent", "1–3 days", "1–3 дня", "Danger within one to three days.", maps=("MT46:urgent",)),
    Term("high", "A week", "Неделя", "Danger, but not within days.", maps=("MT46:high",)),
    Term("standard", "Can wait", "Терпит", "Help is needed; no danger is near.", maps=("MT46:priority",)),
    Term("information", "Information", "Сведения", "Somebody tells us something and asks for nothing."),
    Term(
        "referred", "Not ours", "Не к нам", "Others do this better; they were told who.", maps=("MT46:low",)
    ),
    Term("hostile", "Doubtful", "Сомнение", "Somebody may be testing or luring us.", maps=("MT46:rejected",)),
)
RANK = {
    code: place
    for place, code in enumerate(
        ("immediate", "urgent", "high", "", "standard", "information", "referred", "hostile")
    )
}
"""The order of the queue: what nobody has judged yet ("") comes before what can wait."""

CHANNEL = Vocabulary(
    "contact-channel",
    Term("page", "from the page", "через страницу"),
    Term("phone", "by phone", "по телефону"),
    Term("email", "by e-mail", "по почте"),
    Term("signal", "by Signal", "через Signal"),
    Term("messenger", "by messenger", "через мессенджер"),
    Term("partner", "from a partner", "от партнёров"),
    Term("in-person", "in person", "лично"),
)

SIGN = Vocabulary(
    "sign",
    Term("safe", "they are safe", "в безопасности"),
    Term("help", "they need help", "нужна помощь"),
    Term("forced", "they used the word for being forced", "прозвучало слово о принуждении"),
)
RELATION = Vocabulary(
    "contact-relation",
    Term("self", "for themselves", "о себе"),
    Term("relative", "for a relative", "о родных"),
    Term("friend", "for a friend", "о близком человеке"),
    Term("witness", "as a witness", "как свидетель"),
    Term("partner", "for an organisation", "от организации"),
    Term("press", "as a journalist", "как журналист"),
)

NEED_TOLD = Vocabulary(
    "need-told",
    Term("shelter", "a bed", "жильё"),
    Term("food", "food", "еда"),
    Term("cash", "money", "деньги"),
    Term("phone", "a phone", "телефон"),
    Term("transport", "a way out", "выезд"),
    Term("passport", "papers", "документы"),
    Term("medical", "a doctor", "врач"),
    Term("psychological", "someone to talk to", "психолог"),
    Term("legal", "a lawyer", "юрист"),
    Term("family-protection", "safety for relatives", "защита родных"),
    Term("search", "finding somebody", "поиск человека"),
)

DEVICE = Vocabulary(
    "safe-device",
    Term("own", "their own", "своё"),
    Term("shared", "shared with others", "общее с другими"),
    Term("borrowed", "borrowed", "чужое"),
    Term("searched", "may be searched", "могут проверить"),
)

VETTING = Vocabulary(
    "vetting",
    Term("none", "Not vetted", "Не проверено", "Nobody has checked anything yet."),
    Term("partly", "Partly vetted", "Проверено отчасти", "Some of it holds; a second reader has not agreed."),
    Term("verified", "Vetted", "Проверено", "Two of us believe it."),
    Term("doubtful", "Doubtful", "Сомнительно", "Something does not fit."),
    Term("hostile", "Hostile", "Враждебно", "We believe that this is a trap or a test."),
    Term("again", "Check again", "Проверить заново", "It was vetted, and too long ago."),
)
GRADES = ("none", "partly", "verified", "doubtful", "hostile")
"""What a person may choose; "again" comes by itself."""

VETTING_STEP = Vocabulary(
    "vetting-step",
    Term(
        "question",
        "question",
        "вопрос",
        "What only somebody from there would know, or whether the account stays the same.",
    ),
    Term("second-talk", "second conversation", "второй разговор", "The account is the same a second time."),
    Term("vouching", "vouched for", "поручительство", "Somebody we know knows them."),
    Term("partner", "partner's check", "проверка партнёров", "Another organisation has checked."),
    Term("document", "document", "документ", "A paper was seen."),
    Term(
        "open-source",
        "public source",
        "открытый источник",
        "Something public agrees. Never their own profiles.",
    ),
    Term("video", "video call", "видеозвонок", "We saw and heard them."),
)

OUTCOME = Vocabulary(
    "vetting-outcome",
    Term("open", "asked", "спрошено", "Not answered yet."),
    Term("holds", "it holds", "сходится"),
    Term("unclear", "unclear", "неясно"),
    Term("fails", "does not fit", "не сходится"),
)

PATH = Vocabulary(
    "sealed-path",
    Term("page", "sealed on their device", "запечатано на их устройстве"),
    Term(
        "plain",
        "sealed by the server, not on their device",
        "запечатано сервером, не на их устройстве",
        "Their browser runs no scripts: for a moment the server had the words in its memory.",
    ),
    Term("offline", "sealed by the offline form", "запечатано офлайн-формой"),
)

HEAP = Vocabulary(
    "heap",
    Term("spam", "Junk", "Мусор", "Nobody needs an answer here."),
    Term(
        "hostile",
        "Hostile, kept as evidence",
        "Враждебное, хранится",
        "It may matter later: nothing is erased.",
    ),
)

DECISION = Vocabulary(
    "intake-decision",
    Term("accept", "we help", "помогаем"),
    Term("more", "we must know more", "нужно узнать больше"),
    Term("decline", "we cannot help", "не можем помочь"),
)

TOLD = Vocabulary(
    "told-about-us",
    Term("who", "who we are", "кто мы"),
    Term("check", "how to check that it is us", "как проверить, что это мы"),
    Term("phrase", "the phrase by which they know us", "фраза, по которой нас узнают"),
    Term("can", "what we can do", "что мы можем"),
    Term("cannot", "what we cannot promise", "чего обещать не можем"),
    Term("reads", "who reads what they write", "кто читает написанное"),
    Term("stop", "how they can end it at any time", "как закончить в любой момент"),
)

SHELF = Vocabulary(
    "phrase-shelf",
    Term("answer", "Quick answers", "Готовые ответы"),
    Term("question", "Vetting questions", "Вопросы для проверки"),
    Term(
        "cover",
        "Harmless answers",
        "Безобидные ответы",
        "What the alarm form shows instead of something sensitive.",
    ),
)

ORDER = Vocabulary(
    "queue-order",
    Term("urgent", "most urgent", "срочные"),
    Term("longest", "longest waiting", "ждут дольше всех"),
    Term("newest", "newest", "новые"),
)

SHOWN = Vocabulary(
    "queue-shown",
    Term("all", "all", "все"),
    Term("mine", "mine", "мои"),
    Term("free", "unclaimed", "ничьи"),
)

DIRECTION = Vocabulary(
    "direction",
    Term("in", "from them", "от них"),
    Term("out", "from us", "от нас"),
    Term("call", "a call", "звонок"),
    Term("opened", "they looked, without writing", "заходили, но не писали"),
    Term("ended", "they ended it", "завершено ими"),
)

"""The words of appeals: who can be asked, how a paper goes, what came back, how it ended."""

from __future__ import annotations

from leeward.domain.vocabulary import Term, Vocabulary

INSTITUTION_KIND = Vocabulary(
    "institution-kind",
    Term("un", "United Nations", "ООН"),
    Term("regional", "regional body or court", "региональный орган или суд"),
    Term("national", "national authority", "орган власти страны"),
    Term("embassy", "embassy or ministry", "посольство или министерство"),
    Term("parliament", "parliament or politician", "парламент или политик"),
    Term("press", "press", "пресса"),
    Term("other", "other", "иное"),
)

CHANNEL = Vocabulary(
    "channel-out",
    Term("form", "official form", "официальная форма"),
    Term("post", "by post", "почтой"),
    Term("fax", "by fax", "факсом"),
    Term("email", "by e-mail", "электронной почтой"),
    Term("hand", "handed over", "передано лично"),
    Term("known", "known from print", "известно из публикаций"),
)

REPLY_KIND = Vocabulary(
    "reply-kind",
    Term("acknowledged", "says it was received", "подтверждает получение", "Not an answer."),
    Term("action", "acts on it", "действует", maps=("MT27:01",)),
    Term("pledge", "promises to act", "обещает действовать", maps=("MT27:02",)),
    Term("asks", "asks for more", "запрашивает дополнительное", maps=("MT27:05",)),
    Term("token", "answers without substance", "отвечает не по существу", maps=("MT27:06",)),
    Term("denies", "denies", "отрицает", maps=("MT27:03",)),
    Term("refuses", "refuses", "отказывает", maps=("MT27:03",)),
    Term("finds", "finds that it happened", "признаёт, что это произошло", maps=("MT27:01",)),
    Term("decides", "decides", "выносит решение"),
    Term("statement", "makes a public statement", "выступает с заявлением"),
)

STATE = Vocabulary(
    "appeal-state",
    Term("draft", "being written", "готовится"),
    Term("checked", "consent checked", "согласие проверено"),
    Term("review", "second review", "вторая проверка"),
    Term("sent", "sent", "отправлено"),
    Term("acknowledged", "received there", "получено адресатом"),
    Term("due", "answer due within a week", "ответ ожидается в течение недели"),
    Term("overdue", "no answer in time", "ответа нет в срок"),
    Term("replied", "answered", "есть ответ"),
    Term("follow-up", "asked again", "запрос повторён"),
    Term("closed", "closed", "закрыто"),
)

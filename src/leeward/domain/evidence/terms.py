"""The words for evidence: kinds of thing, how it was come by, what can happen to it."""

from __future__ import annotations

from leeward.domain.vocabulary import Term, Vocabulary

EVIDENCE_KIND = Vocabulary(
    "evidence-kind",
    Term("photo", "photograph", "фотография"),
    Term("video", "video", "видео"),
    Term("audio", "sound recording", "аудиозапись"),
    Term("document", "document", "документ"),
    Term("medical", "medical report", "медицинское заключение"),
    Term("messages", "exported messages", "выгрузка переписки"),
    Term("device", "image of a device", "образ устройства"),
    Term("web", "captured web page", "снимок веб-страницы"),
    Term("object", "object", "предмет"),
)

COPY = Vocabulary(
    "copy",
    Term("original", "original", "оригинал", "Kept as it came; never changed."),
    Term("working", "working copy", "рабочая копия", "The same bytes, for work."),
    Term("derived", "made from it", "производная", "Cropped, translated, cleaned of metadata."),
)

SENSITIVITY = Vocabulary(
    "sensitivity",
    Term("plain", "nothing disturbing", "ничего тяжёлого"),
    Term("personal", "shows or names people", "показывает или называет людей"),
    Term("graphic", "shows violence or injury", "показывает насилие или травмы"),
)

CUSTODY = Vocabulary(
    "custody",
    Term("collected", "collected", "собрано"),
    Term("received", "received", "получено"),
    Term("copied", "copied", "скопировано"),
    Term("moved", "moved", "перемещено"),
    Term("viewed", "viewed", "просмотрено"),
    Term("exported", "exported", "выдано наружу"),
    Term("redacted", "redacted", "отредактировано"),
    Term("verified", "verified: the bytes are the same", "проверено: байты те же"),
    Term("failed", "verified: the bytes are NOT the same", "проверено: байты НЕ те же"),
    Term("returned", "returned", "возвращено"),
    Term("destroyed", "destroyed", "уничтожено"),
)

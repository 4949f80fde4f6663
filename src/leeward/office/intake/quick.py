"""Sentences that are asked again and again, ready in the languages people write in. Never an address or a promise."""

from __future__ import annotations

_RU = (
    "Мы прочитали. Вы сейчас в безопасном месте? Ответьте одним словом, если можно.",
    "Сейчас не пишите ничего лишнего. Когда вам безопасно выходить на связь?",
    "Чьё это устройство? Могут ли его проверить?",
    "Есть ли у вас на руках паспорт? А заграничный? Номеров не присылайте.",
    "Нужен ли врач сегодня? Опишите в двух словах.",
    "Мы не можем обещать, что получится. Но мы читаем и отвечаем каждый день.",
    "Если писать станет опасно, просто закройте страницу. Слова будут работать и потом.",
)
_EN = (
    "We have read it. Are you somewhere safe right now? One word is enough.",
    "Please write nothing more than you must for now. When is it safe for you to be in touch?",
    "Whose device is this? Could somebody search it?",
    "Do you have your passport with you? And one for travelling? Please send no numbers.",
    "Do you need a doctor today? Two words are enough.",
    "We cannot promise that it will work. But we read and answer every day.",
    "If it becomes dangerous to write, just close the page. The words will work later too.",
)


def quick_answers(language: str) -> list[str]:
    """Return the sentences in a contact's language; Russian for languages of the region that we do not have yet."""
    return list(_EN if language == "en" else _RU)

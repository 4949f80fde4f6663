"""Further words by which cells name things: as people say them, beside the words of the vocabularies themselves."""

from __future__ import annotations

MONTHS = {
    word: number
    for number, words in enumerate(
        (
            "jan january янв января январь",
            "feb february фев февр февраля февраль",
            "mar march мар марта март",
            "apr april апр апреля апрель",
            "may мая май",
            "jun june июн июня июнь",
            "jul july июл июля июль",
            "aug august авг августа август",
            "sep sept september сен сент сентября сентябрь",
            "oct october окт октября октябрь",
            "nov november ноя нояб ноября ноябрь",
            "dec december дек декабря декабрь",
        ),
        1,
    )
    for word in words.split()
}
CURRENCIES = {"€": "EUR", "eur": "EUR", "евро": "EUR", "euro": "EUR", "euros": "EUR", "$": "USD", "usd": "USD",
               "₽": "RUB", "rub": "RUB", "руб": "RUB", "р": "RUB", "рублей": "RUB", "£": "GBP", "gbp": "GBP",
               "доллар": "USD", "долларов": "USD", "₾": "GEL", "gel": "GEL", "лари": "GEL", "₴": "UAH", "uah": "UAH",
               "chf": "CHF", "pln": "PLN", "try": "TRY", "₺": "TRY", "amd": "AMD", "kzt": "KZT", "₸": "KZT",
               "cad": "CAD", "sek": "SEK", "nok": "NOK", "czk": "CZK"}  # fmt: skip
_LANGUAGES = {
    code: words.split()
    for code, words in {
        "ru": "русский russian рус", "en": "английский english англ", "ce": "чеченский chechen чеч",
        "inh": "ингушский ingush", "av": "аварский avar", "lez": "лезгинский lezgian", "kum": "кумыкский kumyk",
        "dar": "даргинский dargwa", "os": "осетинский ossetian", "tt": "татарский tatar",
        "uk": "украинский ukrainian",
        "be": "белорусский belarusian", "ka": "грузинский georgian", "hy": "армянский armenian",
        "az": "азербайджанский azerbaijani", "kk": "казахский kazakh", "uz": "узбекский uzbek",
        "tg": "таджикский tajik",
        "ky": "киргизский кыргызский kyrgyz", "tr": "турецкий turkish",
        "de": "немецкий german", "fr": "французский french",
        "es": "испанский spanish", "it": "итальянский italian", "pl": "польский polish", "ar": "арабский arabic",
        "fa": "персидский фарси persian farsi", "he": "иврит hebrew",
        "nl": "нидерландский dutch", "kbd": "кабардинский",
    }.items()
}  # fmt: skip
LANGUAGES = {word: code for code, words in _LANGUAGES.items() for word in (code, *words)}
RISKS = {"none": "low", "низкая": "low", "невысокий": "low", "средняя": "medium", "умеренный": "medium",
          "высокая": "high", "повышенный": "high", "очень высокая": "very-high", "критический": "extreme",
          "критичный": "extreme", "крайняя": "extreme", "critical": "extreme", "неизвестно": "unknown",
          "нет данных": "unknown", "unknown": "unknown"}  # fmt: skip
STAGES_SAID = {"обращение": "first-contact", "новый": "first-contact", "new": "first-contact", "проверен": "vetted",
           "проверена": "vetted", "verified": "vetted", "шелтер": "safe-place", "укрытие": "safe-place",
           "shelter": "safe-place", "виза": "documents", "визы": "documents", "visa": "documents",
           "уехал": "on-the-way", "едет": "on-the-way", "travelling": "on-the-way", "прибыл": "arrived",
           "прибыла": "arrived", "за границей": "arrived", "abroad": "arrived"}  # fmt: skip
STATUSES = {"новый": "new", "новая": "new", "открыт": "open", "активный": "active", "активное": "active",
             "активна": "active", "active": "active", "пауза": "on-hold", "paused": "on-hold", "hold": "on-hold",
             "нет связи": "lost-contact", "закрыт": "closed", "закрыта": "closed"}  # fmt: skip
NEEDS = {"housing": "shelter", "жилье": "shelter", "шелтер": "shelter", "еда и одежда": "food", "продукты": "food",
          "money": "cash", "билет": "transport", "билеты": "transport", "tickets": "transport", "travel": "transport",
          "загранпаспорт": "passport", "паспорт": "passport", "documents": "passport", "документы": "passport",
          "doctor": "medical", "врач": "medical", "медицинская помощь": "medical", "лекарства": "medical",
          "психологическая помощь": "psychological", "psychologist": "psychological", "адвокат": "legal",
          "юридическая помощь": "legal", "legal help": "legal", "работа": "education", "sim": "phone",
          "телефон": "phone"}  # fmt: skip
NEED_STATES = {"open": "asked", "открыто": "asked", "в работе": "arranged", "done": "met", "готово": "met",
                "сделано": "met", "выполнено": "met", "отказ": "refused"}  # fmt: skip
PRIORITIES = {"urgent": "now", "срочно": "now", "высокий": "now", "high": "now", "normal": "soon", "средний": "soon",
               "обычный": "soon", "medium": "soon", "низкий": "when-possible", "low": "when-possible",
               "не срочно": "when-possible"}  # fmt: skip
LINES = {"аренда": "housing", "rent": "housing", "shelter": "housing", "еда": "food", "продукты": "food",
          "билеты": "travel", "такси": "travel", "transport": "travel", "транспорт": "travel", "visa": "departure",
          "виза": "departure", "flight": "departure", "врач": "medical", "лекарства": "medical",
          "doctor": "medical", "паспорт": "documents", "passport": "documents"}  # fmt: skip

"""The languages that people who write to a team, and those who answer, speak: by the code that is stored."""

from __future__ import annotations

from leeward.domain.vocabulary import Term, Vocabulary

LANGUAGE = Vocabulary(
    "language",
    Term("ru", "Russian", "русский"),
    Term("en", "English", "английский"),
    Term("ce", "Chechen", "чеченский"),
    Term("inh", "Ingush", "ингушский"),
    Term("av", "Avar", "аварский"),
    Term("dar", "Dargwa", "даргинский"),
    Term("kum", "Kumyk", "кумыкский"),
    Term("lez", "Lezgian", "лезгинский"),
    Term("kbd", "Kabardian", "кабардинский"),
    Term("os", "Ossetian", "осетинский"),
    Term("tt", "Tatar", "татарский"),
    Term("ba", "Bashkir", "башкирский"),
    Term("uk", "Ukrainian", "украинский"),
    Term("be", "Belarusian", "белорусский"),
    Term("ka", "Georgian", "грузинский"),
    Term("hy", "Armenian", "армянский"),
    Term("az", "Azerbaijani", "азербайджанский"),
    Term("kk", "Kazakh", "казахский"),
    Term("ky", "Kyrgyz", "киргизский"),
    Term("uz", "Uzbek", "узбекский"),
    Term("tg", "Tajik", "таджикский"),
    Term("tr", "Turkish", "турецкий"),
    Term("ar", "Arabic", "арабский"),
    Term("fa", "Persian", "персидский"),
    Term("de", "German", "немецкий"),
    Term("fr", "French", "французский"),
    Term("es", "Spanish", "испанский"),
    Term("it", "Italian", "итальянский"),
    Term("pl", "Polish", "польский"),
    Term("lt", "Lithuanian", "литовский"),
    Term("nl", "Dutch", "нидерландский"),
)
"""A code that is not among them is shown as it is."""

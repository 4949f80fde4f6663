"""The fixed words of a document, in the language of its reader (which need not be the desk's)."""

from __future__ import annotations

MONTHS: dict[str, tuple[str, ...]] = {
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    "ru": (
        "январь",
        "февраль",
        "март",
        "апрель",
        "май",
        "июнь",
        "июль",
        "август",
        "сентябрь",
        "октябрь",
        "ноябрь",
        "декабрь",
    ),
}
SEASONS: dict[str, tuple[str, ...]] = {
    "en": ("winter", "spring", "summer", "autumn"),
    "ru": ("зима", "весна", "лето", "осень"),
}

_WORDS: dict[str, tuple[str, str]] = {
    "for": ("For {audience}", "Для адресата: {audience}"),
    "made": ("Prepared on {day}", "Подготовлено {day}"),
    "how-to-read": ("How to read this", "Как это читать"),
    "how-people": (
        (
            "People are given two letters, which are used in this document only. "
            "Nobody is named without having allowed it."
        ),
        (
            "Люди обозначены двумя буквами, которые действуют только в этом документе. "
            "Никто не назван без собственного разрешения."
        ),
    ),
    "how-grades": (
        "Each statement shows how far independent sources carry it. Sources that repeat one another count once.",
        (
            "При каждом утверждении указано, насколько его подтверждают независимые источники. "
            "Источники, которые повторяют друг друга, считаются за один."
        ),
    ),
    "summary": ("What we ask", "О чём мы просим"),
    "claims": ("What stands, and on what", "Что установлено и на чём это основано"),
    "rests-on": (
        "Independent sources: {roots}; of these, direct: {direct}.",
        "Независимых источников: {roots}, из них непосредственных: {direct}.",
    ),
    "signed-as": ("Found by two readers: {standard}.", "Установлено двумя читавшими: {standard}."),
    "against": ("Against it: {who}. {why}", "Против: {who}. {why}"),
    "unchecked": ("Not checked against the publication.", "По самой публикации не проверено."),
    "people": ("What people told", "Что рассказали люди"),
    "person": ("Person {letters}", "Рассказ {letters}"),
    "person-named": ("{name} (here: {letters})", "{name} (далее {letters})"),
    "from-print": ("From print: {label}", "Из публикаций: {label}"),
    "occupation": ("Occupation: {occupation}.", "Занятие: {occupation}."),
    "group-health": ("health care", "медицина"),
    "group-teaching": ("teaching and study", "учёба и преподавание"),
    "group-trade": ("trade and services", "торговля и услуги"),
    "group-building": ("building and repair", "строительство и ремонт"),
    "group-office": ("office work", "работа в офисе"),
    "group-other": ("other work", "другая работа"),
    "about": ("about {when}, the teller's best guess", "примерно {when}, по памяти"),
    "act-when": ("When: {when}", "Когда: {when}"),
    "act-where": ("Where: {where}", "Где: {where}"),
    "act-unit": ("By: {unit}", "Кем: {unit}"),
    "act-how": ("How: {methods}", "Как: {methods}"),
    "act-long": ("How long: {duration}", "Сколько длилось: {duration}"),
    "act-end": ("How it ended: {outcome}", "Чем закончилось: {outcome}"),
    "evidence": ("Evidence held", "Имеющиеся доказательства"),
    "evidence-line": ("{title} ({kind}), SHA-256 {sha256}", "{title} ({kind}), SHA-256 {sha256}"),
    "withheld": ("What this document leaves out", "Что в этот документ не вошло"),
    "withheld-consent": (
        "What people told us and did not allow us to give to this reader.",
        "То, что нам рассказали и не разрешили передать этому адресату.",
    ),
    "withheld-grade": (
        "Statements that fewer sources carry than this reader is told of.",
        "Утверждения, за которыми стоит меньше источников, чем требуется для этого адресата.",
    ),
    "withheld-audience": (
        "Kinds of detail that this reader is not shown.",
        "Подробности, которые этому адресату не показывают.",
    ),
    "withheld-small": (
        "Numbers so small that they could point at a person.",
        "Числа, столь малые, что могли бы указать на человека.",
    ),
    "withheld-exact": (
        "Exact days, places and occupations, where they could point at a person.",
        "Точные дни, места и занятия там, где они могли бы указать на человека.",
    ),
    "withheld-nothing": ("Nothing that was chosen for it.", "Ничего из отобранного."),
    "withheld-place": ("place left out", "место не указано"),
    "page": ("page {n} of {total}", "страница {n} из {total}"),
}


def word(key: str, language: str, **values: object) -> str:
    """Return a fixed sentence in English or Russian. Values are put in as they are, never read as a template."""
    english, russian = _WORDS[key]
    template = russian if language == "ru" else english
    for name in values:
        template = template.replace("{" + name + "}", "\x00" + name + "\x00")
    for name, value in values.items():
        template = template.replace("\x00" + name + "\x00", str(value).replace("\x00", ""))
    return template

"""The invented cast: a team of nine, six places, towns and countries that are on no map."""

from __future__ import annotations

from dataclasses import dataclass

from leeward.base.ids import derive_id


@dataclass(frozen=True, slots=True)
class Staff:
    """One invented member of the team."""

    name: str
    role: str
    languages: tuple[str, ...]
    on_duty: bool = False


STAFF = (
    Staff("Mila", "operator", ("ru", "en"), on_duty=True),
    Staff("Timur", "coordinator", ("ru", "en"), on_duty=True),
    Staff("Vera", "documenter", ("ru", "en")),
    Staff("Anton", "operator", ("ru",), on_duty=True),
    Staff("Daria", "coordinator", ("ru", "en")),
    Staff("Ilse", "advocate", ("en", "ru")),
    Staff("Oskar", "safety", ("en", "ru")),
    Staff("Rufina", "volunteer", ("ru",)),
    Staff("Pavel", "volunteer", ("ru",)),
)
"""The first three have desks in the demo."""


@dataclass(frozen=True, slots=True)
class House:
    """One invented safe place."""

    code_name: str
    capacity: int
    access: tuple[str, ...]
    exposure: str = "clean"
    rent_days: int = 0  # from today; 0 is without end
    reason: tuple[str, str] = ("", "")  # English, Russian


HOUSES = (
    House("Harbour 1", 5, ("near-doctor",)),
    House("Harbour 2", 5, ("no-stairs", "near-doctor")),
    House(
        "Harbour 3",
        8,
        ("quiet",),
        exposure="doubtful",
        reason=(
            "A stranger asked a neighbour who lives there.",
            "Незнакомец расспрашивал соседей, кто здесь живёт.",
        ),
    ),
    House(
        "Harbour 4",
        4,
        (),
        exposure="exposed",
        reason=("The landlord was questioned this evening.", "Сегодня вечером допросили хозяина квартиры."),
    ),
    House("Farm", 16, ("quiet", "children", "own-room")),
    House("Flat K", 12, ("near-doctor",), rent_days=10),
)

TOWNS = ("Orlinsk", "Tamrak", "Sevrin", "Yarvik", "Dolmar", "Ushkent", "Lower Brod", "Kastra")
HUNTED_FROM = ("Tamrak", "Ushkent", "Kastra", "Dolmar")
CITY = "Orlinsk"
HOME = "Ostria"  # who issued their passports
GRANT = derive_id("practice-grant", "Spring")  # from which everything is paid
COUNTRIES = ("Norland", "Estmark", "Averland", "Silverin", "Marrow Islands")
NO_VISA = ("Estmark", "Marrow Islands")
UNITS = (
    ("Tamrak police department", "police"),
    ("the Ridge special unit", "special-police"),
    ("men in camouflage without signs", "unidentified"),
    ("Ushkent security office", "security-service"),
)
SITES = (
    ("the building behind the Tamrak police department", "Tamrak", "unofficial"),
    ("Tamrak police department", "Tamrak", "police"),
    ("the old depot near Ushkent", "Ushkent", "unofficial"),
    ("a cellar in Kastra", "Kastra", "unofficial"),
)
UNIT_NAMES_RU = (
    "отдел полиции Тамрака",
    "спецотряд «Хребет»",
    "люди в камуфляже без знаков",
    "служба безопасности Ушкента",
)
SITE_NAMES_RU = (
    "здание за отделом полиции Тамрака",
    "отдел полиции Тамрака",
    "старый склад под Ушкентом",
    "подвал в Кастре",
)
SITES_RU = (
    "в здании за отделом полиции Тамрака",
    "в отделе полиции Тамрака",
    "на старом складе под Ушкентом",
    "в подвале в Кастре",
)
"""The same places, as a Russian sentence says where."""

FIRST_NAMES = (
    "Arlen",
    "Bezan",
    "Chorlu",
    "Demir",
    "Eskal",
    "Farid",
    "Gorin",
    "Halim",
    "Iskan",
    "Jarul",
    "Kazim",
    "Lorin",
)
LAST_NAMES = (
    "Ardunov",
    "Belkarov",
    "Cheresk",
    "Dormazov",
    "Elkhan",
    "Fotarin",
    "Galtymov",
    "Hazrin",
    "Ivlakh",
    "Jumarov",
)

IN_RUSSIAN = {
    "Mila": "Мила",
    "Timur": "Тимур",
    "Vera": "Вера",
    "Anton": "Антон",
    "Daria": "Дарья",
    "Ilse": "Ильзе",
    "Oskar": "Оскар",
    "Rufina": "Руфина",
    "Pavel": "Павел",
    "Harbour 1": "Гавань 1",
    "Harbour 2": "Гавань 2",
    "Harbour 3": "Гавань 3",
    "Harbour 4": "Гавань 4",
    "Farm": "Хутор",
    "Flat K": "Квартира К",
    "Orlinsk": "Орлинск",
    "Tamrak": "Тамрак",
    "Sevrin": "Севрин",
    "Yarvik": "Ярвик",
    "Dolmar": "Долмар",
    "Ushkent": "Ушкент",
    "Lower Brod": "Нижний Брод",
    "Kastra": "Кастра",
    "Ostria": "Остриа",
    "Norland": "Норланд",
    "Estmark": "Эстмарк",
    "Averland": "Аверланд",
    "Silverin": "Сильверин",
    "Marrow Islands": "Острова Марроу",
    "Spring": "Весна",
}
"""Names as a team that works in Russian says them. Legal names stay as they stand in passports."""


_IN_ENGLISH = {russian: english for english, russian in IN_RUSSIAN.items()}


def named(name: str, language: str) -> str:
    """Return an invented name, given in either language, in this one."""
    return IN_RUSSIAN.get(name, name) if language == "ru" else _IN_ENGLISH.get(name, name)

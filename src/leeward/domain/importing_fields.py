"""What a column of a spreadsheet can be: the fields of each target, by which headers they are recognised, how read.

Names, telephones and addresses are fields of `closed` circles: they go into the legal identity or the address and
nowhere else. A column that nobody maps is not imported.
"""

from __future__ import annotations

from collections.abc import Mapping

from leeward.domain.cases.words import ACCESS, BUDGET_LINE, NEED, NEED_STATUS, PRIORITY
from leeward.domain.importing_field import KEY, PERSON, ROW, Field
from leeward.domain.importing_people import PEOPLE
from leeward.domain.importing_words import LINES, NEED_STATES, NEEDS, PRIORITIES
from leeward.domain.vocabulary import Term, Vocabulary

TARGET = Vocabulary(
    "import-target",
    Term("people", "people: a case for each row", "люди: дело на каждую строку"),
    Term("needs", "needs of people who are here", "нужды тех, кто уже здесь"),
    Term("tasks", "tasks for people who are here", "задачи по тем, кто уже здесь"),
    Term("expenses", "money spent for people who are here", "расходы на тех, кто уже здесь"),
    Term("places", "safe places", "укрытия"),
)

_NEEDS_OF = (
    ROW,
    PERSON,
    Field(
        "need",
        "What kind of need",
        "Какая нужда",
        "word",
        "needs|type|kind|category|нужда|потребность|тип|вид|категория",
        NEED,
        NEEDS,
        needed=True,
    ),
    Field(
        "what",
        "In words",
        "Своими словами",
        "name",
        "details|description|what|описание|подробности|что нужно",
    ),
    Field(
        "need_status",
        "What became of it",
        "Что с ней",
        "word",
        "status|state|статус|состояние",
        NEED_STATUS,
        NEED_STATES,
    ),
    Field("requested", "Asked for on", "Когда попросили", "moment", "date|requested|asked|дата|дата запроса"),
    Field("due", "Due", "Срок", "moment", "deadline|by|дедлайн|до когда|крайний срок"),
    Field(
        "provider",
        "Who provides it",
        "Кто помогает",
        "name",
        "by whom|partner|исполнитель|партнер|кто делает",
    ),
    Field("cost", "Cost", "Стоимость", "money", "price|amount|sum|цена|сумма|расход"),
    Field("currency", "Currency", "Валюта", "currency", ""),
    Field("outcome", "Outcome", "Чем кончилось", "text", "result|результат|итог"),
)
_TASKS_OF = (
    ROW,
    PERSON,
    Field(
        "title",
        "Task",
        "Задача",
        "name",
        "task|title|what|todo|to do|action|название|что сделать|дело",
        needed=True,
    ),
    Field(
        "owner",
        "Who does it",
        "Кто делает",
        "member",
        "owner|responsible|assignee|who does|ответственный|исполнитель",
    ),
    Field("due", "Due", "Срок", "moment", "deadline|by|дедлайн|до когда|крайний срок|дата"),
    Field(
        "priority",
        "How soon",
        "Насколько скоро",
        "word",
        "priority|urgency|приоритет|срочность",
        PRIORITY,
        PRIORITIES,
    ),
    Field("done", "Done", "Сделано", "yes", "finished|complete|completed|готово|выполнено"),
    Field("result", "What came of it", "Что вышло", "text", "outcome|результат|итог|comment|комментарий"),
)
_EXPENSES_OF = (
    ROW,
    PERSON,
    Field(
        "amount",
        "Amount",
        "Сумма",
        "money",
        "sum|cost|price|spent|стоимость|цена|потрачено|расход",
        needed=True,
    ),
    Field("currency", "Currency", "Валюта", "currency", ""),
    Field("day", "Day", "День", "day", "date|paid on|дата|дата оплаты|когда"),
    Field(
        "line",
        "Budget line",
        "Статья",
        "word",
        "category|line|type|категория|статья расходов|тип|вид",
        BUDGET_LINE,
        LINES,
    ),
    Field(
        "what",
        "What for",
        "На что",
        "name",
        "description|details|purpose|описание|назначение|за что|комментарий",
    ),
    Field("donor", "Donor", "Донор", "name", "grant|fund|грант|фонд|источник"),
)
_PLACES_OF = (
    KEY,
    Field(
        "code_name",
        "Code name",
        "Кодовое название",
        "name",
        "name|place|shelter|house|название|место|укрытие|шелтер|квартира",
        needed=True,
    ),
    Field(
        "capacity",
        "Beds",
        "Мест",
        "number",
        "capacity|places|how many|количество мест|кроватей|вместимость",
        needed=True,
        least=1,
        most=200,
    ),
    Field("access", "What it has", "Что есть", "words", "features|особенности", ACCESS),
    Field(
        "rent_until",
        "Last night that is paid",
        "Последняя оплаченная ночь",
        "day",
        "rent until|paid until|оплачено до|аренда до",
    ),
    Field("swept", "Last sweep", "Последняя проверка", "day", "checked|inspected|проверено|дата проверки"),
    Field("address", "Address", "Адрес", "text", "where|street|где", closed=True),
    Field(
        "how_to_enter",
        "How to enter",
        "Как войти",
        "text",
        "door|key|keys|домофон|код двери|ключи",
        closed=True,
    ),
    Field("owner", "Owner", "Хозяин", "text", "landlord|арендодатель|владелец", closed=True),
    Field("rent", "Rent", "Аренда", "text", "rent price|стоимость аренды|цена аренды", closed=True),
)

FIELDS: Mapping[str, tuple[Field, ...]] = {
    "people": PEOPLE,
    "needs": _NEEDS_OF,
    "tasks": _TASKS_OF,
    "expenses": _EXPENSES_OF,
    "places": _PLACES_OF,
}
"""The fields of each target, in the order in which a page offers them."""

KEYS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "people": (
        ("key",),
        ("legal_name", "born"),
        ("legal_name", "phone"),
        ("legal_name",),
        ("phone",),
        ("pseudonym",),
    ),
    "needs": (("key",), ("person", "need", "what"), ("person", "need")),
    "tasks": (("key",), ("person", "title")),
    "expenses": (
        ("key",),
        ("person", "day", "amount", "what"),
        ("person", "day", "amount"),
        ("person", "amount"),
    ),
    "places": (("key",), ("code_name",)),
}
"""By which fields two rows are the same row, the first set of which all are mapped."""


def field_of(target: str, code: str) -> Field:
    """Return a field; KeyError if the target has none of that name."""
    return next_field(FIELDS[target], code)


def next_field(fields: tuple[Field, ...], code: str) -> Field:
    """Return the field of a name; KeyError if there is none."""
    for one in fields:
        if one.code == code:
            return one
    raise KeyError(code)

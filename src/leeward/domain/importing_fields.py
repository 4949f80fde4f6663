"""What a column of a spreadsheet can be: the fields of each target, by which headers they are recognised, how read.

Names, telephones and addresses are fields of `closed` circles: they go into the legal identity or the address and
nowhere else. A column that nobody maps is not imported.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from leeward.domain.cases.words import (
    ACCESS,
    BUDGET_LINE,
    NEED,
    NEED_STATUS,
    PRIORITY,
    RISK,
    STAGE,
    STATUS,
    THREAT,
)
from leeward.domain.importing_words import LINES, NEED_STATES, NEEDS, PRIORITIES, RISKS, STAGES_SAID, STATUSES
from leeward.domain.vocabulary import Term, Vocabulary

TARGET = Vocabulary(
    "import-target",
    Term("people", "people: a case for each row", "люди: дело на каждую строку"),
    Term("needs", "needs of people who are here", "нужды тех, кто уже здесь"),
    Term("tasks", "tasks for people who are here", "задачи по тем, кто уже здесь"),
    Term("expenses", "money spent for people who are here", "расходы на тех, кто уже здесь"),
    Term("places", "safe places", "укрытия"),
)


class Field(msgspec.Struct, frozen=True):
    """One thing that a column can be.

    `how` says how its cells are read (importing.READERS); `headers` are further words, divided by |, that its column
    is called by. `closed`: it goes into a circle that is opened with a reason only.
    """

    code: str
    en: str
    ru: str
    how: str
    headers: str = ""
    vocabulary: Vocabulary | None = None
    also: Mapping[str, str] = {}
    closed: bool = False
    needed: bool = False
    least: int = 0
    most: int = 0

    def label(self, language: str) -> str:
        """Return what it is called."""
        return self.ru if language == "ru" else self.en


_KEY = Field(
    "key", "Number or code in your sheet", "Номер или код в вашей таблице", "key",
    "id|no|nr|№|n|номер|код|code|number|case|case no|case number|дело|номер дела|ид|#",
)  # fmt: skip
_ROW = Field(
    "key",
    "Number of the row in your sheet",
    "Номер строки в вашей таблице",
    "key",
    "id|no|nr|№|n|#|ид|number|номер",
)
_PERSON = Field(
    "person", "Whose it is: number, code or pseudonym", "Чьё это: номер, код или псевдоним", "person",
    "person|who|for|case|case no|case number|code|client|человек|кто|для кого|дело|номер дела|код|клиент|псевдоним|"
    "pseudonym",
    needed=True,
)  # fmt: skip

_PEOPLE = (
    _KEY,
    Field(
        "pseudonym",
        "Pseudonym",
        "Псевдоним",
        "name",
        "code name|nickname|alias|кличка|кодовое имя|имя в деле",
    ),
    Field(
        "risk",
        "Risk",
        "Риск",
        "word",
        "risk level|danger|опасность|уровень риска|степень риска",
        RISK,
        RISKS,
    ),
    Field(
        "risk_reason",
        "Why this risk",
        "Почему такой риск",
        "text",
        "threat details|причина риска|в чем опасность",
    ),
    Field("stage", "Stage", "Этап", "word", "step|phase|стадия|этап работы|где сейчас", STAGE, STAGES_SAID),
    Field(
        "status",
        "Status of the case",
        "Состояние дела",
        "word",
        "status|state|статус|состояние",
        STATUS,
        STATUSES,
    ),
    Field(
        "threats",
        "Who threatens",
        "Кто угрожает",
        "words",
        "threat|threats|угроза|угрозы|от кого угроза",
        THREAT,
        {
            "полиция": "state",
            "police": "state",
            "родственники": "family",
            "relatives": "family",
            "семьи": "family",
        },
    ),
    Field("languages", "Languages", "Языки", "languages", "language|язык|speaks"),
    Field(
        "access",
        "What a place must have",
        "Что нужно от места",
        "words",
        "special needs|особые нужды",
        ACCESS,
    ),
    Field(
        "beds",
        "Beds they need together",
        "Сколько нужно мест",
        "number",
        "people|persons|how many|family size|сколько человек|количество|мест|кроватей|человек в семье",
        least=1,
        most=30,
    ),
    Field(
        "opened",
        "Day of the first contact",
        "День первого обращения",
        "moment",
        "date|first contact|contacted|registered|дата|дата обращения|обратился|обратилась|первый контакт",
    ),
    Field(
        "birth_year",
        "Year of birth",
        "Год рождения",
        "number",
        "born in|year born|г р",
        least=1900,
        most=2100,
    ),
    Field(
        "need",
        "What they need",
        "Что нужно",
        "words",
        "needs|need|request|нужды|потребности|запрос|чем помочь",
        NEED,
        NEEDS,
    ),
    Field(
        "task",
        "Next task",
        "Следующая задача",
        "name",
        "next step|todo|to do|action|задача|следующий шаг|что сделать",
    ),
    Field("task_due", "When the task is due", "Срок задачи", "moment", "due|deadline|срок|до когда|дедлайн"),
    Field(
        "note",
        "A line of the story",
        "Запись в историю",
        "text",
        "notes|comment|comments|remarks|story|заметки|комментарий|комментарии|примечание|история|описание",
    ),
    Field(
        "told",
        "Who may be told what",
        "Кому что можно говорить",
        "text",
        "confidentiality|кому можно говорить",
    ),
    Field(
        "legal_name",
        "Legal name",
        "Имя по документам",
        "name",
        "name|full name|first name|surname|last name|фио|имя|фамилия|имя и фамилия|ф и о",
        closed=True,
    ),
    Field(
        "name_in_passport",
        "Name as in the passport",
        "Имя как в паспорте",
        "name",
        "passport name|latin name|имя латиницей|имя в загранпаспорте",
        closed=True,
    ),
    Field(
        "other_names",
        "Other names",
        "Другие имена",
        "name",
        "прежние имена|former names|also known as",
        closed=True,
    ),
    Field(
        "born",
        "Date of birth",
        "Дата рождения",
        "birthday",
        "birthday|dob|birth date|день рождения|д р",
        closed=True,
    ),
    Field("birthplace", "Place of birth", "Место рождения", "name", "born at|родился", closed=True),
    Field(
        "national_number",
        "Number of a paper",
        "Номер документа",
        "name",
        "passport|passport no|passport number|паспорт|номер паспорта|снилс|инн",
        closed=True,
    ),
    Field(
        "phone",
        "Telephone",
        "Телефон",
        "name",
        "tel|mobile|phone number|contact|whatsapp|telegram|номер телефона|тел|моб|контакт",
        closed=True,
    ),
    Field(
        "address",
        "Address",
        "Адрес",
        "name",
        "home address|адрес проживания|прописка|домашний адрес",
        closed=True,
    ),
)
_NEEDS_OF = (
    _ROW,
    _PERSON,
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
    _ROW,
    _PERSON,
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
    _ROW,
    _PERSON,
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
    _KEY,
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
    "people": _PEOPLE,
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

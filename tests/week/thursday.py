"""Thursday: a place becomes exposed. Everybody in it gets another bed, and everybody's plan is made again around it.

From here on the two have changed places: Mila is at the wide window, Timur on the way with the narrow one.
"""

from __future__ import annotations

from tests.week.life import Life, at, field

HOUSE = "Гавань 2"


def nobody_sleeps_there_any_more(life: Life) -> None:
    """Mila marks it, and moves one after the other from the same page."""
    life.comes(3, 9)
    mila, timur = life.mila, life.timur
    life.change_places()
    timur.to("Сегодня")
    mila.to("Места")
    mila.picture("thu-places")
    mila.follow("Место раскрыто")
    mila.tick(HOUSE)
    mila.write("Откуда мы это знаем?", "Сосед спрашивал, кто здесь живёт, и записал номер машины.")
    mila.press("Отметить раскрытым")
    mila.sees("Раскрыто с")
    mila.picture("thu-exposed")
    timur.sees("раскрыто")
    timur.sees(HOUSE)
    timur.picture("thu-today")
    people = mila.root.locator("li.row[id^=stay-]").count()
    assert people >= 2
    for left in range(people - 1, -1, -1):
        row = mila.part("li.row[id^=stay-]")
        row.press("Перевезти сегодня")
        assert mila.root.locator("li.row[id^=stay-]").count() == left
    mila.sees("Здесь больше никто не ночует.")
    timur.misses(f"ещё ночует в {HOUSE}")
    mila.at(f"/people/{life['case']}?tab=journey")
    assert HOUSE not in mila.part(".glance").text
    mila.part("#place").sees("сегодня")


def a_nearer_way_out_is_written_down(life: Life) -> None:
    """A train tomorrow, two seats. Timur breaks the far journey off and takes the near one, with two legs."""
    timur = life.timur
    timur.to("Дорога")
    timur.follow("Что можем дать")
    way = timur.open("Добавить выезд")
    way.write("В какую страну", "Эстмарк")
    way.choose("Чем", "поезд")
    way.write("Мест", "2")
    way.write("Первый день", at(4, 0).date().isoformat())
    way.write("Отправление в", "07:10")
    way.write("Откуда", "Орлинск")
    way.write("Стоит на человека", "90")
    way.press("Добавить")
    timur.part("ul.ways li", "07:10").sees("своб. 2")
    timur.picture("thu-ways")
    timur.at(f"/people/{life['case']}?tab=journey")
    timur.press("Прервать")
    timur.sees("Поездка отменена")
    timur.follow("Составить маршрут")
    timur.choose("Какой", "пт 10 апр., 07:10")
    for number, leg in enumerate(LEGS, start=1):
        part = timur.part("fieldset.leg:not(.byway)", f"Отрезок {number}")
        part.choose("Чем", leg["mode"])
        for label in ("Откуда", "Куда", "Отправление", "Прибытие", "Кто встречает", "Билет"):
            part.write(label, leg[label])
        part.choose("Кто сопровождает", leg["companion"])
    timur.write("Почему именно так", "Поезд полон отпускников, документы смотрят один раз.")
    timur.picture("thu-new")
    timur.press("Записать маршрут")
    timur.sees("Маршрут записан")
    timur.sees("сопровождает Павел")
    timur.sees("держим 1 место")


LEGS = (
    {
        "mode": "поезд",
        "Откуда": "Орлинск",
        "Куда": "Севрин",
        "Отправление": field(at(4, 7, 10)),
        "Прибытие": field(at(4, 12)),
        "companion": "Павел",
        "Кто встречает": "Руфина",
        "Билет": "вагон 4",
    },
    {
        "mode": "паром",
        "Откуда": "Севрин",
        "Куда": "Эстмарк",
        "Отправление": field(at(4, 17)),
        "Прибытие": field(at(6, 8)),
        "companion": "пока никто",
        "Кто встречает": "Ильзе",
        "Билет": "палуба 2",
    },
)


def signs_of_life_are_agreed_for_every_leg(life: Life) -> None:
    """Half an hour after leaving, an hour after arriving; written ahead by the desk itself."""
    timur = life.timur
    timur.follow("Нужды и задачи")
    fold = timur.open("Договориться о выходах на связь")
    ride = fold.part("form[action$='/signs/rides']")
    ride.write("Минут после отъезда", "30")
    ride.write("Минут после прибытия", "60")
    ride.press("Договорились")
    timur.sees("через 30 мин после отъезда")
    timur.part("#signs").sees("10 апр., 07:40")
    timur.part("#signs").sees("10 апр., 13:00")
    timur.part("#signs").sees("10 апр., 17:30")
    timur.picture("thu-signs")


def the_plan_is_made_again_around_it(life: Life) -> None:
    """Nobody is put into the exposed place; the journey of tomorrow stands as it was promised."""
    timur = life.timur
    timur.to("Дорога")
    timur.follow("План для всех сразу")
    timur.press("Составить план")
    timur.sees("Почему?")
    assert HOUSE not in "".join(timur.root.locator("li.line .sleeps").all_inner_texts())
    timur.part("li.line", life["name"]).sees("10 апр. Эстмарк")
    timur.picture("thu-plan")
    if timur.root.get_by_role("button", name="Хватит, этого достаточно").count():
        timur.press("Хватит, этого достаточно")
    timur.press("Принять отмеченное")
    timur.sees("места, поездки, приёмы и задачи")
    timur.to("Места")
    timur.part(".beds .line.exposed", HOUSE).sees("Закрыто для всех.")


DAYS = (
    nobody_sleeps_there_any_more,
    a_nearer_way_out_is_written_down,
    signs_of_life_are_agreed_for_every_leg,
    the_plan_is_made_again_around_it,
)

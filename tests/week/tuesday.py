"""Tuesday: the appointment is kept, the stage moves on, and what it cost stands in the books."""

from __future__ import annotations

from tests.week.life import Life, at
from tests.week.monday import cell


def a_call_is_a_sign_of_life(life: Life) -> None:
    """The first sign of life comes by telephone, before the hour of grace is over."""
    life.comes(1, 9, 20, keep=life["case"])
    mila = life.mila
    mila.to("Сегодня")
    mila.follow("Записать звонок")
    mila.choose("Это выход на связь:", life["name"])
    mila.picture("tue-call")
    mila.press("Записать")
    mila.sees("Записано как выход на связь")
    mila.at(f"/people/{life['case']}?tab=work")
    mila.open("Раньше").sees("ответ")


def the_appointment_is_kept(life: Life) -> None:
    """Timur sees it coming on Today, and after it writes down what came of it."""
    timur = life.timur
    timur.to("Сегодня")
    timur.sees(life["name"])
    timur.picture("tue-today")
    life.comes(1, 13, keep=life["case"])
    timur.at(f"/people/{life['case']}?tab=journey")
    timur.part("#place").press("На месте")
    visa = timur.part("#visas .paper, .paper", "Норланд").open("Изменить")
    visa.choose("Этап", "подано")
    visa.write("Подано", at(1, 0).date().isoformat())
    visa.press("Сохранить")
    timur.part(".paper", "Норланд").sees("подано 7 апр.")
    stage = cell(timur, "Этап").open("Этап")
    stage.choose("Этап", "Документы")
    stage.press("Записать этап")
    cell(timur, "Этап").sees("Документы")


def what_it_cost_is_in_the_books(life: Life) -> None:
    """An expense with its budget line; a second person approves it; the money page has the sum and no name."""
    timur, mila = life.timur, life.mila
    cost = timur.part("#costs").open("Записать расход")
    cost.write("Сумма", "61,50")
    cost.write("Зачем", "визовый сбор")
    cost.choose("Статья бюджета", "документы")
    cost.choose("Грант", "Весна")
    cost.press("Сохранить")
    timur.part("#costs").sees("61,50")
    timur.picture("tue-journey")
    mila.comes_to(f"/people/{life['case']}?tab=journey", "визовый сбор")
    mila.part("#costs .paper", "визовый сбор").press("Утвердить")
    mila.part("#costs").sees("утверждено: Мила")
    mila.to("Дорога")
    mila.follow("Что можем дать")
    mila.picture("tue-ways")
    mila.follow("Деньги")
    mila.sees("Осталось")
    mila.open("Платежи").sees("61,50")
    assert life["name"] not in mila.text
    mila.picture("tue-money")


DAYS = (a_call_is_a_sign_of_life, the_appointment_is_kept, what_it_cost_is_in_the_books)

"""Monday: somebody writes, and by evening has a case, a bed and an agreed sign of life; everyone has a plan."""

from __future__ import annotations

from playwright.sync_api import expect
from tests.week.life import Life, at, field
from tests.week.seat import SOON, Part, Seat

LETTER = "Меня ищут двое, приходили к соседке. Болит рука, нужен врач. Куда мне уехать?"
ANSWER = "Мы прочитали. Оставайтесь там, где вы сейчас, вечером позвоним."
NAME = "Зимородок"


def what_was_left_from_the_night(life: Life) -> None:
    """Somebody did not give a sign of life: it stands first, and one press says that they did."""
    mila = life.mila
    first = mila.part(".story li.row")
    first.sees("Нет на связи")
    mila.picture("mon-today")
    who = first.root.locator("a.what").inner_text()
    first.press("В безопасности")
    mila.misses(who)


def a_request_becomes_a_case(life: Life) -> None:
    """Mila reads it as it comes, answers, and gives the case to Timur."""
    mila = life.mila
    mila.to("Входящие")
    page = life.browsing.page(life.stage.page, width=390, height=844, lang="ru")
    page.get_by_label("Ваше сообщение").fill(LETTER)
    page.get_by_role("button", name="Отправить").click()
    expect(page.get_by_role("heading", name="Сообщение у нас")).to_be_visible(timeout=SOON)
    mila.sees("Меня ищут двое")
    mila.follow("Меня ищут двое")
    mila.sees("нужен врач")
    mila.press("1–3 дня", stays=True)
    mila.part("form.reply").write("Ваш ответ", ANSWER)
    mila.part("form.reply").press("Отправить", stays=True)
    mila.part("article.bubble.us").sees("Оставайтесь там")
    mila.picture("mon-talk")
    mila.follow("Завести дело")
    mila.write("Псевдоним", NAME)
    mila.choose("Ведёт", "Тимур")
    mila.choose("Кто заменит", "Мила")
    mila.picture("mon-open")
    mila.press("Открыть дело")
    mila.sees(NAME)
    case = mila.path.split("/")[2].split("?")[0]
    life.timur.comes_to("/people", NAME)
    life.timur.follow(NAME)
    life.keep(case=case, name=NAME)


def cell(seat: Seat, title: str) -> Part:
    """Return the part of the strip above a case that has this title."""
    return seat.part(".glance .cell", title)


def all_is_set_on_the_page_of_the_case(life: Life) -> None:
    """Timur never leaves the page: threat, risk, need, bed, sign of life, stage."""
    timur = life.timur
    threat = cell(timur, "Что угрожает").open("Угроза")
    threat.tick("семья")
    threat.write("До какого дня", at(12, 0).date().isoformat())
    threat.write("Чем угрожали", "Брат обещал приехать на праздник.")
    threat.press("Сохранить")
    risk = cell(timur, "Что угрожает").open("Риск")
    risk.choose("Риск", "очень высокий")
    risk.write("Почему", "Ищут двое, соседку уже спрашивали.")
    risk.press("Записать риск")
    cell(timur, "Что угрожает").sees("очень высокий")
    cell(timur, "Что угрожает").sees("семья")
    need = cell(timur, "Что нужно сейчас").open("Добавить, что нужно")
    need.choose("Что", "медицина")
    need.write("Точнее", "врач: рука")
    need.write("К какому сроку", field(at(2, 12)))
    need.press("Добавить")
    cell(timur, "Что нужно сейчас").sees("врач: рука")
    bed = cell(timur, "Сегодня ночью и дальше").open("Перевезти")
    bed.choose("Место", "Гавань 2")
    bed.press("Дать место")
    cell(timur, "Сегодня ночью и дальше").sees("Гавань 2")
    sign = cell(timur, "Выход на связь").open("Условиться")
    sign.write("Первый", field(at(1, 9)))
    sign.write("Затем каждые … часов", "24")
    sign.write("До", field(at(2, 10)))
    sign.press("Договорились")
    cell(timur, "Выход на связь").sees("7 апр., 09:00")
    stage = cell(timur, "Этап").open("Этап")
    stage.choose("Этап", "В укрытии")
    stage.press("Записать этап")
    cell(timur, "Этап").sees("В укрытии")
    timur.picture("mon-case")


def the_way_out_is_begun(life: Life) -> None:
    """A passport, an appointment at a consulate tomorrow."""
    timur = life.timur
    timur.follow("Маршрут")
    paper = timur.open("Добавить документ")
    paper.choose("Документ", "загранпаспорт")
    paper.choose("Где он", "на руках")
    paper.write("Кем выдан", "Остриа")
    paper.write("Истекает", "2029-05-01")
    paper.press("Добавить")
    timur.sees("Эстмарк: 90 дней")
    visa = timur.open("Добавить заявление на визу")
    visa.write("Страна", "Норланд")
    visa.choose("Этап", "назначен приём")
    visa.write("Приём в консульстве", field(at(1, 11)))
    visa.press("Добавить")
    timur.sees("7 апр., 11:00")
    timur.picture("mon-journey")


def a_plan_is_made_and_accepted(life: Life) -> None:
    """The real planner, in a process of its own. What Timur decides by hand it plans around."""
    timur = life.timur
    timur.to("Дорога")
    timur.picture("mon-board")
    timur.follow("План для всех сразу")
    timur.picture("mon-plan-empty")
    timur.press("Составить план")
    timur.sees("Почему?")
    line = timur.part("li.line", life["name"])
    line.open("Решить самим").choose("Выезд", "21 апр.: Норланд, самолёт")
    line.press("Составить с учётом этого")
    line = timur.part("li.line", life["name"])
    line.sees("решено вами")
    line.sees("21 апр. Норланд")
    line.open("Почему?")
    timur.picture("mon-plan")
    if timur.root.get_by_role("button", name="Хватит, этого достаточно").count():
        timur.press("Хватит, этого достаточно")
    timur.press("Принять отмеченное")
    timur.sees("места, поездки, приёмы и задачи")
    timur.picture("mon-board-after")
    timur.at(f"/people/{life['case']}?tab=journey")
    timur.sees("21 апр., 21:40")


DAYS = (
    what_was_left_from_the_night,
    a_request_becomes_a_case,
    all_is_set_on_the_page_of_the_case,
    the_way_out_is_begun,
    a_plan_is_made_and_accepted,
)

"""Sunday: arrival. The case is closed with reasons and looked at by a second person; the books name nobody."""

from __future__ import annotations

from pathlib import Path

from tests.week.friday import set_leg
from tests.week.life import Life

from leeward.domain.cases.case import Case, Identity


def they_arrive(life: Life) -> None:
    """The last leg, and the last sign of life."""
    case, mila, timur = life["case"], life.mila, life.timur
    life.comes(6, 8, 30, keep=case)
    timur.at(f"/people/{case}?tab=journey")
    set_leg(timur, 2, "добрались")
    timur.part(".glance").sees("На месте")
    life.comes(6, 9, 10, keep=case)
    mila.comes_to(f"/people/{case}?tab=work", "сейчас")
    row = mila.part("#signs li.row")
    row.write("Дословно", "Мы на месте. Спасибо.")
    row.press("Записать")
    mila.open("Раньше").sees("Мы на месте")
    timur.to("Дорога")
    timur.part("section.stage", "На месте").sees(life["name"])
    timur.picture("sun-board")


def the_case_is_closed_and_looked_at_by_a_second_person(life: Life) -> None:
    """Timur closes it with reasons; Mila finds it on Today and looks."""
    case, mila, timur = life["case"], life.mila, life.timur
    timur.at(f"/people/{case}")
    close = timur.open("Закрыть дело")
    close.choose("Почему", "в безопасности за границей")
    close.write("Если оглянуться назад", "Ближний поезд помог. Паспорт надо спрашивать в первый день.")
    close.sees("Не сделано из того, что нужно: 1.")
    timur.picture("sun-close")
    close.press("Закрыть дело")
    timur.sees("Нужен второй взгляд")
    timur.picture("sun-closed")
    mila.to("Сегодня")
    more = mila.root.get_by_role("link", name="не такие срочные")
    if more.count():
        mila.follow("не такие срочные")
    row = mila.part(".story li.row", life["name"])
    row.sees("Закрыто")
    row.follow(life["name"])
    mila.sees("Ближний поезд помог")
    mila.write("Ничего не забыто?", "Ничего. Вещи у Павел.")
    mila.press("Просмотрено")
    mila.sees("второй взгляд: Мила")
    mila.picture("sun-checked")


def the_board_and_the_load_show_it(life: Life) -> None:
    """Nobody carries it any more; it stands among those who are no longer with us."""
    timur = life.timur
    timur.to("Дорога")
    timur.misses(life["name"])
    timur.to("Люди")
    timur.misses(life["name"])
    timur.follow("Кто сколько")
    timur.picture("sun-load")
    timur.root.get_by_role("link", name="Тимур").first.click()
    timur.misses(life["name"])
    timur.at("/people?closed=1")
    timur.sees(life["name"])


def the_report_for_the_donor_names_nobody(life: Life) -> None:
    """Sums by line; no pseudonym, no number, no legal name, on the page or in the table."""
    timur = life.timur
    timur.at("/journeys/money")
    timur.follow("Отчёт для того, кто дал деньги")
    timur.sees("документы")
    timur.picture("sun-report")
    session = timur.desk.session
    words = {one.pseudonym for one in session.find(Case)} | {one.code for one in session.find(Case)}
    words |= {word for one in session.find(Identity) for word in one.legal_name.split()}
    words = {one for one in words if len(one) > 3}
    assert life["name"] in words
    with timur.page.expect_download() as coming:
        timur.root.get_by_role("link", name="Сохранить таблицей (CSV)").click()
    table = Path(coming.value.path()).read_text("utf-8")
    assert "документы" in table
    assert [word for word in words if word in timur.text or word in table] == []


DAYS = (
    they_arrive,
    the_case_is_closed_and_looked_at_by_a_second_person,
    the_board_and_the_load_show_it,
    the_report_for_the_donor_names_nobody,
)

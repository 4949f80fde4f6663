"""Friday: the day of leaving, on paper without names; each leg answered."""

from __future__ import annotations

from pathlib import Path

from tests.week.life import Life, at
from tests.week.seat import Part, Seat

from leeward.domain.cases.case import Identity


def leg(seat: Seat, number: int) -> Part:
    """Return the leg of the journey that stands at this place."""
    return Part(seat, seat.root.locator(".journey:not(.over) ol.legs > li").nth(number - 1))


def set_leg(seat: Seat, number: int, state: str) -> None:
    """Say how a leg stands."""
    one = leg(seat, number)
    one.choose("Состояние", state)
    one.press("Записать")


def the_day_is_on_paper_without_a_name(life: Life) -> None:
    """The sheet says code names, the calendar file not even these."""
    life.comes(4, 6, 30)
    timur = life.timur
    timur.to("Сегодня")
    timur.sees("07:10")
    timur.picture("fri-today")
    timur.follow("День на бумаге")
    timur.sees(life["name"])
    timur.sees("07:10")
    timur.picture("fri-sheet")
    names = {
        word for one in timur.desk.session.find(Identity) for word in one.legal_name.split() if len(word) > 3
    }
    assert names
    assert not [word for word in names if word in timur.text]
    with timur.page.expect_download() as coming:
        timur.root.get_by_role("link", name="Две недели для календаря в телефоне").click()
    calendar = Path(coming.value.path()).read_text("utf-8")
    assert "BEGIN:VEVENT" in calendar
    assert not [word for word in (*names, life["name"], "Эстмарк", "Орлинск", "Павел") if word in calendar]


def the_train_leaves_and_each_sign_comes(life: Life) -> None:
    """Under way; half an hour later, and at noon, they call: Mila writes it down on the page of the case."""
    timur, mila, case = life.timur, life.mila, life["case"]
    life.comes(4, 7, 15, keep=case)
    timur.at(f"/people/{case}?tab=journey")
    set_leg(timur, 1, "в пути")
    leg(timur, 1).sees("связь 13:00")
    for hour, minute, words in ((7, 45, "Едем, всё спокойно"), (13, 5, "Приехали, встретили")):
        life.comes(4, hour, minute, keep=case)
        mila.comes_to(f"/people/{case}?tab=work", "сейчас")
        row = mila.part("#signs li.row")
        row.write("Дословно", words)
        row.press("Записать")
        mila.open("Раньше").sees(words)
    mila.picture("fri-signs")
    timur.at(f"/people/{case}?tab=journey")
    leg(timur, 1).sees("связь 13:00 ✓")
    set_leg(timur, 1, "добрались")
    life.comes(4, 17, 5, keep=case)
    set_leg(timur, 2, "в пути")
    timur.part(".glance").sees("В пути")
    timur.part(".glance").press("Освободить место")
    timur.part(".glance").misses("Место ещё держим")
    timur.picture("fri-journey")
    timur.to("Дорога")
    timur.part("section.stage", "В пути").sees(life["name"])
    timur.picture("fri-board")
    life.comes(4, 17, 40, keep=case)
    mila.comes_to(f"/people/{case}?tab=work", "сейчас")
    mila.part("#signs li.row").press("Записать")


DAYS = (the_day_is_on_paper_without_a_name, the_train_leaves_and_each_sign_comes)
TODAY = at(4, 0).date()

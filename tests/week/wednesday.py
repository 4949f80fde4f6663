"""Wednesday: a sign of life does not come. Both desks say so by themselves; the step is taken; the telephone rings."""

from __future__ import annotations

from playwright.sync_api import expect
from tests.week.life import Life, at


def it_stands_on_top_of_both_desks_without_a_click(life: Life) -> None:
    """Both look at Today a minute before; nobody touches anything."""
    life.comes(2, 9, 59, keep=life["case"])
    for seat in (life.timur, life.mila):
        seat.to("Сегодня")
        assert "Нет на связи" not in seat.text
    life.stage.clock.to(at(2, 10, 0))
    for seat in (life.timur, life.mila):
        first = seat.part(".story li.row")
        first.sees("Нет на связи")
        first.sees(life["name"])
        seat.picture("wed-missed-" + ("timur" if seat is life.timur else "mila"))


def the_step_of_the_ladder_is_taken(life: Life) -> None:
    """Timur calls, nobody answers: one press. Mila's page says so by itself."""
    life.timur.part(".story li.row").press("Не отвечает")
    life.timur.part(".story li.row").sees("не отвечает")
    life.mila.part(".story li.row").sees("не отвечает")
    life.timur.picture("wed-tried")
    life.timur.part(".story li.row").follow(life["name"])
    life.timur.sees("Если до")
    life.timur.picture("wed-case")


def the_telephone_rings(life: Life) -> None:
    """Mila writes it down with four keys; it goes from both desks."""
    mila = life.mila
    mila.follow("Записать звонок")
    expect(mila.page.locator("textarea[data-send]")).to_be_focused()
    mila.page.keyboard.type("Телефон разрядился, всё спокойно.")
    mila.page.keyboard.press("Tab")
    mila.page.keyboard.press("ArrowDown")
    mila.page.keyboard.press("Control+Enter")
    mila.sees("Записано как выход на связь")
    life.timur.misses("Если до")
    life.timur.to("Сегодня")
    assert "Нет на связи" not in life.timur.text


DAYS = (it_stands_on_top_of_both_desks_without_a_click, the_step_of_the_ladder_is_taken, the_telephone_rings)

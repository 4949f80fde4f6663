from __future__ import annotations

from leeward.office.duty import Duty

HOUR = 3_600_000
NOW = 1_491_592_620_000


def duty(role: str = "coordinator", *, here: bool = True, **others: str) -> Duty:
    return Duty(me="me", role=role, now=NOW, until=NOW + 5 * HOUR, here=here, others=others)


def test_whoever_promised_it_has_it_while_on_duty() -> None:
    assert duty(timur="coordinator").holder("coordinator", "timur", "me") == "timur"
    assert duty(timur="coordinator").holder("coordinator", "me", "timur") == ""
    assert duty().holder("coordinator", "timur", "me") == ""


def test_if_they_are_away_somebody_whose_work_it_is_has_it() -> None:
    assert duty("operator", timur="coordinator").holder("coordinator", "away") == "timur"
    assert duty("coordinator", timur="coordinator").holder("coordinator", "away") == ""
    assert duty("operator", anton="operator").holder("coordinator", "away") == ""
    assert duty("documenter", here=False).holder("coordinator", "away") == "away"


def test_a_danger_is_everybodys_on_duty_once_it_is_not_early() -> None:
    assert duty("operator", timur="coordinator").of_danger("coordinator", "timur", early=True) == "timur"
    assert duty("operator", timur="coordinator").of_danger("coordinator", "timur") == ""
    assert duty("documenter", here=False, timur="coordinator").of_danger("coordinator", "timur") == "timur"


def test_a_danger_that_nobody_on_duty_has_is_for_whoever_looks() -> None:
    assert duty("documenter", here=False).of_danger("coordinator", "away") == ""
    assert duty("documenter", here=False).of_danger("coordinator", "away", early=True) == ""


def test_a_whole_day_is_soon_on_that_day_only() -> None:
    day = 24 * HOUR
    assert duty().soon(NOW, whole_day=True)
    assert not duty().soon(NOW + day, whole_day=True)
    assert duty().soon(NOW + 5 * HOUR)
    assert not duty().soon(NOW + 6 * HOUR)
    assert duty().days_since(NOW - 3 * day) == 3
    assert duty().days_since(NOW) == 1

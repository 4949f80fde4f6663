"""Steps 3 and 4: a case with a key of its own, known to those it was given to; beds, promises and a way out."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.sync_api import expect
from tests.story.conftest import Story
from tests.support.story import Seat

pytestmark = pytest.mark.browser

NAME = "Кипрей"
SEALED_NAME = "Тимьян-седьмой"
SEALED_NOTE = "Ждёт у старой мельницы, знает только координатор."
HARBOUR, MILL = "Гавань 4", "Мельница"


def from_now(**how: float) -> str:
    """Return a moment as a datetime-local field takes it."""
    return (dt.datetime.now(dt.UTC) + dt.timedelta(**how)).astimezone().strftime("%Y-%m-%dT%H:%M")


def member(seat: Seat, role: str, field: str = "coordinator") -> str:
    """Return the id of the colleague of a role, from a choice on the page."""
    option = seat.page.locator(f"select[name={field}] option", has_text=role).first
    return option.get_attribute("value") or ""


def case_of(seat: Seat) -> str:
    """Return the id of the case whose page this is."""
    return seat.path.split("/")[2].split("?")[0]


def test_a_case_is_opened_from_the_conversation_and_the_others_have_it(story: Story) -> None:
    desk = story.operator
    desk.go(story["conversation"])
    desk.page.locator("a[href*='/people/open?contact=']").click()
    desk.page.wait_for_url("**/people/open*")
    coordinator, documenter = member(desk, "coordinator"), member(desk, "documenter")
    assert coordinator
    assert documenter
    desk.post(
        "/people/open",
        pseudonym=NAME,
        risk="very-high",
        coordinator=coordinator,
        reader=[coordinator, documenter],
    )
    case = case_of(desk)
    assert NAME in desk.page.locator("h1").inner_text()
    for other in (story.coordinator, story.documenter):
        other.wait_for("/people", NAME)
        other.go(f"/people/{case}")
        other.page.locator("main details").evaluate_all("all => all.forEach(one => { one.open = true; })")
        other.see("Странник")
        other.go("/search?q=задержали")
        other.see("Странник")
    story.documenter.go("/inbox")
    assert story.documenter.page.locator("li[data-row]").count() == 0, "the hotline is not the documenter's"
    story.keep(name=NAME, case=case, coordinator=coordinator, documenter=documenter)


def test_whoever_has_no_key_has_nothing_of_a_case(story: Story) -> None:
    desk = story.operator
    desk.go("/people/open")
    desk.post("/people/open", pseudonym=SEALED_NAME, coordinator=story["coordinator"], reader=[])
    sealed = case_of(desk)
    desk.post(f"/people/{sealed}/note", text=SEALED_NOTE)
    story.coordinator.wait_for("/people", SEALED_NAME)
    story.coordinator.wait_for(f"/people/{sealed}", SEALED_NOTE)
    other = story.documenter
    other.page.wait_for_timeout(500)
    other.go("/people")
    assert NAME in other.text()
    assert SEALED_NAME not in other.text()
    for words in (SEALED_NAME, "мельницы"):
        other.go(f"/search?q={words}")
        assert other.page.locator("li.hit").count() == 0
    other.go(f"/people/{sealed}")
    assert "This is not on this desk" in other.text()
    story.keep(sealed_case=sealed)


def test_needs_and_promises(story: Story) -> None:
    desk, case = story.coordinator, story["case"]
    desk.go(f"/people/{case}?tab=work")
    desk.post("/need", need="medical", what="Врач: перелом руки", due=from_now(days=2))
    desk.post("/task", title="Позвонить в консульство", due=from_now(hours=-5), owner=story["coordinator"])
    desk.post("/task", title="Купить лекарство", due=from_now(hours=3), owner=story["coordinator"])
    desk.see("Врач: перелом руки")
    desk.go("/")
    text = desk.text()
    assert text.index("Позвонить в консульство") < text.index("Купить лекарство"), "what is late comes first"
    expect(desk.page.locator("li[data-row]", has_text="Позвонить").locator(".tag")).to_contain_text(
        "Просрочено: 5 часов"
    )


def test_a_bed_is_given_and_refused_where_it_is_full_or_exposed(story: Story) -> None:
    desk, case = story.coordinator, story["case"]
    for name, beds in ((HARBOUR, 1), (MILL, 3)):
        desk.go("/places/new")
        desk.post("/places/new", name=name, beds=beds, address=f"улица Садовая, дом {beds}")
        story.keep(**{name: desk.path.split("/")[2]})
    desk.go(f"/people/{case}?tab=journey")
    desk.post("/place", place=story[HARBOUR])
    assert HARBOUR in desk.page.locator(".glance").inner_text()

    desk.go(f"/places/{story[HARBOUR]}")
    desk.post("/bring", case=story["sealed_case"])
    assert HARBOUR in desk.text()
    assert "Ничего не изменено" in desk.text(), "a full place takes nobody more"
    desk.go("/places/exposed")
    desk.post("/places/exposed", place=story[MILL], reason="Сосед спрашивал, кто здесь живёт.")
    answer = desk.send(f"/places/{story[MILL]}/bring", case=story["sealed_case"], first=from_now()[:10])
    assert answer.startswith("409"), answer
    desk.go(f"/people/{story['sealed_case']}?tab=journey")
    assert desk.page.locator("select[name=place] option").count() == 0
    story.documenter.wait_for("/places", HARBOUR)
    story.documenter.go(f"/places/{story[HARBOUR]}")
    assert "Садовая" not in story.documenter.page.content()


def test_a_journey_with_legs_and_what_today_says_of_it(story: Story) -> None:
    desk, case = story.coordinator, story["case"]
    desk.go(f"/journeys/new?case={case}")
    desk.post(
        "/journeys/new",
        destination="Норвегия",
        from1="Заречье",
        to1="Белый Яр",
        departs1=from_now(hours=-6),
        arrives1=from_now(hours=-4),
        from2="Белый Яр",
        to2="Тромсё",
        departs2=from_now(hours=20),
        arrives2=from_now(hours=26),
        mode2="plane",
    )
    text = desk.text()
    assert "Белый Яр" in text
    assert "Тромсё" in text
    desk.go("/")
    first = desk.page.locator("main .story li[data-row]").first
    expect(first.locator(".tag")).to_have_text("Нет на связи")  # before every late paper and promise
    expect(first).to_contain_text(NAME)
    expect(desk.page.locator("aside")).to_contain_text("Тромсё")  # what leaves next
    story.operator.wait_for("/journeys", NAME)
    desk.go(f"/people/{case}?tab=work")
    row = desk.page.locator("li.row", has=desk.page.locator(".ladder")).first
    row.locator("details[id^=answer-] > summary").click()
    row.locator("input[name=answer]").fill("Добрался, всё спокойно")
    with desk.page.expect_navigation():
        row.locator("form[action$='/answer'] button").click()
    desk.go("/")
    assert "Нет на связи" not in desk.text()

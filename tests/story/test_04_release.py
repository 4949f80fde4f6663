"""Step 7: a dossier for one reader, with what was withheld and why; sent, it counts the days of silence."""

from __future__ import annotations

import datetime as dt
import hashlib

import pytest
from playwright.sync_api import expect
from tests.story.conftest import Story
from tests.story.test_02_case import HARBOUR, NAME, SEALED_NAME
from tests.story.test_03_testimony import CLAIM
from tests.support.pdf import pdf_text
from tests.support.story import Seat

pytestmark = pytest.mark.browser

WEAK = "At least three men were killed"


def ticked(desk: Seat, field: str, *labels: str) -> list[str]:
    """Return the values of boxes by their words."""
    boxes = desk.page.locator("label.tick", has=desk.page.locator(f"input[name={field}]"))
    return [
        boxes.filter(has_text=label).locator("input").first.get_attribute("value") or "" for label in labels
    ]


def test_what_must_not_leave_stops_a_release(story: Story) -> None:
    desk = story.documenter
    desk.go("/release/new")
    desk.post(
        "/release", title="Detention by the river, spring 2026", audience="un", purpose="To a rapporteur"
    )
    story.keep(release=desk.path)
    desk.post("/choose", ask=f"Please ask where {NAME} was held near {HARBOUR}.")
    expect(desk.page.locator(".band")).to_contain_text("must not leave")
    assert desk.page.locator("form[action$='/make']").count() == 0
    answer = desk.send(f"{desk.path}/make")
    assert answer.startswith("409"), answer


def test_the_dossier_holds_what_its_reader_may_see_and_says_what_was_withheld(story: Story) -> None:
    desk = story.documenter
    desk.go(story["release"])
    account = story["account"].split("/")[-1]
    desk.post(
        "/choose",
        ask="Please ask the state where these men were held.",
        claim=ticked(desk, "claim", CLAIM, "Phones were searched", WEAK),
        account=[account],
    )
    assert desk.page.locator(".band").count() == 0, desk.text()
    held = desk.page.locator("ul.held")
    expect(held).to_contain_text(WEAK)
    expect(held).to_contain_text("it stands as “Alleged”")
    expect(held).to_contain_text("photograph 1")
    expect(held).to_contain_text("They do not allow it.")
    desk.post("/make")
    with desk.page.expect_download() as download:
        desk.page.locator("a[href$='/pdf']").click()
    pdf = download.value.path().read_bytes()
    expect(desk.page.locator(".hash")).to_contain_text(hashlib.sha256(pdf).hexdigest())
    text = pdf_text(pdf)
    whole = "".join(text.split())
    for words in (CLAIM, "about March 2026", "Second regiment", "Grey warehouse", "Phones were searched"):
        assert "".join(words.split()) in whole
    for words in (
        NAME,
        SEALED_NAME,
        HARBOUR,
        WEAK,
        "IMG_0412",
        "Странник",
        hashlib.sha256(story["photo"]).hexdigest(),
    ):
        assert "".join(words.split()) not in whole, words
    for words in ("did not allow us to give", "fewer sources carry than this reader is told of"):
        assert "".join(words.split()) in whole


def test_what_was_sent_is_an_appeal_and_its_silence_is_counted(story: Story) -> None:
    desk = story.documenter
    desk.go(story["release"])
    desk.post("/sent", new_institution="Special Rapporteur on torture", procedure="un-communication")
    expect(desk.page.locator("p.state")).to_contain_text("0 days without an answer.")
    expect(desk.page.locator("aside")).to_contain_text("Answer due")
    story.keep(appeal=desk.path)
    desk.go("/appeals")
    row = desk.page.locator("tbody tr", has_text="Special Rapporteur on torture")
    expect(row.locator(".silence")).to_have_text("0")

    desk.go("/appeals/new")
    today = dt.datetime.now().astimezone().date()
    week, yesterday = (today - dt.timedelta(days=days) for days in (7, 1))
    desk.post("/appeals", title="Ask for entry", new_institution="An embassy", sent_on=week, due_on=yesterday)
    expect(desk.page.locator("p.state")).to_contain_text("7 days without an answer. 1 day beyond")
    desk.post("/reply", on=today, reply_kind="action", summary="Two places are given.")
    expect(desk.page.locator("p.state")).to_contain_text("Answered after 7 days.")
    story.operator.wait_for("/appeals", "Special Rapporteur on torture")

"""Steps 5 and 6: what was told, coded and consented to; the photo as evidence; what stands on how many sources."""

from __future__ import annotations

import hashlib

import pytest
from playwright.sync_api import expect
from tests.story.conftest import Story
from tests.support.story import Seat

pytestmark = pytest.mark.browser

TOLD = "Меня держали десять дней на складе у реки.\n\nПускали ток через пальцы. Нас было около тридцати."
GRADES_2017 = {  # worked out by hand from the rules in docs/adr/0011-grades.md
    "Men were beaten and given electric shocks": "Corroborated",  # two went through it; the denials are explained
    "Phones were searched to find others": "Corroborated",
    "One of the places was a shed": "Reported",  # one went through it
    "About 100 men were rounded up": "Alleged",  # that they were about 100, three heard from others
    "30 to 40 men were held in one room": "Alleged",  # one body said it, three outlets repeat it
    "At least three men were killed": "Alleged",
}
CLAIM = "Men were held in a warehouse by the river"


def test_an_account_is_written_down_in_paragraphs_and_an_act_is_coded(story: Story) -> None:
    desk, case = story.documenter, story["case"]
    desk.go("/record/inquiries/new")
    desk.post("/record/inquiries", en="Spring 2026", ru="Весна 2026 года")
    desk.page.locator("a[href^='/record/claims/new']").click()
    desk.page.wait_for_url("**/record/claims/new*")
    desk.post(
        "/record/claims", en=CLAIM, ru="Людей держали на складе у реки", **{"element-what": "detention"}
    )
    story.keep(claim=desk.path)
    assert grade_of(desk) == "No source"

    desk.go(f"/record/accounts/new?case={case}")
    desk.post("/record/accounts", text=TOLD, told_on="2026-04-02", folded=True)
    assert desk.page.locator("ol.telling > li").count() == 2
    account = desk.path
    desk.go(f"{account}/code")
    box = desk.page.locator('input[name="claim"]')
    wanted = desk.page.locator("label.tick", has_text=CLAIM).locator("input").get_attribute("value")
    assert box.count() > 10
    desk.post(
        "/acts",
        act_type="detention",
        method_words="electric shocks · through fingers or toes",
        start="2026-03",
        end="2026-04",
        guess=True,
        duration="ten days",
        place="a warehouse by the river",
        new_facility="Grey warehouse",
        new_district="Zarechye",
        new_region="the north",
        new_unit="Second regiment",
        quoted=["0"],
        claim=[wanted],
    )
    act = desk.page.locator("li#p-0 .margin")
    for words in (
        "arbitrary detention",
        "fingers",
        "about March 2026 – April 2026, the teller's best guess",
        "Second regiment",
        "Grey warehouse",
    ):
        expect(act).to_contain_text(words)
    story.keep(account=account)
    story.coordinator.wait_for(account, "Second regiment")


def test_consent_is_asked_for_each_use_and_audience(story: Story) -> None:
    desk, case = story.documenter, story["case"]
    for use, answer in (("account", "given"), ("files", "refused")):
        desk.go(f"/people/{case}?tab=consent&use={use}&audience=un")
        desk.post("/consent", use=use, audience="un", answer=answer, risks=True, how="written", language="ru")
    desk.go(f"/people/{case}?tab=consent")
    assert desk.page.locator("td.given").count() == 1
    assert desk.page.locator("td.refused").count() == 1
    assert desk.page.locator("td.silent").count() > 50, "a yes to one says nothing of another"


def test_the_photo_of_the_first_message_is_evidence_with_a_chain_that_holds(story: Story) -> None:
    desk, case, photo = story.documenter, story["case"], story["photo"]
    desk.go(f"/people/{case}?tab=files")
    desk.post("/evidence")
    exhibit = desk.page.locator("article.exhibit")
    expect(exhibit).to_have_count(1)
    expect(exhibit.locator("p.hash").first).to_have_text(f"SHA-256 {hashlib.sha256(photo).hexdigest()}")
    assert "Every byte is the same." in desk.post("/verify")
    expect(exhibit).to_contain_text("The chain of custody holds")
    exhibit.locator("button[data-look]").click()
    picture = exhibit.locator("figure img")
    expect(picture).to_be_visible()
    assert picture.evaluate("one => one.decode().then(() => one.naturalWidth)") == 640
    shown = desk.page.evaluate(
        """async address => {
          const bytes = await (await fetch(address)).arrayBuffer();
          return [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))];
        }""",
        exhibit.locator("button[data-look]").get_attribute("data-look"),
    )
    assert bytes(shown) == hashlib.sha256(photo).digest()
    desk.go(f"/people/{case}?tab=files")
    exhibit.locator("summary", has_text="custody event").click()
    events = exhibit.locator("ol li").all_inner_texts()
    for event, verb in zip(events, ("received", "verified", "viewed", "viewed"), strict=True):
        assert verb in event
    expect(exhibit).to_contain_text("The chain of custody holds")
    story.coordinator.wait_for(f"/people/{case}?tab=files", "SHA-256")


def grade_of(desk: Seat) -> str:
    """Return the grade in words that the page of a claim shows first."""
    return desk.page.locator("p.state .tag").first.inner_text()


def test_the_public_record_of_2017_stands_as_the_rules_say(story: Story) -> None:
    desk = story.documenter
    desk.go("/record")
    desk.page.get_by_role("link", name="The public record of spring 2017").click()
    desk.page.wait_for_url("**inquiry=*")
    rows = {
        row.locator("th").inner_text(): row.locator(".gradecol .tag").inner_text()
        for row in desk.page.locator("table.matrix tbody tr").all()
    }
    assert {claim: rows[claim] for claim in GRADES_2017} == GRADES_2017
    expect(desk.page.locator("p.state")).to_contain_text("9 roots: 3 repeat others and do not count again")
    for survivor in ("Survivor A", "Survivor B"):
        expect(desk.page.locator("table.matrix thead")).to_contain_text(survivor)
    desk.page.locator("table.matrix tbody th a", has_text="30 to 40 men were held").click()
    desk.page.wait_for_url("**claim=*")
    expect(desk.page.locator(".whygrade")).to_contain_text("4 sources support it, but they are 1 root")
    desk.page.locator("a.claimed").click()
    desk.page.wait_for_url("**/record/claims/*")
    assert desk.text().count("repeats another source") == 3, "three outlets said what the helpers said"


def test_another_voice_raises_a_claim_and_a_copy_of_one_does_not(story: Story) -> None:
    desk = story.documenter
    desk.go(story["claim"])
    assert grade_of(desk) == "Reported"
    label = desk.page.locator(".voices li a").first.inner_text()
    desk.post(
        "/record/sources",
        label="Local paper",
        relation="press",
        derives_from=_source(desk, "derives_from", label),
    )
    desk.post("/supports", source=_source(desk, "source", "Local paper"), element="what", access="hearsay")
    expect(desk.page.locator(".voices")).to_contain_text("repeats another source")
    assert grade_of(desk) == "Reported", "a copy adds nothing"
    desk.post("/record/sources", label="Night watchman", relation="witness")
    desk.post("/supports", source=_source(desk, "source", "Night watchman"), element="what", access="witness")
    assert grade_of(desk) == "Reasonable grounds", "a second root, direct, and of another kind of access"
    desk.page.locator("a[href*='view=matrix']").first.click()
    desk.page.wait_for_url("**/record?*")
    expect(desk.page.locator("p.state")).to_contain_text(
        "Spring 2026. 3 statements, 2 roots: 1 repeats another"
    )


def _source(desk: Seat, field: str, label: str) -> str:
    option = desk.page.locator(f"select[name={field}] option", has_text=label).first
    return option.get_attribute("value") or ""

"""All ten places as each colleague sees them after the story: no barrier, nothing wider than its window, no complaint.

Each combination of width, colours and language once; console errors and refused policies of the whole story so far are
counted, and no page may have asked for anything beyond this computer.
"""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

import pytest
from tests.story.conftest import Story
from tests.support.browser import find_barriers, overflows
from tests.support.story import Seat

pytestmark = pytest.mark.browser

TEN = (
    "/",
    "/inbox",
    "/people",
    "/places",
    "/journeys",
    "/record",
    "/figures",
    "/appeals",
    "/release",
    "/safety",
)


@pytest.mark.parametrize(
    ("role", "language", "width", "scheme"),
    [
        ("coordinator", "ru", 1280, "light"),
        ("documenter", "en", 390, "light"),
        ("documenter", "ru", 390, "dark"),
        ("operator", "en", 1280, "dark"),
    ],
)
def test_the_ten_places_can_be_read_by_everyone(
    story: Story, role: str, language: str, width: int, scheme: Literal["light", "dark"]
) -> None:
    seat: Seat = getattr(story, role)
    seat.speak(language)
    seat.page.set_viewport_size({"width": width, "height": 844})
    seat.page.emulate_media(color_scheme=scheme)
    for place in (*TEN, f"/people/{story['case']}", story["claim"], story["release"], story["appeal"]):
        seat.go(place)
        assert seat.page.locator("html").get_attribute("lang") == language
        assert not overflows(seat.page), place
        assert find_barriers(seat.page) == [], place
    seat.page.set_viewport_size({"width": 1280, "height": 800})


def test_no_page_of_the_story_complained_or_asked_for_anything_elsewhere(story: Story) -> None:
    refused = (
        "the server responded with a status of 40"  # a refusal that a step provoked, told by the browser
    )
    assert [told for told in story.browsing.complaints if refused not in told] == []
    asked = [urlsplit(request.url) for request in story.browsing.requests]
    assert len(asked) > 100
    assert {one.hostname for one in asked if one.scheme not in {"data", "blob", "about"}} == {"127.0.0.1"}

"""What each audience may see, and how far it is blurred. Audience codes are those of consent."""

from __future__ import annotations

import enum

import msgspec

from leeward.base.say import say
from leeward.domain.errors import OutOfRange
from leeward.domain.findings.terms import Grade


class Dates(enum.StrEnum):
    """How exact a date may be."""

    DAY = "day"
    MONTH = "month"
    SEASON = "season"


class Places(enum.StrEnum):
    """How exact a place may be."""

    NAMED = "named"
    DISTRICT = "district"
    REGION = "region"


class View(msgspec.Struct, frozen=True, kw_only=True):
    """What one audience may see, before anybody's consent is asked; consent can only narrow it."""

    audience: str
    dates: Dates
    places: Places
    quotes: bool  # paragraphs in the teller's words; else only coded acts, in ours
    units: bool  # perpetrator units by name
    evidence: bool  # the list of evidence with digests
    least_grade: Grade  # claims under it are left out
    published: bool = False  # small numbers are held back
    occupation: bool = False  # the group only, never the occupation


VIEWS: dict[str, View] = {
    view.audience: view
    for view in (
        View(
            audience="court",
            dates=Dates.DAY,
            places=Places.NAMED,
            quotes=True,
            units=True,
            evidence=True,
            least_grade=Grade.ALLEGED,
            occupation=True,
        ),
        View(
            audience="lawyer",
            dates=Dates.DAY,
            places=Places.NAMED,
            quotes=True,
            units=True,
            evidence=True,
            least_grade=Grade.ALLEGED,
            occupation=True,
        ),
        View(
            audience="un",
            dates=Dates.DAY,
            places=Places.NAMED,
            quotes=True,
            units=True,
            evidence=True,
            least_grade=Grade.REPORTED,
            occupation=True,
        ),
        View(
            audience="un-government",
            dates=Dates.MONTH,
            places=Places.DISTRICT,
            quotes=False,
            units=True,
            evidence=False,
            least_grade=Grade.CORROBORATED,
        ),
        View(
            audience="un-public",
            dates=Dates.MONTH,
            places=Places.DISTRICT,
            quotes=False,
            units=True,
            evidence=False,
            least_grade=Grade.CORROBORATED,
            published=True,
        ),
        View(
            audience="national",
            dates=Dates.MONTH,
            places=Places.DISTRICT,
            quotes=False,
            units=True,
            evidence=False,
            least_grade=Grade.CORROBORATED,
        ),
        View(
            audience="embassy",
            dates=Dates.MONTH,
            places=Places.REGION,
            quotes=False,
            units=False,
            evidence=False,
            least_grade=Grade.REPORTED,
            occupation=True,
        ),
        View(
            audience="partner",
            dates=Dates.MONTH,
            places=Places.DISTRICT,
            quotes=False,
            units=True,
            evidence=False,
            least_grade=Grade.REPORTED,
        ),
        View(
            audience="donor",
            dates=Dates.SEASON,
            places=Places.REGION,
            quotes=False,
            units=False,
            evidence=False,
            least_grade=Grade.CORROBORATED,
            published=True,
        ),
        View(
            audience="press",
            dates=Dates.MONTH,
            places=Places.REGION,
            quotes=False,
            units=False,
            evidence=False,
            least_grade=Grade.CORROBORATED,
            published=True,
        ),
        View(
            audience="public",
            dates=Dates.SEASON,
            places=Places.REGION,
            quotes=False,
            units=False,
            evidence=False,
            least_grade=Grade.CORROBORATED,
            published=True,
        ),
        View(
            audience="research",
            dates=Dates.SEASON,
            places=Places.REGION,
            quotes=False,
            units=False,
            evidence=False,
            least_grade=Grade.REPORTED,
            published=True,
        ),
    )
}


def view_of(audience: str) -> View:
    """Return what an audience may see; OutOfRange if nothing is ever released to it."""
    if audience not in VIEWS:
        raise OutOfRange(
            say("Nothing is released to “{audience}”.", audience=audience[:40]),
            next_step=say("Choose an audience from the list."),
        )
    return VIEWS[audience]

"""Tabs of a case's page that other parts of the desk fill: "testimony" and "files".

A page module registers what it shows, once, when it is imported:

    from leeward.desk.pages.case_tabs import CaseTab, register

    register(CaseTab(key="testimony", word=say("Testimony"), template="record/case_testimony.html",
                     context=lambda session, case, query: {"accounts": ...}, count=lambda session, case: 2))

The template is included in the case's page: it sees `case`, what `context` returns (under `tab_data`), and all that
every template sees. Its forms post to addresses of its own and return to `/people/{case.id}?tab=testimony`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec
from starlette.routing import Route

from leeward.base.say import Message
from leeward.domain.cases.case import Case
from leeward.office.session import Session

routes: list[Route] = []  # it is found as a page module; its addresses are those of people.py

_TABS: dict[str, CaseTab] = {}


class CaseTab(msgspec.Struct, frozen=True):
    """One tab: its key in the address, its word, what it shows, and how many things are in it."""

    key: str
    word: Message
    template: str
    context: Callable[[Session, Case, Mapping[str, str]], Mapping[str, object]]
    count: Callable[[Session, Case], int] | None = None


def register(tab: CaseTab) -> None:
    """Add a tab; the last registration of a key is shown."""
    _TABS[tab.key] = tab


def registered(key: str) -> CaseTab | None:
    """Return the tab that was registered under a key."""
    return _TABS.get(key)

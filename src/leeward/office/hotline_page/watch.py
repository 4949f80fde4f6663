"""Every desk looks at the page as a stranger, at random times, and compares every byte with what it would serve itself.

1. A look is one person's visit: one language, what a browser loads with the page, and a few things a person does then.
   So one look compares a part; what was compared longest ago is taken first, and each address shows when it was.
2. What differs from the page of the newest card but is that of an earlier card of ours is old, not false: the relay is
   told the newest card again.
3. What fits the files of a version that a colleague's desk runs, and carries our own keys, is another version: this
   desk cannot compare its text, and says so. Everything else that differs is an alarm.
4. What does not answer is no alarm, and is shown.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import msgspec

from leeward.base.errors import LeewardError
from leeward.base.ids import derive_id
from leeward.base.ports import Chance
from leeward.domain.intake.page_watch import PageBuild
from leeward.front.card import check_card
from leeward.ledger.model import put
from leeward.office.cards import check_intake_card, signer_of
from leeward.office.errors import CardRefused
from leeward.office.hotline_page.alarms import note_difference
from leeward.office.hotline_page.compare import (
    NOTHING_THERE,
    Difference,
    difference,
    only_trouble,
)
from leeward.office.hotline_page.questionnaire import put_notice_again
from leeward.office.hotline_page.rendered import SUMS, Rendered, Served, loaded_by, render
from leeward.office.hotline_page.visit import Unreachable, Unreadable, Visit, browser_languages
from leeward.office.page_cards import is_ours
from leeward.office.relay import relay_address
from leeward.office.session import Session
from leeward.office.team import team_of

_STATE = "hotline.watch"
_ADDRESS = "hotline.address"
_OLD_CARDS = 5
_SAME_MS = 6 * 3_600_000

Open = Callable[[str], Visit]
"""Opens a visit in a language; the visit is closed by whoever opened it."""


class Looked(msgspec.Struct, frozen=True):
    """What is known about one address of the page: when it was last asked, and "same", "old", "build" or "differs"."""

    at: int = 0
    found: str = ""


class WatchState(msgspec.Struct, frozen=True):
    """How far this desk has compared the page. Moments are milliseconds; 0 is never or not."""

    at: int = 0  # the last visit that was answered
    away_since: int = 0
    why: str = ""  # AWAY
    pages: dict[str, Looked] = msgspec.field(default_factory=dict)


def state_of(session: Session) -> WatchState:
    """Return how far this desk has come."""
    raw: Any = session.vault.local_get(_STATE)
    return msgspec.convert(raw, WatchState) if raw else WatchState()


def page_address(session: Session) -> str:
    """Return where reporters find the page; "" if the relay has no address that a browser could open."""
    found = chosen_address(session) or relay_address(session.vault)[0]
    return found.rstrip("/") if found.startswith(("http://", "https://")) else ""


def chosen_address(session: Session) -> str:
    """Return the address that the member set; "" if it is the relay's own."""
    return str(session.vault.local_get(_ADDRESS) or "")


def set_page_address(session: Session, address: str) -> None:
    """Look at the page there from now on; "" is the relay's own address."""
    session.vault.local_put(_ADDRESS, address.strip())


def our_cards(session: Session) -> list[str]:
    """Return the team's card, then earlier ones; only those whose signature holds and whose device is on the roster.

    A desk that holds the hotline counts only those that are sealed to one of its keys and go to one of its boxes: what
    a device that was cut off wrote there before must not pass for an earlier card of ours.
    """
    team = team_of(session)
    if team is None:
        return []
    roster = session.vault.roster()
    cards: list[str] = []
    earlier = [one.value for one in reversed(session.vault.history(team.id)) if one.field == "card"]
    for text in [team.card, *earlier]:
        if not isinstance(text, str) or not text or text in cards:
            continue
        try:
            card = check_intake_card(text)
        except CardRefused:
            continue
        if signer_of(card) in roster and _can_be_served(text) and is_ours(session, card):
            cards.append(text)
    return cards[: _OLD_CARDS + 1]


@lru_cache(maxsize=32)
def _can_be_served(text: str) -> bool:
    """Tell whether a front would show this card: one that a colleague spoiled must not stop the looks."""
    try:
        check_card(json.loads(text))
    except (ValueError, LeewardError):
        return False
    return True


def our_page(session: Session) -> Rendered | None:
    """Return the page that this desk would serve; None if it knows no card."""
    cards = our_cards(session)
    return render(cards[0]) if cards else None


def look(session: Session, open_visit: Open, pause: Callable[[], None]) -> list[Difference]:
    """Pay one visit (1), note what was found, and return what differed in a way that is an alarm or another version."""
    cards = our_cards(session)
    if not cards:
        return []
    page = render(cards[0])
    language, first = _where_to_begin(session, page)
    going = _Going(language, scripts=_below(session.chance, 6) > 0, open=open_visit, pause=pause)
    return _visit(session, cards, going, [first, *_what_to_do(session, page, language)])


def look_at_everything(session: Session, open_visit: Open) -> list[Difference]:
    """Compare every address in every language now, one visit for each language; a server may notice that."""
    cards = our_cards(session)
    if not cards:
        return []
    page = render(cards[0])
    rest = [(url, _kind(url)) for url in [*page.files, SUMS] if not url.startswith("/?")]
    found: list[Difference] = []
    for number, language in enumerate(_languages(page)):
        asked = [("/", "document"), (f"/?lang={language}", "document"), *(rest if not number else [])]
        going = _Going(language, scripts=True, open=open_visit, pause=lambda: None)
        found += _visit(session, cards, going, asked)
    return found


def note_build(session: Session) -> None:
    """Tell the team which files this desk's version would serve, once for each version."""
    page = our_page(session)
    if page is None:
        return
    build_id = _build_id(session, page)
    if session.get(PageBuild, build_id) is None:
        session.save_new(
            session.compartment_of("team"),
            PageBuild(
                id=build_id, device=session.vault.device.id, version=our_version(), files=dict(page.assets)
            ),
        )


def our_version() -> str:
    """Return this installation's version."""
    try:
        return version("leeward")
    except PackageNotFoundError:
        return ""


def other_builds(session: Session) -> list[PageBuild]:
    """Return the versions that colleagues' desks run and this one does not, the newest first."""
    page = our_page(session)
    ours = page.assets if page is not None else {}
    return [one for one in session.find(PageBuild) if one.files != ours]


# one visit


class _Going(msgspec.Struct, frozen=True):
    """How one visitor goes about it."""

    language: str
    scripts: bool  # or in the browser's strictest level
    open: Open
    pause: Callable[[], None]


def _visit(
    session: Session, cards: Sequence[str], going: _Going, asked: Sequence[tuple[str, str]]
) -> list[Difference]:
    judge = _Judge(session, cards, browser_languages(going.language))
    why = ""
    try:
        with going.open(going.language) as visit:
            _go_round(visit, judge, going, asked)
    except Unreachable as error:
        why = str(error)
    _note_state(session, judge.looked, why)
    return _raise_alarms(session, judge)


def _go_round(visit: Visit, judge: _Judge, going: _Going, asked: Sequence[tuple[str, str]]) -> None:
    todo = list(asked)
    done: set[str] = set()
    while todo:
        url, kind = todo.pop(0)
        if url in done:
            continue
        done.add(url)
        try:
            got = visit.get(url, kind)
        except Unreadable as error:
            got = Served(200, {"content-encoding": str(error)}, b"")
        trouble = only_trouble(got)
        if (got.status, got.body, url) == (404, NOTHING_THERE, "/"):
            trouble = "no-page"
        if trouble:
            raise Unreachable(trouble)
        judge.take(url, got)
        if kind == "document":
            todo = [(one, _kind(one)) for one in loaded_by(got.body, scripts=going.scripts)[:20]] + todo
        if not todo or todo[0][1] in {"document", "empty"}:
            going.pause()


class _Judge:
    """Compares the answers of one visit."""

    def __init__(self, session: Session, cards: Sequence[str], languages: str) -> None:
        self._cards = cards
        self._languages = languages
        self._builds = other_builds(session)
        self._our = check_intake_card(cards[0])
        self.looked: dict[str, str] = {}
        self.found: list[Difference] = []
        self.build: PageBuild | None = None
        self.version: Difference | None = None

    def take(self, url: str, got: Served) -> None:
        """Compare one answer."""
        languages = self._languages if url == "/" else ""
        key = f"{url} {self._languages}" if url == "/" else url
        page = render(self._cards[0])
        expected = page.answer(url, languages)
        differs = difference(url, expected, got)
        if differs is None:
            self.looked[key] = "same"
        elif any(difference(url, render(old).answer(url, languages), got) is None for old in self._cards[1:]):
            self.looked[key] = "old"  # 2
        elif self._is_other_build(url, got):
            self.looked[key] = "build"  # 3
            self.version = self.version or _of_version(differs, self.build)
        else:
            self.looked[key] = "differs"
            self.found.append(differs)

    def _is_other_build(self, url: str, got: Served) -> bool:
        digest = hashlib.sha256(got.body).hexdigest()
        if self.build is not None and url in self.build.files:
            return self.build.files[url] == digest
        if url.startswith("/a/"):
            return self.build is not None and (got.status, got.body) == (404, NOTHING_THERE)
        if url == SUMS:
            return self.build is not None
        loaded = loaded_by(got.body)
        if got.status != 200 or not loaded:
            return False
        if url.startswith("/?") or url == "/":
            ours = (str(self._our[name]).encode() for name in ("recipient", "box", "write"))
            if not all(one in got.body for one in ours):
                return False  # it would be sealed to somebody else
        self.build = next((one for one in self._builds if all(part in one.files for part in loaded)), None)
        return self.build is not None


def _of_version(differs: Difference, build: PageBuild | None) -> Difference:
    """Return one difference for all that another version changes."""
    files = sorted(build.files.values()) if build is not None else []
    return Difference(
        what="build",
        url="/",
        detail=build.version if build is not None else "",
        at_byte=0,
        expected="",
        found=hashlib.sha256("".join(files).encode()).hexdigest(),
        body=differs.body,
    )


def _raise_alarms(session: Session, judge: _Judge) -> list[Difference]:
    if "old" in judge.looked.values():
        put_notice_again(session)
    found = [*judge.found, *([judge.version] if judge.version is not None else [])]
    for one in found:
        note_difference(session, one)
    same = judge.looked and set(judge.looked.values()) == {"same"}
    page = our_page(session)
    if same and page is not None:
        build = session.get(PageBuild, _build_id(session, page))
        if build is not None and build.same_at < session.now() - _SAME_MS:
            session.commit(build.compartment, put("page_build", build.id, same_at=session.now()))
    return found


def _note_state(session: Session, looked: dict[str, str], why: str) -> None:
    before, now = state_of(session), session.now()
    pages = {**before.pages, **{url: Looked(now, found) for url, found in looked.items()}}
    page = our_page(session)
    if page is not None:  # what is no part of the page any more is not shown
        pages = {
            url: one for url, one in pages.items() if url in page.files or url == SUMS or url.startswith("/ ")
        }
    state = WatchState(
        at=now if looked else before.at,
        away_since=(before.away_since or now) if why else 0,
        why=why,
        pages=pages,
    )
    session.vault.local_put(_STATE, msgspec.to_builtins(state))


# what a person would do


def _languages(page: Rendered) -> list[str]:
    return [url.removeprefix("/?lang=") for url in page.files if url.startswith("/?lang=")]


def _where_to_begin(session: Session, page: Rendered) -> tuple[str, tuple[str, str]]:
    """Return a language and the first address: one of the two that were compared longest ago."""
    pages = state_of(session).pages
    begins = [(language, url) for language in _languages(page) for url in ("/", f"/?lang={language}")]

    def age(one: tuple[str, str]) -> int:
        language, url = one
        key = f"/ {browser_languages(language)}" if url == "/" else url
        return pages.get(key, Looked()).at

    oldest = sorted(begins, key=age)[:3]
    language, url = oldest[_below(session.chance, len(oldest))]
    return language, (url, "document")


def _what_to_do(session: Session, page: Rendered, language: str) -> list[tuple[str, str]]:
    """Return up to four further addresses of the kinds that people ask for, what was compared longest ago first."""
    pages = state_of(session).pages
    loaded = set(loaded_by(page.answer(f"/?lang={language}").body))
    others = [
        url
        for url in [*page.files, SUMS]
        if not url.startswith("/?")
        and url not in loaded
        and ("?lang=" not in url or url.endswith(f"={language}"))
    ]
    others.sort(key=lambda url: (pages.get(url, Looked()).at, session.chance.draw(4)))
    return [(url, _kind(url)) for url in others[: _below(session.chance, 5)]]


def _kind(url: str) -> str:
    if url.endswith(".css"):
        return "style"
    if url.endswith(".js"):
        return "script"
    return "empty" if url.startswith("/a/") else "document"


def _below(chance: Chance, most: int) -> int:
    return int.from_bytes(chance.draw(8)) % most


def _build_id(session: Session, page: Rendered) -> str:
    return derive_id("page-build", session.vault.device.id, *sorted(page.assets.values()))


__all__ = [
    "Looked",
    "Open",
    "WatchState",
    "chosen_address",
    "look",
    "look_at_everything",
    "note_build",
    "other_builds",
    "our_cards",
    "our_page",
    "our_version",
    "page_address",
    "set_page_address",
    "state_of",
]

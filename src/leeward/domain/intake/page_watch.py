"""What the team remembers of its public page: differences that a desk met, who runs which build, the offline form."""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec

from leeward.domain.typed import Coded, Note, Typed
from leeward.domain.vocabulary import Term, Vocabulary

DIFFERENCE = Vocabulary(
    "page-difference",
    Term("text", "other text", "другой текст", "The page's own text is not the one that we would serve."),
    Term("file", "another file", "другой файл", "A script, a style or a list of words is not ours."),
    Term(
        "headers",
        "other rules",
        "другие правила",
        "What the server tells the browser beside the page is not ours.",
    ),
    Term(
        "missing",
        "something is missing",
        "чего-то не хватает",
        "An address gives nothing, or leads away.",
    ),
    Term(
        "build",
        "another version",
        "другая версия",
        "It fits a version of Leeward that a colleague's desk runs.",
    ),
)

AWAY = Vocabulary(
    "page-away",
    Term("connection", "no connection", "нет связи"),
    Term("late", "no answer in time", "нет ответа вовремя"),
    Term("proxy", "the proxy has no way to it", "прокси не находит пути"),
    Term("broken", "the connection broke off", "связь оборвалась"),
    Term("trouble", "the server is in trouble", "у сервера неполадки"),
    Term("no-page", "the relay serves no page", "сервер не показывает страницу"),
)


class PageAlarm(Typed, frozen=True, kw_only=True):
    """One way in which the page differed. The id is derived from what was found: two desks that met the same agree."""

    kind: ClassVar[str] = "page_alarm"
    what: Annotated[str, Coded("page-difference")] = ""
    url: str = ""  # such as /?lang=ru
    detail: str = ""  # which header, which status; plain ASCII
    at_byte: int = 0  # where the first difference is
    expected: str = ""  # SHA-256 of our bytes
    found: str = ""  # SHA-256 of theirs
    bytes_found: bytes = b""  # theirs, at most FOUND_MOST
    seen: tuple[Note, ...] = ()  # each time a desk met it, at most once an hour and desk
    settled_at: int = 0  # milliseconds: somebody says that it is over
    settled_by: str = ""
    remarks: tuple[Note, ...] = ()


FOUND_MOST = 256 * 1024


class PageBuild(Typed, frozen=True, kw_only=True):
    """Which files of the page one device would serve. The id is derived from device and files."""

    kind: ClassVar[str] = "page_build"
    device: str = ""
    version: str = ""
    files: dict[str, str] = msgspec.field(default_factory=dict)  # address to SHA-256
    same_at: int = 0  # milliseconds: this device last found the page to be its own, byte by byte


class OfflineForm(Typed, frozen=True, kw_only=True):
    """The offline form as one device signed it: the same card and build give the same bytes at every desk."""

    kind: ClassVar[str] = "offline_form"
    sha256: str = ""  # of the part that is signed
    verify_key: bytes = b""
    signature: bytes = b""
    number: int = 0  # of the questionnaire's version in it


def open_alarm(alarm: PageAlarm) -> bool:
    """Tell whether nobody has settled it since it was last met."""
    return last_seen(alarm) > alarm.settled_at


def last_seen(alarm: PageAlarm) -> int:
    """Return when a desk last met it."""
    return max((note.at for note in alarm.seen), default=alarm.created_at)

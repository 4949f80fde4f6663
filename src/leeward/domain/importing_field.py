"""One field of an import, and the few that several targets have."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from leeward.domain.vocabulary import Vocabulary


class Field(msgspec.Struct, frozen=True):
    """One thing that a column can be.

    `how` says how its cells are read (importing.READERS); `headers` are further words, divided by |, that its column
    is called by. `closed`: it goes into a circle that is opened with a reason only.
    """

    code: str
    en: str
    ru: str
    how: str
    headers: str = ""
    vocabulary: Vocabulary | None = None
    also: Mapping[str, str] = {}
    closed: bool = False
    needed: bool = False
    least: int = 0
    most: int = 0

    def label(self, language: str) -> str:
        """Return what it is called."""
        return self.ru if language == "ru" else self.en


KEY = Field(
    "key", "Number or code in your sheet", "Номер или код в вашей таблице", "key",
    "id|no|nr|№|n|номер|код|code|number|case|case no|case number|дело|номер дела|ид|#",
)  # fmt: skip
ROW = Field(
    "key",
    "Number of the row in your sheet",
    "Номер строки в вашей таблице",
    "key",
    "id|no|nr|№|n|#|ид|number|номер",
)
PERSON = Field(
    "person", "Whose it is: number, code or pseudonym", "Чьё это: номер, код или псевдоним", "person",
    "person|who|for|case|case no|case number|code|client|человек|кто|для кого|дело|номер дела|код|клиент|псевдоним|"
    "pseudonym",
    needed=True,
)  # fmt: skip

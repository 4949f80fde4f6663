"""What one day of the week leaves for the next, and who lives it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.support.browser import Browsing
from tests.week.seat import Seat
from tests.week.stage import MONDAY, Stage


class Life:
    """Mila, the operator, and Timur, the coordinator. A day that needs another says so by failing on its name."""

    def __init__(
        self,
        stage: Stage,
        browsing: Browsing,
        *,
        coordinator: tuple[int, int],
        operator: tuple[int, int],
        changes: bool = True,
    ) -> None:
        self.stage, self.browsing = stage, browsing
        self.timur = Seat(browsing, stage.desks["coordinator"], coordinator, careful=not changes)
        self.mila = Seat(browsing, stage.desks["operator"], operator, careful=not changes)
        self._changes = changes
        self._kept: dict[str, Any] = {}

    def keep(self, **what: Any) -> None:
        """Leave something for later days."""
        self._kept.update(what)

    def __getitem__(self, name: str) -> Any:
        assert name in self._kept, f"an earlier day of the week, which makes “{name}”, did not pass"
        return self._kept[name]

    def change_places(self) -> None:
        """Let each go on at the other's width."""
        if self._changes:
            wide, narrow = self.timur.size, self.mila.size
            self.timur.sit(narrow)
            self.mila.sit(wide)

    def comes(self, days: int, hour: int, minute: int = 0, *, keep: str = "") -> None:
        """Let it become so many days after Monday, at this time; only whoever `keep` is the case of stays silent."""
        self.stage.night_falls(at(days, hour, minute), keep)


def at(days: int, hour: int, minute: int = 0) -> dt.datetime:
    """Return a moment of the week, as its people read their clocks."""
    return MONDAY.replace(hour=hour, minute=minute) + dt.timedelta(days=days)


def field(moment: dt.datetime) -> str:
    """Return a moment as a field for day and time takes it."""
    return moment.strftime("%Y-%m-%dT%H:%M")

"""Days as the planner counts them: whole numbers from the first, and back."""

from __future__ import annotations

import datetime as dt


class Calendar:
    """Days as numbers."""

    def __init__(self, first_day: str, nights: int) -> None:
        self.first = dt.date.fromisoformat(first_day)
        self.nights = nights
        self.days = [(self.first + dt.timedelta(days=number)).isoformat() for number in range(nights)]

    def day(self, number: int) -> str:
        """Return the ISO day of a number, also beyond the horizon."""
        return (self.first + dt.timedelta(days=number)).isoformat()

    def since(self, day: str) -> int | None:
        """Return how many days after the first, below zero for before; None for no day."""
        try:
            return (dt.date.fromisoformat(day) - self.first).days
        except ValueError:
            return None

    def number(self, day: str) -> int | None:
        """Return the day's number if it lies within the horizon."""
        since = self.since(day)
        return since if since is not None and 0 <= since < self.nights else None

    def of(self, moment: int) -> int | None:
        """Return the number of a moment's day on this computer's wall; None for no moment."""
        if not moment:
            return None
        local = dt.datetime.fromtimestamp(moment / 1000, tz=dt.UTC).astimezone()
        return (local.date() - self.first).days

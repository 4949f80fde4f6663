"""Firefox on the devices of people who write to one hotline, and whatever these devices keep of it."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.support.firefox import ONION, Firefox, Preferences, run_firefox
from tests.support.hotline import CHANCE, Hotline
from tests.support.marks import Marks, Search, files_below, in_files, spellings


class Street:
    """Devices of people who visit one hotline; each has a folder in which everything it leaves can be found."""

    def __init__(self, hotline: Hotline, folder: Path, stack: ExitStack) -> None:
        self.hotline = hotline
        self.folder = folder
        self.marks = Marks()
        self.words: list[str] = []
        self._stack = stack
        self._devices: list[Firefox] = []

    def device(self, preferences: Preferences) -> Firefox:
        """Return a new one, never used before."""
        folder = self.folder / f"device-{len(self._devices)}"
        firefox = self._stack.enter_context(run_firefox(folder, self.hotline.url, preferences))
        self._devices.append(firefox)
        return firefox

    def file(self, size: int) -> Path:
        """Return a file outside of all devices, with marks in its name and content."""
        path = self.folder / "stick" / f"{self.marks.new('name')}.bin"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(self.marks.new("inside").encode() + CHANCE.draw(size))
        return path

    def left_behind(self) -> list[tuple[str, bytes]]:
        """Return where any device wrote down a mark, or two of the words that it showed."""
        pairs = [between.join(self.words[:2]) for between in (" ", "\n") if self.words]
        coded = {pair.encode(coding) for pair in pairs for coding in ("utf-8", "utf-16-le")}
        wanted = Search(frozenset(spellings(self.marks.prefix) | coded))
        return in_files(files_below(*self.folder.glob("device-*")), wanted)

    def end(self) -> None:
        """Close every device and see that none asked anybody else, complained, or kept anything."""
        self._stack.close()
        asked = {name for one in self._devices for name, _ in one.asked}
        assert asked == {ONION}
        for said in self.folder.glob("device-*/said.txt"):
            assert "JavaScript error: http" not in said.read_text("utf-8", "replace")
        assert self.left_behind() == []


def ways_of(report: dict[str, Any]) -> dict[bool, dict[str, Any]]:
    """Return a first report's ways back: the true one, and (under True) the alarm's."""
    return {way["alarm"]: way for way in report["ways"]}

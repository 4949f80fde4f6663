"""A stick burns the vault only if it is removable, newly attached, and carries exactly the file that was made."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from leeward.desk.sticks import Roots, StickWatch, can_watch, carries, removable
from leeward.office import computer
from leeward.office.session import Session

if TYPE_CHECKING:
    from tests.desk.conftest import Browser, Served

HERE = "/safety/computer"


class System:
    """A computer with an inner disk, as /proc and /sys tell of it, to which things are attached."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.roots = Roots(folder / "mountinfo", folder / "sys")
        (folder / "sys" / "dev" / "block").mkdir(parents=True)
        self._mounts: dict[str, str] = {}
        self.device("8:2", "pci0000:00/ata1/host0/block/sda/sda2", disk_says="0")
        self.attach("8:2", folder / "inner")

    def device(self, number: str, place: str, *, disk_says: str = "", over: str = "") -> None:
        path = self.folder / "sys" / "devices" / place
        path.mkdir(parents=True, exist_ok=True)
        if disk_says:
            (path.parent / "removable").write_text(disk_says + "\n")
        if over:
            (path / "slaves").mkdir()
            (path / "slaves" / "below").symlink_to(self.folder / "sys" / "devices" / over)
        (self.folder / "sys" / "dev" / "block" / number).symlink_to(path)

    def attach(self, number: str, top: Path, root: str = "/") -> Path:
        top.mkdir(exist_ok=True)
        name = str(top).replace(" ", "\\040")
        self._mounts[number] = f"90 27 {number} {root} {name} rw,nosuid shared:1 - vfat /dev/sdb1 rw"
        self._write()
        return top

    def pull(self, number: str) -> None:
        del self._mounts[number]
        self._write()

    def _write(self) -> None:
        self.roots.mountinfo.write_text("\n".join(["", "broken", "1 2 x / /a b", *self._mounts.values(), ""]))


@pytest.fixture
def system(tmp_path: Path) -> System:
    (tmp_path / "system").mkdir()
    made = System(tmp_path / "system")
    made.device("8:17", "pci0000:00/usb2/2-1/host6/block/sdb/sdb1")
    return made


def armed(session: Session, top: Path, name: str = "notes.dat") -> None:
    (top / name).write_bytes(computer.make_stick(session, name))


def burnt(session: Session) -> bool:
    return not list(session.vault.folder.glob("slots*"))


def test_attaching_it_burns_the_vault_and_locks_the_desk(
    session: Session, server: Served, system: System, tmp_path: Path
) -> None:
    top = tmp_path / "the stick"
    top.mkdir()
    armed(session, top)
    watch = StickWatch(server.desk.state, system.roots)
    assert not watch.look()
    system.attach("8:17", top)
    assert watch.look()
    assert burnt(session)
    assert server.locked.wait(5)


def test_preparing_a_stick_that_is_in_burns_nothing_until_it_comes_back(
    session: Session, server: Served, system: System, tmp_path: Path
) -> None:
    top = system.attach("8:17", tmp_path / "stick")
    watch = StickWatch(server.desk.state, system.roots)
    armed(session, top)
    assert not watch.look()
    system.roots.mountinfo.rename(tmp_path / "hidden")  # the system falls silent for a moment
    assert not watch.look()
    (tmp_path / "hidden").rename(system.roots.mountinfo)
    assert not watch.look()
    assert not burnt(session)
    system.pull("8:17")
    assert not watch.look()
    system.attach("8:17", top)
    assert watch.look()
    assert burnt(session)


@pytest.mark.parametrize(
    ("place", "says", "is_one"),
    [
        ("pci0000:00/usb2/2-1/host6/block/sdc/sdc1", "0", True),
        ("pci0000:00/mmc_host/mmc0/block/mmcblk0/mmcblk0p1", "1", True),
        ("pci0000:00/ata2/host1/block/sdc/sdc1", "0", False),
        ("pci0000:00/nvme/nvme1n1/nvme1n1p1", "nonsense", False),
        ("virtual/usb-like/loop0/loop0p1", "0", False),
    ],
)
def test_only_removable_media_count(
    system: System, tmp_path: Path, place: str, says: str, *, is_one: bool
) -> None:
    system.device("8:33", place, disk_says=says)
    top = system.attach("8:33", tmp_path / "medium")
    assert removable(system.roots) == ({"8:33": top} if is_one else {})


def test_an_encrypted_stick_counts_and_a_folder_of_one_does_not(system: System, tmp_path: Path) -> None:
    system.device("253:7", "virtual/block/dm-7", over="pci0000:00/usb2/2-1/host6/block/sdb/sdb1")
    system.device("253:8", "virtual/block/dm-8", over="pci0000:00/ata1/host0/block/sda/sda2")
    top = system.attach("253:7", tmp_path / "opened stick")
    system.attach("253:8", tmp_path / "home")
    assert removable(system.roots) == {"253:7": top}
    system.attach("253:7", top, root="/folder")
    assert removable(system.roots) == {}


def test_layers_that_lead_in_a_circle_end(system: System, tmp_path: Path) -> None:
    system.device("253:9", "virtual/block/dm-9", over="virtual/block/dm-9")
    system.attach("253:9", tmp_path / "circle")
    assert removable(system.roots) == {}


def test_only_the_very_file_counts(session: Session, tmp_path: Path) -> None:
    content = computer.make_stick(session, "notes.dat")
    stick = computer.stick_of(session)
    assert stick is not None
    file = tmp_path / "notes.dat"
    assert not carries(tmp_path, stick)
    file.write_bytes(content)
    assert carries(tmp_path, stick)
    for other in (content + b"\n", content[:-1], bytes(32), b""):
        file.write_bytes(other)
        assert not carries(tmp_path, stick)
    file.write_bytes(content)
    file.rename(tmp_path / "other.dat")
    assert not carries(tmp_path, stick)
    file.symlink_to(tmp_path / "other.dat")
    assert not carries(tmp_path, stick), "a link may lead anywhere"
    file.unlink()
    os.mkfifo(file)
    assert not carries(tmp_path, stick), "and a pipe may keep us waiting"
    file.unlink()
    file.mkdir()
    assert not carries(tmp_path, stick)


def test_an_earlier_or_a_forgotten_file_has_no_effect(
    session: Session, server: Served, system: System, tmp_path: Path
) -> None:
    top = tmp_path / "stick"
    top.mkdir()
    armed(session, top)
    watch = StickWatch(server.desk.state, system.roots)
    computer.make_stick(session, "notes.dat")
    system.attach("8:17", top)
    assert not watch.look()
    system.pull("8:17")
    armed(session, top)
    computer.forget_stick(session)
    assert not watch.look()
    system.attach("8:17", top)
    assert not watch.look()
    assert not burnt(session)


@pytest.mark.parametrize(
    "name", ["", "a/b", "../x", ".hidden", "a\\b", "a:b", "x" * 61, "dot.", "a*", "a\nb"]
)
def test_names_that_not_every_stick_takes_are_refused(session: Session, name: str) -> None:
    with pytest.raises(computer.StickRefused):
        computer.make_stick(session, name)
    assert computer.stick_of(session) is None


@pytest.mark.skipif(not can_watch(), reason="this system does not say what is removable")
def test_the_page_gives_the_file_once_and_keeps_only_its_hash(browser: Browser, session: Session) -> None:
    refused = browser.post(f"{HERE}/stick", {"name": "../x"})
    assert refused.status_code == 409
    answer = browser.post(f"{HERE}/stick", {"name": "заметки.dat"})
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%D0%B7")
    assert len(answer.content) == 32
    stick = computer.stick_of(session)
    assert stick is not None
    assert stick.sha256 not in answer.content
    page = browser.get(HERE).text
    assert "заметки.dat" in page
    assert "armed" in page
    assert "No stick burns this vault any more." in browser.post(f"{HERE}/stick/forget").text
    assert computer.stick_of(session) is None

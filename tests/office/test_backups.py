"""Backups by themselves: when due, read again, only so many kept, and trouble told until it is over."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.recovery import agree, key_of
from tests.support.relay_simulator import RelaySimulator
from tests.support.s3 import KEY, SECRET, S3Server, running_s3
from tests.support.teams import Desk, StillClock, closing, found

from leeward.base.ports import SystemChance, SystemClock
from leeward.domain.cases.case import Case
from leeward.office import backups, backups_place
from leeward.office.backups import Settings, back_up, is_due, needs_now, set_up, state
from leeward.office.backups_place import BackupRefused
from leeward.office.backups_s3 import Bucket
from leeward.office.casework_open import open_case
from leeward.office.erasing import ask
from leeward.office.recovery_export import compare, trial

HOUR = 3600 * 1000


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with running_s3(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture
def clock() -> StillClock:
    return StillClock(int(dt.datetime(2026, 4, 7, 18, 17, tzinfo=dt.UTC).timestamp() * 1000))


@pytest.fixture
def anna(tmp_path: Path, clock: StillClock) -> Iterator[Desk]:
    desk = found(tmp_path / "anna", RelaySimulator().door(), clock=clock)
    with closing(desk):
        agree(desk, needed=1)
        yield desk


@pytest.fixture
def there(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


def test_a_backup_is_made_when_due_and_brings_everything_back(
    anna: Desk, there: Path, clock: StillClock
) -> None:
    assert not is_due(anna.session)
    set_up(anna.session, Settings(str(there), hours=24))
    assert is_due(anna.session)
    made = back_up(anna.session)
    assert (made.failed, made.name) == ("", "leeward-20260407-181700")
    assert made.records > 4
    assert made.size > 10_000
    assert not is_due(anna.session)
    with trial(there / made.name, [key_of(anna)], clock=SystemClock(), chance=SystemChance()) as other:
        assert compare(anna.session, other).same
    clock.now += 24 * HOUR
    assert is_due(anna.session)


def test_only_so_many_are_kept_and_nothing_else_is_touched(
    anna: Desk, there: Path, clock: StillClock
) -> None:
    (there / "holiday").mkdir()
    (there / "leeward-20200101-000000").mkdir()  # of ours by name, without a manifest: broken off
    set_up(anna.session, Settings(str(there), hours=1, keep=2))
    names = []
    for _ in range(4):
        names.append(back_up(anna.session).name)
        clock.now += HOUR
    left = sorted(one.name for one in there.iterdir())
    assert left == sorted(["holiday", "leeward-20200101-000000", *names[-2:]])


def test_after_somebody_was_erased_a_backup_is_due_and_those_that_hold_them_go(
    anna: Desk, there: Path, clock: StillClock
) -> None:
    case = open_case(anna.session, "", pseudonym="Heron", coordinator_id=anna.session.member_id).case_id
    (there / "leeward-20200101-000000").mkdir()  # broken off, nobody's
    set_up(anna.session, Settings(str(there), hours=24, keep=7))
    for _ in range(2):
        clock.now += 24 * HOUR
        old = back_up(anna.session).name
    with trial(there / old, [key_of(anna)], clock=SystemClock(), chance=SystemChance()) as other:
        assert other.get(Case, case) is not None
    clock.now += HOUR
    assert not is_due(anna.session)
    ask(anna.session, case_id=case, why="asked", typed="erase")
    for _ in range(3):
        anna.sync()
    assert anna.session.get(Case, case) is None
    clock.now += 2000
    assert is_due(anna.session)
    new = back_up(anna.session).name
    assert sorted(one.name for one in there.iterdir()) == ["leeward-20200101-000000", new]
    with trial(there / new, [key_of(anna)], clock=SystemClock(), chance=SystemChance()) as other:
        assert other.get(Case, case) is None
    assert not is_due(anna.session)
    clock.now += 24 * HOUR
    back_up(anna.session)
    assert new in {one.name for one in there.iterdir()}


def test_a_stick_that_is_out_is_told_on_today_until_it_worked(
    anna: Desk, there: Path, clock: StillClock, tmp_path: Path
) -> None:
    out = tmp_path / "not there"
    set_up(anna.session, Settings(str(out), hours=6))
    assert back_up(anna.session).failed == "place"
    assert not out.exists()
    assert not is_due(anna.session)
    clock.now += HOUR
    assert is_due(anna.session)
    since = state(anna.session).failing_since
    assert back_up(anna.session).failing_since == since
    assert [need.since for need in needs_now(anna.session)] == [since]
    out.mkdir()
    assert back_up(anna.session).failed == ""
    assert needs_now(anna.session) == []


def test_without_people_who_could_open_it_no_backup_is_made(tmp_path: Path, there: Path) -> None:
    desk = found(tmp_path / "anna", RelaySimulator().door())
    with closing(desk):
        set_up(desk.session, Settings(str(there)))
        assert back_up(desk.session).failed == "circle"
        assert list(there.iterdir()) == []


def test_one_that_cannot_be_read_again_does_not_count(
    anna: Desk, there: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(anna.session, Settings(str(there), keep=1))
    first = back_up(anna.session).name
    monkeypatch.setattr(backups_place, "damage_of", lambda _folder: ["records.age"])
    assert back_up(anna.session).failed == "damaged"
    assert [one.name for one in there.iterdir()] == [first]


@pytest.mark.parametrize(
    "wanted",
    [
        Settings(""),
        Settings("relative/folder"),
        Settings("s3://bucket", key="k"),
        Settings("s3://bucket?endpoint=http://x", key="k", secret="s"),
        Settings("s3://bucket?oops=1", key="k", secret="s"),
        Settings("/x", hours=0),
        Settings("/x", keep=0),
    ],
)
def test_settings_that_cannot_be_are_refused(anna: Desk, wanted: Settings) -> None:
    with pytest.raises(BackupRefused):
        set_up(anna.session, wanted)
    assert backups.settings(anna.session) is None


def test_in_a_store_it_is_whole_read_again_and_only_so_many(
    anna: Desk, s3: S3Server, clock: StillClock, tmp_path: Path
) -> None:
    url = f"s3://pieces/backups?endpoint=http://127.0.0.1:{s3.port}&http=yes"
    set_up(anna.session, Settings(url, keep=1, key=KEY, secret=SECRET))
    assert back_up(anna.session).failed == ""
    clock.now += 24 * HOUR
    made = back_up(anna.session)
    assert made.failed == ""
    bucket = Bucket(url, KEY, SECRET)
    assert bucket.names() == [made.name]
    copy = tmp_path / "copy"
    for name, file in bucket._objects():
        path = copy / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(backups_get(bucket, f"{name}/{file}")))
    with trial(copy, [key_of(anna)], clock=SystemClock(), chance=SystemChance()) as other:
        assert compare(anna.session, other).same
    assert SECRET not in json.dumps(anna.vault.local_get("backups.state"))


def backups_get(bucket: Bucket, path: str) -> bytes:
    import obstore  # noqa: PLC0415

    return bytes(obstore.get(bucket._store, path).bytes())


def test_a_store_that_is_away_is_trouble_of_the_place(anna: Desk) -> None:
    url = "s3://pieces/backups?endpoint=http://127.0.0.1:9&http=yes"
    set_up(anna.session, Settings(url, key=KEY, secret=SECRET))
    assert back_up(anna.session).failed == "place"

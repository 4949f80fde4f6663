"""What lies beside the pages: counts, exports, the vault's folder and its every row, notifications, and time."""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.needtoknow.crawl import Hands, at_desk, never
from tests.needtoknow.test_pages import EVERY_ROLE
from tests.needtoknow.world import World
from tests.support.marks import files_below, in_files, search_for
from tests.support.teams import Desk

from leeward.desk.live import Bell
from leeward.domain.cases.case import Case, Identity
from leeward.domain.relocation.places import PlaceAddress
from leeward.office import casework, figures, openings, record_views, safety, today
from leeward.office.export import export
from leeward.office.release_material import secrets_of
from leeward.seal.envelope import decrypt, open_sealed
from leeward.seal.keys import Identity as Key
from leeward.seal.keys import Passphrase
from leeward.seal.kinds import Kind


def _kinds(world: World) -> set[str]:
    return {kind for desk in world.desks.values() for kind in desk.vault.kinds()}


@pytest.mark.parametrize("role", EVERY_ROLE)
def test_counts_and_lists_are_of_held_circles_alone(world: World, role: str) -> None:
    desk = world.desks[role]
    held = {one.id for one in desk.vault.compartments()}
    for kind in _kinds(world):
        assert {record.compartment for record in desk.vault.find(kind)} <= held
        assert desk.vault.count(kind) == len(desk.vault.find(kind))
    for one in world.sealed_ids(desk):
        assert desk.vault.get(one) is None
        assert desk.vault.history(one) == []
        for field in ("case_id", "of_id", "place_id", "contact_id", "about_id"):
            assert all(desk.vault.count(kind, refs={field: one}) == 0 for kind in ("task", "opening", "leg"))
    told = str(
        (
            today.gather(desk.session),
            figures.figures(desk.session, record_views.look(desk.session)),
            safety.gather(desk.session),
            secrets_of(desk.session),
        )
    )
    assert [word for word in world.sealed_to(desk) if word in told] == []


@pytest.mark.parametrize("role", ["volunteer", "partner", "safety", "documenter"])
def test_an_export_holds_nothing_of_it_and_names_no_file_after_it(
    world: World, role: str, tmp_path: Path
) -> None:
    desk = world.desks[role]
    folder = tmp_path / "export"
    export(desk.session, folder, "words for this", work_factor=2)
    key = Passphrase("words for this", 2)
    secrets = json.loads(open_sealed(Kind.SECRETS, (folder / "secrets.age").read_bytes(), key))
    keys = [Key.from_string(text) for circle in secrets["compartments"] for _, text in circle["identities"]]
    keys.append(Key.from_string(secrets["records_identity"]))
    plain = [(folder / "records.age").name.encode(), decrypt((folder / "records.age").read_bytes(), keys)]
    plain += [
        decrypt(one.read_bytes(), keys) for one in folder.rglob("*.age") if one.parent.name != folder.name
    ]
    plain += [path.name.encode() for path in folder.rglob("*")]
    everything = b"\n".join(plain)
    assert search_for(*world.open_to(desk)[:1]).hits(everything)
    assert search_for(*world.sealed_to(desk)).hits(everything) == []
    sealed_circles = set(world.words.values()) - {one.id for one in desk.vault.compartments()}
    assert not [one for one in sealed_circles if (folder / "segments" / one).exists()]


@pytest.mark.parametrize("role", EVERY_ROLE)
def test_no_row_of_the_vault_and_no_name_in_its_folder_holds_it(world: World, role: str) -> None:
    desk = world.desks[role]
    rows = dump(desk)
    sealed = world.sealed_to(desk)
    looked = search_for(*sealed[::12])  # in every spelling; all of them as they are
    assert looked.hits(rows) == []
    lower = rows.lower()
    assert [word for word in sealed if word.encode() in lower] == []
    assert search_for(world.open_to(desk)[0]).hits(rows)
    assert in_files(files_below(desk.vault.folder), looked) == []
    names = "\n".join(path.name for path in desk.vault.folder.rglob("*"))
    assert [word for word in world.words if word in names] == []
    held = {one.id for one in desk.vault.compartments()}
    foreign = set().union(*(blobs for circle, blobs in world.blobs.items() if circle not in held))
    assert foreign
    assert foreign & set(desk.vault.blobs()) == set()


def dump(desk: Desk) -> bytes:
    """Return every value of every row of a vault's database, decrypted, as it lies there."""
    vault: Any = desk.vault
    parts: list[bytes] = []
    with vault.database.reading() as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type='table'").fetchall()
        for (name,) in names:
            for row in connection.execute(f'SELECT * FROM "{name}"'):
                parts += [part if isinstance(part, bytes) else str(part).encode() for part in row]
    return b"\n".join(parts)


def test_who_holds_the_team_alone_does_not_know_that_a_case_is_there(world: World) -> None:
    """Not even its id lies in their vault; of an address the team knows that there is one."""
    desk = world.desks["safety"]
    rows = dump(desk)
    cases = [one for other in world.desks.values() for one in other.session.find(Case)]
    ids = {one.id for one in cases} | {one.compartment for one in cases} | {one.identity_id for one in cases}
    assert len(ids) > 8
    assert [one for one in ids if one and one.encode() in rows] == []


def test_a_notification_says_only_that_something_changed() -> None:
    bell = Bell()

    async def hear() -> list[str]:
        heard = []
        async for line in bell.listen():
            heard.append(line.decode())
            if len(heard) > 2:
                break
            bell.ring()
        return heard

    heard = asyncio.run(asyncio.wait_for(hear(), 20))
    assert [line.removeprefix("data: ").strip().isdecimal() for line in heard[1:]] == [True, True]


def test_what_others_write_in_a_sealed_circle_changes_no_page(world: World) -> None:
    """Today, Figures, People and the rest, before and after a colleague's night of work: the same bytes."""
    volunteer, boris = world.desks["volunteer"], world.desks["operator"]
    pages = ("/", "/people", "/places", "/figures", "/record", "/release", "/appeals", "/inbox", "/journeys")

    async def read(hands: Hands) -> list[str]:
        return [(await hands.get(page)).text for page in pages]

    before = at_desk(volunteer, read)
    rows = volunteer.vault.count("case_note"), volunteer.vault.count("opening")

    case = boris.session.get(Case, world.ids["third"])
    assert case is not None
    for _ in range(3):
        casework.add_note(boris.session, case.id, world.word(case.compartment))
    openings.open_alone(boris.session, case.identity_id, "papers")
    openings.close(boris.session, case.identity_id)
    for desk in (boris, volunteer, boris, volunteer):
        desk.sync()
    assert at_desk(volunteer, read) == before
    assert rows == (volunteer.vault.count("case_note"), volunteer.vault.count("opening"))


def test_a_sealed_record_is_looked_up_in_the_time_of_one_that_never_was(world: World) -> None:
    desk = world.desks["volunteer"]
    sealed = world.sealed_ids(desk)
    vault = desk.vault
    for look in (
        vault.get,
        vault.history,
        lambda one: vault.count("task", refs={"case_id": one}),
        lambda one: desk.session.get(Case, one),
        lambda one: desk.session.get(Identity, one) or desk.session.get(PlaceAddress, one),
        vault.search,
    ):
        assert any(_alike(look, sealed) for _ in range(3)), look


def test_a_page_of_a_sealed_record_takes_the_time_of_one_that_never_was(world: World) -> None:
    desk = world.desks["volunteer"]
    sealed = world.sealed_ids(desk)
    nobody = [never() for _ in sealed]

    async def ask(hands: Hands) -> bool:
        times: dict[bool, list[float]] = {True: [], False: []}
        for turn in range(80):
            for is_sealed in (turn % 2 == 0, turn % 2 != 0):
                one = (sealed if is_sealed else nobody)[turn % len(sealed)]
                begun = time.perf_counter()
                await hands.get(f"/people/{one}")
                times[is_sealed].append(time.perf_counter() - begun)
        return _indistinguishable(times[True], times[False])

    assert any(at_desk(desk, ask) for _ in range(3))


def _alike(look: Callable[[str], object], sealed: list[str]) -> bool:
    times: dict[bool, list[float]] = {True: [], False: []}
    nobody = [never() for _ in sealed]
    for turn in range(300):
        for is_sealed in (turn % 2 == 0, turn % 2 != 0):
            one = (sealed if is_sealed else nobody)[turn % len(sealed)]
            begun = time.perf_counter()
            look(one)
            times[is_sealed].append(time.perf_counter() - begun)
    return _indistinguishable(times[True], times[False])


def _indistinguishable(one: list[float], other: list[float]) -> bool:
    """Tell whether ranks say nothing of the two (Mann-Whitney): less than four standard deviations apart."""
    ranked = sorted([(value, 0) for value in one] + [(value, 1) for value in other])
    ranks = math.fsum(place for place, (_, which) in enumerate(ranked, start=1) if which == 0)
    n, m = len(one), len(other)
    expected, spread = n * (n + m + 1) / 2, math.sqrt(n * m * (n + m + 1) / 12)
    return abs(ranks - expected) < 4 * spread

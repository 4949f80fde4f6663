"""Generated histories of a lying relay, short form; and that their judge can tell a desk that believes too much."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

from leeward.bench.histories import Verdict, make_templates, play
from leeward.bench.history_desks import Template, room
from leeward.bench.witness import Witness, different
from leeward.ledger.store import taking
from leeward.sync import own_box, reading, watch
from leeward.sync.honesty import Told
from leeward.sync.listing import Item, Listing
from leeward.sync.memory import Memory
from leeward.sync.views import Views

ONCE_WRONG = (
    34,
    548,
    556,
    727,
    857,
    2645,
    3529,
    3752,
    43_445,
    700_611,
    801_487,
)  # seeds that found something
LISTED = range(10_000, 10_060)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give a folder in memory, where the system has one: the disk's syncs would take most of the time."""
    with tempfile.TemporaryDirectory(
        prefix="leeward-test-", dir=room(tmp_path_factory.mktemp("room"))
    ) as name:
        yield Path(name)


@pytest.fixture(scope="module")
def templates(folder: Path) -> dict[int, Template]:
    return make_templates(folder / "teams")


def played(seeds: Iterable[int], templates: Mapping[int, Template], folder: Path) -> Iterator[Verdict]:
    return (play(seed, templates, folder / "history") for seed in seeds)


@pytest.mark.parametrize("first", range(LISTED.start, LISTED.stop, 20))
def test_nothing_false_is_taken_nothing_is_lost_and_every_lie_is_named(
    templates: dict[int, Template], folder: Path, first: int
) -> None:
    verdicts = list(played(range(first, first + 20), templates, folder))
    assert [verdict for verdict in verdicts if not verdict.good()] == []
    assert sum((verdict.lies for verdict in verdicts), Counter()).total() > 10  # there was something to name


@pytest.mark.parametrize("seed", ONCE_WRONG)
def test_what_once_went_wrong_does_not_again(templates: dict[int, Template], folder: Path, seed: int) -> None:
    verdict = play(seed, templates, folder / "history")
    assert verdict.good(), verdict


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_thousand_histories(templates: dict[int, Template], folder: Path) -> None:
    for seed in range(20_000, 21_000):
        verdict = play(seed, templates, folder / "history")
        assert verdict.good(), verdict


def test_the_same_seed_is_the_same_history(templates: dict[int, Template], folder: Path) -> None:
    first, again = (play(857, templates, folder / "history") for _ in range(2))
    assert first.steps == again.steps
    assert first.lies == again.lies


def test_the_judge_notices_a_desk_that_compares_with_nobody(
    templates: dict[int, Template], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Views, "compare", lambda *_: [])
    verdicts = played(LISTED, templates, folder)
    assert any(verdict.unnamed for verdict in verdicts)


def test_the_judge_notices_a_desk_that_believes_whatever_is_answered(
    templates: dict[int, Template], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in (reading, own_box, watch):
        monkeypatch.setattr(place, "check_listing", lambda listing, *_, **__: Told(tuple(listing.items), ()))
    monkeypatch.setattr(reading, "same_past", lambda *_: True)
    monkeypatch.setattr(watch.Watch, "went_back", lambda *_: False)
    assert any(verdict.unnamed for verdict in played(LISTED, templates, folder))


def test_the_judge_notices_a_desk_that_forgets_what_it_was_promised(
    templates: dict[int, Template], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Memory, "promise", lambda *_, **__: {})
    verdicts = played(LISTED, templates, folder)
    assert any(verdict.lost or verdict.unnamed for verdict in verdicts)


def test_the_judge_notices_a_desk_that_takes_any_signature(
    templates: dict[int, Template], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "check_signature", lambda *_: None)
    forged = (seed for seed in range(50_000, 50_240) if seed % 8 in {3, 6})
    assert any(verdict.accepted for verdict in played(forged, templates, folder))


def test_a_witness_names_what_contradicts_itself_and_not_a_delay() -> None:
    one, two = (Item(number, f"{number:032x}", b"x%d" % number) for number in (1, 2))
    witness = Witness()
    witness.shown("box", 0, Listing((), 0))
    witness.shown("box", 0, Listing((one,), 1))
    witness.shown("box", 1, Listing((two,), 2))
    assert witness.contradicted == {}
    witness.shown("box", 1, Listing((), 2))
    assert witness.contradicted == {"box": {"nothing"}}
    witness.shown("box", 0, Listing((one,), 1))
    assert witness.contradicted == {"box": {"nothing", "fewer"}}


def test_two_witnesses_differ_where_both_were_shown_something() -> None:
    one, other, third = Witness(), Witness(), Witness()
    one.shown("box", 0, Listing((Item(1, "a", b"1"),), 1))
    other.shown("box", 0, Listing((Item(1, "a", b"1"), Item(2, "b", b"2")), 2))
    third.promised("box", 1, "a", b"another")
    assert different(one, other) == set()
    assert different(one, third) == {"box"}

"""At every opening a desk writes its colleagues one letter; only they can read whether somebody was forced."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.office.test_beside import FORCED, PORTS, by_force, only, set_up
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import PASSPHRASE, Desk, found, newcomer, settle

from leeward.domain.today import Urgency
from leeward.ledger.store.vault import Vault
from leeward.office import beside, letters, opened
from leeward.office.cutoff import put_out
from leeward.office.relay import use_relay
from leeward.office.session import Session
from leeward.office.team import members
from leeward.office.today import gather
from leeward.sync.listing import Listing
from leeward.sync.memory import Memory
from leeward.sync.port import Relay


@pytest.fixture
def relay() -> RelaySimulator:
    return RelaySimulator()


@pytest.fixture
def three(tmp_path: Path, relay: RelaySimulator) -> Iterator[tuple[Desk, Desk, Desk]]:
    anna = found(tmp_path / "anna", relay.door())
    boris = newcomer(tmp_path / "boris", anna, relay.door(), name="Boris", role="coordinator")
    clara = newcomer(tmp_path / "clara", anna, relay.door(), name="Clara", role="volunteer")
    settle(anna, boris, clara)
    with only(anna), only(boris), only(clara):
        yield anna, boris, clara


def forced(anna: Desk, relay: RelaySimulator, *others: Desk) -> Desk:
    """Set it up on a desk, lock it, and open it by force."""
    set_up(anna, alone=True)
    settle(anna, *others)
    beside.fill(anna.session, anna.relay)
    return by_force(anna, relay)


def test_each_colleague_is_told_as_loud_as_it_gets(
    three: tuple[Desk, Desk, Desk], relay: RelaySimulator
) -> None:
    anna, boris, clara = three
    with only(forced(anna, relay, boris, clara)) as second:
        opened.tell_of_opening(second.session)
        second.sync()
        for desk in (boris, clara):
            desk.sync()
            desk.sync()
            [told] = opened.told(desk.session)
            assert (told.member, told.device) == (anna.session.member_id, second.device_id)
            alarms = gather(desk.session).alarms
            assert [str(one.what).split(" at ")[0] for one in alarms] == [
                "Anna's computer was opened with the alarm passphrase",
            ]
            assert alarms[0].urgency == Urgency.ALARM
            assert "still belong to the team" in str(alarms[0].why)
        assert opened.told(second.session) == []
        put_out(boris.session, [anna.device_id, second.device_id])
        [alarm] = gather(boris.session).alarms
        assert "still belong" not in str(alarm.why)
        opened.put_aside(boris.session, opened.told(boris.session)[0].id)
        assert gather(boris.session).alarms == []
        assert opened.told(boris.session), "it stays in the list"


def test_a_free_opening_says_nothing(three: tuple[Desk, Desk, Desk]) -> None:
    anna, boris, clara = three
    opened.tell_of_opening(anna.session)
    settle(anna, boris, clara)
    for desk in (anna, boris, clara):
        assert opened.told(desk.session) == []
        assert gather(desk.session).alarms == []


def test_twice_told_is_once_and_nobody_speaks_for_another(three: tuple[Desk, Desk, Desk]) -> None:
    anna, boris, _ = three
    came = letters.Came("one", anna.device_id, anna.session.member_id, 5, b"\1".ljust(32, b"\0"))
    for _ in range(2):
        opened.take(boris.session, came)
    assert [one.member for one in opened.told(boris.session)] == [anna.session.member_id]
    opened.take(anna.session, came)
    assert opened.told(anna.session) == []
    for body in (b"", b"\1", b"\2".ljust(32, b"\0"), b"\0" * 32):
        opened.take(boris.session, letters.Came("two", anna.device_id, anna.session.member_id, 5, body))
    assert len(opened.told(boris.session)) == 1


def test_killed_before_the_letters_were_written_the_next_opening_tells(
    three: tuple[Desk, Desk, Desk], relay: RelaySimulator
) -> None:
    anna, boris, clara = three
    folder = anna.vault.folder
    forced(anna, relay, boris, clara).close()  # killed
    for _ in range(2):
        vault = Vault.open(folder, FORCED, **PORTS)
        use_relay(vault, relay.door())
        with only(Desk(Session(vault, **PORTS), relay.door())) as second:
            opened.tell_of_opening(second.session)
            second.sync()
    settle(boris, clara)
    assert len(opened.told(boris.session)) == 1
    assert len(opened.told(clara.session)) == 1


def test_what_was_written_without_a_relay_leaves_when_its_owner_is_free_again(
    three: tuple[Desk, Desk, Desk], relay: RelaySimulator
) -> None:
    anna, boris, clara = three
    set_up(anna)
    settle(anna, boris, clara)
    beside.fill(anna.session, anna.relay)
    folder = anna.vault.folder
    with only(by_force(anna, relay)) as second:
        opened.tell_of_opening(second.session)
    vault = Vault.open(folder, PASSPHRASE, **PORTS)
    use_relay(vault, anna.relay)
    with only(Desk(Session(vault, **PORTS), anna.relay)) as again:
        beside.fill(again.session, again.relay)
    settle(boris, clara)
    assert len(opened.told(boris.session)) == 1


class Recorder:
    """Between a desk and the relay: every request as the network and the relay see it, but for what is drawn."""

    def __init__(self, inner: Relay, names: dict[str, str]) -> None:
        self._inner = inner
        self._names = names
        self.seen: list[tuple[object, ...]] = []

    def make_box(self, box: str, read: str, write: str) -> None:
        self.seen.append(("make", self._names.get(box, box)))
        self._inner.make_box(box, read, write)

    def append(self, box: str, write: str, item: str, sealed: bytes) -> int:
        self.seen.append(("append", self._names.get(box, box), len(item), len(sealed)))
        return self._inner.append(box, write, item, sealed)

    def list_items(self, box: str, read: str, *, after: int, limit: int = 500, wait: float = 0) -> Listing:
        listing = self._inner.list_items(box, read, after=after, limit=limit, wait=wait)
        self.seen.append(
            ("list", self._names.get(box, box), [len(i.untrusted_sealed) for i in listing.items])
        )
        return listing

    def __getattr__(self, name: str) -> object:
        self.seen.append((name,))
        return getattr(self._inner, name)


def boxes(anna: Desk, *others: Desk) -> dict[str, str]:
    """Return what boxes are, by address."""
    named = {desk.vault.device.box: desk.vault.device.id for desk in others}
    return {**named, **{one.box: one.kind for one in anna.vault.compartments()}}


def contact(
    folder: Path, words: str, relay: RelaySimulator, names: dict[str, str]
) -> list[tuple[object, ...]]:
    """Open a folder, and return what its first contact with the relay looks like from outside."""
    vault = Vault.open(folder, words, **PORTS)
    own = vault.device.box
    recorder = Recorder(relay.door(), {**names, own: "its own box"})
    use_relay(vault, recorder)  # type: ignore[arg-type]
    with only(Desk(Session(vault, **PORTS), recorder)) as desk:  # type: ignore[arg-type]
        opened.tell_of_opening(desk.session)
        desk.sync()
        return recorder.seen


def test_from_outside_a_forced_opening_is_an_opening(
    three: tuple[Desk, Desk, Desk], relay: RelaySimulator
) -> None:
    anna, boris, clara = three
    set_up(anna, "intake", "beds", "record")
    letters.send(boris.session, [anna.device_id], "test", b"every device's box has something")
    settle(anna, boris, clara)
    beside.fill(anna.session, anna.relay)
    settle(anna, boris, clara)
    beside.fill(anna.session, anna.relay)
    names = boxes(anna, boris, clara)
    folder = anna.vault.folder
    anna.close()
    chance = random.Random(3)
    kinds = [PASSPHRASE, FORCED] * 10
    chance.shuffle(kinds)
    seen: dict[str, set[str]] = {PASSPHRASE: set(), FORCED: set()}
    contact(folder, PASSPHRASE, relay, names)
    contact(folder, FORCED, relay, names)
    for words in kinds:
        seen[words].add(repr(contact(folder, words, relay, names)))
    assert len(seen[PASSPHRASE]) == 1
    assert seen[PASSPHRASE] == seen[FORCED], "with one picture for both a classifier can only guess"
    [picture] = seen[PASSPHRASE]
    assert picture.count("'append'") >= 2


def test_the_letters_are_the_same_also_when_little_was_chosen(
    three: tuple[Desk, Desk, Desk], relay: RelaySimulator
) -> None:
    anna, boris, clara = three
    set_up(anna)
    settle(anna, boris, clara)
    beside.fill(anna.session, anna.relay)
    names = boxes(anna, boris, clara)
    folder = anna.vault.folder
    anna.close()
    for words in (PASSPHRASE, FORCED):
        contact(folder, words, relay, names)
    pictures = {
        words: [one for one in contact(folder, words, relay, names) if one[0] == "append"]
        for words in (PASSPHRASE, FORCED)
    }
    assert pictures[PASSPHRASE] == pictures[FORCED]
    assert {one[1] for one in pictures[FORCED]} >= {boris.device_id, clara.device_id}


def test_the_letters_open_for_nobody_but_their_receiver(
    three: tuple[Desk, Desk, Desk], relay: RelaySimulator
) -> None:
    anna, boris, clara = three
    with only(forced(anna, relay, boris, clara)) as second:
        opened.tell_of_opening(second.session)
        held = [second.vault.blob_get(one) for one in second.vault.blobs()]
        assert len(held) == 2
        assert len({len(one or b"") for one in held}) == 1
        assert not any(second.vault.is_letter(one or b"") for one in held)
        second.sync()
        assert list(second.vault.blobs()) == []
        assert [one.name for one in members(second.session)] == ["Anna", "Boris", "Clara"]
        assert Memory(second.vault, second.session.clock).letters() == []

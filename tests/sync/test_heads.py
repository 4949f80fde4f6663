"""Letters about what the relay has shown: two pasts come out, keys that never came are given again."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeward.bench.history_desks import Desk, Template, Tick, make_templates
from leeward.bench.lying_relay import Art, LyingRelay, Trick
from leeward.ledger.model import put
from leeward.office import heads
from leeward.office.letters import Came
from leeward.office.team import grant_case
from leeward.practice.chance import SeededChance
from leeward.sync.honesty import SAID, Lie
from leeward.sync.views import Quote, Views

HOUR = 3_600_000


class Three:
    """Anna (coordinator), Boris (operator) and Vera (documenter) at a relay that can show each another past."""

    def __init__(self, template: Template, folder: Path) -> None:
        self.clock = Tick(template.now + 48 * HOUR)
        self.relay: LyingRelay = template.relay.copy(SeededChance(1))
        self.desks = []
        for place, name in enumerate(("Anna", "Boris", "Vera")):
            shutil.copytree(template.folder / name, folder / name)
            self.desks.append(Desk(folder / name, self.relay.door(), self.clock, SeededChance(50 + place)))
        self.anna, self.boris, self.vera = self.desks

    def exchange(self) -> None:
        self.clock.now += 2 * HOUR
        for _ in range(2):
            for desk in self.desks:
                desk.sync()

    def box(self, kind: str) -> str:
        return self.anna.vault.compartment(self.anna.vault.compartment_of(kind)).box

    def write(self, desk: Desk, kind: str) -> None:
        circle = desk.vault.compartment_of(kind)
        desk.session.commit(circle, put("contact", desk.session.make_id(), name="x"))


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return make_templates(tmp_path_factory.mktemp("teams"))[3]


@pytest.fixture
def three(template: Template, tmp_path: Path) -> Iterator[Three]:
    made = Three(template, tmp_path)
    yield made
    for desk in made.desks:
        desk.vault.close()


def lies(desk: Desk) -> list[Lie]:
    said = {str(SAID[lie]): lie for lie in Lie}
    return [said[str(fault.what)] for fault in desk.exchange.memory.faults()]


def test_an_honest_relay_is_accused_of_nothing(three: Three) -> None:
    for _ in range(3):
        for desk in three.desks:
            three.write(desk, "team")
        three.exchange()
    assert [lies(desk) for desk in three.desks] == [[], [], []]


def test_a_part_that_is_split_for_ever_is_noticed_with_the_first_word_across(three: Three) -> None:
    three.exchange()
    three.relay.fork(three.boris.door, [three.box("intake")])  # nothing of the one is ever shown to the other
    three.write(three.anna, "intake")
    three.write(three.boris, "intake")
    three.exchange()
    assert Lie.TWO_PASTS in lies(three.anna) + lies(three.boris)
    three.relay.behave()
    three.exchange()
    three.exchange()
    circle = three.anna.vault.compartment_of("intake")
    assert (
        three.anna.vault.count("contact", compartment=circle)
        == three.boris.vault.count("contact", compartment=circle)
        == 2
    )


def test_a_box_is_named_only_to_whoever_was_given_its_key(
    three: Three, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[tuple[str, set[str]]] = []
    take = Views.heard

    def listen(self: Views, device: str, quotes: list[Quote], boxes: dict[str, str]) -> None:
        heard.append((self._vault.device.id, {one.circle for one in quotes}))
        take(self, device, quotes, boxes)

    monkeypatch.setattr(Views, "heard", listen)
    three.exchange()
    held = {desk.id: {one.id for one in desk.vault.compartments()} for desk in three.desks}
    assert {device for device, _ in heard} == held.keys()
    assert all(circles <= held[device] for device, circles in heard)
    secret = three.anna.vault.compartment_of("intake")
    assert secret not in held[three.vera.id]


def test_a_key_that_the_relay_threw_away_is_asked_for_and_given_again(three: Three) -> None:
    three.exchange()
    case = three.anna.vault.make_compartment("case").id
    three.anna.door.tricks.append(Trick(Art.DROP, three.vera.vault.device.box, 1))
    grant_case(three.anna.session, case, [three.vera.session.member_id, three.anna.session.member_id])
    three.anna.sync()
    three.vera.sync()
    assert case not in {one.id for one in three.vera.vault.compartments()}
    three.exchange()
    assert case in {one.id for one in three.vera.vault.compartments()}
    assert Lie.WITHHELD in lies(three.vera)


def test_a_key_is_not_given_to_who_was_never_given_it(three: Three) -> None:
    asked = msgspec.msgpack.encode([bytes.fromhex(three.box("intake"))])
    came = Came("id", three.vera.id, three.vera.session.member_id, three.clock.now_ms(), asked)
    before = three.anna.exchange.outbox.waiting()
    heads.take_ask(three.anna.session, came)
    assert three.anna.exchange.outbox.waiting() == before


def test_letters_are_written_once_an_hour_at_most_and_once_a_day_at_least(three: Three) -> None:
    three.exchange()
    session = three.anna.session
    three.write(three.anna, "team")
    three.anna.sync()
    assert heads.send_heads(session) == 0
    three.clock.now += HOUR
    assert heads.send_heads(session) == 2
    three.clock.now += HOUR
    assert heads.send_heads(session) == 0  # nothing moved
    three.clock.now += 24 * HOUR
    assert heads.send_heads(session) == 2


@pytest.fixture(scope="module")
def alone(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Three]:
    made = Three(template, tmp_path_factory.mktemp("alone"))
    yield made
    for desk in made.desks:
        desk.vault.close()


quote = st.tuples(
    st.text(max_size=30), st.binary(max_size=20), st.integers(-5, 1 << 63), st.binary(max_size=20)
)


@given(body=st.binary(max_size=200) | st.lists(quote, max_size=4).map(msgspec.msgpack.encode))
def test_what_cannot_be_read_is_dropped(alone: Three, body: bytes) -> None:
    came = Came("id", alone.boris.id, alone.boris.session.member_id, 1, body)
    heads.take_heads(alone.anna.session, came)
    heads.take_ask(alone.anna.session, came)

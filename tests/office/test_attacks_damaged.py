"""Records as a turned member would damage them: none stops a round of the sync, Today or the lists of Safety."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, get_args, get_origin

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import Desk, closing, found, newcomer, settle

import leeward.office.today as today_module
from leeward.base.errors import LeewardError
from leeward.domain.typed import Typed
from leeward.ledger.model import Change, Op
from leeward.office import cutoff, erasing_work, heads, retention, taken_tasks
from leeward.office.erasing_work import erase_here, erase_on_relay
from leeward.office.post import deliver_letters
from leeward.office.recovery_escrow import share_out


def all_kinds(parent: type[Typed] = Typed) -> Iterator[type[Typed]]:
    for one in parent.__subclasses__():
        if hasattr(one, "kind"):
            yield one
        yield from all_kinds(one)


OWN = {one.name for one in msgspec.structs.fields(Typed)}
KINDS = sorted({one.kind: one for one in all_kinds()}.items())
DAYS = [
    "9999-12-31",
    "0001-01-01",
    "2017-13-45",
    "",
    "24:00",
    "2017-04-07",
    "-1",
    "9999-12-31T23:59:59+00:00",
]
NUMBERS = [-(1 << 63), -1, 0, 1, 1 << 53, (1 << 63) - 1, (1 << 64) - 1, 1_490_000_000_000, 1e308, True]
WORDS = ["", "x", "a" * 26, "é" * 64, "\x00", "f" * 64, "2-of-3", *DAYS]
ANY = st.sampled_from([None, [], {}, b"", [[1]], {"ids": 5}, {"at": -1}, *NUMBERS, *WORDS])
SAYS: st.SearchStrategy[dict[str, object]] = st.dictionaries(
    st.sampled_from(["does", "of", "device", "ids", "until", "why", "agrees", "split", "to", "bond", "vote"]),
    st.sampled_from([None, 5, -1, (1 << 63) - 1, "want", "hold", "until", "stop", [], {}, b"", True, [None]]),
    max_size=4,
)


def value_for(field: msgspec.structs.FieldInfo, draw: Any) -> tuple[Op, Any]:
    """Draw a value of the field's own type that nobody expected, or of another type."""
    if "Note" in str(field.type):
        return Op.APPEND, draw(SAYS | ANY)
    if draw(st.integers(0, 5)) == 0:
        return Op.SET, draw(ANY)
    plain = get_args(field.type)[0] if get_origin(field.type) is Annotated else field.type  # a coded field
    if plain is int:
        return Op.SET, draw(st.sampled_from(NUMBERS[:8]))
    if plain is str:
        return Op.SET, draw(st.sampled_from(WORDS))
    if str(plain) == "tuple[str, ...]" and field.name.endswith(("_ids", "_set")):
        return Op.ADD, draw(st.sampled_from(WORDS[1:]))
    return Op.SET, draw(ANY)


@st.composite
def damages(draw: st.DrawFn) -> list[tuple[str, str, str, Op, object]]:
    made = []
    for number in range(draw(st.integers(1, 4))):
        kind, struct = draw(st.sampled_from(KINDS))
        for field in msgspec.structs.fields(struct):
            own = field.name in OWN
            if not own and draw(st.booleans()):
                op, value = value_for(field, draw)
                made.append((f"{kind}-{number}", kind, field.name, op, value))
    return made


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, Desk]]:
    relay, folder = RelaySimulator(), tmp_path_factory.mktemp("damaged")
    anna = found(folder / "anna", relay.door())
    boris = newcomer(folder / "boris", anna, relay.door(), name="Boris", role="coordinator")
    settle(anna, boris)
    with closing(anna, boris):
        yield anna, boris


def look(desk: Desk) -> None:
    """What a round does besides the relay, and what Today and Safety ask for."""
    session = desk.session
    erasing_work._begun.clear()
    erase_here(session)
    deliver_letters(session)
    cutoff.make_new_keys(session, 0)
    share_out(session, 0)
    heads.send_heads(session)
    erase_on_relay(session, desk.relay)
    today_module.gather(session)
    retention.coming(session)
    taken_tasks.needs_now(session)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(damage=damages())
@example(damage=[("stay-0", "stay", "last_night", Op.SET, "9999-12-31")])
@example(damage=[("erasure-0", "erasure", "found", Op.APPEND, {"ids": 5})])
def test_no_damaged_record_stops_a_round_or_today(
    two: tuple[Desk, Desk], damage: list[tuple[str, str, str, Op, object]]
) -> None:
    _, boris = two
    if not damage:
        return
    draw = boris.session.make_id()
    for circle in boris.vault.compartments():
        changes = [
            Change(f"{draw}{record}"[:60], kind, field, op, value)
            for record, kind, field, op, value in damage
        ]
        try:
            boris.session.commit(circle.id, changes)
        except LeewardError:
            return  # not a value that can be written down
    look(boris)

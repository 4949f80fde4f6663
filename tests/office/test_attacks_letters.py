"""Letters as somebody who was turned would write them: none raises what the sync did not foresee, none comes back."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import Desk, closing, found, newcomer, settle

from leeward.base.errors import LeewardError
from leeward.office import heads, letters, opened, openings_two, post, recovery_rehearse, today
from leeward.office.openings_shares import held_shares
from leeward.office.recovery_rehearse import GIVEN, Running, running, tend
from leeward.sync.memory import Memory
from leeward.sync.views import Views

PLAIN = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(1 << 63), (1 << 64) - 1),
    st.floats(),
    st.text(max_size=9),
    st.binary(max_size=40),
    st.sampled_from([bytes(16), bytes(32), "a" * 64, 1 << 62]),
)
SHAPES = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
BODIES = st.one_of(
    st.binary(max_size=80),
    SHAPES.map(msgspec.msgpack.encode),
    st.builds(
        lambda opening, share: msgspec.msgpack.encode({"split": "s", "share": share, "opening": opening}),
        SHAPES,
        SHAPES,
    ),
    st.builds(lambda one, two, last: msgspec.msgpack.encode([one, [two], last]), PLAIN, SHAPES, PLAIN),
)
NO_TEXT = b"\xa2\xff\xfe"  # two bytes that say that they are text
NESTED = b"\x91" * 5000 + b"\xc0"


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, Desk]]:
    relay, folder = RelaySimulator(), tmp_path_factory.mktemp("letters")
    anna = found(folder / "anna", relay.door())
    boris = newcomer(folder / "boris", anna, relay.door(), name="Boris", role="coordinator")
    settle(anna, boris)
    with closing(anna, boris):
        yield anna, boris


def come(anna: Desk, boris: Desk, purpose: str, body: bytes, at: int = 5) -> letters.Came:
    return letters.Came(anna.session.make_id(), boris.device_id, boris.session.member_id, at, body)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(purpose=st.sampled_from(sorted(post.ACTS)), body=BODIES, at=st.integers(-(1 << 63), (1 << 63) - 1))
@example(purpose=heads.PURPOSE, body=b"\x91\x94" + NO_TEXT + b"\xc4\x01a\x01\xc4\x01a", at=0)
@example(purpose=recovery_rehearse.ASK, body=b"\x93" + NO_TEXT + b"\x90\xc3", at=0)
@example(purpose=recovery_rehearse.GIVEN, body=b"\x93" + NO_TEXT + b"\x90\xc3", at=0)
@example(purpose=openings_two.PURPOSE, body=b"\x82\xa5split" + NO_TEXT + b"\xa5share\xc4\x01a", at=0)
@example(purpose=heads.ASK_PURPOSE, body=NESTED, at=0)
@example(purpose=opened.PURPOSE, body=b"\1" + bytes(31), at=(1 << 63) - 1)
def test_no_body_of_a_letter_raises_into_the_round(
    two: tuple[Desk, Desk], purpose: str, body: bytes, at: int
) -> None:
    anna, boris = two
    act = post.ACTS[purpose]
    letters.deliver(anna.session, post.ACTS)
    with contextlib.suppress(LeewardError):  # what a part may say of a letter that it cannot use
        act(anna.session, come(anna, boris, purpose, body, at))
    heads.send_heads(anna.session)
    today.gather(anna.session)


def test_a_part_that_did_not_foresee_a_letter_drops_it_and_the_next_one_is_dealt_with(tmp_path: Path) -> None:
    relay = RelaySimulator()
    anna = found(tmp_path / "anna", relay.door())
    boris = newcomer(tmp_path / "boris", anna, relay.door(), name="Boris")
    settle(anna, boris)
    seen: list[bytes] = []

    def act(_session: object, one: letters.Came) -> None:
        if one.body == b"bad":
            raise UnicodeDecodeError("utf-8", b"", 0, 0, "made up")
        seen.append(one.body)

    with closing(anna, boris):
        letters.send(boris.session, [anna.device_id], "test", b"bad")
        letters.send(boris.session, [anna.device_id], "test", b"good")
        boris.exchange().sync()
        anna.exchange().sync()
        letters.deliver(anna.session, {"test": act})
        assert seen == [b"good"]
        assert Memory(anna.vault, anna.session.clock).letters() == []


def test_an_answer_of_countless_shares_costs_no_time_and_is_not_kept(two: tuple[Desk, Desk]) -> None:
    anna, boris = two
    now = Running("r", 1, True, [boris.session.member_id], 1)
    anna.vault.local_put("recovery.rehearsal", msgspec.to_builtins(now, builtin_types=(bytes,)))
    shares = [(number.to_bytes(3, "big"), b"") for number in range(100_000)]
    began = time.process_time()
    with pytest.raises(LeewardError):
        post.ACTS[GIVEN](anna.session, come(anna, boris, GIVEN, msgspec.msgpack.encode(("r", shares, False))))
    assert time.process_time() - began < 5
    kept = running(anna.session)
    assert kept is not None
    assert kept.shares == []
    recovery_rehearse.give_up(anna.session)
    tend(anna.session)


def test_a_share_as_long_as_a_book_is_not_kept(two: tuple[Desk, Desk]) -> None:
    anna, boris = two
    body = msgspec.msgpack.encode({"split": "s", "share": b"a" * 500_000})
    with pytest.raises(LeewardError):
        post.ACTS[openings_two.PURPOSE](anna.session, come(anna, boris, openings_two.PURPOSE, body))
    assert all(len(one.share) < 1000 for one in held_shares(anna.session))


def test_boxes_that_nobody_has_do_not_crowd_out_what_another_colleague_was_shown(
    two: tuple[Desk, Desk],
) -> None:
    anna, boris = two
    made_up = [("c", number.to_bytes(16, "big"), 1, bytes(16)) for number in range(1, 1001)]
    boris_came = come(anna, boris, heads.PURPOSE, msgspec.msgpack.encode(made_up))
    post.ACTS[heads.PURPOSE](anna.session, boris_came)
    room = anna.vault.rooms(anna.session.compartment_of("team"))[0]
    honest = [("c", b"\xff" * 16, 1, bytes(16)), ("team", bytes.fromhex(room.box), 9, b"\1" * 16)]
    clara = letters.Came("l", "c" * 26, "clara", 5, msgspec.msgpack.encode(honest))
    post.ACTS[heads.PURPOSE](anna.session, clara)
    views = Views(anna.vault)
    assert "ff" * 16 in views.lacks()
    assert views.compare(room.box, views.of(room.box))

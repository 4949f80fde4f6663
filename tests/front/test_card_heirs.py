"""A card with another box and key: two heirs of two people bring it to the page; nobody alone, and nothing back."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.hotline import CHANCE

from leeward.front import app as front_app
from leeward.front.app import make_front
from leeward.front.card import Card, check_card
from leeward.front.errors import CardRefused
from leeward.front.kept import KeptCard
from leeward.office.cards import check_intake_card, print_intake_card, witness_intake_card
from leeward.office.errors import CardRefused as CardNotAccepted
from leeward.seal.keys import make_identity
from leeward.seal.signing import SigningKey, make_signing_key

ANNA, ANNA_TOO, BORIS, CLARA, THIEF = (make_signing_key(CHANCE) for _ in range(5))
OLD, NEW = make_identity(CHANCE).recipient(), make_identity(CHANCE).recipient()
BOXES = [CHANCE.draw(16).hex() for _ in range(4)]
WRITE = CHANCE.draw(32).hex()


def of(*keys: SigningKey) -> list[str]:
    return [key.verify_key().fingerprint() for key in keys]


HEIRS = [of(ANNA, ANNA_TOO), of(BORIS), of(CLARA)]


def card(
    number: int, key: SigningKey = ANNA, *, witness: SigningKey | None = None, **changes: Any
) -> dict[str, Any]:
    given_ = {"box": BOXES[number % 4], "write": WRITE, "heirs": HEIRS, "recipient": NEW, **changes}
    recipient = given_.pop("recipient")
    text = print_intake_card(
        key, recipient, team="Тёплый дом", languages=("ru", "en"), number=number, **given_
    )
    if witness is not None:
        text = witness_intake_card(text, witness)
    read: dict[str, Any] = json.loads(text)
    return read


SERVED = card(1, recipient=OLD)


def follows(later: dict[str, Any], earlier: dict[str, Any] = SERVED) -> bool:
    return check_card(later).may_follow(check_card(earlier))


def test_two_heirs_of_two_people_bring_a_new_box_and_key() -> None:
    new = card(2, BORIS, witness=ANNA_TOO)
    assert follows(new)
    check_intake_card(json.dumps(new))
    assert (
        check_card(new).public().keys() == check_card(SERVED).public().keys()
    )  # the page's bytes tell no heirs


def test_nobody_alone_does_and_no_stranger() -> None:
    refused = [
        card(2),
        card(2, BORIS),
        card(2, ANNA, witness=ANNA),
        card(2, ANNA, witness=ANNA_TOO),  # two devices of one person
        card(2, THIEF, witness=ANNA),
        card(2, ANNA, witness=THIEF),
        card(1, ANNA, witness=BORIS),  # no higher number
        card(
            2, ANNA, heirs=[of(ANNA), of(THIEF)], box=BOXES[1], recipient=OLD
        ),  # alone, to name a thief as an heir
        card(1, ANNA, heirs=[of(ANNA), of(THIEF)], recipient=OLD),
        card(1, ANNA, heirs=None, recipient=OLD),
    ]
    assert not any(follows(one) for one in refused)
    assert follows(card(1, recipient=OLD))


def test_heirs_of_an_older_card_are_heirs_no_more() -> None:
    second = card(2, ANNA, witness=BORIS, heirs=[of(ANNA), of(BORIS)])
    assert not follows(card(3, CLARA, witness=ANNA), second)
    assert follows(card(3, BORIS, witness=ANNA), second)
    assert not follows(SERVED, second)
    assert not follows(card(3, ANNA, witness=BORIS), card(2, heirs=None))  # a page of before this


def test_a_witness_that_does_not_fit_is_refused_by_both_readers() -> None:
    new, other = card(2, BORIS, witness=ANNA), card(3, BORIS, witness=ANNA)
    for broken in (
        {name: value for name, value in new.items() if name != "witness_key"},
        {name: value for name, value in new.items() if name != "witness_signature"},
        {**new, "witness_signature": other["witness_signature"]},
        {**new, "witness_key": new["verify_key"]},
        {**new, "heirs": [of(THIEF), of(ANNA)]},
        {**new, "number": 5},
    ):
        with pytest.raises(CardRefused):
            check_card(broken)
        with pytest.raises(CardNotAccepted):
            check_intake_card(json.dumps(broken))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["heirs", "number", "witness_key", "witness_signature"]), _JSON, min_size=1
    )
)
def test_whatever_stands_there_is_read_or_refused(changes: dict[str, Any]) -> None:
    bare = {name: value for name, value in SERVED.items() if name not in changes}
    for hostile in ({**SERVED, **changes}, {**bare, **changes}):
        try:
            read = check_card(hostile)
        except CardRefused:
            continue
        assert isinstance(read, Card)
        assert hostile == SERVED


@pytest.mark.parametrize(
    "heirs",
    [
        [],
        {},
        [[]],
        ["a" * 26],
        [[1]],
        [["A" * 26]],
        [["a" * 25]],
        [["a" * 26, "a" * 26]],
        [["a" * 26], ["a" * 26]],
        [[one] for one in ("ab" * 13,)] * 65,
        [["a" * 26], [f"{'a' * 26}\n"]],
    ],
)
def test_heirs_of_another_form_are_refused_though_signed(heirs: Any) -> None:
    with pytest.raises(CardRefused):
        check_card(card(2, heirs=heirs or [[]]))


@pytest.mark.parametrize("number", [True, -1, 0.5, "1", 1 << 53, [1]])
def test_numbers_of_another_form_are_refused_though_signed(number: Any) -> None:
    text = print_intake_card(ANNA, OLD, team="T", languages=("ru",), box=BOXES[0], write=WRITE, number=number)
    with pytest.raises(CardRefused):
        check_card(json.loads(text))


class Notices:
    """A relay that keeps notices, and whoever has a read token may change them."""

    def __init__(self) -> None:
        self.notices: dict[str, bytes] = {}

    async def get_notice(self, box: bytes) -> bytes | None:
        return self.notices.get(box.hex())

    def put(self, box: str, what: dict[str, Any]) -> None:
        self.notices[box] = json.dumps(what).encode()


async def box_shown(front: Any) -> str:
    transport = httpx.ASGITransport(front)
    async with httpx.AsyncClient(transport=transport, base_url="http://front") as session:
        page = (await session.get("/?lang=en")).text
    return next(box for box in BOXES if box in page)


@pytest.fixture
def relay(monkeypatch: pytest.MonkeyPatch) -> Notices:
    monkeypatch.setattr(front_app, "_ASK_SECONDS", 0.0)
    return Notices()


def start(relay: Notices, folder: Path, first: dict[str, Any] = SERVED) -> Any:
    return make_front(first, relay, kept=KeptCard(folder / "page-card.json"))  # type: ignore[arg-type]


def test_the_page_goes_the_whole_row_at_once_and_never_back_also_after_a_restart(
    relay: Notices, tmp_path: Path
) -> None:
    second, third = card(2, ANNA, witness=BORIS), card(3, CLARA, witness=BORIS)
    relay.put(BOXES[1], second)
    relay.put(BOXES[2], third)
    front = start(relay, tmp_path)
    assert asyncio.run(box_shown(front)) == BOXES[3]
    for box in BOXES:  # the thief has the tokens of the old boxes, and the relay helps with the new one's
        relay.put(box, SERVED)
    for again in (front, start(relay, tmp_path)):
        assert asyncio.run(box_shown(again)) == BOXES[3]
    relay.put(BOXES[3], second)
    assert asyncio.run(box_shown(start(relay, tmp_path))) == BOXES[3]
    by_hand = card(7, THIEF, box=BOXES[0])
    assert asyncio.run(box_shown(start(relay, tmp_path, by_hand))) == BOXES[0]  # a new file wins


@pytest.mark.parametrize("content", ["", "{", "[]", '{"of":1}', '{"of":"x","card":{}}', "[" * 100_000])
def test_what_was_kept_and_spoiled_is_as_if_nothing_had_been_kept(
    relay: Notices, tmp_path: Path, content: str
) -> None:
    (tmp_path / "page-card.json").write_text(content)
    assert asyncio.run(box_shown(start(relay, tmp_path))) == BOXES[1]


def test_a_disk_that_takes_nothing_changes_nothing_of_what_is_shown(relay: Notices, tmp_path: Path) -> None:
    relay.put(BOXES[1], card(2, ANNA, witness=BORIS))
    assert asyncio.run(box_shown(start(relay, tmp_path / "missing"))) == BOXES[2]

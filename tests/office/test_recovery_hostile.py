"""Coming back while somebody does what they can against it: a device that was cut off, a helper slipped in, a relay."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from tests.support.recovery import agree, back, everything, keep_up, key_of, three_desks
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import Desk, closing, found, newcomer, settle

from leeward.domain.recovery import Escrowed, RecoverySet
from leeward.ledger.escrow import PART, Part, print_part, read_item
from leeward.ledger.model import note, put
from leeward.ledger.roster import DEVICE_KIND, PAPERS
from leeward.office import recovery
from leeward.office.cutoff import make_new_keys, put_out
from leeward.office.recovery_back import NothingCameBack, open_box
from leeward.office.recovery_escrow import make_shares, share_part
from leeward.seal.envelope import open_sealed
from leeward.seal.errors import SealError
from leeward.seal.keys import make_identity
from leeward.seal.kinds import Kind
from leeward.seal.shares import make_recovery_key
from leeward.sync.outbox import Outbox

Three = tuple[Desk, Desk, Desk]


@pytest.fixture
def relay() -> RelaySimulator:
    return RelaySimulator()


@pytest.fixture
def three(tmp_path: Path, relay: RelaySimulator) -> Iterator[Three]:
    desks = three_desks(tmp_path, relay)
    with closing(*desks):
        agree(*desks)
        yield desks


def made_up(desk: Desk, compartment: str, kind: str) -> Part:
    chance = desk.session.chance
    box, read, write = chance.draw(16).hex(), chance.draw(32).hex(), chance.draw(32).hex()
    desk.relay.make_box(box, read, write)
    return Part(compartment, kind, box, read, write, 1, ((1, make_identity(chance).string()),))


def give(desk: Desk, part: Part) -> None:
    """Put shares of these keys into everybody's box, as a desk does."""
    circle = recovery.circle_now(desk.session)
    assert circle is not None
    sealed = make_shares(desk.session, circle, PART, desk.session.make_id(), "", print_part(part))
    Outbox(desk.vault, desk.session.chance).send_all(
        (one.box, one.write, item) for one, item in zip(circle.holders, sealed, strict=True)
    )
    desk.exchange().outbox.deliver_items(desk.relay)


def cut_off(desk: Desk, *others: Desk) -> None:
    """Put the first device out, with the votes of the others, and let them make new keys."""
    for one in others:
        put_out(one.session, [desk.device_id])
        settle(*others)
    while any(make_new_keys(one.session, 50) for one in others):
        settle(*others)
    settle(*others)
    keep_up(*others)


def test_a_device_that_was_cut_off_can_put_nothing_in_its_place(
    three: Three, relay: RelaySimulator, tmp_path: Path
) -> None:
    anna, boris, clara = three
    circle = anna.vault.compartment_of("team")
    case = anna.vault.compartments("case")[0].id
    cut_off(clara, anna, boris)
    for part in (made_up(clara, circle, "team"), made_up(clara, "other".ljust(26, "a"), "team")):
        give(clara, part)
    give(clara, made_up(clara, case, "case"))
    give(clara, made_up(clara, "mine".ljust(26, "a"), "case"))
    before = everything(anna.session)
    session, _ = back(tmp_path / "back", relay.door(), key_of(anna), key_of(boris))
    with session.vault:
        assert {one: everything(session).get(one) for one in before} == before
        assert {one.id for one in session.vault.compartments()} == {
            one.id for one in anna.vault.compartments()
        }


def test_as_soon_as_enough_words_are_out_of_use_they_open_nothing_written_later(
    three: Three, relay: RelaySimulator, tmp_path: Path
) -> None:
    """Clara reads the team's part only, but her words and Boris's, both seized, would open all of it."""
    anna, boris, clara = three
    seized = key_of(clara), key_of(boris)
    cut_off(clara, anna, boris)
    record = anna.vault.compartment_of("record")
    epoch = anna.vault.compartment(record).epoch
    assert epoch == 1  # one sheet alone opens nothing
    recovery.renew_key(boris.session)
    keep_up(anna, boris)
    assert anna.vault.compartment(record).epoch > epoch
    later = "later".ljust(26, "a")
    anna.session.commit(record, put("claim", later, text="after that"))
    keep_up(anna, boris)
    session, _ = back(tmp_path / "theirs", relay.door(), *seized)
    with session.vault:
        assert session.vault.get(later) is None
    session, _ = back(tmp_path / "ours", relay.door(), key_of(boris), key_of(anna))
    with session.vault:
        assert session.vault.get(later) is not None


def test_of_contradicting_keys_those_that_open_the_box_are_taken(
    three: Three, relay: RelaySimulator, tmp_path: Path
) -> None:
    """Clara belongs, and gives keys of a case that she cannot read."""
    anna, boris, clara = three
    case = anna.vault.compartments("case")[0].id
    give(clara, made_up(clara, case, "case"))
    session, _ = back(tmp_path / "back", relay.door(), key_of(anna), key_of(boris))
    with session.vault:
        assert session.vault.get("case".ljust(26, "a")) is not None


def test_what_was_erased_from_the_relay_does_not_come_back_as_an_empty_part(
    three: Three, relay: RelaySimulator, tmp_path: Path
) -> None:
    anna, boris, _ = three
    case = anna.vault.compartments("case")[0]
    relay.door().delete_box(case.box, case.read)
    session, _ = back(tmp_path / "back", relay.door(), key_of(anna), key_of(boris))
    with session.vault:
        assert session.vault.compartments("case") == []
    assert case.box not in relay.boxes


def test_rubbish_in_a_box_stops_nobody(three: Three, relay: RelaySimulator, tmp_path: Path) -> None:
    anna, boris, _ = three
    holder = recovery.holders(anna.session)[anna.session.member_id]
    door = relay.door()
    for number, rubbish in enumerate((b"", b"x" * 5000, relay.boxes[holder.box].items[0].untrusted_sealed)):
        door.append(holder.box, holder.write, f"{number:032x}", rubbish)
    session, told = back(tmp_path / "back", relay.door(), key_of(anna), key_of(boris))
    session.vault.close()
    assert told.parts == 5


def test_words_of_two_teams_and_of_nobody_bring_nothing_back(
    three: Three, relay: RelaySimulator, tmp_path: Path
) -> None:
    other = found(tmp_path / "other", relay.door())
    with closing(other):
        agree(other, needed=1)
        with pytest.raises(NothingCameBack, match="different teams"):
            back(tmp_path / "back", relay.door(), key_of(three[0]), key_of(other))
    stranger = make_recovery_key(three[0].session.chance)
    with pytest.raises(NothingCameBack, match=stranger.words().split()[0]):
        back(tmp_path / "back", relay.door(), key_of(three[0]), stranger)
    assert not (tmp_path / "back").exists()


def test_one_with_everything_that_the_relay_has_holds_one_share_of_each(
    three: Three, relay: RelaySimulator
) -> None:
    anna = three[0]
    key, identity = key_of(anna), key_of(anna).identity()
    opened = []
    for box in relay.boxes.values():
        for item in box.items:
            try:
                opened.append(read_item(open_sealed(Kind.ESCROW, item.untrusted_sealed, [identity]), key))
            except SealError:
                continue
    shares = [one.share for one in opened if hasattr(one, "share")]
    assert len(shares) >= 5
    assert all(one.needed == 2 for one in shares)
    assert {one.holder for one in shares} == {anna.session.member_id}
    assert len({one.words for one in shares}) == len(shares)


def test_a_desk_shares_nothing_out_to_people_its_member_did_not_agree_to(
    three: Three, relay: RelaySimulator, tmp_path: Path
) -> None:
    anna, boris, clara = three
    helper = newcomer(tmp_path / "helper", clara, relay.door(), name="Helper", role="volunteer")
    with closing(helper):
        keep_up(anna, boris, clara, helper)
        theirs = (clara.session.member_id, helper.session.member_id)
        made = recovery.propose(clara.session, 2, theirs)
        for mine in anna.session.find(RecoverySet):  # and even written over what Anna agreed to
            clara.session.commit(
                clara.vault.compartment_of("team"), put("recovery_set", mine.id, members=list(theirs))
            )
        keep_up(anna, boris, clara, helper)
        circle = recovery.circle_now(anna.session)
        assert circle is not None
        assert helper.session.member_id not in {one.member_id for one in circle.holders}
        their = recovery.circle_now(clara.session)
        assert their is not None
        case = anna.vault.compartments("case")[0].id
        assert their.name not in {one.circle for one in anna.session.find(Escrowed, compartment=case)}
        for part in clara.vault.compartments():  # what is hers she can give to whom she likes
            share_part(clara.session, part, their)
        keep_up(clara, helper)
        session, told = back(tmp_path / "theirs", relay.door(), key_of(clara), key_of(helper))
        with session.vault:
            assert session.vault.compartments("case") == []
            assert told.parts < 5
        assert made.by == clara.session.member_id


def test_nobody_writes_down_a_key_in_anothers_name(three: Three) -> None:
    anna, boris, clara = three
    stolen = make_recovery_key(clara.session.chance)
    said = {
        "recipient": stolen.identity().recipient().string(),
        "box": stolen.box(),
        "write": stolen.write(),
        "at": 1 << 50,
    }
    clara.session.commit(
        clara.vault.compartment_of("team"), note(DEVICE_KIND, boris.device_id, PAPERS, {"recovery": said})
    )
    settle(anna, boris, clara)
    assert recovery.holders(anna.session)[boris.session.member_id].box == key_of(boris).box()


def test_a_paper_that_is_none_makes_no_holder_and_no_trouble(three: Three) -> None:
    anna, _, clara = three
    papers: tuple[object, ...] = (
        1,
        {},
        {"recipient": "age1pq1", "box": "a" * 32, "write": "b" * 64, "at": 1},
        {"recipient": 5, "box": "../x", "write": [], "at": "now"},
    )
    for said in papers:
        clara.session.commit(
            clara.vault.compartment_of("team"), note(DEVICE_KIND, clara.device_id, PAPERS, {"recovery": said})
        )
        settle(clara, anna, rounds=1)
        assert clara.session.member_id not in recovery.holders(anna.session)
    assert recovery.circle_now(anna.session) is not None


def test_an_older_anchor_never_wins(three: Three, relay: RelaySimulator) -> None:
    anna, boris, clara = three
    before = open_box(relay.door(), key_of(anna)).anchor
    cut_off(clara, anna, boris)
    after = open_box(relay.door(), key_of(anna)).anchor
    assert len(after.devices) == len(before.devices) - 1
    assert after.at > before.at
    assert msgspec.structs.replace(after, devices=(), at=0) == msgspec.structs.replace(
        before, devices=(), at=0
    )

"""Coming back from nothing: enough members' words, a relay's address, and an empty folder.

1. The words find their boxes. Each person's own anchor there, which nobody else could have written, says which team it
   was and whose word counted; the anchors must name one team.
2. A share counts if the device that signed it belongs: for the team's own part by the anchors, and its first key
   must be the one they know; for every other part by the roster that then came back. A device that was cut off gives
   nothing.
3. Keys of one part that contradict one another: only those that open what lies in the part's box.
4. The vault is of a new device and a new member; who was there is written down for all to see. Colleagues who are
   still there believe what it writes once one of them lets it in.
5. If anything fails, nothing is left behind.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from leeward.base.ports import Chance, Clock
from leeward.base.say import Message, say
from leeward.domain.recovery import CameBack
from leeward.domain.team import Access, Member
from leeward.domain.typed import write_new
from leeward.ledger.errors import GrantError, LedgerError
from leeward.ledger.escrow import PART, Anchor, Part, Signed, first_hash, read_item, read_part
from leeward.ledger.grant import VERSION, GrantHead
from leeward.ledger.roster import card_paper, member_of_key
from leeward.ledger.store.keyring import derive_room, is_first
from leeward.ledger.store.vault import Vault
from leeward.office.errors import OfficeError
from leeward.office.relay import set_relay, use_relay
from leeward.office.session import Session
from leeward.office.team import device_card
from leeward.seal.envelope import decrypt, open_sealed
from leeward.seal.errors import SealError, SharesRefused
from leeward.seal.keys import DEFAULT_WORK_FACTOR, Identity
from leeward.seal.kinds import Kind
from leeward.seal.shares import RecoveryKey, combine
from leeward.seal.signing import VerifyKey
from leeward.sync.errors import RelayRefused
from leeward.sync.exchange import Exchange
from leeward.sync.port import Relay

_PAGE = 200
_TEAM = "team"

Progress = Callable[[int, int], None]


class NothingCameBack(OfficeError):
    """The words, the relay or the export do not give a team back."""

    code = "recovery.nothing"


class Box(msgspec.Struct, frozen=True):
    """What lay in one member's box: their newest anchor, and the shares, none of which is believed yet."""

    anchor: Anchor
    shares: tuple[Signed, ...]


class Back(msgspec.Struct, frozen=True):
    """What came back."""

    parts: int
    records: int
    closed: int  # parts of which not enough shares were there, or that nobody who belongs had given
    present: tuple[str, ...]  # member ids
    card: str  # of the new device, for colleagues who are still there
    fingerprint: str
    giver: str = ""  # of an export: the device that signed it


def open_box(relay: Relay, key: RecoveryKey) -> Box:
    """Return what lies in the box that a person's words name. NothingCameBack, SyncError."""
    identity = key.identity()
    anchors: list[Anchor] = []
    shares: list[Signed] = []
    after = 0
    while True:
        try:
            listing = relay.list_items(key.box(), key.read(), after=after, limit=_PAGE)
        except RelayRefused as error:
            if error.word != "no-such-box":
                raise
            break
        for item in listing.items:
            after = max(after, item.number)
            try:
                found = read_item(open_sealed(Kind.ESCROW, item.untrusted_sealed, [identity]), key)
            except (SealError, LedgerError):
                continue  # whoever knows where to put things can put rubbish there
            if isinstance(found, Anchor):
                anchors.append(found)
            else:
                shares.append(found)
        if not listing.items or after >= listing.last:
            break
    if not anchors:
        raise _nothing(
            say("The relay has nothing for the words that begin with “{words}”.", words=_first_words(key))
        )
    newest = max(anchors, key=lambda one: one.at)
    return Box(newest, tuple(one for one in shares if one.share.holder == newest.member))


def come_back(  # noqa: PLR0913 - what somebody is asked who has lost everything, each once
    folder: Path,
    passphrase: str,
    keys: Sequence[RecoveryKey],
    relay: Relay,
    *,
    url: str,
    name: str,
    clock: Clock,
    chance: Chance,
    proxy: str = "",
    progress: Progress = lambda _done, _of: None,
    work_factor: int = DEFAULT_WORK_FACTOR,
) -> tuple[Session, Back]:
    """Make a vault that holds what the relay keeps of the team. NothingCameBack, SyncError, LedgerError."""
    boxes = [open_box(relay, key) for key in keys]
    vault = Vault.create(
        folder, passphrase, member_id="", clock=clock, chance=chance, work_factor=work_factor
    )
    try:
        session = Session(vault, clock=clock, chance=chance)
        use_relay(vault, relay)
        set_relay(vault, url, proxy=proxy)
        closed = take_all(session, relay, boxes, progress)
        present = tuple(sorted({box.anchor.member for box in boxes}))
        card = settle_in(session, name, present, "relay")
        Exchange(vault, relay, clock=clock, chance=chance).sync()
    except BaseException:
        vault.close()
        shutil.rmtree(folder, ignore_errors=True)  # 5: it was made here, a moment ago
        raise
    return session, make_report(vault, closed, present, card)


def make_report(vault: Vault, closed: int, present: tuple[str, ...], card: str, giver: str = "") -> Back:
    """Return what to tell about a vault that came back."""
    records = sum(vault.count(kind) for kind in vault.kinds())
    return Back(len(vault.compartments()), records, closed, present, card, vault.device.id, giver)


def take_all(
    session: Session,
    relay: Relay,
    boxes: Sequence[Box],
    progress: Progress = lambda _done, _of: None,
) -> int:
    """Take the keys of every part, and what the relay keeps of it; return how many parts stayed closed."""
    vault = session.vault
    _check_one_team([box.anchor for box in boxes])  # 1
    anchor = boxes[0].anchor
    believed = _devices(boxes)
    shares = [share for box in boxes for share in box.shares]
    first = [
        part
        for part in _opened(shares, believed)
        if part.compartment == anchor.team and part.kind == _TEAM and first_hash(part) == anchor.first  # 2
    ]
    if not first:
        raise _too_few(shares)
    _adopt(vault, relay, first, tuple(believed.values()))
    exchange = Exchange(vault, relay, clock=session.clock, chance=session.chance)
    exchange.sync()
    roster = vault.roster()
    belong = {one.device_id: one.verify_key for one in roster.values() if not one.removed_at}  # 2
    parts: dict[str, list[Part]] = {}
    for part in _opened(shares, belong):
        parts.setdefault(part.compartment, []).append(part)
    for done, (compartment, candidates) in enumerate(sorted(parts.items())):
        progress(done, len(parts))
        there = [part for part in candidates if compartment == anchor.team or _lies_there(relay, part)]
        _adopt(vault, relay, there, ())
    exchange.sync()
    progress(len(parts), len(parts))
    bundles = {share.share.bundle for share in shares if share.share.what == PART}
    opened = {bundle for bundle, _, _ in _combined(shares, {**believed, **belong})}
    return len(bundles - opened)


def settle_in(session: Session, name: str, present: Sequence[str], source: str) -> str:
    """Make this device a member of its own, and write down how it came (4); return its card."""
    vault = session.vault
    member = member_of_key(vault.device.signing_key.verify_key())
    vault.set_member(member)
    card = device_card(session, name=name, role="safety")
    came = CameBack(
        id=session.make_id(),
        at=session.now(),
        device_id=vault.device.id,
        present=tuple(present),
        source=source,
    )
    session.commit(
        session.compartment_of(_TEAM),
        card_paper(vault.device.id, card),
        write_new(Member(id=member, name=name, role="safety")),
        write_new(came),
    )
    for compartment in vault.compartments():
        access = Access(
            id=session.make_id(), device_id=vault.device.id, member_id=member, at=session.now(), by=member
        )
        session.commit(compartment.id, write_new(access))
    return card


def opened_content(
    shares: Iterable[Signed], believed: Mapping[str, VerifyKey], what: str
) -> list[tuple[Signed, bytes]]:
    """Return the contents that enough of these shares give, each with one of its shares; the newest first."""
    found = [
        (signed, content)
        for _, (signed, content) in _combined(shares, believed).items()
        if signed.share.what == what
    ]
    return sorted(found, key=lambda one: one[0].share.at, reverse=True)


def _opened(shares: Iterable[Signed], believed: Mapping[str, VerifyKey]) -> list[Part]:
    parts = []
    for _, content in opened_content(shares, believed, PART):
        try:
            parts.append(read_part(content))
        except LedgerError:
            continue
    return parts


_Bundle = tuple[str, str, bytes]


def _combined(
    shares: Iterable[Signed], believed: Mapping[str, VerifyKey]
) -> dict[_Bundle, tuple[Signed, bytes]]:
    """Open every bundle of which enough shares by a believed device are there."""
    groups: dict[_Bundle, dict[str, Signed]] = {}
    for signed in shares:
        share = signed.share
        key = believed.get(share.giver)
        if key is not None and signed.verify(key):
            groups.setdefault((share.bundle, share.giver, share.sealed), {})[share.holder] = signed
    found = {}
    for bundle, members in groups.items():
        one = next(iter(members.values()))
        if len(members) < one.share.needed:
            continue
        try:
            secret = combine(signed.share.words for signed in members.values())
            found[bundle] = (one, decrypt(one.share.sealed, [Identity.from_seed(secret)]))
        except (SharesRefused, SealError):
            continue
    return found


def _devices(boxes: Sequence[Box]) -> dict[str, VerifyKey]:
    """Return the devices that belonged, by the newest of the anchors."""
    found = {}
    for raw in max((box.anchor for box in boxes), key=lambda one: one.at).devices:
        key = VerifyKey.from_bytes(raw)
        found[key.fingerprint()] = key
    return found


def _check_one_team(anchors: Sequence[Anchor]) -> None:
    if len({(anchor.team, anchor.first) for anchor in anchors}) != 1:
        raise _nothing(say("These words belong to different teams."))


def _adopt(vault: Vault, relay: Relay, candidates: Sequence[Part], signers: Sequence[VerifyKey]) -> None:
    """Take the keys of one part (3); the fullest first."""
    ordered = sorted(candidates, key=lambda part: -len(part.epochs))
    if not _agree(ordered):
        ordered = [part for part in ordered if _opens(relay, part)]
    for part in ordered:
        head = GrantHead(
            VERSION,
            vault.device.id,
            vault.device.id,
            part.compartment,
            part.kind,
            part.box,
            part.read,
            part.write,
            part.epochs,
            part.made_at,
        )
        try:
            vault.adopt([head], signers)
        except GrantError:
            continue


def _agree(parts: Collection[Part]) -> bool:
    heads = {(part.kind, part.box, part.read, part.write) for part in parts}
    epochs: dict[int, str] = {}
    return len(heads) == 1 and all(
        epochs.setdefault(number, text) == text for part in parts for number, text in part.epochs
    )


def _lies_there(relay: Relay, part: Part) -> bool:
    """Tell whether the relay has a box of this part. Of whom was erased, it has none: what is gone stays gone."""
    for number, text in reversed(part.epochs):
        box, read, _ = (part.box, part.read, "") if is_first(number) else derive_room(text)
        with contextlib.suppress(RelayRefused, ValueError):
            relay.list_items(box, read, limit=1)
            return True
    return False


def _opens(relay: Relay, part: Part) -> bool:
    """Tell whether these keys open the first thing that lies in one of the part's boxes."""
    try:
        identities = [Identity.from_string(text) for _, text in part.epochs]
        for number, text in part.epochs:
            box, read, _ = (part.box, part.read, "") if is_first(number) else derive_room(text)
            for item in relay.list_items(box, read, limit=1).items:
                open_sealed(Kind.SEGMENT, item.untrusted_sealed, identities)
                return True
    except (SealError, RelayRefused, ValueError):
        return False
    return False


def _too_few(shares: Sequence[Signed]) -> NothingCameBack:
    needed = max((one.share.needed for one in shares), default=0)
    have = len({one.share.holder for one in shares})
    if have < needed:
        return _nothing(
            say("Words of {needed} people are needed; these are of {have}.", needed=needed, have=have)
        )
    return _nothing(say("The relay has no keys of the team that somebody who belonged put there."))


def _first_words(key: RecoveryKey) -> str:
    return " ".join(key.words().split()[:2]) + " …"


def _nothing(what: Message) -> NothingCameBack:
    return NothingCameBack(
        what,
        kept=say("Nothing was made, and what lies on the relay is as it was."),
        next_step=say("Check the relay's address and the words; ask one more of the people who have some."),
    )

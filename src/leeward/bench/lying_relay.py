"""A relay in memory with the client's real interface (sync/port.py) that lies on demand, and always the same way.

    relay = LyingRelay(SeededChance(7))
    anna, boris = relay.door(), relay.door()          # what two desks hold: each can be lied to apart
    boris.tricks.append(Trick(Art.HIDE, box))         # until it is taken away, or for so many answers
    relay.do(Deed.ROLL_BACK, box)                     # changes what is stored

1. What is stored lies on branches; a door looks at one branch for each box. A fork gives a door a branch of its own,
   so that two desks are shown two pasts for as long as it likes.
2. Deeds change what is stored, tricks change answers. Any number of them at once.
3. Every answer is also given to the door's witness (witness.py), which knows what that desk could know of it.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from functools import lru_cache

from leeward.base.ports import Chance
from leeward.bench.witness import Witness
from leeward.practice.chance import SeededChance
from leeward.sync.errors import RelayNonsense, RelayRefused, RelayUnreachable
from leeward.sync.listing import Item, Listing
from leeward.sync.port import hash_of_token
from leeward.wire.errors import REFUSALS

MAIN = "main"


class Art(enum.StrEnum):
    """How an answer can be false."""

    HIDE = "hide"  # leaves one item out
    FREEZE = "freeze"  # admits nothing newer than now
    REORDER = "reorder"
    REPLAY = "replay"  # begins with what was handed out before
    DOUBLE = "double"  # two items under one number
    CUT = "cut"  # leaves out the end, and owns up to it in its count
    SILENT = "silent"  # gives nothing, and says that there is something
    BOAST = "boast"  # says that there is more than there is
    PLAY_DOWN = "play-down"  # says that there is less than it gives
    WRONG_PLACE = "wrong-place"  # answers for another number than the one asked for
    CORRUPT = "corrupt"  # flips bytes of one item
    SHORTEN = "shorten"  # cuts bytes off one item
    SWAP = "swap"  # puts an item of another box in the place of one
    BREAK_OFF = "break-off"  # the answer ends in the middle
    DROP = "drop"  # says that it keeps an item, and does not
    LOSE_ANSWER = "lose-answer"  # keeps it, and the answer is lost: no lie
    AWAY = "away"  # nothing answers: no lie


HARMLESS = frozenset({Art.LOSE_ANSWER, Art.AWAY})


class Deed(enum.StrEnum):
    """What a relay can do to what it stores."""

    ROLL_BACK = "roll-back"
    GROW_AGAIN = "grow-again"  # rolls back, and fills up to the same length with something else
    LOSE = "lose"  # one item, and moves the others up
    ROT = "rot"  # flips bytes of one item
    EXCHANGE = "exchange"  # of the bytes of two items, also of different boxes
    TURN = "turn"  # puts two items into the other order
    FORGET = "forget"  # a whole box


@dataclass
class Trick:
    """One way of lying, at one box or ("") at all, for so many answers or (None) until it is taken away."""

    art: Art
    box: str = ""
    left: int | None = None
    frozen: int = -1  # for FREEZE: the last number admitted, from the first answer on


@dataclass
class _Box:
    read: bytes
    write: bytes
    items: list[Item] = field(default_factory=list)


class LyingRelay:
    """What all doors share. Not for threads."""

    def __init__(self, chance: SeededChance) -> None:
        self.chance = chance
        self.branches: dict[str, dict[str, _Box]] = {MAIN: {}}
        self.doors: list[Door] = []
        self.lied_of: set[str] = set()  # boxes in which something was done, or that were forked

    def door(self) -> Door:
        """Return what one desk talks to."""
        made = Door(self)
        self.doors.append(made)
        return made

    def copy(self, chance: SeededChance) -> LyingRelay:
        """Return an honest relay with the same items and no doors."""
        made = LyingRelay(chance)
        made.branches = {MAIN: _copied(self.branches[MAIN])}
        return made

    def boxes(self) -> list[str]:
        """Return the boxes that have something, by name."""
        return sorted(box for box, held in self.branches[MAIN].items() if held.items)

    def fork(self, door: Door, boxes: list[str]) -> None:
        """Give a door a past of its own for these boxes, from now on (1)."""
        name = f"branch {len(self.branches)}"
        view = {box: held for box in boxes if (held := door.held(box)) is not None}
        self.branches[name] = _copied(view)
        self.lied_of.update(view)
        door.looks_at.update(dict.fromkeys(view, name))

    def put(self, box: str, sealed: bytes) -> None:
        """Slip an item into a box that nobody put there."""
        items = self.branches[MAIN][box].items
        items.append(Item(len(items) + 1, self.chance.draw(16).hex(), sealed))
        self.lied_of.add(box)

    def behave(self, branch: str | None = None) -> None:
        """End all tricks; show everybody the same again, of this branch where it has a box."""
        for door in self.doors:
            door.tricks.clear()
            door.looks_at.clear()
        if branch is not None:
            self.branches[MAIN].update(self.branches[branch])

    def do(self, deed: Deed, box: str, branch: str = MAIN) -> bool:
        """Do something to a box; False if there is nothing in it to do this to (2)."""
        held = self.branches[branch].get(box)
        if held is None or not held.items:
            return False
        items = held.items
        self.lied_of.add(box)
        place = self.chance.between(0, len(items) - 1)
        match deed:
            case Deed.FORGET:
                del self.branches[branch][box]
            case Deed.ROLL_BACK:
                del items[place:]
            case Deed.GROW_AGAIN:
                others = [self._from_elsewhere(number, branch) for number in range(place + 1, len(items) + 1)]
                items[place:] = others
            case Deed.LOSE:
                del items[place]
            case Deed.ROT:
                items[place] = _with_bytes(items[place], _flip(items[place].untrusted_sealed, self.chance))
            case Deed.EXCHANGE:
                every = self.branches[branch]
                from_box = self.chance.pick(sorted(name for name, one in every.items() if one.items))
                self.lied_of.add(from_box)
                there = every[from_box].items
                other = self.chance.between(0, len(there) - 1)
                mine, theirs = items[place], there[other]
                items[place] = _with_bytes(mine, theirs.untrusted_sealed)
                there[other] = _with_bytes(theirs, mine.untrusted_sealed)
            case Deed.TURN:
                items.insert(self.chance.between(0, len(items) - 1), items.pop(place))
        _number(items)
        return True

    def _from_elsewhere(self, number: int, branch: str) -> Item:
        held = self.chance.pick([one for one in self.branches[branch].values() if one.items])
        return Item(number, self.chance.draw(16).hex(), self.chance.pick(held.items).untrusted_sealed)


class Door:
    """One desk's view of the relay, with the lies told at it. Keeps the port of sync/port.py."""

    def __init__(self, relay: LyingRelay) -> None:
        self.relay = relay
        self.tricks: list[Trick] = []
        self.looks_at: dict[str, str] = {}  # box -> branch, if not the main one
        self.witness = Witness()
        self.broke_off = False
        self.lied_of: set[str] = set()  # boxes of which a trick changed an answer

    def held(self, box: str) -> _Box | None:
        """Return a box as this door sees it."""
        return self.relay.branches[self.looks_at.get(box, MAIN)].get(box)

    def hello(self) -> None:
        """See Relay."""
        self._come_in("")

    def make_box(self, box: str, read: str, write: str) -> bool:
        """See Relay."""
        self._come_in(box)
        made = _Box(hash_of_token(read), hash_of_token(write))
        there = self.relay.branches[self.looks_at.get(box, MAIN)].setdefault(box, made)
        if (there.read, there.write) != (made.read, made.write):
            raise RelayRefused(REFUSALS["box-taken"]())
        return there is made

    def append(self, box: str, write: str, item: str, sealed: bytes) -> int:
        """See Relay."""
        self._come_in(box)
        items = self._open(box, write, write=True).items
        for there in items:
            if there.id == item:
                if there.untrusted_sealed != sealed:
                    raise RelayRefused(REFUSALS["item-taken"]())
                return there.number
        number = len(items) + 1
        if self._turns_to(Art.DROP, box):
            number = number if self.relay.chance.share(0.7) else self.relay.chance.between(1, number)
            self.witness.promised(box, number, item, sealed)
            return number
        items.append(Item(number, item, sealed))
        if self._turns_to(Art.LOSE_ANSWER, box):
            raise RelayUnreachable("no answer in time")
        self.witness.promised(box, number, item, sealed)
        return number

    def list_items(
        self, box: str, read: str, *, after: int = 0, limit: int = 500, wait: float = 0
    ) -> Listing:
        """See Relay. Never waits."""
        del wait
        self._come_in(box)
        if self._turns_to(Art.BREAK_OFF, box):
            self.broke_off = True
            raise RelayNonsense("a listing that breaks off")
        if self.held(box) is None:
            self.witness.shown(box, 0, Listing((), 0))
        items = self._open(box, read, write=False).items
        shown = self._lie(box, after, limit, items)
        self.witness.shown(box, after, shown)
        return shown

    def delete_box(self, box: str, read: str) -> None:
        """See Relay."""
        self._come_in(box)
        self._open(box, read, write=False)
        del self.relay.branches[self.looks_at.get(box, MAIN)][box]

    def close(self) -> None:
        """See Relay."""

    def _come_in(self, box: str) -> None:
        if self._turns_to(Art.AWAY, box):
            raise RelayUnreachable("no connection")

    def _open(self, box: str, token: str, *, write: bool) -> _Box:
        found = self.held(box)
        if found is None or _hash_of(token) != (found.write if write else found.read):
            raise RelayRefused(REFUSALS["no-such-box"]())
        return found

    def _turns_to(self, art: Art, box: str) -> bool:
        return bool(self.tricks) and self._trick(art, box) is not None

    def _trick(self, art: Art, box: str) -> Trick | None:
        """Return a trick of this sort that is on here, and use it once."""
        for trick in self.tricks:
            if trick.art is art and trick.box in {"", box} and trick.left != 0:
                if trick.left is not None:
                    trick.left -= 1
                if art not in HARMLESS:
                    self.lied_of.add(box)
                return trick
        return None

    def _lie(self, box: str, after: int, limit: int, items: list[Item]) -> Listing:
        """Return the answer, as false as the tricks make it."""
        chance = self.relay.chance
        last = len(items)
        if not self.tricks:
            told = items[after : after + limit]
            if told:
                chance.between(0, len(told) - 1)  # as with tricks, so that a seed stays the same history
            return Listing(tuple(told), last)
        freeze = self._trick(Art.FREEZE, box)
        if freeze is not None:
            freeze.frozen = last if freeze.frozen < 0 else freeze.frozen
            last = min(last, freeze.frozen)
        if self._turns_to(Art.WRONG_PLACE, box):
            after = max(after + chance.pick((-2, -1, 1, 2)), 0)
        start = 0 if self._turns_to(Art.REPLAY, box) else after
        told = items[start:last][:limit]
        if told:
            told = self._spoil(box, told)
        if self._turns_to(Art.SILENT, box):
            told, last = [], max(last, after + 1)
        if self._turns_to(Art.BOAST, box):
            last += 3
        if self._turns_to(Art.PLAY_DOWN, box):
            last = max(last - 2, 0)
        return Listing(tuple(told), last)

    def _spoil(self, box: str, told: list[Item]) -> list[Item]:
        chance = self.relay.chance
        place = chance.between(0, len(told) - 1)
        raw = told[place].untrusted_sealed
        told = list(told)
        if self._turns_to(Art.CORRUPT, box):
            told[place] = _with_bytes(told[place], _flip(raw, chance))
        if self._turns_to(Art.SHORTEN, box):
            told[place] = _with_bytes(told[place], raw[: chance.between(0, len(raw) - 1)])
        if self._turns_to(Art.SWAP, box):
            others = [held.items for held in self.relay.branches[MAIN].values() if held.items]
            told[place] = _with_bytes(told[place], chance.pick(chance.pick(others)).untrusted_sealed)
        if self._turns_to(Art.DOUBLE, box):
            told.insert(place, _with_bytes(told[place], _flip(raw, chance)))
        if self._turns_to(Art.HIDE, box):
            del told[place]
        if self._turns_to(Art.CUT, box):
            told = told[: len(told) // 2]
        if self._turns_to(Art.REORDER, box):
            told.reverse()
        return told

    # what a history of the ledger does not use: kept honestly

    def put_blob(self, blob: str, sealed: bytes, erase: str) -> None:
        """See Relay. Pieces are addressed by their hash; lies about them are not played here."""
        del blob, sealed, erase
        raise RelayUnreachable("no pieces here")

    def get_blob(self, blob: str) -> bytes | None:
        """See Relay."""
        return None if blob else b""

    def has_blob(self, blob: str) -> bool:
        """See Relay."""
        return not blob

    def delete_blob(self, blob: str, erase: str) -> None:
        """See Relay."""

    def turn(self, body: bytes) -> tuple[Listing, ...]:
        """See Relay."""
        del body
        raise RelayUnreachable("no turns here")

    def put_notice(self, box: str, read: str, notice: bytes) -> None:
        """See Relay."""

    def get_notice(self, box: str) -> bytes | None:
        """See Relay."""
        return None if box else b""

    def set_gate(self, box: str, read: str, *, known_only: bool) -> None:
        """See Relay."""


def _copied(branch: dict[str, _Box]) -> dict[str, _Box]:
    return {name: _Box(box.read, box.write, list(box.items)) for name, box in branch.items()}


@lru_cache(4096)
def _hash_of(token: str) -> bytes:
    return hash_of_token(token)


def _with_bytes(item: Item, sealed: bytes) -> Item:
    return Item(item.number, item.id, sealed)


def _flip(raw: bytes, chance: Chance) -> bytes:
    if not raw:
        return b"?"
    place = int.from_bytes(chance.draw(4), "big") % len(raw)
    return raw[:place] + bytes([raw[place] ^ 0x55]) + raw[place + 1 :]


def _number(items: list[Item]) -> None:
    items[:] = [Item(number, item.id, item.untrusted_sealed) for number, item in enumerate(items, 1)]

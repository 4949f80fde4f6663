"""Generated histories: desks that work, and a relay that lies to them; then what is true is compared with what is held.

One seed is one history: two to four honest desks with real vaults and real keys write, sync, restart, stay away, hand
out keys, cut a device off, while the relay lies in every way of lying_relay.py, alone and combined. Then

 1. two desks exchange a word: the boxes of devices are told honestly, all else as falsely as before, or not;
 2. the relay becomes honest, on one of the pasts it showed;

and this is counted, without asking the code that is measured:

 a. accepted: an entry in any vault that its author's vault had not committed, byte for byte, in that circle;
 b. lost: an entry that its author no longer has, or, once the relay is honest, somebody entitled does not have;
 c. unnamed: what contradicts what a desk was told (witness.py), and no desk concerned named it after 1;
 d. accused: a box of which something was named though nothing false was ever said of it.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from leeward.bench.history_desks import (
    NAMES,
    SIZES,
    Desk,
    Template,
    Tick,
    copy_vault,
    entries_in,
    make_templates,
    room,
)
from leeward.bench.lying_relay import HARMLESS, MAIN, Art, Deed, Trick
from leeward.bench.witness import different
from leeward.ledger.entry import Entry, hash_body, make_groups, print_entry
from leeward.ledger.model import put
from leeward.ledger.segment import SIGNATURE_BYTES, join_entries, parse_segment, print_head, print_segment
from leeward.office.cutoff import put_out
from leeward.office.team import grant_case
from leeward.practice.chance import SeededChance
from leeward.seal.envelope import seal
from leeward.seal.kinds import Kind

HOUR = 3_600_000
_FORGING = (3, 6)  # of each eight seeds, those in which the relay forges, too
_LIES = tuple(art for art in Art if art not in HARMLESS)


@dataclass
class Verdict:
    """What came of one history."""

    seed: int
    steps: list[str]
    accepted: list[str] = field(default_factory=list)  # a
    lost: list[str] = field(default_factory=list)  # b
    unnamed: list[str] = field(default_factory=list)  # c
    accused: list[str] = field(default_factory=list)  # d
    lies: Counter[str] = field(default_factory=Counter)  # that had an effect

    def good(self) -> bool:
        """Tell whether nothing went wrong."""
        return not (self.accepted or self.lost or self.unnamed or self.accused)


class History:
    """One history, from its seed."""

    def __init__(self, seed: int, templates: Mapping[int, Template], folder: Path) -> None:
        self.chance = SeededChance(seed)
        size = self.chance.pick(SIZES)
        template = templates[size]
        self.clock = Tick(template.now + HOUR // 4)
        self.relay = template.relay.copy(SeededChance(seed + 1))
        self.verdict = Verdict(seed, [])
        self.honest = self.chance.share(0.15)
        self.given: dict[str, set[str]] = {}  # circle -> names of the desks that were given its key
        self.desks: dict[str, Desk] = {}
        for name in NAMES[:size]:
            copy_vault(template.folder / name, folder / name)
            door = self.relay.door()
            door.witness = template.witnesses[name].copy()
            own = SeededChance(seed * 8 + len(self.desks) + 2)
            self.desks[name] = Desk(folder / name, door, self.clock, own, template.keys[name])
            for circle in self.desks[name].vault.compartments():
                self.given.setdefault(circle.id, set()).add(name)
        self.before = {
            (circle, device, count): entry
            for desk in self.desks.values()
            for _, circle, device, count, entry in entries_in(desk.vault)
        }

    def play(self) -> Verdict:
        """Play it to the end, and judge."""
        try:
            for _ in range(self.chance.between(5, 14)):
                self._step()
            self._exchange()
            self._judge_names()
            self._become_honest()
            self._judge_entries()
        finally:
            for desk in self.desks.values():
                desk.vault.close(fold=False)  # its folder is removed next
        return self.verdict

    def _step(self) -> None:
        name = self.chance.pick(sorted(self.desks))
        desk = self.desks[name]
        what = self.chance.random.choices(
            ("write", "sync", "trick", "deed", "fork", "calm", "restart", "later", "circle", "cut", "away"),
            (30, 34, 16, 8, 4, 5, 3, 4, 4, 1, 3),
        )[0]
        if self.honest and what in {"trick", "deed", "fork"}:
            what = "sync"
        self.verdict.steps.append(f"{name} {what}")
        match what:
            case "write":
                self._write(desk)
            case "sync":
                desk.sync()
            case "restart":
                desk.vault.close()
                desk.start()
            case "later":
                self.clock.now += self.chance.hours(0.5, 30)
            case "circle":
                self._new_circle(name, desk)
            case "cut":
                self._cut(name, desk)
            case _:
                self._lie(what, desk)

    def _lie(self, what: str, desk: Desk) -> None:
        """Begin a lie, or end this desk's."""
        match what:
            case "trick":
                art = self.chance.pick(_LIES)
                left = self.chance.pick((1, 2, None, None))
                desk.door.tricks.append(Trick(art, self._box(desk), left))
                self._say(f"{art} {left}")
            case "away":
                art = self.chance.pick(sorted(HARMLESS))
                desk.door.tricks.append(Trick(art, "", self.chance.between(1, 3)))
            case "deed":
                deed = self.chance.pick(tuple(Deed))
                branch = self.chance.pick(sorted(self.relay.branches))
                done = self.relay.do(deed, self._box(desk) or self.chance.pick(self.relay.boxes()), branch)
                self._say(f"{deed} {done}")
                if self.verdict.seed % 8 in _FORGING:
                    self._forge(desk)
            case "fork":
                boxes = self.relay.boxes() if self.chance.share(0.3) else [self._box(desk)]
                self.relay.fork(desk.door, [box for box in boxes if box])
            case _:
                desk.door.tricks.clear()

    def _forge(self, desk: Desk) -> None:
        """Let the relay slip in a false segment, as if it knew this desk's circles and what stands in them."""
        circle = self.chance.pick(desk.vault.compartments())
        held = list(desk.vault.segments(circle.id))
        if not held or self.relay.branches[MAIN].get(circle.box) is None:
            return
        true = parse_segment(self.chance.pick(held).plain)
        last = parse_segment(held[-1].plain)
        count = last.head.first + last.head.entries
        false = Entry(
            count,
            1 << 60,
            self.clock.now,
            make_groups(put("contact", "f" * 26, name="false"), self.chance.draw),
        )
        later = msgspec.structs.replace(
            last.head,
            number=last.head.number + 1,
            previous=last.head_hash(),
            body_hash=hash_body([false]),
            first=count,
            entries=1,
        )
        body = join_entries([print_entry(false)])
        other = self.chance.pick(desk.vault.compartments())
        forged, into = self.chance.pick(
            [
                (print_segment(true.head_bytes, true.signature, true.body[:-1] + b"?"), circle),
                (
                    print_segment(print_head(later), true.signature, body),
                    circle,
                ),  # right but for its signature
                (print_segment(true.head_bytes, self.chance.draw(SIGNATURE_BYTES), true.body), circle),
                (print_segment(true.head_bytes, true.signature, true.body), other),  # true, in another circle
            ]
        )
        if into.box in self.relay.branches[MAIN]:
            self.relay.put(into.box, seal(Kind.SEGMENT, forged, desk.vault.recipient_of(into.id)))
            self._say("and forges")

    def _say(self, what: str) -> None:
        self.verdict.steps[-1] += f" {what}"

    def _box(self, desk: Desk) -> str:
        """Return one of the boxes this desk reads; sometimes "", which means all."""
        return self.chance.pick(["", *sorted(desk.circle_of())])

    def _write(self, desk: Desk) -> None:
        for _ in range(self.chance.between(1, 2)):
            circle = self.chance.pick(desk.vault.compartments()).id
            record = desk.session.make_id()
            desk.session.commit(circle, put("contact", record, name=f"{desk.id[:4]} {len(desk.written)}"))

    def _new_circle(self, name: str, desk: Desk) -> None:
        case = desk.vault.make_compartment("case").id
        other = self.chance.pick(sorted(set(self.desks) - {name}))
        grant_case(desk.session, case, [self.desks[other].session.member_id, desk.session.member_id])
        self.given[case] = {name, other}

    def _cut(self, name: str, desk: Desk) -> None:
        if len(self.desks) < 3 or desk.cut or any(one.cut for one in self.desks.values()):
            return
        whom = self.chance.pick(sorted(set(self.desks) - {name}))
        put_out(desk.session, [self.desks[whom].id])
        self.desks[whom].cut = True
        self._say(whom)

    # the end

    def _honest_desks(self) -> dict[str, Desk]:
        return {name: desk for name, desk in self.desks.items() if not desk.cut}

    def _exchange(self) -> None:
        """Let a word of every honest desk reach the others (1)."""
        if self.chance.share(0.5):
            self.verdict.steps.append("tricks end")
            for desk in self.desks.values():
                desk.door.tricks.clear()
        own = {desk.vault.device.box for desk in self.desks.values()}
        for desk in self.desks.values():
            desk.door.tricks = [
                Trick(trick.art, box)
                for trick in desk.door.tricks
                if trick.art not in {*HARMLESS, Art.BREAK_OFF} and trick.left != 0
                for box in ([trick.box] if trick.box else sorted(set(desk.circle_of()) - own))
                if box not in own
            ]
            for box in own & desk.door.looks_at.keys():
                del desk.door.looks_at[box]
        self.clock.now += (
            25 * HOUR
        )  # a desk writes at least once a day, whether or not its last letter arrived
        for first in (True, False):
            for desk in self._honest_desks().values():
                desk.sync()
                if first:
                    desk.tops = {box: desk.exchange.views.of(box).number for box in desk.circle_of()}

    def _judge_names(self) -> None:
        honest = self._honest_desks()
        named = {name: desk.named() for name, desk in honest.items()}
        guilty = self.relay.lied_of.union(*(desk.door.lied_of for desk in self.desks.values()))
        for name, desk in self.desks.items():
            circle_of = desk.circle_of()
            for box, how in desk.door.witness.contradicted.items():
                self.verdict.lies.update(how)
                if not desk.cut and box in circle_of and circle_of[box] not in named[name]:
                    self.verdict.unnamed.append(f"{name} was told {sorted(how)} of {self._place(box)}")
        for one in self.desks:
            for other in (name for name in self.desks if name > one):
                if one in named and other in named:
                    self._compare(one, other, named)
        for name, desk in honest.items():
            circles = {circle for box, circle in desk.circle_of().items() if box in guilty}
            self.verdict.accused.extend(f"{name} blames {one}" for one in named[name] - circles)

    def _compare(self, one: str, other: str, named: dict[str, set[str]]) -> None:
        mine, theirs = self.desks[one], self.desks[other]
        conflicts = different(mine.door.witness, theirs.door.witness)
        behind = {
            box
            for box, (one_top, other_top) in self._tops(mine, theirs).items()
            if (self._lied_about(mine, box) and mine.door.witness.pasts[box].top < other_top)
            or (self._lied_about(theirs, box) and theirs.door.witness.pasts[box].top < one_top)
        }
        circles = mine.circle_of()
        self.verdict.lies.update(["two pasts"] * len(conflicts) + ["kept back"] * len(behind))
        for box in (conflicts | behind) & circles.keys() & theirs.circle_of().keys():
            if circles[box] not in named[one] | named[other]:
                how = "two pasts" if box in conflicts else "kept back"
                self.verdict.unnamed.append(f"{one} and {other}: {how} of {self._place(box)}")

    def _tops(self, mine: Desk, theirs: Desk) -> dict[str, tuple[int, int]]:
        """Return how far each of two desks had read the boxes of both when they wrote to each other."""
        return {box: (top, theirs.tops[box]) for box, top in mine.tops.items() if box in theirs.tops}

    def _lied_about(self, desk: Desk, box: str) -> bool:
        """Tell whether a desk is kept from seeing what is in a box."""
        frozen = any(trick.art is Art.FREEZE and trick.box == box for trick in desk.door.tricks)
        looks = desk.door.looks_at.get(box)
        return frozen or any(one.door.looks_at.get(box) != looks for one in self.desks.values())

    def _place(self, box: str) -> str:
        for desk in self.desks.values():
            for circle in desk.vault.compartments():
                if any(room.box == box for room in desk.vault.rooms(circle.id, every=True)):
                    return f"{circle.kind} {box[:4]}"
        return f"a device's box {box[:4]}"

    def _become_honest(self) -> None:
        self.relay.behave(self.chance.pick(sorted(self.relay.branches)))
        self.clock.now += 25 * HOUR
        for _ in range(3):
            for desk in self._honest_desks().values():
                if not desk.sync():
                    self.verdict.lost.append("a sync with an honest relay failed")

    def _judge_entries(self) -> None:
        true = dict(self.before)
        for desk in self.desks.values():
            true.update({(circle, desk.id, count): entry for (circle, count), entry in desk.written.items()})
        cut = {desk.id for desk in self.desks.values() if desk.cut}
        for name, desk in self.desks.items():
            held = {
                (circle, device, count): entry for _, circle, device, count, entry in entries_in(desk.vault)
            }
            for key, entry in held.items():
                if true.get(key) != entry:
                    self.verdict.accepted.append(f"{name} holds {key} that nobody wrote")
            entitled = {circle for circle, names in self.given.items() if name in names}
            for circle in {circle.id for circle in desk.vault.compartments()} - entitled:
                self.verdict.accepted.append(f"{name} holds the circle {circle}")
            for key in true.keys() - held.keys():
                own = key[1] == desk.id
                if own or (key[0] in entitled and not desk.cut and key[1] not in cut):
                    self.verdict.lost.append(f"{name} lacks {key}")


def play(seed: int, templates: Mapping[int, Template], folder: Path) -> Verdict:
    """Play one history in an empty folder, which is removed afterwards."""
    folder.mkdir(parents=True)
    try:
        return History(seed, templates, folder).play()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


_made: dict[
    str, tuple[Path, dict[int, Template]]
] = {}  # by folder: where this process made its teams, and the teams


def play_some(first: int, count: int, base: str) -> list[Verdict]:
    """Play histories by their seeds, beneath a folder; to be called in any process, which keeps its teams."""
    if base not in _made:
        place = Path(tempfile.mkdtemp(prefix="leeward-histories-", dir=base))
        _made[base] = (place, make_templates(place / "teams"))
    place, templates = _made[base]
    return [play(seed, templates, place / "history") for seed in range(first, first + count)]


__all__ = ["Desk", "History", "Template", "Verdict", "make_templates", "play", "play_some", "room"]

"""Whose word counts while segments are taken in: signers, devices vouched for, devices put out, and what others saw.

The rules have their numbers in taking.py (4, 5).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import apsw

from leeward.base.say import say
from leeward.ledger.accept import Link, Signer
from leeward.ledger.entry import Entry, parse_entries
from leeward.ledger.errors import Fork, NotVouchedFor, RemovedDevice
from leeward.ledger.model import Change
from leeward.ledger.roster import DEVICE_KIND, PAPERS, TEAM_KIND, Paper, RosterDevice, find_key, read_roster
from leeward.ledger.segment import Segment
from leeward.ledger.store.keyring import Compartment, Keyring
from leeward.ledger.store.papers import flat, papers_in, read_papers
from leeward.ledger.store.records import Batch

Held = Callable[[str, int], bytes | None]
"""The hash of the head that we hold of a device under a number."""


class Claims:
    """Heads that somebody has seen; those that we do not hold are kept as claims."""

    def __init__(self, writer: apsw.Connection, place: int, held: Held) -> None:
        self._writer = writer
        self._place = place
        self._held = held
        self._claims = {
            (str(device), int(number), bytes(digest))
            for device, number, digest in writer.execute(
                "SELECT device, number, head_hash FROM claim WHERE compartment=?", (place,)
            )
        }
        self._before = frozenset(self._claims)
        self._compared: set[tuple[str, int, bytes]] = set()

    def name(self, device: str) -> bool:
        """Tell whether somebody has seen a segment of a device that we do not hold (4)."""
        return any(name == device for name, _, _ in self._claims)

    def vouch(self, segment: Segment) -> bool:
        """Tell whether somebody has seen this segment or a later one of its device (5)."""
        head = segment.head
        return any(name == head.device and upto >= head.number for name, upto, _ in self._claims)

    def compare(self, segment: Segment) -> int:
        """Hold what the author had seen against what we hold; return how many forks this shows."""
        forks = 0
        for device, (number, digest) in segment.head.seen.items():
            claim = (device, number, digest)
            if claim in self._compared:
                continue
            self._compared.add(claim)
            held = self._held(device, number)
            if held is None:
                self._claims.add(claim)
            elif held != digest:
                forks += 1
        return forks

    def settle(self, device: str, link: Link) -> int:
        """Drop the claims that a segment just taken answers; return how many forks this shows."""
        answered = [claim for claim in self._claims if claim[0] == device and claim[1] == link.number]
        self._claims.difference_update(answered)
        return sum(1 for claim in answered if claim[2] != link.head_hash)

    def write(self) -> None:
        """Write down what changed."""
        self._writer.executemany(
            "DELETE FROM claim WHERE compartment=? AND device=? AND number=? AND head_hash=?",
            [(self._place, *claim) for claim in self._before - self._claims],
        )
        self._writer.executemany(
            "INSERT OR IGNORE INTO claim VALUES (?,?,?,?)",
            [(self._place, *claim) for claim in self._claims - self._before],
        )


class Judge:
    """The devices whose segments are believed in one compartment, during one call of `accept`."""

    def __init__(
        self,
        writer: apsw.Connection,
        ring: Keyring,
        compartment: Compartment,
        roster: Mapping[str, RosterDevice],
        claims: Claims,
    ) -> None:
        self._writer = writer
        self._ring = ring
        self._compartment = compartment
        self._place = ring.number(compartment.id)
        self._claims = claims
        self._signers = _signers(ring, roster)
        self._papers: dict[str, list[Paper]] | None = None

    def belongs(self, device: str) -> bool:
        """Tell whether a device whose segment was just believed has not been put out."""
        signer = self._signers.get(device)
        return signer is None or not signer.removed_at

    def signer(self, segment: Segment) -> Signer | None:
        """Return whose signature is to be checked; (4) for a device that is vouched for."""
        device = segment.head.device
        signer = self._signers.get(device)
        if signer is not None or self._compartment.kind != TEAM_KIND or not self._claims.name(device):
            return signer
        key = find_key(device, (change.value for change in _papers_of(parse_entries(segment.body))))
        return Signer(key) if key is not None else None

    def judge_removed(self, segment: Segment, signer: Signer) -> Signer:
        """Rule 5; return the signer as one that belongs if a device that does belong has seen this."""
        if self._claims.vouch(segment):
            return Signer(signer.key)
        changes = [change for entry in parse_entries(segment.body) for change in entry.changes()]
        in_roster = any(
            c.kind == DEVICE_KIND or c.field == PAPERS or c.record in self._signers for c in changes
        )
        if in_roster and self._compartment.kind == TEAM_KIND:
            raise NotVouchedFor(
                say("A device that was removed wants to change who belongs to the team."),
                kept=say("It is kept as it came, and not believed."),
            )
        if segment.head.epoch < self._compartment.epoch:
            raise RemovedDevice(
                say("A device that was removed wrote under keys that have been replaced since."),
                kept=say("It is kept as it came, and not believed."),
            )
        return signer

    def learn(self, entries: Sequence[Entry], batch: Batch) -> None:
        """Let the papers that just came in count for what follows."""
        if self._compartment.kind != TEAM_KIND:
            return
        changed = {change.record for change in _papers_of(entries)}
        if not changed:
            return
        if self._papers is None:
            self._papers = read_papers(self._writer, self._place)
        for record in changed:
            state = batch.state(self._place, record)
            if state is not None:
                self._papers[record] = list(papers_in(record, state))
        self._signers = _signers(self._ring, read_roster(flat(self._papers), self._ring.device.id))


def _signers(ring: Keyring, roster: Mapping[str, RosterDevice]) -> dict[str, Signer]:
    signers = {device: Signer(key) for device, key in ring.pinned.items()}
    signers[ring.device.id] = Signer(ring.device.signing_key.verify_key())
    signers.update((d.device_id, Signer(d.verify_key, d.removed_at)) for d in roster.values())
    return signers


def _papers_of(entries: Sequence[Entry]) -> list[Change]:
    return [change for entry in entries for change in entry.changes() if change.field == PAPERS]


def fork() -> Fork:
    """Return the error for two segments of a device under one number."""
    return Fork(
        say("A colleague has seen another segment of a device than the one we hold under its number.")
    )

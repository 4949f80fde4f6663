"""A team of three with two people: one who is to be erased, marked in everything of theirs, and one who stays."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.clocks import HandClock
from tests.support.raw_vault import search_with_stems, traces
from tests.support.reporter import Reporter, item_id
from tests.support.teams import Desk, found, newcomer, settle

from leeward.domain.cases.case import CaseFile
from leeward.domain.findings.records import Source, Support
from leeward.domain.findings.terms import Element
from leeward.domain.relocation.beds import Apart, Stay
from leeward.domain.testimony.records import Paragraph
from leeward.ledger.model import put
from leeward.office import casework, computer, intake, relocation, testimony
from leeward.office.casework_open import open_case
from leeward.office.erasing import agree, ask
from leeward.office.export import record_line
from leeward.office.files import keep_file
from leeward.office.findings import add_claim, add_support

MARKERS = tuple(f"marker{number}qzx" for number in range(12))
_AUDIT = frozenset({"erasure", "erased", "access", "rekey", "kept_longer"})


@dataclass
class Scene:
    """Anna holds everything, Boris too; Clara keeps the record only."""

    desks: tuple[Desk, Desk, Desk]
    clock: HandClock
    reporter: Reporter
    case_id: str
    contact_id: str
    other_case: str
    other_contact: str
    circles: tuple[str, ...]
    first: bytes
    relay: Any

    @property
    def anna(self) -> Desk:
        return self.desks[0]


def scene(folder: Path, relay: Any) -> Scene:
    """Build it; `relay.door()` gives each desk its way to the relay."""
    clock = HandClock()
    anna = found(folder / "anna", relay.door(), clock=clock)
    boris = newcomer(folder / "boris", anna, relay.door(), name="Boris", role="coordinator", clock=clock)
    clara = newcomer(folder / "clara", anna, relay.door(), name="Clara", role="documenter", clock=clock)
    settle(anna, boris, clara)
    writer, stays = Reporter(anna.session), Reporter(anna.session)
    first = writer.first(f"I am afraid {MARKERS[0]}")
    intake.take_in(anna.session, item_id(), first)
    intake.take_in(anna.session, item_id(), writer.again(f"please {MARKERS[1]}"))
    contact = next(line.contact for line in intake.queue(anna.session))
    intake.take_in(anna.session, item_id(), stays.first("somebody else writes"))
    other = next(line.contact for line in intake.queue(anna.session) if line.contact.id != contact.id)
    intake.save_draft(anna.session, contact.id, f"not sent {MARKERS[2]}")
    case = person(anna, boris, contact.id, f"Heron{MARKERS[3]}", MARKERS[4:9])
    case_other = person(anna, boris, other.id, "Juniper", ("kept", "kept", "kept", "kept", "kept"))
    anna.session.save_new(
        anna.session.compartment_of("beds"), Apart(id=anna.session.make_id(), case_ids=(case, case_other))
    )
    computer.leave_typed(anna.session, f"/people/{case}", [("note", f"half {MARKERS[9]}")])
    clock.ms += 1000
    work(anna, boris, clara, rounds=2)
    circles = tuple(
        one.id
        for one in anna.vault.compartments()
        if one.kind in {"case", "identity"} and _is_of(anna, one.id, case)
    )
    return Scene(
        (anna, boris, clara), clock, writer, case, contact.id, case_other, other.id, circles, first, relay
    )


def person(anna: Desk, boris: Desk, contact: str, name: str, words: tuple[str, ...]) -> str:
    """Open a case with a bit of everything in it."""
    session = anna.session
    case = open_case(session, contact, pseudonym=name, deputy_id=boris.session.member_id).case_id
    casework.set_identity(session, case, legal_name=f"Legal {words[0]}")
    testimony.record_account(session, case, [Paragraph(text=f"They came at night {words[1]}")])
    [source] = session.find(Source, case_id=case)
    session.commit(source.compartment, put("source", source.id, wording=f"he says {words[2]}"))
    claim = add_claim(session, {"en": "People were held"}, {Element.WHAT: "held"})
    add_support(session, Support(id="", claim_id=claim, source_id=source.id, quote=f"quote {words[3]}"))
    stay = Stay(id=session.make_id(), place_id=_place(anna), case_id=case, first_night="2017-04-01")
    session.save_new(session.compartment_of("beds"), stay)
    circle = _circle(anna, case)
    chunks = [words[4].encode() * 9]
    ref = keep_file(session, circle, chunks, name=f"{words[4]}.jpg", media_type="image/jpeg")
    session.save_new(circle, CaseFile(id=session.make_id(), case_id=case, file=ref))
    return case


def _circle(desk: Desk, case: str) -> str:
    record = desk.vault.get(case)
    assert record is not None
    return str(record.compartment)


def _place(desk: Desk) -> str:
    places = desk.vault.find("place")
    return places[0].id if places else relocation.add_place(desk.session, "Harbour 1", 4)


def _is_of(desk: Desk, circle: str, case: str) -> bool:
    return any(one.id == case for one in desk.vault.find("case", compartment=circle)) or any(
        one.fields.get("case_id") == case for one in desk.vault.find("identity", compartment=circle)
    )


def work(*desks: Desk, rounds: int = 1) -> None:
    """One round of each desk, as its thread does it."""
    for _ in range(rounds):
        for desk in desks:
            desk.sync()
            desk.exchange().outbox.deliver_pieces(desk.relay, 99)


def erase(
    made: Scene, *, keep: bool = False, wait_ms: int = 0, first: Sequence[Desk] = (), rounds: int = 4
) -> str:
    """Erase the first person as it should be: Anna asks, Boris agrees; return the erasure's id.

    `first` are the desks that work before he agrees (all without it); `wait_ms` passes after that.
    """
    anna, boris, clara = made.desks
    asked = ask(anna.session, case_id=made.case_id, why="asked", keep_account=keep, typed="erase")
    work(*(first or made.desks))
    agree(boris.session, asked)
    made.clock.ms += wait_ms
    work(boris, anna, clara, rounds=rounds)
    return asked


def marked(desk: Desk) -> set[str]:
    """Return the markers that are anywhere in a desk's decrypted pages, index, local values and files."""
    vault = desk.session.vault
    if not traces(vault, search_with_stems(*MARKERS)):
        return set()
    return {marker for marker in MARKERS if traces(vault, search_with_stems(marker))}


def records_but(desk: Desk, made: Scene) -> dict[str, str]:
    """Return every record of this desk that is not the person's nor about who holds which key, with its history."""
    left = {}
    for kind in desk.vault.kinds():
        if kind in _AUDIT:
            continue
        for record in desk.vault.find(kind):
            line = json.dumps(record_line(desk.session, record), sort_keys=True, ensure_ascii=False)
            theirs = any(one in line for one in (made.case_id, made.contact_id, *MARKERS))
            if not theirs and record.compartment not in made.circles:
                left[f"{record.compartment}/{record.id}"] = line
    return left


__all__ = ["MARKERS", "Scene", "erase", "marked", "person", "records_but", "scene", "work"]

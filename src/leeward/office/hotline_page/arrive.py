"""Envelopes of the offline form: brought by e-mail, messenger or USB stick, and taken in as if the page had sent them.

1. Every byte may be hostile: the envelope is read strictly, its item must be for this team's own box, and must open
   under its keys, before anything is kept.
2. Its turns are handed to the relay in order, so that the mailboxes of the way back exist and every desk gets the
   report. The same envelope twice is one report: every id in it was drawn by the form.
3. A relay that is away, closed to newcomers or flooded keeps nobody waiting: this desk takes the report in itself, and
   the relay gets the rest (mailboxes, pieces) when it can; the report reaches other desks with the ledger.
4. What a relay took and does not give back is taken in here after a while all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from leeward.base.say import say
from leeward.domain.errors import DomainError
from leeward.domain.intake import Letter
from leeward.domain.intake.report import read_report
from leeward.office.errors import OfficeError
from leeward.office.intake import take_in
from leeward.office.page_cards import every_hotline
from leeward.office.session import Session
from leeward.seal.envelope import open_sealed
from leeward.seal.errors import SealError
from leeward.seal.kinds import Kind
from leeward.sync.errors import RelayRefused, SyncError
from leeward.sync.port import Relay
from leeward.wire.envelope import ENVELOPE_MOST, parse_envelope
from leeward.wire.errors import WireError
from leeward.wire.turn import Post, Turn, print_turn

__all__ = ["ENVELOPE_MOST", "Arrived", "EnvelopeRefused", "bring_in", "expected", "hand_over", "waiting"]

_WAITING = "hotline.envelopes"  # device-only: what of envelopes the relay lacks, or has not given back yet
_PATIENCE_MS = 3 * 60_000
_NEVER = frozenset({"bad-request", "box-taken", "item-taken", "blob-taken", "too-large", "no-such-box"})


class EnvelopeRefused(OfficeError):
    """What was brought is no envelope for this team."""

    code = "intake.envelope-refused"


class Arrived(msgspec.Struct, frozen=True):
    """What became of an envelope."""

    known: bool  # its report was here already
    relayed: bool  # the relay has all of it; else this desk took it in itself


class _Held(msgspec.Struct, array_like=True, frozen=True):
    """One envelope on its way: turns that the relay lacks and a report that it has not given back yet.

    Both are addresses among the vault's blobs; `report` is "" where this desk took it in itself.
    """

    item: str
    turns: tuple[str, ...]
    report: str
    at: int


def bring_in(session: Session, relay: Relay | None, untrusted: bytes) -> Arrived:
    """Take in one envelope, as bytes or as text; durable when it returns. EnvelopeRefused if it is none for us."""
    turns = _read(session, untrusted)  # 1
    post = turns[-1][1].post
    assert post is not None
    known = _known(session, post)
    left, away = _offer(relay, [body for body, _ in turns])  # 2
    if not left:
        if not known:
            _hold(session, post, report=post.sealed)  # 4
        return Arrived(known=known, relayed=True)
    _take_in(session, [turn for _, turn in turns], post)  # 3
    last = turns[-1][1]
    left = [*left[:-1], print_turn(Turn(makes=last.makes, puts=last.puts))]
    if not away:
        left, _ = _offer(relay, left)
    if left:
        _hold(session, post, left)
    return Arrived(known=known, relayed=not left)


def waiting(session: Session) -> int:
    """Return how many envelopes the relay still lacks something of."""
    return sum(bool(held.turns) for held in _held(session))


def expected(session: Session) -> bool:
    """Tell whether the relay took an envelope that has not been seen to come back."""
    return any(held.report for held in _held(session))


def hand_over(session: Session, relay: Relay) -> None:
    """Hand over what the relay lacks, and take in what it took and kept to itself. Raises SyncError."""
    if not session.vault.compartments("intake"):
        return
    for held in _held(session):
        if held.report and session.now() - held.at > _PATIENCE_MS:
            sealed = session.vault.blob_get(held.report)
            if sealed is not None:
                take_in(session, held.item, sealed)  # 4; changes nothing if it came
            session.vault.blob_delete(held.report)
            _drop(session, held)
        elif held.turns and _hand(session, relay, held):
            _drop(session, held)


def _hand(session: Session, relay: Relay, held: _Held) -> bool:
    """Hand over one envelope's turns; False if the relay wants it later. Raises SyncError if it is away."""
    for address in held.turns:
        body = session.vault.blob_get(address)
        try:
            if body is not None:
                relay.turn(body)
        except RelayRefused as error:
            if error.word not in _NEVER:
                return False
        session.vault.blob_delete(address)
    return True


def _read(session: Session, untrusted: bytes) -> list[tuple[bytes, Turn]]:
    try:
        turns = parse_envelope(untrusted)
    except WireError as error:
        raise EnvelopeRefused(
            say("This is no envelope of the offline form, or not a whole one."),
            kept=say("Nothing of it was taken in."),
            next_step=say("Ask for it again: the saved file as it is, or the text from BEGIN to END."),
        ) from error
    post = turns[-1][1].post
    assert post is not None
    ours = {(one.box, one.write) for one in every_hotline(session)}  # an old form is ours for ever
    if (post.box.hex(), post.write_token.hex()) not in ours:
        raise EnvelopeRefused(
            say("This envelope is for another team, or was made with a form that is not ours."),
            kept=say("Nothing of it was taken in."),
            next_step=say("Ask whoever sent it where their form came from, and send them ours."),
        )
    return turns


def _known(session: Session, post: Post) -> bool:
    """Tell whether the report is here; EnvelopeRefused if it opens under none of our keys or is no report."""
    try:
        keys = session.vault.identities_of(session.compartment_of("intake"))
        report = read_report(open_sealed(Kind.REPORT, post.sealed, keys))
    except (SealError, DomainError) as error:
        raise EnvelopeRefused(
            say("What is in this envelope cannot be opened or read."),
            kept=say("Nothing of it was taken in."),
            next_step=say("It may have been damaged on the way: ask for it to be sent again as a file."),
        ) from error
    return any(letter.report == report.id for letter in session.find(Letter))


def _offer(relay: Relay | None, bodies: list[bytes]) -> tuple[list[bytes], bool]:
    """Hand turns to the relay in order; return those that it lacks and may take later, and whether it is away."""
    if relay is None:
        return bodies, True
    for number, body in enumerate(bodies):
        try:
            relay.turn(body)
        except RelayRefused:
            return bodies[number:], False
        except SyncError:
            return bodies[number:], True
    return [], False


def _take_in(session: Session, turns: list[Turn], post: Post) -> None:
    for put in (put for turn in turns for put in turn.puts):
        if (
            session.vault.blob_get(put.blob.hex()) is None
        ):  # never over what is here: the address is the sender's word
            session.vault.blob_put(put.blob.hex(), put.sealed)
    take_in(session, post.item.hex(), post.sealed)


def _hold(session: Session, post: Post, left: Sequence[bytes] = (), report: bytes = b"") -> None:
    held, item = _held(session), post.item.hex()
    if any(one.item == item for one in held):
        return
    turns = tuple(_keep_bytes(session, body) for body in left)
    kept = _keep_bytes(session, report) if report else ""
    _keep(session, [*held, _Held(item, turns, kept, session.now())])


def _keep_bytes(session: Session, content: bytes) -> str:
    address = session.chance.draw(32).hex()
    session.vault.blob_put(address, content)
    return address


def _drop(session: Session, done: _Held) -> None:
    _keep(session, [one for one in _held(session) if one.item != done.item])


def _held(session: Session) -> list[_Held]:
    raw: Any = session.vault.local_get(_WAITING) or []
    return msgspec.convert(raw, list[_Held])


def _keep(session: Session, held: list[_Held]) -> None:
    session.vault.local_put(_WAITING, msgspec.to_builtins(held))

"""Asking that a person be erased, agreeing, stopping it, and what is to be shown of it (rules in domain/erasing.py).

What is done about it, and when, is `erasing_work.py`'s; what lies where, `erasing_reach.py`'s.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping

import msgspec

from leeward.base.ids import derive_id
from leeward.base.say import Code, Message, Moment, say
from leeward.domain.cases.case import Case
from leeward.domain.cases.consent import allows
from leeward.domain.erasing import (
    BY_PEOPLE,
    STOP_MS,
    WHY,
    Erased,
    Erasure,
    Standing,
    Voices,
    bundles,
    digest_of,
    done_by,
    is_unshared,
    names_records,
    note_id,
    standing,
    under_way_since,
    voices,
)
from leeward.domain.intake import Contact
from leeward.domain.today import Need, Urgency
from leeward.domain.typed import Change, write_new
from leeward.domain.vocabulary import known
from leeward.ledger.model import note
from leeward.office.casework_base import require, require_case
from leeward.office.consent import answers_of, is_child
from leeward.office.erasing_reach import Reach, circles_of, conversations_of, errands_of, reach_of
from leeward.office.errors import OfficeError
from leeward.office.keeping import is_held
from leeward.office.recovery import holders
from leeward.office.session import Session

WORDS = frozenset({"erase", "стереть"})
_SEEN = "erasing.seen"  # device-only: since when this desk knows of exactly what an erasure names


class ErasureRefused(OfficeError):
    """A person cannot be erased like this."""

    code = "erasure.refused"


class Shown(msgspec.Struct, frozen=True):
    """One erasure as a page shows it. Moments are milliseconds, 0 is never."""

    erasure: Erasure
    standing: Standing
    voices: Voices
    at: int  # when it will be done here if nobody stops it
    wrote_again: bool
    held: bool
    begun: int  # since when it is under way somewhere and cannot be stopped
    done: tuple[str, ...]  # devices
    not_done: tuple[str, ...]
    errands: tuple[str, ...]  # titles of tasks without a case that go with them
    boxes_left: tuple[str, ...]  # members whose recovery box may hold shares of it yet
    complete_at: int


def ask(
    session: Session,
    *,
    case_id: str = "",
    contact_id: str = "",
    why: str,
    keep_account: bool = False,
    errands: Collection[str] = (),
    typed: str,
) -> str:
    """Ask that a person be erased; return the erasure's id. In a team of one that is enough. ErasureRefused."""
    if typed.strip().casefold() not in WORDS:
        raise ErasureRefused(
            say("The word was not typed, so nothing was asked for."),
            kept=say("Everything is as it was."),
            next_step=say("Type the word that stands above the button."),
        )
    if why not in BY_PEOPLE:
        known(WHY, "")
    wanted = draft(
        session,
        case_id=case_id,
        contact_id=contact_id,
        why=why,
        keep_account=keep_account,
        errands=errands,
    )
    if keep_account and not may_keep_account(session, case_id):
        raise ErasureRefused(
            say("They did not agree that what they told is kept without them."),
            kept=say("Nothing was changed."),
            next_step=say("Ask them, write their answer down under Consent, or erase all of it."),
        )
    session.commit(session.compartment_of("team"), write_new(wanted), _voice(wanted, "want"))
    return wanted.id


def draft(
    session: Session,
    *,
    case_id: str = "",
    contact_id: str = "",
    why: str = "asked",
    keep_account: bool = False,
    errands: Collection[str] = (),
) -> Erasure:
    """Return the erasure of a person as it would be asked for; nothing is written. NotForThisDesk.

    `errands` are tasks without a case, and lists, that tell of them, as whoever asks has ticked them.
    """
    if case_id:
        require_case(session, case_id)
    else:
        contact = require(session, Contact, contact_id)
        if contact.case_id and session.get(Case, contact.case_id) is not None:
            case_id = contact.case_id
    contacts = conversations_of(session, case_id, [contact_id] if contact_id else [])
    return Erasure(
        id=session.make_id(),
        why=why,
        case_id=case_id,
        contact_ids=tuple(sorted(contacts)),
        circle_ids=tuple(sorted(circles_of(session, case_id))) if case_id else (),
        record_ids=tuple(sorted({one.id for one in errands_of(session, errands)})),
        keep_account=keep_account,
        asked_at=session.now(),
    )


def may_keep_account(session: Session, case_id: str) -> bool:
    """Tell whether they agreed that what they told outlives them here, without anything that points at them."""
    if not case_id:
        return False
    day = dt.datetime.fromtimestamp(session.now() / 1000, tz=dt.UTC).date().isoformat()
    return allows(answers_of(session, case_id), "keep", "team", day, child=is_child(session, case_id)).allowed


def agree(session: Session, erasure_id: str) -> None:
    """Say that it is to be done: with a second member's word it is done at once. ErasureRefused."""
    found = require(session, Erasure, erasure_id)
    if not names_records(found) and reach_of(session, found).wrote_again:
        raise ErasureRefused(
            say("They wrote again since this was asked for."),
            kept=say("Nothing is erased."),
            next_step=say("Read what they wrote. If they still want it, ask for it once more."),
        )
    session.commit(found.compartment, _voice(found, "want"))


def stop(session: Session, erasure_id: str) -> None:
    """Stop it; it stays stopped until this member takes that back, or two others want it done. ErasureRefused."""
    found = require(session, Erasure, erasure_id)
    if under_way_since(found, frozenset(belonging(session).values())):
        raise ErasureRefused(
            say("It is too late to stop this: a colleague's device has erased it already."),
            kept=say("It is erased everywhere, so that no desk holds what another does not."),
            next_step=say("If the person is still in touch, what they write is a new conversation."),
        )
    session.commit(found.compartment, _voice(found, "stop"))


def free(session: Session, erasure_id: str) -> None:
    """Take back what this member said of it."""
    found = require(session, Erasure, erasure_id)
    session.commit(found.compartment, _voice(found, "free"))


def begin(session: Session, wanted: Erasure) -> None:
    """Write down an erasure that begins by itself: nobody wants it, and 72 hours must pass (rule 7)."""
    if session.vault.get(wanted.id) is None:
        session.commit(session.compartment_of("team"), write_new(wanted))


def erasures(session: Session) -> list[Erasure]:
    """Return all erasures there ever were, the newest first."""
    found = session.find(Erasure, compartment=session.compartment_of("team"))
    return sorted(found, key=lambda one: (one.asked_at, one.id), reverse=True)


def show(session: Session, erasure: Erasure, reach: Reach | None = None) -> Shown:
    """Return an erasure with what stands about it on this desk."""
    owners = belonging(session)
    said = voices(erasure, frozenset(owners.values()))
    since = seen_since(session, erasure)
    note_of = session.get(Erased, note_id(erasure.id))
    done = done_by(erasure, owners)
    reach = reach if reach is not None else reach_of(session, erasure)
    begun = under_way_since(erasure, frozenset(owners.values()))
    return Shown(
        erasure=erasure,
        standing=standing(erasure, frozenset(owners.values()), seen_at=since, now=session.now()),
        voices=said,
        at=(since or session.now()) + STOP_MS,
        wrote_again=reach.wrote_again and not begun,
        held=is_held(session, erasure, reach.contacts, begun=begun),
        begun=begun,
        done=tuple(sorted(done)),
        not_done=tuple(sorted(owners.keys() - done)),
        errands=()
        if names_records(erasure)
        else tuple(str(one.fields.get("title", "")) for one in errands_of(session, erasure.record_ids)),
        boxes_left=boxes_left(session, erasure),
        complete_at=note_of.at if note_of is not None else 0,
    )


def show_voices(session: Session, erasure: Erasure) -> Voices:
    """Return who wants an erasure and who stops it."""
    return voices(erasure, frozenset(belonging(session).values()))


def belonging(session: Session) -> dict[str, str]:
    """Return the team's devices that are not out, with whose they are."""
    found = {device: one.member_id for device, one in session.vault.roster().items() if not one.removed_at}
    return found | {session.vault.device.id: session.member_id}


def seen_since(session: Session, erasure: Erasure) -> int:
    """Return since when this desk knows of exactly this; 0 if it was not noted yet."""
    kept = (session.vault.local_get(_SEEN) or {}).get(erasure.id)
    return int(kept[1]) if kept and kept[0] == digest_of(erasure) else 0


def note_seen(session: Session, found: list[Erasure]) -> None:
    """Note what is here for the first time, or was changed: its 72 hours begin now, by this desk's clock (rule 4)."""
    kept: Mapping[str, list[object]] = session.vault.local_get(_SEEN) or {}
    fresh = {one.id: kept.get(one.id, ["", 0]) for one in found}
    for one in found:
        if fresh[one.id][0] != digest_of(one):
            fresh[one.id] = [digest_of(one), session.now()]
    if fresh != kept:
        session.vault.local_put(_SEEN, fresh)


def needs_now(session: Session) -> list[Need]:
    """Return what everybody must know on Today: somebody's data will be erased, and it can be stopped."""
    if not session.vault.compartments("team"):
        return []
    needs = []
    for erasure in erasures(session):
        if session.vault.get(note_id(erasure.id)) is not None:
            continue
        shown = show(session, erasure)
        if shown.standing is Standing.WAITING and session.vault.device.id not in shown.done:
            needs.append(_need(session, shown))
    return needs


def boxes_left(session: Session, erasure: Erasure) -> tuple[str, ...]:
    """Return the members in whose recovery boxes something may still lie that opens what was erased."""
    if not bundles(erasure):
        return ()
    return tuple(sorted(one for one, at in holders(session).items() if not is_unshared(erasure, one, at.box)))


def _need(session: Session, shown: Shown) -> Need:
    mine = session.member_id in shown.voices.want
    why: Message = say("Why: {why}.", why=Code(f"{WHY.name}/{shown.erasure.why}"))
    if shown.held:
        why = say("It is kept for now: somebody said that it must not be erased.")
    elif shown.wrote_again:
        why = say("They wrote again since, so it waits until somebody asks for it once more.")
    return Need(
        urgency=Urgency.SECOND,
        tag=say("To be erased"),
        what=say("Somebody’s data will be erased on {time}", time=Moment(shown.at)),
        why=why,
        since=shown.erasure.asked_at,
        action=say("Look") if mine else say("Agree or stop it"),
        href=f"/safety/erasing#e-{shown.erasure.id}",
        later=mine,
    )


def _voice(erasure: Erasure, does: str) -> tuple[Change, ...]:
    said = {"does": does, "of": digest_of(erasure)}
    return note(Erasure.kind, erasure.id, "says", said)


def derive_erasure_id(*parts: str) -> str:
    """Return the id of an erasure that begins by itself, the same on every desk."""
    return derive_id("erasure", *parts)

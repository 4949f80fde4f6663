"""Referring somebody to a partner, and handing a case over: chosen, shown as it will be read, sealed, then gone.

1. Consent, the partner's key and the text are looked at again at the moment of making; what changed since it was
   shown stops it, and so does one field that may not go any more. There is no sending of the rest in silence.
2. A key that no second member compared, or that changed since, needs a second confirmation.
3. Free text is looked through for what must not leave (domain/release/leaks).
4. An entry says which fields, on which answers, with which hash, to which key, before the bytes are handed out.
5. The bytes are sealed to the partner alone; nothing of it is written down in clear, and we cannot open it again.
6. What they allow goes along with its conditions, and these are looked through like any other text. A secret goes
   along as well, by which their answer shows that it comes from whoever could open the file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec

from leeward.base.say import Code, Message, say
from leeward.domain.cases.case import CaseFile
from leeward.domain.cases.referral_paper import Allowed, Attached, Paper, data_of, print_paper
from leeward.domain.cases.referrals import PURPOSE, Referral, require_step
from leeward.domain.cases.text import clean_text
from leeward.domain.cases.work import Need
from leeward.domain.errors import RuleBroken
from leeward.domain.intake import PSEUDONYMS
from leeward.domain.partners import Partner, Trust, digest_of, key_print
from leeward.domain.release.document import Document, Line, Section
from leeward.domain.release.leaks import Leak, Secret, scan
from leeward.domain.vocabulary import known
from leeward.ledger.model import Change, add, note, put, remove
from leeward.office.casework_base import require, require_case, today
from leeward.office.casework_files import read_case_file
from leeward.office.openings import identity_record, shown
from leeward.office.partners import recipient_of, trust
from leeward.office.receiving_keys import own_face
from leeward.office.referral_fields import Choice, choices
from leeward.office.release_material import secrets_of
from leeward.office.session import Session
from leeward.seal.envelope import encrypt
from leeward.seal.keys import ClassicRecipient, Recipient

FILES_MOST = 16 * 1024 * 1024
_REACHING = frozenset({"phone", "mail", "handle"})  # what a field that says how to reach them is made of


class Found(msgspec.Struct, frozen=True):
    """Something in the text that must not leave: in which field (or the note), and what kind of thing."""

    field: str
    what: Message


class View(msgspec.Struct, frozen=True):
    """A referral as its page shows it. `seen` names exactly this; making asks for it."""

    referral: Referral
    partner: Partner
    trust: Trust
    choices: list[Choice]
    chosen: list[Choice]
    barred: list[Choice]  # chosen before, and not allowed now
    paper: Paper
    leaks: list[Found]
    seen: str


class Made(msgspec.Struct, frozen=True):
    """What is handed out, once."""

    name: str
    sealed: bytes


def begin(
    session: Session, case_id: str, partner_id: str, purpose: str, need_id: str = "", **said: str
) -> str:
    """Begin a referral; return its id. `said`: language, note. Nothing leaves by this."""
    case = require_case(session, case_id)
    partner = require(session, Partner, partner_id)
    need = session.get(Need, need_id) if need_id else None
    new = Referral(
        id=session.make_id(),
        case_id=case_id,
        partner_id=partner.id,
        receiver=partner.name,
        purpose=known(PURPOSE, purpose),
        need_id=need.id if need is not None and need.case_id == case_id else "",
        language="ru" if said.get("language") == "ru" else "en",
        covering=clean_text(said.get("note", "")),
    )
    session.save_new(case.compartment, new)
    return new.id


def choose(session: Session, referral_id: str, ticked: list[str], met: list[str], note_text: str) -> None:
    """Choose what goes, say which conditions are met, and what we write to them. Only what may go is taken."""
    referral = require(session, Referral, referral_id)
    require_step(referral, "sent")
    partner = require(session, Partner, referral.partner_id)
    offered = choices(session, referral, partner)
    said = {key for one in offered for key, _ in one.met_keys if key in met}
    open_now = [
        one
        for one in offered
        if one.key in ticked and one.open and all(key in said for key, _ in one.met_keys)
    ]
    wanted = {
        "field_set": {one.code for one in open_now if not one.record_id},
        "file_ids": {one.record_id for one in open_now if one.code == "file"},
        "person_ids": {one.record_id for one in open_now if one.code == "family"},
        "met_set": said,
    }
    changes: list[Change] = []
    for field, now in wanted.items():
        had = set(getattr(referral, field))
        changes += add(Referral.kind, referral_id, field, *sorted(now - had))
        changes += remove(Referral.kind, referral_id, field, *sorted(had - now))
    plain = clean_text(note_text)
    if plain != referral.covering or "covering" in referral.conflicts:
        changes += put(Referral.kind, referral_id, covering=plain)
    if changes:
        session.commit(referral.compartment, changes)


def look(session: Session, referral_id: str) -> View:
    """Return what would leave if it were made now, and all that could."""
    referral = require(session, Referral, referral_id)
    partner = require(session, Partner, referral.partner_id)
    offered = choices(session, referral, partner)
    wanted = [one for one in offered if _is_wanted(referral, one)]
    chosen = [one for one in wanted if one.ruling.allowed and not one.sealed]
    called, reply = own_face(session)
    paper = Paper(
        referral_id=referral.id,
        kind="transfer" if referral.transfer else "referral",
        receiver=partner.name,
        language=referral.language,
        made_on=today(session),
        note=referral.covering,
        parts=tuple(one.part for one in chosen if one.code != "file"),
        sender=called,
        reply=reply,
        consents=_allowed(chosen),  # 6
    )
    standing = trust(session, partner)
    return View(
        referral,
        partner,
        standing,
        offered,
        chosen,
        [one for one in wanted if one not in chosen],
        paper,
        _leaks(session, referral, paper, chosen),
        _seen(paper, partner, standing, chosen),
    )


def make(session: Session, referral_id: str, seen: str, *, sure: bool = False) -> Made:
    """Seal it to the partner and write that down; return the bytes. RuleBroken if anything stands against it."""
    view = look(session, referral_id)
    referral, partner = view.referral, view.partner
    require_step(referral, "sent")
    _require_all(view, seen)
    require_key(partner, view.trust, sure=sure)
    files = _read_files(session, view.chosen)
    secret = next(iter(referral.secrets), "") or session.chance.draw(32).hex()  # 6
    paper = msgspec.structs.replace(view.paper, files=files, secrets=(secret,))
    sealed, told = seal_paper(paper, recipient_of(partner))  # 5
    entry = {
        "fields": sorted({one.code for one in view.chosen}),
        "files": sorted(one.record_id for one in view.chosen if one.code == "file"),
        "people": sorted(one.person_id for one in view.chosen if one.person_id),
        "uses": sorted([one.use, one.person_id] for one in view.chosen),
        "consents": sorted({consent.id for one in view.chosen for consent in one.consents}),
        "audience": partner.audience,
        **told,
        "key": key_print(partner.recipient),
        "standing": str(view.trust.standing),
        "secret": secret,
    }
    session.commit(  # 4
        referral.compartment,
        note(Referral.kind, referral_id, "makings", entry),
        put(Referral.kind, referral_id, state="sent", sent_at=session.now(), receiver=partner.name),
    )
    return Made(f"{referral_id[:6]}.age", sealed)


def seal_paper(paper: Paper, to: Recipient | ClassicRecipient) -> tuple[bytes, dict[str, object]]:
    """Return a paper sealed to one key, and what is written down of the bytes."""
    sealed = encrypt(print_paper(paper), to)
    return sealed, {"sha256": hashlib.sha256(sealed).hexdigest(), "size": len(sealed)}


def require_key(partner: Partner, standing: Trust, *, sure: bool) -> None:
    """Refuse a closed partner, and a key that does not stand without a second confirmation (2)."""
    if partner.closed_at:
        raise RuleBroken(
            say("Nobody is referred to this partner any more."),
            kept=say("Nothing has left."),
            next_step=say("Choose another partner, or open this one again under Safety."),
        )
    if not standing.sure and not sure:
        raise RuleBroken(
            say("No second colleague has compared this key as it is now."),
            kept=say("Nothing has left."),
            next_step=say("Call them and compare it under Safety, or confirm that you send it all the same."),
        )


def _require_all(view: View, seen: str) -> None:
    if view.barred:  # 1
        first = view.barred[0]
        raise RuleBroken(
            say(
                "“{field}” may not go: {why}",
                field=Code(f"referral-field/{first.code}"),
                why=first.reason(),
            ),
            kept=say("Nothing has left."),
            next_step=say("Choose again what goes."),
        )
    if not view.chosen:
        raise RuleBroken(
            say("Nothing is chosen yet."), kept=say("Nothing has left."), next_step=say("Choose what goes.")
        )
    refuse_leaks(view.leaks)  # 3
    if seen != view.seen:
        raise RuleBroken(
            say("Something changed since you looked: the text, what they allow, or the partner's key."),
            kept=say("Nothing has left."),
            next_step=say("Read it once more, and look at the key."),
        )


def _allowed(chosen: list[Choice]) -> tuple[Allowed, ...]:
    """Return the answers on which it rests, each once, without ids."""
    by_id = {one.id: (one, each.person_id) for each in chosen for one in each.consents}
    return tuple(
        Allowed(
            one.use,
            one.audience,
            one.answer,
            one.conditions,
            one.day,
            one.expires,
            one.embargo,
            "family" if person else "self",
        )
        for one, person in (by_id[found] for found in sorted(by_id))
    )


def _is_wanted(referral: Referral, one: Choice) -> bool:
    if one.code == "file":
        return one.record_id in referral.file_ids
    if one.code == "family":
        return one.record_id in referral.person_ids
    return one.code in referral.field_set


def _seen(paper: Paper, partner: Partner, standing: Trust, chosen: list[Choice]) -> str:
    consents = [[one.id, one.answer, one.conditions] for each in chosen for one in each.consents]
    files = [one.sha256 for one in chosen if one.code == "file"]
    told = [data_of(paper), digest_of(partner), str(standing.standing), files, consents]
    return hashlib.sha256(msgspec.json.encode(told)).hexdigest()


def _read_files(session: Session, chosen: list[Choice]) -> tuple[Attached, ...]:
    files = [one for one in chosen if one.code == "file"]
    if sum(one.size for one in files) > FILES_MOST:
        raise RuleBroken(
            say("The files are too large to go together: 16 MB is the most."),
            kept=say("Nothing has left."),
            next_step=say("Leave the largest out, or make a second referral for it."),
        )
    found = []
    for one in files:
        kept = require(session, CaseFile, one.record_id)
        ref, pieces = read_case_file(session, kept.id)
        found.append(Attached(ref.media_type, b"".join(pieces)))
    return tuple(found)


def _leaks(session: Session, referral: Referral, paper: Paper, chosen: list[Choice]) -> list[Found]:
    case = require_case(session, referral.case_id)
    fields = {one.code for one in chosen}
    free: list[str] = []
    if "pseudonym" in fields:
        free += [case.pseudonym, *(PSEUDONYMS.label(case.pseudonym, one) for one in ("en", "ru"))]
    opened = shown(session, identity_record(session, case)) if "name" in fields else None
    if opened is not None:
        free += [opened.legal_name, opened.name_in_passport]
    return leaks_in(session, paper, free)


def leaks_in(session: Session, paper: Paper, free: Sequence[str] = ()) -> list[Found]:
    """Return what in a paper's text must not leave (3); what is `free` may."""
    secrets, _ = secrets_of(session)
    secrets += [
        Secret("pseudonym", PSEUDONYMS.label(one.text, "ru")) for one in secrets if one.kind == "pseudonym"
    ]
    texts = [one for one in paper.texts() if one[1]]
    document = Document(
        "", "", paper.language, paper.made_on, tuple(Section("", (Line(text),)) for _, text in texts)
    )
    found: list[Leak] = list(scan(document, secrets, "lawyer", free))  # exact days are meant to be read
    return [
        Found(texts[one.section - 1][0], one.what)
        for one in found
        if not (one.kind in _REACHING and texts[one.section - 1][0] == "contact")
    ]


def refuse_leaks(leaks: Sequence[Found]) -> None:
    """Refuse a text that holds what must not leave; RuleBroken."""
    if leaks:
        raise RuleBroken(
            say("The text holds {what}.", what=leaks[0].what),
            kept=say("Nothing has left."),
            next_step=say("Change it where it stands, or leave that field out."),
        )

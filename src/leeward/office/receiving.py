"""What a partner's desk sealed to us: opened, shown, decided on, answered. The file is hostile until somebody decides.

1. It is sealed to one key, which is ours, is read strictly (domain/cases/referral_read.py), and is shown as text.
2. Opening writes only that something came: number, sender, hash. Its content stays in this desk's memory until
   somebody takes it on; then it goes into the hotline's circle and, if they want, a case, and nowhere else.
3. Nobody signed it. Whoever takes it on has heard its hash from the sender over a call, or says that they do so
   all the same.
4. What they allow goes along as it came: for us to help with it, with its conditions and days. To nobody else anything.
5. The same file twice is once: records and ids are derived from its hash.
6. An answer holds its number, one word, and the secret that stood in it; nothing of the person, and its sentence is
   looked through as any that leaves. It is sealed to the key in the file; if that is of no partner whose key was
   compared, only after a second confirmation.
7. A letter that asks to delete counts if it knows that secret. It is a task; "deleted" is said only once this desk
   finds neither conversation nor case.
"""

from __future__ import annotations

import hashlib
import hmac

import msgspec

from leeward.base.ids import derive_id
from leeward.base.say import say
from leeward.domain.cases.case import Case
from leeward.domain.cases.consent import Consent
from leeward.domain.cases.referral_paper import Paper, file_name, in_words
from leeward.domain.cases.referral_read import PLAIN_MOST, PaperMalformed, read_paper
from leeward.domain.cases.text import clean_text
from leeward.domain.cases.work import Task
from leeward.domain.errors import OutOfRange, RuleBroken
from leeward.domain.intake import Contact, Letter, choose_pseudonym
from leeward.domain.partners import Partner
from leeward.domain.receiving import DAY, Received, received_id, require_step
from leeward.domain.typed import write_new
from leeward.ledger.model import note, put
from leeward.office import consent
from leeward.office.casework import set_threats
from leeward.office.casework_base import require, today
from leeward.office.casework_open import open_case
from leeward.office.casework_tasks import add_task, finish_task
from leeward.office.files import keep_file
from leeward.office.intake.pseudonyms import taken_names
from leeward.office.partners import open_partners, trust
from leeward.office.receiving_keys import hand_on, identity_of, keys, own_face, receptions
from leeward.office.referrals import Made, leaks_in, refuse_leaks, seal_paper
from leeward.office.referrals_answers import take_answer
from leeward.office.session import Session
from leeward.seal.envelope import decrypt
from leeward.seal.errors import KeyMalformed, SealError
from leeward.seal.keys import Recipient

SEALED_MOST = PLAIN_MOST + 64 * 1024
_USES = frozenset({"work", "files", "name"})
_HEARD_LEAST = (
    16  # hex digits of the hash: who holds the genuine file could make another with the same first eight
)


class Came(msgspec.Struct, frozen=True):
    """Something that was opened: what it is, where it leads, and, of a referral, its content."""

    what: str  # "referral", "transfer", "recall" or "answer"
    id: str  # of the record here
    case_id: str = ""  # of an answer: whose referral it answers
    paper: Paper | None = None
    sha256: str = ""


def open_file(session: Session, untrusted: bytes) -> Came:
    """Open what somebody gave us as a file. Raises OutOfRange, PaperMalformed or RuleBroken."""
    paper = read_paper(_decrypted(session, untrusted))  # 1
    digest = hashlib.sha256(untrusted).hexdigest()
    if paper.kind == "answer":
        answered = take_answer(session, paper)
        return Came("answer", answered.id, answered.case_id)
    if paper.kind == "recall":
        return Came("recall", _take_recall(session, paper).id)
    hand_on(session)
    circle = keys(session)[0].compartment
    new = Received(
        id=received_id(circle, digest),
        sha256=digest,
        number=paper.referral_id,
        paper=paper.kind,
        sender=paper.sender,
        reply=paper.reply,
        secret=next(iter(paper.secrets), ""),
        language=paper.language,
        made_on=paper.made_on,
    )
    if session.get(Received, new.id) is None:
        session.save_new(circle, new)  # 2 5
    return Came(paper.kind, new.id, "", paper, digest)


def _decrypted(session: Session, untrusted: bytes) -> bytes:
    if len(untrusted) > SEALED_MOST:
        raise PaperMalformed(
            say("It is larger than anything that a desk of Leeward seals."),
            kept=say("Nothing of it was kept or shown."),
            next_step=say("Ask them to send fewer files at once."),
        )
    ours = [identity_of(session, one) for one in keys(session)]
    if not ours:
        raise RuleBroken(
            say("Your team has no key yet to which partners seal, or this desk does not hold it."),
            kept=say("Nothing was kept."),
            next_step=say("Make one, and give it to your partners."),
        )
    if untrusted.partition(b"\n--- ")[0].count(b"\n-> ") > 1:
        raise OutOfRange(
            say("This file is sealed to somebody else as well."),
            kept=say("Nothing was kept."),
            next_step=say("Call whoever sent it, by a number that you had before."),
        )
    try:
        return decrypt(untrusted, ours)
    except SealError as error:
        raise OutOfRange(
            say("None of your team's keys opens this file, or it was altered on the way."),
            kept=say("Nothing was kept."),
            next_step=say(
                "Read them your key again and ask them to seal it anew; keys older than 90 days do not open."
            ),
        ) from error


def received(session: Session) -> list[Received]:
    """Return all that came: undecided first, then the newest."""
    circles = {one.id for one in receptions(session)}
    found = [one for one in session.find(Received) if one.compartment in circles]
    return sorted(found, key=lambda one: (one.state != "received", -one.created_at, one.id))


def received_of(session: Session, case: Case) -> list[Received]:
    """Return what came of the person of a case, as far as this desk holds it; the newest first."""
    circles = {one.id for one in receptions(session)}
    ids = [(case.id, "case_id"), *((one, "contact_id") for one in case.contact_ids)]
    found = {one.id: one for of, field in ids for one in session.find(Received, **{field: of})}
    kept = (one for one in found.values() if one.compartment in circles)
    return sorted(kept, key=lambda one: (-one.created_at, one.id))


def sender_of(session: Session, one: Received) -> Partner | None:
    """Return the partner whose compared key is the one in the file; anybody can write it there (3)."""
    for partner in open_partners(session):
        if one.reply and partner.recipient == one.reply and trust(session, partner).sure:
            return partner
    return None


def heard(session: Session, received: str, typed: str) -> None:
    """Write down that the sender read the beginning of this file's hash to us."""
    there = require(session, Received, received)
    plain = "".join(typed.split()).casefold()
    if len(plain) < _HEARD_LEAST or not there.sha256.startswith(plain):
        raise OutOfRange(
            say("What you heard is not this file."),
            kept=say("Nothing was changed, and the sender does not count as known."),
            next_step=say("Listen once more. If it stays different, somebody else made this file."),
        )
    session.commit(there.compartment, note(Received.kind, received, "heard", {"sha256": there.sha256}))


def take_on(session: Session, came: Came, *, as_case: bool, sure: bool = False) -> str:
    """Take it on: as a conversation of the inbox, or a case as well; return the id of that. See the rules above."""
    there = require(session, Received, came.id)
    require_step(there, "accepted")
    if came.paper is None or came.sha256 != there.sha256:
        raise RuleBroken(
            say("What was in the file is not in this desk's memory any more."),
            kept=say("Nothing was changed."),
            next_step=say("Open the file again."),
        )
    if not there.sure and not sure:  # 3
        raise RuleBroken(
            say("Nobody has heard from them that this file is theirs."),
            kept=say("Nothing was changed."),
            next_step=say("Call them and compare its hash, or confirm that you take it on all the same."),
        )
    contact = _into_inbox(session, there, came.paper)
    if there.state != "accepted" or there.contact_id != contact:
        session.commit(
            there.compartment,
            put(Received.kind, there.id, state="accepted", decided_at=session.now(), contact_id=contact),
        )
    return _into_case(session, there, came.paper, contact) if as_case else contact


def _into_inbox(session: Session, there: Received, paper: Paper) -> str:
    """Make the conversation, if it is not there; ids are the same on every desk (5)."""
    circle = session.compartment_of("intake")
    contact_id, letter_id = (derive_id(one, there.id) for one in ("received-contact", "received-letter"))
    if session.get(Contact, contact_id) is not None:
        return contact_id
    if session.vault.is_erased(circle, contact_id):
        raise RuleBroken(
            say("This was taken on before, and erased since."),
            kept=say("Nothing was changed."),
            next_step=say("Ask the sender for a new file if it is needed again."),
        )
    files = tuple(
        keep_file(session, circle, [one.plain], name=file_name(number, one), media_type=one.media_type)
        for number, one in enumerate(paper.files, start=1)
    )
    contact = Contact(
        id=contact_id,
        pseudonym=choose_pseudonym(contact_id, taken_names(session)),
        channel="partner",
        relation="partner",
        language=paper.language,
    )
    letter = Letter(
        id=letter_id,
        contact_id=contact_id,
        direction="in",
        text=as_text(paper),
        language=paper.language,
        files=files,
        sha256=there.sha256,
    )
    session.commit(circle, write_new(contact), write_new(letter))
    return contact_id


def as_text(paper: Paper) -> str:
    """Return all that was sent as text, in the sender's words and order; nothing else."""
    head = f"{paper.sender or '—'}, {paper.made_on}"
    parts = ["\n".join((one.title, *one.lines)) for one in paper.parts]
    allowed = "\n".join(in_words(one, paper.language) for one in paper.consents)
    return "\n\n".join(filter(None, (head, paper.note, *parts, allowed, paper.referral_id)))


def _into_case(session: Session, there: Received, paper: Paper, contact: str) -> str:
    """Open the case, or take the one that was opened from the conversation since; keep there what they allow."""
    case_id = "" if there.case_id else require(session, Contact, contact).case_id
    if not case_id:
        danger = next((one.data for one in paper.parts if one.code == "danger"), {})
        risk, threats = danger.get("risk", ""), danger.get("threat", [])
        known_risk = risk if isinstance(risk, str) and risk else "unknown"
        case_id = open_case(session, contact, risk=known_risk).case_id
        if threats and not isinstance(threats, str):
            set_threats(session, case_id, threats)
    _keep_consents(session, there, paper, case_id)
    session.commit(there.compartment, put(Received.kind, there.id, case_id=case_id))
    return case_id


def _keep_consents(session: Session, there: Received, paper: Paper, case: str) -> None:
    """Write down what they allow us, the strictest of several (4)."""
    ranked = sorted(paper.consents, key=lambda one: one.answer != "conditional")
    for use in sorted(_USES & {one.use for one in ranked if one.who == "self"}):
        those = [one for one in ranked if one.use == use and one.who == "self"]
        made = consent.set_consent(
            session,
            case,
            use,
            "team",
            those[0].answer,
            conditions="\n".join(dict.fromkeys(one.conditions for one in those if one.conditions)),
            expires=min((one.expires for one in those if one.expires), default=""),
            embargo=max(one.embargo for one in those),
            day=max(one.day for one in those) or today(session),
            risks_explained=True,  # nothing leaves a desk of Leeward without it; the remark says whose word it is
        )
        source = f"{there.sender or '—'}, {there.number}, {there.made_on}, SHA-256 {there.sha256}"
        circle = require(session, Case, case).compartment
        session.commit(circle, note(Consent.kind, made, "remarks", source))


def decline(session: Session, received: str) -> None:
    """Say that we do not help with it. Nothing of its content was kept."""
    there = require(session, Received, received)
    require_step(there, "declined")
    session.commit(
        there.compartment, put(Received.kind, received, state="declined", decided_at=session.now())
    )


def finish(session: Session, received: str) -> None:
    """Say that what was asked is done."""
    there = require(session, Received, received)
    require_step(there, "done")
    session.commit(there.compartment, put(Received.kind, received, state="done"))


def answer_of(received: Received) -> str:
    """Return the word that an answer would say now; "" before anything was decided."""
    if received.deleted_at:
        return "deleted"
    return {"accepted": "accepted", "declined": "rejected", "done": "done"}.get(received.state, "")


def seal_answer(session: Session, received: str, words: str, *, sure: bool = False) -> Made:
    """Seal the answer to the key in the file, and write that down (6)."""
    there = require(session, Received, received)
    answer = answer_of(there)
    if not answer or not there.reply or not there.secret:
        raise RuleBroken(
            say("There is nothing to answer yet, or they gave no key for an answer."),
            kept=say("Nothing has left."),
            next_step=say("Decide first; without a key call them."),
        )
    if sender_of(session, there) is None and not sure:
        raise RuleBroken(
            say("The key in the file is of no partner whose key was compared."),
            kept=say("Nothing has left."),
            next_step=say("Compare it under Safety, or confirm that you answer all the same."),
        )
    paper = Paper(
        referral_id=there.number,
        kind="answer",
        receiver=there.sender,
        language=there.language,
        made_on=today(session),
        note=clean_text(words),
        sender=own_face(session)[0],
        secrets=(there.secret,),
        answer=answer,
    )
    refuse_leaks(leaks_in(session, paper))  # 6
    try:
        sealed, told = seal_paper(paper, Recipient.from_string(there.reply))
    except KeyMalformed as error:
        raise OutOfRange(
            say("The key in the file is none."), kept=say("Nothing has left."), next_step=say("Call them.")
        ) from error
    session.commit(there.compartment, note(Received.kind, received, "answers", {"state": answer, **told}))
    return Made(f"{there.number[:6]}-a.age", sealed)


def _take_recall(session: Session, paper: Paper) -> Received:
    """Write down that they ask for deletion, and promise it as a task (7)."""
    for one in received(session):
        if one.sha256 in paper.deletes and one.number == paper.referral_id and _knows(paper, one):
            if not one.delete_asked_at:
                _promise(session, one)
            return require(session, Received, one.id)
    raise RuleBroken(
        say(
            "This letter asks to delete something that did not come to this team, or does not prove who wrote it."
        ),
        kept=say("Nothing was changed."),
        next_step=say("Call whoever sent it, by a number that you had before."),
    )


def _knows(paper: Paper, one: Received) -> bool:
    return bool(one.secret) and any(hmac.compare_digest(one.secret, secret) for secret in paper.secrets)


def _promise(session: Session, one: Received) -> None:
    case = case_of(session, one)
    title = f"Delete · Удалить: {one.sender or '—'}, {one.number[:6]}, {one.made_on}"  # kept, so in both languages
    task = add_task(
        session, case.id if case is not None else "", title, due=session.now() + DAY, priority="now"
    )
    session.commit(one.compartment, put(Received.kind, one.id, delete_asked_at=session.now(), task_id=task))


def case_of(session: Session, one: Received) -> Case | None:
    """Return the case that was made of it, here or later from its conversation, if this desk can read it."""
    contact = session.get(Contact, one.contact_id) if one.contact_id else None
    case_id = one.case_id or (contact.case_id if contact is not None else "")
    return session.get(Case, case_id) if case_id else None


def there_still(session: Session, one: Received) -> bool:
    """Tell whether this desk still finds the conversation or the case that was made of it."""
    contact = session.get(Contact, one.contact_id) if one.contact_id else None
    return contact is not None or case_of(session, one) is not None


def deleted(session: Session, received: str) -> None:
    """Say that nothing of it is here any more; RuleBroken while something is (7)."""
    there = require(session, Received, received)
    if there_still(session, there):
        raise RuleBroken(
            say("It is still here: the conversation, or the case that was made of it."),
            kept=say("Nothing was changed."),
            next_step=say("Erase it first: Safety, Erasing."),
        )
    session.commit(there.compartment, put(Received.kind, received, deleted_at=session.now()))
    if there.task_id and session.get(Task, there.task_id) is not None:  # else it went with the case
        finish_task(session, there.task_id)

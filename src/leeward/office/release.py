"""Release: gather, ask everybody's consent, show exactly what would leave, make it, and keep the register.

1. Consent is asked for the day of making; a preview asks for today.
2. Claims are graded again on those sources alone that this audience may know of.
3. The leak scan runs over the finished document, with every secret that this desk can open.
4. What was made is kept sealed, with the SHA-256 of exactly these bytes; it does not change any more.
5. Sent, it becomes a submission with the day an answer is due.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import msgspec

from leeward.base.say import Code, say
from leeward.domain.appeals.records import Submission
from leeward.domain.appeals.states import require_may_send
from leeward.domain.errors import OutOfRange, RuleBroken
from leeward.domain.release.allowed import Withheld
from leeward.domain.release.audience import view_of
from leeward.domain.release.compose import Composed, compose
from leeward.domain.release.document import as_kept, keep
from leeward.domain.release.leaks import Leak, require_no_leak, scan
from leeward.domain.release.records import Release
from leeward.domain.today import Need, Urgency
from leeward.domain.typed import write_new
from leeward.ledger.model import add, put, remove
from leeward.office import appeals
from leeward.office.casework_base import require, today
from leeward.office.files import keep_file, read_file
from leeward.office.openings import closed_record, open_alone
from leeward.office.release_material import (
    gather,
    names_in,
    names_to_open,
    no_longer_allowed,
    secrets_of,
)
from leeward.office.release_pdf import make_pdf
from leeward.office.session import Session


class Preview(msgspec.Struct, frozen=True):
    """Exactly what would leave, everything that is held back, and what the leak scan found."""

    release: Release
    composed: Composed
    leaks: tuple[Leak, ...]
    sealed_names: int  # identities whose key this desk does not hold: not looked for
    told_ids: tuple[str, ...] = ()  # the accounts that are in it
    taken_back: tuple[Withheld, ...] = ()  # of what was made: what may not leave any more
    names_to_open: int = 0  # names that may be in it once somebody opens them


def prepare(
    session: Session,
    title: str,
    audience: str,
    *,
    language: str = "en",
    purpose: str = "",
    organisation: str = "",
) -> str:
    """Begin a release; return its id."""
    view_of(audience)
    if language not in {"en", "ru"}:
        raise OutOfRange(
            say("Documents are made in English or Russian."), next_step=say("Choose one of the two.")
        )
    if not title.strip():
        raise OutOfRange(
            say("A release needs a title."), next_step=say("The reader sees it; keep it neutral.")
        )
    release = Release(
        id=session.make_id(),
        title=title.strip(),
        audience=audience,
        language=language,
        purpose=purpose,
        organisation=organisation,
    )
    session.save_new(session.compartment_of("record"), release)
    return release.id


def choose(
    session: Session,
    release_id: str,
    *,
    claim_ids: tuple[str, ...] | None = None,
    account_ids: tuple[str, ...] | None = None,
    ask: str | None = None,
    with_names: bool | None = None,
) -> None:
    """Choose what a draft should hold; what is None stays as it is."""
    release = _draft(session, release_id)
    changes = []
    for field, chosen in (("claim_ids", claim_ids), ("account_ids", account_ids)):
        if chosen is not None:
            had = set(getattr(release, field))
            changes.append(add(Release.kind, release_id, field, *sorted(set(chosen) - had)))
            changes.append(remove(Release.kind, release_id, field, *sorted(had - set(chosen))))
    if ask is not None:
        changes.append(put(Release.kind, release_id, ask=ask))
    if with_names is not None:
        changes.append(put(Release.kind, release_id, with_names=with_names))
    if any(changes):
        session.commit(release.compartment, *changes)


def preview(session: Session, release_id: str) -> Preview:
    """Return exactly what would leave if it were made today; of what was made, exactly what was made (4)."""
    release = require(session, Release, release_id)
    if release.kept:
        taken_back = (
            () if release.state == "sent" else tuple(no_longer_allowed(session, release, today(session)))
        )
        return Preview(release, Composed(as_kept(release.kept), ()), (), 0, release.told_ids, taken_back)
    return _compose(session, release, today(session))


def _compose(session: Session, release: Release, day: str) -> Preview:
    material = gather(session, release, day)
    composed = compose(material)
    secrets, sealed_names = secrets_of(session)
    leaks = scan(composed.document, secrets, release.audience, names_in(material))
    told = tuple(one.account.for_audience(release.audience, day).id for one in material.told)
    waiting = len(names_to_open(session, release, day)) if release.with_names else 0
    return Preview(release, composed, leaks, sealed_names, told, names_to_open=waiting)


def make(session: Session, release_id: str) -> Release:
    """Make the PDF and enter it in the register. Raises LeakFound, RuleBroken, NotPrintable; then nothing is made."""
    release = _draft(session, release_id)
    day = today(session)
    seen = _compose(session, release, day)  # 1, 2
    require_no_leak(seen.leaks)  # 3
    if not any((release.claim_ids, release.account_ids, release.ask.strip())):
        raise RuleBroken(
            say("There is nothing in it yet."), next_step=say("Choose claims or accounts first.")
        )
    made = make_pdf(seen.composed.document, day)
    file = keep_file(
        session,
        release.compartment,
        [made],
        name=f"dossier-{release.id[:6]}.pdf",
        media_type="application/pdf",
    )
    session.commit(
        release.compartment,
        put(
            Release.kind,
            release_id,
            state="made",
            made_on=day,
            made_at=session.now(),
            made_by=session.member_id,
            sha256=hashlib.sha256(made).hexdigest(),  # 4
            size=len(made),
            file=msgspec.to_builtins(file, builtin_types=(bytes,)),
            withheld=len(seen.composed.withheld),
            kept=keep(seen.composed.document),
        ),
        add(Release.kind, release_id, "told_ids", *seen.told_ids),
    )
    return require(session, Release, release_id)


def second_look(session: Session, release_id: str) -> None:
    """Say, as somebody else than its maker, that it was read before it leaves."""
    release = require(session, Release, release_id)
    if release.state != "made" or release.made_by == session.member_id:
        raise RuleBroken(
            say("Somebody else than its maker reads it, after it was made and before it is sent."),
            next_step=say("Ask a colleague."),
        )
    session.commit(release.compartment, put(Release.kind, release_id, checked_by=session.member_id))


def read_pdf(session: Session, release_id: str) -> tuple[Release, Iterator[bytes]]:
    """Return the release and the bytes that were made, checked against their hashes."""
    release = require(session, Release, release_id)
    if release.file is None:
        raise RuleBroken(say("It was not made yet."), next_step=say("Look at the preview, then make it."))
    return release, read_file(session, release.compartment, release.file)


def mark_sent(session: Session, release_id: str, submission: Submission) -> str:
    """Write down that it went out; return the submission's id. `submission` says to whom, how, when, what is asked."""
    release = require(session, Release, release_id)
    if release.state != "made":
        raise RuleBroken(
            say("Only what was made, and not sent before, can be sent."), next_step=say("Make it first.")
        )
    require_may_send(
        Submission(id=""), no_longer_allowed(session, release, submission.sent_on or today(session))
    )
    full = msgspec.structs.replace(
        submission,
        id=session.make_id(),
        title=submission.title or release.title,
        language=release.language,
        release_id=release.id,
        claim_ids=release.claim_ids,
        bytes_sha256=release.sha256,
        state="sent",
        sent_on=submission.sent_on or today(session),
        sent_by=session.member_id,
    )
    full = appeals.ready(session, full)
    session.commit(
        release.compartment,  # 5: one entry, so that neither is ever without the other
        write_new(full),
        put(Release.kind, release_id, state="sent", submission_id=full.id),
    )
    return full.id


def register(session: Session) -> list[Release]:
    """Return all releases, the newest first."""
    return sorted(
        session.find(Release), key=lambda one: (one.made_at or one.created_at, one.id), reverse=True
    )


def releases_with(session: Session, case_id: str) -> list[Release]:
    """Return what left with this person in it: those to think of when they withdraw their consent."""
    accounts = {record.id for record in session.vault.find("account", refs={"case_id": case_id})}
    return [one for one in register(session) if one.state != "draft" and accounts & set(one.account_ids)]


def needs_now(session: Session) -> list[Need]:
    """Return releases that were made by somebody else and wait for a second pair of eyes before they leave."""
    return [
        Need(
            urgency=Urgency.SECOND,
            tag=say("Second reader"),
            what=say("“{title}” was made and waits for a second reader", title=one.title),
            why=say("For: {audience}. Nothing has left.", audience=Code(f"audience/{one.audience}")),
            since=one.made_at,
            action=say("Read it"),
            href=f"/release/{one.id}",
        )
        for one in register(session)
        if one.state == "made" and not one.checked_by and one.made_by != session.member_id
    ]


def open_names(session: Session, release_id: str, why: str) -> int:
    """Open the names that may be in a draft, with the release as the reason; return how many took two people."""
    release = _draft(session, release_id)
    left = 0
    for identity_id in names_to_open(session, release, today(session)):
        if closed_record(session, identity_id).sealed:
            left += 1
        else:
            open_alone(session, identity_id, "release", why or release.title, release_id=release_id)
    return left


def _draft(session: Session, release_id: str) -> Release:
    release = require(session, Release, release_id)
    if release.state != "draft":
        raise RuleBroken(
            say("This release was made; it does not change any more."), next_step=say("Begin a new one.")
        )
    return release

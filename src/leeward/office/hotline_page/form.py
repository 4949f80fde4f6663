"""The offline form as this team hands it out: made of the newest card, signed once, the same bytes at every desk.

Signatures are drawn anew each time, so the first desk that makes a form keeps its signature in the team's record; every
desk with the same card and the same version of Leeward then gives out the very same file, whose hash can be published.
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache

import msgspec

from leeward.base.ids import derive_id
from leeward.base.say import say
from leeward.domain.intake.page_watch import OfflineForm
from leeward.front.assets import load_built
from leeward.front.card import check_card
from leeward.front.offline import FormRefused, SignedForm, check_form, print_statement, render_form
from leeward.office.errors import OfficeError
from leeward.office.hotline_page.watch import our_cards
from leeward.office.session import Session
from leeward.seal.errors import SealError
from leeward.seal.signing import Purpose, VerifyKey

NAME = "form.html"


class NoForm(OfficeError):
    """There is no card to make a form of."""

    code = "hotline.no-form"


class NotOurForm(OfficeError):
    """A file is no form that anybody signed."""

    code = "hotline.not-our-form"


class MadeForm(msgspec.Struct, frozen=True):
    """The form: its bytes, and which version of the questionnaire it asks (0 is none)."""

    content: bytes
    number: int

    @property
    def sha256(self) -> str:
        """Return the hash of the file as it is saved."""
        return hashlib.sha256(self.content).hexdigest()


def made_form(session: Session) -> MadeForm | None:
    """Return the offline form of the newest card if a desk of ours has signed it already."""
    cards = our_cards(session)
    return _form(session, cards[0])[1] if cards else None


def make_form(session: Session) -> MadeForm:
    """Return the offline form of the newest card, signed; the first desk that makes it keeps the signature for all."""
    cards = our_cards(session)
    if not cards:
        raise NoForm(
            say("This desk knows no intake card of the team."), next_step=say("Wait for the first sync.")
        )
    blank, made = _form(session, cards[0])
    if made is not None:
        return made
    key = session.vault.device.signing_key
    digest = hashlib.sha256(blank.content).hexdigest()
    signature = key.sign(Purpose.FORM, blank.content)
    form = OfflineForm(
        id=derive_id("offline-form", digest, session.vault.device.id),
        sha256=digest,
        verify_key=key.verify_key().to_bytes(),
        signature=signature,
        number=blank.number,
    )
    session.save_new(session.compartment_of("team"), form)
    return MadeForm(blank.content + print_statement(key.verify_key(), signature), blank.number)


def whose_form(session: Session, untrusted: bytes) -> tuple[SignedForm, str]:
    """Return a form's signature and the member whose device signed it ("" if none of this team); NotOurForm."""
    try:
        form = check_form(untrusted)
    except FormRefused as error:
        raise NotOurForm(
            say("This is no offline form as a team signed it, or at least one byte of it was changed."),
            kept=say("It was only looked at."),
            next_step=say("Warn whoever has this file. Save the form here, and give them that one."),
        ) from error
    device = session.vault.roster().get(form.key.fingerprint())
    return form, device.member_id if device is not None else ""


def _form(session: Session, text: str) -> tuple[MadeForm, MadeForm | None]:
    """Return the form of a card without its statement, and with it if there is one."""
    blank = _blank(text)
    statement = _kept(session, hashlib.sha256(blank.content).hexdigest(), blank.content)
    return blank, None if statement is None else MadeForm(blank.content + statement, blank.number)


@lru_cache(maxsize=2)
def _blank(text: str) -> MadeForm:
    card = check_card(json.loads(text))
    number = card.questions.version if card.questions is not None else 0
    return MadeForm(render_form(card, load_built()), number)


def _kept(session: Session, digest: str, plain: bytes) -> bytes | None:
    """Return the statement of a device of ours over these very bytes: the first that was made, at every desk alike."""
    roster = session.vault.roster()
    made = [one for one in session.find(OfflineForm) if one.sha256 == digest]
    for one in sorted(made, key=lambda form: (form.created_at, form.id)):
        try:
            key = VerifyKey.from_bytes(one.verify_key)
            key.verify(Purpose.FORM, one.signature, plain)
        except SealError:
            continue
        if key.fingerprint() in roster:
            return print_statement(key, one.signature)
    return None

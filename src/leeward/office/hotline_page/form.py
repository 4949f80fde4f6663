"""The offline form as this team hands it out: made of the newest card, signed once, the same bytes at every desk.

Signatures are drawn anew each time, so the first desk that makes a form keeps its signature in the team's record; every
desk with the same card and the same version of Leeward then gives out the very same file, whose hash can be published.
"""

from __future__ import annotations

import hashlib
import json

import msgspec

from leeward.base.ids import derive_id
from leeward.base.say import say
from leeward.domain.intake.page_watch import OfflineForm
from leeward.domain.intake.questions import Questionnaire, newest
from leeward.front.assets import load_built
from leeward.front.card import check_card
from leeward.front.offline import SignedForm, check_form, print_statement, render_form
from leeward.office.errors import OfficeError
from leeward.office.hotline_page.watch import our_cards
from leeward.office.session import Session
from leeward.seal.errors import SealError
from leeward.seal.signing import Purpose, VerifyKey

NAME = "form.html"


class NoForm(OfficeError):
    """There is no card to make a form of."""

    code = "hotline.no-form"


class MadeForm(msgspec.Struct, frozen=True):
    """The form: its bytes, and which version of the questionnaire it asks (0 is none)."""

    content: bytes
    number: int

    @property
    def sha256(self) -> str:
        """Return the hash of the file as it is saved."""
        return hashlib.sha256(self.content).hexdigest()


def make_form(session: Session) -> MadeForm:
    """Return the offline form of the newest card, signed; the first desk that makes it keeps the signature for all."""
    cards = our_cards(session)
    if not cards:
        raise NoForm(
            say("This desk knows no intake card of the team."), next_step=say("Wait for the first sync.")
        )
    card = check_card(json.loads(cards[0]))
    plain = render_form(card, load_built())
    digest = hashlib.sha256(plain).hexdigest()
    number = card.questions.version if card.questions is not None else 0
    statement = _kept(session, digest, plain)
    if statement is None:
        key = session.vault.device.signing_key
        signature = key.sign(Purpose.FORM, plain)
        session.save_new(
            session.compartment_of("team"),
            OfflineForm(
                id=derive_id("offline-form", digest, session.vault.device.id),
                sha256=digest,
                verify_key=key.verify_key().to_bytes(),
                signature=signature,
                number=number,
            ),
        )
        statement = print_statement(key.verify_key(), signature)
    return MadeForm(plain + statement, number)


def whose_form(session: Session, untrusted: bytes) -> tuple[SignedForm, str]:
    """Return a form's signature and the member whose device signed it ("" if none of this team); FormRefused."""
    form = check_form(untrusted)
    device = session.vault.roster().get(form.key.fingerprint())
    return form, device.member_id if device is not None else ""


def shown_version(session: Session) -> Questionnaire | None:
    """Return the version of the questionnaire that page and form ask."""
    return newest(session.find(Questionnaire))


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

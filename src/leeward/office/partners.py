"""Organisations that people are referred to: their key, who compared it over a call, and whether it changed since.

1. A key is checked by the seal before it is kept, so that a torn one is refused when it is pasted.
2. Comparing means typing what was heard. A key nobody else compared, or one changed since, is used only by somebody
   who says so a second time (office/referrals).
3. Who wrote what is there now is read from signed entries, never from a field.
"""

from __future__ import annotations

import hashlib

from leeward.base.say import say
from leeward.domain.cases.consent import AUDIENCE
from leeward.domain.cases.text import clean_name
from leeward.domain.errors import OutOfRange
from leeward.domain.partners import AUDIENCES, Partner, Trust, digest_of, key_print, trust_of
from leeward.domain.vocabulary import known
from leeward.ledger.model import Op, note, put
from leeward.office.casework_base import require
from leeward.office.session import Session
from leeward.seal.errors import SealError
from leeward.seal.keys import ClassicRecipient, Recipient, parse_recipient
from leeward.seal.wordlists import LIST_SIZE, words_of

_WORDS = 6
_KEY_MOST = 4000


def partners(session: Session) -> list[Partner]:
    """Return all partners by name, closed ones last."""
    return sorted(session.find(Partner), key=lambda one: (bool(one.closed_at), one.name.casefold(), one.id))


def open_partners(session: Session) -> list[Partner]:
    """Return those to whom somebody can be referred."""
    return [one for one in partners(session) if not one.closed_at]


def trust(session: Session, partner: Partner) -> Trust:
    """Return how the partner's key stands (3). Its setters wrote the key, or a name or audience that was changed."""
    told = [one for one in session.vault.history(partner.id) if one.op == Op.SET and one.field in _VOUCHED]
    changed = {one.field for one in told if one.value != getattr(partner, one.field)} | {"recipient"}
    setters = {one.by for one in told if one.field in changed and one.value == getattr(partner, one.field)}
    return trust_of(partner, setters)


_VOUCHED = ("name", "audience", "recipient")


def recipient_of(partner: Partner) -> Recipient | ClassicRecipient:
    """Return the partner's key; OutOfRange if it is none."""
    return _parse(partner.recipient)


def is_classic(partner: Partner) -> bool:
    """Tell whether the key is of the older kind, without protection against quantum computers."""
    return not partner.recipient.startswith("age1pq1")


def key_words(recipient: str, language: str = "en") -> tuple[str, ...]:
    """Return six words for a key, for another desk of Leeward and for the eye."""
    number = int.from_bytes(hashlib.sha256(recipient.encode()).digest()[:16], "big")
    those, found = words_of(language), []
    for _ in range(_WORDS):
        number, index = divmod(number, LIST_SIZE)
        found.append(those[index])
    return tuple(found)


def is_the_key(recipient: str, heard: str) -> bool:
    """Tell whether what was heard is this key: its digits, its words in either language, or all of it."""
    words = ("".join(key_words(recipient, language)) for language in ("en", "ru"))
    return bool(_heard(heard)) and _heard(heard) in {
        _heard(one) for one in (key_print(recipient), recipient, *words)
    }


def _heard(text: str) -> str:
    return "".join(text.split()).casefold().replace("ё", "е")


def add_partner(session: Session, name: str, audience: str, recipient: str) -> str:
    """Write down an organisation and its key; return its id."""
    new = Partner(
        id=session.make_id(),
        name=clean_name(name, needed=True),
        audience=_audience(audience),
        recipient=_clean_key(recipient),
    )
    session.save_new(session.compartment_of("team"), new)
    return new.id


def set_partner(session: Session, partner_id: str, *, name: str, audience: str, recipient: str) -> None:
    """Change what is known of it. What was compared before does not hold for it any more."""
    there = require(session, Partner, partner_id)
    new = {
        "name": clean_name(name, needed=True),
        "audience": _audience(audience),
        "recipient": _clean_key(recipient),
    }
    changed = {
        field: value
        for field, value in new.items()
        if value != getattr(there, field) or field in there.conflicts
    }
    if changed:
        session.commit(there.compartment, put(Partner.kind, partner_id, **changed))


def compare(session: Session, partner_id: str, heard: str, digest: str) -> Trust:
    """Write down that this member heard the key from them. `digest` is that of what the page showed."""
    there = require(session, Partner, partner_id)
    if digest != digest_of(there) or not is_the_key(there.recipient, heard):
        raise OutOfRange(
            say("What you heard is not this key."),
            kept=say("Nothing was changed, and the key does not count as compared."),
            next_step=say(
                "Listen once more. If it stays different, send them nothing and tell your colleagues."
            ),
        )
    session.commit(there.compartment, note(Partner.kind, partner_id, "compared", {"digest": digest}))
    return trust(session, require(session, Partner, partner_id))


def set_closed(session: Session, partner_id: str, *, closed: bool) -> None:
    """Say that nobody is referred there any more, or again."""
    there = require(session, Partner, partner_id)
    session.commit(there.compartment, put(Partner.kind, partner_id, closed_at=session.now() if closed else 0))


def _audience(code: str) -> str:
    known(AUDIENCE, code)
    if code not in AUDIENCES:
        raise OutOfRange(
            say("“{typed}” is none of the choices.", typed=code[:40]),
            kept=say("Nothing was changed."),
            next_step=say("Choose one from the list."),
        )
    return code


def _clean_key(text: str) -> str:
    """Return the key without blanks and line ends; OutOfRange if it is none (1)."""
    plain = "".join(text[:_KEY_MOST].split())
    _parse(plain)
    return plain


def _parse(text: str) -> Recipient | ClassicRecipient:
    try:
        return parse_recipient(text)
    except SealError as error:
        raise OutOfRange(
            say("This is not the key of an age tool, or a part of it is missing."),
            kept=say("Nothing was changed; what was typed is still in the form."),
            next_step=say("Ask them for the whole line that begins with age1, never for their secret key."),
        ) from error

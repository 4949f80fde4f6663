"""What another team's desk sealed to us, read strictly: every byte of it may be hostile (docs/protocol.md 10).

1. Nothing of its markup is ever shown. What counts is the JSON in its one element, and the files that the JSON names.
2. Unknown members, words that are in no list of ours, and whatever does not belong to its kind are refused whole.
3. Everything has a largest length. Text loses control characters, marks that turn it around, and heaps of accents.
4. A file counts only with the size and SHA-256 that the JSON says; one that the JSON does not name is refused.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import re

import msgspec

from leeward.base.ids import is_id
from leeward.base.limits import NAME_MOST, TEXT_MOST
from leeward.base.say import Message, say
from leeward.domain.cases.consent import AUDIENCE, USE
from leeward.domain.cases.referral_paper import VERSION, Allowed, Attached, Paper, Part
from leeward.domain.cases.referrals import FIELD
from leeward.domain.cases.words import RISK, THREAT
from leeward.domain.errors import DomainError
from leeward.domain.intake.report import tidy
from leeward.domain.vocabulary import Vocabulary

PLAIN_MOST = 24 * 1024 * 1024
KINDS = frozenset({"referral", "transfer", "recall", "answer"})
ANSWERS = frozenset({"accepted", "rejected", "done", "deleted"})
_JSON_MOST = 1024 * 1024
_PARTS_MOST = 100
_LINES_MOST = 500
_SOME = 50
_OPENS = '<script type="application/json" id="leeward">'
_CLOSES = "</script>"
_FILE = re.compile(
    r'<a download="(file-[1-9][0-9]?\.[a-z0-9]{1,12})"'
    r' href="data:([a-z]{1,20}/[a-z0-9.+-]{1,80});base64,([A-Za-z0-9+/]*={0,2})">'
)
_HEX_64 = re.compile(r"[0-9a-f]{64}")
_RECIPIENT = re.compile(r"age1pq1[02-9ac-hj-np-z]{1,2000}")


class PaperMalformed(DomainError):
    """It opened, but is not what a desk of Leeward seals to a partner; the text says why."""

    code = "domain.paper-malformed"


class _Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    field: str
    title: str
    lines: list[str]
    codes: dict[str, str | list[str]]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    media_type: str
    size: int
    sha256: str


class _Allowed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    use: str
    audience: str
    answer: str
    conditions: str
    day: str
    expires: str
    embargo: str
    who: str


class _Wire(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    leeward: str
    version: int
    id: str
    from_: str = msgspec.field(name="from")
    to: str
    language: str
    made_on: str
    note: str
    fields: list[_Field]
    files: list[_File]
    consents: list[_Allowed]
    delete: list[str]
    reply: str
    secrets: list[str]
    answer: str


def read_paper(untrusted: bytes) -> Paper:
    """Return what was sent, or raise PaperMalformed."""
    page = _text(untrusted)
    wire = _wire(page)
    if wire.version != VERSION:
        raise _malformed(say("It was made by another version of Leeward."))
    if wire.leeward not in KINDS or not is_id(wire.id) or wire.language not in {"en", "ru"}:
        raise _malformed(say("It does not say what it is."))
    _check_kind(wire)
    paper = Paper(
        referral_id=wire.id,
        kind=wire.leeward,
        receiver=_line(wire.to),
        language=wire.language,
        made_on=_day(wire.made_on),
        note=_words(wire.note, TEXT_MOST),
        parts=tuple(_part(one) for one in wire.fields),
        files=_files(page, wire.files),
        deletes=tuple(_hex(one) for one in wire.delete),
        sender=_line(wire.from_),
        reply=wire.reply,
        consents=tuple(_allowed(one) for one in wire.consents),
        secrets=tuple(_hex(one) for one in wire.secrets),
        answer=wire.answer,
    )
    if sum(len(line) for _, line in paper.texts()) > TEXT_MOST:  # 3
        raise _too_large()
    return paper


def _text(untrusted: bytes) -> str:
    if len(untrusted) > PLAIN_MOST:  # 3
        raise _too_large()
    try:
        return untrusted.decode()
    except UnicodeDecodeError as error:
        raise _malformed(say("It is not text.")) from error


def _wire(page: str) -> _Wire:
    """Return the JSON of the one element that holds it (1)."""
    before, opens, rest = page.partition(_OPENS)
    inside, closes, after = rest.partition(_CLOSES)
    if not opens or not closes or _OPENS in after or "<script" in (before + after).casefold():
        raise _malformed(say("It is not a page that a desk of Leeward made."))
    if len(inside) > _JSON_MOST:  # 3
        raise _too_large()
    try:
        return msgspec.json.decode(inside, type=_Wire)  # 2
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise _malformed(say("It is not a page that a desk of Leeward made.")) from error


def _check_kind(wire: _Wire) -> None:
    """Refuse what does not belong to its kind (2)."""
    counts = (len(wire.fields), len(wire.files), len(wire.consents), len(wire.delete), len(wire.secrets))
    if any(
        count > most for count, most in zip(counts, (_PARTS_MOST, _SOME, _SOME, _SOME, _SOME), strict=True)
    ):
        raise _too_large()
    tells = bool(wire.fields or wire.files or wire.consents)
    fits = {
        "recall": bool(wire.delete) and not (tells or wire.note or wire.answer or wire.reply),
        "answer": wire.answer in ANSWERS
        and len(wire.secrets) == 1
        and not (tells or wire.delete or wire.reply),
    }
    told = tells and not wire.delete and not wire.answer and (not wire.reply or len(wire.secrets) == 1)
    if not fits.get(wire.leeward, told):
        raise _malformed(say("What is in it does not fit together."))
    if wire.reply and not _RECIPIENT.fullmatch(wire.reply):
        raise _malformed(say("Its key for an answer is none."))


def _part(one: _Field) -> Part:
    lists = {"risk": RISK, "threat": THREAT} if one.field == "danger" else {}
    known = one.field in FIELD and one.field != "file" and one.codes.keys() <= lists.keys()
    if not known or len(one.lines) > _LINES_MOST:
        raise _malformed(say("It has a field that this desk does not know."))
    for name, value in one.codes.items():
        if isinstance(value, str) != (name == "risk"):
            raise _malformed(say("It has a field that this desk does not know."))
        for code in [value] if isinstance(value, str) else value:
            _known(lists[name], code)
    lines = tuple(filter(None, (_words(line, TEXT_MOST) for line in one.lines)))
    return Part(one.field, _line(one.title), lines, one.codes)


def _allowed(one: _Allowed) -> Allowed:
    _known(USE, one.use)
    _known(AUDIENCE, one.audience)
    conditions = _words(one.conditions, TEXT_MOST)
    if one.answer not in {"given", "conditional"} or one.who not in {"self", "family"}:
        raise _malformed(say("It does not say what they allow."))
    if one.answer == "conditional" and not conditions:
        raise _malformed(say("It does not say what they allow."))
    return Allowed(
        use=one.use,
        audience=one.audience,
        answer=one.answer,
        conditions=conditions,
        day=_day(one.day) if one.day else "",
        expires=_day(one.expires) if one.expires else "",
        embargo=_day(one.embargo) if one.embargo else "",
        who=one.who,
    )


def _files(page: str, told: list[_File]) -> tuple[Attached, ...]:
    found = _FILE.findall(page)
    if len(found) != len(told):  # 4
        raise _malformed(say("Its files are not those that it names."))
    return tuple(
        _file(one, number, *there) for number, (one, there) in enumerate(zip(told, found, strict=True), 1)
    )


def _file(told: _File, number: int, name: str, media: str, content: str) -> Attached:
    try:
        plain = base64.b64decode(content, validate=True)
    except binascii.Error as error:
        raise _malformed(say("Its files are not those that it names.")) from error
    same = (told.name, told.media_type, told.size) == (name, media, len(plain))
    same = same and base64.b64encode(plain).decode() == content
    if not same or not name.startswith(f"file-{number}.") or hashlib.sha256(plain).hexdigest() != told.sha256:
        raise _malformed(say("Its files are not those that it names."))
    return Attached(media, plain)


def _known(words: Vocabulary, code: str) -> None:
    if code not in words:
        raise _malformed(say("It has a word that this desk does not know."))


def _hex(text: str) -> str:
    if not _HEX_64.fullmatch(text):
        raise _malformed(say("What is in it does not fit together."))
    return text


def _day(text: str) -> str:
    try:
        if dt.date.fromisoformat(text).isoformat() == text:
            return text
    except ValueError:
        pass
    raise _malformed(say("It has a day that is none."))


def _line(text: str) -> str:
    return " ".join(_words(text, NAME_MOST).split())


def _words(text: str, most: int) -> str:
    plain = tidy(text)
    if len(plain) > most:
        raise _too_large()
    return plain


def _too_large() -> PaperMalformed:
    return _malformed(say("It is larger than anything that a desk of Leeward seals."))


def _malformed(why: Message) -> PaperMalformed:
    return PaperMalformed(
        say("This file was sealed to us, and cannot be read: {why}", why=why),
        kept=say("Nothing of it was kept or shown."),
        next_step=say("Call whoever sent it, by a number that you had before."),
    )

"""Legal identities and addresses that take two people to open (ADR 28).

1. What is in such a record is one age file to a key that no device keeps; the fields themselves are empty.
2. The key is split, two of n, one share for each member who holds the circle: two devices of one person hold one.
3. A share is sent only for a question that this person agreed to, and only to the device that asked: who that is says
   the signed entry of the question, which nobody can overwrite. A question in which two devices wrote is none.
4. An answer is sealed to a key drawn for this one question, and deleted when it was used: an old letter opens nothing.
5. Asked, agreed and refused are entries of the circle, written before anything is sent.
6. Whenever it is opened and other people hold the circle than the key was split for, it is split again. Old shares go
   only when the new split was made by somebody whom a colleague had let in: one alone cannot make others lose theirs.
"""

from __future__ import annotations

from collections.abc import Mapping
from weakref import WeakKeyDictionary

import msgspec

from leeward.base.say import say
from leeward.domain.cases.case import Identity
from leeward.domain.errors import OutOfRange, RuleBroken
from leeward.domain.openings import ASKED_FOR, Opening, Split
from leeward.domain.relocation.places import PlaceAddress
from leeward.domain.typed import write_new
from leeward.ledger.model import Op, note, put
from leeward.ledger.store.vault import Vault
from leeward.office import letters
from leeward.office.openings import (
    CONTENT,
    Closed,
    closed_record,
    content,
    is_blank,
    is_open,
    keep_open,
    new_opening,
    open_alone,
    open_key,
    openings_of,
)
from leeward.office.openings_shares import (
    Asked,
    asked_of,
    drop_share,
    forget_asked,
    held_shares,
    keep_asked,
    keep_share,
)
from leeward.office.session import Session
from leeward.office.team import who_can_open
from leeward.seal.envelope import decrypt, encrypt
from leeward.seal.errors import SealError
from leeward.seal.keys import Identity as Key
from leeward.seal.keys import Recipient
from leeward.seal.shares import combine, split

PURPOSE = "opening"  # of letters
_LEAST = 2  # members who hold the circle
_MOST = 16
_PAD = 1024
_LONGEST = 512  # a share has 33 words
_tidied: WeakKeyDictionary[Vault, int] = WeakKeyDictionary()
"""At which state of its vault each was put in order last: every round of the sync asks again."""


class Question(msgspec.Struct, frozen=True):
    """A question to open something with a colleague, as its signed entry says."""

    opening: Opening
    record: Closed
    device_id: str
    member_id: str
    split_id: str
    to: bytes  # the recipient of the answer, as text
    at: int


class _Letter(msgspec.Struct):
    """What a letter says: a share to keep, or (with `opening`) the answer to a question, sealed once more (4)."""

    split: str
    share: bytes
    opening: str = ""


# writing -------------------------------------------------------------------------------------------------------


def write_content(session: Session, record: Closed, **new: str) -> None:
    """Write what a closed record holds. NotOpened if there is something in it that is not open now."""
    was = record if is_blank(record) else content(session, record)
    key = open_key(session, record.id)
    if not record.sealed or key is None:
        session.commit(record.compartment, put(record.kind, record.id, **new))
        return
    whole = {**_fields_of(was), **new}
    session.commit(
        record.compartment, put(record.kind, record.id, sealed=_seal_content(whole, key.recipient()))
    )


def _fields_of(record: Closed) -> dict[str, str]:
    return {field: str(getattr(record, field)) for field in CONTENT[record.kind]}


def _seal_content(whole: Mapping[str, str], to: Recipient) -> bytes:
    """Return the fields as one age file (1), padded so that its length says little."""
    plain = msgspec.json.encode(whole)
    return encrypt(plain + b" " * (-len(plain) % _PAD), to)


# making it so --------------------------------------------------------------------------------------------------


def holders(session: Session, record: Closed) -> dict[str, list[str]]:
    """Return the members who can open the record's circle, with their devices that belong to the team."""
    roster = session.vault.roster()
    found: dict[str, list[str]] = {}
    for access in who_can_open(session, record.compartment):
        device = roster.get(access.device_id)
        if device is not None and not device.removed_at:
            found.setdefault(device.member_id, []).append(device.device_id)
    return found


def seal_for_two(session: Session, record_id: str) -> None:
    """Seal a record so that it takes two people. It must be open, or empty. RuleBroken with nobody to do it with."""
    record = closed_record(session, record_id)
    if record.sealed:
        return
    was = record if is_blank(record) else content(session, record)
    _split_anew(session, record, _fields_of(was), "")


def open_to_one(session: Session, record_id: str) -> None:
    """Let it be opened by one person again; it must be open."""
    record = closed_record(session, record_id)
    if record.sealed:
        was = content(session, record)
        plain: dict[str, object] = {**_fields_of(was), "sealed": b"", "split_id": ""}
        session.commit(record.compartment, put(record.kind, record.id, **plain))


def _split_anew(session: Session, record: Closed, whole: Mapping[str, str], opening_id: str) -> None:
    people = holders(session, record)
    if not _LEAST <= len(people) <= _MOST or session.member_id not in people:
        raise RuleBroken(
            say("It takes two people who hold this key, and at most sixteen."),
            kept=say("Nothing was changed."),
            next_step=say(
                "Give the key to a colleague first; three are safer, in case one loses everything."
            ),
        )
    seed = session.chance.draw(32)
    key = Key.from_seed(seed)
    shares = dict(zip(sorted(people), split(seed, _LEAST, len(people)), strict=True))
    made = Split(
        id=session.make_id(), of_id=record.id, member_set=tuple(sorted(people)), opening_id=opening_id
    )
    keep_share(session, made.id, session.vault.device.id, shares[session.member_id])
    for member, devices in people.items():
        body = msgspec.msgpack.encode(_Letter(made.id, shares[member].encode()))
        letters.send(session, devices, PURPOSE, body)
    emptied: dict[str, object] = dict.fromkeys(
        (field for field in CONTENT[record.kind] if getattr(record, field)), ""
    )
    fields = {**emptied, "sealed": _seal_content(whole, key.recipient()), "split_id": made.id}
    session.commit(record.compartment, write_new(made), put(record.kind, record.id, **fields))
    keep_open(session, record.id, key)
    tidy(session)


# asking --------------------------------------------------------------------------------------------------------


def open_or_ask(session: Session, record_id: str, reason: str, why: str = "") -> bool:
    """Open a record, or ask for a colleague if it takes two; return whether it is open now."""
    record = closed_record(session, record_id)
    if is_open(session, record_id):
        return True
    if not record.sealed:
        open_alone(session, record_id, reason, why)
        return True
    if my_question(session, record) is not None:
        return False
    key = Key.from_seed(session.chance.draw(32))
    opening = new_opening(session, record, reason, why, together=True)
    ask = {"split": record.split_id, "to": key.recipient().string().encode()}
    keep_asked(session, Asked(opening.id, record.id, record.split_id, key.string(), session.now()))
    session.commit(record.compartment, write_new(opening), note(Opening.kind, opening.id, "asks", ask))  # 5
    return False


def question_of(session: Session, opening: Opening) -> Question | None:
    """Return the question if it is one that can be answered: asked once, by one device, of what is sealed now (3)."""
    record = session.get(Identity, opening.of_id) or session.get(PlaceAddress, opening.of_id)
    if record is None or record.compartment != opening.compartment or not opening.together:
        return None
    asks = [
        one
        for one in session.vault.history(opening.id)
        if one.op == Op.APPEND and one.field == "asks" and isinstance(one.value, dict)
    ]
    if len(asks) != 1:
        return None
    (ask,) = asks
    split_id, to = ask.value.get("split"), ask.value.get("to")
    if not isinstance(split_id, str) or not isinstance(to, bytes) or split_id != record.split_id:
        return None
    return Question(opening, record, ask.device, ask.by, split_id, to, ask.at)


def questions(session: Session) -> list[Question]:
    """Return what colleagues ask this member to open with them, oldest first, and was not answered by anybody."""
    return [one for one in _open_questions(session) if one.member_id != session.member_id]


def my_question(session: Session, record: Closed) -> Question | None:
    """Return what this device asked about a record and may still be agreed to, or was and is ready."""
    asked = asked_of(session, record.id)
    if asked is None or session.now() - asked.at > ASKED_FOR or asked.split != record.split_id:
        return None
    opening = session.get(Opening, asked.opening)
    found = question_of(session, opening) if opening is not None else None
    refused = found is not None and any(_agrees(one.value) is False for one in found.opening.answers)
    return None if refused else found


def ready(session: Session, record: Closed) -> bool:
    """Tell whether a colleague's share for this record has come."""
    asked = asked_of(session, record.id)
    return asked is not None and bool(asked.answers) and my_question(session, record) is not None


def agreed(session: Session) -> list[Closed]:
    """Return what a colleague agreed to, for this device, and was not looked at yet."""
    found: list[Closed] = [*session.find(Identity), *session.find(PlaceAddress)]
    return [one for one in found if one.sealed and ready(session, one)]


def _open_questions(session: Session) -> list[Question]:
    found = []
    for opening in session.find(Opening):
        if opening.together and not opening.answers and not opening.acts:
            one = question_of(session, opening)
            if one is not None and 0 <= session.now() - one.at <= ASKED_FOR:
                found.append(one)
    return sorted(found, key=lambda one: one.at)


def _agrees(value: object) -> bool | None:
    said = value.get("agrees") if isinstance(value, dict) else None
    return said if isinstance(said, bool) else None


# answering -----------------------------------------------------------------------------------------------------


def has_share(session: Session, question: Question) -> bool:
    """Tell whether this desk could agree: its share has come."""
    return bool(_share_for(session, question.record, question.split_id))


def answer(session: Session, opening_id: str, device_id: str, *, agrees: bool, why: str = "") -> None:
    """Agree to open something with a colleague, or refuse. `device_id` is who asked, as it was shown (3)."""
    question = next((one for one in questions(session) if one.opening.id == opening_id), None)
    if question is None or question.device_id != device_id:
        raise OutOfRange(
            say("This question was answered, or is too old, or was changed."),
            kept=say("Nothing was sent."),
            next_step=say("Look at Today again."),
        )
    roster = session.vault.roster()
    asker = roster.get(device_id)
    share = _share_for(session, question.record, question.split_id)
    belongs = asker is not None and not asker.removed_at and asker.member_id != session.member_id
    if agrees and (not share or not belongs):
        raise RuleBroken(
            say("This desk has no share of the key yet, or the one who asks is not on the team any more."),
            kept=say("Nothing was sent."),
            next_step=say("Another colleague who holds this key can agree."),
        )
    session.commit(  # 5
        question.opening.compartment,
        note(Opening.kind, opening_id, "answers", {"agrees": agrees, "why": why.strip()[:200]}),
    )
    if agrees:
        sealed = encrypt(share.encode(), Recipient.from_string(question.to.decode("ascii")))  # 4
        body = msgspec.msgpack.encode(_Letter(question.split_id, sealed, opening_id))
        letters.send(session, [device_id], PURPOSE, body)


def take_letter(session: Session, came: letters.Came) -> None:
    """Keep a share that came, or the answer to a question of this device. What is neither is dropped."""
    try:
        told = msgspec.msgpack.decode(came.body, type=_Letter)
        text = "" if told.opening else told.share.decode("ascii")
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise OutOfRange(say("A letter about a sealed record cannot be read.")) from error
    if max(len(told.split), len(text)) > _LONGEST:
        raise OutOfRange(say("A letter about a sealed record cannot be read."))
    if not told.opening:
        keep_share(session, told.split, came.device_id, text)
        tidy(session)
        return
    asked = asked_of(session, opening_id=told.opening)
    if asked is not None and asked.split == told.split and came.member_id != session.member_id:
        keep_asked(session, msgspec.structs.replace(asked, answers=[*asked.answers, told.share][:_MOST]))


# opening -------------------------------------------------------------------------------------------------------


def open_together(session: Session, record_id: str) -> None:
    """Open what a colleague agreed to: the two shares meet in memory. RuleBroken if they do not fit."""
    record = closed_record(session, record_id)
    asked = asked_of(session, record_id)
    question = my_question(session, record)
    key = _key_of(session, record, asked) if asked is not None and question is not None else None
    if asked is None or question is None or key is None:
        raise RuleBroken(
            say("No colleague's share that fits has come yet."),
            kept=say("It was not opened."),
            next_step=say("Wait for the next sync, or ask again."),
        )
    session.commit(record.compartment, note(Opening.kind, asked.opening, "acts", {"does": "opened"}))
    forget_asked(session, record_id)  # 4
    keep_open(session, record_id, key)
    made = session.get(Split, record.split_id)
    if made is None or set(made.member_set) != set(holders(session, record)):  # 6
        try:
            _split_anew(session, record, _fields_of(content(session, record)), asked.opening)
        except RuleBroken:
            keep_open(session, record_id, key)  # alone by now: it stays as it was


def _key_of(session: Session, record: Closed, asked: Asked) -> Key | None:
    mine = _share_for(session, record, asked.split)
    for sealed in asked.answers:
        try:
            theirs = decrypt(sealed, [Key.from_string(asked.key)]).decode("ascii")
            key = Key.from_seed(combine([mine, theirs]))
            decrypt(record.sealed, [key])
        except (SealError, UnicodeDecodeError, ValueError):
            continue
        return key
    return None


def _share_for(session: Session, record: Closed, split_id: str) -> str:
    """Return this device's share, if it came from the device that made the split."""
    made = session.vault.get(split_id, kind=Split.kind)
    if made is None or made.compartment != record.compartment:
        return ""
    makers = {one.device for one in session.vault.history(split_id)}
    return next(
        (one.share for one in held_shares(session) if one.split == split_id and makers == {one.giver}), ""
    )


# looking after -------------------------------------------------------------------------------------------------


def tidy(session: Session) -> None:
    """Delete shares of splits that were followed by another one, lawfully (6), and questions that are too old."""
    if _tidied.get(session.vault) == session.vault.generation:
        return
    _tidied[session.vault] = session.vault.generation
    for one in held_shares(session):
        old = session.vault.get(one.split, kind=Split.kind)
        if old is None:
            continue
        of = str(old.fields.get("of_id") or "")
        record = session.get(Identity, of) or session.get(PlaceAddress, of)
        there = record is not None and record.compartment == old.compartment
        if record is not None and there and record.split_id != one.split and _lawful(session, record):
            drop_share(session, one.split)
    asked_of(session)


def _lawful(session: Session, record: Closed) -> bool:
    """Tell whether the newest split was made by somebody whom a colleague had let in."""
    made = session.get(Split, record.split_id)
    opening = session.get(Opening, made.opening_id) if made is not None and made.opening_id else None
    if made is None or opening is None or opening.of_id != record.id:
        return False
    if {made.compartment, opening.compartment} != {record.compartment}:
        return False
    maker = {one.device for one in session.vault.history(made.id)}
    asker = {one.device for one in session.vault.history(opening.id) if one.field == "asks"}
    let_in = any(_agrees(one.value) and one.by != made.created_by for one in opening.answers)
    return let_in and len(maker) == 1 and maker == asker


def stale(session: Session) -> list[Closed]:
    """Return what is sealed for two, and split among other people than those who hold its circle now."""
    found: list[Closed] = [*session.find(Identity), *session.find(PlaceAddress)]
    due = []
    for record in found:
        made = session.get(Split, record.split_id) if record.sealed else None
        if made is not None and set(made.member_set) != set(holders(session, record)):
            due.append(record)
    return due


def refused(session: Session, record: Closed) -> Opening | None:
    """Return this member's newest question if a colleague refused it."""
    mine = [one for one in openings_of(session, record) if one.created_by == session.member_id]
    newest = mine[0] if mine else None
    if newest is None or not any(_agrees(one.value) is False for one in newest.answers):
        return None
    return newest

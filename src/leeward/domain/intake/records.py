"""What intake keeps: who wrote, what was written, what was checked."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from leeward.domain.files import FileRef
from leeward.domain.typed import Note, Typed


class WayBack(msgspec.Struct, frozen=True):
    """One of the two mailboxes through which a reporter reads our answers (protocol 3)."""

    alarm: bool
    box: str
    write: str
    recipient: str


class Contact(Typed, frozen=True, kw_only=True):
    """Somebody who turned to us. Known by a pseudonym; a legal name is never part of this record."""

    kind: ClassVar[str] = "contact"
    pseudonym: str = ""  # code of PSEUDONYMS, or what the team chose
    channel: str = "page"  # CHANNEL
    handle: str = ""  # how this person is reached on that channel, if it carries answers (office/channels)
    language: str = ""  # two letters
    ways: tuple[WayBack, ...] = ()  # empty: cannot be answered by words
    relation: str = ""  # RELATION
    urgency: str = ""  # URGENCY; "" is not judged yet
    needs_set: tuple[str, ...] = ()  # NEED_TOLD, as told
    place_told: str = ""  # coarse: a town, never an address
    safe_where: str = ""  # where it is safe to answer
    safe_when: str = ""
    safe_device: str = ""  # DEVICE
    safe_note: str = ""  # such as: leave no message, do not name the organisation
    vetting: str = "none"  # VETTING
    vetting_by: str = ""  # member id
    vetting_second_by: str = ""  # member id of the second reader
    referred_to: str = ""
    alarmed: bool = False  # the alarm form was used at least once
    alarm_seen_at: int = 0  # milliseconds: somebody took up every alarm before this
    alarm_seen_by: str = ""
    settled_at: int = 0  # milliseconds: what was written before this needs no answer
    case_id: str = ""
    linked_ids: tuple[str, ...] = ()  # contacts that may be the same person or belong together
    remarks: tuple[Note, ...] = ()  # why we judged so; never replaced


class Voice(Typed, frozen=True, kw_only=True):
    """Which contact a voice speaks for, and whether it is the alarm form. The id is derived from the voice."""

    kind: ClassVar[str] = "voice"
    contact_id: str = ""
    alarm: bool = False


class Letter(Typed, frozen=True, kw_only=True):
    """One message, answer, call, or visit. `created_at` is when our side first had it."""

    kind: ClassVar[str] = "message"
    contact_id: str = ""
    direction: str = "in"  # "in", "out", "call", or "opened" (a visit without writing)
    text: str = ""
    language: str = ""
    files: tuple[FileRef, ...] = ()
    alarm: bool = False
    violent: bool = False  # somebody marked it: folded from then on
    cut: bool = False  # longer than can be shown; the sealed original is kept
    report: str = ""  # the id inside the report or reply
    original: str = ""  # address of the sealed original among the vault's blobs
    sha256: str = ""  # of the report's plain bytes
    queued_at: int = 0  # an answer: when it was sealed and queued for the relay


class Check(Typed, frozen=True, kw_only=True):
    """One step of vetting."""

    kind: ClassVar[str] = "check"
    contact_id: str = ""
    step: str = "question"  # VETTING_STEP
    text: str = ""  # the question, or who vouches and how we know them
    answer: str = ""
    outcome: str = "open"  # OUTCOME


class Draft(Typed, frozen=True, kw_only=True):
    """An answer not sent yet. One a member and contact."""

    kind: ClassVar[str] = "draft"
    contact_id: str = ""
    text: str = ""


class Damaged(Typed, frozen=True, kw_only=True):
    """Something that came to the intake box and cannot be read. Its sealed bytes are kept."""

    kind: ClassVar[str] = "damaged"
    item: str = ""
    why: str = ""
    size: int = 0
    original: str = ""  # address among the vault's blobs
    settled_at: int = 0

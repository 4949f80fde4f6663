"""What intake keeps: who wrote, what was written, what was checked."""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec

from leeward.domain.files import FileRef
from leeward.domain.typed import Coded, Note, Typed


class WayBack(msgspec.Struct, frozen=True):
    """One of the two mailboxes through which a reporter reads our answers (protocol 3)."""

    alarm: bool
    box: str
    write: str
    recipient: str


class FactsTold(msgspec.Struct, frozen=True, omit_defaults=True):
    """How it is safe to answer, in the reporter's own words (protocol 3, `facts`)."""

    where: str = ""
    when: str = ""
    device: str = ""  # DEVICE
    phrase: str = ""  # what they and we agreed to say so that each knows the other
    note: str = ""


class Answered(msgspec.Struct, frozen=True):
    """An answer to one question of the team's questionnaire, by the question's id."""

    q: str
    text: str


class Contact(Typed, frozen=True, kw_only=True):
    """Somebody who turned to us. Known by a pseudonym; a legal name is never part of this record."""

    kind: ClassVar[str] = "contact"
    pseudonym: Annotated[str, Coded("pseudonym")] = ""  # code of PSEUDONYMS, or what the team chose
    channel: Annotated[str, Coded("contact-channel")] = "page"
    handle: str = ""  # how this person is reached on that channel, if it carries answers (office/channels)
    language: Annotated[str, Coded("language")] = ""  # two letters
    ways: tuple[WayBack, ...] = ()  # empty: cannot be answered by words
    relation: Annotated[str, Coded("contact-relation")] = ""
    urgency: Annotated[str, Coded("urgency")] = ""  # URGENCY; "" is not judged yet
    needs_set: Annotated[tuple[str, ...], Coded("need-told")] = ()  # NEED_TOLD, as told
    place_told: str = ""  # coarse: a town, never an address
    safe_where: str = ""  # where it is safe to answer
    safe_when: str = ""
    safe_device: Annotated[str, Coded("safe-device")] = ""
    safe_note: str = ""  # such as: leave no message, do not name the organisation
    safe_phrase: str = ""  # by which they know that it is us
    vetting: Annotated[str, Coded("vetting")] = "none"
    vetting_by: str = ""  # member id
    vetting_second_by: str = ""  # member id of the second reader
    vetting_until: int = 0  # milliseconds: after that it must be checked again; 0: no end was set
    told_set: Annotated[
        tuple[str, ...], Coded("told-about-us")
    ] = ()  # TOLD: what they know about us, so that they can vet us too
    decision: Annotated[str, Coded("intake-decision")] = ""
    decision_by: str = ""  # member id
    decision_second_by: str = ""
    decision_risky: bool = False  # accepting means moving somebody while the danger is near
    referred_to: str = ""
    alarmed: bool = False  # the alarm form was used at least once
    alarm_seen_at: int = 0  # milliseconds: somebody took up every alarm before this
    alarm_seen_by: str = ""
    settled_at: int = 0  # milliseconds: what was written before this needs no answer
    claims: tuple[Note, ...] = ()  # {"does": "take", "give" or "leave", "to", "text"}: the last one counts
    captures: tuple[
        Note, ...
    ] = ()  # {"does": "mark", "lift" or "warned", "text"}: whether they may be in other hands
    heap: Annotated[str, Coded("heap")] = ""  # HEAP: out of the queue; "" is in it
    merged_into: str = ""  # the contact whose conversation this one is part of
    ended_done_at: int = 0  # milliseconds: somebody did what there was to do after they ended it
    ended_done_by: str = ""
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
    direction: Annotated[str, Coded("direction")] = "in"
    text: str = ""
    language: Annotated[str, Coded("language")] = ""
    files: tuple[FileRef, ...] = ()
    alarm: bool = False
    violent: bool = False  # somebody marked it: folded from then on
    cut: bool = False  # longer than can be shown; the sealed original is kept
    report: str = ""  # the id inside the report or reply
    original: str = ""  # address of the sealed original among the vault's blobs
    sha256: str = ""  # of the report's plain bytes
    queued_at: int = 0  # an answer: when it was sealed and queued for the relay
    urgent: bool = False  # by the writer's own word
    path: Annotated[str, Coded("sealed-path")] = ""  # PATH: how it was sealed
    facts: FactsTold = FactsTold()
    questions: int = 0  # version of the questionnaire
    answers: tuple[Answered, ...] = ()
    sensitive: bool = False  # an answer that went to the true words alone
    cover: str = ""  # what the alarm form of the words shows instead; "" with `sensitive`: nothing
    sign: Annotated[str, Coded("sign")] = ""  # SIGN: a sign of life, in their own words or as heard in a call
    asks_until: int = 0  # an answer: until when their page asks for a sign of life; 1: it asks no more


class Check(Typed, frozen=True, kw_only=True):
    """One step of vetting."""

    kind: ClassVar[str] = "check"
    contact_id: str = ""
    step: Annotated[str, Coded("vetting-step")] = "question"
    text: str = ""  # the question, or who vouches and how we know them
    answer: str = ""
    outcome: Annotated[str, Coded("vetting-outcome")] = "open"
    voucher_id: str = ""  # the contact who vouches, if it is one of ours


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


class Phrase(Typed, frozen=True, kw_only=True):
    """A sentence that the team uses again and again. Each version of each language is a note; the last one counts."""

    kind: ClassVar[str] = "phrase"
    shelf: Annotated[str, Coded("phrase-shelf")] = "answer"
    position: int = 0
    versions: tuple[Note, ...] = ()  # {"lang", "text", "checked": read by somebody who speaks it}
    retired_at: int = 0


class Shift(Typed, frozen=True, kw_only=True):
    """When a member looks after the hotline: every week on a day, or once on a date. Local time of the team."""

    kind: ClassVar[str] = "shift"
    member_id: str = ""
    line: int = 1  # 1 is called first, 2 if the first does not look
    weekday: int = -1  # 0 is Monday; -1: only on `day`
    day: str = ""  # ISO
    begins: int = 0  # minutes after midnight
    ends: int = 0  # at or before `begins`: on the next day
    retired_at: int = 0


class Watch(Typed, frozen=True, kw_only=True):
    """How soon somebody must have looked. One record a team."""

    kind: ClassVar[str] = "watch"
    minutes_day: int = 20
    minutes_night: int = 45
    night_from: int = 23  # hours, local time
    night_to: int = 7
    claim_minutes: int = 30  # after so long without a sign of work, what was taken is anybody's again


class Look(Typed, frozen=True, kw_only=True):
    """That a member looked at the hotline. One record a member, written only when there was something new."""

    kind: ClassVar[str] = "look"
    at: int = 0  # milliseconds

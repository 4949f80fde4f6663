"""Erasing a person: who asked, who agreed, who stopped it, and when it may be done. Pure.

1. An erasure names ids only: never a name, a pseudonym or a word about why beyond a code.
2. What was agreed to is exactly what is done: each voice carries the hash of what the erasure names.
3. It is done at once when two members want it and fewer want to stop it; in a team of one, when that one wants it.
4. Otherwise it is done 72 hours after this desk first saw exactly this, by this desk's own clock, unless somebody
   stopped it. So one member alone can destroy no evidence unseen, whatever they write and however their clock stands.
5. A colleague's device that has done exactly this is proof enough of 3 or 4, if another member wants it or has done
   it, too. Who wrote the record first proves nothing: its fields can be changed by anybody.
6. Voices of people who do not belong to the team any more count for nothing, and of each member the newest counts.
7. What begins by itself (they ended it; its time is over) is wanted by nobody: only 4 and 5 lead to its end.
8. Somebody who wrote again after it was asked is not erased: their words come first (the office looks). Where it is
   under way (9) that cannot be undone: what they wrote since is a new conversation, and the old one is erased.
9. It is under way when a member has said that exactly this was begun or done, and two stand behind it. A stop that
   comes after counts for nothing, on every desk; nor does one after the first "done" where the 72 hours of rule 4 had
   passed. One of the same millisecond came after: "done" is said when it cannot be undone any more.
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Collection
from typing import Annotated, ClassVar

import msgspec

from leeward.base.ids import derive_id
from leeward.domain.typed import Coded, Note, Typed
from leeward.domain.vocabulary import Term, Vocabulary

HOUR = 3_600_000
STOP_MS = 72 * HOUR  # so long anybody may stop it
_ID_MOST = 100

WHY = Vocabulary(
    "erasure-why",
    Term("asked", "they asked for it", "человек попросил"),
    Term("ended", "they ended it with their words", "закончено самим человеком, его словами"),
    Term("time", "its time is over", "истёк срок хранения"),
    Term("mistake", "it was kept by mistake", "сохранено по ошибке"),
)
BY_PEOPLE = ("asked", "mistake")
"""Codes that a member may choose; the others come by themselves."""

OWN_CIRCLES = frozenset({"case", "identity"})
"""Kinds of circles that belong to one person; no other is ever forgotten for an erasure."""

STAYS = frozenset(
    {
        "erasure", "erased", "kept_longer", "retention", "team", "member", "device", "access", "rekey", "hotline",
        "place", "place_address", "institution", "claim", "finding", "unit", "facility", "inquiry", "phrase", "shift",
        "watch", "look", "question", "questionnaire", "gate", "channel", "page_card",
        "reception_key", "received",
    }
)  # fmt: skip
"""Kinds of records that are never erased with a person, whoever is named in them: the team's own work and its proof."""


class Erasure(Typed, frozen=True, kw_only=True):
    """That something is to be erased. In the team's circle, seen by everybody."""

    kind: ClassVar[str] = "erasure"

    why: Annotated[str, Coded("erasure-why")] = ""
    case_id: str = ""  # the person's case, if there is one
    contact_ids: tuple[str, ...] = ()  # conversations that were theirs
    circle_ids: tuple[str, ...] = ()  # circles of their own that whoever asked could see
    record_ids: tuple[str, ...] = ()  # single records of nobody's whole, whose time is over
    rule: str = ""  # the rule of retention whose time is over
    keep_account: bool = False  # what they told stays in the record, without anything that points at them
    asked_at: int = 0  # milliseconds
    says: tuple[Note, ...] = ()  # {"does": "want", "stop" or "free", "of": digest}
    begun: tuple[
        Note, ...
    ] = ()  # {"device", "of"}: erased on this device, whose vault is still to be written anew
    done: tuple[Note, ...] = ()  # {"device", "of"}: what it says was done on this device
    found: tuple[
        Note, ...
    ] = ()  # {"ids"}: messages that were erased, so that they are not taken in once more
    shared: tuple[Note, ...] = ()  # {"bundles"}: in which the keys of forgotten circles were shared out
    unshared: tuple[
        Note, ...
    ] = ()  # {"box", "of"}: a recovery box without these bundles; the hash of their ids


class Erased(Typed, frozen=True, kw_only=True):
    """The note that it was done, on how many devices, and nothing else. In the team's circle."""

    kind: ClassVar[str] = "erased"

    erasure_id: str = ""
    at: int = 0  # milliseconds
    devices: int = 0


class Standing(enum.StrEnum):
    """Where an erasure stands on a desk."""

    WAITING = "waiting"
    STOPPED = "stopped"
    DUE = "due"


class Voices(msgspec.Struct, frozen=True):
    """Who wants exactly this, and who wants it stopped."""

    want: frozenset[str]
    stop: frozenset[str]


def digest_of(erasure: Erasure) -> str:
    """Return the hash of what an erasure names (rule 2); hex."""
    parts = (
        erasure.id,
        erasure.why,
        erasure.case_id,
        erasure.rule,
        str(erasure.keep_account),
        str(erasure.asked_at),
        *(
            f"{name} {one}"
            for name in ("contact_ids", "circle_ids", "record_ids")
            for one in sorted(getattr(erasure, name))
        ),
    )
    digest = hashlib.sha256(b"leeward-erasure-1")
    for part in parts:
        digest.update(len(part.encode()).to_bytes(8, "big") + part.encode())
    return digest.hexdigest()


def voices(erasure: Erasure, members: Collection[str]) -> Voices:
    """Return whose newest word is what (rules 2 and 6). A stop counts whatever the erasure named then."""
    newest: dict[str, str] = {}
    exact = digest_of(erasure)
    for note in sorted(erasure.says, key=lambda one: one.at):
        does = _said(note, "does")
        if note.by in members and (does != "want" or _said(note, "of") == exact):
            newest[note.by] = does
    return Voices(
        frozenset(one for one, does in newest.items() if does == "want"),
        frozenset(one for one, does in newest.items() if does == "stop"),
    )


def standing(erasure: Erasure, members: Collection[str], *, seen_at: int, now: int) -> Standing:
    """Return where it stands on a desk that saw exactly this since `seen_at` (rules 3 to 7 and 9)."""
    said = voices(erasure, members)
    stops = _stops_in_time(erasure, members, seen_at)
    enough = min(2, len(members))
    if said.want and len(said.want) >= enough and len(said.want) > len(stops):  # 3
        return Standing.DUE
    behind = said.want | _firsts(erasure, members).keys()
    if _firsts(erasure, members) and len(behind) >= max(2, enough) and len(behind) > len(stops):  # 5
        return Standing.DUE
    if stops:
        return Standing.STOPPED
    return Standing.DUE if 0 < seen_at <= now - STOP_MS else Standing.WAITING  # 4


def under_way_since(erasure: Erasure, members: Collection[str]) -> int:
    """Return when a member first said that exactly this was done, two standing behind it (9); 0 if not so."""
    first = _firsts(erasure, members)
    behind = first.keys() | voices(erasure, members).want
    return min(first.values()) if first and len(behind) >= min(2, len(members)) else 0


def _firsts(erasure: Erasure, members: Collection[str]) -> dict[str, int]:
    """Return who says that exactly this was begun or done on a device of theirs, and when they first said so."""
    exact = digest_of(erasure)
    found: dict[str, int] = {}
    for note in (*erasure.begun, *erasure.done):
        if note.by in members and _said(note, "of") == exact:
            found[note.by] = min(note.at, found.get(note.by, note.at))
    return found


def _stops_in_time(erasure: Erasure, members: Collection[str], seen_at: int) -> frozenset[str]:
    """Return who stopped it before it was too late (9)."""
    stops = voices(erasure, members).stop
    first = min(_firsts(erasure, members).values(), default=0)
    by_time = 0 < seen_at <= first - STOP_MS
    if not by_time and not under_way_since(erasure, members):
        return stops
    since: dict[str, int] = {}
    for note in sorted(erasure.says, key=lambda one: one.at):
        if _said(note, "does") == "stop":
            since.setdefault(note.by, note.at)
        else:
            since.pop(note.by, None)
    return frozenset(one for one in stops if since.get(one, 0) < first)


def done_by(erasure: Erasure, owners: dict[str, str]) -> frozenset[str]:
    """Return the devices on which it is done; a device counts if its own member says so (`owners`: whose it is)."""
    said = ((_said(note, "device"), note.by) for note in erasure.done)
    return frozenset(device for device, by in said if owners.get(device) == by)


def begun_by(erasure: Erasure, owners: dict[str, str]) -> frozenset[str]:
    """Return the devices that can show nothing of it any more, whether or not their vault was written anew."""
    said = ((_said(note, "device"), note.by) for note in erasure.begun)
    return done_by(erasure, owners) | {device for device, by in said if owners.get(device) == by}


def listed(erasure: Erasure) -> frozenset[str]:
    """Return the ids of messages that were erased for it, on any device."""
    return frozenset(
        str(one) for note in erasure.found if isinstance(note.value, dict) for one in _ids_of(note.value)
    )


def bundles(erasure: Erasure) -> frozenset[str]:
    """Return the bundles of recovery that opened what was erased for it, as the desks that knew them said."""
    return frozenset(
        one
        for note in erasure.shared
        if isinstance(note.value, dict)
        for one in _ids_of(note.value, "bundles")
        if isinstance(one, str) and 0 < len(one) <= _ID_MOST
    )


def bundles_hash(named: Collection[str]) -> str:
    """Return the hash of a set of bundles; hex."""
    return hashlib.sha256("\n".join(("leeward-unshared-1", *sorted(named))).encode()).hexdigest()


def is_unshared(erasure: Erasure, member_id: str, box: str) -> bool:
    """Tell whether a member said that their recovery box holds none of the bundles that are named now."""
    exact = bundles_hash(bundles(erasure))
    return any(
        note.by == member_id and _said(note, "box") == box and _said(note, "of") == exact
        for note in erasure.unshared
    )


def names_records(erasure: Erasure) -> bool:
    """Tell whether it is about single records, not about a person."""
    return not erasure.case_id and not erasure.contact_ids


def note_id(erasure_id: str) -> str:
    """Return the id of the note that an erasure was done: every desk derives the same."""
    return derive_id("erased", erasure_id)


def _ids_of(said: dict[str, object], name: str = "ids") -> list[object]:
    ids = said.get(name)
    return ids if isinstance(ids, list) else []


def _said(note: Note, name: str) -> str:
    return str(note.value.get(name, "")) if isinstance(note.value, dict) else ""

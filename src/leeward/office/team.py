"""Founding a team, letting a new device in, and handing out keys.

1. A new device is let in only with its card, after its fingerprint was compared by voice. A further device of a
   member is let in by the older one that its card names, and by no other (ledger/roster.py).
2. It takes its first keys only from the device whose fingerprint it was told (ledger, `take_grant`).
3. Whoever is given a compartment's key is written down in that compartment, in the same step: all who can open it
   see who else can.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from weakref import WeakKeyDictionary

import msgspec

from leeward.base.ports import Chance, Clock
from leeward.base.say import say
from leeward.domain.circles import ERRANDS, RECEPTION
from leeward.domain.errors import DamagedRecord
from leeward.domain.team import ROLES, STARTING_CIRCLES, TEAM_KINDS, Access, Hotline, Member, Team
from leeward.domain.typed import Change, write_new
from leeward.ledger.errors import LedgerError
from leeward.ledger.model import put
from leeward.ledger.roster import bond_paper, card_paper, first_devices, member_of_key
from leeward.ledger.store.vault import Compartment, Vault
from leeward.office.cards import (
    print_device_card,
    print_intake_card,
    print_welcome,
    read_device_card,
    read_welcome,
)
from leeward.office.errors import CardRefused
from leeward.office.page_cards import newest_card, newest_hotline
from leeward.office.relay import relay_address, set_relay
from leeward.office.session import Session
from leeward.seal.keys import Recipient
from leeward.seal.signing import VerifyKey
from leeward.sync.outbox import Outbox

BESIDE = "beside"  # device-only: what lies beside this vault (office/beside.py)
_passed: WeakKeyDictionary[Vault, int] = WeakKeyDictionary()  # how far `pass_on` has looked
_WITHHELD = "team.withheld"  # device-only: of further devices let in here, by id, what their owner left out
_GIVER = "team.giver"  # device-only: the verify key of who let this device in


class Admission(msgspec.Struct, frozen=True):
    """A device that was let in: whose it is, which kinds of compartments it was given, and its welcome."""

    member_id: str
    device_id: str
    given: tuple[str, ...]
    not_held: tuple[str, ...]  # kinds that the role starts with and this desk cannot hand out
    welcome: str


def found_team(  # noqa: PLR0913 - what a founder is asked, each once
    folder: Path,
    passphrase: str,
    *,
    team_name: str,
    member_name: str,
    role: str,
    clock: Clock,
    chance: Chance,
    languages: tuple[str, ...] = ("ru", "en"),
    relay: str = "",
    proxy: str = "",
    work_factor: int = 18,
) -> Session:
    """Make a vault and a team in it; its boxes are made on the relay when the first sync reaches one."""
    _check_role(role)
    vault = Vault.create(
        folder, passphrase, member_id="", clock=clock, chance=chance, work_factor=work_factor
    )
    member_id = member_of_key(vault.device.signing_key.verify_key())
    vault.set_member(member_id)
    session = Session(vault, clock=clock, chance=chance)
    set_relay(vault, relay, proxy=proxy)
    circles = {kind: vault.make_compartment(kind).id for kind in TEAM_KINDS}
    device = vault.device
    session.commit(
        circles["team"],
        write_new(Member(id=member_id, name=member_name, role=role, languages=languages)),
        card_paper(device.id, device_card(session, name=member_name, role=role)),
    )
    _open_hotline(session, circles["intake"])
    publish_card(session, team_name=team_name, languages=languages)
    for circle in circles.values():
        session.commit(circle, _access(session, device.id, member_id))
    return session


def publish_card(session: Session, *, team_name: str, languages: tuple[str, ...]) -> str:
    """Sign the intake card anew, keep it in the team's record, and return it (JSON)."""
    intake, circle = session.compartment_of("intake"), session.compartment_of("team")
    hotline = hotline_of(session)
    card = print_intake_card(
        session.vault.device.signing_key,
        session.vault.recipient_of(intake),
        team=team_name,
        languages=languages,
        box=hotline.box,
        write=hotline.write,
    )
    relay, _ = relay_address(session.vault)
    session.commit(
        circle, put("team", circle, name=team_name, languages=list(languages), relay=relay, card=card)
    )
    return card


def page_recipient(session: Session) -> Recipient:
    """Return whom reports are sealed to: of the newest card, which may be of an older key than the newest (ADR 34)."""
    intake, team = session.compartment_of("intake"), team_of(session)
    card = newest_card(session, team.card if team is not None else "")
    for identity in session.vault.identities_of(intake):
        if card is not None and identity.recipient().string() == card.recipient:
            return identity.recipient()
    return session.vault.recipient_of(intake)


def team_of(session: Session) -> Team | None:
    """Return what the team is called and its intake card; None before the first sync of a new device."""
    try:
        return session.get(Team, session.compartment_of("team"))
    except (LedgerError, DamagedRecord):
        return None


def hotline_of(session: Session) -> Hotline:
    """Return the box that the newest card names; LedgerError without the intake keys. Former ones: page_cards.py."""
    return newest_hotline(session)


def members(session: Session) -> list[Member]:
    """Return everybody on the team, by name."""
    return sorted(session.find(Member), key=lambda member: (member.name.casefold(), member.id))


def prepare_to_join(
    folder: Path, passphrase: str, *, clock: Clock, chance: Chance, work_factor: int = 18
) -> Session:
    """Make an empty vault for a device that is to join a team."""
    vault = Vault.create(
        folder, passphrase, member_id="", clock=clock, chance=chance, work_factor=work_factor
    )
    return Session(vault, clock=clock, chance=chance)


def device_card(session: Session, *, name: str, role: str, beside: str = "") -> str:
    """Return this device's card (JSON), to be handed to a member; its fingerprint is the vault's device id.

    `beside` is the fingerprint of another device of the same person, which then lets this one in.
    """
    device = session.vault.device
    return print_device_card(
        device.signing_key,
        device.identity.recipient(),
        name=name,
        role=role,
        box=device.box,
        write=device.write,
        beside=plain_fingerprint(beside),
    )


def plain_fingerprint(heard: str) -> str:
    """Return a fingerprint as it was typed or told, without blanks and in lower case."""
    return "".join(letter for letter in heard.lower() if letter.isalnum())


def admit(
    session: Session,
    untrusted_card: str,
    role: str,
    *,
    fingerprint: str,
    parts: Collection[str] | None = None,
    name: str = "",
) -> Admission:
    """Let a device in, and give it the keys that its role starts with; they leave with the next sync.

    `fingerprint` is what was compared by voice (1). `parts` are compartments to be given besides the team's, instead of
    those that the role starts with; `name` is what the team calls its owner, "" as the card says. Raises CardRefused.
    """
    _check_role(role)
    card = read_device_card(untrusted_card)
    if card.device_id != plain_fingerprint(fingerprint):  # 1
        raise CardRefused(
            say("The card is of another device than the one whose fingerprint was told."),
            kept=say("Nobody was let in."),
            next_step=say(
                "Compare the fingerprint again by voice. If it still differs, this card is a trap."
            ),
        )
    circle = session.compartment_of("team")
    own = session.vault.device.id
    if card.beside not in {"", own}:  # 1
        raise CardRefused(
            say("The card names another device of its owner, and only that device can let this one in."),
            kept=say("Nobody was let in."),
            next_step=say("Add it at that device. If it is gone, ask for a card of somebody new."),
        )
    changes: list[tuple[Change, ...]] = [card_paper(card.device_id, untrusted_card)]
    if card.beside:
        owner = session.member_id
        changes.append(bond_paper(card.device_id))
    else:
        owner = member_of_key(card.verify_key)
        changes.append(write_new(Member(id=owner, name=name or card.name, role=role)))
    chosen = _chosen(session, parts) if parts is not None else starting_parts(session, role)
    chosen += [one for one in session.vault.compartments(ERRANDS) if one not in chosen]  # as the team's
    if card.beside:
        held = {one.id for one in session.vault.compartments()}
        left_out = sorted(held - {part.id for part in chosen})
        session.vault.local_put(_WITHHELD, {**_withheld(session), card.device_id: left_out})
    session.commit(circle, *changes)
    for part in chosen:
        hand(session, part.id, {card.device_id: owner})
    given = tuple(part.kind for part in chosen)
    wanted = STARTING_CIRCLES[role] if parts is None else ()
    team = team_of(session)
    welcome = print_welcome(
        session.vault.device.signing_key,
        team=team.name if team else "",
        relay=team.relay if team else "",
        member_id=owner,
        device_id=card.device_id,
    )
    return Admission(owner, card.device_id, given, tuple(set(wanted) - set(given)), welcome)


def starting_parts(session: Session, role: str) -> list[Compartment]:
    """Return the compartments that a role starts with, as far as this desk holds them."""
    held = {found.kind: found for found in session.vault.compartments() if found.kind in TEAM_KINDS}
    parts = [held[kind] for kind in STARTING_CIRCLES[role] if kind in held]
    return [*parts, *(session.vault.compartments(RECEPTION) if "intake" in STARTING_CIRCLES[role] else ())]


def _chosen(session: Session, parts: Collection[str]) -> list[Compartment]:
    """Return these compartments with the team's before them, which every device of it holds."""
    vault, circle = session.vault, session.compartment_of("team")
    return [vault.compartment(circle), *(vault.compartment(one) for one in sorted(set(parts) - {circle}))]


def join(
    session: Session, untrusted_welcome: str, *, fingerprint: str, relay: str = "", proxy: str = ""
) -> str:
    """Take a welcome from the device whose fingerprint was told (2); return the team's name.

    The keys come with the next sync. `relay` replaces the address in the welcome. Raises CardRefused.
    """
    welcome = read_welcome(untrusted_welcome, device_id=session.vault.device.id, fingerprint=fingerprint)
    session.vault.set_member(welcome.member_id)
    set_relay(session.vault, relay or welcome.relay, proxy=proxy)
    session.vault.local_put(_GIVER, welcome.giver.to_bytes())
    return welcome.team


def trusted_giver(session: Session) -> VerifyKey | None:
    """Return whose grants this device takes before it has a roster; None if it was told of nobody."""
    raw = session.vault.local_get(_GIVER)
    return VerifyKey.from_bytes(raw) if raw else None


def grant_case(session: Session, compartment: str, member_ids: Collection[str]) -> None:
    """Give a compartment's key to these members' first devices, and write down that they have it (3).

    What a member's further devices are given, that member's own devices decide: `pass_on` (ADR 24).
    """
    already = {access.device_id for access in who_can_open(session, compartment)}
    roster, own = session.vault.roster(), session.vault.device.id
    reached = dict(first_devices(roster))
    if own in roster:
        reached[own] = roster[own]
    wanted = {
        device.device_id: device.member_id
        for device in reached.values()
        if device.member_id in member_ids and device.device_id not in already
    }
    hand(session, compartment, wanted)


def pass_on(session: Session) -> None:
    """Give keys of cases, addresses and identities on to the devices that this one let in for its own member.

    But what was left out when they were let in; and nothing to the one beside it (office/beside.py).
    """
    vault = session.vault
    if _passed.get(vault, -1) == vault.generation or not vault.compartments("team"):
        return
    _passed[vault] = vault.generation
    own, beside = vault.device.id, (vault.local_get(BESIDE) or {}).get("device", "")
    further = {
        one.device_id: one.member_id
        for one in vault.roster().values()
        if one.beside == own and not one.removed_at and one.device_id != beside
    }
    withheld = _withheld(session) if further else {}
    for compartment in vault.compartments() if further else ():
        if compartment.kind not in TEAM_KINDS:
            already = {access.device_id for access in who_can_open(session, compartment.id)}
            new = {one: who for one, who in further.items() if compartment.id not in withheld.get(one, ())}
            hand(session, compartment.id, {one: who for one, who in new.items() if one not in already})


def left_out(session: Session) -> dict[str, list[Compartment]]:
    """Return what was left out of each further device that this one let in for its own member, and is held here."""
    withheld, roster, own = _withheld(session), session.vault.roster(), session.vault.device.id
    beside = (session.vault.local_get(BESIDE) or {}).get("device", "")
    found = {}
    for device, circles_out in withheld.items():
        one = roster.get(device)
        if one is None or one.beside != own or one.removed_at or device == beside:
            continue
        parts = [part for part in session.vault.compartments() if part.id in circles_out]
        parts = [
            part for part in parts if device not in {at.device_id for at in who_can_open(session, part.id)}
        ]
        if parts:
            found[device] = parts
    return found


def give_left_out(session: Session, device_id: str) -> int:
    """Give a further device of one's own what was left out of it; return how many parts that were."""
    parts = left_out(session).get(device_id, [])
    for part in parts:
        hand(session, part.id, {device_id: session.member_id})
    withheld = _withheld(session)
    if parts and device_id in withheld:
        session.vault.local_put(_WITHHELD, {one: kept for one, kept in withheld.items() if one != device_id})
    return len(parts)


def _withheld(session: Session) -> dict[str, list[str]]:
    """Return what the owner left out when these devices were let in: it is not passed on either."""
    return dict(session.vault.local_get(_WITHHELD) or {})


def who_can_open(session: Session, compartment: str) -> list[Access]:
    """Return to which devices a compartment's key was given, oldest first, as its holders wrote it down."""
    return sorted(session.find(Access, compartment=compartment), key=lambda access: (access.at, access.id))


def circles(session: Session) -> Mapping[str, list[Access]]:
    """Return, for every compartment that this desk can open, who else can."""
    return {found.id: who_can_open(session, found.id) for found in session.vault.compartments()}


def hand(session: Session, compartment: str, devices: Mapping[str, str]) -> None:
    """Send grants to devices (id to member id) and write that down."""
    if not devices:
        return
    own = session.vault.device.id
    roster = session.vault.roster()
    outbox = Outbox(session.vault, session.chance)
    given = {}
    for device_id, member_id in devices.items():
        device = roster.get(device_id)
        if device_id != own:
            if device is None or device.recipient is None:
                continue  # it did not sign where its keys are to go: it gets none, and nobody is told that it did
            sealed = session.vault.make_grant(compartment, device_id, device.recipient)
            outbox.send(device.box, device.write, sealed)
        given[device_id] = member_id
    if given:
        session.commit(compartment, *(_access(session, one, member) for one, member in given.items()))


def _access(session: Session, device_id: str, member_id: str) -> tuple[Change, ...]:
    return write_new(
        Access(
            id=session.make_id(),
            device_id=device_id,
            member_id=member_id,
            at=session.now(),
            by=session.member_id,
        )
    )


def _open_hotline(session: Session, intake: str) -> None:
    box, read, write = (session.chance.draw(size).hex() for size in (16, 32, 32))
    session.save_new(intake, Hotline(id=intake, box=box, read=read, write=write))
    Outbox(session.vault, session.chance).make_box(box, read, write)


def _check_role(role: str) -> None:
    if role not in ROLES:
        raise CardRefused(
            say("There is no role “{role}”.", role=role[:40]),
            kept=say("Nothing was changed."),
            next_step=say("Choose one of: {roles}.", roles=", ".join(term.code for term in ROLES)),
        )

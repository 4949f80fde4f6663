"""What every page shows around its own matter: who sits here, what is unsettled, and when to look again."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from leeward.office.session import Session


class Me(msgspec.Struct, frozen=True):
    """The member at this desk, as colleagues know them."""

    id: str
    name: str
    role: str


def whoami(session: Session) -> Me:
    """Return the member at this desk; before a team is founded or joined, without name and role."""
    return member(session, session.member_id)


def member(session: Session, member_id: str) -> Me:
    """Return a colleague by id; an unknown one has an empty name."""
    found = session.vault.get(member_id) if member_id else None
    fields = found.fields if found is not None and found.kind == "member" else {}
    return Me(id=member_id, name=str(fields.get("name") or ""), role=str(fields.get("role") or ""))


def members(session: Session) -> list[Me]:
    """Return everyone of the team by name."""
    found = [member(session, record.id) for record in session.vault.find("member")]
    return sorted(found, key=lambda one: one.name)


def on_change(session: Session, look_again: Callable[[], None]) -> None:
    """Call `look_again`, from any thread, after every change of the vault."""
    session.vault.on_change(lambda _kinds: look_again())

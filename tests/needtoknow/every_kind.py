"""One record of every kind that the program knows, its texts filled with markers; a new kind is not forgotten."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import get_args

import msgspec

import leeward.domain
from leeward.domain.homes import HOMES
from leeward.domain.typed import Typed
from leeward.ledger.model import put
from leeward.office.session import Session

_OWN = ("id", "compartment", "created_by", "changed_by")


def kinds() -> Iterator[type[Typed]]:
    """Yield every kind of record."""
    for part in pkgutil.walk_packages(leeward.domain.__path__, "leeward.domain."):
        import_module(part.name)
    yield from sorted(Typed.__subclasses__(), key=lambda one: one.kind)


def write_every_kind(session: Session, word: Callable[[str], str]) -> None:
    """Write one record of each kind that may lie in a case, an identity or an address into a new one of those.

    What lies with the beds (ways out, rules, money) goes there: it names nobody, and is not for everybody.
    """
    places = {kind: session.vault.make_compartment(kind).id for kind in ("case", "identity", "address")}
    places["beds"] = session.compartment_of("beds")
    for kind in kinds():
        home = HOMES.get(kind.kind, "case")
        if home not in places:
            continue  # the team's own circles have one of each by the members' hands
        circle = places[home]
        texts = {
            field.name: word(circle)
            for field in msgspec.structs.fields(kind)
            if str in (field.type, *get_args(field.type)[:1])
            and field.name not in _OWN
            and not field.name.endswith("_id")
        }
        session.commit(circle, put(kind.kind, session.make_id(), **(texts or {"remark": word(circle)})))

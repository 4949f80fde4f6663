"""A team's hotline for tests: a real relay on disk with the real front, and the keys that read what comes in."""

from __future__ import annotations

import base64
import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leeward.base.ports import SystemChance
from leeward.front.app import make_front
from leeward.front.card import print_signed_part
from leeward.relay.app import make_app
from leeward.relay.open_store import open_store
from leeward.relay.serve import Serving
from leeward.seal.envelope import open_sealed, seal
from leeward.seal.keys import Identity, Recipient, make_identity
from leeward.seal.kinds import Kind
from leeward.seal.signing import make_signing_key
from leeward.sync.client import RelayClient

CHANCE = SystemChance()


@dataclass
class Hotline:
    """What a test holds of it."""

    url: str
    folder: Path
    relay: RelayClient
    identity: Identity
    box: str
    read: str

    def opened_reports(self) -> list[bytes]:
        """Return what was sealed in each report that came in, oldest first."""
        listing = self.relay.list_items(self.box, self.read, after=0, limit=100, wait=0)
        return [open_sealed(Kind.REPORT, item.untrusted_sealed, [self.identity]) for item in listing.items]

    def reports(self) -> list[dict[str, Any]]:
        """Return all reports that came in, oldest first."""
        return [json.loads(body) for body in self.opened_reports()]

    def piece(self, blob: str) -> bytes:
        """Return the plain bytes of a stored piece."""
        sealed = self.relay.get_blob(blob)
        assert sealed is not None
        return open_sealed(Kind.PIECE, sealed, [self.identity])

    def answer(self, way: dict[str, Any], text: str, at: int, **members: Any) -> None:
        """Answer on one way back; `members` are further ones of the reply."""
        reply = {"v": 1, "id": CHANCE.draw(16).hex(), "at": at, "text": text, **members}
        body = json.dumps(reply, ensure_ascii=False)
        sealed = seal(Kind.REPLY, body.encode(), Recipient.from_string(way["recipient"]))
        self.relay.append(way["box"], way["write"], CHANCE.draw(16).hex(), sealed)

    def stored_bytes(self) -> bytes:
        """Return the bytes of every file of the relay, one after another."""
        return b"".join(path.read_bytes() for path in sorted(self.folder.rglob("*")) if path.is_file())


def make_card(identity: Identity, box: str, write: str, **changes: Any) -> dict[str, Any]:
    """Return a card signed by a new key; `changes` are signed too."""
    key = make_signing_key(CHANCE)
    card: dict[str, Any] = {
        "v": 1,
        "team": "Тёплый дом",
        "languages": ["ru", "en"],
        "recipient": identity.recipient().string(),
        "box": box,
        "write": write,
        "verify_key": base64.b64encode(key.verify_key().to_bytes()).decode(),
        **changes,
    }
    card["signature"] = base64.b64encode(key.sign("card", print_signed_part(card))).decode()
    return card


@contextlib.contextmanager
def open_hotline(folder: Path, **card: Any) -> Iterator[Hotline]:
    """Run a hotline until the block ends; `card` are further members of its intake card."""
    identity = make_identity(CHANCE)
    box, read, write = (CHANCE.draw(size).hex() for size in (16, 32, 32))
    store = open_store(str(folder))
    front = make_front(make_card(identity, box, write, **card), store)
    with (
        Serving(make_app(store, pages=front)) as serving,
        contextlib.closing(RelayClient(serving.address)) as relay,
    ):
        relay.make_box(box, read, write)
        yield Hotline(serving.address, folder, relay, identity, box, read)
    store.close()

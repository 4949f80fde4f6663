"""The relay keeps the newest card of its page where a restart finds it, whoever may write the card file."""

from __future__ import annotations

import argparse
import hashlib
import json
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from tests.support.hotline import CHANCE

from leeward.cli.relay import kept_card
from leeward.front.app import make_front
from leeward.office.cards import print_intake_card, witness_intake_card
from leeward.relay.app import make_app
from leeward.relay.front_door import FrontDoor
from leeward.relay.lanes import Lanes
from leeward.relay.open_store import open_store, work_secret
from leeward.relay.serve import Serving
from leeward.seal.keys import make_identity
from leeward.seal.signing import make_signing_key
from leeward.sync.client import RelayClient

ANNA, BORIS = make_signing_key(CHANCE), make_signing_key(CHANCE)
HEIRS = [[ANNA.verify_key().fingerprint()], [BORIS.verify_key().fingerprint()]]


def card(number: int, box: str) -> str:
    return print_intake_card(
        ANNA,
        make_identity(CHANCE).recipient(),
        team="Harbour line",
        languages=("en",),
        box=box,
        write="cd" * 32,
        heirs=HEIRS,
        number=number,
    )


def arguments(folder: Path | str | None, file: Path) -> argparse.Namespace:
    return argparse.Namespace(folder=folder, card=file)


def page(folder: Path, file: Path) -> str:
    """Serve the page for a moment as `leeward relay` does; return it as a browser gets it."""
    store = open_store(str(folder))
    door = FrontDoor(store, Lanes(store, 1_000_000, secret=work_secret(store)))
    front = make_front(json.loads(file.read_text()), door, kept=kept_card(arguments(folder, file)))
    with closing(store), Serving(make_app(store, pages=front)) as serving:
        return httpx.get(f"{serving.address}/?lang=en", trust_env=False).text


def test_after_a_restart_the_page_is_where_the_team_brought_it(tmp_path: Path) -> None:
    folder, file = tmp_path / "relay", tmp_path / "card.json"
    old, new, read = "ab" * 16, "ef" * 16, CHANCE.draw(32).hex()
    first = card(1, old)
    file.write_text(first)
    file.chmod(0o444)
    store = open_store(str(folder))
    with closing(store), Serving(make_app(store)) as serving, closing(RelayClient(serving.address)) as relay:
        relay.make_box(old, read, "cd" * 32)
        relay.put_notice(old, read, witness_intake_card(card(2, new), BORIS).encode())
    assert new in page(folder, file)
    store = open_store(str(folder))
    with closing(store), Serving(make_app(store)) as serving, closing(RelayClient(serving.address)) as relay:
        relay.put_notice(old, read, first.encode())  # the thief still has the read token
    again = page(folder, file)
    assert new in again
    assert old not in again


def test_without_a_folder_it_lies_beside_the_cards_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "card.json"
    file.write_text(card(1, "ab" * 16))
    digests = set()
    for where in ("postgresql://here/leeward", None):
        kept = kept_card(arguments(where, file))
        kept.begin(json.loads(file.read_text()))
        kept.keep(json.loads(file.read_text()))
        digests.add(hashlib.sha256((tmp_path / "card.json.newest").read_bytes()).hexdigest())
    assert len(digests) == 1
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("os.access", lambda *_: False)
    kept_card(arguments(None, file))
    assert "begins with this card again" in "".join(capsys.readouterr())

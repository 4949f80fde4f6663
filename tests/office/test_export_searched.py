"""What leaves in an export or a backup is searched byte by byte, sealed and opened, in all the drill's forms.

Sealed, it holds no word of anybody's and no key. Opened by who may, it holds what the team wrote, and nothing that
belongs to this computer or its member alone: no alarm passphrase nor what it opens, no recovery words, no share.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.erasing import MARKERS, Scene, scene
from tests.support.images import Finder
from tests.support.marks import Marks, files_below
from tests.support.raw_vault import key_of as vault_key
from tests.support.recovery import agree, key_of
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import closing

from leeward.ledger.store.beside import beside_key
from leeward.office import beside, computer
from leeward.office.backups import Settings, back_up, set_up
from leeward.office.export import RECORDS, SECRETS, SEGMENTS, SHARES, export
from leeward.office.openings_shares import keep_share
from leeward.office.recovery import own_key
from leeward.office.session import Session
from leeward.seal.envelope import open_sealed, open_stream
from leeward.seal.errors import SealError
from leeward.seal.keys import Identity, Passphrase
from leeward.seal.kinds import Kind

ALARM = "семь фонарей у старого моста"
EXPORT = "восемь ветров над гаванью"
TYPED, SHARED, GIVER = (Marks().new(one) for one in ("typed", "shared", "giver"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A vault that holds everything, with an alarm passphrase, recovery words, shares and a text not sent."""
    built = scene(tmp_path_factory.mktemp("full"), RelaySimulator())
    with closing(*built.desks):
        agree(*built.desks)
        session = built.anna.session
        circles = [one.id for one in beside.offered(session)]
        beside.set_up(session, ALARM, ALARM, circles=circles, alone=False)
        keep_share(session, "split-of-theirs", GIVER, SHARED)
        computer.leave_typed(session, "/", [("note", f"half {TYPED}")])
        yield built


@pytest.fixture(scope="module")
def exported(made: Scene, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("out") / "export"
    export(made.anna.session, folder, EXPORT, work_factor=4)
    return folder


@pytest.fixture(scope="module")
def backed_up(made: Scene, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("backups")
    set_up(made.anna.session, Settings(str(folder), hours=24))
    state = back_up(made.anna.session)
    assert state.failed == ""
    return folder / state.name


def own_secrets(session: Session) -> dict[str, bytes | str]:
    """Return what belongs to this computer or its member alone."""
    vault = session.vault
    key = beside_key(vault.folder, vault.database)
    recovery = own_key(session)
    assert recovery is not None
    assert key is not None
    return {
        "alarm passphrase": ALARM,
        "what the alarm passphrase opens": key,
        "vault key": vault_key(vault),
        "signing key": vault.device.signing_key.to_bytes()[:32],
        "device key": vault.device.identity._raw,
        "device read": bytes.fromhex(vault.device.read),
        "recovery key": recovery.to_bytes(),
        "recovery words": recovery.words(),
        **{f"recovery sheet {number}": text for number, text in enumerate(recovery.sheets())},
        "recovery read": bytes.fromhex(recovery.read()),
        "share held for colleagues": SHARED,
        "typed and not sent": TYPED,
    }


def opened(folder: Path, secrets: dict[str, Any]) -> dict[str, bytes]:
    """Return every file of an export as whoever may open it reads it."""
    identities = {
        one["id"]: [Identity.from_string(text) for _, text in one["identities"]]
        for one in secrets["compartments"]
    }
    every = [key for keys in identities.values() for key in keys]
    found = {}
    for path in files_below(folder):
        name = path.relative_to(folder).as_posix()
        if name == RECORDS:
            sink = io.BytesIO()
            with path.open("rb") as source:
                open_stream(source, sink, [Identity.from_string(secrets["records_identity"])])
            found[name] = sink.getvalue()
        elif name.startswith(f"{SEGMENTS}/"):
            found[name] = open_sealed(Kind.SEGMENT, path.read_bytes(), every)
        else:  # pieces of files are sealed to keys of their own, which lie in the records
            found[name] = path.read_bytes()
    return found


def test_sealed_neither_holds_a_word_or_a_key(made: Scene, exported: Path, backed_up: Path) -> None:
    session = made.anna.session
    secrets = own_secrets(session)
    secrets |= {"export passphrase": EXPORT, **{f"mark {one}": one for one in MARKERS}}
    for one in session.vault.compartments():
        for epoch, identity in session.vault.epochs_of(one.id):
            secrets[f"{one.kind} {one.id} {epoch}"] = identity._raw
    finder = Finder(secrets=secrets)
    for folder in (exported, backed_up):
        paths = list(files_below(folder))
        assert len(paths) > 8
        assert finder.in_files(paths) == {}


def test_opened_it_holds_what_the_team_wrote_and_nothing_of_this_computer_alone(
    made: Scene, exported: Path
) -> None:
    content = open_sealed(Kind.SECRETS, (exported / SECRETS).read_bytes(), Passphrase(EXPORT))
    files = opened(exported, json.loads(content)) | {"secrets, opened": content}
    written = Finder(secrets={one: one for one in MARKERS})
    there = {name for plain in files.values() for name in written.names(plain)}
    assert there >= set(MARKERS[:2] + MARKERS[3:9]), "all that was written for others to read"
    assert MARKERS[9] not in there, "half a text stays on this computer"
    finder = Finder(secrets=own_secrets(made.anna.session))
    assert {name: hit for name, plain in files.items() if (hit := finder.names(plain))} == {}


def test_a_backup_opens_to_the_same_and_its_shares_only_to_their_holders(
    made: Scene, exported: Path, backed_up: Path
) -> None:
    shares = sorted((backed_up / SHARES).iterdir())
    assert len(shares) == 3
    anna, boris, _ = made.desks
    holders = 0
    finder = Finder(secrets=own_secrets(anna.session))
    for path in shares:
        for desk in (anna, boris):
            try:
                plain = open_sealed(Kind.ESCROW, path.read_bytes(), [key_of(desk).identity()])
            except SealError:
                continue
            holders += 1
            assert finder.names(plain) == set()
    assert holders == 2
    content = open_sealed(Kind.SECRETS, (exported / SECRETS).read_bytes(), Passphrase(EXPORT))
    secrets = json.loads(content)
    for path in (backed_up / SEGMENTS).rglob("*.age"):
        every = [
            Identity.from_string(text) for one in secrets["compartments"] for _, text in one["identities"]
        ]
        assert finder.names(open_sealed(Kind.SEGMENT, path.read_bytes(), every)) == set()


def test_the_search_finds_them_where_they_are(made: Scene) -> None:
    """All of it lies in the vault; so it would be found in an export that took it along."""
    session = made.anna.session
    with session.vault.database.reading() as connection:
        rows = connection.execute("SELECT value FROM local").fetchall()
    there = b"\n".join(value for (value,) in rows if isinstance(value, bytes))
    found = Finder(secrets=own_secrets(session)).names(there)
    assert {"recovery key", "share held for colleagues", "typed and not sent"} <= found

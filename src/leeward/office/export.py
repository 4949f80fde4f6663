"""A folder that opens without Leeward: with its passphrase, the stock age tool (1.3 or later) and a JSON reader.

   README.txt                             how to open it, step by step
   secrets.age                            to the passphrase: every identity (protocol 7)
   recovery/1.age, 2.age …                or instead: the same, shared out among those who bring the team back
   records.age                            every record with its history, one JSON object a line
   segments/COMPARTMENT/DEVICE-NUMBER.age what a relay holds: signed entries
   blobs/ab/abcd….age                     sealed pieces of files
   manifest.json                          every file's size and SHA-256, signed

1. Nothing is overwritten: the folder is new or empty.
2. Nothing leaves in clear: names of files are ids, and everything but README and manifest is sealed.
3. The manifest is written last: a folder without one is no export.
4. That it is made is an entry that the team sees, and an opening of each name and address in it, before it is made.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from leeward.base.say import say
from leeward.ledger.card import canonical
from leeward.ledger.escrow import EXPORT
from leeward.ledger.model import Record
from leeward.office.errors import FolderInUse
from leeward.office.export_readme import README, README_SHARED
from leeward.office.openings import note_export
from leeward.office.recovery import Circle
from leeward.office.recovery_escrow import make_shares
from leeward.office.relay import relay_address
from leeward.office.session import Session
from leeward.office.team import team_of
from leeward.seal.envelope import seal, seal_stream
from leeward.seal.keys import DEFAULT_WORK_FACTOR, Identity, Passphrase, make_identity
from leeward.seal.kinds import Kind
from leeward.seal.signing import Purpose

MANIFEST: Final = "manifest.json"
SECRETS: Final = "secrets.age"
SHARES: Final = "recovery"
RECORDS: Final = "records.age"
SEGMENTS: Final = "segments"
BLOBS: Final = "blobs"

Progress = Callable[[int, int], None]


def export(
    session: Session,
    folder: Path,
    passphrase: str | Circle,
    *,
    progress: Progress = lambda _done, _of: None,
    work_factor: int = DEFAULT_WORK_FACTOR,
) -> int:
    """Write everything this vault can open into a folder; return the number of records. FolderInUse, LedgerError.

    It opens with the passphrase or, for a circle, with the words of enough of its people.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):  # 1
        raise FolderInUse(
            say("There is something in “{folder}” already.", folder=str(folder)),
            kept=say("Nothing was written, and nothing there was changed."),
            next_step=say("Name a folder that does not exist yet."),
        )
    secret = Passphrase(passphrase, work_factor) if isinstance(passphrase, str) else passphrase
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    records = sum(session.vault.count(kind) for kind in session.vault.kinds())
    note_export(session, records, by_passphrase=isinstance(passphrase, str))  # 4
    session.vault.outgoing()  # packs what was not packed, so that every entry is in a segment
    writing = _Writing(folder)
    compartments = session.vault.compartments()
    blobs = list(session.vault.blobs())
    steps = len(compartments) + len(blobs) + 2
    for done, compartment in enumerate(compartments):
        progress(done, steps)
        for held in session.vault.segments(compartment.id):
            name = f"{SEGMENTS}/{compartment.id}/{held.device}-{held.number:06}.age"
            writing.put(name, seal(Kind.SEGMENT, held.plain, held.recipient))
    for done, address in enumerate(blobs, start=len(compartments)):
        progress(done, steps)
        sealed = session.vault.blob_get(address)
        if sealed is not None:
            writing.put(f"{BLOBS}/{address[:2]}/{address}.age", sealed)
    records_identity = make_identity(session.chance)
    progress(steps - 2, steps)
    count = writing.put_records(_lines(session), records_identity)
    content = _secrets(session, records_identity)
    if isinstance(secret, Passphrase):
        writing.put(SECRETS, seal(Kind.SECRETS, content, secret))
    else:
        shares = make_shares(session, secret, EXPORT, session.make_id(), "", content)
        for number, item in enumerate(shares, start=1):
            writing.put(f"{SHARES}/{number}.age", item)
    shared = "" if isinstance(secret, Passphrase) else README_SHARED.replace("NEEDED", str(secret.needed))
    writing.put("README.txt", (shared or README).encode())
    writing.finish(_manifest(session, writing.files))  # 3
    progress(steps, steps)
    return count


class _Writing:
    """Puts files into the folder and notes their sizes and hashes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.files: dict[str, dict[str, Any]] = {}

    def put(self, name: str, content: bytes) -> None:
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self.files[name] = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}

    def put_records(self, lines: Iterator[bytes], identity: Identity) -> int:
        source = _Source(lines)
        path = self._folder / RECORDS
        with path.open("wb") as sink:
            seal_stream(source, sink, identity.recipient())
        with path.open("rb") as sealed:
            digest = hashlib.file_digest(sealed, "sha256").hexdigest()
        self.files[RECORDS] = {"size": path.stat().st_size, "sha256": digest}
        return source.lines

    def finish(self, manifest: str) -> None:
        path = self._folder / MANIFEST
        with path.open("w", encoding="utf-8") as file:
            file.write(manifest)
            file.flush()
            os.fsync(file.fileno())


class _Source:
    """Lines as something to be read from, without holding them all."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines = lines
        self._held = b""
        self.lines = 0

    def readinto(self, buffer: memoryview, /) -> int:
        while not self._held:
            line = next(self._lines, None)
            if line is None:
                return 0
            self.lines += 1
            self._held = line
        count = min(len(self._held), len(buffer))
        buffer[:count] = self._held[:count]
        self._held = self._held[count:]
        return count


def _lines(session: Session) -> Iterator[bytes]:
    for kind in session.vault.kinds():
        for record in session.vault.find(kind):
            yield (
                json.dumps(record_line(session, record), ensure_ascii=False, sort_keys=True).encode() + b"\n"
            )


def record_line(session: Session, record: Record) -> dict[str, Any]:
    """Return a record with its conflicts and history as JSON can carry it."""
    plain = {
        "id": record.id,
        "kind": record.kind,
        "compartment": record.compartment,
        "fields": dict(record.fields),
        "conflicts": {field: list(found) for field, found in record.conflicts.items()},
        "created_at": record.created_at,
        "created_by": record.created_by,
        "changed_at": record.changed_at,
        "changed_by": record.changed_by,
        "history": session.vault.history(record.id),
    }
    safe = _safe(msgspec.to_builtins(plain, builtin_types=(bytes,)))
    assert isinstance(safe, dict)
    return safe


def _safe(value: object) -> object:
    match value:
        case bytes():
            return {"base64": base64.b64encode(value).decode()}
        case dict():
            return {str(name): _safe(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_safe(inner) for inner in value]
        case _:
            return value


def _secrets(session: Session, records_identity: Identity) -> bytes:
    vault = session.vault
    team = team_of(session)
    url, proxy = relay_address(vault)
    compartments = [
        {
            "id": found.id,
            "kind": found.kind,
            "box": vault.first_room(found.id).box,
            "read": vault.first_room(found.id).read,
            "write": vault.first_room(found.id).write,
            "made_at": found.made_at,
            "identities": [[epoch, identity.string()] for epoch, identity in vault.epochs_of(found.id)],
        }
        for found in vault.compartments()
    ]
    signers = {vault.device.id: vault.device.signing_key.verify_key()}
    signers.update((device.device_id, device.verify_key) for device in vault.roster().values())
    content = {
        "v": 1,
        "team": team.name if team else "",
        "member_id": vault.member_id,
        "records_identity": records_identity.string(),
        "compartments": compartments,
        "signers": [base64.b64encode(key.to_bytes()).decode() for key in signers.values()],
        "relay": url,
        "proxy": proxy,
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True).encode()


def _manifest(session: Session, files: dict[str, dict[str, Any]]) -> str:
    key = session.vault.device.signing_key
    manifest = {
        "v": 1,
        "made_at": session.now(),
        "verify_key": base64.b64encode(key.verify_key().to_bytes()).decode(),
        "files": files,
    }
    signature = key.sign(Purpose.EXPORT, canonical(manifest))
    signed = {**manifest, "signature": base64.b64encode(signature).decode()}
    return json.dumps(signed, ensure_ascii=False, sort_keys=True, indent=1) + "\n"

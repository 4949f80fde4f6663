"""Making a vault from an export: everything is checked before anything is made, and the new vault holds the same.

1. The manifest is signed, and every file has the size and hash it names: what differs is said with its place.
2. The passphrase, or the words of enough people, open the keys; the manifest's signer is one of those they name.
3. Every segment goes through the same rules as one from a relay; one that is refused stops the restore.
4. The vault is of a new device: the old one may still exist somewhere, and two must never write as one.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from leeward.base.ports import Chance, Clock
from leeward.base.say import Message, say
from leeward.ledger.card import canonical
from leeward.ledger.errors import LedgerError
from leeward.ledger.escrow import EXPORT, Signed, read_item
from leeward.ledger.grant import VERSION, GrantHead
from leeward.ledger.store.vault import Vault
from leeward.office.errors import ExportDamaged
from leeward.office.export import BLOBS, MANIFEST, SECRETS, SEGMENTS, SHARES
from leeward.office.recovery_back import NothingCameBack, opened_content
from leeward.office.relay import set_relay
from leeward.office.session import Session
from leeward.seal.envelope import open_sealed
from leeward.seal.errors import SealError, WrongPassphrase
from leeward.seal.keys import DEFAULT_WORK_FACTOR, Passphrase
from leeward.seal.kinds import Kind
from leeward.seal.shares import RecoveryKey
from leeward.seal.signing import Purpose, VerifyKey

Progress = Callable[[int, int], None]
_MANIFEST_MOST = 512 * 1024 * 1024
_PAGE = 200


class _Noted(msgspec.Struct, frozen=True):
    size: int
    sha256: str


class _Manifest(msgspec.Struct, frozen=True):
    v: int
    files: dict[str, _Noted]
    verify_key: str
    signature: str


class _Circle(msgspec.Struct, frozen=True):
    id: str
    kind: str
    box: str
    read: str
    write: str
    made_at: int
    identities: tuple[tuple[int, str], ...]


class _Secrets(msgspec.Struct, frozen=True):
    v: int
    member_id: str
    compartments: tuple[_Circle, ...]
    signers: tuple[str, ...]
    relay: str = ""
    proxy: str = ""


def restore(
    export_folder: Path,
    passphrase: str | Sequence[RecoveryKey],
    new_folder: Path,
    new_passphrase: str,
    *,
    clock: Clock,
    chance: Chance,
    progress: Progress = lambda _done, _of: None,
    work_factor: int = DEFAULT_WORK_FACTOR,
) -> Session:
    """Make a vault that holds what was exported. ExportDamaged (says where), WrongPassphrase, LedgerError."""
    manifest = _read_manifest(export_folder)
    damage = _find_damage(export_folder, manifest)  # 1
    if damage:
        raise _damaged(damage[0])
    if isinstance(passphrase, str):
        secrets = _read_secrets(export_folder, passphrase)
    else:
        secrets = _read_shares(export_folder, manifest, passphrase)
    if manifest.verify_key not in secrets.signers:  # 2
        raise _damaged(MANIFEST)
    vault = Vault.create(
        new_folder,
        new_passphrase,
        member_id=secrets.member_id,
        clock=clock,
        chance=chance,
        work_factor=work_factor,
    )
    try:
        _fill(vault, export_folder, manifest, secrets, progress)
    except BaseException:
        vault.close()
        shutil.rmtree(new_folder, ignore_errors=True)  # it was made here, a moment ago
        raise
    return Session(vault, clock=clock, chance=chance)


def who_opens(export_folder: Path, keys: Sequence[RecoveryKey]) -> tuple[str, tuple[str, ...]]:
    """Return the device that signed an export, and the members of whom these words are. ExportDamaged."""
    manifest = _read_manifest(export_folder)
    shares = _all_shares(export_folder, manifest, keys)
    return _key(manifest.verify_key).fingerprint(), tuple(sorted({one.share.holder for one in shares}))


def damage_of(export_folder: Path) -> list[str]:
    """Return the names of files that are missing or not what was written; ExportDamaged if there is no manifest."""
    return _find_damage(export_folder, _read_manifest(export_folder))


def _fill(vault: Vault, folder: Path, manifest: _Manifest, secrets: _Secrets, progress: Progress) -> None:
    vault.adopt(
        [_head(vault, circle) for circle in secrets.compartments], [_key(text) for text in secrets.signers]
    )
    set_relay(vault, secrets.relay, proxy=secrets.proxy)
    names = sorted(manifest.files)
    done = 0
    ordered = sorted(secrets.compartments, key=lambda circle: circle.kind != "team")
    for circle in ordered:
        mine = [name for name in names if name.startswith(f"{SEGMENTS}/{circle.id}/")]
        for start in range(0, len(mine), _PAGE):
            page = mine[start : start + _PAGE]
            items = [(start + i, (folder / name).read_bytes()) for i, name in enumerate(page, start=1)]
            faults = vault.accept(circle.id, items, vouched=True).faults  # 3
            if faults:
                number = int(faults[0].where.rpartition(" ")[2]) if faults[0].where.startswith("item ") else 1
                raise _damaged(mine[min(number, len(mine)) - 1], faults[0].what)
            done += len(page)
            progress(done, len(names))
        if sum(1 for _ in vault.segments(circle.id)) != len(mine) or vault.missing(circle.id, keep=False):
            raise _damaged(f"{SEGMENTS}/{circle.id}", say("not every segment could be read"))
        vault.set_cursor(vault.compartment(circle.id).box, 0)  # that was moved on by taking the export in
    for name in names:
        if name.startswith(f"{BLOBS}/"):
            vault.blob_put(Path(name).stem, (folder / name).read_bytes())
            done += 1
            progress(done, len(names))
    progress(len(names), len(names))


def _head(vault: Vault, circle: _Circle) -> GrantHead:
    return GrantHead(
        VERSION,
        vault.device.id,
        vault.device.id,
        circle.id,
        circle.kind,
        circle.box,
        circle.read,
        circle.write,
        circle.identities,
        circle.made_at,
    )


def _read_manifest(folder: Path) -> _Manifest:
    path = folder / MANIFEST
    try:
        if path.stat().st_size > _MANIFEST_MOST:
            raise _damaged(MANIFEST)
        raw: Any = json.loads(path.read_text(encoding="utf-8"))
        manifest = msgspec.convert(raw, _Manifest)
        signature = base64.b64decode(manifest.signature, validate=True)
        _key(manifest.verify_key).verify(Purpose.EXPORT, signature, canonical(raw))
    except FileNotFoundError as error:
        raise ExportDamaged(
            say("There is no export in “{folder}”: it has no manifest.", folder=str(folder)),
            kept=say("Nothing was changed."),
            next_step=say(
                "Check the folder's name. An export that was broken off has no manifest: make it again."
            ),
        ) from error
    except (ValueError, RecursionError, binascii.Error, msgspec.ValidationError, SealError, OSError) as error:
        raise _damaged(MANIFEST) from error
    return manifest


def _find_damage(folder: Path, manifest: _Manifest) -> list[str]:
    damaged = []
    for name, noted in manifest.files.items():
        path = folder / name
        try:
            if ".." in Path(name).parts or Path(name).is_absolute() or path.stat().st_size != noted.size:
                damaged.append(name)
                continue
            with path.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != noted.sha256:
                    damaged.append(name)
        except OSError:
            damaged.append(name)
    return damaged


def _read_secrets(folder: Path, passphrase: str) -> _Secrets:
    try:
        plain = open_sealed(Kind.SECRETS, (folder / SECRETS).read_bytes(), Passphrase(passphrase))
        return msgspec.json.decode(plain, type=_Secrets)
    except WrongPassphrase:
        raise
    except (SealError, OSError, msgspec.DecodeError) as error:
        raise _damaged(SECRETS) from error


def _read_shares(folder: Path, manifest: _Manifest, keys: Sequence[RecoveryKey]) -> _Secrets:
    """Return the keys that enough people's words give; NothingCameBack if these are not enough."""
    signer = _key(manifest.verify_key)
    shares = _all_shares(folder, manifest, keys)
    for _, content in opened_content(shares, {signer.fingerprint(): signer}, EXPORT):
        try:
            return msgspec.json.decode(content, type=_Secrets)
        except msgspec.DecodeError as error:
            raise _damaged(SHARES) from error
    needed = max((one.share.needed for one in shares), default=0)
    raise NothingCameBack(
        say("Words of {needed} people are needed; these are of {have}.", needed=needed, have=len(shares))
        if needed
        else say("This export was not shared out among people whose words these are."),
        kept=say("Nothing was made, and the export itself was not changed."),
        next_step=say("Ask one more of the people who have words, or use the export's passphrase."),
    )


def _all_shares(folder: Path, manifest: _Manifest, keys: Sequence[RecoveryKey]) -> list[Signed]:
    names = [name for name in manifest.files if name.startswith(f"{SHARES}/")]
    return [share for name in names for share in _shares_in((folder / name).read_bytes(), keys)]


def _shares_in(sealed: bytes, keys: Sequence[RecoveryKey]) -> list[Signed]:
    for key in keys:
        try:
            item = read_item(open_sealed(Kind.ESCROW, sealed, [key.identity()]), key)
        except (SealError, LedgerError):
            continue
        return [item] if isinstance(item, Signed) else []
    return []


def _key(text: str) -> VerifyKey:
    return VerifyKey.from_bytes(base64.b64decode(text, validate=True))


def _damaged(where: str, why: Message | None = None) -> ExportDamaged:
    return ExportDamaged(
        say("The export is not what was written: {where}.", where=where)
        if why is None
        else say("The export is not what was written: {where} ({why}).", where=where, why=why),
        kept=say("Nothing was made from it, and the export itself was not changed."),
        next_step=say("Use another copy of the export, or copy this one again from where it was kept."),
    )

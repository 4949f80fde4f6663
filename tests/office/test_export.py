"""An export opens with tools that are not ours, and a restore of it holds the same; damage is named with its place."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import Desk, found, newcomer, settle

from leeward.base.ports import SystemChance, SystemClock
from leeward.ledger.model import add, note, put
from leeward.office.errors import ExportDamaged, FolderInUse
from leeward.office.export import export, record_line
from leeward.office.files import keep_file, read_file
from leeward.office.restore import damage_of, restore
from leeward.office.session import Session
from leeward.seal.errors import WrongPassphrase

ROOT = Path(__file__).parents[2]
EXPORT_PASS = "восемь ветров над гаванью"


@pytest.fixture
def anna(tmp_path: Path) -> Iterator[Desk]:
    relay = RelaySimulator()
    desk = found(tmp_path / "anna", relay.door())
    boris = newcomer(tmp_path / "boris", desk, relay.door(), role="coordinator")
    circle = desk.vault.compartment_of("record")
    for number in range(5):
        record = f"claim{number}".ljust(26, "a")
        desk.session.commit(
            circle, put("claim", record, text="Задержан у вокзала"), note("claim", record, "notes", "n")
        )
        desk.session.commit(circle, add("claim", record, "tags_set", "a", "b"))
    settle(desk, boris)
    both = "shared".ljust(26, "a")
    desk.session.commit(circle, put("claim", both, text="one", key=b"\x00\xff"))
    boris.session.commit(circle, put("claim", both, text="two"))
    settle(desk, boris)
    case = desk.vault.make_compartment("case").id
    ref = keep_file(desk.session, case, [b"photo" * 500_000], name="p.jpg", media_type="image/jpeg")
    desk.session.commit(case, put("evidence", "file".ljust(26, "a"), sha256=ref.sha256))
    desk.ref = ref  # type: ignore[attr-defined]
    desk.case = case  # type: ignore[attr-defined]
    yield desk
    boris.close()
    desk.close()


@pytest.fixture
def folder(anna: Desk, tmp_path: Path) -> Path:
    export(anna.session, tmp_path / "export", EXPORT_PASS, work_factor=4)
    return tmp_path / "export"


def _restore(folder: Path, tmp_path: Path, passphrase: str = EXPORT_PASS) -> Session:
    return restore(
        folder,
        passphrase,
        tmp_path / "again",
        "another lamp",
        clock=SystemClock(),
        chance=SystemChance(),
        work_factor=2,
    )


def everything(session: Session) -> list[str]:
    lines = []
    for kind in session.vault.kinds():
        lines += [
            json.dumps(record_line(session, record), sort_keys=True) for record in session.vault.find(kind)
        ]
    return sorted(lines)


def test_a_restore_has_the_same_records_history_conflicts_and_files(
    anna: Desk, folder: Path, tmp_path: Path
) -> None:
    again = _restore(folder, tmp_path)
    assert everything(again) == everything(anna.session)
    assert again.vault.conflicts() == anna.vault.conflicts() != []
    assert again.member_id == anna.session.member_id
    assert again.vault.device.id != anna.device_id
    ref, case = anna.ref, anna.case  # type: ignore[attr-defined]
    assert b"".join(read_file(again, case, ref)) == b"photo" * 500_000
    assert again.vault.faults() == []
    assert {one.id for one in again.vault.compartments()} == {one.id for one in anna.vault.compartments()}
    again.vault.close()


def test_nothing_readable_lies_in_the_folder(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file() and path.name != "README.txt":
            raw = path.read_bytes()
            for word in ("вокзала".encode(), b"Anna", b"Harbour", b"AGE-SECRET"):
                assert word not in raw, path


def test_the_stock_age_opens_keys_records_and_a_segment(folder: Path) -> None:
    script = """
    import { Decrypter } from "age-encryption";
    import { readFileSync, readdirSync } from "node:fs";
    const folder = process.argv[1], passphrase = process.argv[2];
    const opener = new Decrypter(); opener.addPassphrase(passphrase);
    const secrets = new TextDecoder().decode(await opener.decrypt(readFileSync(folder + "/secrets.age")));
    const [first, ...rest] = secrets.split("\\n");
    const keys = JSON.parse(rest.join("\\n").replace(/\\0+$/, ""));
    const records = new Decrypter(); records.addIdentity(keys.records_identity);
    const opened = await records.decrypt(readFileSync(folder + "/records.age"));
    const lines = new TextDecoder().decode(opened).trim().split("\\n");
    const circle = keys.compartments.find((one) => one.kind === "record");
    const segment = new Decrypter(); segment.addIdentity(circle.identities[0][1]);
    const names = readdirSync(`${folder}/segments/${circle.id}`).sort();
    const plain = await segment.decrypt(readFileSync(`${folder}/segments/${circle.id}/${names[0]}`));
    console.log(JSON.stringify({ first, team: keys.team, records: lines.map((line) => JSON.parse(line)),
      segment: new TextDecoder().decode(plain.slice(0, 17)) }));
    """
    answer = subprocess.run(
        ["node", "--input-type=module", "-e", script, str(folder), EXPORT_PASS],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    seen = json.loads(answer.stdout)
    assert seen["first"].startswith("leeward-secrets-1 ")
    assert seen["team"] == "Harbour line"
    assert seen["segment"] == "leeward-segment-1"
    claims = [record for record in seen["records"] if record["kind"] == "claim"]
    assert len(claims) == 6
    assert all(record["history"] for record in claims)
    assert any(record["fields"].get("text") == "Задержан у вокзала" for record in claims)


def test_an_export_overwrites_nothing(anna: Desk, folder: Path) -> None:
    before = sorted(path.name for path in folder.iterdir())
    with pytest.raises(FolderInUse):
        export(anna.session, folder, EXPORT_PASS, work_factor=4)
    assert sorted(path.name for path in folder.iterdir()) == before


def test_every_flipped_byte_and_every_missing_file_is_named(folder: Path, tmp_path: Path) -> None:
    names = [str(path.relative_to(folder)) for path in sorted(folder.rglob("*")) if path.is_file()]
    assert len(names) > 8
    for name in names:
        path = folder / name
        raw = path.read_bytes()
        path.write_bytes(raw[:-9] + bytes([raw[-9] ^ 1]) + raw[-8:])
        with pytest.raises(ExportDamaged, match=name):
            _restore(folder, tmp_path)
        path.unlink()
        with pytest.raises(ExportDamaged, match="no manifest" if name == "manifest.json" else name):
            _restore(folder, tmp_path)
        path.write_bytes(raw)
    assert damage_of(folder) == []
    assert not (tmp_path / "again").exists()


def test_a_manifest_signed_by_a_stranger_or_naming_a_path_outside_is_refused(
    folder: Path, tmp_path: Path
) -> None:
    other = found(tmp_path / "other", RelaySimulator().door(), name="Mallory")
    export(other.session, tmp_path / "theirs", EXPORT_PASS, work_factor=4)
    mixed = tmp_path / "mixed"
    shutil.copytree(tmp_path / "theirs", mixed)
    shutil.copy(folder / "secrets.age", mixed / "secrets.age")
    with pytest.raises(ExportDamaged, match=r"secrets\.age"):
        _restore(mixed, tmp_path)
    other.close()


def test_the_wrong_passphrase_makes_nothing(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(WrongPassphrase):
        _restore(folder, tmp_path, "wrong")
    assert not (tmp_path / "again").exists()

"""What is seized: a real relay, and two laptops of a team that wrote marks in every kind of place; people wrote to it.

    with open_stage(folder, people=10) as stage:
        stage.running[0]               # `leeward relay`; its files are below its folder
        stage.start_desk("anna")       # `leeward desk`, started by a shell, with folders of its own

Each mark is named after the kind of circle or the place that it was written into: `case-17`, `typed-draft`.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
from tests.needtoknow import world as places
from tests.needtoknow.every_kind import write_every_kind
from tests.seizure.attachments import ATTACHMENTS
from tests.support.images import Finder
from tests.support.marks import Marks
from tests.support.raw_vault import key_of
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import Desk, settle

from leeward.base.ports import SystemChance, SystemClock
from leeward.domain.cases.case import Case, CaseFile
from leeward.domain.typed import write_new
from leeward.office import beside, casework_tasks
from leeward.office.channels.settings import EmailSettings, save_settings
from leeward.office.files import keep_file
from leeward.office.intake.phrases import put_phrase
from leeward.office.recovery import keep_key, own_key
from leeward.office.relay import set_relay, use_relay
from leeward.office.session import Session
from leeward.office.team import admit, device_card, found_team, join, prepare_to_join, team_of
from leeward.seal.codes import Code, derive_way
from leeward.sync.client import RelayClient

ROOT = Path(__file__).resolve().parents[2]
WRITER = ROOT / "web" / "tests" / "support" / "canary.mjs"
PORTS: Any = {"clock": SystemClock(), "chance": SystemChance()}
WORK_FACTOR = 2
LEAST = 500  # marks
PUBLIC = "team-name"  # the mark that stands on the card; letters of its own, so that half of it is known too


class Words(places.World):
    """Gives a mark wherever the need-to-know suite would write a word, named after the circle's kind."""

    def __init__(self, marks: Stage) -> None:
        super().__init__(RelaySimulator())
        self._stage = marks

    def word(self, circle: str) -> str:
        """Return a new mark for a circle."""
        kind = self._stage.kinds.get(circle, "")
        if not kind and circle:
            vaults = [desk.vault for desk in self._stage.open.values()]
            found = [one.kind for vault in vaults for one in vault.compartments() if one.id == circle]
            kind = self._stage.kinds[circle] = found[0]
        made = self._stage.mark(kind or "case")
        self.words[made] = circle
        return made


@dataclass
class Running:
    """A command in a process of its own; what it says goes to files, and so does whatever it leaves."""

    folder: Path
    process: subprocess.Popen[bytes]
    address: str = ""

    @property
    def pid(self) -> int:
        """Return the command's own process, not that of a shell that started it."""
        below = psutil.Process(self.process.pid).children(recursive=True)
        return int(below[0].pid) if below else self.process.pid

    def wait_for_address(self) -> str:
        """Return the address that it prints when it is ready."""
        end = time.monotonic() + 60
        while time.monotonic() < end and self.process.poll() is None:
            line = (self.folder / "out.txt").read_text()
            if line.endswith("\n") and " at " in line:
                self.address = line.split(" at ", 1)[1].split()[0]
                return self.address
            time.sleep(0.02)
        raise AssertionError((self.folder / "err.txt").read_text())

    def stop(self) -> None:
        """Close its standard input, which ends it."""
        assert self.process.stdin is not None
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        self.process.wait(30)


def run(folder: Path, *words: str, line: str = "", shell: bool = False) -> Running:
    """Start `leeward WORDS` with home, temporary and working folder of its own below a folder."""
    for name in ("home", "tmp"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    inside = {"HOME": str(folder / "home"), "TMPDIR": str(folder / "tmp"), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "leeward.cli.main", *words]
    with (folder / "out.txt").open("wb") as out, (folder / "err.txt").open("wb") as err:
        process = subprocess.Popen(
            ["/bin/sh", "-c", '"$@"; exit', "sh", *command] if shell else command,
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=err,
            cwd=folder / "home",
            env={**os.environ, **inside},
            start_new_session=True,
        )
    if line:
        assert process.stdin is not None
        process.stdin.write(f"{line}\n".encode())
        process.stdin.flush()
    return Running(folder, process)


@dataclass
class Stage:
    """Everything there is, and what was written."""

    folder: Path
    marks: Marks = field(default_factory=Marks)
    hidden: Marks = field(
        default_factory=Marks
    )  # of addresses and names: answers that hold their words are refused
    shown: Marks = field(
        default_factory=Marks
    )  # of what stands on the card, which the page shows to everybody
    written: dict[str, str] = field(default_factory=dict)  # a mark's name to the mark
    kinds: dict[str, str] = field(default_factory=dict)  # compartment id to kind
    keys: dict[str, bytes | str] = field(default_factory=dict)
    tokens: dict[str, bytes | str] = field(default_factory=dict)
    people: list[Code] = field(default_factory=list)
    open: dict[str, Desk] = field(default_factory=dict)
    running: list[Running] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)

    def mark(self, what: str) -> str:
        """Return a new mark for a place."""
        name = f"{what}-{len(self.written)}"
        marks = self.hidden if what.startswith(("address", "identity")) else self.marks
        marks = self.shown if what == PUBLIC else marks
        self.written[name] = made = marks.new(name)
        return made

    def passphrase(self, who: str) -> str:
        """Return somebody's passphrase, which is a mark."""
        return next(mark for name, mark in self.written.items() if name.startswith(f"passphrase-{who}-"))

    def finder(self, *what: str, shown: bool = True) -> Finder:
        """Return what finds marks, and the secrets asked for: "keys", "tokens", "words"; also marks shown to all."""
        secrets: dict[str, bytes | str] = {}
        for one in what:
            secrets |= {"keys": self.keys, "tokens": self.tokens, "words": self.spelled()}[one]
        marks = [self.marks, self.hidden, *([self.shown] if shown else [])]
        return Finder(*marks, secrets=secrets)

    def spelled(self) -> dict[str, bytes | str]:
        """Return how the words of people would look if anything wrote them down."""
        spelled: dict[str, bytes | str] = {}
        for number, code in enumerate(self.people[:6]):
            for language in ("ru", "en"):
                spelled[f"words {number} {language}"] = " ".join(code.words(language)[:3])
            spelled[f"words {number} digits"] = code.digits()[:24]
            spelled[f"voice {number}"] = derive_way(code).voice
        return spelled

    def vault(self, who: str) -> Path:
        """Return a laptop's vault."""
        return self.folder / who / "vault"

    def start_desk(self, who: str, words: str = "", vault: Path | None = None, at: str = "") -> Running:
        """Start somebody's desk from a shell."""
        folder = self.folder / (at or who)
        arguments = ["desk", str(vault or self.vault(who)), "--no-browser", "--passphrase-file", "-"]
        found = run(folder, *arguments, "--until-stdin-ends", line=words or self.passphrase(who), shell=True)
        self.running.append(found)
        found.wait_for_address()
        return found


@contextlib.contextmanager
def open_stage(folder: Path, *, people: int, store: tuple[str, ...] = ()) -> Iterator[Stage]:
    """Make the team, start the relay, write everything. No desk runs yet; whatever was started is stopped after."""
    stage = Stage(folder)
    try:
        for who in ("anna", "boris", "forced-anna", "forced-boris"):
            stage.mark(f"passphrase-{who}")
        relay = _found(stage, store)
        with contextlib.closing(RelayClient(relay.address)) as door:
            _let_in(stage, door)
            _write(stage)
            settle(*stage.open.values(), rounds=2)
            for who, alone in (("anna", False), ("boris", True)):
                forced = stage.passphrase(f"forced-{who}")
                beside.set_up(stage.open[who].session, forced, forced, circles=(), alone=alone)
            settle(*stage.open.values(), rounds=2)
            for desk in stage.open.values():
                beside.fill(desk.session, desk.relay)
        for who, desk in stage.open.items():
            _note_secrets(stage, who, desk.session)
            desk.close()
        stage.people += write_reports(stage, relay.address, people)
        yield stage
    finally:
        for desk in stage.open.values():
            desk.close()
        for one in reversed(stage.running):
            with contextlib.suppress(subprocess.TimeoutExpired):
                one.stop()


def _found(stage: Stage, store: tuple[str, ...]) -> Running:
    """Found the team, and start its relay with its card."""
    session = found_team(
        stage.vault("anna"),
        stage.passphrase("anna"),
        team_name=stage.mark(PUBLIC),
        member_name=stage.mark("team-member"),
        role="coordinator",
        work_factor=WORK_FACTOR,
        **PORTS,
    )
    team: Any = team_of(session)
    card = stage.folder / "card.json"
    card.write_text(team.card, encoding="utf-8")
    where = list(store) or [str(stage.folder / "relay" / "store")]
    words = ["relay", *where, "--card", str(card), "--port", "0", "--until-stdin-ends"]
    relay = run(stage.folder / "relay", *words)
    stage.running.append(relay)
    set_relay(session.vault, relay.wait_for_address())
    stage.open["anna"] = Desk(session, RelayClient(relay.address))
    return relay


def _let_in(stage: Stage, door: RelayClient) -> None:
    anna = stage.open["anna"]
    anna.relay = door
    use_relay(anna.vault, door)
    anna.sync()
    session = prepare_to_join(
        stage.vault("boris"), stage.passphrase("boris"), work_factor=WORK_FACTOR, **PORTS
    )
    set_relay(session.vault, stage.running[0].address)
    boris = stage.open["boris"] = Desk(session, door)
    use_relay(session.vault, door)
    card = device_card(session, name=stage.mark("team-member"), role="operator")
    admission = admit(anna.session, card, "operator", fingerprint=boris.device_id)
    anna.sync()
    join(session, admission.welcome, fingerprint=anna.device_id)
    settle(anna, boris)


def _write(stage: Stage) -> None:
    """Write marks in every kind of place that a desk has."""
    words = Words(stage)
    anna, boris = stage.open["anna"].session, stage.open["boris"].session
    places._team(words, anna)
    places._intake(words, boris)
    places._record(words, anna)
    first = places._case(words, anna, "first", [boris.member_id])
    places._testimony(words, anna, first)
    second = places._case(words, boris, "second", [])
    places._testimony(words, boris, second)
    for name, session in (("harbour", anna), ("farm", boris)):
        places._place(words, session, name, [])
    for session in (anna, boris):
        write_every_kind(session, words.word)
    for number in range(6):
        put_phrase(anna, "answer", "", "ru" if number % 2 else "en", f"Да. {stage.mark('intake-phrase')}")
    for session in (anna, boris):
        keep_key(session)
    _attach(stage, anna, first)
    while len(stage.written) < LEAST - 60:
        casework_tasks.add_task(anna, first, stage.mark("case-task"), due=anna.now())
    save_settings(
        anna,
        EmailSettings(
            address=f"{stage.mark('settings-address').lower()}@post.invalid",
            imap_host="127.0.0.1",
            imap_port=9,
            imap_security="none",
            smtp_host="127.0.0.1",
            smtp_port=9,
            smtp_security="none",
            user=stage.mark("settings-user"),
            password=stage.mark("settings-password"),
        ),
    )
    stage.ids |= words.ids


def _attach(stage: Stage, session: Session, case_id: str) -> None:
    """Keep a file of each kind with the case, marked within, in what a photograph carries, and in its name."""
    case: Any = session.get(Case, case_id)
    for suffix, (media_type, make) in ATTACHMENTS.items():
        content = make(stage.mark(f"file-{suffix}"))
        name = f"{stage.mark('case-filename')}.{suffix}"
        kept = keep_file(session, case.compartment, [content], name=name, media_type=media_type)
        file = CaseFile(id=session.make_id(), case_id=case_id, file=kept, about=stage.mark("case-about"))
        session.commit(case.compartment, write_new(file))


def _note_secrets(stage: Stage, who: str, session: Session) -> None:
    """Remember every key and token that this laptop holds, to look for them."""
    vault = session.vault
    device = vault.device
    recovery = own_key(session)
    assert recovery is not None
    stage.keys |= {
        f"{who} vault key": key_of(vault),
        f"{who} signing key": device.signing_key.to_bytes()[:32],
        f"{who} identity": device.identity._raw,
        f"{who} recovery key": recovery.to_bytes(),
    }
    rooms = [
        (f"{who} device", device.read, device.write),
        (f"{who} recovery", recovery.read(), recovery.write()),
    ]
    for one in vault.compartments():
        for epoch, identity in vault.epochs_of(one.id):
            stage.keys[f"{one.kind} {one.id} identity {epoch}"] = identity._raw
        rooms += [(f"{one.kind} {one.id}", room.read, room.write) for room in vault.rooms(one.id, every=True)]
    for name, read, write in rooms:
        stage.tokens |= {f"{name} read": bytes.fromhex(read), f"{name} write": bytes.fromhex(write)}


def write_reports(stage: Stage, url: str, count: int) -> list[Code]:
    """Let people write by the page and by the offline form: what they write is sealed on their own devices."""
    people = []
    for way in ("page", "offline"):
        for number in range(count):
            at = {name: stage.mark(f"{way}-{name}") for name in ("text", "later", "name", "inside")}
            people.append(
                {
                    "way": way,
                    "text": f"Нужен врач. {at['text']}",
                    "later": at["later"],
                    "name": f"{at['name']}.bin",
                    "content": at["inside"],
                    "filler": 400_000 if number == 0 else 3000,
                    "facts": {name: stage.mark(f"{way}-{name}") for name in ("where", "device", "phrase")},
                    "answers": [{"q": "bed", "text": stage.mark(f"{way}-answer")}],
                }
            )
    node = shutil.which("node")
    assert node is not None, "this test needs Node.js"
    asked = {"url": url, "card": json.loads((stage.folder / "card.json").read_text()), "people": people}
    told = subprocess.run(
        [node, str(WRITER)], input=json.dumps(asked).encode(), capture_output=True, check=False, timeout=600
    )
    assert told.returncode == 0, told.stderr.decode()
    codes = [Code(indices) for indices in json.loads(told.stdout)]
    for number, code in enumerate(codes):
        back = derive_way(code)
        stage.tokens |= {
            f"person {number} read": bytes.fromhex(back.read),
            f"person {number} write": bytes.fromhex(back.write),
        }
    return codes

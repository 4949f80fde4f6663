"""What a message without a script leaves on the server that seals it: sealed bytes, and nothing else."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.support.hotline import CHANCE
from tests.support.plain import TYPE, Attached, Person, answers_in, form_body, ticket_in
from tests.support.plain_child import Child, Watching, run_child

from leeward.seal.codes import Code, derive_way

AT_ONCE = 8
PREFIX = b"MARK-"
MIB = 1024 * 1024
ROOM = 32 * MIB


def mark(name: str) -> bytes:
    return PREFIX + f"{name}-{CHANCE.draw(12).hex()}".encode()


def spelled(code: Code) -> list[bytes]:
    """Return how the words, and what they open, would look if anybody wrote them down."""
    way = derive_way(code)
    forms = [" ".join(code.words("en")[:2]), " ".join(code.words("ru")[:2]), code.digits()[:19]]
    secrets = [way.read, way.write, way.voice]
    raw = [bytes.fromhex(secret) for secret in secrets]
    return [text.encode() for text in [*forms, *secrets]] + [*raw, code.hazmat_bytes()]


def tell(child: Child, number: int) -> None:
    """Write, come back, write more, with marks in everything that a person fills in."""
    person = Person(child.url, "en" if number % 2 else "ru")
    text, inside, name, fact, later = (mark(kind) for kind in ("text", "file", "name", "fact", "later"))
    small = inside * 200
    large = inside * (1_200_000 // len(inside)) if number % 8 == 0 else b""
    files = [Attached(name.decode() + ".txt", small, "text/plain")]
    files += [Attached(name.decode() + ".bin", large)] if large else []
    code = person.send(text.decode(), files, where=fact.decode())
    if number < 16:  # each is looked for in every byte
        child.marks += spelled(code)
    page = person.open(" ".join(code.words("en")))
    assert answers_in(page) == []
    person.post("/plain/write", {"ticket": ticket_in(page), "text": later.decode()}, files)
    person.open(" ".join([*code.words("en")[:7], "zzzz", text.decode()]))  # what is wrong is not kept either
    person.post("/plain/send", {"text": text.decode() + "x" * 100_001}, files)
    person.close()


def scan(folder: Path, count: int) -> None:
    with run_child(folder) as child:
        child.marks.append(PREFIX)
        with Watching(child, PREFIX) as watching, ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda number: tell(child, number), range(count)))
        assert watching.seen == []
        assert child.found() == []
        (child.folder / "tmp" / "planted").write_bytes(b"..." + child.marks[-1])
        assert len(child.found()) == 1  # the scan does find what is there
        (child.folder / "tmp" / "planted").unlink()
        assert list((child.folder / "tmp").iterdir()) == []
        marks = child.marks
    contents = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert [one for one in marks if one in contents] == []
    assert (folder / "said.txt").read_bytes() == b""
    assert (folder / "rest.txt").read_bytes() == b""


def test_no_plain_byte_reaches_disk_or_log(tmp_path: Path) -> None:
    scan(tmp_path, 40)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_no_plain_byte_of_a_thousand_messages_reaches_disk_or_log(tmp_path: Path) -> None:
    scan(tmp_path, 1000)


def test_a_large_file_takes_little_memory(tmp_path: Path) -> None:
    with run_child(tmp_path) as child:
        person = Person(child.url)
        person.send("first", [Attached("a.bin", CHANCE.draw(3 * MIB))])  # so that everything is loaded
        body = form_body({"text": "x"}, [Attached("a.bin", CHANCE.draw(50 * MIB))])
        before = child.process.memory_info().rss
        with Watching(child) as watching:
            answer = person.http.post("/plain/send", content=body, headers={"Content-Type": TYPE})
        assert answer.status_code == 200
        assert watching.peak - before < ROOM
        person.close()

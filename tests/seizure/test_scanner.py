"""The search finds what is there, however it is packed and wherever it lies: else its silence would say nothing."""

from __future__ import annotations

import base64
import gzip
import io
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from tests.seizure.attachments import ATTACHMENTS
from tests.support.images import CODED, Finder
from tests.support.marks import Marks

from leeward.base.ports import SystemChance

KEY = SystemChance().draw(32)
NOISE = SystemChance().draw(4099)


def _tar_gz(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.gz", gzip.compress(content * 5))
    return zlib.compress(out.getvalue())


def _attached(make: Callable[[str], bytes], raw: bytes) -> bytes:
    return make(raw.decode())


WAYS: dict[str, Callable[[bytes], bytes]] = {
    "as it is": lambda raw: raw,
    "UTF-16 LE": lambda raw: raw.decode().encode("utf-16-le"),
    "UTF-16 BE": lambda raw: raw.decode().encode("utf-16-be"),
    "base64": base64.b64encode,
    "base64, second": lambda raw: base64.b64encode(b"1" + raw),
    "base64, third": lambda raw: base64.b64encode(b"12" + raw),
    "base64 of addresses": base64.urlsafe_b64encode,
    "hex": lambda raw: raw.hex().encode(),
    "HEX": lambda raw: raw.hex().upper().encode(),
    "percent": lambda raw: "".join(f"%{byte:02X}" for byte in raw).encode(),
    "small letters": bytes.lower,
    "zlib": lambda raw: zlib.compress(raw * 9, 9),
    "zlib, weak": lambda raw: zlib.compress(raw * 9, 1),
    "zlib, cut off": lambda raw: zlib.compress(raw * 900 + NOISE)[:-2000],
    "gzip": lambda raw: gzip.compress(raw * 9),
    "UTF-16 in gzip": lambda raw: gzip.compress(raw.decode().encode("utf-16-le") * 9),
    "gzip in zip in zlib": _tar_gz,
    **{f"in a {name}": partial(_attached, make) for name, (_, make) in ATTACHMENTS.items()},
}
"""How a mark may lie somewhere."""


@pytest.mark.parametrize("way", WAYS)
def test_it_finds_a_mark_in_each_spelling_in_the_middle_of_anything(way: str, tmp_path: Path) -> None:
    marks = Marks()
    finder = Finder(marks)
    planted = WAYS[way](f"[{marks.new('planted')}]".encode())
    for before in range(3):
        file = tmp_path / f"image-{before}"
        file.write_bytes(NOISE[before:] + planted + NOISE)
        assert finder.in_files([file])[str(file)] <= {"planted", CODED}
        file.write_bytes(NOISE + NOISE)
        assert finder.in_files([file]) == {}


def test_a_files_name_is_looked_at_too(tmp_path: Path) -> None:
    marks = Marks()
    (tmp_path / marks.new("name")).write_bytes(b"")
    assert list(Finder(marks).in_files(tmp_path.iterdir()).values()) == [{"name"}]


@pytest.mark.parametrize("form", [bytes, lambda key: key.hex().encode(), base64.b64encode])
def test_it_finds_keys_and_tokens(form: Callable[[bytes], bytes]) -> None:
    finder = Finder(Marks(), secrets={"a read": KEY, "the key": KEY[::-1]})
    assert finder.names(NOISE + form(KEY) + NOISE) == {"a read"}
    assert finder.names(NOISE + form(KEY[::-1]) + NOISE) == {"the key"}
    assert finder.names(NOISE) == set()


_CHILD = """
import sys
held = [bytearray(40 << 20), sys.stdin.buffer.readline().strip()]
held.append([held[1].decode().encode("utf-16-le"), held[1][-12:]])
held[1] = None
print(flush=True)
input()
"""


def test_it_reads_the_whole_memory_of_another_process() -> None:
    marks = Marks()
    mark, token = marks.new("held"), SystemChance().draw(32).hex()
    child = subprocess.Popen([sys.executable, "-c", _CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdin is not None
    assert child.stdout is not None
    with child.stdin, child.stdout:
        child.stdin.write(f"{mark} {token}\n".encode())
        child.stdin.flush()
        child.stdout.readline()
        found = Finder(marks, secrets={"a read": bytes.fromhex(token)}).in_memory([child.pid])
        assert found == {"held", "a read"}
        assert Finder(Marks()).in_memory([child.pid]) == set()
        child.kill()
    child.wait()

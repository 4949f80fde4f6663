"""Which store an address opens, and that nobody needs PostgreSQL or S3 who does not ask for them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from leeward.relay.open_store import open_store, work_secret
from leeward.relay.scale_errors import BlobsNotNamed, shown
from leeward.relay.sqlite_store import SqliteStore


def test_postgres_without_a_place_for_pieces_is_refused() -> None:
    with pytest.raises(BlobsNotNamed):
        open_store("postgresql://nobody@/nowhere")


def test_a_folder_of_pieces_may_be_elsewhere(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "boxes"), f"file://{tmp_path}/a%20disk/pieces")
    assert isinstance(store, SqliteStore)
    assert work_secret(store) is None
    store.close()
    store = open_store(f"sqlite://{tmp_path}/boxes/relay.sqlite", f"file://{tmp_path}/pieces")
    store.close()


def run(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout


def test_a_relay_of_one_machine_loads_neither_library(tmp_path: Path) -> None:
    said = run(
        "import sys, leeward.relay.app, leeward.relay.open_store as o\n"
        f"o.open_store({str(tmp_path)!r}).close()\n"
        "print([name for name in ('psycopg', 'obstore') if name in sys.modules])"
    )
    assert said == "[]\n"


@pytest.mark.parametrize(
    ("library", "url", "blobs"),
    [("psycopg", "postgresql://u@h/d", "file:///tmp/x"), ("obstore", "unused", "s3://bucket/x")],
)
def test_without_its_library_a_store_says_what_to_install(
    tmp_path: Path, library: str, url: str, blobs: str
) -> None:
    said = run(
        f"import sys; sys.modules[{library!r}] = None\n"
        "from leeward.relay.open_store import open_store\n"
        "from leeward.relay.scale_errors import ExtraMissing\n"
        f"try: open_store({url.replace('unused', str(tmp_path))!r}, {blobs!r})\n"
        "except ExtraMissing as error: print(error)"
    )
    assert library in said
    assert "leeward[scale]" in said


@pytest.mark.parametrize(
    ("url", "seen"),
    [
        ("postgresql://joe:hush@host:5432/base?password=hush", "postgresql://host:5432/base"),
        ("postgresql://host/base", "postgresql://host/base"),
        ("s3://bucket/prefix?credentials=/hush", "s3://bucket/prefix"),
        ("postgresql://joe:h/ush@host/base", "postgresql://…"),
        ("postgresql://joe:hu?sh@host/base", "postgresql://…"),
        ("postgresql://joe:hu#sh@host/base", "postgresql://…"),
        ("postgresql://joe:hu@sh@host/base", "postgresql://…"),
        ("/a/folder", "/a/folder"),
    ],
)
def test_an_address_is_shown_without_user_password_and_parameters(url: str, seen: str) -> None:
    assert shown(url) == seen

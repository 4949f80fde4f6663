"""deploy/scale.md says what the program does."""

from __future__ import annotations

import argparse
import re
import shlex
from pathlib import Path

from leeward.cli import relay as command
from leeward.relay import postgres_link
from leeward.relay.postgres_reader import READERS

PAGE = (Path(__file__).resolve().parents[3] / "deploy" / "scale.md").read_text(encoding="utf-8")


def test_every_setting_that_is_refused_is_on_the_page_and_no_other() -> None:
    table = PAGE[PAGE.index("| setting |") : PAGE.index("If others share the server")]
    told = set(re.findall(r"`([a-z_.]+)`", table))
    assert told | {"log_parameter_max_length_on_error"} == (
        postgres_link._SILENT.keys() | postgres_link._DURABLE.keys()
    )


def test_the_command_on_the_page_is_one() -> None:
    found = re.search(r"^    leeward relay (postgresql.*?card\.json)$", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None
    parser = argparse.ArgumentParser()
    command.configure(parser)
    asked = parser.parse_args(shlex.split(found[1].replace("\\\n", " ")))
    assert asked.folder.startswith("postgresql://relay@")
    assert asked.blobs.startswith("s3://leeward/pieces?")
    assert asked.socket == Path("/run/leeward/relay.sock")


def test_a_relay_opens_as_many_connections_as_the_page_says() -> None:
    assert READERS + 2 == 6
    assert "Each relay opens six" in PAGE

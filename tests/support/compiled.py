"""Compiled templates, kept for the whole run: a new desk in each test would compile its pages anew, half a second each.

What is kept is Jinja's own compiled code of a template's source, as its caches on disk keep it; all else of a desk is
made anew. The languages are kept apart, because constants are worked out with the filters of their language.
"""

from __future__ import annotations

from collections import defaultdict

from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket

from leeward.desk import render
from leeward.desk.language import Speech
from leeward.desk.state import DeskState


class Kept(BytecodeCache):
    """The compiled templates of one language; Jinja compares the source's checksum."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill a bucket with what is kept of this source."""
        if bucket.key in self._code:
            bucket.bytecode_from_string(self._code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self._code[bucket.key] = bucket.bytecode_to_string()


_KEPT: defaultdict[tuple[str, str], Kept] = defaultdict(Kept)
_make = render.make_environment


def _make_with_cache(desk: DeskState, speech: Speech) -> Environment:
    environment = _make(desk, speech)
    environment.bytecode_cache = _KEPT[speech.language, str(speech._zone)]
    return environment


def keep_compiled() -> None:
    """Let every desk of this process find its templates compiled."""
    render.make_environment = _make_with_cache

"""The newest card that a front has shown, kept on its disk: after a restart nobody can bring it back to an older one.

1. It belongs to the card file that the front was started with: another file, given by hand, is another beginning.
2. What is kept is read like any card; what cannot be read is as if nothing had been kept.
3. It is whole on the disk or not there: written beside, made durable, and moved into its place.
4. A disk that takes nothing changes nothing of what is shown.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from leeward.front.card import Card, check_card, print_signed_part
from leeward.front.errors import CardRefused

_MOST = 512 * 1024


class KeptCard:
    """One file. `path` None keeps nothing."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._of = ""

    def begin(self, first: Mapping[str, Any]) -> Card:
        """Return the card to show first: the one that was kept for this file (1), or the file's own; CardRefused."""
        card = check_card(first)
        self._of = hashlib.sha256(print_signed_part(first)).hexdigest()
        return self._read() or card

    def keep(self, card: Mapping[str, Any]) -> None:
        """Keep a card that is shown from now on; a disk that takes nothing changes nothing (4)."""
        if self._path is None:
            return
        text = json.dumps({"of": self._of, "card": card}, ensure_ascii=False, sort_keys=True)
        beside = self._path.with_name(f"{self._path.name}.new")
        with contextlib.suppress(OSError):
            with beside.open("w", encoding="utf-8") as file:  # 3
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self._path)
            folder = os.open(self._path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def _read(self) -> Card | None:
        if self._path is None:
            return None
        try:
            with self._path.open("rb") as file:
                untrusted = json.loads(file.read(_MOST))
            if isinstance(untrusted, dict) and untrusted.get("of") == self._of:
                return check_card(untrusted["card"])
        except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError, CardRefused):
            return None  # 2
        return None

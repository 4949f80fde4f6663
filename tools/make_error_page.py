"""Writes docs/errors.md: every error's code, and what it means. A test compares; run this after adding an error."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from pathlib import Path

import leeward
from leeward.base.errors import LeewardError

PAGE = Path(__file__).resolve().parent.parent / "docs" / "errors.md"
HEAD = """\
# Errors

Every error says what happened, what was not lost, and what to do. Its code is never shown
alone; it is for looking up here. Made by `tools/make_error_page.py`.

| code | what it means | where |
| --- | --- | --- |
"""


def page() -> str:
    """Return the page's text."""
    for found in pkgutil.walk_packages(leeward.__path__, "leeward."):
        if not found.name.endswith("relay_load"):
            importlib.import_module(found.name)
    rows = {
        error.code: f"| `{error.code}` | {(error.__doc__ or '').splitlines()[0]} | `{error.__module__}` |"
        for error in sorted(_all(LeewardError), key=lambda error: error.__qualname__)
        if "code" in vars(error)
    }
    return HEAD + "\n".join(rows[code] for code in sorted(rows)) + "\n"


def _all(kind: type[LeewardError]) -> set[type[LeewardError]]:
    found = {kind}
    for below in kind.__subclasses__():
        found |= _all(below)
    return found


if __name__ == "__main__":
    text = page()
    if "--check" in sys.argv:
        sys.exit(
            0 if PAGE.read_text(encoding="utf-8") == text else "docs/errors.md is not what the code says."
        )
    PAGE.write_text(text, encoding="utf-8")

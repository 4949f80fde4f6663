"""Reads one workbook from its input and writes its cells to its output, in a process that can do nothing else.

A crafted workbook of a few kilobytes can ask a parser for terabytes, or kill it. Here that ends this process only:

1. It may use so much memory and time, and cannot write a byte to any file; it leaves no image of its memory.
   (Where the system has no such limits, its parent ends it after a minute.)
2. Formulas are not evaluated; days and times leave as text.
"""

from __future__ import annotations

import datetime as dt
import io
import sys
from typing import Any

import msgspec
from python_calamine import CalamineError, CalamineWorkbook

from leeward.domain.importing import COLUMNS_MOST, ROWS_MOST

_MEMORY = 1536 * 1024 * 1024
_SECONDS = 45
_SHEETS_MOST = 20
_SPARE = 20  # rows above the headers


def limit_myself() -> None:
    """Take the limits (1)."""
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    if sys.platform != "darwin":  # there it is refused
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


def read(untrusted_bytes: bytes) -> tuple[str, list[tuple[str, list[list[Any]]]]]:
    """Return "ok" and the tables by name, or the word for why there are none."""
    found: list[tuple[str, list[list[Any]]]] = []
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(untrusted_bytes)) as book:
            for name in book.sheet_names[:_SHEETS_MOST]:
                sheet = book.get_sheet_by_name(name)
                if sheet.total_height > ROWS_MOST + _SPARE or sheet.total_width > COLUMNS_MOST * 10:
                    return "too-large", []
                found.append(
                    (name, [[_cell(one) for one in row] for row in sheet.to_python(skip_empty_area=False)])
                )
    except (CalamineError, ValueError, OSError):
        return "unreadable", []
    return "ok", found


def _cell(value: Any) -> Any:  # noqa: ANN401 - whatever a cell can be
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "minutes")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return value if isinstance(value, str | int | float | bool) else str(value)  # 2


def main() -> None:
    """Read, write, end."""
    limit_myself()
    answer = read(sys.stdin.buffer.read())
    sys.stdout.buffer.write(msgspec.msgpack.encode(answer))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()

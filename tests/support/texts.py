"""Every sentence that the desk can show, found in templates and code, so that no language is left behind.

python tests/support/texts.py src/leeward/desk/templates/inbox      prints what is missing there, ready for a .po file
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

from jinja2 import Environment

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCE = ROOT / "src" / "leeward"
_SHOWN = (
    "base",
    "seal",
    "ledger",
    "domain",
    "plan",
    "sync",
    "office",
    "desk",
)  # cli and relay speak to whoever runs them
_FUNCTIONS = {"say": 1, "_": 1, "gettext": 1, "say_count": 2, "ngettext": 2}


@dataclass(frozen=True)
class Text:
    """One sentence, with its plural if it has one, and where it stands."""

    text: str
    plural: str
    where: str


def texts() -> Iterator[Text]:
    """Yield every sentence of templates and code."""
    environment: Any = Environment(
        extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"], autoescape=True
    )
    for file in sorted((SOURCE / "desk" / "templates").rglob("*.html")):
        for line, function, found in environment.extract_translations(file.read_text("utf-8")):
            strings = [part for part in (found if isinstance(found, tuple) else (found,)) if part]
            yield Text(strings[0], strings[1] if function == "ngettext" else "", _where(file, line))
    for package in _SHOWN:
        for file in sorted((SOURCE / package).rglob("*.py")):
            yield from _in_code(file)


def _in_code(file: Path) -> Iterator[Text]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        count = _FUNCTIONS.get(node.func.id, 0)
        strings = [part.value for part in node.args[:count] if isinstance(part, ast.Constant)]
        if not count or len(strings) != count or not all(isinstance(part, str) for part in strings):
            continue
        yield Text(str(strings[0]), str(strings[1]) if count == 2 else "", _where(file, node.lineno))


def not_literal() -> list[str]:
    """Return where `say` is called with something that no catalogue can hold."""
    found = []
    for package in _SHOWN:
        for file in sorted((SOURCE / package).rglob("*.py")):
            tree = ast.parse(file.read_text("utf-8"))
            found += [_where(file, node.lineno) for node in ast.walk(tree) if _odd(node)]
    return found


def _odd(node: ast.AST) -> TypeGuard[ast.Call]:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"say", "say_count"}
        and bool(node.args)
        and not isinstance(node.args[0], ast.Constant)
    )


def _where(file: Path, line: int) -> str:
    return f"{file.relative_to(ROOT)}:{line}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def main(part: str) -> None:
    """Print the missing sentences of one part."""
    from leeward.desk.language import read_catalogues  # noqa: PLC0415 - the tests need not pay for it

    known = read_catalogues("ru")
    told = set()
    for text in texts():
        if part not in text.where or text.text in told or all(known.get(text.text, ("",))):
            continue
        told.add(text.text)
        lines = [f"#: {text.where}", f"msgid {_quoted(text.text)}"]
        if text.plural:
            lines += [f"msgid_plural {_quoted(text.plural)}", *(f'msgstr[{form}] ""' for form in range(3))]
        else:
            lines.append('msgstr ""')
        sys.stdout.write("\n".join(lines) + "\n\n")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")

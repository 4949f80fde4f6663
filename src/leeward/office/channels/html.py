"""HTML as text. Nothing is loaded, run or obeyed; tags fall away, links say where they lead.

A scanner of our own, since what it reads is hostile: it passes over the text once, so that no input takes longer than
its length. It may read odd HTML oddly; it never hides words that a reader of the source would see as text.
"""

from __future__ import annotations

import html
import re

_UNSHOWN = re.compile(r"(script|style|head|title|template|svg|noscript)\b", re.IGNORECASE)
_NAME = re.compile(r"/?\s*([a-z][a-z0-9]{0,15})", re.IGNORECASE)
_LINK = re.compile(r"""\bhref\s*=\s*(?:"([^"]{1,500})"|'([^']{1,500})'|([^\s"'>]{1,500}))""", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\r\n\f\v]+")
_AROUND = re.compile(r" ?\n ?")
_EMPTY_LINES = re.compile(r"\n{3,}")
_LINES = frozenset(
    (
        *("address", "article", "blockquote", "body", "br", "dd", "div", "dl", "dt", "fieldset", "footer"),
        *(
            "form",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "header",
            "hr",
            "html",
            "main",
            "nav",
            "ol",
            "p",
            "pre",
        ),
        *("section", "table", "tr", "ul"),
    )
)
_TAG_MOST = 4000  # characters of one tag that are looked at


def html_to_text(untrusted: str) -> str:
    """Return what a person would read in it."""
    scan = _Scan(untrusted)
    scan.run()
    text = _AROUND.sub("\n", "".join(scan.out))
    return _EMPTY_LINES.sub("\n\n", text).strip()


class _Scan:
    def __init__(self, source: str) -> None:
        self.out: list[str] = []
        self._source = source
        self._lower = source.translate(_ASCII_LOWER)
        self._missing: set[str] = set()  # endings that do not come any more: never looked for twice
        self._link = ""

    def run(self) -> None:
        at = 0
        while at < len(self._source):
            opened = self._source.find("<", at)
            if opened < 0:
                break
            self._text(at, opened)
            at = self._tag(opened)
        self._text(at, len(self._source))

    def _tag(self, opened: int) -> int:
        """Deal with what begins with "<"; return where to go on."""
        if self._source.startswith("<!--", opened):
            end = self._find("-->", opened + 4)
            return len(self._source) if end < 0 else end + 3
        after = self._source[opened + 1 : opened + 2]
        closed = self._find(">", opened + 1)
        if closed < 0 or not (after.isalpha() or after in {"/", "!", "?"}):
            self.out.append("<")
            return opened + 1
        inside = self._source[opened + 1 : min(closed, opened + _TAG_MOST)]
        unshown = _UNSHOWN.match(inside)
        if unshown and not inside.endswith("/"):
            end = self._find(f"</{unshown[1].translate(_ASCII_LOWER)}", closed)
            return closed + 1 if end < 0 else end
        self._mark(inside)
        return closed + 1

    def _mark(self, inside: str) -> None:
        named = _NAME.match(inside)
        name = named[1].lower() if named else ""
        if name in _LINES:
            self.out.append("\n")
        elif name == "li" and not inside.startswith("/"):
            self.out.append("\n• ")
        elif name in {"td", "th"}:
            self.out.append(" ")
        elif name == "a":
            found = _LINK.search(inside)
            if self._link:
                self.out.append(f" ({self._link})")
            target = html.unescape(next(filter(None, found.groups()), "")) if found else ""
            self._link = target if target.lower().startswith(("http:", "https:", "mailto:", "tel:")) else ""

    def _text(self, start: int, end: int) -> None:
        if end > start:
            self.out.append(_SPACE.sub(" ", html.unescape(self._source[start:end])))

    def _find(self, what: str, start: int) -> int:
        if what in self._missing:
            return -1
        found = self._lower.find(what, start)
        if found < 0:
            self._missing.add(what)
        return found


_ASCII_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}  # never changes a text's length

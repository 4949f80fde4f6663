"""Is there an English sentence of ours left in a page that speaks Russian? Asked of the catalogue, not of a list."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

from playwright.sync_api import Page

from leeward.desk.language import read_catalogues

_HOLE = re.compile(r"%\([a-z_]+\)[sd]|\{[a-z_]+\}")
_TEXTS = """() => {
  const found = new Set();
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const box = walk.currentNode.parentElement;
    if (!box.closest("script, style, code, [lang=en]")) found.add(walk.currentNode.data.trim().replace(/\\s+/g, " "));
  }
  for (const one of document.body.querySelectorAll("[placeholder], [title], [aria-label], [alt]"))
    for (const name of ["placeholder", "title", "aria-label", "alt"])
      if (one.hasAttribute(name)) found.add(one.getAttribute(name).trim());
  return [...found];
}"""


@functools.cache
def _sentences() -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the words that stand alone, and the longer pieces that would betray a sentence anywhere."""
    texts = read_catalogues("ru")
    english = [text for text, said in texts.items() if text not in said and re.search("[a-z]{2}", text)]
    whole = {text.strip() for text in english if not _HOLE.search(text)}
    pieces = {piece.strip() for text in english for piece in _HOLE.split(text)}
    return frozenset(whole), tuple(sorted(one for one in pieces if len(one) > 11 and " " in one))


_OURS = frozenset(
    {"Leeward", "leeward", "init", "join", "beside", "English", "Ctrl", "Tab", "Enter"}
    | {"EUR", "age", "Signal", "SHA", "PDF", "CSV", "ODT"}
)
"""Names that a Russian page has in Latin letters."""


def english_left(page: Page, quoted: Iterable[str]) -> list[str]:
    """Return what a page shows in English, as text, hint or title, seen or folded.

    What of our catalogue is left, and any other word in Latin letters. `quoted` are texts of people who write so.
    """
    whole, pieces = _sentences()
    shown: list[str] = page.evaluate(_TEXTS)
    latin = [one for one in shown if re.search("[a-zA-Z]{2}", one)]
    together = "\n".join(latin)
    found = {one for one in shown if one in whole} | {one for one in pieces if one in together}
    starts = {one[:25] for one in quoted}
    ours = [one for one in latin if not any(start in one for start in starts)]
    words = {word for one in ours for word in re.findall("(?<![A-Za-z0-9])[A-Za-z]{3,}(?![A-Za-z0-9])", one)}
    return sorted(found | (words - _OURS))

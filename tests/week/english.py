"""Is there an English sentence of ours left in a page that speaks Russian? Asked of the catalogue, not of a list."""

from __future__ import annotations

import functools
import re

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


def english_left(page: Page) -> list[str]:
    """Return what of the English catalogue a page shows, as text, hint or title, seen or folded."""
    whole, pieces = _sentences()
    shown: list[str] = page.evaluate(_TEXTS)
    together = "\n".join(one for one in shown if re.search("[a-zA-Z]{2}", one))
    return sorted({one for one in shown if one in whole} | {one for one in pieces if one in together})

"""Icons, drawn into the page from the sprite that the build makes of the lucide set.

Always beside a word, so hidden from screen readers. Without the build a page has no icons and loses no meaning.
"""

from __future__ import annotations

import functools
import re
from importlib import resources

from markupsafe import Markup, escape

_SYMBOL = re.compile(r'<symbol id="([a-z0-9-]+)"[^>]*>(.*?)</symbol>', re.DOTALL)


@functools.cache
def _symbols() -> dict[str, str]:
    file = resources.files("leeward.desk").joinpath("built", "icons.svg")
    return dict(_SYMBOL.findall(file.read_text("utf-8"))) if file.is_file() else {}


def icon(name: str) -> Markup:
    """Return the icon as inline SVG."""
    drawing = _symbols().get(name, "")
    return Markup(
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false" data-icon="{}">{}</svg>'
    ).format(escape(name), Markup(drawing))  # noqa: S704 - our own build's file

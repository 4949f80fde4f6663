"""The HTML of the front: one page a language, made once at the start, so that its bytes and hash stand still."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import resources
from typing import Any

import jinja2
from markupsafe import Markup

from leeward.front.assets import Built
from leeward.front.card import Card

_FALLBACK = "en"


@dataclass(frozen=True)
class Pages:
    """Rendered pages by language: where people write, and where Leave leads."""

    page: dict[str, bytes]
    away: dict[str, bytes]

    def choose(self, asked: str, accepted: str) -> str:
        """Return the language to answer in: the one asked for, else the browser's, else the card's first."""
        for language in [asked, *accepted_languages(accepted)]:
            if language in self.page:
                return language
        return next(iter(self.page))


def accepted_languages(header: str) -> list[str]:
    """Return the primary language codes of an Accept-Language header, the most wanted first."""
    wanted: list[tuple[float, str]] = []
    for part in header[:1000].split(","):
        tag, _, weight = part.strip().partition(";q=")
        try:
            wanted.append((float(weight) if weight else 1.0, tag.partition("-")[0].lower()))
        except ValueError:
            continue
    return [tag for weight, tag in sorted(wanted, key=lambda pair: -pair[0]) if weight > 0]


def load_texts(folder: str, language: str) -> dict[str, Any]:
    """Return the sentences of one language from one of the front's folders."""
    file = resources.files("leeward.front").joinpath(folder, f"{language}.json")
    texts: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return texts


def known_languages() -> list[str]:
    """Return the languages that the front has sentences in."""
    names = (file.name for file in resources.files("leeward.front").joinpath("catalogue").iterdir())
    return sorted(name.removesuffix(".json") for name in names if name.endswith(".json"))


def render_pages(card: Card, built: Built) -> Pages:
    """Render every page in every language of the card that the front knows, or in English if there is none."""
    known = known_languages()
    languages = [language for language in card.languages if language in known] or [_FALLBACK]
    texts = {language: load_texts("catalogue", language) for language in languages}
    names = {language: texts[language]["name"] for language in languages}
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("leeward.front", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
    )
    page, away = environment.get_template("page.html"), environment.get_template("away.html")
    return Pages(
        page={
            language: page.render(
                lang=language,
                languages=names,
                t=texts[language],
                texts=_script_json(texts[language]),
                card=_script_json(card.public()),
                team=card.team,
                fingerprint=_grouped(card.fingerprint),
                built=built.manifest,
                icons={name: Markup(drawing) for name, drawing in built.icons.items()},  # noqa: S704 - ours
            ).encode()
            for language in languages
        },
        away={
            language: away.render(
                lang=language, t=load_texts("away", language), built=built.manifest
            ).encode()
            for language in languages
        },
    )


def _script_json(value: dict[str, Any]) -> Markup:
    """Return JSON that cannot end the script element it stands in."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704


def _grouped(fingerprint: str) -> str:
    return " ".join(fingerprint[at : at + 4] for at in range(0, len(fingerprint), 4))

"""The HTML of the front: one page a language, made once at the start, so that its bytes and hash stand still."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

import jinja2
from markupsafe import Markup

from leeward.front.assets import Built
from leeward.front.card import Card

_FALLBACK = "en"
_FROM_THE_RIGHT = frozenset({"ar", "fa"})
_PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


@dataclass(frozen=True)
class Pages:
    """Rendered pages by language: where people write, and where Leave leads."""

    page: dict[str, bytes]
    away: dict[str, bytes]
    plain: dict[str, bytes]  # the form alone, without a script

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
        tag, _, weight = part.replace(" ", "").partition(";q=")
        try:
            wanted.append((float(weight) if weight else 1.0, tag.partition("-")[0].lower()))
        except ValueError:
            continue
    return [tag for weight, tag in sorted(wanted, key=lambda pair: -pair[0]) if weight > 0]


def load_texts(folder: str, language: str) -> dict[str, Any]:
    """Return the sentences of one language from one of the front's folders; what it lacks is in English."""
    texts = _read_texts(folder, _FALLBACK)
    return texts if language == _FALLBACK else {**texts, **_read_texts(folder, language)}


def fill(sentence: str, values: Mapping[str, str], language: str) -> str:
    """Return a sentence with its values put in: numbers as its language writes them, names kept to themselves."""
    for name, value in values.items():
        sentence = sentence.replace("{" + name + "}", _shown(value, language))
    return sentence


def _shown(value: str, language: str) -> str:
    if value.isdecimal():
        return value.translate(_PERSIAN) if language == "fa" else value
    return f"\u2068{value}\u2069" if language in _FROM_THE_RIGHT else value


def _read_texts(folder: str, language: str) -> dict[str, Any]:
    file = resources.files("leeward.front").joinpath(folder, f"{language}.json")
    if not file.is_file():
        return {}
    texts: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return texts


def known_languages() -> list[str]:
    """Return the languages that the front has sentences in."""
    names = (file.name for file in resources.files("leeward.front").joinpath("catalogue").iterdir())
    return sorted(name.removesuffix(".json") for name in names if name.endswith(".json"))


def languages_of(card: Card) -> list[str]:
    """Return the languages of the card that the front knows, in the card's order, or English if there is none."""
    known = known_languages()
    return [language for language in card.languages if language in known] or [_FALLBACK]


@functools.cache
def make_environment() -> jinja2.Environment:
    """Return what renders the front's templates: everything is escaped, and nothing may be missing."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader("leeward.front", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
    )


def plain_context(card: Card, built: Built, language: str) -> dict[str, Any]:
    """Return what the pages without a script need: sentences, languages, questions, style."""
    p = load_texts("plain_texts", language)
    names = {one: load_texts("catalogue", one)["name"] for one in languages_of(card)}
    return {
        "p": p,
        "lang": language,
        "dir": p["dir"],
        "languages": names,
        "built": built.manifest,
        "questions": questions_in(card, language),
        "icons": {name: Markup(drawing) for name, drawing in built.icons.items()},  # noqa: S704 - ours
    }


def questions_in(card: Card, language: str) -> dict[str, Any] | None:
    """Return the team's questions in one language, None if there are none."""
    if card.questions is None or not card.questions.list:
        return None
    asked = [
        {"id": one.id, "required": one.required, "text": one.text_in(language)} for one in card.questions.list
    ]
    return {"version": card.questions.version, "list": asked}


def render_pages(card: Card, built: Built) -> Pages:
    """Render every page in every language of the card that the front knows, or in English if there is none."""
    environment = make_environment()
    page, away, plain = (
        environment.get_template(name) for name in ("page.html", "away.html", "plain_page.html")
    )
    made = Pages({}, {}, {})
    for language in languages_of(card):
        texts = load_texts("catalogue", language)
        context = plain_context(card, built, language)
        made.page[language] = page.render(
            context,
            t=texts,
            texts=_script_json(texts),
            card=_script_json(card.public()),
            team=card.team,
            led_by=fill(texts["check_team"], {"team": card.team}, language),
            fingerprint=_grouped(card.fingerprint),
        ).encode()
        made.plain[language] = plain.render(context).encode()
        away_texts = load_texts("away", language)
        made.away[language] = away.render(
            lang=language, dir=texts["dir"], t=away_texts, built=built.manifest
        ).encode()
    return made


def _script_json(value: dict[str, Any]) -> Markup:
    """Return JSON that cannot end the script element it stands in."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704


def _grouped(fingerprint: str) -> str:
    return " ".join(fingerprint[at : at + 4] for at in range(0, len(fingerprint), 4))

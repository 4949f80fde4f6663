"""The offline form: one HTML file that seals a letter without any server, and the statement that signs it.

1. The same card and the same build give the same bytes; nothing in the file carries a time.
2. The file asks nothing of any network: its policy allows the one script and the one style in it, by hash, and no
   address of any kind.
3. It ends with a comment that holds a verify key and its signatures over every byte before the comment (purpose
   `form`). Whoever reads it compares the key's fingerprint with the one that the team tells.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from markupsafe import Markup

from leeward.base.errors import LeewardError
from leeward.front.assets import Built
from leeward.front.card import Card
from leeward.front.errors import FrontError, NotBuilt
from leeward.front.pages import fill, languages_of, load_texts, make_environment
from leeward.seal.errors import SealError
from leeward.seal.signing import Purpose, VerifyKey
from leeward.seal.wordlists import words_of

FORM_MOST = 8 * 1024 * 1024
_BEGIN = b"<!-- leeward-form-1 "
_STATEMENT = re.compile(rb"<!-- leeward-form-1 ([A-Za-z0-9+/=]{100,4000}) ([A-Za-z0-9+/=]{100,8000}) -->\n")
_LISTS = ("en", "ru")


class FormRefused(FrontError):
    """A file is no offline form that anybody signed."""

    code = "front.form"


@dataclass(frozen=True)
class SignedForm:
    """A form whose signatures hold: under which key, and the SHA-256 of the part that is signed and of all of it."""

    key: VerifyKey
    signed_sha256: str
    sha256: str


def render_form(card: Card, built: Built, folder: Traversable | None = None) -> bytes:
    """Return the form of a card, without its statement; NotBuilt."""
    style, script = (_part(folder, name) for name in ("offline.css", "offline.js"))
    languages = form_languages(card)
    texts = {one: _texts(one) for one in languages}
    page = make_environment().get_template("offline.html")
    text: str = page.render(
        lang=languages[0],
        t=texts[languages[0]],
        languages={one: texts[one]["name"] for one in languages},
        texts={one: _inert(json.dumps(texts[one], ensure_ascii=False)) for one in languages},
        words={one: _inert("\n".join(words_of(one))) for one in _LISTS},
        card=_inert(json.dumps(card.public(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))),
        team=card.team,
        led_by=fill(texts[languages[0]]["check_team"], {"team": card.team}, languages[0]),
        fingerprint=" ".join(card.fingerprint[at : at + 4] for at in range(0, len(card.fingerprint), 4)),
        icons={name: Markup(drawing) for name, drawing in built.icons.items()},  # noqa: S704 - ours
        policy=_policy(style, script),
        style=Markup(style),  # noqa: S704 - built by us, and checked there
        script=Markup(script),  # noqa: S704
    )
    return text.encode() + b"\n"


def form_languages(card: Card) -> list[str]:
    """Return the card's languages that the form has sentences in, or English if there is none."""
    folder = resources.files("leeward.front").joinpath("offline_texts")
    known = {file.name.removesuffix(".json") for file in folder.iterdir()}
    return [one for one in languages_of(card) if one in known] or ["en"]


def print_statement(key: VerifyKey, signature: bytes) -> bytes:
    """Return the comment that goes to the end of a form."""
    return _BEGIN + base64.b64encode(key.to_bytes()) + b" " + base64.b64encode(signature) + b" -->\n"


def check_form(untrusted: bytes) -> SignedForm:
    """Return under which key a form is signed, or raise FormRefused. Whose key it is, a person must compare."""
    start = untrusted.rfind(_BEGIN)
    found = _STATEMENT.fullmatch(untrusted, start) if start >= 0 and len(untrusted) <= FORM_MOST else None
    if found is None:
        raise _refused("it does not end with a statement of who signed it")
    try:
        key = VerifyKey.from_bytes(base64.b64decode(found[1], validate=True))
        key.verify(Purpose.FORM, base64.b64decode(found[2], validate=True), untrusted[:start])
    except (binascii.Error, ValueError, SealError) as error:
        raise _refused("its signature does not hold: at least one byte was changed") from error
    digests = (hashlib.sha256(part).hexdigest() for part in (untrusted[:start], untrusted))
    return SignedForm(key, *digests)


def _texts(language: str) -> dict[str, Any]:
    return {**load_texts("catalogue", language), **load_texts("offline_texts", language)}


def _part(folder: Traversable | None, name: str) -> str:
    folder = folder or resources.files("leeward.front").joinpath("built")
    try:
        sums = json.loads(folder.joinpath("offline.json").read_text("utf-8"))
        raw = folder.joinpath(name).read_bytes()
    except (OSError, ValueError) as error:
        raise _not_built() from error
    if not isinstance(sums, dict) or sums.get(name) != hashlib.sha256(raw).hexdigest():
        raise _not_built()
    return raw.decode("utf-8")


def _policy(style: str, script: str) -> str:  # 2
    def allowed(text: str) -> str:
        return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"

    return (
        f"default-src 'none'; script-src {allowed(script)}; style-src {allowed(style)}; "
        "form-action 'none'; base-uri 'none'"
    )


def _inert(text: str) -> Markup:
    """Return a data block that cannot end the element it stands in."""
    if text.startswith("{"):
        text = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    if "<" in text:
        raise RuntimeError("a list of words has no markup")
    return Markup(text)  # noqa: S704 - nothing in it is markup


def _not_built() -> LeewardError:
    return NotBuilt(
        "The offline form was not built into this installation, or a built file was changed.",
        kept="Nothing was lost.",
        next_step='Build it with "npm ci" and "npm run build", or install Leeward again.',
    )


def _refused(why: str) -> FormRefused:
    return FormRefused(
        f"This is no offline form of Leeward as a team signed it: {why}.",
        kept="Nothing was opened or changed.",
        next_step="Do not write in it. Take the form again from a desk of the team.",
    )

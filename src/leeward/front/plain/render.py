"""The pages that answer forms. Everything that somebody wrote is escaped; each page has one of few lengths."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import jinja2

from leeward.base.sizes import TURN_FLOOR, class_of
from leeward.front.assets import Built
from leeward.front.card import Card
from leeward.front.errors import Trouble
from leeward.front.pages import fill, languages_of, make_environment, plain_context
from leeward.front.plain.mail import Talk
from leeward.seal.codes import Code, split_digits
from leeward.seal.errors import CodeRefused, UnknownWords, WrongWordCount
from leeward.seal.wordlists import LISTS

_SLAVIC = frozenset({"ru", "uk", "be"})


class Renderer:
    """Renders for one card."""

    def __init__(self, card: Card, built: Built) -> None:
        environment = make_environment()
        self._templates = {
            name: environment.get_template(f"plain_{name}.html")
            for name in ("told", "open", "talk", "ended", "trouble")
        }
        self._contexts = {language: plain_context(card, built, language) for language in languages_of(card)}

    def language(self, untrusted: str) -> str:
        """Return the language asked for, or the first."""
        return untrusted if untrusted in self._contexts else next(iter(self._contexts))

    def told(self, lang: str, code: Code) -> bytes:
        """Return the page that shows the words."""
        p = self._texts(lang)
        words_lang = p["words"] if p["words"] in LISTS else "en"
        words = code.words(words_lang)
        alarm = fill(p["alarm_how"], {"words": f"…\u00a0{words[7]}\u00a0{words[6]}"}, lang)
        return self._render(
            "told", lang, words=words, words_lang=words_lang, digits=code.digits(), alarm=alarm
        )

    def faults(self, lang: str, typed: str, fault: CodeRefused | Trouble) -> bytes:
        """Return the form for the words with what is wrong in what was typed."""
        p = self._texts(lang)
        lines: list[str] = []
        near: list[tuple[str, tuple[str, ...]]] = []
        if isinstance(fault, Trouble):
            lines = [fill(p[fault.key], fault.values, lang)]
        elif _is_digits(typed):
            lines = [p["fault_digits"]]
        elif isinstance(fault, WrongWordCount):
            lines = [_count(p, "fault_count", fault.count, lang)]
        elif isinstance(fault, UnknownWords):
            lines = [p["fault_unknown"]]
            near = [
                (
                    fill(
                        p["word_near" if words else "word_unknown"], {"word": fault.unknown[place][:30]}, lang
                    ),
                    words,
                )
                for place, words in _nearest(fault).items()
            ]
        else:
            lines = [p["fault_disagree"]]
        return self._render("open", lang, lines=lines, near=near, typed_words=typed)

    def talk(self, lang: str, talk: Talk, ticket: str, *, note: str = "", asks: bool = False) -> bytes:
        """Return the conversation; `note` is the key of a sentence that stands above it.

        `asks`: the page asks whether they are safe.
        """
        p = self._texts(lang)
        answers = [
            {
                "text": answer.text,
                "iso": _moment(answer.at).isoformat(),
                "when": _when(p["times"], answer.at, lang),
            }
            for answer in talk.answers
            if answer.text or not answer.sign  # a question alone has its own place
        ]
        return self._render(
            "talk",
            lang,
            room=talk.sealed_size,
            answers=answers,
            damaged=_count(p, "talk_damaged", talk.damaged, lang) if talk.damaged else "",
            next_after=talk.next_after,
            ticket=ticket,
            note=p[note] if note else "",
            typed_text="",
            asks=asks,
        )

    def ended(self, lang: str) -> bytes:
        """Return the page that says that the conversation is over."""
        return self._render("ended", lang)

    def trouble(self, lang: str, trouble: Trouble, *, typed_text: str = "", ticket: str = "") -> bytes:
        """Return the page that says what happened, what was not lost, what to do, with the form again."""
        p = self._texts(lang)
        return self._render(
            "trouble",
            lang,
            why=fill(p[trouble.key], trouble.values, lang),
            certain=trouble.key != "trouble_server",
            typed_text=typed_text,
            ticket=ticket,
        )

    def _texts(self, lang: str) -> Mapping[str, str]:
        texts: Mapping[str, str] = self._contexts[lang]["p"]
        return texts

    def _render(self, name: str, lang: str, *, room: int = 0, **values: object) -> bytes:
        template: jinja2.Template = self._templates[name]
        page = template.render(self._contexts[lang], **values).encode("utf-8", "replace")
        return page + b" " * (class_of(len(page), TURN_FLOOR + room) - len(page) - 1) + b"\n"


def _count(p: Mapping[str, str], key: str, count: int, lang: str) -> str:
    tens, ones = count % 100, count % 10
    if lang not in _SLAVIC:
        form = "one" if count == 1 else "many"
    elif ones == 1 and tens != 11:
        form = "one"
    else:
        form = "few" if ones in (2, 3, 4) and not 12 <= tens <= 14 else "many"
    return fill(p[f"{key}_{form}"], {"n": str(count)}, lang)


def _nearest(fault: UnknownWords) -> dict[int, tuple[str, ...]]:
    return {place: fault.nearest.get(place, ())[:5] for place in fault.unknown}


def _is_digits(typed: str) -> bool:
    return bool(split_digits(typed))


def _moment(at: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(at / 1000, dt.UTC)


def _when(form: str, at: int, lang: str) -> str:
    moment = _moment(at)
    values = {"day": moment.day, "month": moment.month, "hour": moment.hour, "minute": moment.minute}
    return fill(form, {name: f"{value:02d}" for name, value in values.items()}, lang)

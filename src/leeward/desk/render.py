"""How a page is made: `render(request, "places/index.html", places=...)`.

Templates extend frame.html and use macros.html. Everything is escaped; an unknown name is an error.
A sentence made with `say(...)` may be printed as it is: `{{ need.what }}` comes out in the reader's language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from leeward.base.say import Code, Day, Message, Moment, Span
from leeward.desk.forms import Form, was
from leeward.desk.frame import frame_of
from leeward.desk.icons import icon
from leeward.desk.language import LANGUAGES, Speech, choose_language
from leeward.desk.state import DeskState
from leeward.domain.vocabulary import Vocabulary
from leeward.office import conflicts, search
from leeward.office.session import Session
from leeward.office.travel_back import until_of

_FIELDS = re.compile(r"<(form|input|textarea|select)\b(?![^>]*\bautocomplete=)")


def desk_of(request: Request) -> DeskState:
    """Return what this desk process holds."""
    state: DeskState = request.app.state.desk
    return state


def office_of(request: Request) -> Session:
    """Return the member's session: the first argument of every use case."""
    return desk_of(request).session


def form_of(request: Request) -> Form:
    """Return the form that was posted (empty for a GET)."""
    form: Form = getattr(request.state, "form", None) or Form()
    return form


def speech_of(request: Request) -> Speech:
    """Return the language this desk speaks: the member's choice, else what their browser prefers."""
    desk = desk_of(request)
    return desk.speech(desk.language or choose_language(request.headers.get("accept-language", "")))


def render(request: Request, template: str, *, status: int = 200, **context: object) -> Response:
    """Return a page. Every template also sees `frame`, `here`, `lang`, `now` (ms), and `said` after a redirect."""
    desk, speech = desk_of(request), speech_of(request)
    live = request.headers.get("leeward-live") == "1"
    environment = _environment(desk, speech)
    text = environment.get_template(template).render(
        frame=frame_of(desk, request.url.path),
        here=request.url.path,
        lang=speech.language,
        languages=LANGUAGES,
        now=desk.session.now(),
        said=None if live else desk.take_said(),
        **context,
    )
    return HTMLResponse(unremembered(text), status)


def done(request: Request, href: str, said: Message | None = None) -> Response:
    """Go on to a page after something was done, with one quiet sentence about it."""
    desk_of(request).put_said(said)
    local = href.startswith("/") and not href.startswith(("//", "/\\"))  # a form may have carried it
    return RedirectResponse(href if local else "/", 303)


def unremembered(html: str) -> str:
    """Return a page whose fields the browser is told not to remember: its form history lies on the disk, in clear."""
    return _FIELDS.sub(r'<\1 autocomplete="off"', html)


def _environment(desk: DeskState, speech: Speech) -> Environment:
    kept = desk.environments.get(speech.language)
    if kept is None:
        kept = desk.environments[speech.language] = make_environment(desk, speech)
    return kept


def make_environment(desk: DeskState, speech: Speech) -> Environment:
    """Return the template environment of one language."""

    def now() -> int:
        return desk.session.now()

    def finalize(value: object) -> object:
        return speech.value(value, now()) if isinstance(value, (Message, Moment, Day, Span, Code)) else value

    environment = Environment(
        loader=PackageLoader("leeward.desk"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"],
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=finalize,
    )
    environment.install_gettext_callables(speech.gettext, speech.ngettext, newstyle=True)  # type: ignore[attr-defined]
    environment.filters.update(
        moment=lambda ms: speech.moment(ms, now()),
        day=lambda ms: speech.day(speech.local(ms).date(), speech.local(now()).date()),
        long_moment=speech.long_moment,
        clock=speech.clock,
        ago=lambda ms: speech.span(now() - ms),
        span=speech.span,
        span_short=lambda ms: speech.span(ms, short=True),
        number=speech.number,
        size=speech.size,
        word=lambda code, vocabulary: _word(code, vocabulary, speech),
        iso=lambda ms: speech.local(ms).isoformat(timespec="minutes"),
        field_moment=lambda ms: speech.local(ms).strftime("%Y-%m-%dT%H:%M") if ms else "",
        say=lambda message: speech.message(message, now()) if isinstance(message, Message) else str(message),
        show=lambda value: speech.value(value, now()),
        plain=_plain,
        was=was,
    )
    environment.globals["icon"] = icon
    environment.globals.update(
        away_until=lambda: until_of(desk.session),
        conflict_title=lambda one: search.title_of(desk.session, one.record),
        conflict_kind=lambda one: search.kind_of(one.record),
        conflict_field=conflicts.field_word,
        conflict_value=conflicts.value_word,
    )
    return environment


def _plain(value: object) -> str:
    """Return any value of a record as a person can read it."""
    if isinstance(value, (list, tuple)):
        return ", ".join(_plain(part) for part in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_plain(part)}" for name, part in value.items())
    return "…" if isinstance(value, bytes) else str(value)


def _word(code: str, vocabulary: Vocabulary | str, speech: Speech) -> str:
    if isinstance(vocabulary, Vocabulary):
        return vocabulary.label(code, speech.language)
    return speech.word(vocabulary, code)


def render_bare(
    speech: Speech, desk: DeskState, template: str, context: Mapping[str, Any], status: int
) -> Response:
    """Return a page without the frame (locked, broken): it asks nothing of the vault."""
    text = _environment(desk, speech).get_template(template).render(lang=speech.language, **context)
    return HTMLResponse(unremembered(text), status)

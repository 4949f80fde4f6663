"""Narrowing a list of people by words, which go by POST: addresses stay in the browser's history."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse

from leeward.desk.render import desk_of, form_of, office_of, speech_of
from leeward.domain.cases.words import RISK, STAGE
from leeward.office.casework_views import CaseLine

_MOST = 200


def narrowed(
    request: Request, lines: Sequence[CaseLine], names: Mapping[str, str]
) -> tuple[str, list[CaseLine]]:
    """Return the words that were asked for, and the lines that have them all."""
    session, speech = office_of(request), speech_of(request)
    query = desk_of(request).question(request.query_params.get("asked", ""))
    asked = _plain(query).strip()
    if not asked:
        return query, list(lines)

    def words_of(one: CaseLine) -> str:
        parts = [
            speech.word("pseudonym", one.case.pseudonym),
            one.case.pseudonym,
            one.case.code,
            STAGE.label(one.case.stage, speech.language),
            RISK.label(one.case.risk, speech.language),
            one.place.code_name if one.place else "",
            names.get(one.case.coordinator_id, ""),
            speech.message(one.due.what, session.now()) if one.due else "",
        ]
        return _plain(" ".join(parts))

    told = [(one, words_of(one)) for one in lines]
    whole = [one for one, words in told if asked in words]
    return query, whole or [one for one, words in told if all(word in words for word in asked.split())]


def go_on(request: Request, address: str) -> RedirectResponse:
    """Take the words of a form and go on to the narrowed page."""
    form = form_of(request)
    words = form.line("q", _MOST)
    query = {"closed": "1"} if form.line("closed", 1) else {}
    if words:
        query["asked"] = desk_of(request).keep_question(words)
    return RedirectResponse(f"{address}?{urlencode(query)}" if query else address, 303)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")

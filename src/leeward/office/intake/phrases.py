"""The team's shelves of sentences: quick answers, vetting questions, harmless texts for the alarm form.

1. Each change of each language is a note: who, when, what. The last one counts, the others can be read.
2. A sentence that leads to a place of ours is refused: it would be sent to many.
3. A sentence that no native speaker has read says so beside it.
"""

from __future__ import annotations

import msgspec

from leeward.base.ids import derive_id
from leeward.base.say import say
from leeward.domain.errors import OutOfRange, RuleBroken
from leeward.domain.intake import SHELF, Phrase
from leeward.domain.intake.phrases import BUILT_IN, LANGUAGES, READ_BY_SPEAKERS, BuiltIn
from leeward.domain.typed import Note
from leeward.domain.vocabulary import known
from leeward.ledger.model import note, put
from leeward.office.intake.danger import places_in
from leeward.office.intake.see import has_intake
from leeward.office.intake.text import text_of
from leeward.office.session import Session

_MOST = 1000  # characters of one sentence
_SHELF_MOST = 60


class Words(msgspec.Struct, frozen=True):
    """A sentence in one language. `by` and `at` are empty for what every team starts with."""

    language: str
    text: str
    checked: bool
    version: int = 1
    by: str = ""
    at: int = 0


class Held(msgspec.Struct, frozen=True):
    """One sentence on a shelf, in every language it has, and its earlier versions."""

    id: str
    shelf: str
    position: int
    words: dict[str, Words]
    versions: tuple[Note, ...] = ()

    def said(self, language: str) -> Words:
        """Return it in a language; in Russian or English if it has none in that one."""
        return self.words.get(language) or self.words.get("ru") or next(iter(self.words.values()))


def on_shelf(session: Session, shelf: str) -> list[Held]:
    """Return the sentences of a shelf in their order."""
    if not has_intake(session):
        return []
    own = {one.id: one for one in session.find(Phrase)}
    held = []
    for place, built_in in enumerate(BUILT_IN):
        phrase_id = derive_id("phrase", built_in.code)
        changed = own.pop(phrase_id, None)
        if built_in.shelf == shelf and not (changed and changed.retired_at):
            held.append(_held(phrase_id, changed, place, built_in))
    held += [
        _held(one.id, one, one.position)
        for one in own.values()
        if one.shelf == shelf and not one.retired_at and one.versions
    ]
    return sorted(held, key=lambda one: (one.position, one.id))


def proposals(session: Session, shelf: str, language: str) -> list[Words]:
    """Return a shelf's sentences for whoever writes in a language; those in that language come first."""
    said = [one.said(language if language in LANGUAGES else "ru") for one in on_shelf(session, shelf)]
    return sorted(said, key=lambda one: one.language != language)


def put_phrase(
    session: Session, shelf: str, phrase_id: str, language: str, text: str, *, checked: bool = False
) -> str:
    """Write a new version of a sentence in a language, or with an empty id a new sentence; return its id."""
    words = " ".join(text_of(text).split())
    if language not in LANGUAGES or not words or len(words) > _MOST:
        raise OutOfRange(
            say("A sentence needs its language and up to {most} characters.", most=_MOST),
            kept=say("Nothing was changed."),
        )
    found = places_in(session, words)
    if found:  # 2
        raise RuleBroken(
            say(
                "“{words}” is {what}. It must not stand in a sentence for many.",
                words=found[0].words,
                what=found[0].what,
            ),
            kept=say("Nothing was changed."),
            next_step=say("Take it out."),
        )
    shelf_now = on_shelf(session, known(SHELF, shelf))
    circle = session.compartment_of("intake")
    new = note(
        "phrase",
        phrase_id,
        "versions",
        {"lang": language, "text": words, "checked": checked or language in READ_BY_SPEAKERS},
    )
    if phrase_id:
        if not any(one.id == phrase_id for one in shelf_now):
            raise OutOfRange(
                say("There is no such sentence on this shelf."), kept=say("Nothing was changed.")
            )
        session.commit(circle, new)
        return phrase_id
    if len(shelf_now) >= _SHELF_MOST:
        raise OutOfRange(
            say("The shelf is full."),
            kept=say("Nothing was changed."),
            next_step=say("Take away what nobody uses."),
        )
    made = session.make_id()
    place = 1 + max((one.position for one in shelf_now), default=len(BUILT_IN))
    session.commit(
        circle,
        put("phrase", made, shelf=shelf, position=max(place, len(BUILT_IN))),
        note("phrase", made, "versions", new[0].value),
    )
    return made


def retire_phrase(session: Session, phrase_id: str) -> None:
    """Take a sentence from its shelf; its versions stay in the history."""
    session.commit(session.compartment_of("intake"), put("phrase", phrase_id, retired_at=session.now()))


def _held(phrase_id: str, own: Phrase | None, place: int, built_in: BuiltIn | None = None) -> Held:
    words = {}
    if built_in is not None:
        words = {lang: Words(lang, text, lang in READ_BY_SPEAKERS) for lang, text in built_in.words.items()}
    versions = own.versions if own is not None else ()
    for one in versions:
        lang = str(one.value.get("lang", ""))
        before = words.get(lang)
        words[lang] = Words(
            language=lang,
            text=str(one.value.get("text", "")),
            checked=bool(one.value.get("checked")),
            version=before.version + 1 if before else 1,
            by=one.by,
            at=one.at,
        )
    shelf = built_in.shelf if built_in is not None else own.shelf if own is not None else ""
    return Held(phrase_id, shelf, place, words, versions)

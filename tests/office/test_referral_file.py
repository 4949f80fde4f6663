"""The file opens with the tool that partners have, and holds no markup but ours, whatever was written into it."""

from __future__ import annotations

import base64
import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st
from tests.office.referral_scene import FIELDS, given, open_with
from tests.seal.test_interop import Other, other

from leeward.base.sizes import CLASSES
from leeward.domain.cases.referral_paper import Attached, Paper, Part, data_of, print_paper
from leeward.domain.partners import Partner
from leeward.office import consent, partners
from leeward.office.casework_base import require
from leeward.office.session import Session
from leeward.seal._hazmat import bech32

__all__ = ["other"]

CLASSIC = bech32.encode("age-secret-key-", b"\x42" * 32).upper()
OURS = {
    *("html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "b", "br", "code", "a", "script"),
}


class Tags(HTMLParser):
    """Which elements a browser would find."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(tag)
        self.attributes |= {name for name, _ in attrs}


@pytest.mark.parametrize("kind", ["hybrid", "classic"])
def test_the_tool_that_partners_have_opens_exactly_what_was_chosen(
    session: Session, other: Other, kind: str
) -> None:
    sent = given(session)
    identity = sent.key.string()
    if kind == "classic":
        identity = CLASSIC
        recipient = other.ask(do="recipient", identity=identity)["recipient"]
        there = require(session, Partner, sent.partner)
        partners.set_partner(
            session, sent.partner, name=there.name, audience=there.audience, recipient=recipient
        )
    sent.choose(session, "health", "contact")
    made = sent.make(session)
    plain = base64.b64decode(other.ask(do="open", identity=identity, sealed=made.sealed)["plain"])
    for name, marks in FIELDS.items():
        for mark in marks:
            assert (mark.encode() in plain) == (name in {"health", "contact"}), (name, mark)
    assert made.sealed.count(b"-> ") == 1


def test_somebody_of_the_family_goes_when_they_allow_it_themselves(session: Session) -> None:
    sent = given(session)
    sent.choose(session, f"family:{sent.person}")
    assert not sent.view(session).chosen
    consent.set_consent(
        session, sent.case, "work", "doctor", "given", person_id=sent.person, risks_explained=True
    )
    sent.choose(session, f"family:{sent.person}")
    plain = open_with(sent, sent.make(session))
    assert b"qzxsister" in plain
    assert not any(mark.encode() in plain for marks in FIELDS.values() for mark in marks)


@settings(deadline=None)
@for_all(
    st.text(), st.lists(st.text(), max_size=4), st.text(max_size=40), st.sampled_from(["en", "ru", "xx"])
)
def test_no_text_becomes_markup(note: str, lines: list[str], media: str, language: str) -> None:
    hostile = "</script><script>alert(1)</script><img src=//x onerror=a>"
    paper = Paper(
        referral_id="r" * 26,
        kind="referral",
        receiver=f"{hostile}{note}",
        language=language,
        made_on="2026-04-07",
        note=f"{note}{hostile}",
        parts=(Part("danger", hostile, (*lines, hostile), {"risk": hostile}),),
        files=(Attached(f'{media}"{hostile}', b"x"), Attached("text/html", b"<b>")),
    )
    plain = print_paper(paper)
    assert len(plain) in CLASSES
    text = plain.decode()
    tags = Tags()
    tags.feed(text)
    assert set(tags.found) <= OURS
    assert tags.found.count("script") == 1
    assert not any(name.startswith("on") or name == "src" for name in tags.attributes)
    found = re.search(r'id="leeward">(.*?)</script>', text, re.DOTALL)
    assert found
    said: Any = json.loads(found[1])
    assert said == json.loads(json.dumps(data_of(paper)))
    assert {one["media_type"] for one in said["files"]} == {"application/octet-stream"}

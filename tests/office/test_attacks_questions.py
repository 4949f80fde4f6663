"""Questions made to harm: a card that no front shows would stop the page's questions, and the looks at the page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import closing, found

from leeward.domain.intake.questions import Question, as_asked
from leeward.front.card import check_card
from leeward.ledger.model import put
from leeward.office.cards import print_intake_card
from leeward.office.hotline_page import questionnaire
from leeward.office.hotline_page.form import make_form
from leeward.office.hotline_page.watch import our_page
from leeward.office.team import hotline_of, team_of

HALF_SPACE = "آیا جایی برای خواب می\u200cخواهید؟"


@pytest.mark.parametrize(
    "text", ["two\nlines", "\u202eturned\u2066", "a\x00b", "x" * 5000, HALF_SPACE, "Où\u202f?"]
)
def test_whatever_a_question_holds_the_page_and_the_form_are_made(tmp_path: Path, text: str) -> None:
    anna = found(tmp_path / "anna", RelaySimulator().door())
    with closing(anna):
        session = anna.session
        made = questionnaire.add_question(session)
        hostile = {"en": text, "zz<script>": "x", "": "y", "ru": "\u2066"}
        session.commit(session.compartment_of("intake"), put("question", made, text=hostile))
        version = questionnaire.publish(session)
        [asked] = json.loads(version.card)["questions"]["list"]
        check_card(json.loads(version.card))
        assert set(asked["text"]) == {"en"}
        assert our_page(session) is not None
        make_form(session)
        assert not questionnaire.unpublished(session)


def test_words_that_need_half_spaces_keep_them() -> None:
    [asked] = as_asked([Question(id="q", text={"fa": HALF_SPACE})])
    assert asked.text == {"fa": HALF_SPACE}


def test_a_card_that_no_front_shows_does_not_stop_the_looks(tmp_path: Path) -> None:
    anna = found(tmp_path / "anna", RelaySimulator().door())
    with closing(anna):
        session = anna.session
        before = our_page(session)
        intake, team = session.compartment_of("intake"), team_of(session)
        assert team is not None
        hotline = hotline_of(session)
        spoiled = print_intake_card(
            session.vault.device.signing_key,
            session.vault.recipient_of(intake),
            team=team.name,
            languages=team.languages,
            box=hotline.box,
            write=hotline.write,
            questions={"version": 1, "list": [{"id": "q", "required": False, "text": {"en": "\u202e"}}]},
        )
        session.commit(session.compartment_of("team"), put("team", team.id, card=spoiled))
        after = our_page(session)
        assert before is not None
        assert after is not None
        assert after.whole == before.whole

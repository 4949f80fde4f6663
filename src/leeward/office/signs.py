"""Signs of life that came as messages: each finds the check-in that waited for it.

1. Whoever takes in a message may not hold the case; so the message keeps the sign, and any desk that holds both
   conversation and case writes it into the case. Two that do write the same note, under the message's id.
2. The alarm form of the words, or the agreed word among what was written, makes it forced, whatever button was pressed.
3. A sign that answers nothing is not kept for later: whoever was safe at noon may not be in the evening.
   An alarm is never lost like that: it goes into the nearest check-in, and stands in the Inbox besides.
4. Of a letter from a time to come nothing is believed until that time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from leeward.domain.cases.case import Case
from leeward.domain.cases.checkins import ALARMS, CheckIn, answered_by, nearest
from leeward.domain.cases.text import clean_text
from leeward.domain.intake import Letter
from leeward.domain.intake.standing import CLOCKS_APART
from leeward.ledger.model import put
from leeward.office.casework_checkins import say_of
from leeward.office.intake.danger import mark_forced
from leeward.office.intake.see import has_intake, line_for
from leeward.office.session import Session
from leeward.office.signs_words import is_forced_word

_TEXT_MOST = 2_000  # characters of a sign's own words that stand in the case; the message has them all
_CHANNEL = {"call": "call"}  # direction of a letter to how it was said; all others came by the words


def take_signs(session: Session) -> int:
    """Write every sign that came into the check-ins it is for; return how many were new here."""
    if not has_intake(session):
        return 0
    written = 0
    letters = _signed(session)
    for case in session.find(Case) if letters else ():
        if not case.living:
            continue
        mine = [letter for contact_id in _contacts(session, case) for letter in letters.get(contact_id, ())]
        written += _take_case(session, case, mine) if mine else 0
    return written


def _signed(session: Session) -> dict[str, list[Letter]]:
    latest = session.now() + CLOCKS_APART  # 4
    found: dict[str, list[Letter]] = defaultdict(list)
    for letter in session.find(Letter):
        if letter.sign and letter.created_at <= latest:
            found[letter.contact_id].append(letter)
    return found


def _contacts(session: Session, case: Case) -> list[str]:
    """Return the conversations of a case, and what was merged into them."""
    found: dict[str, None] = {}
    for contact_id in case.contact_ids:
        there = session.vault.get(contact_id, kind="contact", home="intake")
        if there is None:
            continue
        line = line_for(session, contact_id)
        found |= dict.fromkeys(one.id for one in (line.contact, *line.parts))
    return list(found)


def _take_case(session: Session, case: Case, letters: Iterable[Letter]) -> int:
    written = 0
    for letter in sorted(letters, key=lambda one: (one.created_at, one.id)):
        check_ins = session.find(CheckIn, compartment=case.compartment, case_id=case.id)
        if any(sign.key == letter.id for one in check_ins for sign in one.written):
            continue
        text = clean_text(letter.text[:_TEXT_MOST])
        does = _does(session, case, letter)
        if does == "forced" and not case.seized:  # also if no check-in is there to say it
            session.commit(case.compartment, put("case", case.id, seized=True))
            mark_forced(session, [letter.contact_id], text)
        for one in _meant(check_ins, does, letter.created_at):
            how = _CHANNEL.get(letter.direction, "page")
            say_of(session, one, does, text, how=how, key=letter.id, at=letter.created_at)
            text = ""  # the case's story has it once
            written += 1
    return written


def _does(session: Session, case: Case, letter: Letter) -> str:
    forced = letter.alarm or letter.sign == "forced" or is_forced_word(session, case.id, letter.text)  # 2
    return "forced" if forced else letter.sign


def _meant(check_ins: list[CheckIn], does: str, at: int) -> list[CheckIn]:
    if does not in ALARMS:
        return answered_by(check_ins, at)
    one = nearest((there for there in check_ins if there.created_at <= at), at)  # 3
    return [one] if one is not None else []

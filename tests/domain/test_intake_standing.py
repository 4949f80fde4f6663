from __future__ import annotations

from typing import Any

from leeward.domain.intake import (
    Contact,
    FactsTold,
    Letter,
    captured_by,
    captured_since,
    decision_waits,
    line_of,
    safe_of,
    vetting_of,
)
from leeward.domain.typed import Note

MINUTE = 60_000


def letter(at: int, direction: str = "in", **changes: Any) -> Letter:
    return Letter(id=f"l{at}", created_at=at, direction=direction, text="x", contact_id="c", **changes)


def contact(**changes: Any) -> Contact:
    return Contact(id=changes.pop("id", "c"), **changes)


def mark(at: int, does: str = "mark", by: str = "mila", text: str = "") -> Note:
    return Note({"does": does, "text": text}, at, by)


def test_an_alarm_makes_captured_at_once_and_so_does_a_member() -> None:
    assert captured_since([contact()], [letter(1), letter(5, alarm=True)]) == 5
    assert captured_since([contact(captures=(mark(7),))], [letter(1)]) == 7
    assert captured_since([contact()], [letter(1)]) == 0


def test_only_a_lift_that_came_later_takes_it_back_and_another_alarm_brings_it_again() -> None:
    lifted = contact(captures=(mark(7), mark(9, "lift")))
    assert captured_since([lifted], [letter(5, alarm=True)]) == 0
    assert captured_since([lifted], [letter(12, "opened", alarm=True)]) == 12
    early = contact(captures=(mark(3, "lift"), mark(7)))
    assert captured_since([early], []) == 7


def test_whoever_said_it_or_took_up_the_alarm_is_known_and_a_warning_says_nothing() -> None:
    one = contact(captures=(mark(7), mark(8, "warned", "vera", "x")), alarm_seen_at=9, alarm_seen_by="boris")
    assert captured_by([one], 7) == {"mila", "boris"}
    assert captured_by([one], 0) == frozenset()


def test_a_merged_contacts_alarm_is_the_whole_persons() -> None:
    part = contact(id="p", captures=(mark(4),))
    assert line_of(contact(), [letter(1)], [part]).captured_since == 4


def test_they_ended_it_until_they_write_again_with_their_own_words() -> None:
    assert line_of(contact(), [letter(1), letter(2, "ended")]).ended_at == 2
    assert line_of(contact(), [letter(1), letter(2, "ended"), letter(3)]).ended_at == 0
    forced = [letter(1), letter(2, "ended"), letter(3, alarm=True)]
    assert line_of(contact(), forced).ended_at == 2
    assert line_of(contact(), [letter(1), letter(2, "ended")]).waiting_since == 0


def test_a_claim_is_the_last_note_and_falls_back_without_a_sign_of_work() -> None:
    took = Note({"does": "take", "to": "mila", "text": ""}, 0, "mila")
    claim = line_of(contact(claims=(took,)), [letter(1)]).claim
    assert claim is not None
    assert claim.holds(29 * MINUTE, 30, waits=True)
    assert not claim.holds(31 * MINUTE, 30, waits=True)
    worked = line_of(
        contact(claims=(took,)), [letter(1), letter(20 * MINUTE, "out", created_by="mila")]
    ).claim
    assert worked is not None
    assert worked.holds(45 * MINUTE, 30, waits=True)
    left = Note({"does": "leave", "to": ""}, 5, "mila")
    assert line_of(contact(claims=(took, left)), [letter(1)]).claim is None


def test_facts_told_count_until_a_member_writes_others_and_the_alarm_form_counts_for_nothing() -> None:
    letters = [
        letter(1, facts=FactsTold(when="до 8:00", device="own")),
        letter(2, facts=FactsTold(when="ночью")),
        letter(3, facts=FactsTold(when="всегда", where="звоните"), alarm=True),
    ]
    told = safe_of([contact()], letters)
    assert told.facts == FactsTold(when="ночью", device="own")
    noted = safe_of([contact(safe_when="после 22:00")], letters)
    assert (noted.facts.when, noted.told.when) == ("после 22:00", "ночью")


def test_a_vetting_is_only_as_good_as_its_day() -> None:
    vetted = contact(vetting="verified", vetting_until=100)
    assert [vetting_of(vetted, now) for now in (99, 100)] == ["verified", "again"]
    assert vetting_of(contact(vetting="doubtful", vetting_until=1), 100) == "doubtful"
    assert vetting_of(contact(vetting="verified"), 100) == "verified"


def test_no_help_and_a_move_near_danger_wait_for_a_second_reader() -> None:
    assert decision_waits(contact(decision="decline", decision_by="mila"))
    assert decision_waits(contact(decision="accept", decision_risky=True, decision_by="mila"))
    assert not decision_waits(contact(decision="accept", decision_by="mila"))
    assert not decision_waits(contact(decision="decline", decision_by="mila", decision_second_by="vera"))

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from leeward.domain.intake import Check, Contact, Letter, in_order, line_of, vetted

HOUR = 3_600_000


def letter(at: int, direction: str = "in", **changes: Any) -> Letter:
    text = changes.pop("text", "x")
    return Letter(id=f"l{at}", created_at=at, direction=direction, text=text, **changes)


def contact(**changes: Any) -> Contact:
    return Contact(id=changes.pop("id", "c"), **changes)


def test_waiting_counts_from_the_oldest_message_without_an_answer() -> None:
    line = line_of(contact(), [letter(1), letter(2, "out"), letter(3), letter(5)])
    assert line.waiting_since == 3
    assert line.answered


def test_an_answer_a_call_and_needs_no_answer_each_end_the_waiting() -> None:
    assert line_of(contact(), [letter(1), letter(2, "out")]).waiting_since == 0
    assert line_of(contact(), [letter(1), letter(2, "call")]).waiting_since == 0
    assert line_of(contact(settled_at=5), [letter(1)]).waiting_since == 0
    assert line_of(contact(settled_at=5), [letter(1), letter(6)]).waiting_since == 6


def test_an_alarm_stays_open_until_somebody_takes_it_up_and_opens_again_with_the_next() -> None:
    first = letter(3, alarm=True)
    assert line_of(contact(), [first]).alarm_at == 3
    assert line_of(contact(alarm_seen_at=4), [first]).alarm_at == 0
    assert line_of(contact(alarm_seen_at=4), [first, letter(9, "opened", alarm=True)]).alarm_at == 9


def test_an_answer_is_read_when_they_come_back_not_before() -> None:
    assert line_of(contact(), [letter(1, "opened"), letter(2, "out")]).read_at == 0
    assert line_of(contact(), [letter(2, "out"), letter(4, "opened")]).read_at == 4


def test_a_visit_is_no_message_to_be_answered() -> None:
    line = line_of(contact(), [letter(1), letter(2, "out"), letter(3, "opened")])
    assert line.waiting_since == 0
    assert line.last is not None
    assert line.last.created_at == 2


def test_the_queue_puts_alarms_first_then_hours_then_new_then_what_can_wait() -> None:
    alarm = line_of(contact(id="alarm", urgency="standard"), [letter(9, alarm=True)])
    hours = line_of(contact(id="hours", urgency="immediate"), [letter(8)])
    new = line_of(contact(id="new"), [letter(1)])
    wait = line_of(contact(id="wait", urgency="standard"), [letter(2)])
    done = line_of(contact(id="done", urgency="immediate"), [letter(1), letter(2, "out")])
    ordered = [line.contact.id for line in in_order([done, wait, new, hours, alarm])]
    assert ordered == ["alarm", "hours", "new", "wait", "done"]


@given(st.permutations([letter(1), letter(2, "out"), letter(3, alarm=True), letter(4, "opened"), letter(5)]))
def test_the_order_in_which_letters_arrive_never_matters(letters: list[Letter]) -> None:
    known = line_of(
        contact(), [letter(1), letter(2, "out"), letter(3, alarm=True), letter(4, "opened"), letter(5)]
    )
    assert line_of(contact(), letters) == known


def test_a_message_marked_violent_has_no_first_line() -> None:
    assert line_of(contact(), [letter(1, text="they beat him", violent=True)]).preview == ""


def test_a_long_first_line_is_folded_at_a_word() -> None:
    preview = line_of(contact(), [letter(1, text="слово " * 60)]).preview
    assert len(preview) <= 141
    assert preview.endswith("слово…")


def test_vetting_counts_questions_answers_and_vouching() -> None:
    checks = [
        Check(id="1", step="question", answer="the bridge", outcome="holds"),
        Check(id="2", step="question"),
        Check(id="3", step="vouching", outcome="holds"),
        Check(id="4", step="document", outcome="fails"),
    ]
    found = vetted(contact(vetting="partly", vetting_by="m1"), checks)
    assert (found.asked, found.answered, found.vouched, found.failed, found.needs_second) == (
        2,
        1,
        True,
        1,
        True,
    )

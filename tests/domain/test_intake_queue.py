from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from leeward.domain.intake import Check, Contact, Letter, WayBack, in_order, line_of, rows_of, vetted
from leeward.domain.intake.queue import FLOOD

HOUR = 3_600_000


def letter(at: int, direction: str = "in", **changes: Any) -> Letter:
    text = changes.pop("text", "x")
    whose = changes.pop("contact_id", "c")
    return Letter(id=f"l{at}", contact_id=whose, created_at=at, direction=direction, text=text, **changes)


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


def test_what_they_say_themselves_comes_after_what_we_judged_urgent_and_before_the_rest() -> None:
    judged = line_of(contact(id="judged", urgency="urgent"), [letter(5)])
    says = line_of(contact(id="says"), [letter(6, urgent=True)])
    week = line_of(contact(id="week", urgency="high"), [letter(1)])
    calmed = line_of(contact(id="calmed", urgency="standard"), [letter(2, urgent=True)])
    assert [one.contact.id for one in in_order([calmed, week, says, judged])] == [
        "judged",
        "says",
        "week",
        "calmed",
    ]


def test_three_orders_and_an_alarm_is_first_in_each() -> None:
    lines = [
        line_of(contact(id="old", urgency="standard"), [letter(1)]),
        line_of(contact(id="hours", urgency="immediate"), [letter(5)]),
        line_of(contact(id="new"), [letter(9)]),
        line_of(contact(id="alarm"), [letter(3, alarm=True)]),
    ]
    by = {
        order: [one.contact.id for one in in_order(lines, order)] for order in ("urgent", "longest", "newest")
    }
    assert by == {
        "urgent": ["alarm", "hours", "new", "old"],
        "longest": ["alarm", "old", "hours", "new"],
        "newest": ["alarm", "new", "hours", "old"],
    }


def test_in_a_flood_of_strangers_alarm_known_and_urgent_come_first() -> None:
    flood = [line_of(contact(id=f"s{at}"), [letter(at)]) for at in range(1, FLOOD + 20)]
    known = line_of(contact(id="known", case_id="x"), [letter(900)])
    alarm = line_of(contact(id="alarm"), [letter(950, alarm=True)])
    judged = line_of(contact(id="judged", urgency="immediate"), [letter(980)])
    says = line_of(contact(id="says"), [letter(990, urgent=True)])
    for order in ("urgent", "longest", "newest"):
        first = [one.contact.id for one in in_order([*flood, known, alarm, judged, says], order)]
        assert first[0] == "alarm"
        assert set(first[1:3]) == {"known", "judged"}
    assert in_order([*flood, known, alarm, judged, says])[3].contact.id == "says"


def test_the_same_words_from_many_strangers_are_one_row_with_its_count() -> None:
    junk = [line_of(contact(id=f"j{at}"), [letter(at, text="Buy PILLS, cheap, now!")]) for at in range(4)]
    spaced = line_of(contact(id="j9"), [letter(9, text="buy pills cheap now")])
    cry = [line_of(contact(id=f"c{at}"), [letter(at, text="помогите")]) for at in range(20, 24)]
    rows = rows_of([*junk, spaced, *cry])
    assert [(row.line.contact.id, len(row.same)) for row in rows if row.same] == [("j0", 4)]
    assert len(rows) == 5


def test_nobody_known_urgent_judged_or_alarmed_is_folded_away() -> None:
    text = "the very same words as others"
    lines = [
        line_of(contact(id="a"), [letter(1, text=text)]),
        line_of(contact(id="b"), [letter(2, text=text)]),
        line_of(contact(id="u"), [letter(3, text=text, urgent=True)]),
        line_of(contact(id="k", case_id="x"), [letter(4, text=text)]),
        line_of(contact(id="t", urgency="high"), [letter(5, text=text)]),
        line_of(contact(id="m"), [letter(6, text=text, alarm=True)]),
    ]
    assert [row.same for row in rows_of(lines)] == [()] * 6


def test_an_answer_goes_to_the_words_used_last() -> None:
    way = WayBack(alarm=False, box="ab" * 16, write="cd" * 32, recipient="age1pq1x")
    whole, part = contact(ways=(way,)), contact(id="p", ways=(way,))
    mine, theirs = letter(1, contact_id="c"), letter(5, contact_id="p")
    assert line_of(whole, [mine, theirs], [part]).way_id == "p"
    assert line_of(whole, [mine, theirs, letter(9, contact_id="c")], [part]).way_id == "c"
    assert line_of(contact(), [mine, theirs], [part]).way_id == "p"

"""Which task is the next thing to do, and which need comes first."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from leeward.domain.cases.work import Need, Task, most_urgent, pressing, waits_for

NOW = 1_000_000


def task(name: str, *, due: int = 0, after: tuple[str, ...] = (), done: bool = False) -> Task:
    return Task(id=name, title=name, due=due, depends_on_ids=after, done_at=1 if done else 0)


def test_the_day_of_a_task_that_waits_presses_on_what_it_waits_for() -> None:
    tasks = {one.id: one for one in (task("letter"), task("visit", due=50, after=("letter",)))}
    found = pressing(tasks)
    assert set(found) == {"letter"}
    assert found["letter"].due == 50
    assert found["letter"].of is tasks["visit"]


def test_an_earlier_day_of_its_own_stands_and_done_tasks_hold_nobody_up() -> None:
    tasks = {
        one.id: one
        for one in (
            task("letter", due=10),
            task("visit", due=50, after=("letter",)),
            task("paid", due=5, done=True),
            task("ticket", due=70, after=("paid",)),
        )
    }
    found = pressing(tasks)
    assert (found["letter"].due, found["letter"].of) == (10, None)
    assert (found["ticket"].due, found["ticket"].of) == (70, None)


@given(
    st.lists(
        st.tuples(st.integers(0, 90), st.sets(st.integers(0, 7), max_size=3), st.booleans()),
        min_size=1,
        max_size=8,
    )
)
def test_it_ends_whatever_waits_for_whatever_and_names_no_task_that_waits(
    drawn: list[tuple[int, set[int], bool]],
) -> None:
    tasks = {
        str(number): task(str(number), due=due, after=tuple(str(one) for one in after), done=done)
        for number, (due, after, done) in enumerate(drawn)
    }
    found = pressing(tasks)
    for name in found:
        assert tasks[name].open
        assert not waits_for(tasks[name], tasks)
    for one in tasks.values():
        if one.open and not waits_for(one, tasks):
            assert one.id in found
            assert not one.due or found[one.id].due <= one.due


def test_what_cannot_wait_is_needed_before_what_is_late_and_that_before_the_rest() -> None:
    needs = [
        Need(id="someday", priority="when-possible", requested_at=1),
        Need(id="asked", requested_at=2),
        Need(id="dated", due=NOW + 5, requested_at=9),
        Need(id="late", due=NOW - 5, requested_at=9),
        Need(id="now", priority="now", requested_at=9),
        Need(id="met", priority="now", status="met"),
    ]
    assert [one.id for one in most_urgent(needs, NOW)] == ["now", "late", "dated", "asked", "someday"]

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from leeward.domain.relocation.beds import Stay, nights_from, people_on
from leeward.domain.relocation.board import row_of, runs
from leeward.domain.relocation.places import Place

NIGHTS = nights_from("2017-04-07", 14)
WIDE = nights_from("2017-04-01", 28)

stays = st.lists(
    st.builds(
        lambda number, first, length, beds, state: Stay(
            id=f"s{number}",
            place_id="h1",
            case_id=f"c{number}",
            first_night=WIDE[first],
            last_night="" if length is None else WIDE[min(27, first + length)],
            beds=beds,
            state=state,
        ),
        st.integers(0, 10**6),
        st.integers(0, 27),
        st.one_of(st.none(), st.integers(0, 20)),
        st.integers(1, 3),
        st.sampled_from(["planned", "there", "left"]),
    ),
    max_size=14,
    unique_by=lambda one: one.id,
)


@given(stays, st.integers(0, 12), st.one_of(st.just(""), st.sampled_from(WIDE)))
@settings(max_examples=300, deadline=None)
def test_the_picture_says_what_the_records_say(there: list[Stay], capacity: int, rent: str) -> None:
    place = Place(id="h1", code_name="H", capacity=capacity, rent_until=rent)
    row = row_of(place, NIGHTS, there)
    for column, night in enumerate(NIGHTS):
        here = [bar for bar in row.bars if bar.start <= column < bar.end]
        people = people_on("h1", night, there)
        assert sum(bar.beds for bar in here) == people
        assert len({bar.lane for bar in here}) == len(here)
        beds = capacity if not rent or night <= rent else 0
        assert sum(run.number for run in row.free if run.start <= column < run.end) == max(0, beds - people)
        assert sum(run.number for run in row.without if run.start <= column < run.end) == max(
            0, people - beds
        )
    assert row.lanes == len({bar.lane for bar in row.bars})
    assert all(0 <= bar.start < bar.end <= len(NIGHTS) for bar in row.bars)


@given(st.lists(st.integers(0, 3), max_size=20))
def test_runs_are_the_numbers_again(numbers: list[int]) -> None:
    again = [0] * len(numbers)
    for run in runs(numbers):
        again[run.start : run.end] = [run.number] * (run.end - run.start)
    assert again == numbers


def test_many_over_the_same_nights_are_one_bar_and_few_are_not() -> None:
    place = Place(id="h1", code_name="H", capacity=20)
    many = [Stay(id=str(n), place_id="h1", case_id=str(n), first_night=NIGHTS[0]) for n in range(9)]
    (bar,) = row_of(place, NIGHTS, many).bars
    assert bar.beds == 9
    assert len(row_of(place, NIGHTS, many[:4]).bars) == 4
    assert (bar.begins, bar.goes_on) == (True, True)


def test_empty_beds_of_a_doubtful_place_are_shown_and_not_counted_free() -> None:
    row = row_of(Place(id="h1", code_name="H", capacity=3, exposure="doubtful"), NIGHTS, [])
    assert row.free == ()
    assert [(run.number, run.start, run.end) for run in row.held_back] == [(3, 0, 14)]

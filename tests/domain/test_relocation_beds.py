from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leeward.domain.errors import OutOfRange, RuleBroken
from leeward.domain.relocation import beds
from leeward.domain.relocation.beds import Apart, Stay
from leeward.domain.relocation.places import Place, in_order

NIGHTS = beds.nights_from("2017-04-07", 14)
HARBOUR = Place(id="h1", code_name="Harbour 1", capacity=2)


def stay(
    name: str, first: int, last: int | None, *, place: str = "h1", count: int = 1, state: str = "there"
) -> Stay:
    return Stay(
        id=f"{name}-{first}-{place}",
        place_id=place,
        case_id=name,
        first_night=NIGHTS[first],
        last_night="" if last is None else NIGHTS[last],
        beds=count,
        state=state,
    )


def check(new: Stay, *others: Stay, place: Place = HARBOUR, apart: tuple[Apart, ...] = ()) -> None:
    beds.check_stay(new, place, others, apart, today=NIGHTS[0])


@st.composite
def wishes(draw: st.DrawFn) -> list[Stay]:
    found = []
    for number in range(draw(st.integers(1, 14))):
        first = draw(st.integers(0, 13))
        last = draw(st.one_of(st.none(), st.integers(first, 13)))
        place = draw(st.sampled_from(["h1", "h2"]))
        state = draw(st.sampled_from(["planned", "there", "left", "called-off"]))
        name = draw(st.sampled_from("abcdefg"))
        found.append(
            Stay(
                id=str(number),
                place_id=place,
                case_id=name,
                first_night=NIGHTS[first],
                last_night="" if last is None else NIGHTS[last],
                beds=draw(st.integers(1, 3)),
                state=state,
            )
        )
    return found


@given(wishes(), st.integers(0, 5), st.integers(0, 5))
@settings(max_examples=300, deadline=None)
def test_whatever_is_asked_no_night_has_more_people_than_beds(
    asked: list[Stay], one: int, other: int
) -> None:
    places = {
        "h1": Place(id="h1", code_name="1", capacity=one),
        "h2": Place(id="h2", code_name="2", capacity=other),
    }
    apart = [Apart(id="x", case_ids=("a", "b"))]
    taken: list[Stay] = []
    for wish in asked:
        with contextlib.suppress(RuleBroken):
            beds.check_stay(wish, places[wish.place_id], taken, apart, today=NIGHTS[0])
            taken.append(wish)
    assert beds.crowded(places, [*NIGHTS, "2030-01-01"], taken) == []
    assert beds.meetings(apart, NIGHTS, taken) == []
    for night in NIGHTS:
        for name in "abcdefg":
            assert sum(s.case_id == name and s.covers(night) for s in taken) <= 1


@given(wishes(), st.integers(0, 4))
@settings(max_examples=200, deadline=None)
def test_a_stay_is_refused_for_room_only_if_some_night_is_really_full(
    asked: list[Stay], capacity: int
) -> None:
    place = Place(id="h1", code_name="1", capacity=capacity)
    here = [one for one in asked[1:] if one.place_id == "h1"]
    new = asked[0]
    new = Stay(
        id="new",
        place_id="h1",
        case_id="z",
        first_night=new.first_night,
        last_night=new.last_night,
        beds=new.beds,
    )
    nights = [night for night in NIGHTS if new.covers(night)]
    full = any(beds.people_on("h1", night, here) + new.beds > capacity for night in nights)
    try:
        beds.check_stay(new, place, here, (), today=NIGHTS[0])
    except RuleBroken:
        assert full
    else:
        assert not full


def test_a_full_night_in_the_middle_is_found() -> None:
    with pytest.raises(RuleBroken, match="0 free beds on the night of 2017-04-10"):
        check(stay("c", 0, 9), stay("a", 3, 5), stay("b", 2, 3))


def test_the_last_night_of_one_and_the_first_of_the_next_do_not_meet() -> None:
    check(stay("c", 4, 9), stay("a", 0, 3, count=2))


def test_nobody_is_brought_into_an_exposed_place_and_nobody_new_into_a_doubtful_one() -> None:
    exposed = Place(id="h1", code_name="Harbour 4", capacity=4, exposure="exposed")
    doubtful = Place(id="h1", code_name="Harbour 3", capacity=4, exposure="doubtful")
    with pytest.raises(RuleBroken, match="exposed"):
        check(stay("a", 0, 3), place=exposed)
    with pytest.raises(RuleBroken, match="doubtful"):
        check(stay("a", 0, 3), place=doubtful)
    there = stay("a", 0, 1)
    check(
        Stay(id="longer", place_id="h1", case_id="a", first_night=NIGHTS[2], last_night=NIGHTS[5]),
        there,
        place=doubtful,
    )


def test_an_unknown_exposure_from_a_newer_desk_is_not_taken_for_clean() -> None:
    odd = Place(id="h1", code_name="H", capacity=4, exposure="watched")
    with pytest.raises(RuleBroken):
        check(stay("a", 0, 3), place=odd)
    assert beds.free_on(odd, NIGHTS[0], []) == 0


def test_two_who_must_not_meet_are_kept_apart_until_it_is_lifted() -> None:
    pair = Apart(id="p", case_ids=("a", "b"))
    with pytest.raises(RuleBroken, match="must not meet"):
        check(stay("b", 2, 4), stay("a", 0, 3), apart=(pair,))
    check(stay("b", 4, 6), stay("a", 0, 3), apart=(pair,))
    check(stay("b", 2, 4), stay("a", 0, 3), apart=(Apart(id="p", case_ids=("a", "b"), lifted_at=5),))


def test_no_bed_after_the_rent_has_run_out() -> None:
    flat = Place(id="h1", code_name="Flat K", capacity=3, rent_until=NIGHTS[5])
    check(stay("a", 0, 5), place=flat)
    with pytest.raises(RuleBroken, match="until the night of 2017-04-12"):
        check(stay("a", 0, 6), place=flat)
    with pytest.raises(RuleBroken):
        check(stay("a", 0, None), place=flat)
    crowd = beds.crowded({"h1": flat}, NIGHTS, [stay("a", 0, None)])
    assert [one.night for one in crowd] == NIGHTS[6:]


def test_two_desks_that_were_apart_are_found_out() -> None:
    stays = [stay("a", 0, 3), stay("b", 2, 5), stay("c", 3, 3)]
    crowd = beds.crowded({"h1": HARBOUR}, NIGHTS, stays)
    assert [(one.night, one.people, one.beds) for one in crowd] == [(NIGHTS[3], 3, 2)]
    met = beds.meetings([Apart(id="p", case_ids=("a", "b"))], NIGHTS, stays)
    assert [one.night for one in met] == NIGHTS[2:4]


def test_who_is_in_an_exposed_place_tonight() -> None:
    burned = Place(id="h4", code_name="Harbour 4", capacity=4, exposure="exposed")
    stays = [
        stay("a", 0, 0, place="h4"),
        stay("b", 1, 2, place="h4"),
        stay("c", 0, 4),
        stay("d", 0, 3, place="h4", state="left"),
    ]
    found = beds.in_exposed([burned, HARBOUR], NIGHTS[0], stays)
    assert [one.case_id for one in found["h4"]] == ["a"]
    assert beds.in_exposed([burned, HARBOUR], NIGHTS[5], stays) == {}


def test_free_beds_are_not_counted_where_none_can_be_given() -> None:
    doubtful = Place(id="h3", code_name="3", capacity=8, exposure="doubtful")
    unpaid = Place(id="h5", code_name="5", capacity=8, rent_until="2017-04-01")
    assert beds.free_tonight([HARBOUR, doubtful, unpaid], NIGHTS[0], [stay("a", 0, 1)]) == 1


@pytest.mark.parametrize(
    "bad", ["", "7 April", "2017-02-30", "2017-04", "20170407", "9" * 5000, "2017-04-07T10"]
)
def test_a_night_that_is_no_day_is_refused_with_a_sentence(bad: str) -> None:
    with pytest.raises(OutOfRange):
        check(Stay(id="s", place_id="h1", case_id="a", first_night=bad))


def test_a_stay_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(OutOfRange, match="before the first"):
        check(Stay(id="s", place_id="h1", case_id="a", first_night=NIGHTS[3], last_night=NIGHTS[1]))


def test_places_stand_in_the_order_people_count() -> None:
    names = ["Harbour 10", "Farm", "Harbour 2", "harbour 1"]
    shown = in_order(Place(id=name, code_name=name) for name in names)
    assert [one.code_name for one in shown] == ["Farm", "harbour 1", "Harbour 2", "Harbour 10"]

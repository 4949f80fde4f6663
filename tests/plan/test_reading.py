"""What comes from anywhere is read strictly: it is exactly what the format says, or a sentence says what is wrong."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.small import answer, operation
from tests.plan.tiny import tiny

from leeward.bench.plan_instances import make_instance
from leeward.plan.bounds import BYTES_MOST
from leeward.plan.errors import BadInstance, BadPlan
from leeward.plan.reading import canonical, digest, read_instance, read_plan, write_plan

Json = dict[str, Any]


def read(changed: Json) -> None:
    read_instance(json.dumps(changed).encode())


def test_the_document_s_example_reads() -> None:
    read(operation())
    read_plan(json.dumps(answer()).encode())


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_what_is_written_reads_as_it_was(seed: int) -> None:
    instance = tiny(seed)
    assert read_instance(canonical(instance)) == instance


def test_the_digest_is_of_plain_sorted_json_with_every_field() -> None:
    instance = make_instance(40, 1)
    again = json.dumps(
        json.loads(canonical(instance)), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    assert hashlib.sha256(again.encode()).hexdigest() == digest(instance)
    short = operation()
    del short["weights"], short["parties"][0]["fixed"]
    assert b'"weights":{' in canonical(read_instance(json.dumps(short).encode()))


def change(path: str, value: object) -> Callable[[Json], None]:
    """Return what puts a value at a path such as parties.0.at."""

    def put(made: Json) -> None:
        *way, last = path.split(".")
        here: Any = made
        for step in way:
            here = here[int(step)] if step.isdigit() else here[step]
        here[int(last) if last.isdigit() else last] = value

    return put


LONG = "x" * 65
WRONG: list[tuple[str, object, str]] = [
    ("format", "leeward-instance-2", "its format is 'leeward-instance-2'"),
    ("first_day", "3 April", "first_day is no date"),
    ("first_day", "20170403", "first_day is no date"),
    ("nights", 0, "nights is 0"),
    ("nights", 401, "nights is 401"),
    ("nights", 12.5, "Expected `int`"),
    ("nights", "12", "Expected `int`"),
    ("nights", True, "Expected `int`"),
    ("wait_bound", -1, "wait_bound is -1"),
    ("weights.sheltered", 101, "sheltered is 101"),
    ("weights.late", 10**30, "Integer value out of range|late is"),
    ("parties.0.id", "Имя", "where a short plain id must stand"),
    ("parties.0.id", "two words", "where a short plain id must stand"),
    ("parties.0.id", "", "where a short plain id must stand"),
    ("parties.0.id", LONG, "where a short plain id must stand"),
    ("parties.0.id", "p1\n", "where a short plain id must stand"),
    ("parties.0.needs", ["a doctor"], "where a short plain id must stand"),
    ("parties.0.people", [], "has no people"),
    ("parties.0.people.0.risk", -1, "risk is -1"),
    ("parties.0.people.0.risk", 1_001, "risk is 1001"),
    ("parties.0.people.0.name", "Somebody", "unknown field `name`"),
    ("parties.0.from_day", 12, "from_day is 12"),
    ("parties.0.at", "h99", "names a place h99 that is not there"),
    ("parties.0.visas", [{"country": "XX", "from": 0, "to": 1}], "names a country XX"),
    ("parties.0.visas", [{"country": "LT", "from": 4, "to": 1}], "visa is 1, which is not between 4"),
    ("parties.0.fixed.departure", "d99", "names a departure d99"),
    ("parties.0.fixed.escort", "m99", "names a member m99"),
    ("parties.0.fixed.places", ["h99"], "names a place h99"),
    ("parties.0.fixed.stays", [{"place": "h99", "first": 0, "last": 1}], "names a place h99"),
    ("parties.0.fixed.visa", {"country": "XX", "day": 1}, "names a country XX"),
    ("apart", [["p1", "p99"]], "apart names a party p99"),
    ("apart", [["p1", "p1"]], "a party with itself"),
    ("apart", [["p1", "p2"], ["p2", "p1"]], "names a pair twice"),
    ("apart", [["p1"]], "Expected `array` of length 2"),
    ("places.0.beds", [1, 2], "has beds for 2 nights of 12"),
    ("places.0.beds", [-1] * 12, "beds is -1"),
    ("places.0.state", "burned", "neither clean nor doubtful nor exposed"),
    ("places.0.cents", -5, "cents is -5"),
    ("places.0.line", "nobody", "names a budget line nobody"),
    ("places.0.line", "", "names a budget line (empty)"),
    ("countries.0.slots", [], "has slots for 0 days of 12"),
    ("countries.0.lead_days", -1, "lead_days is -1"),
    ("departures.0.day", 12, "day is 12"),
    ("departures.0.country", "XX", "names a country XX"),
    ("departures.0.escort_days", 61, "escort_days is 61"),
    ("members.0.minutes", [1_441] * 12, "minutes is 1441"),
    ("lines.0.cents", -1, "cents is -1"),
    ("lines.0.cents", 10**14, "cents is 1"),
    ("extra", 1, "unknown field `extra`"),
]


@pytest.mark.parametrize(("path", "value", "sentence"), WRONG, ids=lambda one: str(one)[:40])
def test_what_breaks_the_format_is_refused_with_a_sentence(path: str, value: object, sentence: str) -> None:
    made = operation()
    change(path, value)(made)
    with pytest.raises(BadInstance) as caught:
        read(made)
    assert any(part in str(caught.value) for part in sentence.split("|")), str(caught.value)
    assert "docs/plan-format.md" in str(caught.value)
    assert "Nothing was planned" in str(caught.value)


@pytest.mark.parametrize("kind", ["parties", "places", "countries", "departures", "members", "lines"])
def test_an_id_stands_once(kind: str) -> None:
    made = operation()
    made[kind].append(made[kind][0])
    with pytest.raises(BadInstance, match="have the id"):
        read(made)


def test_people_have_one_id_across_parties() -> None:
    made = operation()
    made["parties"][1]["people"][0]["id"] = made["parties"][0]["people"][0]["id"]
    with pytest.raises(BadInstance, match="two of the kind person"):
        read(made)


def test_somebody_who_sleeps_here_is_here() -> None:
    made = operation()
    change("parties.0.at", "h1")(made)
    change("parties.0.from_day", 3)(made)
    with pytest.raises(BadInstance, match="sleeps with us on day 0 but is here only from day 3"):
        read(made)


def test_what_was_promised_may_speak_of_what_is_gone() -> None:
    made = operation()
    gone = {
        "stays": [{"place": "gone", "first": -3, "last": 2}],
        "departure": "gone",
        "visa": {"country": "GONE", "day": -1},
        "escort": "gone",
        "visa_escort": None,
    }
    change("parties.0.promised", gone)(made)
    change("parties.0.fixed.not_departures", ["gone"])(made)
    change("parties.0.fixed.not_places", ["gone"])(made)
    read(made)


@pytest.mark.parametrize(
    "untrusted",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b'{"format":',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"format": "leeward-instance-1", "first_day": "2017-04-03", "nights": 1e400}',
        b" " * (BYTES_MOST + 1),
    ],
    ids=range(10),
)
def test_what_is_no_json_of_ours_is_refused(untrusted: bytes) -> None:
    with pytest.raises(BadInstance):
        read_instance(untrusted)
    if untrusted != b"{}":  # a plan for nobody
        with pytest.raises(BadPlan):
            read_plan(untrusted)


def somewhere(chance: Random, made: Any) -> tuple[Any, Any]:
    """Return a container within a JSON value and a key or index in it."""
    while True:
        keys = list(made) if isinstance(made, dict) else list(range(len(made)))
        key = chance.choice(keys)
        if not isinstance(made[key], (dict, list)) or not made[key] or chance.random() < 0.2:
            return made, key
        made = made[key]


STRANGE: tuple[Any, ...] = (
    None,
    -1,
    0,
    10**9,
    10**40,
    1.5,
    "",
    "x",
    "h1",
    "p1",
    [],
    {},
    [[]],
    True,
    "\x00",
    "\ud83d\ude00",
)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32))
def test_anything_altered_reads_or_is_refused_and_never_crashes(seed: int) -> None:
    chance = Random(seed)
    made = json.loads(canonical(tiny(seed)))
    for _ in range(chance.randint(1, 4)):
        container, key = somewhere(chance, made)
        if chance.random() < 0.2:
            del container[key]
        else:
            container[key] = chance.choice(STRANGE)
    try:
        instance = read_instance(json.dumps(made).encode())
    except BadInstance as refused:
        assert len(str(refused)) < 600  # noqa: PT017 - either is right
    else:
        assert read_instance(canonical(instance)) == instance


def test_a_plan_is_read_as_strictly() -> None:
    made = answer()
    assert read_plan(write_plan(read_plan(json.dumps(made).encode()))).parties
    for name, value in (("format", "leeward-plan-2"), ("points", "many"), ("parties", None), ("who", 1)):
        with pytest.raises(BadPlan):
            read_plan(json.dumps({**made, name: value}).encode())

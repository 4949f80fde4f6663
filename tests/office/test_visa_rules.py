"""The public table of visa rules: both forms, every word of it, hostile bytes; what the team knows better wins."""

from __future__ import annotations

from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leeward.domain.errors import OutOfRange
from leeward.domain.relocation.ways_out import Destination, VisaRules, WayOut, destination_id, visa_rules_id
from leeward.domain.relocation.words import VISA_RULE
from leeward.office.countries import canonical, name_of
from leeward.office.planning.visas import Doors
from leeward.office.session import Session
from leeward.office.visa_rules import Rules, keep_rules, know_better, take_back
from leeward.office.visa_table import FILE_MOST, NotARuleTable, read_rules, rule_of

MATRIX = b"""Passport,AL,Lithuania,DEU,Norland
Russia,90,visa required,no admission,visa free
Norland,e-visa,eta,visa on arrival,-1
"""
TIDY = b"""Passport,Destination,Requirement
RU,AL,90
RU,LT,visa required
RU,DE,no admission
RU,Norland,visa free
Norland,AL,e-visa
Norland,LT,eta
Norland,DE,visa on arrival
Norland,Norland,-1
"""
MEANT = {
    "Norland": {"AL": "e-visa", "LT": "eta", "DE": "on-arrival"},
    "RU": {"AL": "90", "LT": "required", "DE": "closed", "Norland": "free"},
}


@pytest.mark.parametrize(
    "file", [MATRIX, TIDY, b"\xef\xbb\xbf" + TIDY, MATRIX.replace(b",", b";"), TIDY.replace(b"\n", b"\r\n")]
)
def test_both_forms_say_the_same(file: bytes) -> None:
    assert read_rules(file).rules == MEANT


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        ("visa free", "free"),
        ("Visa-Free", "free"),
        ("360", "360"),
        ("90.0", "90"),
        ("0", ""),
        ("99999", ""),
        ("visa on arrival", "on-arrival"),
        ("eVisa", "e-visa"),
        ("ETA", "eta"),
        ("VISA REQUIRED", "required"),
        ("no admission", "closed"),
        ("-1", "-1"),
        ("=1+1", ""),
        ("٣٠", ""),
    ],
)
def test_words(cell: str, rule: str) -> None:
    assert rule_of(cell) == rule


def test_a_word_that_nobody_knows_is_shown_and_is_no_rule() -> None:
    table = read_rules(b"Passport,A,B\nX,visa free,=cmd()\nY,maybe,\n")
    assert table.rules == {"X": {"A": "free"}} or table.rules["X"] == {canonical("A"): "free"}
    assert dict(table.unknown) == {"=cmd()": 1, "maybe": 1}


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"\n\n",
        b"Passport\nX\n",
        b"Passport,A\nX\n",
        b"Passport,A\nX,visa free,90\n",
        b"Passport,A\n,visa free\n",
        b"Passport,A\nX,maybe\n",
        b"Passport,A\nX,visa free\nX,visa required\n",
        b"Passport,Destination,Requirement\nX,Y\n",
        b'Passport,A\nX,"visa free\n',
        b"Passport,A\n\x1b[2J,visa free\n",
        b"Passport," + b"x" * 200 + b"\nX,90\n",
        b"PK\x03\x04" + bytes(range(256)),
        b"\xff\xfe" + "Passport,A\nX,90\n".encode("utf-16-le"),
        b"Passport,A\x00\nX,90\n",
        b"Passport" + b",A" * 500 + b"\n",
        b"Passport,A\n" + b"".join(b"P%d,90\n" % one for one in range(900)),
        b"a" * (FILE_MOST + 1),
        b'"' + b"a" * 200_000 + b'",A\nX,90\n',
    ],
)
def test_hostile_files_are_refused_with_a_sentence(file: bytes) -> None:
    with pytest.raises(NotARuleTable):
        read_rules(file)


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=400)
    | st.text(max_size=300).map(str.encode)
    | st.text(alphabet="Pasport,;\n\"'90- visa", max_size=300).map(str.encode)
)
def test_whatever_is_brought_gives_rules_or_a_refusal(file: bytes) -> None:
    try:
        table = read_rules(file)
    except NotARuleTable:
        return
    assert all(
        rule in VISA_RULE or 1 <= int(rule) <= 3650 for one in table.rules.values() for rule in one.values()
    )


def test_only_what_was_chosen_is_kept_with_source_and_day(session: Session) -> None:
    table = read_rules(MATRIX)
    with pytest.raises(OutOfRange):
        keep_rules(session, table, ["XX"], source="a site", as_of="2026-01-02")
    assert keep_rules(session, table, ["RU"], source="a site", as_of="2026-01-02") == 1
    (kept,) = session.find(VisaRules)
    assert (kept.passport, kept.table, kept.source, kept.as_of) == ("RU", MEANT["RU"], "a site", "2026-01-02")
    newer = read_rules(b"Passport,AL\nRussia,visa required\n")
    keep_rules(session, newer, ["RU"], source="a site", as_of="2026-02-02")
    (kept,) = session.find(VisaRules)
    assert (kept.table, kept.as_of) == ({"AL": "required"}, "2026-02-02")


def test_what_the_team_knows_better_wins_also_over_a_newer_table(session: Session) -> None:
    circle = session.compartment_of("beds")
    session.save_new(circle, Destination(id=destination_id("Литва"), country="Литва"))
    session.save_new(circle, WayOut(id=session.make_id(), country="Norland", day="2999-01-01", seats=1))
    keep_rules(session, read_rules(MATRIX), ["RU"], source="a site", as_of="2026-01-02")
    know_better(session, "Россия", "Lithuania", "closed", reason="they turned two back", day="2026-01-05")
    keep_rules(session, read_rules(TIDY), ["RU"], source="another", as_of="2026-03-02")
    rule = Rules(session).rule("RUS", "Литва")
    assert (rule.rule, rule.table) == ("closed", "required")
    assert rule.by_hand is not None
    assert rule.by_hand.reason == "they turned two back"
    opens = Rules(session).opens("Russia")
    assert {one.country: one.rule for one in opens.rules} == {"Литва": "closed", "Norland": "free"}
    doors = Doors(session, session.find(Destination))
    token = doors.passport("Россия")
    assert doors.shut("Lithuania", [token])
    assert not doors.needs_visa("RU", "AL")
    take_back(session, "RU", "LT")
    assert Rules(session).rule("RU", "LT").rule == "required"
    assert doors.needs_visa("RU", "nowhere known")


def test_a_reason_is_asked_for_and_only_rules_are_written(session: Session) -> None:
    for rule, days, reason in (("free", 0, " "), ("sometimes", 0, "x"), ("free", 9999, "x")):
        with pytest.raises(OutOfRange):
            know_better(session, "A", "B", rule, days=days, reason=reason)


def test_one_country_however_it_is_written() -> None:
    assert {canonical(one) for one in ("LT", "ltu", "Lithuania", " литва ")} == {"LT"}
    assert canonical("Marrow  Islands") == "Marrow Islands"
    assert (name_of("LTU", "ru"), name_of("Norland", "ru")) == ("Литва", "Norland")
    assert canonical("x" * 1000) == "x" * 1000


def test_the_table_for_practice_is_one_and_agrees_with_the_practice_operation() -> None:
    file = resources.files("leeward.practice").joinpath("visa_rules.csv").read_bytes()
    table = read_rules(file)
    assert table.unknown == ()
    assert table.rules["Ostria"]["Estmark"] == "90"
    assert visa_rules_id("Ostria") == visa_rules_id(" ostria")

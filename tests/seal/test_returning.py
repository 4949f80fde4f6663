"""The key that eight words give: always the same, another for any other words, and no key that opens anything."""

from __future__ import annotations

from leeward.base.ports import SystemChance
from leeward.seal.codes import Code, derive_way, make_code, parse_code
from leeward.seal.returning import return_key

FIXED = Code((0, 0, 0, 0, 0, 0, 788, 7001))


def test_the_same_words_give_the_same_key_in_both_languages() -> None:
    code = make_code(SystemChance())
    for language in ("en", "ru"):
        again = parse_code(" ".join(code.words(language)), language)
        assert return_key(again).verify_key() == return_key(code).verify_key()


def test_a_known_code_gives_this_key_for_ever() -> None:
    assert return_key(FIXED).verify_key().fingerprint() == "pgft62yfayh3tqiqrkbupuacbu"


def test_other_words_give_another_key() -> None:
    one, two = make_code(SystemChance()), make_code(SystemChance())
    keys = {return_key(code).to_bytes() for code in (one, two, one.alarm_form(), two.alarm_form())}
    assert len(keys) == 4


def test_the_words_of_a_journey_are_no_way_into_a_mailbox() -> None:
    """The same eight words at the hotline's page give keys that have nothing in common with these."""
    code = make_code(SystemChance())
    way, key = derive_way(code), return_key(code).to_bytes().hex()
    for derived in (way.read, way.write, way.voice, way.upload):
        assert derived not in key

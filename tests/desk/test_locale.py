from __future__ import annotations

import datetime as dt

import pytest

from leeward.base.say import Code, Day, Moment, Span, Versions, say, say_count
from leeward.desk.language import Speech, choose_language

ZONE = dt.timezone(dt.timedelta(hours=3))
NOW = int(dt.datetime(2026, 4, 7, 21, 17, tzinfo=ZONE).timestamp() * 1000)
HOUR = 3_600_000


@pytest.fixture
def en() -> Speech:
    return Speech("en", ZONE)


@pytest.fixture
def ru() -> Speech:
    return Speech("ru", ZONE)


def test_moments_are_local_and_as_short_as_they_can_be(en: Speech, ru: Speech) -> None:
    assert en.moment(NOW - HOUR, NOW) == "20:17"
    assert en.moment(NOW - 48 * HOUR, NOW) == "5 Apr, 21:17"
    assert ru.moment(NOW - 48 * HOUR, NOW) == "5 апр., 21:17"
    assert ru.moment(NOW - 400 * 24 * HOUR, NOW) == "3 мар. 2025, 21:17"
    assert en.long_moment(NOW) == "Tuesday 7 April, 21:17"
    assert ru.long_moment(NOW) == "Вторник 7 апреля, 21:17"


def test_weeks_start_on_monday(en: Speech, ru: Speech) -> None:
    assert en.locale.first_week_day == ru.locale.first_week_day == 0


def test_spans_are_in_words(en: Speech, ru: Speech) -> None:
    assert [en.span(ms) for ms in (0, 47 * 60_000, 3 * HOUR, 47 * HOUR, 72 * HOUR)] == [
        "1 minute",
        "47 minutes",
        "3 hours",
        "47 hours",
        "3 days",
    ]
    assert [ru.span(count * HOUR) for count in (1, 2, 5, 21)] == ["1 час", "2 часа", "5 часов", "21 час"]


def test_a_sentence_is_said_with_its_values_in_the_readers_language(en: Speech, ru: Speech) -> None:
    sentence = say("{who} used the alarm form at {time}", who=Code("pseudonym/Hazel"), time=Moment(NOW))
    assert en.message(sentence, NOW) == "Hazel used the alarm form at 21:17"
    assert ru.message(sentence, NOW) == "Сигнал тревоги: Орешник, 21:17"
    assert ru.message(say("Waiting {time}", time=Span(6 * HOUR)), NOW) == "Ожидание: 6 часов"
    assert str(sentence).startswith("pseudonym/")


def test_plurals_have_their_forms(ru: Speech) -> None:
    forms = [
        ru.ngettext("%(num)s person waits for an answer", "%(num)s people wait for an answer", n)
        for n in (1, 3, 11, 21)
    ]
    assert forms == [
        "%(num)s человек ждёт ответа",
        "%(num)s человека ждут ответа",
        "%(num)s человек ждут ответа",
        "%(num)s человек ждёт ответа",
    ]


def test_what_has_no_russian_is_said_in_english(ru: Speech) -> None:
    assert ru.message(say_count("{n} zyzzyva", "{n} zyzzyvas", 2), NOW) == "2 zyzzyvas"
    assert ru.gettext("zyzzyva") == "zyzzyva"


def test_a_word_from_a_newer_desk_is_shown_as_it_is(ru: Speech) -> None:
    assert ru.word("urgency", "purple") == "purple"
    assert ru.word("nonsense", "purple") == "purple"


@pytest.mark.parametrize(
    ("asked", "chosen"),
    [
        ("", "en"),
        ("ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("en;q=0.2, ru;q=0.9", "ru"),
        ("de", "en"),
        ("ru;q=bad", "ru"),
        (";;,,", "en"),
    ],
)
def test_the_browsers_language_is_understood(asked: str, chosen: str) -> None:
    assert choose_language(asked) == chosen


def test_a_day_is_said_without_its_hour(en: Speech, ru: Speech) -> None:
    sentence = say("It is good until {day}.", day=Day(NOW))
    assert en.message(sentence, NOW) == "It is good until 7 Apr."
    assert ru.message(sentence, NOW) == "После 7 апр. не действует."


def test_what_was_written_in_both_languages_is_shown_in_the_readers(en: Speech, ru: Speech) -> None:
    sentence = say(
        "“{sentence}” waits for a second reader", sentence=Versions({"en": "It was so", "ru": "Так было"})
    )
    assert en.message(sentence, NOW) == "“It was so” waits for a second reader"
    assert ru.message(sentence, NOW) == "«Так было» ждёт второго читающего"
    assert str(sentence) == "“It was so” waits for a second reader"
    assert ru.value(Versions({"en": "Only so"}), NOW) == "Only so"
    assert ru.value(Versions(), NOW) == ""

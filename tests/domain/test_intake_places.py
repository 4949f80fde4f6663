from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeward.domain.intake.places import Found, Trace, find_places

TOWNS = {
    "Елец": ("Елец", "Ельца", "Ельцу", "Ельцом", "Ельце", "ЕЛЬЦЕ", "Elets"),
    "Тверь": ("Тверь", "Твери", "Тверью"),
    "Нижняя Поляна": ("Нижняя Поляна", "Нижней Поляны", "Нижней Поляне", "Нижнюю Поляну", "Нижней Поляной"),
    "Великие Луки": ("Великие Луки", "Великих Лук", "Великим Лукам", "Великими Луками", "Великих Луках"),
    "Сосновка": ("Сосновка", "Сосновки", "Сосновке", "Сосновку", "Сосновкой", "Sosnovka", "соснов\u0301ка"),
    "Орёл": ("Орёл", "Орла", "Орлу", "Орлом", "Орле"),
    "Липецк": ("Липецк", "Липецка", "Липецку", "Липецком", "Липецке", "Lipetsk"),
}


@pytest.mark.parametrize(("town", "form"), [(town, form) for town, forms in TOWNS.items() for form in forms])
def test_a_town_is_found_in_every_form_of_its_name(town: str, form: str) -> None:
    found = find_places(f"Поезд будет в восемь, {form}, вас встретят.", [Trace("town", town)])
    assert [one.kind for one in found] == ["town"]


@given(
    st.sampled_from([form for forms in TOWNS.values() for form in forms]),
    st.sampled_from(["", "-", "\u200b", "«"]),
)
def test_case_accents_and_unseen_marks_hide_nothing(form: str, mark: str) -> None:
    traces = [Trace("town", town) for town in TOWNS]
    assert find_places(f"а {mark}{form.upper()}{mark} б", traces)


def test_of_an_address_every_word_of_its_own_counts_and_streets_do_not() -> None:
    traces = [Trace("address", "улица Полевая, дом 12, квартира 5. Код от подъезда 47")]
    assert find_places("Встретимся на Полевой", traces) == [Found("address", "Полевой")]
    assert find_places("Ждите дома, не выходите на улицу. Какая у вас квартира?", traces) == []


def test_a_code_name_is_found_whole_and_its_words_alone_are_not() -> None:
    traces = [Trace("place", "Harbour 2")]
    assert find_places("we meet at harbour 2", traces) == [Found("place", "harbour 2")]
    assert find_places("the harbour is far, 2 hours", traces) == []


def test_names_too_short_to_mean_anything_are_let_be() -> None:
    assert (
        find_places("в М. будет холодно", [Trace("town", "М."), Trace("town", ""), Trace("handover", " ")])
        == []
    )


@given(
    st.text(max_size=300),
    st.lists(st.tuples(st.sampled_from(["place", "address", "town"]), st.text(max_size=40))),
)
def test_no_text_and_no_names_break_it(text: str, traces: list[tuple[str, str]]) -> None:
    for one in find_places(text, [Trace(kind, words) for kind, words in traces]):
        assert one.words
        assert str(one.what)

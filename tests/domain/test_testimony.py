"""The vocabulary of methods, and what an account and an act must be."""

from __future__ import annotations

import msgspec
import pytest

from leeward.domain.errors import OutOfRange
from leeward.domain.period import Period
from leeward.domain.testimony.methods import METHODS, method_label
from leeward.domain.testimony.records import Account, Act, Injury, Paragraph, require_account, require_act
from leeward.domain.typed import read, write_new
from leeward.ledger.model import Record

ACCOUNT = Account(id="a", paragraphs=(Paragraph(text="one"), Paragraph(text="two")))
ACT = Act(id="x", act_type="torture", methods=("electric",), quoted=(0, 1))


def test_the_methods_are_a_tree_of_twenty_five_groups_mapped_to_the_published_list() -> None:
    groups = [term for term in METHODS if not term.parent]
    assert [term.maps for term in groups] == [(f"IP:{number}",) for number in range(1, 26)]
    for term in METHODS:
        assert term.en != term.ru
        if term.parent:
            assert term.parent in METHODS
            assert not METHODS[term.parent].parent
        else:
            assert term.note


def test_a_method_is_understood_alone() -> None:
    assert method_label("electric.fingers", "en") == "electric shocks: through fingers or toes"
    assert method_label("blunt.pipe", "en") == "blows with a pipe or hose"
    assert method_label("from-a-newer-desk", "ru") == "from-a-newer-desk"


@pytest.mark.parametrize(
    "change",
    [
        {"paragraphs": ()},
        {"paragraphs": (Paragraph(text="  "),)},
        {"paragraphs": (Paragraph(text="x" * 100_001),)},
        {"paragraphs": (Paragraph(text="x", how_known="dreamt"),)},
        {"relation": "enemy"},
    ],
)
def test_an_account_without_words_or_with_unknown_codes_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(OutOfRange):
        require_account(msgspec.structs.replace(ACCOUNT, **change))


@pytest.mark.parametrize(
    "change",
    [
        {"act_type": ""},
        {"act_type": "<script>"},
        {"methods": ("electric", "no-such")},
        {"place_type": "moon"},
        {"outcome": "fine"},
        {"injuries": (Injury(where="soul"),)},
        {"period": Period("2026-03-02", "2026-03-01")},
        {"period": Period("yesterday")},
        {"quoted": (2,)},
        {"quoted": (-1,)},
    ],
)
def test_an_act_keeps_to_its_vocabularies_and_its_account(change: dict[str, object]) -> None:
    require_act(ACT, ACCOUNT)
    with pytest.raises(OutOfRange):
        require_act(msgspec.structs.replace(ACT, **change), ACCOUNT)


def test_a_record_reads_back_as_it_was_written() -> None:
    act = msgspec.structs.replace(
        ACT, injuries=(Injury(where="hands", what="ожог"),), period=Period("2017-03")
    )
    fields = {change.field: change.value for change in write_new(act)}
    record = Record("x", "act", "c", fields, {}, 1, "vera", 1, "vera")
    back = read(Act, record)
    assert (back.injuries, back.period, back.methods, back.quoted) == (
        act.injuries,
        act.period,
        act.methods,
        (0, 1),
    )

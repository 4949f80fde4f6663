"""Joining by a spoken code: what it promises, each rule broken by somebody."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.meetings import CARD, CODE, OFFER, TAKES, THANKS, meet

from leeward.base.ports import SystemChance
from leeward.seal.errors import GuessWrong, JoinCodeRefused, JoinMalformed, SealError
from leeward.seal.pake import (
    MESSAGE_MOST,
    Inviter,
    JoinCode,
    Joiner,
    Meeting,
    Step,
    make_join_code,
    parse_join_code,
)
from leeward.seal.wordlists import words_of

WRONG = JoinCode(482913, (17, 4711, 7774))


def test_two_with_the_same_code_tell_each_other_everything_and_see_the_same_words() -> None:
    met = meet(Step.THANKS)
    assert met.inviter.take_thanks(met.last) == THANKS
    for language in ("en", "ru"):
        words = met.inviter.words(language)
        assert words == met.joiner.words(language)
        assert len(words) == 3
        assert set(words) <= set(words_of(language))
    assert meet(Step.WELCOME).inviter.words("en") != words  # drawn anew each time


def test_the_code_is_read_back_however_it_is_typed() -> None:
    assert parse_join_code("482 913 " + " ".join(CODE.words("ru"))) == (CODE, "ru")
    first, second, third = CODE.words("en")
    for text in (
        f"482913 {first} {second} {third}",
        f"  ４８２-913:\t{first.upper()}-{second.title()}, {third}.",
        f"{first} {second} {third} 482 913",
        f"٤٨٢٩١٣ {first}\u200b{second}  {third}",
    ):
        assert parse_join_code(text) == (CODE, "en"), text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "has 0"),
        ("48291 lamp lamp lamp", "has 5"),
        ("4829130 lamp lamp lamp", "has 7"),
        ("482913", "has 0"),
        ("482913 one two", "has 2"),
        ("482913 zzzz zzzz zzzz", "not one of our words"),
    ],
)
def test_what_is_no_code_is_refused_before_anything_is_sent(text: str, says: str) -> None:
    with pytest.raises(JoinCodeRefused, match=says):
        parse_join_code(text)


@given(text=st.text(max_size=80))
@settings(max_examples=100)
def test_any_text_is_a_code_or_refused(text: str) -> None:
    for given_text in (text, "482913 " + text):
        try:
            parse_join_code(given_text)
        except JoinCodeRefused:
            continue


def test_a_slip_in_a_word_is_answered_with_the_nearest_ones() -> None:
    word = CODE.words("en")[0]
    with pytest.raises(JoinCodeRefused, match=word):
        parse_join_code(f"482913 {word}q {word} {word}")


def test_codes_are_drawn_fairly_and_have_no_telling_form() -> None:
    drawn = [make_join_code(SystemChance()) for _ in range(300)]
    assert len({code.number for code in drawn}) > 295
    assert len({code.words("en") for code in drawn}) == 300
    assert all(len(code.number) == 6 and code.number.isdigit() for code in drawn)
    assert "lamp" not in repr(drawn[0])
    with pytest.raises(ValueError, match="digits"):
        JoinCode(1_000_000, (1, 2, 3))


def test_the_place_on_the_relay_says_nothing_of_the_words() -> None:
    assert Meeting("482913").box == Meeting(CODE.number).box == Meeting(WRONG.number).box
    one, other = Meeting("000000"), Meeting("000001")
    assert len({one.box, one.read, one.write, *one.items.values(), other.box, *other.items.values()}) == 18


def test_a_wrong_word_ends_the_invitation_at_its_first_guess() -> None:  # 1
    met = meet(Step.ANSWER, typed=WRONG)
    with pytest.raises(GuessWrong):
        met.inviter.take_answer(met.last)
    right = Joiner(CODE, SystemChance()).answer(met.said[Step.HELLO])
    with pytest.raises(RuntimeError):
        met.inviter.take_answer(right)  # even the right one comes too late
    with pytest.raises(RuntimeError):
        met.inviter.hello()


def test_a_wrong_guess_is_answered_by_nothing() -> None:  # 2
    met = meet(Step.ANSWER, typed=WRONG)
    sent = [met.said[Step.HELLO]]
    with pytest.raises(GuessWrong):
        sent.append(met.inviter.take_answer(met.last))
    assert len(sent) == 1


def test_whoever_poses_as_the_inviter_has_one_guess_too() -> None:
    false = Inviter(WRONG, SystemChance(), OFFER)
    joiner = Joiner(CODE, SystemChance())
    answer = joiner.answer(false.hello())
    with pytest.raises(GuessWrong):
        false.take_answer(answer)
    for made_up in (b"leeward-join-1 3\n" + bytes(4096), answer, b""):
        with pytest.raises((GuessWrong, RuntimeError)):
            joiner.take_offer(made_up)


@pytest.mark.parametrize("step", list(Step))
@given(data=st.data())
@settings(max_examples=25)
def test_a_changed_message_is_refused_and_ends_it(step: Step, data: st.DataObject) -> None:  # 3
    met = meet(step)
    message = bytearray(met.last)
    kind = data.draw(st.sampled_from(["flip", "cut", "longer", "other"]))
    if kind == "flip":
        message[data.draw(st.integers(0, len(message) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    elif kind == "cut":
        del message[data.draw(st.integers(0, len(message) - 1)) :]
    elif kind == "longer":
        message += data.draw(st.binary(min_size=1, max_size=40))
    else:
        message[:] = data.draw(st.binary(max_size=200))
    if step == Step.HELLO and kind == "flip" and len(message) == len(met.last):
        try:  # another point than the one that was sent: the answer shows it
            answer = met.joiner.answer(bytes(message))
        except SealError:
            return
        with pytest.raises(GuessWrong):
            met.inviter.take_answer(answer)
        return
    with pytest.raises(SealError):
        TAKES[step](met, bytes(message))
    with pytest.raises(RuntimeError):
        TAKES[step](met, met.last)


@pytest.mark.parametrize("step", list(Step)[1:])
@pytest.mark.parametrize("of", list(Step))
def test_messages_of_another_step_or_another_invitation_open_nothing(step: Step, of: Step) -> None:  # 3
    met, other = meet(step), meet(Step.THANKS)
    for message in {other.said[of], met.said.get(of, b"")} - {met.last}:
        fresh = meet(step)
        with pytest.raises(SealError):
            TAKES[step](fresh, message)


def test_the_own_hello_turned_round_is_refused() -> None:
    met = meet(Step.HELLO)
    point = met.last.removeprefix(b"leeward-join-1 1\n")
    for mirrored in (point, b"B" + point[1:], b"B" + bytes(32), b"B\x01" + bytes(31)):
        fresh = Inviter(CODE, SystemChance(), OFFER)
        fresh.hello()
        with pytest.raises(GuessWrong):
            fresh.take_answer(b"leeward-join-1 2\n" + mirrored + bytes(32))


def test_an_endless_message_is_not_even_read() -> None:
    met = meet(Step.OFFER)
    with pytest.raises(JoinMalformed):
        met.inviter.take_card(b"leeward-join-1 4\n" + bytes(MESSAGE_MOST))


def test_somebody_between_who_overheard_the_code_shows_both_sides_other_words() -> None:  # 4
    for _ in range(3):
        chance = SystemChance()
        inviter, joiner = Inviter(CODE, chance, OFFER), Joiner(CODE, chance)
        to_joiner, to_inviter = Inviter(CODE, chance, OFFER), Joiner(CODE, chance)
        joiner.take_offer(to_joiner.take_answer(joiner.answer(to_joiner.hello())))
        to_inviter.take_offer(inviter.take_answer(to_inviter.answer(inviter.hello())))
        card, number = to_joiner.take_card(joiner.card(CARD))
        joiner.take_number(number)
        _, number = inviter.take_card(to_inviter.card(card))
        to_inviter.take_number(number)
        assert inviter.words("en") != joiner.words("en")


def test_a_number_that_was_not_promised_is_refused() -> None:  # 4
    met = meet(Step.CARD)
    met.inviter._own = bytes(32)
    _, number = met.inviter.take_card(met.last)
    with pytest.raises(JoinMalformed, match="sent"):
        met.joiner.take_number(number)
    with pytest.raises(RuntimeError):
        met.joiner.words("en")


def test_the_words_depend_on_card_offer_and_both_numbers() -> None:
    class Fixed:
        def __init__(self, step: int = 1) -> None:
            self.step = step

        def draw(self, count: int) -> bytes:
            return bytes(self.step * (at + 1) % 256 for at in range(count))

    def words(offer: bytes, card: bytes, one: int = 1, two: int = 3) -> tuple[str, ...]:
        inviter, joiner = Inviter(CODE, Fixed(one), offer), Joiner(CODE, Fixed(two))
        joiner.take_offer(inviter.take_answer(joiner.answer(inviter.hello())))
        _, number = inviter.take_card(joiner.card(card))
        joiner.take_number(number)
        return inviter.words("en")

    assert words(b"a", b"b") == words(b"a", b"b")
    assert (
        len(
            {words(b"a", b"b"), words(b"a", b"c"), words(b"b", b"b"), words(b"a", b"b", 5), words(b"ab", b"")}
        )
        == 5
    )


def test_words_are_not_shown_before_both_numbers_are() -> None:
    met = meet(Step.CARD)
    for side in (met.inviter, met.joiner):
        with pytest.raises(RuntimeError):
            side.words("en")


def test_steps_out_of_order_are_our_own_mistake() -> None:
    with pytest.raises(RuntimeError):
        Inviter(CODE, SystemChance(), OFFER).welcome(b"")
    with pytest.raises(RuntimeError):
        Joiner(CODE, SystemChance()).card(b"")

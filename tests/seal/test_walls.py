"""What the seal promises to everybody above it: one door to the crypto library, one root of errors, secrets unseen."""

from __future__ import annotations

import ast
import importlib
import inspect
import io
import pkgutil
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.meetings import TAKES, meet

import leeward.seal
from leeward.base.errors import LeewardError
from leeward.base.say import Message, say
from leeward.seal import errors
from leeward.seal.armor import read_armor
from leeward.seal.codes import parse_code, split_digits, split_words
from leeward.seal.envelope import decrypt, encrypt, open_sealed, open_stream
from leeward.seal.files import open_file
from leeward.seal.frame import read_frame
from leeward.seal.keys import (
    ClassicIdentity,
    ClassicRecipient,
    Identity,
    Passphrase,
    Recipient,
    parse_recipient,
)
from leeward.seal.kinds import Kind
from leeward.seal.pake import Step, parse_join_code
from leeward.seal.second_half import parse_file
from leeward.seal.shares import RecoveryKey, clean_words
from leeward.seal.signing import SigningKey, VerifyKey

SOURCE = Path(leeward.seal.__file__).resolve().parents[1]
ANNA = Identity.from_seed(b"\x05" * 32)
WORDS = Passphrase("x", 1)
VERIFY = SigningKey.from_bytes(bytes(64)).verify_key()
GOOD = encrypt(b"content " * 700, ANNA.recipient())


def open_from_memory(data: bytes) -> None:
    open_stream(io.BytesIO(data), io.BytesIO(), [ANNA])


TAKES_BYTES: dict[str, Callable[[bytes], object]] = {
    "armor.is_armored": lambda data: data,  # answers only; see test_public_vectors
    "armor.read_armor": read_armor,
    "envelope.open_sealed": lambda data: open_sealed(Kind.REPORT, data, [ANNA]),
    "envelope.decrypt": lambda data: decrypt(data, [ANNA, ANNA]),
    "envelope.open_stream": open_from_memory,
    "frame.read_frame": lambda data: read_frame(Kind.REPORT, data),
    "pake.Inviter.take_answer": lambda data: TAKES[Step.ANSWER](meet(Step.HELLO), data),
    "pake.Inviter.take_card": lambda data: TAKES[Step.CARD](meet(Step.OFFER), data),
    "pake.Inviter.take_thanks": lambda data: TAKES[Step.THANKS](meet(Step.WELCOME), data),
    "pake.Joiner.answer": lambda data: TAKES[Step.HELLO](meet(None), data),
    "pake.Joiner.take_offer": lambda data: TAKES[Step.OFFER](meet(Step.ANSWER), data),
    "pake.Joiner.take_number": lambda data: TAKES[Step.NUMBER](meet(Step.CARD), data),
    "pake.Joiner.take_welcome": lambda data: TAKES[Step.WELCOME](meet(Step.WELCOME), data),
    "signing.VerifyKey.from_bytes": VerifyKey.from_bytes,
    "second_half.parse_file": parse_file,
    "shares.RecoveryKey.check": lambda data: RecoveryKey(bytes(16)).check(data, b"x"),
    "signing.VerifyKey.verify": lambda data: VERIFY.verify("card", data, b"x"),
}
TAKES_TEXT: dict[str, Callable[[str], object]] = {
    "codes.parse_code": lambda text: parse_code(text, "ru"),
    "codes.split_digits": split_digits,
    "codes.split_words": split_words,
    "pake.parse_join_code": parse_join_code,
    "shares.clean_words": clean_words,
    "keys.Identity.from_string": Identity.from_string,
    "keys.ClassicIdentity.from_string": ClassicIdentity.from_string,
    "keys.ClassicRecipient.from_string": ClassicRecipient.from_string,
    "keys.parse_recipient": parse_recipient,
    "keys.Recipient.from_string": Recipient.from_string,
}
TAKES_A_FILE = {"files.open_file"}  # its own test below


def modules() -> Iterator[types.ModuleType]:
    for found in pkgutil.iter_modules(leeward.seal.__path__):
        if not found.name.startswith("_"):
            yield importlib.import_module(f"leeward.seal.{found.name}")


def public_callables() -> Iterator[tuple[str, Callable[..., Any]]]:
    for module in modules():
        short = module.__name__.removeprefix("leeward.seal.")
        for name, thing in vars(module).items():
            if name.startswith("_") or getattr(thing, "__module__", None) != module.__name__:
                continue
            if inspect.isclass(thing):
                for inner in vars(thing):
                    if not inner.startswith("_") and callable(getattr(thing, inner)):
                        yield f"{short}.{name}.{inner}", getattr(thing, inner)
            elif callable(thing):
                yield f"{short}.{name}", thing


def test_only_hazmat_imports_the_crypto_library() -> None:
    importers = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if any(name.split(".")[0] == "cryptography" for name in names):
                importers.add(path.relative_to(SOURCE))
    outside = {path.as_posix() for path in importers if path.parent.as_posix() != "seal/_hazmat"}
    # It checks the page tags of SQLite3 Multiple Ciphers, which are no format of ours (docs/adr/0003).
    assert outside <= {"ledger/store/pages.py"}
    assert importers - {Path(name) for name in outside}


def test_everything_that_takes_untrusted_input_is_tried_below() -> None:
    takers = {
        name
        for name, thing in public_callables()
        if any(parameter.startswith("untrusted") for parameter in inspect.signature(thing).parameters)
    }
    assert takers == TAKES_BYTES.keys() | TAKES_TEXT.keys() | TAKES_A_FILE


@st.composite
def hostile(draw: st.DrawFn) -> bytes:
    """Bytes that get past the first checks: a good file with parts cut, doubled, changed or exchanged."""
    if draw(st.booleans()):
        return draw(st.binary(max_size=3000))
    data = bytearray(GOOD)
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(start + 80, len(data))))
        data[start:end] = draw(
            st.one_of(
                st.binary(max_size=40),
                st.sampled_from(
                    [b"\n", b"-> ", b"--- ", b"\r\n", b"-> X25519 ", b"=", b"\x00", bytes(GOOD[:1700])]
                ),
            )
        )
    return bytes(data)


@pytest.mark.parametrize("name", sorted(TAKES_BYTES))
@given(data=hostile())
@settings(max_examples=60, deadline=None)
def test_hostile_bytes_raise_nothing_but_our_own_errors(name: str, data: bytes) -> None:
    try:
        TAKES_BYTES[name](data)
    except errors.SealError:
        return


@pytest.mark.parametrize("name", sorted(TAKES_TEXT))
@given(text=st.one_of(st.text(max_size=100), st.text("age1pqAGE-SECRET-KEY-PQ-1qzry ", max_size=90)))
@settings(max_examples=60, deadline=None)
def test_hostile_texts_raise_nothing_but_our_own_errors(name: str, text: str) -> None:
    try:
        TAKES_TEXT[name](text)
    except errors.SealError:
        return


@given(data=hostile())
@settings(max_examples=25, deadline=None)
def test_hostile_files_raise_nothing_but_our_own_errors(
    data: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "in").write_bytes(data)
    try:
        open_file(folder / "in", folder / "out", [ANNA])
    except errors.SealError:
        assert not (folder / "out").exists()


@given(data=hostile())
@settings(max_examples=60, deadline=None)
def test_only_what_was_sealed_ever_opens(data: bytes) -> None:
    try:
        opened = decrypt(data, [ANNA])
    except errors.SealError:
        return
    assert data == GOOD
    assert opened == b"content " * 700


@pytest.mark.parametrize(
    ("share", "error"), [(bytes(32), "low-order point"), (b"\x01" + bytes(31), "low-order point")]
)
def test_a_recipient_with_a_low_order_point_is_refused_in_our_words(share: bytes, error: str) -> None:
    public = ANNA.recipient()._public[:1184] + share
    with pytest.raises(errors.KeyMalformed) as caught:
        encrypt(b"x", Recipient(public))
    assert error in caught.value.detail


def test_a_machine_without_the_memory_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    class Greedy:
        def __init__(self, **_: object) -> None:
            raise MemoryError

    monkeypatch.setattr("leeward.seal._hazmat.stanzas.Scrypt", Greedy)
    with pytest.raises(errors.NotEnoughMemory, match="256 MB"):
        encrypt(b"x", Passphrase("x", 18))


def all_errors(root: type[errors.SealError] = errors.SealError) -> Iterator[type[errors.SealError]]:
    for child in root.__subclasses__():
        yield child
        yield from all_errors(child)


SAMPLES: dict[str, tuple[Any, ...]] = {
    "NotEnoughMemory": (256,),
    "WrongWordCount": (7,),
    "UnknownWords": ({2: "тайгаа"}, {2: ("тайга",)}),
    "CodeRefused": ("Something",),
    "WrongPassphrase": (),
    "HeaderAltered": (),
    "WordsDisagree": (),
    "SharesRefused": (say("Something."),),
    "JoinCodeRefused": (say("Something."), say("Do it.")),
}


@pytest.mark.parametrize("error", list(all_errors()), ids=lambda error: error.__name__)
def test_every_error_says_what_happened_what_is_kept_and_what_to_do(error: type[errors.SealError]) -> None:
    caught = error(*SAMPLES.get(error.__name__, ("why",)))
    assert isinstance(caught, LeewardError)
    assert caught.code.startswith("seal.")
    if error is errors.CodeRefused:  # never raised itself
        return
    for part in (caught.happened, caught.kept, caught.next_step):
        assert isinstance(part, Message)
        assert str(part)[0].isupper()
        assert str(part).rstrip("”")[-1] in ".?"


def test_every_error_has_a_code_of_its_own_and_stands_in_the_tree() -> None:
    codes = [error.code for error in all_errors()]
    assert len(codes) == len(set(codes))
    assert errors.__doc__ is not None
    assert all(error.__name__ in errors.__doc__ for error in all_errors())


def test_one_word_and_many_are_said_rightly() -> None:
    assert "1 word is here" in str(errors.WrongWordCount(1))
    assert "7 words are here" in str(errors.WrongWordCount(7))


def test_a_very_long_unknown_word_does_not_fill_the_screen() -> None:
    assert len(str(errors.UnknownWords({1: "я" * 5000}, {1: ()}))) < 300

"""Reading a form while it arrives: the same however it is cut, bounded, and never more than Trouble."""

from __future__ import annotations

import contextlib
import logging

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.plain import BOUNDARY, TYPE, Attached, form_body

from leeward.base import limits
from leeward.base.limits import PIECE_PLAIN
from leeward.front.errors import Trouble
from leeward.front.plain import form as form_module
from leeward.front.plain.form import Form, PlainFile
from leeward.front.plain.letter import Letter, make_letter_form, read_letter

FIELDS = {"text": 400, "lang": 16}
LINE = b"--" + BOUNDARY.encode() + b"\r\n"
LAST = b"--" + BOUNDARY.encode() + b"--\r\n"


def read(body: bytes, *, cut: int = 1 << 16) -> tuple[dict[str, str], list[tuple[str, bytes]]]:
    """Return the fields and the files of a form that arrives in parts of `cut` bytes."""
    form = Form(TYPE, FIELDS)
    files: dict[PlainFile, bytearray] = {}
    ended: set[PlainFile] = set()
    for at in range(0, len(body), cut):
        form.feed(body[at : at + cut])
        while form.ready:
            piece = form.ready.popleft()
            assert piece.file not in ended
            assert piece.last or len(piece.plain) == PIECE_PLAIN
            files.setdefault(piece.file, bytearray()).extend(piece.plain)
            if piece.last:
                ended.add(piece.file)
        assert form.held <= PIECE_PLAIN + sum(FIELDS.values())
    form.end()
    assert ended == set(files)
    return form.fields, [(file.name, bytes(content)) for file, content in files.items()]


def part(head: bytes, content: bytes = b"x") -> bytes:
    return LINE + head + b"\r\n\r\n" + content + b"\r\n"


@given(
    st.text(max_size=60).filter(lambda text: "\r" not in text),
    st.lists(st.binary(min_size=1, max_size=300), max_size=3),
    st.integers(1, 200),
)
def test_a_form_is_the_same_however_it_is_cut(text: str, contents: list[bytes], cut: int) -> None:
    files = [Attached(f"{n}.bin", content) for n, content in enumerate(contents)]
    body = form_body({"text": text, "lang": "en"}, files)
    if any(LINE[:-2] in content for content in contents):
        return
    fields, found = read(body, cut=cut)
    assert fields == {"text": text.encode("utf-8", "replace").decode(), "lang": "en"}
    assert found == [(file.name, file.content) for file in files]


@pytest.mark.parametrize("size", [1, PIECE_PLAIN - 1, PIECE_PLAIN, PIECE_PLAIN + 1, 2 * PIECE_PLAIN])
@pytest.mark.parametrize("cut", [1 << 14, 1 << 16, (1 << 22) - 3])
def test_pieces_are_cut_at_their_size(size: int, cut: int) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    assert read(form_body({}, [Attached("a", content[:size])]), cut=cut)[1] == [("a", content[:size])]


def test_a_boundary_inside_a_file_that_is_not_one_stays_in_the_file() -> None:
    tricks = b"\r\n--" + BOUNDARY.encode()[:-1] + b"\r\n-\r\n\r\n--\r\n" * 50 + b"\r"
    for cut in (1, 2, 7, 1000):
        assert read(form_body({"text": "y"}, [Attached("a", tricks)]), cut=cut)[1] == [("a", tricks)]


@settings(max_examples=300)
@given(st.binary(max_size=400), st.integers(1, 50))
def test_any_bytes_are_a_form_or_trouble(untrusted: bytes, cut: int) -> None:
    for body in (untrusted, LINE + untrusted, LINE + untrusted + LAST):
        with contextlib.suppress(Trouble):
            read(body, cut=cut)


@settings(max_examples=300)
@given(st.data())
def test_a_form_with_something_changed_is_a_form_or_trouble(data: st.DataObject) -> None:
    body = bytearray(form_body({"text": "hello", "lang": "en"}, [Attached("a.bin", b"x" * 50)]))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(body) - 1))
        match data.draw(st.sampled_from(["change", "cut", "double", "drop"])):
            case "change":
                body[at] = data.draw(st.integers(0, 255))
            case "cut":
                body = body[: at + 1]
            case "double":
                body = body[:at] + body[at // 2 : at] + body[at:]
            case _:
                del body[at : at + 5]
        body = body or bytearray(b"-")
    try:
        fields, files = read(bytes(body))
    except Trouble:
        return
    assert set(fields) <= set(FIELDS)
    assert len(files) <= 100


@pytest.mark.parametrize(
    "body",
    [
        b"",
        LAST[:-4],
        LINE,
        part(b'Content-Disposition: form-data; name="text"'),
        form_body({"text": "x"})[:-5],
        part(b"Content-Disposition: form-data") + LAST,
        part(b'Content-Disposition: attachment; name="text"') + LAST,
        part(b"Content-Type: multipart/mixed; boundary=inner") + LAST,
        part(b'Content-Disposition: form-data; name="other"; filename="a"') + LAST,
        part(b'Content-Disposition: form-data; name="text"; x="' + b"y" * 5000 + b'"') + LAST,
        part(b"\r\n".join([b"X-%d: y" % n for n in range(20)])) + LAST,
        part(b'Content-Disposition: form-data; name="lang"') * 10_000 + LAST,
        b"--other\r\n" + form_body({"text": "x"}),
    ],
)
def test_a_form_that_breaks_a_rule_is_refused_whole(body: bytes) -> None:
    with pytest.raises(Trouble) as told:
        read(body)
    assert told.value.key == "trouble_form"


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        f"multipart/form-data; boundary={'x' * 71}",
        "multipart/form-data; boundary=a\r\nb",
        "multipart/form-data; boundary=ü",
        "multipart/mixed; boundary=abc",
    ],
)
def test_what_is_no_form_is_refused(content_type: str) -> None:
    with pytest.raises(Trouble):
        Form(content_type, FIELDS)


def test_fields_and_files_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Trouble) as told:
        read(form_body({"text": "x" * 401}))
    assert told.value.key == "trouble_long"
    with pytest.raises(Trouble) as told:
        read(form_body({"lang": "x" * 17}))
    assert (told.value.key, told.value.values) == ("trouble_field", {"n": "4"})
    with pytest.raises(Trouble) as told:
        read(form_body({}, [Attached(f"{n}", b"x") for n in range(101)]))
    assert told.value.key == "trouble_many"
    assert len(read(form_body({}, [Attached(f"{n}", b"x") for n in range(100)]))[1]) == 100
    with pytest.raises(Trouble):
        read(form_body({"unknown": "x" * (4 * 1024 * 1024 + 1)}))
    assert limits.FILE_MOST == 2 * 1024**3
    monkeypatch.setattr(form_module, "FILE_MOST", 1000)
    with pytest.raises(Trouble) as told:
        read(form_body({}, [Attached("a", b"x" * 1001)]))
    assert told.value.key == "trouble_large"


def test_the_first_of_two_fields_counts_and_unknown_ones_are_dropped() -> None:
    body = part(b'Content-Disposition: form-data; name="text"', b"first") + form_body(
        {"text": "second", "unknown": "y"}
    )
    assert read(body) == ({"text": "first"}, [])


def test_the_parser_logs_nothing(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(Trouble):
        read(part(b"secret\x01: y") + LAST)
    assert caplog.records == []
    assert capsys.readouterr() == ("", "")


def test_a_letter_is_read_as_it_was_written() -> None:
    form = make_letter_form(TYPE)
    fields = {
        "text": " Здравствуйте\r\nвторая строка ",
        "urgent": "1",
        "device": "spaceship",
        "when": "ночью",
        "questions": "7",
        "q.where-now": "дома",
        "q.empty": " ",
        "q.<bad>": "x",
    }
    form.feed(form_body(fields))
    form.end()
    assert read_letter(form.fields, "ru", None) == Letter(
        lang="ru",
        text="Здравствуйте\nвторая строка",
        urgent=True,
        facts={"when": "ночью"},
        questions=7,
        answers=(("where-now", "дома"),),
    )


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({"text": "x" * 100_001}, "trouble_long"),
        ({"text": "x", "when": "x" * 501}, "trouble_field"),
        ({"text": "x", "q.a": "x" * 5001}, "trouble_field"),
        ({f"q.{n}": "x" for n in range(31)}, "trouble_field"),
    ],
)
def test_a_letter_that_is_too_long_is_refused_not_cut(fields: dict[str, str], key: str) -> None:
    with pytest.raises(Trouble) as told:
        read_letter(fields, "en", None)
    assert told.value.key == key

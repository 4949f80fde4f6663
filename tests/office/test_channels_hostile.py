"""Letters that were made to hurt: whatever comes, it is read or kept as it came, quickly, and nothing raises."""

from __future__ import annotations

import base64
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leeward.base.limits import TEXT_MOST
from leeward.office.channels.email_read import read_letter
from leeward.office.channels.email_write import message_id, write_letter
from leeward.office.channels.errors import AnswerRefused
from leeward.office.channels.html import html_to_text
from leeward.office.channels.port import Outgoing
from leeward.office.channels.taking import language_of

HEAD = b"From: a@example.org\r\nMessage-ID: <x@example.org>\r\nSubject: Hello\r\nMIME-Version: 1.0\r\n"


def letter(head: bytes, body: bytes) -> bytes:
    return HEAD + head + b"\r\n\r\n" + body


def multipart(*parts: bytes, kind: bytes = b"mixed") -> bytes:
    inside = b"".join(b"--b\r\n" + part + b"\r\n" for part in parts)
    return letter(b'Content-Type: multipart/%s; boundary="b"' % kind, inside + b"--b--\r\n")


PLAIN = b"Content-Type: text/plain; charset=utf-8\r\n\r\nPlain words"
HTML = b"Content-Type: text/html; charset=utf-8\r\n\r\n<p>Other <b>words</b></p><script>evil()</script>"


def test_plain_words_are_taken_before_html() -> None:
    assert read_letter(multipart(HTML, PLAIN, kind=b"alternative")).text == "Hello\n\nPlain words"


def test_html_alone_becomes_text() -> None:
    assert read_letter(multipart(HTML)).text == "Hello\n\nOther words"
    empty = b"Content-Type: text/plain\r\n\r\n  "
    assert read_letter(multipart(empty, HTML, kind=b"alternative")).text == "Hello\n\nOther words"


def test_what_stands_beside_each_other_is_all_shown() -> None:
    assert read_letter(multipart(PLAIN, HTML)).text == "Hello\n\nPlain words\n\nOther words"


def test_a_forwarded_letter_is_shown_with_its_sender() -> None:
    inner = b"Content-Type: message/rfc822\r\n\r\nFrom: c@example.org\r\nSubject: Inner\r\n\r\nInside"
    read = read_letter(multipart(PLAIN, inner))
    assert read.text == "Hello\n\nPlain words\n\n» c@example.org, Inner\n\nInside"


def test_a_bounce_says_why() -> None:
    status = b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\nStatus: 5.1.1\r\n"
    assert "Status: 5.1.1" in read_letter(multipart(PLAIN, status, kind=b"report")).text


@pytest.mark.parametrize(
    ("declared", "content"),
    [
        ("utf-8", "Помогите".encode("windows-1251")),
        ("us-ascii", "Помогите".encode()),
        ("iso-8859-1", "Помогите".encode()),
        ("koi8-r", "Помогите".encode("koi8-r")),
        ("no-such-charset", "Помогите".encode()),
        ("rot13", "Помогите".encode()),
        ("unicode_escape", "Помогите".encode()),
        ('"; drop', "Помогите".encode()),
    ],
)
def test_a_charset_is_believed_only_if_the_bytes_agree(declared: str, content: bytes) -> None:
    head = b"Content-Type: text/plain; charset=%s\r\nContent-Transfer-Encoding: 8bit" % declared.encode()
    assert read_letter(letter(head, content)).text == "Hello\n\nПомогите"


def test_codecs_that_are_no_charsets_are_not_run() -> None:
    for codec in (b"hex", b"zlib", b"bz2", b"idna", b"punycode", b"raw_unicode_escape", b"undefined"):
        body = b"\\u0041" * 10
        read = read_letter(letter(b"Content-Type: text/plain; charset=" + codec, body))
        assert read.text == f"Hello\n\n{body.decode()}"


@pytest.mark.parametrize(
    "sender",
    [
        b"",
        b"From: a@example.org\r\nFrom: b@example.org",
        b"From: a@example.org, b@example.org",
        b"From: undisclosed-recipients:;",
        b"From: <script>@example.org",
        b"From: a@localhost",
        b"From: a..b@example.org",
        b"From: =?utf-8?q?a=40example=2Eorg=0D=0ABcc=3A_x=40example=2Eorg?=",
        "From: имя@example.org".encode(),
        b"From: " + b"<" * 50_000,
        b'From: "' + b"\\" * 50_000,
        b"From: " + b"(" * 50_000,
    ],
)
def test_a_sender_who_is_not_one_plain_address_cannot_be_answered(sender: bytes) -> None:
    read = read_letter(sender + b"\r\nSubject: Hello\r\n\r\nWords")
    assert read.handle == ""
    assert "Words" in read.text or read.files


def test_the_name_beside_the_address_and_other_headers_are_dropped() -> None:
    raw = (
        b'Received: from laptop [192.0.2.7]\r\nFrom: "Legal Name" <A@Example.org>\r\nReply-To: trap@example.net\r\n'
        b"X-Originating-IP: 192.0.2.7\r\nUser-Agent: Phone\r\nSubject: Hello\r\n\r\nWords"
    )
    read = read_letter(raw)
    assert read.handle == "a@example.org"
    for hidden in ("Legal", "192.0.2.7", "trap", "Phone"):
        assert hidden not in str(read)


def test_names_of_files_cannot_be_paths() -> None:
    for name in (
        b'filename="../../etc/passwd"',
        b"filename*=utf-8''..%2F..%2Fetc%2Fpasswd",
        b'filename="a\\b"',
    ):
        part = b"Content-Type: application/pdf\r\nContent-Disposition: attachment; " + name + b"\r\n\r\nx"
        (file,) = read_letter(multipart(part)).files
        assert "/" not in file.name
        assert "\\" not in file.name


def nested(depth: int) -> bytes:
    inside = PLAIN
    for level in range(depth):
        mark = b"b%d" % level
        inside = b'Content-Type: multipart/mixed; boundary="%s"\r\n\r\n--%s\r\n%s\r\n--%s--' % (
            mark,
            mark,
            inside,
            mark,
        )
    return HEAD + inside


@pytest.mark.parametrize(
    "raw",
    [
        nested(40),
        nested(2000),
        multipart(*[PLAIN] * 5000),
        letter(b'Content-Type: multipart/mixed; boundary="b"', b"--b\r\n" * 200_000),
        letter(b"Content-Type: multipart/mixed; boundary=" + b"b" * 100_000, b"--b\r\n" * 2000),
        letter(b"Content-Type: " + b"message/rfc822\r\n\r\nContent-Type: " * 5000, b"x"),
    ],
    ids=["deep", "very deep", "wide", "empty parts", "long boundary", "letters in letters"],
)
def test_what_no_program_makes_is_kept_as_it_came(raw: bytes) -> None:
    start = time.process_time()
    read = read_letter(raw)
    assert time.process_time() - start < 5
    assert read.handle == "a@example.org"
    kept = b"".join(file.body for file in read.files)
    assert kept == raw or read.text


def test_a_very_long_text_is_cut_and_the_whole_letter_is_beside_it() -> None:
    raw = letter(b"Content-Type: text/plain", b"word " * TEXT_MOST)
    read = read_letter(raw)
    assert read.cut
    assert len(read.text) == TEXT_MOST
    assert read.files[-1].body == raw


def test_more_files_than_a_message_holds_are_cut_and_kept_in_the_letter() -> None:
    part = b"Content-Type: image/png\r\nContent-Disposition: attachment; filename=a.png\r\n\r\nx"
    raw = multipart(*[part] * 150)
    read = read_letter(raw)
    assert read.cut
    assert len(read.files) == 100
    assert read.files[-1].body == raw


@pytest.mark.parametrize(
    "hostile",
    [
        *("<" * 300_000, "<!--" * 100_000, "<a " * 100_000, "<script>" * 50_000, "&#x" * 100_000),
        *("</" * 200_000, "<a href='" * 50_000, '<a href="' + "x" * 500_000, "<style></style " * 50_000),
        " \n" * 300_000,
    ],
)
def test_no_html_takes_longer_than_its_length(hostile: str) -> None:
    start = time.process_time()
    html_to_text(hostile)
    assert time.process_time() - start < 3


def test_html_says_where_its_links_lead_and_loads_nothing() -> None:
    text = html_to_text(
        '<html><head><title>t</title></head><body>See <a href="https://bank.example/">this</a>'
        '<img src="https://track.example/x.gif"><ul><li>one<li>two</ul><!-- hidden -->5 &lt; 6 < 7</body></html>'
    )
    assert text == "See this (https://bank.example/)\n\n• one\n• two\n5 < 6 < 7"
    assert html_to_text('<a href="javascript:x()">go</a>') == "go"


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=2000))
def test_any_bytes_are_read_or_kept(raw: bytes) -> None:
    read = read_letter(raw)
    assert read.digest() == read_letter(raw).digest()
    read.text.encode()


_LINES = st.sampled_from(
    [
        *(HEAD, PLAIN, HTML, b"\r\n", b"--b\r\n", b"--b--\r\n", b"\x00\xff", base64.b64encode(b"\xff" * 9)),
        *(b'Content-Type: multipart/mixed; boundary="b"\r\n', b"Content-Transfer-Encoding: base64\r\n"),
        *(b"Content-Type: message/rfc822\r\n", b"=?utf-8?b?////?=\r\n"),
        *(b"Subject: =?x?q?=FF?= =?utf-8?q?=?=\r\n", b"Content-Type: text/plain; charset*=utf-16''x\r\n"),
        b"Content-Disposition: attachment; filename*0*=x''%\r\n",
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(_LINES, max_size=14))
def test_any_order_of_what_letters_are_made_of_is_read_or_kept(parts: list[bytes]) -> None:
    read = read_letter(b"".join(parts))
    read.text.encode()
    for file in read.files:
        assert "/" not in file.name


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=500), st.text(max_size=80), st.integers(0, 4_000_000_000_000))
def test_whatever_is_answered_the_letter_has_our_headers_only_and_says_it_whole(
    text: str, subject: str, at: int
) -> None:
    clean = text.encode("utf-8", "ignore").decode().replace("\r", "")
    answer = Outgoing(letter_id="a" * 26, handle="a@example.org", text=clean, at=at)
    raw = write_letter(answer, "hotline@example.net", subject.encode("utf-8", "ignore").decode())
    head, _, body = raw.partition(b"\r\n\r\n")
    names = [line.split(b":")[0] for line in head.split(b"\r\n") if not line.startswith(b" ")]
    assert names == [
        *(b"From", b"To", b"Subject", b"Date", b"Message-ID", b"MIME-Version", b"Content-Type"),
        b"Content-Transfer-Encoding",
    ]
    assert base64.b64decode(body).decode() == clean.replace("\n", "\r\n") + "\r\n"
    assert max(map(len, raw.split(b"\r\n"))) <= 100
    assert raw == write_letter(answer, "hotline@example.net", subject.encode("utf-8", "ignore").decode())


@pytest.mark.parametrize("handle", ["", "a", "a@b", "a@example.org\r\nBcc: x@example.org", "a b@example.org"])
def test_no_answer_goes_to_what_is_no_address(handle: str) -> None:
    with pytest.raises(AnswerRefused):
        write_letter(Outgoing(letter_id="a" * 26, handle=handle, text="x"), "hotline@example.net")


def test_the_name_of_an_answer_is_derived_and_is_not_its_id() -> None:
    named = message_id("a" * 26, "hotline@example.net")
    assert named == message_id("a" * 26, "hotline@example.net")
    assert "a" * 26 not in named
    assert named.endswith("@example.net>")


@pytest.mark.parametrize(
    ("text", "language"), [("Помогите", "ru"), ("Help", "en"), ("…", ""), ("Да OK да", "ru")]
)
def test_a_language_is_guessed_by_script_alone(text: str, language: str) -> None:
    assert language_of(text) == language

"""What another team's desk sealed is read strictly: what does not fit is refused whole."""

from __future__ import annotations

import contextlib
import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leeward.domain.cases.referral_paper import Allowed, Attached, Paper, Part, print_paper
from leeward.domain.cases.referral_read import PLAIN_MOST, PaperMalformed, read_paper

NUMBER = "a" * 26
KEY = "age1pq1" + "q" * 1952
SECRET = "5" * 64
FULL = Paper(
    referral_id=NUMBER,
    kind="referral",
    receiver="Clinic",
    language="en",
    made_on="2026-04-07",
    note="Please call us.",
    parts=(
        Part("danger", "The danger", ("High",), {"risk": "high", "threat": ["state"]}),
        Part("need", "The need", ("A doctor <b>soon</b>",)),
        Part("family", "Somebody", ("A sister",)),
    ),
    files=(Attached("image/png", b"\x89PNG"), Attached("application/octet-stream", b"")),
    sender="Lantern",
    reply=KEY,
    consents=(Allowed("work", "doctor", "conditional", "only on paper", "2026-04-01", "2026-12-31"),),
    secrets=(SECRET,),
)
RECALL = Paper(NUMBER, "recall", "Clinic", "ru", "2026-04-08", deletes=("6" * 64,), secrets=(SECRET,))
ANSWER = Paper(NUMBER, "answer", "Lantern", "en", "2026-04-08", "Yes.", secrets=(SECRET,), answer="accepted")
_JSON = re.compile(r'(?<=id="leeward">).*?(?=</script>)', re.DOTALL)


def with_json(change: Any, paper: Paper = FULL) -> bytes:
    """Return the page with its JSON changed by a function."""
    page = print_paper(paper).decode()
    found = _JSON.search(page)
    assert found
    data = json.loads(found[0])
    change(data)
    inside = json.dumps(data).replace("<", "\\u003c").replace(">", "\\u003e")
    return (page[: found.start()] + inside + page[found.end() :]).encode()


@pytest.mark.parametrize("paper", [FULL, RECALL, ANSWER], ids=["referral", "recall", "answer"])
def test_what_a_desk_printed_is_read_as_it_was(paper: Paper) -> None:
    assert read_paper(print_paper(paper)) == paper


def put(*path: Any, value: Any) -> Any:
    def change(data: Any) -> None:
        for step in path[:-1]:
            data = data[step]
        data[path[-1]] = value

    return change


@pytest.mark.parametrize(
    "change",
    [
        put("extra", value=1),
        put("fields", 0, "extra", value=1),
        put("consents", 0, "extra", value=""),
        put("version", value=1),
        put("version", value=3),
        put("leeward", value="letter"),
        put("id", value="../../etc"),
        put("id", value="A" * 26),
        put("language", value="xx"),
        put("made_on", value="7 April"),
        put("made_on", value="2026-4-7"),
        put("note", value="x" * 200_000),
        put("to", value="x" * 500),
        put("fields", value={}),
        put("fields", 0, "field", value="address"),
        put("fields", 0, "field", value="file"),
        put("fields", 1, "codes", value={"risk": "high"}),
        put("fields", 0, "codes", value={"risk": ["high"]}),
        put("fields", 0, "codes", value={"risk": "certain"}),
        put("fields", 0, "codes", value={"threat": "state"}),
        put("fields", 0, "codes", value={"threat": ["nobody-of-ours"]}),
        put("fields", 0, "codes", value={"stage": "closed"}),
        put("fields", 0, "lines", value=["x"] * 501),
        put("fields", 0, "lines", value=["x" * 60_000, "y" * 60_000]),
        put("fields", value=[{"field": "need", "title": "", "lines": [], "codes": {}}] * 101),
        put("consents", 0, "use", value="everything"),
        put("consents", 0, "audience", value="everybody"),
        put("consents", 0, "answer", value="refused"),
        put("consents", 0, "who", value="somebody"),
        put("consents", 0, "conditions", value="\u202e"),
        put("consents", 0, "expires", value="never"),
        put("reply", value="age1" + "q" * 58),
        put("reply", value="AGE-SECRET-KEY-1QQ"),
        put("secrets", value=[]),
        put("secrets", value=[SECRET, SECRET]),
        put("secrets", value=["5" * 63]),
        put("delete", value=["6" * 64]),
        put("answer", value="accepted"),
        put("files", value=[]),
        put("files", 0, "size", value=5),
        put("files", 0, "size", value=-1),
        put("files", 0, "sha256", value="0" * 64),
        put("files", 0, "media_type", value="text/html"),
        put("files", 0, "name", value="../x.png"),
        put("files", 1, "name", value="file-1.png"),
    ],
)
def test_what_does_not_fit_is_refused(change: Any) -> None:
    with pytest.raises(PaperMalformed):
        read_paper(with_json(change))


@pytest.mark.parametrize("paper", [RECALL, ANSWER], ids=["recall", "answer"])
@pytest.mark.parametrize(
    "change",
    [
        put("fields", value=[{"field": "need", "title": "", "lines": [], "codes": {}}]),
        put("reply", value=KEY),
        put("answer", value="forgotten"),
        put("secrets", value=[1]),
    ],
)
def test_a_letter_holds_what_belongs_into_it(paper: Paper, change: Any) -> None:
    with pytest.raises(PaperMalformed):
        read_paper(with_json(change, paper))


def test_markup_beside_the_json_is_never_read() -> None:
    page = print_paper(FULL)
    more = page.replace(b"<h1>", b"<img src=//x onerror=alert(1)><h1>Told otherwise ")
    assert read_paper(more) == FULL
    for hostile in (
        page.replace(b"</body>", b"<script>alert(1)</script></body>"),
        page.replace(b"</body>", b'<script type="application/json" id="leeward">{}</script></body>'),
        page.replace(b"<h1>", b"<SCRIPT src=//x></SCRIPT><h1>"),
        page.replace(b"</body>", b'<a download="file-3.png" href="data:image/png;base64,eA==">'),
        page.replace(b"base64,", b"base64,=", 1),
        page.replace(b"iVBORw==", b"iVBORx=="),
    ):
        assert hostile != page
        with pytest.raises(PaperMalformed):
            read_paper(hostile)


def test_text_loses_what_turns_it_around() -> None:
    read = read_paper(with_json(put("fields", 1, "lines", value=["a\u202eb\x00c", "\x07"])))
    assert read.parts[1].lines == ("abc",)


@pytest.mark.parametrize(
    "raw",
    [b"", b"\xff\xfe", b"{}", b"[" * 200_000, b'<script type="application/json" id="leeward">' + b"[" * 9000],
)
def test_no_page_is_refused(raw: bytes) -> None:
    with pytest.raises(PaperMalformed):
        read_paper(raw)
    with pytest.raises(PaperMalformed, match="larger"):
        read_paper(b" " * (PLAIN_MOST + 1))


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.sampled_from(sorted(json.loads(_JSON.search(print_paper(FULL).decode())[0]))), _VALUES)  # type: ignore[index]
def test_any_value_in_any_place_is_read_or_refused(name: str, value: Any) -> None:
    with contextlib.suppress(PaperMalformed):
        read = read_paper(with_json(put(name, value=value)))
        assert read.parts or read.files


@settings(deadline=None)
@given(st.integers(0, 5000), st.binary(max_size=6))
def test_any_bytes_in_any_place_are_read_or_refused(at: int, raw: bytes) -> None:
    page = print_paper(FULL)
    with contextlib.suppress(PaperMalformed):
        read_paper(page[:at] + raw + page[at + len(raw) :])


@settings(deadline=None)
@given(st.text(), st.lists(st.text(min_size=1), min_size=1, max_size=3), st.binary(max_size=200))
def test_whatever_was_written_comes_back_as_text(note: str, lines: list[str], raw: bytes) -> None:
    paper = Paper(
        NUMBER,
        "transfer",
        "C",
        "ru",
        "2026-04-07",
        note,
        (Part("need", "N", tuple(lines)),),
        (Attached("a/b", raw),),
    )
    with contextlib.suppress(UnicodeEncodeError):
        read = read_paper(print_paper(paper))
        assert [one.plain for one in read.files] == [raw]
        assert not any("\x00" in text or "\u202e" in text for _, text in read.texts())
        assert read_paper(print_paper(read)) == read

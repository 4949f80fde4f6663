"""A letter as it came over the network, read strictly: every byte of it may be hostile.

1. Nothing that it contains raises: what cannot be read becomes a file beside an empty text, and nothing is lost.
2. Depth, number of parts and length of every header are bounded before anything is done with them.
3. A charset is believed only if the bytes agree; text that is not UTF-8 and says nothing is read as Windows-1251,
   which is what it is in most letters that people here get.
4. The sender is one plain address, or nobody. Display names, Reply-To, Received and all other headers are dropped:
   they hold legal names and addresses of computers, and nobody here needs them.
5. HTML becomes text; nothing is loaded. What is attached stays as it came.
"""

from __future__ import annotations

import email.errors
import email.header
import email.message
import email.parser
import email.policy
import email.utils
import re
from collections.abc import Iterator

from leeward.base.limits import TEXT_MOST
from leeward.domain.files import safe_name
from leeward.domain.intake.report import tidy
from leeward.office.channels.html import html_to_text
from leeward.office.channels.port import LEFT_THERE, Attached, Incoming

RAW_MOST = 40 * 1024 * 1024  # bytes of a letter that is fetched whole; most servers take 25 to 35 MB
_HEAD_MOST = 256 * 1024
_HEADER_MOST = 4000
_SUBJECT_MOST = 300
_PARTS_MOST = 200
_DEPTH_MOST = 12
_FILES_MOST = 99  # and the letter itself, if it cannot be read: a message has at most 100
_HTML_MOST = 1_000_000
_STATUS_MOST = 4000

_ADDRESS = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[a-z0-9.-]{1,190}\.[a-z0-9-]{1,63}")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,240}>")
_NOT_FOR_STRANGERS = frozenset({"unicode_escape", "raw_unicode_escape", "undefined", "idna", "punycode"})
_TEXTS = frozenset({"text/plain", "text/html"})


class TooTangled(ValueError):
    """More parts, or deeper, than any program makes."""


def read_letter(untrusted: bytes, *, whole: bool = True) -> Incoming:
    """Return a letter as understood. Never raises for what is in it (1). `whole` is False if only its head came."""
    handle, reference = "", ""
    try:
        head = _head(untrusted)
        handle, reference = sender_of(head), reference_of(head)
        if not whole:
            return Incoming(handle=handle, text=f"{_subject(head)}\n\n{LEFT_THERE}", reference=reference)
        return _read(untrusted, head, handle, reference)
    except Exception:  # noqa: BLE001 - rule 1: the library raises all kinds of errors for hostile headers and charsets
        original = Attached("message.eml", "message/rfc822", untrusted)
        return Incoming(handle=handle, text="", files=(original,), reference=reference, cut=True)


def sender_of(head: email.message.Message) -> str:
    """Return the one address in From, in lower case, or "" (4)."""
    lines = head.get_all("from", [])
    if len(lines) != 1 or len(str(lines[0])) > _HEADER_MOST:
        return ""
    found = [address for _, address in email.utils.getaddresses([str(lines[0])]) if address]
    address = found[0].lower() if len(found) == 1 else ""
    return address if is_address(address) else ""


def is_address(text: str) -> bool:
    """Tell whether this is an address that a letter can be sent to, and nothing that could add a header."""
    return _ADDRESS.fullmatch(text) is not None and ".." not in text


def reference_of(head: email.message.Message) -> str:
    """Return the Message-ID with its brackets, or ""."""
    found = _MESSAGE_ID.search(str(head.get("message-id", ""))[:_HEADER_MOST])
    return found[0] if found else ""


class _Body:
    """What was found in the parts of one letter."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.files: list[Attached] = []
        self.cut = False


def _head(untrusted: bytes) -> email.message.Message:
    top = untrusted[:_HEAD_MOST]
    return email.parser.BytesHeaderParser(policy=email.policy.compat32).parsebytes(top)


def _read(untrusted: bytes, head: email.message.Message, handle: str, reference: str) -> Incoming:
    if sum(map(untrusted.count, (b"\n--", b"\r--"))) > 4 * _PARTS_MOST:  # 2: before each becomes an object
        raise TooTangled
    letter = email.parser.BytesParser(policy=email.policy.compat32).parsebytes(untrusted)
    _require_bounded(letter)
    body = _Body()
    _walk(letter, body)
    text = tidy("\n\n".join(part for part in (_subject(head), *body.texts) if part.strip()))
    files = body.files[:_FILES_MOST]
    cut = body.cut or len(text) > TEXT_MOST or len(body.files) > _FILES_MOST
    if cut:
        files.append(Attached("message.eml", "message/rfc822", untrusted))
    return Incoming(handle=handle, text=text[:TEXT_MOST], files=tuple(files), reference=reference, cut=cut)


def _require_bounded(letter: email.message.Message) -> None:
    waiting, seen = [(letter, 0)], 0
    while waiting:
        part, depth = waiting.pop()
        seen += 1
        if depth > _DEPTH_MOST or seen > _PARTS_MOST:  # 2
            raise TooTangled
        waiting += [(child, depth + 1) for child in _children(part)]


def _children(part: email.message.Message) -> Iterator[email.message.Message]:
    inside = part.get_payload()
    if isinstance(inside, list):
        yield from (child for child in inside if isinstance(child, email.message.Message))


def _walk(part: email.message.Message, body: _Body) -> None:
    kind = part.get_content_type()
    children = list(_children(part))
    if kind == "multipart/alternative" and children:
        _choose(children, body)
    elif kind == "message/delivery-status" and children:
        body.texts.append("\n".join(child.as_string() for child in children)[:_STATUS_MOST])
    elif kind == "message/rfc822" and children:
        inner = children[0]
        about = ", ".join(part for part in (sender_of(inner), _subject(inner)) if part)
        body.texts.append(f"» {about}")
        _walk(inner, body)
    elif children:
        for child in children:
            _walk(child, body)
    else:
        _leaf(part, kind, body)


def _choose(children: list[email.message.Message], body: _Body) -> None:
    """Take one of several forms of the same text: the plain one, or else whichever says something."""
    forms = []
    for child in children:
        form = _Body()
        _walk(child, form)
        forms.append((child.get_content_type() != "text/plain", form))
        body.files += form.files
        body.cut = body.cut or form.cut
    speaking = [form for _, form in sorted(forms, key=lambda one: one[0]) if "".join(form.texts).strip()]
    if speaking:
        body.texts += speaking[0].texts


def _leaf(part: email.message.Message, kind: str, body: _Body) -> None:
    raw = part.get_payload(decode=True)
    content = raw if isinstance(raw, bytes) else b""
    name = _file_name(part)
    attached = part.get_content_disposition() == "attachment" or bool(name)
    if kind not in _TEXTS or attached:
        if content or name:
            body.files.append(Attached(safe_name(name or "attachment"), kind, content))
        return
    text = decode_text(content, _charset(part))
    if kind == "text/html":
        body.cut = body.cut or len(text) > _HTML_MOST
        text = html_to_text(text[:_HTML_MOST])  # 5
    body.texts.append(text)


def decode_text(content: bytes, charset: str) -> str:
    """Return text by the charset that the bytes agree with (3)."""
    if not content.isascii():
        for guess in ("utf-8", charset, "windows-1251"):
            try:
                return content.decode(guess)
            except (LookupError, ValueError):
                continue
        return content.decode("utf-8", "replace")
    try:
        return content.decode(charset)
    except (LookupError, ValueError):
        return content.decode("ascii")


def _charset(part: email.message.Message) -> str:
    named = str(part.get_content_charset("us-ascii"))[:40].replace("-", "_").lower()
    return "us-ascii" if named in _NOT_FOR_STRANGERS or not named.isascii() else named


def _file_name(part: email.message.Message) -> str:
    try:
        named = part.get_filename("") or ""
        return _unfold(named[:_HEADER_MOST])
    except (LookupError, ValueError, TypeError, email.errors.MessageError):
        return "attachment"


def _subject(head: email.message.Message) -> str:
    return " ".join(tidy(_unfold(str(head.get("subject", ""))[:_HEADER_MOST])).split())[:_SUBJECT_MOST]


def _unfold(value: str) -> str:
    """Return a header's text with its encoded words read."""
    words = []
    for piece, charset in email.header.decode_header(value):
        if isinstance(piece, bytes):
            words.append(
                decode_text(piece, charset if charset and charset not in _NOT_FOR_STRANGERS else "utf-8")
            )
        else:
            words.append(piece)
    return "".join(words).encode("utf-8", "replace").decode("utf-8")

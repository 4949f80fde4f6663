"""A person without a script: fills in the front's forms and reads the pages that come back."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

import httpx

from leeward.seal.codes import Code, parse_code

BOUNDARY = "----leeward-test-boundary"
TYPE = f"multipart/form-data; boundary={BOUNDARY}"


@dataclass(frozen=True)
class Attached:
    """A file that somebody chooses."""

    name: str
    content: bytes
    type: str = "application/octet-stream"


def form_body(fields: dict[str, str], files: Sequence[Attached] = ()) -> bytes:
    """Return the body of a form, as browsers write it."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    for file in files:
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="{file.name}"\r\n'
        parts.append(f"{head}Content-Type: {file.type}\r\n\r\n".encode() + file.content + b"\r\n")
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


class Person:
    """Speaks to a front at an address."""

    def __init__(self, url: str, lang: str = "en") -> None:
        self.http = httpx.Client(base_url=url, timeout=60, trust_env=False)
        self.lang = lang

    def post(
        self,
        path: str,
        fields: dict[str, str],
        files: Sequence[Attached] = (),
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        """Send a form."""
        body = form_body({"lang": self.lang, **fields}, files)
        return self.http.post(path, content=body, headers={"Content-Type": TYPE, **(headers or {})})

    def send(self, text: str = "", files: Sequence[Attached] = (), **fields: str) -> Code:
        """Send a first message; return the words that the page shows."""
        answer = self.post("/plain/send", {"text": text, **fields}, files)
        assert answer.status_code == 200, alert_in(answer)
        return words_in(answer)

    def open(self, words: str) -> httpx.Response:
        """Come back with words."""
        return self.post("/plain/open", {"words": words})

    def close(self) -> None:
        """Let go of the connection."""
        self.http.close()


def words_in(answer: httpx.Response) -> Code:
    """Return the code that a page shows."""
    found = re.search(r'<ol id="code"[^>]* lang="(\w+)"[^>]*>(.*?)</ol>', answer.text, re.DOTALL)
    assert found is not None, answer.text
    return parse_code(" ".join(re.findall(r"<li>(.*?)</li>", found[2])), found[1])


def ticket_in(answer: httpx.Response) -> str:
    """Return the ticket that a page carries."""
    found = re.search(r'name="ticket" value="([^"]+)"', answer.text)
    assert found is not None, answer.text
    return found[1]


def answers_in(answer: httpx.Response) -> list[str]:
    """Return the answers that a page shows."""
    return [
        html.unescape(text)
        for text in re.findall(r'<p class="answer-text"[^>]*>(.*?)</p>', answer.text, re.DOTALL)
    ]


def alert_in(answer: httpx.Response) -> str:
    """Return what a page warns of."""
    found = re.search(r'role="alert">(.*?)</div>', answer.text, re.DOTALL)
    return "" if found is None else html.unescape(re.sub(r"\s*<[^>]+>\s*", " ", found[1])).strip()

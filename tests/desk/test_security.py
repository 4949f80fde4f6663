"""Each rule of desk/security.py, broken on purpose."""

from __future__ import annotations

import socket
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING

import httpx
import pytest

from leeward.base.ports import SystemChance
from leeward.desk.security import FORM_MOST, HEADERS, POLICY, Keyring, open_socket

if TYPE_CHECKING:
    from tests.desk.conftest import Browser, Served

FORM = {"content-type": "application/x-www-form-urlencoded"}


def closed(answer: httpx.Response) -> bool:
    """The page that says nothing: the same for every refusal."""
    return answer.status_code == 403 and "Leeward" not in answer.text and "closed" in answer.text


def test_1_it_listens_on_the_loopback_address_only() -> None:
    with open_socket(0) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"
        assert listener.getsockname()[1] != 0
        taken = listener.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            open_socket(taken)


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example:{port}", ""]
)
def test_2_a_foreign_host_gets_nothing_even_with_the_cookie(browser: Browser, host: str) -> None:
    host = host.format(port=browser.server.port)
    assert closed(browser.client.get("/", headers={"host": host}))


@pytest.mark.parametrize(
    "path", ["/", "/inbox", "/static/desk.css", "/events", "/nothing", "/inbox/file/a/0"]
)
def test_3_without_the_cookie_every_address_gives_the_same_page(server: Served, path: str) -> None:
    with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", trust_env=False) as stranger:
        answer = stranger.get(path)
        assert closed(answer)
        assert closed(stranger.get(path, headers={"cookie": f"leeward-{server.port}=deadbeef"}))
        assert closed(stranger.get(path, headers={"cookie": "a=;;=;[]"}))


def test_4_the_launch_address_works_once(server: Served) -> None:
    address = server.desk.address()
    assert httpx.get(address, trust_env=False).status_code == 303
    assert closed(httpx.get(address, trust_env=False))
    assert closed(httpx.get(f"http://127.0.0.1:{server.port}/open/{'0' * 64}", trust_env=False))


def test_4_tokens_are_kept_as_hashes_only() -> None:
    keyring = Keyring(1, SystemChance())
    token = keyring.launch_path().removeprefix("/open/")
    cookie = keyring.use(token)
    kept = repr(vars(keyring))
    assert cookie
    assert token not in kept
    assert cookie not in kept


def test_5_the_cookie_is_strict_of_this_port_and_of_the_session(server: Served) -> None:
    answer = httpx.get(server.desk.address(), trust_env=False)
    jar = SimpleCookie(answer.headers["set-cookie"])
    [morsel] = jar.values()
    assert morsel.key == f"leeward-{server.port}"
    assert morsel["samesite"].lower() == "strict"
    assert morsel["httponly"]
    assert morsel["path"] == "/"
    assert not morsel["expires"]
    assert not morsel["max-age"]
    assert not morsel["domain"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "null"},
        {"origin": "http://evil.example"},
        {"origin": "http://127.0.0.1:1"},
        {"origin": "{own}", "sec-fetch-site": "cross-site"},
        {"origin": "{own}", "sec-fetch-site": "same-site"},
        {"origin": "{own}", "sec-fetch-site": "none"},
    ],
)
def test_6_another_page_cannot_change_anything(browser: Browser, headers: dict[str, str]) -> None:
    sent = {name: value.format(own=browser.origin) for name, value in headers.items()}
    answer = browser.client.post("/language", content="language=ru", headers={**FORM, **sent})
    assert closed(answer)
    assert browser.server.desk.state.language == "en"


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},  # another port of this computer
        {"origin": "http://127.0.0.1:1"},
        {"accept": "text/event-stream"},  # a stream must say that it is ours
        {"accept": "text/event-stream", "sec-fetch-site": "none"},
    ],
)
def test_6_another_page_cannot_look_or_listen(browser: Browser, headers: dict[str, str]) -> None:
    assert closed(browser.client.get("/events" if "accept" in headers else "/", headers=headers))


@pytest.mark.parametrize("path", ["/", "/nothing", "/static/desk.css", "/inbox"])
def test_7_every_answer_carries_the_policy(browser: Browser, path: str) -> None:
    answer = browser.get(path)
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    assert "server" not in answer.headers
    assert "unsafe" not in POLICY


def test_7_refusals_carry_it_too(server: Served) -> None:
    answer = httpx.get(f"http://127.0.0.1:{server.port}/", trust_env=False)
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["cache-control"] == "no-store"


def test_8_multipart_and_json_are_refused_and_long_forms_too(browser: Browser) -> None:
    ours = {"origin": browser.origin, "sec-fetch-site": "same-origin"}
    for kind in ("multipart/form-data; boundary=x", "application/json", "text/plain"):
        answer = browser.client.post("/language", content=b"x", headers={**ours, "content-type": kind})
        assert answer.status_code == 415
    answer = browser.client.post("/language", content=b"a=" + b"x" * FORM_MOST, headers={**ours, **FORM})
    assert answer.status_code == 413
    answer = browser.client.post("/language", content=b"a=%ff%fe", headers={**ours, **FORM})
    assert answer.status_code == 400
    answer = browser.client.post("/language", content=b"&".join([b"a=1"] * 6000), headers={**ours, **FORM})
    assert answer.status_code == 400


def test_9_trouble_is_told_without_a_trace_and_brings_back_what_was_typed(browser: Browser) -> None:
    long = "Он позвонил и сказал, что ждёт у моста, и больше ничего не сказал."
    answer = browser.client.post(
        "/inbox/nobody/refer",
        content=httpx.QueryParams({"to": long}).__str__(),
        headers={**FORM, "origin": browser.origin, "sec-fetch-site": "same-origin"},
    )
    assert answer.status_code == 409
    assert "Traceback" not in answer.text
    assert "There is no such contact" in answer.text
    assert "Nothing was changed" in answer.text
    assert long in answer.text


def test_other_methods_and_odd_requests_are_survived(browser: Browser) -> None:
    ours = {"origin": browser.origin, "sec-fetch-site": "same-origin"}
    assert browser.client.request("DELETE", "/inbox", headers=ours).status_code == 405
    assert browser.client.get("/static/../app.py").status_code == 404
    assert browser.client.get("/static/%2e%2e/app.py").status_code == 404
    with socket.create_connection(("127.0.0.1", browser.server.port)) as raw:
        raw.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
        assert b"200" not in raw.recv(200).split(b"\r\n")[0]


def test_locking_shows_a_page_that_says_nothing_and_lets_nobody_in_again(browser: Browser) -> None:
    answer = browser.post("/lock")
    assert answer.status_code == 200
    assert "Leeward" not in answer.text
    assert "Locked" in answer.text
    assert browser.server.locked.wait(5)


def test_9_when_even_the_error_page_fails_a_sentence_comes(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("leeward.desk.app.render_bare", broken)
    monkeypatch.setattr("leeward.desk.pages.today.render", broken)
    answer = browser.client.get("/")
    browser.server.troubles.clear()
    assert answer.status_code == 500
    assert "What was saved before is safe." in answer.text
    assert "secret detail" not in answer.text

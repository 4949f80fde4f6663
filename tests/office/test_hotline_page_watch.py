"""Is this really you? A desk looks at the page as a stranger and notices every byte that is not ours."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.relay_simulator import RelaySimulator
from tests.support.tampering import Tampered, serve_page
from tests.support.teams import Desk, StillClock, closing, found, newcomer, settle

from leeward.base.ports import SystemChance
from leeward.domain.intake.page_watch import PageBuild
from leeward.domain.today import Urgency
from leeward.ledger.model import put
from leeward.office import safety
from leeward.office.hotline_page import alarms, questionnaire, watch
from leeward.office.hotline_page.rendered import loaded_by
from leeward.office.hotline_page.visit import Unreadable, Visit, _other_circuit, _unpack
from leeward.office.session import Session


@pytest.fixture
def anna(tmp_path: Path) -> Iterator[Desk]:
    desk = found(tmp_path / "anna", RelaySimulator().door(), clock=StillClock())
    with closing(desk):
        settle(desk)
        yield desk


@pytest.fixture
def page(anna: Desk) -> Iterator[Tampered]:
    with serve_page(watch.our_cards(anna.session)[0]) as served:
        watch.set_page_address(anna.session, served.address)
        yield served


def opener(session: Session) -> watch.Open:
    return lambda language: Visit(watch.page_address(session), chance=session.chance, language=language)


def everything(desk: Desk) -> list[tuple[str, str]]:
    return [(one.what, one.url) for one in watch.look_at_everything(desk.session, opener(desk.session))]


def test_our_own_page_is_found_to_be_ours_in_every_language_and_file(anna: Desk, page: Tampered) -> None:
    assert everything(anna) == []
    state = watch.state_of(anna.session)
    ours = watch.our_page(anna.session)
    assert ours is not None
    assert set(ours.files) <= set(state.pages)
    assert {one.found for one in state.pages.values()} == {"same"}
    assert state.away_since == 0
    assert {url for url, _ in page.asked} >= set(ours.files)


def test_looks_at_random_come_round_to_everything(anna: Desk, page: Tampered) -> None:
    ours = watch.our_page(anna.session)
    assert ours is not None
    looks = 0
    while not set(ours.files) <= set(watch.state_of(anna.session).pages):
        assert watch.look(anna.session, opener(anna.session), lambda: None) == []
        looks += 1
        assert looks < 100, "something was never compared"
    assert looks > 1


def flip(body: bytes) -> bytes:
    middle = len(body) // 2
    return body[:middle] + bytes([body[middle] ^ 1]) + body[middle + 1 :]


@pytest.mark.parametrize("part", ["/a/page-", "/a/words-ru", "/?lang=en", "/plain?lang=ru", "/units?lang=ru"])
def test_one_changed_byte_anywhere_is_an_alarm(anna: Desk, page: Tampered, part: str) -> None:
    page.change = lambda url, _headers, body: flip(body) if url.startswith(part) else None
    found = everything(anna)
    assert found
    assert all(url.startswith(part) for _, url in found)
    assert {what for what, _ in found} == {"file" if part.startswith("/a/") else "text"}


def test_only_for_one_language_of_the_browser(anna: Desk, page: Tampered) -> None:
    def change(url: str, headers: dict[str, str], body: bytes) -> bytes | None:
        return flip(body) if url == "/" and headers["accept-language"].startswith("ru") else None

    page.change = change
    assert everything(anna) == [("text", "/")]


def test_only_sometimes_is_met_sooner_or_later_and_kept(anna: Desk, page: Tampered) -> None:
    count = 0

    def change(url: str, _headers: dict[str, str], body: bytes) -> bytes | None:
        nonlocal count
        count += url.endswith(".js")
        return flip(body) if url.endswith(".js") and count % 5 == 0 else None

    page.change = change
    looks = 0
    while not watch.look(anna.session, opener(anna.session), lambda: None):
        looks += 1
        assert looks < 100
    [alarm] = alarms.open_alarms(anna.session)
    original = watch.our_page(anna.session)
    assert original is not None
    assert alarm.bytes_found == flip(original.answer(alarm.url).body)
    assert alarm.at_byte == len(alarm.bytes_found) // 2
    page.change = None
    assert watch.look(anna.session, opener(anna.session), lambda: None) == []
    assert alarms.open_alarms(anna.session) == [alarm]  # a page that is ours again settles nothing


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"set-cookie": "id=7"}, 200),
        ({"link": "</x.css>; rel=stylesheet"}, 200),
        ({"alt-svc": 'h3="elsewhere.invalid:443"; ma=86400'}, 200),
        ({"content-security-policy": "default-src *"}, 200),
        ({"location": "https://elsewhere.invalid/"}, 302),
        ({"refresh": "0;url=https://elsewhere.invalid/"}, 200),
        ({}, 404),
    ],
)
def test_rules_that_are_not_ours_are_an_alarm_though_every_byte_is(
    anna: Desk, page: Tampered, headers: dict[str, str], status: int
) -> None:
    page.change = lambda url, _headers, body: (status, headers, body) if url == "/?lang=ru" else None
    [(what, url)] = everything(anna)
    assert url == "/?lang=ru"
    assert what == ("headers" if status == 200 else "missing")


def test_a_forged_page_behind_an_error_is_an_alarm_and_plain_trouble_is_none(
    anna: Desk, page: Tampered
) -> None:
    page.change = lambda *_: (502, {}, b"<html><center><h1>502 Bad Gateway</h1></center></html>")
    assert everything(anna) == []
    state = watch.state_of(anna.session)
    assert (state.at, state.why) == (0, "trouble")
    assert state.away_since
    page.change = lambda *_: (503, {}, b'<form action="https://elsewhere.invalid"><textarea name=t>')
    assert ("missing", "/") in everything(anna)


def test_what_cannot_be_unpacked_is_an_alarm(anna: Desk, page: Tampered) -> None:
    page.change = lambda url, _headers, body: (200, {"content-encoding": "br"}, body) if url == "/" else None
    assert ("text", "/") in everything(anna)


def test_nothing_that_answers_is_no_alarm_and_is_shown(anna: Desk) -> None:
    watch.set_page_address(anna.session, "http://127.0.0.1:9")
    assert everything(anna) == []
    assert watch.state_of(anna.session).why == "connection"
    assert alarms.needs_now(anna.session) == []


def test_an_earlier_card_of_ours_is_old_and_not_false(anna: Desk, page: Tampered) -> None:
    made = questionnaire.add_question(anna.session)
    questionnaire.set_question(anna.session, made, {"en": "Have you a bed?"}, required=False)
    questionnaire.publish(anna.session)
    assert questionnaire.put_notice(anna.session, anna.relay)
    assert everything(anna) == []
    assert watch.state_of(anna.session).pages["/?lang=en"].found == "old"
    assert questionnaire.notice_due(anna.session) is not None  # the relay is told again


def test_another_version_is_told_apart_as_far_as_a_colleague_runs_it(anna: Desk, page: Tampered) -> None:
    ours = watch.our_page(anna.session)
    assert ours is not None
    script = next(url for url in loaded_by(ours.answer("/?lang=en").body) if url.endswith(".js"))
    newer, body = "/a/page-0000000000000000.js", b"// a newer script"

    def change(
        url: str, _headers: dict[str, str], plain: bytes
    ) -> bytes | tuple[int, dict[str, str], bytes] | None:
        if url == newer:
            return 200, {}, body
        return plain.replace(script.encode(), newer.encode())

    page.change = change
    found = {what for what, _ in everything(anna)}
    assert found == {"text", "file"}  # nobody runs such a version: it is an alarm
    files = {
        **{url: one for url, one in ours.assets.items() if url != script},
        newer: hashlib.sha256(body).hexdigest(),
    }
    anna.session.save_new(
        anna.session.compartment_of("team"), PageBuild(id=anna.session.make_id(), version="9", files=files)
    )
    for alarm in alarms.open_alarms(anna.session):
        alarms.settle_alarm(anna.session, alarm.id, "Vera updated the relay and her desk.")
    anna.session.clock.now += 7_200_000  # type: ignore[attr-defined]
    again = watch.look_at_everything(anna.session, opener(anna.session))
    assert [one.what for one in again] == ["build"] * len(again)
    assert again
    [need] = alarms.needs_now(anna.session)
    assert need.urgency == Urgency.LATE
    key = json.loads(watch.our_cards(anna.session)[0])["recipient"].encode()
    page.change = lambda url, sent, plain: change(url, sent, plain.replace(key, key[:-4] + b"qqqq"))
    forged = {one.what for one in watch.look_at_everything(anna.session, opener(anna.session))}
    assert "text" in forged  # another version may be told apart; other keys never are


def test_every_desk_sees_the_alarm_until_somebody_settles_it(tmp_path: Path) -> None:
    relay = RelaySimulator()
    anna = found(tmp_path / "anna", relay.door())
    boris = newcomer(tmp_path / "boris", anna, relay.door(), role="documenter")  # without the hotline's key
    with closing(anna, boris), serve_page(watch.our_cards(anna.session)[0]) as page:
        settle(anna, boris)
        for desk in (anna, boris):
            watch.set_page_address(desk.session, page.address)
        page.change = lambda url, _headers, body: flip(body) if url == "/?lang=ru" else None
        assert everything(boris) == [("text", "/?lang=ru")]
        assert everything(anna) == [("text", "/?lang=ru")]
        settle(anna, boris)
        for desk in (anna, boris):
            [alarm] = alarms.open_alarms(desk.session)
            assert len(alarm.seen) == 2
            assert alarm.conflicts == {}
            [need] = alarms.needs_now(desk.session)
            assert need.urgency == Urgency.ALARM
            assert any("differs from ours" in str(fault.what) for fault in safety.gather(desk.session).faults)
        with pytest.raises(Exception, match="Say why"):
            alarms.settle_alarm(anna.session, alarm.id, " ")
        alarms.settle_alarm(anna.session, alarm.id, "The server was taken down.")
        settle(anna, boris)
        assert alarms.needs_now(boris.session) == []


def test_a_card_in_the_teams_record_that_no_device_of_ours_signed_is_not_what_is_compared(
    anna: Desk, tmp_path: Path
) -> None:
    other = found(tmp_path / "other", RelaySimulator().door())
    with closing(other):
        forged = watch.our_cards(other.session)[0]
    before = watch.our_cards(anna.session)
    circle = anna.session.compartment_of("team")
    anna.session.commit(circle, put("team", circle, card=forged))
    assert watch.our_cards(anna.session) == before
    anna.session.commit(circle, put("team", circle, card="{"))
    assert watch.our_cards(anna.session) == before


def test_a_visit_looks_like_a_browsers(anna: Desk, page: Tampered) -> None:
    watch.look_at_everything(anna.session, opener(anna.session))
    url, headers = page.asked[0]
    assert url == "/"
    assert list(headers)[:5] == ["host", "user-agent", "accept", "accept-language", "accept-encoding"]
    assert "Firefox/" in headers["user-agent"]
    assert not {"cookie", "referer", "authorization"} & {name for _, sent in page.asked for name in sent}
    assert json.dumps([sent for _, sent in page.asked]).lower().count("python") == 0


def test_each_visit_through_a_proxy_gets_another_circuit() -> None:
    chance = SystemChance()
    drawn = {_other_circuit("socks5h://127.0.0.1:9050", chance) for _ in range(5)}
    assert len(drawn) == 5
    for proxy in drawn:
        assert re.fullmatch(r"socks5h://[0-9a-f]{16}:[0-9a-f]{16}@127\.0\.0\.1:9050", proxy)
    assert _other_circuit("socks5h://tor:isolated@[::1]:9050", chance).endswith("@[::1]:9050")


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["gzip", "deflate", "br", "identity", "", "x" * 500]))
def test_no_packing_gets_another_answer_than_bytes_or_unreadable(raw: bytes, encoding: str) -> None:
    try:
        plain = _unpack(raw, encoding)
    except Unreadable:
        return
    assert encoding in {"identity", ""} or raw[:1] in {
        b"\x1f",
        b"x",
        b"X",
        b"h",
        b"8",
        b"(",
        b"H",
        b"\x18",
        b"\x08",
    }
    assert len(plain) <= 8 * 1024 * 1024


def test_a_bomb_is_not_unpacked() -> None:
    with pytest.raises(Unreadable):
        _unpack(gzip.compress(bytes(30 * 1024 * 1024)), "gzip")

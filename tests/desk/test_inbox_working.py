"""The Inbox as a working queue, by its forms."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.reporter import Reporter, item_id

from leeward.domain.intake import Contact, Letter
from leeward.domain.team import Member
from leeward.domain.typed import write_new
from leeward.ledger.model import note, put
from leeward.office import intake
from leeward.office.session import Session

if TYPE_CHECKING:
    from tests.desk.conftest import Browser, Served, TestClock


def arrive(session: Session, text: str, **members: Any) -> tuple[Reporter, str]:
    before = {one.id for one in session.find(Contact)}
    reporter = Reporter(session)
    intake.take_in(session, item_id(), reporter.first(text, **members))
    [new] = {one.id for one in session.find(Contact)} - before
    return reporter, new


@pytest.fixture
def vera(session: Session) -> str:
    """A colleague; what she says comes in by sync, which tests of the office try."""
    member = session.make_id()
    session.commit(session.compartment_of("team"), write_new(Member(id=member, name="Vera", role="operator")))
    return member


def test_their_own_word_the_server_and_the_facts_are_shown(session: Session, browser: Browser) -> None:
    _, contact = arrive(
        session,
        "скорее",
        urgent=True,
        path="plain",
        facts={"where": "только тут", "when": "до 8:00", "device": "searched", "phrase": "яблоки"},
        questions=1,
        answers=[{"q": "town", "text": "рядом с рынком"}],
    )
    page = browser.get(f"/inbox/{contact}").text
    for words in (
        "Says: now",
        "They say: now",
        "They say it is urgent. You decide.",
        "sealed by the server, not on their device",
        "только тут",
        "до 8:00",
        "may be searched",
        "яблоки",
        "рядом с рынком",
        "A question that this desk does not know (town)",
    ):
        assert words in page
    page = browser.post(f"/inbox/{contact}/facts", {"safe_when": "после 22:00"}).text
    assert "после 22:00" in page
    assert "they wrote: до 8:00" in page


def test_what_went_where_stands_in_the_conversation(
    session: Session, browser: Browser, clock: TestClock
) -> None:
    _, contact = arrive(session, "раз")
    clock.pass_minutes(1)
    page = browser.post(
        f"/inbox/{contact}/answer", {"text": "В девять.", "sensitive": "1", "cover": "Пока новостей нет."}
    ).text
    assert "Sealed to their true words alone." in page
    assert "To their true words alone" in page
    _, other = arrive(session, "ещё")
    beside = browser.get(f"/inbox/{other}").text  # the queue says that there is one, not what it says
    assert "To their true words alone" in beside
    assert "В девять." not in beside
    assert "Their alarm form shows instead: “Пока новостей нет.”" in page
    page = browser.post(
        f"/inbox/{contact}/answer", {"text": "В десять.", "sensitive": "1", "cover": " "}
    ).text
    assert "Their alarm form shows nothing of it." in page
    page = browser.post(f"/inbox/{contact}/answer", {"text": "Мы здесь.", "cover": "не считается"}).text
    assert "не считается" not in page
    assert [one.sensitive for one in session.find(Letter) if one.direction == "out"].count(True) == 2


def test_the_alarm_stands_above_every_page_until_somebody_acts(session: Session, browser: Browser) -> None:
    reporter, contact = arrive(session, "раз")
    _, other = arrive(session, "два")
    intake.take_in(session, item_id(), reporter.again("где вы?", alarm=True))
    for path in ("/people", "/places", "/safety", "/keys", f"/inbox/{other}", "/inbox/call", "/search"):
        page = browser.get(path).text
        assert 'class="bar" href="/inbox/' in page, path
        assert "Open what to do" in page
    assert 'class="band"' in browser.get("/").text
    queue = browser.get("/inbox").text
    assert 'class="bar narrow" href="/inbox/' in queue  # a phone shows the queue without the conversation
    page = browser.get(f"/inbox/{contact}").text
    assert "Open what to do" not in page
    assert 'name="urgency"' not in page
    assert "nothing that leads to a place is sent" in page
    assert "Written under force: the alarm form" in page
    page = browser.post(f"/inbox/{contact}/alarm").text
    assert "You act on this alarm." in page
    assert "you have it" in page
    assert 'name="urgency"' in page
    assert "Somebody else must say that they are free" in page
    assert 'class="bar" href="/inbox/' not in browser.get("/people").text
    refused = browser.post(f"/inbox/{contact}/lift", {"reason": "Жив."})
    assert refused.status_code == 409
    assert "Somebody else must take this back" in refused.text


def test_captured_is_marked_and_lifted_by_forms(session: Session, browser: Browser, vera: str) -> None:
    _, contact = arrive(session, "раз")
    assert browser.post(f"/inbox/{contact}/captured", {"reason": " "}).status_code == 409
    page = browser.post(f"/inbox/{contact}/captured", {"reason": "Пишет иначе."}).text
    assert "May be in other hands" in page
    assert "Пишет иначе." in page
    lift = note("contact", contact, "captures", {"does": "lift", "text": "Видели."})
    session.commit(session.compartment_of("intake"), lift)
    assert "May be in other hands" not in browser.get(f"/inbox/{contact}").text


def test_order_part_and_claims_are_one_press_each(
    session: Session, browser: Browser, clock: TestClock, vera: str
) -> None:
    _, first = arrive(session, "раз")
    clock.pass_minutes(1)
    _, second = arrive(session, "два")
    page = browser.post(f"/inbox/{first}/take").text
    assert "you have it" in page
    assert "Leave it to others" in page
    page = browser.post("/inbox/view", {"shown": "mine"}).text
    assert f'id="q-{first}"' in page
    assert f'id="q-{second}"' not in page
    page = browser.post("/inbox/view", {"shown": "free", "with": second}).text
    assert f'id="q-{first}"' not in page
    browser.post("/inbox/view", {"shown": "all", "order": "newest"})
    page = browser.get("/inbox").text
    assert page.index(f'id="q-{second}"') < page.index(f'id="q-{first}"')
    page = browser.post(f"/inbox/{first}/give", {"to": vera, "note": "Спроси про мост."}).text
    assert "Mila gave it to Vera" in page
    assert "Спроси про мост." in page
    assert "Vera has it" in page
    assert browser.post("/inbox/view", {"order": "random"}).status_code == 409
    assert browser.get("/inbox").status_code == 200


def test_an_empty_part_of_the_queue_says_so(session: Session, browser: Browser) -> None:
    arrive(session, "раз")
    page = browser.post("/inbox/view", {"shown": "mine"}).text
    assert "Nothing here in this part of the queue." in page
    assert "1 person waits for an answer" in page


def test_junk_is_folded_under_the_queue_and_comes_back(session: Session, browser: Browser) -> None:
    _, contact = arrive(session, "купите")
    page = browser.post(f"/inbox/{contact}/heap", {"heap": "hostile"}).text
    assert "1 put out of the queue" in page
    assert "Hostile, kept as evidence" in page
    assert "Nobody waits for an answer" in page
    page = browser.post(f"/inbox/{contact}/heap").text
    assert "It is in the queue again." in page
    ids = [arrive(session, "купите таблетки дёшево сейчас")[1] for _ in range(4)]
    assert "The same words from 3 more" in browser.get("/inbox").text
    page = browser.post(
        "/inbox/heap", [("heap", "spam"), *(("contact", one) for one in ids), ("contact", "../x")]
    ).text
    assert "4 conversations were moved." in page


def test_one_person_with_two_contacts_is_one_conversation(
    session: Session, browser: Browser, clock: TestClock
) -> None:
    _, first = arrive(session, "раз")
    clock.pass_minutes(1)
    _, second = arrive(session, "слова потерялись")
    page = browser.post(f"/inbox/{first}/merge", {"other": second}).text
    assert "раз" in page
    assert "слова потерялись" in page
    assert "1 merged" in page
    page = browser.get(f"/inbox/{second}").text
    assert f'action="/inbox/{first}/answer"' in page
    browser.post(f"/inbox/{first}/answer", {"text": "Видим вас."})
    [out] = [one for one in session.find(Letter) if one.direction == "out"]
    assert out.contact_id == second
    page = browser.post(f"/inbox/{first}/unmerge", {"other": second}).text
    assert "Each has a conversation of its own again." in page


def test_an_ended_conversation_has_no_answer_box(
    session: Session, browser: Browser, clock: TestClock
) -> None:
    reporter, contact = arrive(session, "раз")
    clock.pass_minutes(1)
    intake.take_in(session, item_id(), reporter.sealed(voice=reporter.way.voice, event="ended"))
    page = browser.get(f"/inbox/{contact}").text
    assert "They asked us to end and erase it" in page
    assert 'id="reply"' not in page
    assert "Mila did what there was to do" in browser.post(f"/inbox/{contact}/ended").text


def test_nobody_looked_is_told_above_every_page_until_somebody_looks(
    session: Session, browser: Browser, clock: TestClock
) -> None:
    arrive(session, "раз")
    clock.pass_minutes(60)
    page = browser.get("/people").text
    assert "1 person waits, and nobody has looked since 21:17." in page
    assert (
        "nobody has looked" in browser.get("/inbox", **{"leeward-live": "1"}).text
    )  # a page by itself is no look
    assert "nobody has looked" not in browser.get("/inbox").text
    assert "nobody has looked" not in browser.get("/people").text
    clock.pass_minutes(1)
    arrive(session, "два")
    clock.pass_minutes(60)
    assert "nobody has looked" in browser.get("/people").text
    assert browser.post("/inbox/looked").status_code == 204
    assert "nobody has looked" not in browser.get("/people").text


def test_the_roster_is_kept_by_forms(session: Session, browser: Browser) -> None:
    shift = {"member": session.member_id, "weekday": "1", "begins": "00:00", "ends": "00:00", "line": "1"}
    page = browser.post("/inbox/duty", shift).text
    assert "Tuesday" in page
    assert "00:00–00:00" in page
    assert "next day" in page
    assert "08:00–12:00" in browser.post("/inbox/duty", {**shift, "begins": "08:00", "ends": "12:00"}).text
    other = [one for one in intake.watch.shifts(session) if one.ends]
    intake.watch.retire_shift(session, other[0].id)
    for wrong in ({"begins": "25:00"}, {"member": "nobody"}, {"line": "9"}, {"day": "soon"}):
        assert browser.post("/inbox/duty", {**shift, **wrong}).status_code == 409
    page = browser.post("/inbox/duty/times", {"minutes_day": "7", "night_from": "22"}).text
    assert 'name="minutes_day" value="7"' in page
    assert browser.post("/inbox/duty/times", {"minutes_day": "0"}).status_code == 409
    [made] = [one.id for one in intake.watch.shifts(session)]
    assert "The roster is empty." in browser.post(f"/inbox/duty/{made}/retire").text
    assert "nothing else." in browser.post("/inbox/duty/notify", {"on": "yes"}).text
    assert 'data-notify="yes"' in browser.get("/people").text


def test_sentences_are_changed_added_and_taken_away(session: Session, browser: Browser) -> None:
    page = browser.get("/inbox/phrases").text
    assert "to be checked by a native speaker: ce, uk, ar, fa, tr, es, fr" in page
    page = browser.post(
        "/inbox/phrases", {"shelf": "cover", "language": "ru", "text": "Всё по-прежнему."}
    ).text
    assert "Всё по-прежнему." in page
    _, contact = arrive(session, "раз")
    page = browser.get(f"/inbox/{contact}").text
    assert 'data-insert="Всё по-прежнему."' in page
    assert 'data-pick="1"' in page
    assert browser.post("/inbox/phrases", {"shelf": "cover", "language": "ru", "text": ""}).status_code == 409
    assert browser.get("/inbox/phrases?shelf=nothing").status_code == 200


def test_vetting_by_forms_has_a_day_a_voucher_and_what_they_know_of_us(
    session: Session, browser: Browser, clock: TestClock, vera: str
) -> None:
    _, contact = arrive(session, "раз")
    _, friend = arrive(session, "два")
    browser.post(f"/inbox/{contact}/check", {"step": "vouching", "voucher": friend, "outcome": "holds"})
    page = browser.post(
        f"/inbox/{contact}/vetting", {"grade": "partly", "reason": "Сходится.", "until": "2026-04-20"}
    ).text
    assert "until 21 Apr" in page or "until 20 Apr" in page
    page = browser.post(f"/inbox/{contact}/told", [("told", "who"), ("told", "check")]).text
    assert "2/7" in page
    clock.pass_minutes(20 * 24 * 60)
    assert "Check again before you rely on it." in browser.get(f"/inbox/{contact}").text
    page = browser.post(
        f"/inbox/{contact}/decision", {"decision": "accept", "risky": "1", "reason": "Завтра."}
    ).text
    assert "Waits for a second reader" in page
    assert browser.post(f"/inbox/{contact}/second-decision", {"agrees": "yes"}).status_code == 409
    session.commit(session.compartment_of("intake"), put("contact", contact, decision_by=vera))
    page = browser.post(f"/inbox/{contact}/second-decision", {"agrees": "yes"}).text
    assert "Read by Vera and Mila." in page


def test_hundreds_at_once_are_shown_in_part_and_whole_on_demand(session: Session, browser: Browser) -> None:
    for number in range(70):
        intake.log_call(session, f"звонок {number}")
    page = browser.get("/inbox").text
    assert page.count('id="q-') == 60
    assert "Show 10 more" in page
    assert browser.get("/inbox?all=1").text.count('id="q-') == 70


def test_the_roster_marks_the_shift_that_runs_now_and_no_other_of_the_same_member(
    session: Session, server: Served, browser: Browser, clock: TestClock
) -> None:
    local = dt.datetime.fromtimestamp(clock.ms / 1000, tz=server.desk.state.zone)
    for weekday in (local.weekday(), (local.weekday() + 3) % 7):
        browser.post(
            "/inbox/duty",
            {
                "member": session.member_id,
                "weekday": str(weekday),
                "begins": "00:00",
                "ends": "00:00",
                "line": "1",
            },
        )
    assert browser.get("/inbox/duty").text.count('<span class="tag good">now</span>') == 1

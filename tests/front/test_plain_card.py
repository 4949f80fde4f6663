"""The team's questions in the card, and a page that is made anew when the team publishes a newer card."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.support.hotline import CHANCE
from tests.support.plain import TYPE, alert_in, form_body, words_in

from leeward.front import app as front_app
from leeward.front.app import make_front
from leeward.front.card import Card, check_card
from leeward.front.errors import CardRefused
from leeward.office.cards import print_intake_card
from leeward.relay.open_store import open_store
from leeward.relay.store import BoxStore
from leeward.seal.envelope import open_sealed
from leeward.seal.keys import make_identity
from leeward.seal.kinds import Kind
from leeward.seal.signing import make_signing_key

KEY, IDENTITY = make_signing_key(CHANCE), make_identity(CHANCE)
BOX, READ, WRITE = CHANCE.draw(16), CHANCE.draw(32), CHANCE.draw(32)
WHERE = {"id": "where", "required": True, "text": {"ru": "Где вы?", "en": "Where <are> you?"}}
HOW = {"id": "how-many", "required": False, "text": {"ru": "Сколько вас?"}}


def questions(version: int, *asked: dict[str, Any]) -> dict[str, Any]:
    return {"version": version, "list": list(asked)}


def card(asked: object = None, **changes: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "team": "Тёплый дом",
        "languages": ("ru", "en"),
        "box": BOX.hex(),
        "write": WRITE.hex(),
    }
    key = changes.pop("key", KEY)
    text = print_intake_card(key, IDENTITY.recipient(), questions=asked, **{**given, **changes})  # type: ignore[arg-type]
    read: dict[str, Any] = json.loads(text)
    return read


def test_a_card_with_questions_is_taken_and_shown_to_the_page() -> None:
    asked = questions(3, WHERE, HOW)
    checked = check_card(card(asked))
    assert checked.questions is not None
    assert checked.public()["questions"] == asked
    assert checked.questions.list[1].text_in("en") == "Сколько вас?"
    assert checked.questions.list[0].text_in("fr") == "Where <are> you?"
    assert "questions" not in check_card(card()).public()


@pytest.mark.parametrize(
    "asked",
    [
        {},
        [],
        "x",
        {"version": 1},
        {"version": 1, "list": [], "more": 1},
        {"version": 0, "list": []},
        {"version": True, "list": []},
        {"version": "1", "list": []},
        {"version": 1 << 60, "list": []},
        {"version": 1, "list": {}},
        questions(1, WHERE, WHERE),
        questions(1, *({**WHERE, "id": f"q{n}"} for n in range(31))),
        questions(1, {**WHERE, "surplus": 1}),
        questions(1, {**WHERE, "id": ""}),
        questions(1, {**WHERE, "id": "a b"}),
        questions(1, {**WHERE, "id": "x" * 65}),
        questions(1, {**WHERE, "required": 1}),
        questions(1, {**WHERE, "text": {}}),
        questions(1, {**WHERE, "text": "Where?"}),
        questions(1, {**WHERE, "text": {"en": ""}}),
        questions(1, {**WHERE, "text": {"en": 7}}),
        questions(1, {**WHERE, "text": {"en": "a\u202eb"}}),
        questions(1, {**WHERE, "text": {"../en": "Where?"}}),
        questions(1, {**WHERE, "text": {"en": "x" * 1001}}),
    ],
)
def test_questions_of_another_form_are_refused_though_they_are_signed(asked: object) -> None:
    with pytest.raises(CardRefused):
        check_card(card(asked))


def test_which_card_may_follow_which() -> None:
    served = check_card(card(questions(2, WHERE)))
    follows: list[tuple[dict[str, Any], bool]] = [
        (card(questions(2, HOW)), True),
        (card(questions(3)), True),
        (card(questions(2, WHERE), team="Другое имя", languages=("en",)), True),
        (card(questions(1, WHERE)), False),
        (card(), False),
        (card(questions(3), box="ab" * 16), False),
        (card(questions(3), write="ab" * 32), False),
        (card(questions(3), key=make_signing_key(CHANCE)), False),
    ]
    for untrusted, may in follows:
        assert check_card(untrusted).may_follow(served) is may
    other = Card(**{**vars(served), "recipient": make_identity(CHANCE).recipient().string()})
    assert not other.may_follow(served)


@contextlib.asynccontextmanager
async def served(folder: Path, first: dict[str, Any]) -> AsyncIterator[tuple[BoxStore, httpx.AsyncClient]]:
    store = open_store(str(folder))
    await store.make_box(BOX, hashlib.sha256(READ).digest(), hashlib.sha256(WRITE).digest())
    transport = httpx.ASGITransport(make_front(first, store))
    async with httpx.AsyncClient(transport=transport, base_url="http://front") as session:
        yield store, session
    store.close()


def test_a_newer_card_is_shown_and_an_older_or_foreign_one_never(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front_app, "_ASK_SECONDS", 0.0)

    async def story() -> None:
        async with served(tmp_path, card()) as (store, session):
            before = await session.get("/plain?lang=en")
            hashes = (await session.get("/page.sha256")).text
            assert "Where &lt;" not in before.text
            await store.put_notice(BOX, READ, json.dumps(card(questions(2, WHERE, HOW))).encode())
            after = await session.get("/plain?lang=en")
            assert "Where &lt;are&gt; you? (needed)" in after.text
            assert "Сколько вас?" in after.text
            assert (await session.get("/page.sha256")).text != hashes
            stranger = card(questions(9, HOW), key=make_signing_key(CHANCE))
            broken = {**card(questions(9, HOW)), "team": "Чужие"}
            for notice in (card(questions(1, HOW)), card(), stranger, broken):
                await store.put_notice(BOX, READ, json.dumps(notice).encode())
                assert (await session.get("/plain?lang=en")).text == after.text
            for raw in (b"\xff", b"[]", b"[" * 100_000, b"{}"):
                await store.put_notice(BOX, READ, raw)
                assert (await session.get("/plain?lang=en")).text == after.text
            store.close()  # a relay that does not answer changes nothing
            assert (await session.get("/plain?lang=en")).text == after.text

    asyncio.run(story())


def test_the_teams_questions_are_answered_and_what_is_needed_is_asked_for(tmp_path: Path) -> None:
    async def story() -> None:
        async with served(tmp_path, card(questions(4, WHERE, HOW))) as (store, session):
            assert 'name="q.where"' in (await session.get("/plain?lang=ru")).text

            async def send(**fields: str) -> httpx.Response:
                body = form_body(
                    {"lang": "ru", "text": "x", **{k.replace("_", "."): v for k, v in fields.items()}}
                )
                return await session.post("/plain/send", content=body, headers={"Content-Type": TYPE})

            refused = await send(questions="4")
            assert refused.status_code == 422
            assert "Где вы?" in alert_in(refused)
            assert words_in(await send(questions="4", q_where="у реки"))
            assert words_in(await send(questions="3", q_old="да"))  # a page that was open while they changed
            page = await store.list_items(BOX, READ, 0, 10)
            reports = [json.loads(open_sealed(Kind.REPORT, item.sealed, [IDENTITY])) for item in page.items]
            assert [report["questions"] for report in reports] == [4, 3]
            assert reports[0]["answers"] == [{"q": "where", "text": "у реки"}]
            assert reports[1]["answers"] == [{"q": "old", "text": "да"}]

    asyncio.run(story())

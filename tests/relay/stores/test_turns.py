"""What every store does with turns, gates, the board and expiry."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from typing import Any

import pytest
from tests.support.store_clients import Keys, Piece, sha256

from leeward.relay.store import BoxStore, Expired, Keep
from leeward.wire.errors import BlobTaken, BoxTaken, ItemTaken, KnownOnly, NoSuchBlob, NoSuchBox, Refused
from leeward.wire.turn import Make, Put, Turn

DAY = 24 * 60 * 60 * 1000


def first_message(intake: Keys) -> tuple[Turn, list[Keys], list[Piece]]:
    """Return a turn as a page sends it first: two mailboxes, pieces, the report, and a look into the new mailbox."""
    ways, pieces = [Keys(), Keys()], [Piece() for _ in range(3)]
    turn = Turn(
        makes=tuple(way.make for way in ways),
        puts=tuple(piece.put for piece in pieces),
        post=intake.post(os.urandom(4000)),
        looks=(ways[0].look(),),
    )
    return turn, ways, pieces


def test_a_turn_does_all_that_it_asks_and_again_changes_nothing(place: Any) -> None:
    async def part(store: BoxStore) -> None:
        intake = await Keys().made(store)
        turn, ways, pieces = first_message(intake)
        for _ in range(2):
            (page,) = await store.take_turn(turn)
            assert (page.items, page.last) == ([], 0)
        for way in ways:
            assert (await store.append(way.box, way.write, os.urandom(16), b"answer")).number == 1
        for piece in pieces:
            assert await store.has_blob(piece.blob)
            assert await store.get_blob(piece.blob) == piece.sealed
        page = await store.list_items(intake.box, intake.read, 0, 10)
        assert turn.post is not None
        assert [(one.number, one.item, one.sealed) for one in page.items] == [
            (1, turn.post.item, turn.post.sealed)
        ]
        (seen,) = await store.take_turn(Turn(looks=(ways[0].look(),)))
        assert [one.sealed for one in seen.items] == [b"answer"]
        assert (await store.take_turn(Turn(looks=(ways[0].look(1),))))[0].last == 1

    place.play(part)


def test_a_refused_turn_leaves_no_trace(place: Any) -> None:
    async def part(store: BoxStore) -> None:
        intake, other, taken = await Keys().made(store), await Keys().made(store), Piece()
        await store.put_blob(taken.blob, sha256(taken.erase), taken.sealed)
        item = os.urandom(16)
        await store.append(intake.box, intake.write, item, b"first")
        before = sorted(place.files().names())
        turn, ways, pieces = first_message(intake)
        broken: list[tuple[type[Refused], Turn]] = [
            (BoxTaken, replace(turn, makes=(ways[0].make, Make(other.box, bytes(32), bytes(32))))),
            (BoxTaken, replace(turn, makes=(ways[0].make, Make(ways[0].box, bytes(32), bytes(32))))),
            (BlobTaken, replace(turn, puts=(*turn.puts, Put(taken.blob, sha256(taken.erase), b"other")))),
            (BlobTaken, replace(turn, puts=(*turn.puts, replace(pieces[0], sealed=b"other").put))),
            (NoSuchBox, replace(turn, post=replace(intake.post(b"x"), write_token=intake.read))),
            (NoSuchBox, replace(turn, post=Keys().post(b"x"))),
            (ItemTaken, replace(turn, post=intake.post(b"other bytes", item))),
        ]
        for wanted, asked in broken:
            with pytest.raises(wanted):
                await store.take_turn(asked)
            for way in ways:
                with pytest.raises(NoSuchBox):
                    await store.list_items(way.box, way.read, 0, 1)
            for piece in pieces:
                assert not await store.has_blob(piece.blob)
                with pytest.raises(NoSuchBlob):
                    await store.get_blob(piece.blob)
        assert (await store.list_items(intake.box, intake.read, 0, 5)).last == 1
        assert sorted(place.files().names()) == before
        await store.take_turn(turn)

    place.play(part)


def test_a_turn_may_write_into_the_mailbox_that_it_makes(place: Any) -> None:
    async def part(store: BoxStore) -> None:
        keys = Keys()
        (page,) = await store.take_turn(
            Turn(makes=(keys.make,), post=keys.post(b"to myself"), looks=(keys.look(),))
        )
        assert ([one.sealed for one in page.items], page.last) == ([b"to myself"], 1)

    place.play(part)


def test_looking_where_nothing_is_looks_like_an_empty_mailbox(place: Any) -> None:
    async def part(store: BoxStore) -> None:
        keys = await Keys().made(store)
        await store.append(keys.box, keys.write, os.urandom(16), b"sealed")
        for look in (
            Keys().look(),
            replace(keys, read=os.urandom(32)).look(),
            replace(keys, read=keys.write).look(),
        ):
            (page,) = await store.take_turn(Turn(looks=(look,)))
            assert (page.items, page.last) == ([], 0)
        assert await store.take_turn(Turn()) == ()

    place.play(part)


def test_each_look_has_its_page_in_the_order_asked_for(place: Any) -> None:
    async def part(store: BoxStore) -> None:
        one, two = Keys(), Keys()
        await store.take_turn(Turn(makes=(one.make, two.make)))
        await store.append(two.box, two.write, os.urandom(16), b"in the second")
        pages = await store.take_turn(Turn(looks=(one.look(), two.look())))
        assert [([one.sealed for one in page.items], page.last) for page in pages] == [
            ([], 0),
            ([b"in the second"], 1),
        ]
        pages = await store.take_turn(Turn(looks=(two.look(), Keys().look())))
        assert [page.last for page in pages] == [1, 0]

    place.play(part)


def test_a_gate_lets_known_words_in_and_turns_alone(place: Any) -> None:
    async def part(store: BoxStore) -> None:
        intake, way = await Keys().made(store), Keys()
        await store.take_turn(Turn(makes=(way.make,), post=intake.post(b"first")))
        await store.set_gate(intake.box, intake.read, known_only=True)
        asked = Turn(post=intake.post(b"second"), looks=(way.look(),))
        assert await store.is_known(way.box, way.read) is False
        with pytest.raises(KnownOnly):  # nobody has written into the mailbox
            await store.take_turn(asked)
        await store.append(way.box, way.write, os.urandom(16), b"answer")
        assert await store.is_known(way.box, way.read) is True
        assert await store.is_known(way.box, way.write) is False
        assert await store.is_known(intake.box, intake.read) is False  # the team's
        for turn in (
            replace(asked, looks=()),
            replace(asked, looks=(Keys().look(),)),
            replace(asked, looks=(replace(way, read=way.write).look(),)),
            replace(asked, looks=(intake.look(),)),
        ):
            with pytest.raises(KnownOnly):
                await store.take_turn(turn)
        with pytest.raises(KnownOnly):
            await store.append(intake.box, intake.write, os.urandom(16), b"past the gate")
        await store.take_turn(replace(asked, looks=(Keys().look(), way.look())))  # one of them will do
        await store.take_turn(asked)
        await store.take_turn(replace(asked, looks=()))  # it was let in before
        await store.set_gate(intake.box, intake.read, known_only=False)
        await store.take_turn(Turn(post=intake.post(b"third")))
        with pytest.raises(KnownOnly):
            await store.append(intake.box, intake.write, os.urandom(16), b"not in a turn")
        page = await store.list_items(intake.box, intake.read, 0, 10)
        assert [one.sealed for one in page.items] == [b"first", b"second", b"third"]

    place.play(part)


def test_the_board_names_mailboxes_until_they_are_listed(place: Any) -> None:
    async def part(store: BoxStore) -> None:
        intake, ways = await Keys().made(store), [Keys() for _ in range(3)]
        for way in ways:
            await store.take_turn(Turn(makes=(way.make,), post=intake.post(b"report")))
        assert await store.waiting(10) == []  # the team's own boxes are never on the board
        for way in ways[:2]:
            await store.append(way.box, way.write, os.urandom(16), b"answer")
        assert sorted(await store.waiting(10)) == sorted(way.box for way in ways[:2])
        assert len(await store.waiting(1)) == 1
        await store.take_turn(Turn(looks=(ways[0].look(),)))
        await store.list_items(ways[1].box, ways[1].read, 0, 5)
        assert await store.waiting(10) == []
        place.clock.ms += 2 * DAY
        await store.append(ways[0].box, ways[0].write, os.urandom(16), b"newer")
        await store.take_turn(Turn(looks=(ways[0].look(2),)))  # what is after 2 is nothing
        assert await store.waiting(10) == [ways[0].box]

    place.play(part)


def test_unread_mail_is_counted_for_an_hour_or_until_it_is_read(place: Any) -> None:
    async def part(store: BoxStore) -> None:
        intake, piece = await Keys().made(store), Piece(sealed=bytes(5000))
        await store.append(intake.box, intake.write, os.urandom(16), bytes(9000))  # of the team
        assert await store.unread_mail() == 0
        turn = Turn(post=intake.post(bytes(3000)), puts=(Piece(sealed=bytes(700)).put,))
        for _ in range(2):
            await store.take_turn(turn)
        assert await store.unread_mail() == 3700
        await store.put_blob(piece.blob, sha256(piece.erase), piece.sealed, mail=True)
        assert await store.unread_mail() == 8700
        await store.get_blob(piece.blob)
        assert await store.unread_mail() == 3700
        await store.list_items(intake.box, intake.read, 0, 10)
        assert await store.unread_mail() == 0
        await store.take_turn(Turn(post=intake.post(bytes(100))))
        place.clock.ms += 61 * 60 * 1000
        assert await store.unread_mail() == 0

    place.play(part)


def test_mail_expires_and_what_is_the_teams_never_does(place: Any) -> None:
    async def part(store: BoxStore) -> None:
        intake, read_way, unread_way = await Keys().made(store), Keys(), Keys()
        team, loose, small = Piece(), Piece(), Piece()
        await store.append(intake.box, intake.write, os.urandom(16), b"the team's")
        await store.take_turn(Turn(makes=(read_way.make,), post=intake.post(b"first"), puts=(small.put,)))
        await store.take_turn(Turn(makes=(unread_way.make,)))
        await store.put_blob(team.blob, sha256(team.erase), team.sealed)
        await store.put_blob(loose.blob, sha256(loose.erase), loose.sealed, mail=True)
        for way in (read_way, unread_way):
            await store.append(way.box, way.write, os.urandom(16), b"answer")
        place.clock.ms += 10 * DAY
        await store.list_items(intake.box, intake.read, 0, 10)
        await store.take_turn(Turn(looks=(read_way.look(),)))
        place.clock.ms += 29 * DAY
        assert await store.expire(Keep()) == Expired()
        place.clock.ms += DAY  # 30 days after they were read
        assert await store.expire(Keep()) == Expired(items=2)
        page = await store.list_items(intake.box, intake.read, 0, 10)
        assert [(one.number, one.sealed) for one in page.items] == [(1, b"the team's")]
        assert page.last == 2
        assert (await store.take_turn(Turn(looks=(read_way.look(),))))[0].last == 1
        place.clock.ms += 139 * DAY
        assert await store.expire(Keep()) == Expired()
        place.clock.ms += DAY  # 180 days
        assert await store.expire(Keep()) == Expired(items=1, boxes=1, blobs=2)
        with pytest.raises(NoSuchBox):
            await store.list_items(unread_way.box, unread_way.read, 0, 5)
        assert await store.get_blob(team.blob) == team.sealed
        for piece in (loose, small):
            with pytest.raises(NoSuchBlob):
                await store.get_blob(piece.blob)
        place.clock.ms += 40 * DAY
        assert (await store.expire(Keep())).boxes == 1  # looked into 180 days ago, and empty
        page = await store.list_items(intake.box, intake.read, 0, 10)
        assert [one.sealed for one in page.items] == [b"the team's"]
        done = await store.append(intake.box, intake.write, os.urandom(16), b"next")
        assert done.number == 3

    place.play(part)
    assert len(list(place.files().names())) == 1


def test_many_turns_at_once_are_each_whole(place: Any) -> None:
    async def part(store: BoxStore) -> None:
        intake = await Keys().made(store)
        turns = [first_message(intake) for _ in range(12)]
        again = [turns[0], turns[1], turns[0]]
        await asyncio.gather(*(store.take_turn(turn) for turn, _, _ in turns + again))
        page = await store.list_items(intake.box, intake.read, 0, 100)
        assert [one.number for one in page.items] == list(range(1, 13))
        assert {one.item for one in page.items} == {turn.post.item for turn, _, _ in turns if turn.post}
        for _, ways, pieces in turns:
            for piece in pieces:
                assert await store.get_blob(piece.blob) == piece.sealed
            for way in ways:
                assert (await store.list_items(way.box, way.read, 0, 1)).last == 0

    place.play(part)

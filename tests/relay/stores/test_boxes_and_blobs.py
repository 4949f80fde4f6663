"""What every store does with boxes, items and blobs."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from typing import Any

import pytest
from tests.support.store_clients import Keys, Piece, sha256

from leeward.relay.store import BoxStore
from leeward.wire.errors import BlobTaken, BoxTaken, ItemTaken, NoSuchBlob, NoSuchBox
from leeward.wire.listing import LISTING_MOST


def test_a_box_is_made_once(place: Any) -> None:
    keys = Keys()

    async def part(store: BoxStore) -> None:
        assert await store.make_box(keys.box, sha256(keys.read), sha256(keys.write)) is True
        assert await store.make_box(keys.box, sha256(keys.read), sha256(keys.write)) is False
        with pytest.raises(BoxTaken):
            await store.make_box(keys.box, sha256(keys.write), sha256(keys.write))
        with pytest.raises(BoxTaken):
            await store.make_box(keys.box, sha256(keys.read), sha256(keys.read))

    place.play(part)


def test_items_stand_in_order_once_each_and_are_there_after_a_restart(place: Any) -> None:
    sent = [(os.urandom(16), os.urandom(size)) for size in (1, 100, 5000, 70_000)]

    async def write(store: BoxStore) -> Keys:
        keys = await Keys().made(store)
        for number, (item, sealed) in enumerate(sent, 1):
            done = await store.append(keys.box, keys.write, item, sealed)
            assert (done.number, done.made) == (number, True)
        for number, (item, sealed) in enumerate(sent, 1):
            done = await store.append(keys.box, keys.write, item, sealed)
            assert (done.number, done.made) == (number, False)
        with pytest.raises(ItemTaken):
            await store.append(keys.box, keys.write, sent[0][0], b"other bytes")
        return keys

    keys = place.play(write)

    async def read(store: BoxStore) -> None:
        page = await store.list_items(keys.box, keys.read, 0, 500)
        assert [(one.item, one.sealed) for one in page.items] == sent
        assert [one.number for one in page.items] == [1, 2, 3, 4]
        assert page.last == 4
        page = await store.list_items(keys.box, keys.read, 1, 2)
        assert [one.number for one in page.items] == [2, 3]
        assert (await store.list_items(keys.box, keys.read, 4, 9)).items == []
        assert (await store.list_items(keys.box, keys.read, 2**53, 9)).last == 4
        done = await store.append(keys.box, keys.write, os.urandom(16), b"next")
        assert (done.number, done.made) == (5, True)

    place.play(read)


def test_many_at_once_get_consecutive_numbers_and_each_its_own_answer(place: Any) -> None:
    async def part(store: BoxStore) -> None:
        boxes = [await Keys().made(store) for _ in range(3)]
        same = os.urandom(16)
        asked: list[tuple[Keys, bytes, bytes, bytes]] = [
            (keys, keys.write, os.urandom(16), os.urandom(40)) for keys in boxes for _ in range(40)
        ]
        asked += [(boxes[0], boxes[0].write, same, b"the same") for _ in range(5)]
        asked += [(boxes[0], boxes[0].write, same, b"not the same")]
        asked += [(boxes[1], boxes[1].read, os.urandom(16), b"wrong token")]
        asked += [(Keys(), os.urandom(32), os.urandom(16), b"no such box")]
        got = await asyncio.gather(
            *(store.append(keys.box, token, item, sealed) for keys, token, item, sealed in asked),
            return_exceptions=True,
        )
        kept: dict[bytes, list[tuple[int, bytes, bytes]]] = {}
        for (keys, _, item, sealed), outcome in zip(asked, got, strict=True):
            if not isinstance(outcome, BaseException) and outcome.made:
                kept.setdefault(keys.box, []).append((outcome.number, item, sealed))
        assert [type(outcome) for outcome in got[-3:]] == [ItemTaken, NoSuchBox, NoSuchBox]
        assert sum(not isinstance(outcome, BaseException) and outcome.made for outcome in got[120:125]) == 1
        for keys in boxes:
            page = await store.list_items(keys.box, keys.read, 0, 500)
            assert [(one.number, one.item, one.sealed) for one in page.items] == sorted(kept[keys.box])
            assert [one.number for one in page.items] == list(range(1, page.last + 1))

    place.play(part)


def test_begin_append_tells_how_it_ended(place: Any) -> None:
    async def part(store: BoxStore) -> None:
        keys = await Keys().made(store)
        loop = asyncio.get_running_loop()
        told: list[asyncio.Future[Any]] = [loop.create_future() for _ in range(3)]
        item = os.urandom(16)
        for token, future in zip((keys.write, keys.read, keys.write), told, strict=True):
            store.begin_append(keys.box, token, item, b"sealed", future.set_result)
        first, refused, again = await asyncio.gather(*told)
        assert (first.number, first.made) == (1, True)
        assert isinstance(refused, NoSuchBox)
        assert (again.number, again.made) == (1, False)

    place.play(part)


def test_a_listing_ends_after_about_eight_mebibytes(place: Any) -> None:
    async def part(store: BoxStore) -> None:
        keys = await Keys().made(store)
        big = os.urandom(3 * 1024 * 1024)
        for _ in range(4):
            await store.append(keys.box, keys.write, os.urandom(16), big)
        page = await store.list_items(keys.box, keys.read, 0, 500)
        assert len(page.items) == 3
        assert sum(len(one.sealed) for one in page.items) >= LISTING_MOST
        assert (await store.list_items(keys.box, keys.read, 3, 500)).items[0].sealed == big

    place.play(part)


def test_wrong_tokens_and_unknown_addresses_are_refused_alike(place: Any) -> None:
    async def part(store: BoxStore) -> None:
        keys, piece = await Keys().made(store), Piece()
        await store.put_blob(piece.blob, sha256(piece.erase), piece.sealed)
        for box, token in ((keys.box, os.urandom(32)), (keys.box, keys.write), (os.urandom(16), keys.read)):
            with pytest.raises(NoSuchBox):
                await store.list_items(box, token, 0, 5)
            with pytest.raises(NoSuchBox):
                await store.wait_for_item(box, token, 0, 5)
            with pytest.raises(NoSuchBox):
                await store.delete_box(box, token)
            with pytest.raises(NoSuchBox):
                await store.set_gate(box, token, known_only=True)
            with pytest.raises(NoSuchBox):
                await store.put_notice(box, token, b"card")
            assert await store.is_known(box, token) is False
        for box, token in ((keys.box, keys.read), (os.urandom(16), keys.write)):
            with pytest.raises(NoSuchBox):
                await store.append(box, token, os.urandom(16), b"sealed")
        for blob, token in ((piece.blob, os.urandom(32)), (os.urandom(32), piece.erase)):
            with pytest.raises(NoSuchBlob):
                await store.delete_blob(blob, token)
        assert await store.get_blob(piece.blob) == piece.sealed

    place.play(part)


def test_an_erased_box_is_gone_and_can_be_made_anew(place: Any) -> None:
    async def part(store: BoxStore) -> None:
        keys = await Keys().made(store)
        await store.append(keys.box, keys.write, os.urandom(16), b"sealed")
        await store.put_notice(keys.box, keys.read, b"card")
        await store.delete_box(keys.box, keys.read)
        assert await store.get_notice(keys.box) is None
        with pytest.raises(NoSuchBox):
            await store.list_items(keys.box, keys.read, 0, 5)
        with pytest.raises(NoSuchBox):
            await store.append(keys.box, keys.write, os.urandom(16), b"sealed")
        await keys.made(store)
        page = await store.list_items(keys.box, keys.read, 0, 5)
        assert (page.items, page.last) == ([], 0)

    place.play(part)


def test_a_blob_is_kept_once_found_and_erased(place: Any) -> None:
    piece = Piece(sealed=os.urandom(200_000))

    async def write(store: BoxStore) -> None:
        hashed = sha256(piece.erase)
        assert await store.has_blob(piece.blob) is False
        assert await store.put_blob(piece.blob, hashed, piece.sealed) is True
        assert await store.put_blob(piece.blob, hashed, piece.sealed) is False
        with pytest.raises(BlobTaken):
            await store.put_blob(piece.blob, hashed, piece.sealed[:-1])
        with pytest.raises(BlobTaken):
            await store.put_blob(piece.blob, sha256(b"another"), piece.sealed)

    place.play(write)
    assert len(list(place.files().names())) == 1

    async def read(store: BoxStore) -> None:
        assert await store.has_blob(piece.blob) is True
        assert await store.get_blob(piece.blob) == piece.sealed
        await store.delete_blob(piece.blob, piece.erase)
        assert await store.has_blob(piece.blob) is False
        with pytest.raises(NoSuchBlob):
            await store.get_blob(piece.blob)

    place.play(read)
    assert list(place.files().names()) == []


def test_the_same_blob_at_once_is_kept_once_and_leaves_one_file(place: Any) -> None:
    piece = Piece()

    async def part(store: BoxStore) -> None:
        hashed = sha256(piece.erase)
        got = await asyncio.gather(
            *(store.put_blob(piece.blob, hashed, piece.sealed) for _ in range(8)),
            store.put_blob(piece.blob, sha256(b"another"), piece.sealed),
            return_exceptions=True,
        )
        assert got.count(True) == 1
        assert got.count(False) + sum(isinstance(one, BlobTaken) for one in got) == 8
        if not isinstance(got[-1], BlobTaken):  # it was the first
            assert sum(isinstance(one, BlobTaken) for one in got) == 8

    place.play(part)
    assert len(list(place.files().names())) == 1


def test_bytes_that_were_lost_are_put_back_by_sending_them_again(place: Any) -> None:
    piece = Piece()

    async def part(store: BoxStore) -> None:
        await store.put_blob(piece.blob, sha256(piece.erase), piece.sealed)
        files = place.files()
        for name in list(files.names()):
            files.delete(name)
        assert await store.has_blob(piece.blob) is False
        with pytest.raises(NoSuchBlob):
            await store.get_blob(piece.blob)
        assert await store.put_blob(piece.blob, sha256(piece.erase), piece.sealed) is False
        assert await store.get_blob(piece.blob) == piece.sealed

    place.play(part)


def test_waiting_ends_with_an_item_or_the_time(place: Any) -> None:
    async def part(store: BoxStore) -> None:
        keys = await Keys().made(store)
        loop = asyncio.get_running_loop()
        began = loop.time()
        await store.wait_for_item(keys.box, keys.read, 0, 0.3)
        assert loop.time() - began >= 0.25
        waiting = asyncio.create_task(store.wait_for_item(keys.box, keys.read, 0, 20))
        await asyncio.sleep(0.1)
        await store.append(keys.box, keys.write, os.urandom(16), b"sealed")
        await asyncio.wait_for(waiting, 5)
        await store.wait_for_item(keys.box, keys.read, 0, 20)

    place.play(part)


def test_a_notice_is_public_and_the_newest_counts(place: Any) -> None:
    async def part(store: BoxStore) -> None:
        keys = await Keys().made(store)
        assert await store.get_notice(keys.box) is None
        assert await store.get_notice(os.urandom(16)) is None
        await store.put_notice(keys.box, keys.read, b"first")
        await store.put_notice(keys.box, keys.read, b"second")
        assert await store.get_notice(keys.box) == b"second"

    place.play(part)


def test_tokens_are_not_kept(place: Any) -> None:
    """Another box may have the same tokens, and a token's hash is no token."""

    async def part(store: BoxStore) -> None:
        keys = await Keys().made(store)
        await replace(keys, box=os.urandom(16)).made(store)
        with pytest.raises(NoSuchBox):
            await store.list_items(keys.box, sha256(keys.read), 0, 5)

    place.play(part)

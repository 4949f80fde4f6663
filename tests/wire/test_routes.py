"""Paths print and parse to the same; anything spelled otherwise is refused."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeward.wire.errors import BadRequest, NoSuchPage, Refused
from leeward.wire.hexes import parse_bearer, parse_hex, print_bearer
from leeward.wire.routes import (
    NUMBER_MOST,
    Blob,
    Box,
    Gate,
    Hello,
    Item,
    Items,
    Notice,
    Route,
    Turns,
    Waiting,
    parse_route,
    print_route,
)

boxes = st.binary(min_size=16, max_size=16)
ROUTES: st.SearchStrategy[Route] = st.one_of(
    st.sampled_from([Hello(), Turns(), Waiting()]),
    st.builds(Gate, boxes),
    st.builds(Notice, boxes),
    st.builds(Box, boxes),
    st.builds(Item, boxes, boxes),
    st.builds(
        Items,
        boxes,
        after=st.integers(0, NUMBER_MOST),
        limit=st.integers(1, 500),
        wait=st.integers(0, 25),
    ),
    st.builds(Blob, st.binary(min_size=32, max_size=32)),
)

BOX = "/v1/boxes/" + "ab" * 16


@given(ROUTES)
def test_every_route_prints_and_parses_to_itself(route: Route) -> None:
    path, _, query = print_route(route).partition("?")
    assert parse_route(path, query) == route


@given(st.text(max_size=200), st.text(max_size=100))
def test_any_text_is_a_route_or_refused(path: str, query: str) -> None:
    with contextlib.suppress(Refused):
        route = parse_route(path, query)
        assert parse_route(*print_route(route).partition("?")[::2]) == route


@given(ROUTES, st.integers(0, 80), st.characters())
def test_a_changed_path_is_refused_or_another_route(route: Route, at: int, put: str) -> None:
    path, _, query = print_route(route).partition("?")
    changed = path[:at] + put + path[at + 1 :]
    if changed != path:
        with contextlib.suppress(Refused):
            assert parse_route(changed, query) != route


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/v1",
        "/v1/",
        "/v2/hello",
        "/v1/hello/",
        "//v1/hello",
        "/v1/Hello",
        BOX + "/",
        BOX + "/items/",
        "/v1/boxes",
        "/%76%31/hello",
    ],
)
def test_what_is_no_page_is_no_such_page(path: str) -> None:
    with pytest.raises((NoSuchPage, BadRequest)):
        parse_route(path)


@pytest.mark.parametrize(
    "path",
    [
        "/v1/boxes/" + "AB" * 16,
        "/v1/boxes/" + "ab" * 15,
        "/v1/boxes/" + "ab" * 17,
        "/v1/boxes/" + "%61" * 32,
        "/v1/blobs/" + "ab" * 16,
        "/v1/boxes/" + "١" * 32,
        BOX + "/items/xyz",
        "/v1/boxes/" + "0x" + "a" * 30,
    ],
)
def test_an_address_of_another_form_is_a_bad_request(path: str) -> None:
    with pytest.raises(BadRequest):
        parse_route(path)


@pytest.mark.parametrize(
    "query",
    [
        "after",
        "after=",
        "after=01",
        "after=-1",
        "after=+1",
        "after=1&after=1",
        "after=1&",
        "&after=1",
        "after=1_0",
        "limit=0",
        "limit=501",
        "wait=26",
        "wait=1.5",
        "x=1",
        "after=9223372036854775808",
        "after=٣",
        "after=1;limit=2",
        "after=%31",
    ],
)
def test_a_query_of_another_form_is_a_bad_request(query: str) -> None:
    with pytest.raises(BadRequest):
        parse_route(BOX + "/items", query)


def test_only_a_listing_takes_a_query() -> None:
    assert parse_route(BOX + "/items") == Items(bytes.fromhex("ab" * 16), 0, 500, 0)
    for path in (BOX, "/v1/hello", BOX + "/items/" + "ab" * 16):
        with pytest.raises(BadRequest):
            parse_route(path, "after=1")


@given(st.binary(min_size=32, max_size=32))
def test_a_token_prints_and_parses_to_itself(token: bytes) -> None:
    assert parse_bearer(print_bearer(token)) == token


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "bearer " + "a" * 64,
        "Bearer  " + "a" * 64,
        "Bearer " + "A" * 64,
        "Basic x",
        "Bearer " + "a" * 63,
    ],
)
def test_a_token_of_another_form_is_a_bad_request(value: str | None) -> None:
    with pytest.raises(BadRequest):
        parse_bearer(value)


def test_a_token_of_a_wrong_size_is_our_own_mistake() -> None:
    with pytest.raises(RuntimeError):
        print_bearer(b"short")


@given(st.text(max_size=70))
def test_any_text_is_hex_or_refused(text: str) -> None:
    with contextlib.suppress(BadRequest):
        assert parse_hex(text, 16).hex() == text

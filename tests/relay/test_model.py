"""A store does what a few dictionaries would do, whatever is asked of it in whatever order."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.store_model import Clock, Model, real

from leeward.relay.check import check_store
from leeward.relay.open_store import open_store
from leeward.relay.sqlite_store import SqliteStore

small = st.integers(1, 2)
boxes = st.integers(1, 3)
STEPS = st.one_of(
    st.tuples(st.just("make_box"), st.tuples(boxes, small, small)),
    st.tuples(st.just("append"), st.tuples(boxes, small, st.integers(1, 5), small)),
    st.tuples(st.just("append"), st.tuples(boxes, small, st.integers(1, 5), small)),
    st.tuples(st.just("list_items"), st.tuples(boxes, small, st.integers(0, 4), st.integers(1, 4))),
    st.tuples(st.just("delete_box"), st.tuples(boxes, small)),
    st.tuples(st.just("put_blob"), st.tuples(small, small, small, st.integers(0, 1))),
    st.tuples(st.sampled_from(["get_blob", "has_blob"]), st.tuples(small)),
    st.tuples(st.just("delete_blob"), st.tuples(small, small)),
    st.tuples(
        st.just("take_turn"),
        st.tuples(
            st.none() | st.tuples(boxes, small, small),
            st.none() | st.tuples(small, small, small),
            st.none() | st.tuples(boxes, small, st.integers(1, 5), small),
            st.lists(
                st.tuples(boxes, small, st.integers(0, 3)), max_size=2, unique_by=lambda look: look[0]
            ).map(sorted),
        ),
    ),
    st.tuples(st.just("is_known"), st.tuples(boxes, small)),
    st.tuples(st.sampled_from(["set_gate", "put_notice"]), st.tuples(boxes, small, st.integers(0, 1))),
    st.tuples(st.just("get_notice"), st.tuples(boxes)),
    st.tuples(st.sampled_from(["waiting", "expire", "tomorrow", "reopen"]), st.just(())),
)


@settings(max_examples=50, deadline=None)
@given(steps=st.lists(STEPS, max_size=60))
def test_a_store_does_what_its_model_does(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, Any]]
) -> None:
    folder = str(tmp_path_factory.mktemp("model"))
    clock = Clock()
    model = Model(clock)

    def opened() -> SqliteStore:
        store = open_store(folder, clock=clock)
        assert isinstance(store, SqliteStore)
        return store

    async def play() -> None:
        store = opened()
        for name, args in steps:
            if name == "reopen":
                store.close()
                store = opened()
            elif name == "tomorrow":
                model.tomorrow()
            else:
                assert await real(store, name, args) == getattr(model, name)(*args), (name, args)
        store.close()

    asyncio.run(play())
    assert check_store(folder) == []

"""The process that raises the bound: it says what the same work says here, and ends with whoever asked."""

from __future__ import annotations

import subprocess
import sys
import time

import msgspec
import numpy as np

from leeward.bench.plan_instances import make_instance
from leeward.plan.ascent import value_at
from leeward.plan.aside import Aside, Asked, Raised, raise_bound
from leeward.plan.pricing import Pricer, Prices
from leeward.plan.tables import tables


def test_its_prices_prove_its_bound_and_each_line_is_as_high_as_the_one_before() -> None:
    t = tables(make_instance(150, 1))
    said: list[Raised] = []
    raise_bound(t, Asked(40, 1, 60.0), time.perf_counter(), said.append)
    values = [one.value for one in said]
    assert values == sorted(values)
    assert [one.done for one in said] == [False] * (len(said) - 1) + [True]
    proven, _, _ = value_at(Pricer(t), Prices.of(t, np.array(said[-1].prices)))
    assert proven >= said[-1].value - 1e-6  # houses taken together can only be cheaper


def test_another_process_says_the_same() -> None:
    instance = make_instance(150, 1)
    said: list[Raised] = []
    raise_bound(tables(instance), Asked(40, 1, 60.0), time.perf_counter(), said.append)
    aside = Aside(instance, Asked(40, 1, 60.0))
    try:
        aside.wait(60)
        assert aside.ended()
        assert aside.result() == said[-1]
    finally:
        aside.close()


def test_it_ends_when_nobody_is_there_any_more() -> None:
    asked = msgspec.json.encode(Asked(100_000, 1, 600.0)) + b"\n"
    process = subprocess.Popen(
        [sys.executable, "-m", "leeward.plan.aside"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdout:
        process.stdin.write(asked + msgspec.json.encode(make_instance(150, 1)) + b"\n")
        process.stdin.flush()
        assert process.stdout.readline()
        process.stdin.close()
        assert process.wait(30) == 1

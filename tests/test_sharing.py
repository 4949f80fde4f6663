"""The whole suite in several processes: every test runs once, and what must be alone is."""

from __future__ import annotations

import random
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.support import sharing
from tests.support.sharing import ALONE, TOGETHER, Sharing, is_alone

HERE = Path(__file__).resolve().parent.parent


class Worker:
    """A process, as the one that hands out sees it: it begins a test when it knows the next, or that there is none."""

    def __init__(self, tests: list[str]) -> None:
        self.tests = tests
        self.queue: list[int] = []
        self.shutting_down = False
        self.gateway = SimpleNamespace(id="w")

    def send_runtest_some(self, indices: list[int]) -> None:
        assert not self.shutting_down
        self.queue += indices

    def shutdown(self) -> None:
        self.shutting_down = True

    @property
    def running(self) -> int | None:
        return self.queue[0] if self.queue and (len(self.queue) > 1 or self.shutting_down) else None


def run(tests: list[str], workers: int, seed: int) -> list[tuple[str, set[str]]]:
    """Run tests in an order that chance decides; return each that ended, with what ran beside it."""
    config: Any = SimpleNamespace(
        getvalue=lambda _: [f"{workers}*popen"], option=SimpleNamespace(debug=False, tx=[f"{workers}*popen"])
    )
    handed: Any = Sharing(config, SimpleNamespace(loadscopesched=lambda *_: None))
    nodes = [Worker(tests) for _ in range(workers)]
    for node in nodes:
        handed.add_node(node)
    for node in nodes:
        handed.add_node_collection(node, tests)
    handed.schedule()
    chance, ended = random.Random(seed), []
    while busy := [node for node in nodes if node.running is not None]:
        node = chance.choice(busy)
        beside = {tests[other.queue[0]] for other in busy if other is not node}
        index = node.queue.pop(0)
        ended.append((tests[index], beside))
        handed.mark_test_complete(node, index)
        if handed.tests_finished:
            for one in nodes:
                one.shutdown()
    assert not any(node.queue for node in nodes), "somebody waits for ever"
    return ended


def names(*files: tuple[str, int]) -> list[str]:
    return [f"tests/{name}::test_{number}" for name, count in files for number in range(count)]


@pytest.mark.parametrize("workers", [1, 2, 3, 4])
@pytest.mark.parametrize(
    "tests",
    [
        names(("x/alone_a.py", 1), ("x/a.py", 5), ("x/b.py", 1), ("x/c.py", 9), ("z/alone_b.py", 3)),
        names(("x/alone_a.py", 4), ("x/alone_b.py", 1), ("x/a.py", 1)),
        names(("x/alone_a.py", 2), ("x/alone_b.py", 1)),
        names(("x/alone_a.py", 1)),
        names(("x/a.py", 1)),
        names(("x/a.py", 3), ("x/b.py", 1), ("x/c.py", 1), ("x/d.py", 20), ("z/alone_b.py", 1)),
        names(*((f"x/{number}.py", number % 4 + 1) for number in range(30)), ("z/alone_b.py", 7)),
    ],
)
def test_each_runs_once_and_what_is_alone_runs_beside_nothing(
    monkeypatch: pytest.MonkeyPatch, workers: int, tests: list[str]
) -> None:
    monkeypatch.setattr(sharing, "ALONE", ("tests/x/alone", "tests/z/"))
    for seed in range(20):
        ended = run(tests, workers, seed)
        assert sorted(test for test, _ in ended) == sorted(tests)
        for test, beside in ended:
            assert not beside or not any(map(is_alone, (test, *beside))), (test, beside)


def test_two_processes_work_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    tests = names(("x/alone_a.py", 3), ("x/a.py", 9), ("x/b.py", 9), ("x/c.py", 9))
    monkeypatch.setattr(sharing, "ALONE", ("tests/x/alone",))
    ended = run(tests, 2, 1)
    assert sum(bool(beside) for _, beside in ended) > 14


@pytest.mark.parametrize("beginning", [*ALONE, *TOGETHER])
def test_what_is_listed_is_there(beginning: str) -> None:
    place, _, test = beginning.partition("::")
    assert (HERE / place).exists()
    assert f"def {test}" in (HERE / place).read_text("utf-8") if test else True


def test_a_folder_that_goes_together_is_alone_whole_or_not_at_all() -> None:
    for folder in TOGETHER:
        assert folder in ALONE or not any(one.startswith(folder) for one in ALONE)

"""The whole suite in two processes: which tests may run beside others, which alone, and in which order.

`./run test` starts pytest-xdist with as many processes as there are processors. What measures time, load or memory is
in ALONE and runs while every other process waits; the rest is handed out file by file, a folder of TOGETHER as one.
The order is everywhere the same, with one process too: what is alone, everything else, and browser tests last (they
leave Playwright's event loop in the main thread, where no asyncio.run works afterwards), of these the alone ones last.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]
from xdist.workermanage import WorkerController  # type: ignore[import-untyped]

ENOUGH = 2  # tests that a process has before it: it begins one only when it knows the next

# Beginnings of tests' names. Their bounds are in seconds, or they look into other processes' memory and load.
ALONE = (
    "tests/bench/test_relay_bench.py::test_it_gives_its_figures",
    "tests/bench/test_sync_bench.py",
    "tests/cli/test_vault_keys.py::test_burn_while_a_desk_has_it_open",
    "tests/desk/test_live_relay.py",
    "tests/desk/test_record_pages.py::test_the_matrix_page",
    "tests/front/test_canary.py",
    "tests/front/test_firefox.py::test_safer_a_short_report_is_sealed_soon",
    "tests/front/test_plain_apart.py::test_at_rest",
    "tests/front/test_plain_silence.py::test_a_large_file",
    "tests/ledger/test_vault_burn.py::test_it_takes_less",
    "tests/office/test_erasing_compact.py::test_nobody_who_writes_waits",
    "tests/office/test_sync.py::test_stopping_is_prompt",
    "tests/plan/test_solve.py",
    "tests/relay/stores/test_processes.py::test_a_long_poll",
    "tests/relay/test_attacks_holding.py",
    "tests/relay/test_flood.py",
    "tests/relay/test_hostile.py::test_who_does_not_read",
    "tests/relay/test_silence.py::test_the_time_of_a_look",
    "tests/seizure/",
    "tests/story/",
    "tests/test_repository.py::test_help_comes_at_once",
)

# Folders whose tests share one stage that takes long to build, or follow one another as one story; in ALONE whole or
# not at all.
TOGETHER: tuple[str, ...] = ("tests/needtoknow/", "tests/seizure/", "tests/story/")


def is_alone(test: str) -> bool:
    """Tell whether a test, by its id, runs while nothing else does."""
    return test.startswith(ALONE)


def in_order(items: list[pytest.Item]) -> list[pytest.Item]:
    """Return the tests in the order in which they are handed out."""
    with_browser = {_together(item) for item in items if item.get_closest_marker("browser")} - {""}

    def place(item: pytest.Item) -> tuple[int, bool]:
        folder = _together(item)
        browser = folder in with_browser or item.get_closest_marker("browser") is not None
        alone = is_alone(item.nodeid)
        return ((3 if alone else 2) if browser else (0 if alone else 1)), not folder

    return sorted(items, key=place)


def _together(item: pytest.Item) -> str:
    return next((one for one in TOGETHER if item.nodeid.startswith(one)), "")


class Sharing(LoadScopeScheduling):  # type: ignore[misc]
    """Hands tests out; a unit is the tests of one file (or folder of TOGETHER) that follow one another."""

    def __init__(self, config: pytest.Config, log: Any) -> None:
        super().__init__(config, log)
        self.collection: list[str] | None = None
        self.workqueue: dict[str, dict[str, bool]] = OrderedDict()
        self._unit_of: dict[str, str] = {}
        self._alone: set[str] = set()

    def schedule(self) -> None:
        """Make the units once all processes have found the same tests, and hand out the first."""
        if self.collection is None:
            if not self._check_nodes_have_same_collection():
                return
            self.collection = list(next(iter(self.registered_collections.values())))
            last, number = "", 0
            for test in self.collection:
                alone = is_alone(test)
                place = next((one for one in TOGETHER if test.startswith(one)), test.split("::", 1)[0])
                if place + str(alone) != last:
                    last, number = place + str(alone), number + 1
                unit = self._unit_of[test] = f"{place} {number}"
                self.workqueue.setdefault(unit, {})[test] = False
                if alone:
                    self._alone.add(unit)
        self._hand_out()

    def mark_test_complete(self, node: WorkerController, item_index: int, duration: float = 0) -> None:
        """Note that a test is over: whoever waited for it may go on."""
        super().mark_test_complete(node, item_index, duration)
        self._hand_out()

    def remove_node(self, node: WorkerController) -> str | None:
        """Go on without a process that ended."""
        crashed: str | None = super().remove_node(node)
        self._hand_out()
        return crashed

    def _hand_out(self) -> None:
        for node in self.nodes:
            self._reschedule(node)

    def _split_scope(self, nodeid: str) -> str:
        return self._unit_of[nodeid]

    def _reschedule(self, node: WorkerController) -> None:
        """Give a process what it may begin now; end it if nothing is left for it."""
        while not node.shutting_down and self._pending_of(self.assigned_work[node]) <= ENOUGH:
            if not self.workqueue:
                node.shutdown()
                return
            others = [one for one in self.nodes if one is not node]
            if next(iter(self.workqueue)) not in self._alone:
                if any(self._is_alone_on(one) for one in others):
                    return
            elif any(self._pending_of(self.assigned_work[one]) for one in others):
                going_on = any(not one.shutting_down for one in others)
                if going_on and self._alone.issuperset(self.workqueue):
                    node.shutdown()  # for what is alone, one process is enough
                return
            self._assign_work_unit(node)

    def _is_alone_on(self, node: WorkerController) -> bool:
        """Tell whether a process still has tests that must be alone."""
        work = self.assigned_work[node]
        return any(unit in self._alone and not all(tests.values()) for unit, tests in work.items())

"""`leeward plan`: who sleeps where and who leaves when, from numbers and ids to a plan that anybody can check.

For people: sentences on the way, then the plan. For programs (the desk runs it just so, as a process of its own):

    leeward plan - --stream --seconds 60 --seed 1

- Standard input: the instance on one line, then a line `stop` whenever it shall end. The end of the input stops it
  too: whoever asked is gone. (Without --stream the end means nothing, and the instance may have many lines.)
- Standard output: one line of JSON for each better plan or bound, `{"plan": {...}}`, the first within a second or two
  (the careful rule of thumb); last `{"final": {...}}`. Each `...` is a whole plan as docs/plan-format.md says, never
  worse than the one before.
- With --json: the last plan alone on standard output; on standard error a line
  `{"progress": {"seconds": 1.2, "points": 1, "bound": 1, "gap": 0.0, "solver": "..."}}` for each of them.
- An interrupt (Ctrl-C) or a SIGTERM is a `stop`: the best so far is the answer, with its proven gap. A second one
  ends it without an answer.
- If no plan keeps every rule: a line `{"clashes": [...]}` on standard output (lacks.py), and exit code 3.
- Exit code 0: a plan. 2: asked wrongly. 3: no instance, no plan, or no libraries; on standard error why.
"""

from __future__ import annotations

import argparse
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from leeward.base.errors import LeewardError
from leeward.cli import tell
from leeward.cli.stopping import Lines, Stopping
from leeward.plan.answer import PartyPlan, Plan
from leeward.plan.arrival import in_order_of_arrival
from leeward.plan.bounds import BYTES_MOST
from leeward.plan.check import faults
from leeward.plan.clash import clashes
from leeward.plan.errors import NoPlan, SolverMissing
from leeward.plan.greedy import greedy
from leeward.plan.instance import Instance
from leeward.plan.naming import Names
from leeward.plan.reading import read_instance, write_plan
from leeward.plan.telling_clash import tell_clash, tell_resolution

EXAMPLES = """\
examples:
  leeward plan instance.json
        says how it goes, then who sleeps where and who leaves when; Ctrl-C or a line "stop" ends with the best so far
  leeward plan instance.json --json --seconds 60 > plan.json
        the plan as JSON; docs/plan-format.md is the format of both files, and every rule a plan keeps
  leeward plan instance.json --greedy
        the careful rule of thumb alone: at once, and without the solver's libraries
"""
_SECONDS_MOST = 86_400


class NoInstance(LeewardError):
    """The file of what is to be planned cannot be read."""

    code = "cli.no-instance"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument("instance", help="file of what is to be planned; - for standard input")
    parser.add_argument("--seconds", type=_seconds, default=30.0, help="stop after so many seconds (30)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same plan (1)")
    parser.add_argument("--greedy", action="store_true", help="the careful rule of thumb alone")
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="the plan as JSON")
    shape.add_argument(
        "--stream", action="store_true", help="each better plan as a line of JSON, for programs"
    )


def run(arguments: argparse.Namespace) -> int:
    """Plan, and print."""
    lines = Lines()
    instance = read_instance(_read(arguments.instance, lines))
    show = _Show(arguments, instance)
    try:
        with Stopping(lines, gone_is_stop=arguments.stream) as stopping:
            plan = _plan(instance, arguments, show, stopping)
    except NoPlan:
        show.clashes()
        raise
    show.final(plan)
    return 0


def _plan(instance: Instance, arguments: argparse.Namespace, show: _Show, stopping: Stopping) -> Plan:
    try:
        first: Plan | None = greedy(instance)
    except NoPlan:
        if arguments.greedy:
            raise
        first = None  # the rule of thumb gives up where the solver may still find something
    if first is not None:
        show(first)
        if arguments.greedy:
            return first

    def work() -> Plan:
        try:
            from leeward.plan.solve import solve  # noqa: PLC0415 - large libraries, and an extra
        except ImportError as missing:
            raise SolverMissing(
                "The planner's libraries are not installed on this computer.",
                kept="Nothing was changed.",
                next_step="Install Leeward with its extra, leeward[plan], or ask with --greedy for the rule of thumb.",
            ) from missing
        return solve(
            instance, seconds=arguments.seconds, seed=arguments.seed, stop=stopping.asked, progress=show
        )

    return _best(show, found=stopping.wait_for(work))


def _best(show: _Show, *, found: Plan) -> Plan:
    """Return what was found, or what was shown before if that is better or this breaks a rule."""
    wrong = faults(show.instance, found)
    best = show.best
    if wrong and best is None:
        raise RuntimeError(f"the solver broke a rule: {wrong[0]}")
    if best is None or not (wrong or best.points < found.points):
        return found
    bound = min(found.bound, best.points)
    gap = (best.points - bound) / max(best.points, 1)
    status = "feasible" if found.status == "optimal" and gap else found.status
    return msgspec.structs.replace(best, bound=bound, gap=gap, status=status)


def _read(name: str, lines: Lines) -> bytes:
    if name == "-":
        return lines.first()
    try:
        with Path(name).open("rb") as file:
            return file.read(BYTES_MOST + 1)
    except OSError as fault:
        raise NoInstance(
            f"{name} cannot be read: {fault.strerror}.",
            next_step="Give the file of an instance, as docs/plan-format.md says, or - for standard input.",
        ) from fault


class _Show:
    """Says how it goes and what came out, in the form that was asked for."""

    def __init__(self, arguments: argparse.Namespace, instance: Instance) -> None:
        self.best: Plan | None = None
        self.instance = instance
        self._json: bool = arguments.json
        self._stream: bool = arguments.stream
        self._begun = time.monotonic()
        self._lock = threading.Lock()

    def __call__(self, plan: Plan) -> None:
        """Show a plan that is better, or has a better bound, and keeps every rule; pass over anything else."""
        with self._lock:
            best = self.best
            if best is not None and (plan.points, -plan.bound) >= (best.points, -best.bound):
                return
            if faults(self.instance, plan):
                return  # whoever made it is wrong, and nobody sees it
            self.best = plan
            seconds = round(time.monotonic() - self._begun, 2)
            if self._stream:
                tell.line(_line("plan", plan))
            elif self._json:
                said = {"seconds": seconds, "points": plan.points, "bound": plan.bound}
                tell.aside(
                    json.dumps({"progress": {**said, "gap": round(plan.gap, 6), "solver": plan.solver}})
                )
            else:
                proven = f", proven to {100 * plan.gap:.2f} %" if plan.bound else ""
                tell.aside(f"{seconds:6.1f} s: {plan.points / 100:,.0f} risk-days{proven} ({plan.solver})")

    def clashes(self) -> None:
        """Say why there is no plan at all, if the libraries are there to find out."""
        try:
            found = clashes(self.instance).found
        except SolverMissing:
            return
        if self._stream or self._json:
            tell.line(f'{{"clashes":{msgspec.json.encode(found).decode()}}}')
            return
        for clash in found:
            for sentence in tell_clash(clash, Names()):
                tell.line(str(sentence))
            for resolution in clash.resolutions:
                tell.line(f"  {tell_resolution(resolution, Names())}")

    def final(self, plan: Plan) -> None:
        """Print the answer."""
        if self._stream:
            tell.line(_line("final", plan))
        elif self._json:
            tell.line(write_plan(plan).decode())
        else:
            for line in sentences(self.instance, plan):
                tell.line(line)


def _line(name: str, plan: Plan) -> str:
    return f'{{"{name}":{write_plan(plan).decode()}}}'


def sentences(instance: Instance, plan: Plan) -> Iterator[str]:
    """Yield the plan for a person: everybody in the order of leaving, then what it comes to."""
    days = {departure.id: departure for departure in instance.departures}

    def leaves(line: PartyPlan) -> tuple[int, str]:
        return (days[line.departure].day if line.departure else instance.nights, line.id)

    for line in sorted(plan.parties, key=leaves):
        slept = ", ".join(f"nights {stay.first}-{stay.last} in {stay.place}" for stay in line.stays)
        visa = f"; appointment {line.visa.country} on day {line.visa.day}" if line.visa else ""
        visa += f" with {line.visa_escort}" if line.visa_escort else ""
        way = "no way out within the horizon"
        if line.departure:
            way = f"leaves on day {days[line.departure].day} by {line.departure} for {days[line.departure].country}"
            way += f" with {line.escort}" if line.escort else ""
        yield f"{line.id}: {slept or 'no bed'}; {way}{visa}"
    stranded = {line.id for line in plan.parties if line.departure is None}
    people = sum(len(party.people) for party in instance.parties)
    without = sum(len(party.people) for party in instance.parties if party.id in stranded)
    yield f"{people} people, {without} of them without a way out: {plan.points / 100:,.0f} risk-days."
    if plan.bound:
        yield (
            f"No plan can have fewer than {plan.bound / 100:,.0f} (a gap of {100 * plan.gap:.2f} %, {plan.status})."
        )
    try:
        yield f"In order of arrival it would be {in_order_of_arrival(instance).points / 100:,.0f}."
    except NoPlan:
        yield "In order of arrival some who sleep with us already would lose their bed."


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds <= _SECONDS_MOST:
        raise argparse.ArgumentTypeError(f"between 0 and {_SECONDS_MOST}")
    return seconds

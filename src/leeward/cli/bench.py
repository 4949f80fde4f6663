"""`leeward bench NAME`: a table for people, or one line of JSON at the end."""

from __future__ import annotations

import argparse
import importlib
import json
from functools import partial
from typing import cast

from leeward.bench.table import Bench, Figure
from leeward.cli import tell

NAMES = ("seal", "search", "sync", "relay", "intake", "page", "keys", "plan", "import")
_MODULES = {"import": "importing"}  # a word that no module can be called by

EXAMPLES = """\
examples:
  leeward bench seal            the full measurement
  leeward bench relay --quick   the same figures in under 50 seconds, less exact
  leeward bench sync --json     ends with one line of JSON
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument("name", choices=NAMES, help="what to measure")
    parser.add_argument(
        "--quick", action="store_true", help="a smaller run of under 50 s with the same figures"
    )
    parser.add_argument(
        "--full", action="store_true", help="keys only: 100,000 histories of a lying relay, an hour and more"
    )
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")


def run(arguments: argparse.Namespace) -> int:
    """Measure, and print."""
    run_it = importlib.import_module(f"leeward.bench.{_MODULES.get(arguments.name, arguments.name)}").run
    if arguments.full and arguments.name != "keys":
        tell.line("--full is for keys only.")
        return 2
    measure = cast("Bench", partial(run_it, full=True) if arguments.full else run_it)
    progress = tell.Progress(arguments.name)
    figures = measure(quick=arguments.quick, progress=progress)
    progress.end()
    for text in table(figures):
        tell.line(text)
    if arguments.json:
        tell.line(json.dumps({"bench": arguments.name, "figures": {f.key: _round(f.value) for f in figures}}))
    return 0


def table(figures: list[Figure]) -> list[str]:
    """Return the lines: figure, value, the limit measured in the same run, the goal, and whether it is met."""
    head = ("", "measured", "limit here", "goal", "")
    rows = [head]
    for figure in figures:
        sign = "≥" if figure.more_is_better else "≤"
        verdict = {True: "met", False: "NOT MET", None: ""}[figure.reached()]
        rows.append(
            (
                figure.label,
                f"{_text(figure.value)} {figure.unit}",
                "" if figure.limit is None else f"{_text(figure.limit)} {figure.unit}",
                "" if figure.goal is None else f"{sign} {_text(figure.goal)} {figure.unit}",
                verdict,
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    return [
        f"{row[0]:<{widths[0]}}  {row[1]:>{widths[1]}}  {row[2]:>{widths[2]}}  {row[3]:>{widths[3]}}  {row[4]}".rstrip()
        for row in rows
    ]


def _text(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _round(value: float) -> float:
    return float(f"{value:.5g}")

"""`leeward plan` as a process of its own: what it reads, what it writes where, and how it is stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from leeward.bench.plan_instances import make_instance
from leeward.cli.main import main
from leeward.plan.check import faults
from leeward.plan.reading import canonical, read_plan

COMMAND = [sys.executable, "-m", "leeward.cli.main", "plan"]


@pytest.fixture
def forty(tmp_path: Path) -> Path:
    path = tmp_path / "instance.json"
    path.write_bytes(canonical(make_instance(40, 1)))
    return path


def test_for_people_it_says_who_leaves_when_and_what_it_comes_to(
    forty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plan", str(forty), "--greedy"]) == 0
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert len([line for line in lines if line.startswith("p00")]) == len(make_instance(40, 1).parties)
    assert any("leaves on day" in line for line in lines)
    assert "40 people" in lines[-2]
    assert lines[-1].startswith("In order of arrival it would be")
    assert "risk-days (greedy)" in said.err


def test_json_is_a_plan_that_keeps_the_rules_and_progress_goes_beside(
    forty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plan", str(forty), "--greedy", "--json"]) == 0
    said = capsys.readouterr()
    plan = read_plan(said.out.encode())
    assert faults(make_instance(40, 1), plan) == []
    progress = [json.loads(line)["progress"] for line in said.err.splitlines()]
    assert [one["points"] for one in progress] == [plan.points]


@pytest.mark.parametrize("spread", [False, True])
def test_standard_input_is_one_line_or_a_whole_file(*, spread: bool) -> None:
    given = canonical(make_instance(40, 1))
    if spread:
        given = json.dumps(json.loads(given), indent=1).encode()
    done = subprocess.run([*COMMAND, "-", "--greedy", "--json"], input=given, capture_output=True, check=True)
    assert faults(make_instance(40, 1), read_plan(done.stdout)) == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"", "This is not an instance for the planner"),
        (b"{}\n", "missing required field"),
        (b'{"format": 1', "This is not an instance for the planner"),
    ],
)
def test_what_is_no_instance_ends_with_three_and_a_sentence(text: bytes, sentence: str) -> None:
    done = subprocess.run([*COMMAND, "-"], input=text, capture_output=True, check=False)
    assert done.returncode == 3
    assert sentence in done.stderr.decode()
    assert done.stdout == b""


def test_a_missing_file_and_strange_seconds_are_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plan", str(tmp_path / "none.json")]) == 3
    assert "cannot be read: No such file" in capsys.readouterr().err
    for seconds in ("0", "-1", "nan", "1e9", "soon"):
        with pytest.raises(SystemExit) as caught:
            main(["plan", "x", "--seconds", seconds])
        assert caught.value.code == 2


def test_without_the_libraries_it_says_so_and_greedy_still_works(tmp_path: Path, forty: Path) -> None:
    for name in ("numpy", "ortools"):
        (tmp_path / "bare" / name).mkdir(parents=True)
        (tmp_path / "bare" / name / "__init__.py").write_text("raise ImportError('not here')\n")
    path = os.pathsep.join((str(tmp_path / "bare"), os.environ.get("PYTHONPATH", "")))
    environment = {**os.environ, "PYTHONPATH": path}
    done = subprocess.run([*COMMAND, str(forty)], capture_output=True, check=False, env=environment)
    assert done.returncode == 3
    assert "The planner's libraries are not installed" in done.stderr.decode()
    assert "leeward[plan]" in done.stderr.decode()
    done = subprocess.run(
        [*COMMAND, str(forty), "--greedy"], capture_output=True, check=True, env=environment
    )
    assert b"40 people" in done.stdout


def stream(process: subprocess.Popen[bytes]) -> list[dict[str, Any]]:
    assert process.stdout is not None
    return [json.loads(line) for line in process.stdout]


def check_stream(people: int, lines: list[dict[str, Any]]) -> None:
    instance = make_instance(people, 1)
    plans = [read_plan(json.dumps(next(iter(line.values()))).encode()) for line in lines]
    assert [next(iter(line)) for line in lines] == ["plan"] * (len(lines) - 1) + ["final"]
    assert plans[0].solver == "greedy"
    assert all(faults(instance, plan) == [] for plan in plans)
    points = [plan.points for plan in plans]
    assert points == sorted(points, reverse=True)


def test_a_stream_begins_with_the_rule_of_thumb_and_never_gets_worse() -> None:
    with subprocess.Popen(
        [*COMMAND, "-", "--stream", "--seconds", "4"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        process.stdin.write(canonical(make_instance(40, 1)) + b"\n")
        process.stdin.flush()
        lines = stream(process)
        assert process.wait(30) == 0
    check_stream(40, lines)
    assert lines[-1]["final"]["solver"]


@pytest.mark.parametrize("how", ["stop", "gone", "interrupt", "terminate"])
def test_it_ends_with_the_best_so_far_whoever_stops_it(how: str) -> None:
    begun = time.monotonic()
    with subprocess.Popen(
        [*COMMAND, "-", "--stream", "--seconds", "100"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(canonical(make_instance(400, 1)) + b"\n")
        process.stdin.flush()
        first = json.loads(process.stdout.readline())
        time.sleep(1.0)
        if how == "stop":
            process.stdin.write(b"stop\n")
            process.stdin.flush()
        elif how == "gone":
            process.stdin.close()
        else:
            process.send_signal(signal.SIGINT if how == "interrupt" else signal.SIGTERM)
        lines = [first, *stream(process)]
        assert process.wait(60) == 0
    assert time.monotonic() - begun < 60
    check_stream(400, lines)

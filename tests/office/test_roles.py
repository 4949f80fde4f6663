"""A role is a starting set of compartments, and nothing in the program decides by it what somebody may read."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import leeward
from leeward.domain.team import ROLES, STARTING_CIRCLES, TEAM_KINDS

HERE = Path(leeward.__file__).parent
LOOK = ("ledger", "domain", "sync", "office", "desk")
WHY = {
    "office/duty.py": "whose turn a task is",
    "office/appeals.py": "whose turn a task is",
    "office/caseload.py": "who is asked to help a colleague who carries too much; the page is for everybody",
    "office/beside.py": "what a device of one's own starts with",
    "office/inviting.py": "what the newcomer starts with",
    "desk/frame.py": "which places stand under the thumb, and the word at the foot",
    "desk/pages/invite.py": "what is ticked at first",
    "desk/pages/importing.py": "what is ticked at first",
    "desk/pages/taken.py": "who is asked for help",
}
"""Every file that looks at somebody's role, and what for. None of it refuses or hides anything."""

SHOWN = {
    "if frame.role",
    "if one.role",
    'elif one.role in ("coordinator", "documenter")',  # ticked at first when a case is opened
    "if not own and not back and term.code == role",  # the chosen one is marked
}
"""Every condition of a template about a role."""


def sources() -> list[Path]:
    return [path for part in LOOK for path in sorted((HERE / part).rglob("*.py"))]


def name_of(path: Path) -> str:
    return path.relative_to(HERE).as_posix()


def test_every_line_that_looks_at_a_role_has_its_reason() -> None:
    found = {
        name_of(path)
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "role" and isinstance(node.ctx, ast.Load)
    }
    assert found - WHY.keys() == set()


def test_nothing_is_refused_because_of_a_role() -> None:
    refusing = set()
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.If) or not re.search(r"\broles?\b", ast.unparse(node.test)):
                continue
            if any(isinstance(below, ast.Raise) for line in node.body for below in ast.walk(line)):
                refusing.add((name_of(path), ast.unparse(node.test)))
    assert refusing <= {
        ("office/team.py", "role not in ROLES"),  # no such role exists
        ("office/inviting.py", "plan.role not in ROLES"),
    }


def test_pages_hide_nothing_because_of_a_role() -> None:
    conditions = {
        condition
        for path in sorted((HERE / "desk" / "templates").rglob("*.html"))
        for condition in re.findall(r"\{%-? *((?:el)?if [^%]*\brole\b[^%]*?) *-?%\}", path.read_text("utf-8"))
    }
    assert conditions <= SHOWN


def test_every_role_starts_with_the_team_and_with_kinds_that_a_team_has_one_of() -> None:
    assert {term.code for term in ROLES} == STARTING_CIRCLES.keys()
    for kinds in STARTING_CIRCLES.values():
        assert kinds[0] == "team"
        assert set(kinds) <= set(TEAM_KINDS)
    assert STARTING_CIRCLES["partner"] == ("team",)

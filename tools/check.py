"""Every check and every test, in the order in which they fail fastest. `./run test` calls this.

With arguments, only pytest runs, with those arguments: `./run test -m slow` runs the long forms.
Whatever a check needs from the system is installed here
(as root on Debian) or named exactly; nothing is skipped in silence.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
DEBIAN = {  # a program to look for, and the package that brings it
    "chromium": "chromium",
    "firefox-esr": "firefox-esr",
    "/usr/lib/postgresql/*/bin/postgres": "postgresql",
    "/usr/sbin/dovecot": "dovecot-imapd",
}
# As many processes as there are processors, up to four; tests/support/sharing.py says what may run beside what.
BESIDE = ["-n", str(min(os.cpu_count() or 1, 4)), "--dist", "loadfile"]
PATH = os.pathsep.join([str(BIN), os.environ["PATH"]])

STEPS: list[tuple[str, list[str]]] = [
    ("style", ["ruff", "check", "src", "tests", "tools", "hatch_build.py"]),
    ("layout", ["ruff", "format", "--check", "src", "tests", "tools", "hatch_build.py"]),
    ("types", ["mypy"]),
    ("layers", ["lint-imports"]),
    ("page types", ["npm", "run", "--silent", "check"]),
    ("page tests", ["npm", "test", "--silent"]),
]


def main(arguments: list[str]) -> int:
    """Run the steps, then pytest; return the number of failed steps or pytest's code."""
    need_from_system()
    environment = {**os.environ, "PATH": PATH}
    failed = []
    if not arguments:
        for name, command in STEPS:
            print(f"== {name}: {' '.join(command)}", flush=True)
            found = shutil.which(command[0], path=PATH)
            if found is None:
                sys.exit(f"{command[0]} is missing: remove .venv and start again.")
            if subprocess.run([found, *command[1:]], cwd=HERE, env=environment, check=False).returncode:
                failed.append(name)
    print("== tests: pytest", flush=True)
    words = arguments or [*BESIDE, "-m", "not slow"]  # the long forms run when asked for
    code = subprocess.run(
        [sys.executable, "-m", "pytest", *words], cwd=HERE, env=environment, check=False
    ).returncode
    if failed:
        print(f"Failed before the tests: {', '.join(failed)}", flush=True)
    return code or len(failed)


def need_from_system() -> None:
    """Install or name the Debian packages that tests drive."""
    missing = [package for program, package in DEBIAN.items() if not _is_here(program)]
    if not missing:
        return
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        sys.exit(f"The tests need {', '.join(missing)}: as root, apt-get install {' '.join(missing)}")
    print(f"== installing {', '.join(missing)}", flush=True)
    subprocess.run([apt, "update", "-qq"], check=True)
    subprocess.run(
        [apt, "install", "-y", "-qq", "--no-install-recommends", *missing, "fonts-noto-core"],
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        check=True,
    )


def _is_here(program: str) -> bool:
    return any(Path("/").glob(program[1:])) if program.startswith("/") else shutil.which(program) is not None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

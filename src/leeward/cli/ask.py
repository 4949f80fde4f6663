"""Passphrases: asked for without showing them, or read from a file or standard input; never from an argument."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from pathlib import Path

from leeward.base.errors import LeewardError
from leeward.base.limits import PASSPHRASE_LEAST


class NoPassphrase(LeewardError):
    """There is nobody to ask and no file to read."""

    code = "cli.no-passphrase"


def add_passphrase(
    parser: argparse.ArgumentParser, name: str = "passphrase", whose: str = "the vault's"
) -> None:
    """Add --NAME-file to a command."""
    parser.add_argument(
        f"--{name}-file",
        metavar="FILE",
        help=f"read {whose} passphrase from the first line of FILE (- for standard input) instead of asking",
    )


def passphrase(
    arguments: argparse.Namespace, name: str = "passphrase", *, prompt: str, new: bool = False
) -> str:
    """Return the passphrase; a new one is asked for twice and must not be short."""
    source: str | None = getattr(arguments, f"{name.replace('-', '_')}_file")
    if source is not None:
        text = (_typed_line() if source == "-" else Path(source).read_text(encoding="utf-8")).split("\n")[0]
    elif sys.stdin.isatty():
        text = getpass.getpass(f"{prompt}: ")
        if new and getpass.getpass("The same again: ") != text:
            raise NoPassphrase(
                "The two were not the same.", kept="Nothing was made.", next_step="Start again."
            )
    else:
        raise NoPassphrase(
            "A passphrase is needed, and there is no terminal to ask at.",
            next_step=f"Give --{name}-file FILE, or --{name}-file - and one line on standard input.",
        )
    if not text:
        raise NoPassphrase("The passphrase is empty.", kept="Nothing was changed.", next_step="Start again.")
    if new and len(text) < PASSPHRASE_LEAST:
        raise NoPassphrase(
            f"The passphrase has {len(text)} characters; a taken laptop would give it away.",
            kept="Nothing was made.",
            next_step=f"Use six words, or at least {PASSPHRASE_LEAST} characters.",
        )
    return text


def _typed_line() -> str:
    """Return a line of standard input, read past Python's buffer: that would keep it as long as the program runs."""
    try:
        handle = sys.stdin.fileno()
    except (OSError, ValueError):
        return sys.stdin.readline()
    line = bytearray()
    while (one := os.read(handle, 1)) not in {b"", b"\n"}:
        line += one
    return line.removesuffix(b"\r").decode(sys.stdin.encoding, sys.stdin.errors or "strict")

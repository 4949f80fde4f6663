"""The files that the build made for browsers, checked against the build's own list when the front starts."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from leeward.front.errors import NotBuilt

_SYMBOL = re.compile(r'<symbol id="([a-z0-9-]+)"[^>]*>(.*?)</symbol>', re.DOTALL)
_TYPES = {
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "json": "application/json",
}


@dataclass(frozen=True)
class BuiltFile:
    """One file as it is served."""

    url: str
    type: str
    body: bytes
    sha256: str


@dataclass(frozen=True)
class Built:
    """All of them, with the build's list for the template."""

    manifest: dict[str, Any]
    files: dict[str, BuiltFile]  # by url
    icons: dict[str, str]  # inner SVG by name


def load_built(folder: Traversable | None = None) -> Built:
    """Read the built files (of this installation unless a folder is given), or raise NotBuilt."""
    folder = folder or resources.files("leeward.front").joinpath("built")
    try:
        manifest = json.loads(folder.joinpath("manifest.json").read_text("utf-8"))
        symbols = folder.joinpath("icons.svg").read_text("utf-8")
        files = [_load(folder, asset) for asset in _assets(manifest)]
    except (OSError, ValueError, KeyError) as error:
        raise NotBuilt(
            "The intake page was not built into this installation, or a built file was changed.",
            kept="Nothing was lost.",
            next_step='Build it with "npm ci" and "npm run build", or install Leeward again.',
        ) from error
    return Built(manifest, {file.url: file for file in files}, dict(_SYMBOL.findall(symbols)))


def _assets(entry: dict[str, Any]) -> list[dict[str, str]]:
    if "url" in entry:
        return [entry]
    return [asset for part in entry.values() for asset in _assets(part)]


def _load(folder: Traversable, asset: dict[str, str]) -> BuiltFile:
    name = asset["url"].removeprefix("/a/")
    body = folder.joinpath(name).read_bytes()
    sha256 = hashlib.sha256(body).hexdigest()
    if sha256 != asset["sha256"]:
        raise ValueError(name)
    return BuiltFile(asset["url"], _TYPES[name.rpartition(".")[2]], body, sha256)

"""One module a page; each exposes `routes`. A new page is found by being here; a module without routes is a helper."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import Any

from starlette.routing import Route


def all_routes() -> list[Route]:
    """Return the routes of every page module, in the order of the modules' names."""
    routes: list[Route] = []
    for part in sorted(pkgutil.iter_modules(__path__), key=lambda found: found.name):
        module: Any = import_module(f"{__name__}.{part.name}")
        routes.extend(getattr(module, "routes", ()))
    return routes

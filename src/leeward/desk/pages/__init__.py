"""One module a place; each exposes `routes`. A new page module is found by being here."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from starlette.routing import Route


def all_routes() -> list[Route]:
    """Return the routes of every page module, in the order of the modules' names."""
    return [
        route
        for part in sorted(pkgutil.iter_modules(__path__), key=lambda found: found.name)
        for route in import_module(f"{__name__}.{part.name}").routes
    ]

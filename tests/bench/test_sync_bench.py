"""The sync benchmark runs in its short form, gives its key, and measures something real."""

from __future__ import annotations

from leeward.bench import sync


def test_the_short_form_gives_the_key_beside_its_limits() -> None:
    said: list[str] = []
    figures = {figure.key: figure for figure in sync.run(quick=True, progress=said.append)}
    assert figures["entries_per_s"].goal == 15_000
    assert figures["entries_per_s"].value > 1_000
    assert figures["open_per_s"].value > figures["entries_per_s"].value
    assert said

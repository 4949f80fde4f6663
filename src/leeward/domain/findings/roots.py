"""Which sources are really one: the graph of who repeats whom, and the classes of independence. Pure.

1. A source that repeats others (copy, translation, retelling) adds no root of its own: its roots are those of what
   it repeats. A source named but not in the record is a root like any other.
2. Sources in a circle of repeating are one root.
3. Roots that share an informant, an organisation or a household are one root, unless the source "saw another part".
4. Two originals of one day, whose wording is alike to the limit or beyond and of whose origin nothing is known, are
   one root until a person says otherwise (`apart_from_ids`, by either).
5. A compilation has several roots. It counts for those of them that also speak for themselves; if none does, all
   compilations that share a root are one class. So a newspaper that quotes two survivors neither adds a third
   source nor makes the two into one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from leeward.domain.findings.records import Source
from leeward.domain.findings.terms import Derivation

ALIKE = 0.5  # rule 4: share of common three-word runs; two agencies printing one statement are far above it
_RUN = 3
_WORD = re.compile(r"\w+")


class Roots:
    """The roots of every source of a record. Build once; ask often."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self._sources = {source.id: source for source in sources}
        self._merged = _Merger()
        self._reached = {source: self._originals(source) for source in sorted(self._sources)}
        self.retold = frozenset(source for source in self._sources if self._is_retold(source))
        """Sources that are a retelling, or a copy of one, at any remove."""
        self._merge_shared()
        self._merge_alike()

    def of(self, source: str, own: frozenset[str] = frozenset()) -> frozenset[str]:
        """Return the roots of a source; those in `own` saw another part than their household or body (rule 3)."""
        reached = self._reached.get(source, {source})
        return frozenset(root + "/own" if root in own else self._merged.find(root) for root in reached)

    def _originals(self, start: str) -> frozenset[str]:
        seen: set[str] = set()
        waiting = [start]
        found: set[str] = set()
        while waiting:
            at = waiting.pop()
            if at in seen:
                continue
            seen.add(at)
            source = self._sources.get(at)
            if source is None or not source.derives_from_ids:
                found.add(at)  # 1
            else:
                waiting.extend(source.derives_from_ids)
        return frozenset(found) if found else frozenset({min(seen)})  # 2

    def _is_retold(self, start: str) -> bool:
        seen: set[str] = set()
        waiting = [start]
        while waiting:
            at = waiting.pop()
            source = self._sources.get(at)
            if at in seen or source is None or not source.derives_from_ids:
                continue
            if source.derivation == Derivation.RETELLING:
                return True
            seen.add(at)
            waiting.extend(source.derives_from_ids)
        return False

    def _merge_shared(self) -> None:
        firsts: dict[tuple[str, str], str] = {}
        for source in self._in_order():
            if source.derives_from_ids:
                continue
            for key in ("organisation", "informant", "household"):
                value = getattr(source, key).strip().casefold()
                if value:
                    self._merged.join(firsts.setdefault((key, value), source.id), source.id)  # 3

    def _merge_alike(self) -> None:
        by_day: dict[str, list[Source]] = {}
        for source in self._in_order():
            known = source.derives_from_ids or source.organisation or source.informant
            if len(source.stated_on) == len("2017-04-01") and source.wording and not known:
                by_day.setdefault(source.stated_on, []).append(source)
        for day in by_day.values():
            runs = [runs_of(source.wording) for source in day]
            for i, one in enumerate(day):
                for j in range(i + 1, len(day)):
                    other = day[j]
                    apart = other.id in one.apart_from_ids or one.id in other.apart_from_ids
                    if not apart and likeness(runs[i], runs[j]) >= ALIKE:
                        self._merged.join(one.id, other.id)  # 4

    def _in_order(self) -> list[Source]:
        return [self._sources[source] for source in sorted(self._sources)]


def classes_of(roots: Mapping[str, frozenset[str]]) -> dict[str, str]:
    """Return for each key (a supporting source) the name of its class, by rule 5.

    `roots` gives each supporter's roots. Two supporters are independent exactly if their classes differ.
    """
    alone = {next(iter(mine)) for mine in roots.values() if len(mine) == 1}
    merger = _Merger()
    named: dict[str, str] = {}
    for key in sorted(roots):
        mine = roots[key]
        covered = sorted(mine & alone)
        if covered:
            named[key] = covered[0]
            continue
        first, *rest = sorted(mine)
        for root in rest:
            merger.join(first, root)
        named[key] = first
    return {key: merger.find(name) if name not in alone else name for key, name in named.items()}


def runs_of(text: str) -> frozenset[tuple[str, ...]]:
    """Return the three-word runs of a text (the whole text if it is shorter)."""
    words = tuple(_WORD.findall(text.casefold()))
    if len(words) <= _RUN:
        return frozenset({words}) if words else frozenset()
    return frozenset(words[i : i + _RUN] for i in range(len(words) - _RUN + 1))


def likeness(one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> float:
    """Return the share of common runs (Jaccard), 0 to 1."""
    return len(one & other) / len(one | other) if one and other else 0.0


class _Merger:
    """Union-find whose names do not depend on the order of joining: the least member names the set."""

    def __init__(self) -> None:
        self._up: dict[str, str] = {}

    def find(self, member: str) -> str:
        root = member
        while (up := self._up.get(root, root)) != root:
            root = up
        while (up := self._up.get(member, member)) != root:
            self._up[member] = root
            member = up
        return root

    def join(self, one: str, other: str) -> None:
        low, high = sorted((self.find(one), self.find(other)))
        self._up[high] = low

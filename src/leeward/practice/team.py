"""A practice team with real vaults: an operator, a coordinator and a documenter, in step through a relay's store."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from leeward.base.ports import Clock, SystemChance
from leeward.domain.intake.phrases import LANGUAGES
from leeward.office.hotline_page import questionnaire
from leeward.office.relay import set_relay
from leeward.office.session import Session
from leeward.office.team import admit, device_card, found_team, join, prepare_to_join, team_of, trusted_giver
from leeward.practice.agreements import add_clinic, agree_on_signs, compare_clinic, keep_clinic_key
from leeward.practice.cast import STAFF
from leeward.practice.load import Progress, StoryClock, make_circles, write_moments
from leeward.practice.made_release import make_practice_release
from leeward.practice.moment import HOUR
from leeward.practice.operation import Size, make_operation
from leeward.practice.precautions import draw_words, propose_circle, take_precautions
from leeward.practice.public_record_2017 import load_public_record
from leeward.practice.scenes import PUBLISHED
from leeward.sync.exchange import Exchange
from leeward.sync.port import Relay

TEAM_NAME = "Harbour"


class PracticeTeam:
    """Three desks in one process while the practice operation is made. Close it before the desks open their vaults."""

    def __init__(
        self,
        folder: Path,
        passphrases: Mapping[str, str],
        *,
        work_factor: int = 18,
        clock: Clock | None = None,
    ) -> None:
        self.folder = folder
        self.clock = StoryClock(clock)
        self.chance = SystemChance()
        self.desks: dict[str, Session] = {}
        for staff in STAFF[: len(passphrases)]:
            self._open(staff.name, staff.role, folder / staff.role, passphrases[staff.role], work_factor)

    def _open(self, name: str, role: str, folder: Path, passphrase: str, work_factor: int) -> None:
        clock, chance = self.clock, self.chance
        if not self.desks:
            session = found_team(
                folder,
                passphrase,
                team_name=TEAM_NAME,
                member_name=name,
                role=role,
                clock=clock,
                chance=chance,
                languages=LANGUAGES,  # practice shows every language there is; a founder chooses
                work_factor=work_factor,
            )
        else:
            first = self._first
            session = prepare_to_join(folder, passphrase, clock=clock, chance=chance, work_factor=work_factor)
            card = device_card(session, name=name, role=role)
            admission = admit(first, card, role, fingerprint=session.vault.device.id)
            join(session, admission.welcome, fingerprint=first.vault.device.id)
        self.desks[role] = session

    @property
    def _first(self) -> Session:
        return next(iter(self.desks.values()))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for session in self.desks.values():
            session.vault.close()

    def card(self) -> dict[str, Any]:
        """Return the team's intake card."""
        team = team_of(self._first)
        assert team is not None, "a founded team has its record"
        card: dict[str, Any] = json.loads(team.card)
        return card

    def set_relay(self, url: str) -> None:
        """Tell every desk where the relay is."""
        for session in self.desks.values():
            set_relay(session.vault, url)

    def _make_release(self, language: str) -> None:
        """Let the documenter have made one this morning; a colleague has not read it yet."""
        self.clock.set(self.clock.now_ms() - 5 * HOUR)
        try:
            make_practice_release(self.desks["documenter"], language)
        finally:
            self.clock.set(None)

    def _publish_questions(self, relay: Relay) -> None:
        """Let the operator have published what the page asks; the relay gets it at once."""
        self.clock.set(self.clock.now_ms() - PUBLISHED)
        try:
            questionnaire.publish(self._first)
        finally:
            self.clock.set(None)
        questionnaire.put_notice(self._first, relay)

    def sync(self, relay: Relay, rounds: int = 3) -> None:
        """Let every desk speak with the relay, often enough that all are in step."""
        for _round in range(rounds):
            for session in self.desks.values():
                exchange = Exchange(session.vault, relay, clock=session.clock, chance=session.chance)
                exchange.trusted = trusted_giver(session)
                exchange.sync()

    def play(self, relay: Relay, *, seed: int, people: int, language: str, progress: Progress) -> None:
        """Write the practice operation and the public record of 2017, each role at its own desk; all in step after."""
        names = {staff.name: self.desks[staff.role].member_id for staff in STAFF[: len(self.desks)]}
        size = Size(
            people=people, requests=max(people + 20, 3 * people // 2), accounts=max(1, 5 * people // 8)
        )
        script = make_operation(seed=seed, now=self.clock.now_ms(), desks=names, size=size, language=language)
        self.sync(relay)
        make_circles(script, self._first, self.desks)
        draw_words(self.desks, self.clock)
        self.sync(relay)
        propose_circle(self.desks, self.clock)
        write_moments(script, self.desks, self._first, self.clock, progress)
        self._publish_questions(relay)
        self._make_release(language)
        load_public_record(self.desks["documenter"])
        add_clinic(self._first, language)
        self.sync(relay, rounds=2)
        take_precautions(self.desks, self.clock, language)
        if "coordinator" in self.desks:
            compare_clinic(self.desks["coordinator"])
            agree_on_signs(self.desks["coordinator"])
        keep_clinic_key(self.folder)
        self.sync(relay)

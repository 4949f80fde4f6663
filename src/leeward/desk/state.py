"""What one desk process holds besides the vault: its language, its listeners, one sentence for the next page."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable

from jinja2 import Environment

from leeward.base.say import Message
from leeward.desk.language import Speech
from leeward.desk.live import Bell
from leeward.office.channels.runner import Runner
from leeward.office.erasing_compact import Compactor
from leeward.office.importing_run import Importer
from leeward.office.inviting import Inviting
from leeward.office.planning.proposal import Table
from leeward.office.receiving import Came
from leeward.office.session import Session
from leeward.office.sync import Syncer
from leeward.office.visa_table import RuleTable

_QUESTIONS_MOST = 200  # searches that Back still finds


class DeskState:
    """The desk's own memory. Nothing here outlives the process."""

    def __init__(
        self,
        session: Session,
        syncer: Syncer | None,
        *,
        lock: Callable[[], None],
        language: str = "",
        zone: dt.tzinfo | None = None,
    ) -> None:
        self.session = session
        self.syncer = syncer
        self.channels = Runner(
            session
        )  # e-mail and Signal, if they are set up here; begun by whoever serves the desk
        self.lock = lock
        self.language = language
        self.bell = Bell(self._sync_changes)
        self.inviting = Inviting(session, self.bell.ring)
        self.importing = Importer(session, self.bell.ring)
        self.planning = Table(session, self.bell.ring)
        self.visa_table: RuleTable | None = None  # a file that was brought, until passports of it are chosen
        self.received: dict[str, Came] = {}  # what partners sent and was opened, the last few; by record
        self.on_trouble: Callable[[Exception], None] = lambda _error: (
            None
        )  # tests listen here; nothing is logged
        self.environments: dict[str, Environment] = {}
        self.zone = zone
        self.lock_after = 0  # minutes without anybody; 0 as it is set in the vault
        self.person_at = time.monotonic()  # when somebody last did something
        self.compactor: Compactor | None = None  # set by whoever serves the desk
        self.hurried = False  # it locks by itself: its keys must be gone from memory at once
        self._speeches: dict[str, Speech] = {}
        self._said: Message | None = None
        self._questions: dict[str, str] = {}

    def _sync_changes(self) -> object:
        """Return what of the sync state a page shows; pages look again when it changes."""
        state = self.syncer.state if self.syncer is not None else None
        return state and (state.waiting_since, state.unsent > 0, len(state.faults), bool(state.synced_at))

    def note_person(self) -> None:
        """Note that somebody did something just now."""
        self.person_at = time.monotonic()
        if self.compactor is not None:
            self.compactor.give_way()

    def speech(self, language: str) -> Speech:
        """Return a language, its catalogue read once."""
        kept = self._speeches.get(language)
        if kept is None:
            kept = self._speeches[language] = Speech(language, self.zone)
        return kept

    def keep_question(self, words: str) -> str:
        """Keep what was searched for; return the key that stands for it in addresses, which browsers write down."""
        if len(self._questions) >= _QUESTIONS_MOST:
            del self._questions[next(iter(self._questions))]
        key = self.session.chance.draw(8).hex()
        self._questions[key] = words
        return key

    def question(self, key: str) -> str:
        """Return the words behind a key; "" if it is of another day."""
        return self._questions.get(key, "")

    def put_said(self, said: Message | None) -> None:
        """Keep one sentence for the next page."""
        self._said = said

    def take_said(self) -> Message | None:
        """Return the sentence kept, once."""
        said, self._said = self._said, None
        return said

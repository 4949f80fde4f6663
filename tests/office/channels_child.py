"""A desk's channel in a process of its own, which kills itself in the middle of what it was told to do.

python channels_child.py VAULT PASSPHRASE STEP      STEP: before, after, marked, sent
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

from leeward.base.ports import SystemChance, SystemClock
from leeward.ledger.store.vault import Vault
from leeward.office.channels import outbox
from leeward.office.channels.email import EmailChannel
from leeward.office.channels.port import Incoming
from leeward.office.channels.settings import EmailSettings, LocalMemory, load_settings
from leeward.office.channels.taking import take_message
from leeward.office.session import Session


def die(*_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Dying(LocalMemory):
    """A memory that is never written: the process ends where it would be."""

    def put(self, values: dict[str, int]) -> None:
        die(values)


def main(folder: str, passphrase: str, step: str) -> None:
    clock, chance = SystemClock(), SystemChance()
    with Vault.open(Path(folder), passphrase, clock=clock, chance=chance) as vault:
        session = Session(vault, clock=clock, chance=chance)
        settings = load_settings(session)["email"]
        assert isinstance(settings, EmailSettings)
        memory = Dying(session, "email") if step == "marked" else LocalMemory(session, "email")
        channel = EmailChannel(settings, memory, timeout=10)
        if step == "sent":
            vars(outbox)["_conclude"] = die
            outbox.deliver(session, channel)

        def take(one: Incoming) -> None:
            if step == "before":
                die()
            take_message(session, "email", channel.account, one)
            if step == "after":
                die()

        channel.fetch(take)


if __name__ == "__main__":
    main(*sys.argv[1:])

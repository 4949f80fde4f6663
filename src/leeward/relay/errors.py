"""The server's own trouble.

RelayError
 +-- UnknownStore    an address of a store that this version cannot open
 +-- StoreDamaged    the store cannot be opened as one of ours
 +-- StoreTooNew     the store was written by a later version
 `-- AddressInUse    somebody else listens there already
"""

from __future__ import annotations

from leeward.base.errors import LeewardError
from leeward.base.say import say


class RelayError(LeewardError):
    """The relay cannot start or go on."""

    code = "relay"


class UnknownStore(RelayError):
    """The address names no kind of store that is known here."""

    code = "relay.unknown-store"

    def __init__(self, url: str) -> None:
        super().__init__(
            say("“{url}” names no store that this relay can open.", url=url[:200]),
            kept=say("Nothing was changed."),
            next_step=say("Give a folder, or sqlite:///path/of/a/file."),
        )


class StoreDamaged(RelayError):
    """The store's file is there but does not open."""

    code = "relay.store-damaged"

    def __init__(self, where: str, why: str) -> None:
        super().__init__(
            say("The relay's store at {where} does not open: {why}.", where=where, why=why),
            kept=say("The files were left as they are."),
            next_step=say("Check the path and the disk. If the file is damaged, put back a backup."),
        )


class StoreTooNew(RelayError):
    """The store's tables are of a later version than this program."""

    code = "relay.store-too-new"

    def __init__(self, where: str) -> None:
        super().__init__(
            say("The relay's store at {where} was written by a later version of Leeward.", where=where),
            kept=say("Nothing was changed."),
            next_step=say("Start the later version."),
        )


class AddressInUse(RelayError):
    """The port or socket is taken."""

    code = "relay.address-in-use"

    def __init__(self, where: str) -> None:
        super().__init__(
            say("Something else already listens at {where}.", where=where),
            kept=say("Nothing was changed."),
            next_step=say("Stop the other program, or choose another port or socket."),
        )

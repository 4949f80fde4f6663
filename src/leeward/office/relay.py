"""Which relay a vault works with: kept among its device-only values, opened when first needed."""

from __future__ import annotations

import threading
from weakref import WeakKeyDictionary

from leeward.base.say import say
from leeward.ledger.store.vault import Vault
from leeward.office.errors import NoRelayYet
from leeward.office.session import Session
from leeward.sync.client import RelayClient
from leeward.sync.port import Relay

_URL = "relay.url"
_PROXY = "relay.proxy"

_open: WeakKeyDictionary[Vault, Relay] = WeakKeyDictionary()
_guard = threading.Lock()


def set_relay(vault: Vault, url: str, *, proxy: str = "") -> None:
    """Remember the relay's address and the SOCKS proxy to it ("" for none); used from the next start on."""
    vault.local_put(_URL, url)
    vault.local_put(_PROXY, proxy)


def relay_address(vault: Vault) -> tuple[str, str]:
    """Return address and proxy, each "" if there is none."""
    return str(vault.local_get(_URL) or ""), str(vault.local_get(_PROXY) or "")


def use_relay(vault: Vault, relay: Relay) -> None:
    """Take this open relay for all that the vault's session does from now on."""
    with _guard:
        _open[vault] = relay


def relay_of(session: Session) -> Relay:
    """Return the vault's relay, opened once; NoRelayYet if it was told of none."""
    with _guard:
        if session.vault in _open:
            return _open[session.vault]
        url, proxy = relay_address(session.vault)
        if not url:
            raise NoRelayYet(
                say("This vault was told of no relay."),
                kept=say("Everything you wrote is saved here."),
                next_step=say("Give the relay's address under Safety."),
            )
        opened = RelayClient(url, proxy=proxy or None)
        _open[session.vault] = opened
        return opened

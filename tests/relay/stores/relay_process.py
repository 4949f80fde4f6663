"""A relay over any store in a process of its own, to be killed: URL BLOBS SOCKET."""

from __future__ import annotations

import sys
from pathlib import Path

from leeward.relay.app import make_app
from leeward.relay.open_store import open_store
from leeward.relay.serve import serve

if __name__ == "__main__":
    store = open_store(sys.argv[1], sys.argv[2])
    try:
        serve(make_app(store), uds=Path(sys.argv[3]))
    finally:
        store.close()

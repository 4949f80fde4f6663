"""A relay in a process of its own, to be killed or to run out of room: FOLDER SOCKET [LARGEST_FILE]."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

from leeward.relay.app import make_app
from leeward.relay.open_store import open_store
from leeward.relay.serve import serve

if __name__ == "__main__":
    if len(sys.argv) > 3:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), resource.RLIM_INFINITY))
    store = open_store(sys.argv[1])
    try:
        serve(make_app(store), uds=Path(sys.argv[2]))
    finally:
        store.close()

"""A process that appends to a box, beside others, and prints what it got: URL BLOBS BOX WRITE-TOKEN SEED COUNT."""

from __future__ import annotations

import asyncio
import random
import sys

from leeward.relay.open_store import open_store
from leeward.relay.store import BoxStore


async def append_all(store: BoxStore, box: bytes, token: bytes, seed: int, count: int) -> list[str]:
    """Append items of this seed's own, and some that all processes append; return a line for each."""
    chance, shared = random.Random(seed), random.Random(0)
    items = [(chance.randbytes(16), chance.randbytes(300)) for _ in range(count)]
    items += [(shared.randbytes(16), shared.randbytes(300)) for _ in range(count // 4)]
    chance.shuffle(items)
    lines = []
    for start in range(0, len(items), 8):
        some = items[start : start + 8]
        got = await asyncio.gather(*(store.append(box, token, item, sealed) for item, sealed in some))
        lines += [
            f"{item.hex()} {sealed.hex()} {done.number} {int(done.made)}"
            for (item, sealed), done in zip(some, got, strict=True)
        ]
    return lines


if __name__ == "__main__":
    store = open_store(sys.argv[1], sys.argv[2])
    told = asyncio.run(
        append_all(
            store, bytes.fromhex(sys.argv[3]), bytes.fromhex(sys.argv[4]), int(sys.argv[5]), int(sys.argv[6])
        )
    )
    store.close()
    sys.stdout.write("\n".join(told) + "\n")

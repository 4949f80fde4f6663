"""Reporters and desks in a process of their own: they send to relays in turn, and again until they are answered.

INTAKE-KEYS SOCKET…; ends when its input ends, after every request under way was answered. Then it prints, as JSON, all
that was ever acknowledged, and how often it was told to wait.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import random
import socket
import sys
import threading
import time
from typing import Any

from leeward.wire.turn import Look, Make, Post, Put, Turn, parse_turn_answer, print_turn

CLIENTS = 4


class _Unix(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("relay", timeout=60)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(60)
        self.sock.connect(self._path)


class Client(threading.Thread):
    """One of them. `told` is what it was told."""

    def __init__(self, sockets: list[str], intake: tuple[bytes, bytes], seed: int) -> None:
        super().__init__()
        self.sockets = sockets
        self.intake = intake
        self.chance = random.Random(seed)
        self.stopping = False
        self.asked = 0
        self.waited = 0
        self.wrong: list[str] = []
        self.turns: list[dict[str, Any]] = []
        self.items: list[dict[str, Any]] = []
        self.pieces: list[dict[str, Any]] = []

    def run(self) -> None:
        while not self.stopping:
            kind = self.chance.random()
            if kind < 0.5:
                self.turn()
            elif kind < 0.9:
                self.append()
            else:
                self.blob()

    def turn(self) -> None:
        """A first message: two mailboxes, pieces, the report."""
        draw = self.chance.randbytes
        makes = tuple(Make(draw(16), draw(32), draw(32)) for _ in range(2))
        puts = tuple(Put(draw(32), draw(32), draw(self.chance.choice([600, 9000, 70_000]))) for _ in range(2))
        post = Post(*self.intake, draw(16), draw(self.chance.choice([500, 20_000])))
        looks = tuple(Look(box, draw(32)) for box in sorted(make.box for make in makes))
        turn = Turn(makes, puts, post, looks)
        answer = self.ask("POST", "/v1/turns", print_turn(turn), {}, {200})
        if parse_turn_answer(answer, len(looks)) != [([], 0), ([], 0)]:
            self.wrong.append("a turn's answer holds what nobody wrote")
        self.turns.append(
            {
                "boxes": [make.box.hex() for make in makes],
                "item": post.item.hex(),
                "sealed": hashlib.sha256(post.sealed).hexdigest(),
                "pieces": {put.blob.hex(): hashlib.sha256(put.sealed).hexdigest() for put in puts},
            }
        )

    def append(self) -> None:
        """What a desk appends to the same box."""
        item, sealed = (
            self.chance.randbytes(16),
            self.chance.randbytes(self.chance.choice([100, 4096, 60_000])),
        )
        box, token = self.intake
        headers = {"Authorization": f"Bearer {token.hex()}"}
        path = f"/v1/boxes/{box.hex()}/items/{item.hex()}"
        number = int(self.ask("POST", path, sealed, headers, {200, 201}))
        self.items.append(
            {"item": item.hex(), "number": number, "sealed": hashlib.sha256(sealed).hexdigest()}
        )

    def blob(self) -> None:
        """A large piece, put before its turn."""
        blob, sealed = self.chance.randbytes(32), self.chance.randbytes(200_000)
        headers = {"Leeward-Erase": "ab" * 32, "Leeward-Class": "mail"}
        self.ask("PUT", f"/v1/blobs/{blob.hex()}", sealed, headers, {200, 201})
        self.pieces.append({"blob": blob.hex(), "sealed": hashlib.sha256(sealed).hexdigest()})

    def ask(self, method: str, path: str, body: bytes, headers: dict[str, str], good: set[int]) -> bytes:
        """Send, to one relay after the other, until it is answered; only "busy" and a broken line are asked again."""
        while True:
            self.asked += 1
            connection = _Unix(self.sockets[self.asked % len(self.sockets)])
            try:
                connection.request(method, path, body, headers)
                answer = connection.getresponse()
                said = answer.read()
                status = answer.status
            except (OSError, http.client.HTTPException):
                status, said = 503, b"busy\n"
            finally:
                connection.close()
            if status in good:
                return said
            if (status, said) != (503, b"busy\n"):
                self.wrong.append(f"{method} {path[:9]}: {status} {said[:40]!r}")
                raise SystemExit
            self.waited += 1
            time.sleep(0.02)


def main() -> None:
    """Send until the input ends."""
    box, token = (bytes.fromhex(part) for part in sys.argv[1].split(":"))
    clients = [Client(sys.argv[2:], (box, token), seed) for seed in range(CLIENTS)]
    for client in clients:
        client.start()
    sys.stdin.read()
    for client in clients:
        client.stopping = True
    for client in clients:
        client.join()
    told: dict[str, Any] = {
        name: [one for client in clients for one in getattr(client, name)]
        for name in ("turns", "items", "pieces", "wrong")
    }
    told["waited"] = sum(client.waited for client in clients)
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()

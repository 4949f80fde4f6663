"""A double of signal-cli's daemon: its JSON-RPC over a unix socket, as its manual page and sources describe it.

It is a double, not the program: it knows the methods that a desk calls, their parameters, results and error numbers,
both ways of receiving, one account or several, safety numbers, and attachments in a folder. It speaks to no server.
"""

from __future__ import annotations

import base64
import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ACCOUNT = "+15550100"


class Daemon:
    """What the double holds. `arrive` is called by tests; the rest by whoever is connected."""

    def __init__(self, folder: Path, *, manual: bool = True, several: bool = False) -> None:
        self.path = folder / "signal.sock"
        self.attachments = folder / "attachments"
        self.attachments.mkdir()
        self.manual = manual
        self.several = several
        self.sent: list[dict[str, Any]] = []
        self.waiting: list[dict[str, Any]] = []
        self.identities: dict[str, list[dict[str, Any]]] = {}
        self.untrusted: dict[str, list[dict[str, Any]]] = {}
        self.failing_with = ""  # a type of SendMessageResult
        self.hang_up_on_send = False
        self._connected: list[tuple[Any, set[int]]] = []
        self._guard = threading.RLock()
        self._subscriptions = 0

    def arrive(self, source: str, text: str | None, **more: Any) -> None:
        """Have a message come from the network."""
        stamp = 1_491_600_000_000 + len(self.waiting) + more.pop("later", 0)
        data = {"timestamp": stamp, "message": text, "expiresInSeconds": 0, "viewOnce": False, **more}
        envelope = {
            "source": source,
            "sourceNumber": "+15550199",
            "sourceUuid": source,
            "sourceName": "A Legal Name",
            "sourceDevice": 1,
            "timestamp": stamp,
            "dataMessage": data,
        }
        self.identities.setdefault(source, [_identity(source, 1)])
        with self._guard:
            if self.identities[source][-1]["trustLevel"] == "UNTRUSTED":
                self.untrusted.setdefault(source, []).append(envelope)
                bare = {key: value for key, value in envelope.items() if key != "dataMessage"}
                error = {"message": f"Untrusted identity for {source}", "type": "UntrustedIdentityException"}
                self._hand_out({"account": ACCOUNT, "exception": error, "envelope": bare})
            else:
                self._hand_out({"account": ACCOUNT, "envelope": envelope})

    def change_key(self, source: str) -> str:
        """Give somebody a new key that nobody trusts yet; returns its safety number."""
        known = self.identities.setdefault(source, [])
        known.append({**_identity(source, len(known) + 1), "trustLevel": "UNTRUSTED"})
        return str(known[-1]["safetyNumber"])

    def keep_attachment(self, name: str, content: bytes) -> dict[str, Any]:
        """Lay a file where the daemon lays them; returns what a message says of it."""
        (self.attachments / name).write_bytes(content)
        return {"contentType": "image/jpeg", "filename": "../photo.jpg", "id": name, "size": len(content)}

    def wait_until_alone(self) -> None:
        """Return when the daemon has noticed that nobody is connected any more."""
        for _ in range(500):
            with self._guard:
                if not self._connected:
                    return
            time.sleep(0.01)
        raise TimeoutError

    def _hand_out(self, event: dict[str, Any]) -> None:
        """Give an event to whoever listens; in manual mode it waits until somebody does, else it is gone."""
        heard = False
        for lines, subscriptions in self._connected:
            for number in subscriptions:
                params = event if number < 0 else {"subscription": number, "result": event}
                _write(lines, {"jsonrpc": "2.0", "method": "receive", "params": params})
                heard = True
        if not heard and self.manual:
            self.waiting.append(event)

    def attend(self, connection: socket.socket) -> None:
        """Answer one connection until it ends."""
        with connection, connection.makefile("rwb", buffering=0) as lines, contextlib.suppress(OSError):
            subscriptions: set[int] = set() if self.manual else {-1}
            with self._guard:
                self._connected.append((lines, subscriptions))
            try:
                while line := lines.readline():
                    asked = json.loads(line)
                    if asked["method"] == "send" and self.hang_up_on_send:
                        self.hang_up_on_send = False
                        self.sent.append(asked["params"])
                        return
                    with self._guard:
                        self._reply(lines, asked, subscriptions)
            finally:
                with self._guard:
                    self._connected = [one for one in self._connected if one[0] is not lines]

    def _reply(self, lines: Any, asked: dict[str, Any], subscriptions: set[int]) -> None:
        method, params = asked["method"], dict(asked.get("params") or {})
        answer: dict[str, Any] = {"jsonrpc": "2.0", "id": asked["id"]}
        try:
            if self.several and method not in {"version", "listAccounts"}:
                _require_account(params)
            answer["result"] = self._do(method, params)
        except _Wrong as wrong:
            answer["error"] = {"code": wrong.code, "message": str(wrong), "data": wrong.data}
        _write(lines, answer)
        if method == "subscribeReceive" and "result" in answer:
            subscriptions.add(answer["result"])
            held, self.waiting = self.waiting, []
            for event in held:
                self._hand_out(event)

    def _do(self, method: str, params: dict[str, Any]) -> Any:  # noqa: PLR0911 - one return a method
        match method:
            case "version":
                return {"version": "0.13.18"}
            case "listAccounts" if self.several:
                return [{"number": ACCOUNT}, {"number": "+15550101"}]
            case "subscribeReceive":
                self._subscriptions += 1
                return self._subscriptions - 1
            case "send":
                return self._send(params)
            case "listIdentities":
                return list(self.identities.get(params["number"], []))
            case "trust":
                return self._trust(params)
            case "getAttachment":
                try:
                    return {"data": base64.b64encode((self.attachments / params["id"]).read_bytes()).decode()}
                except OSError as error:
                    raise _Wrong(-32603, "An error occurred reading attachment") from error
        raise _Wrong(-32601, "Method not implemented")

    def _send(self, params: dict[str, Any]) -> Any:
        (recipient,) = params["recipient"]
        known = self.identities.get(recipient, [])
        failing = self.failing_with or (
            "IDENTITY_FAILURE" if known and known[-1]["trustLevel"] == "UNTRUSTED" else ""
        )
        result = {"recipientAddress": {"uuid": recipient}, "type": failing or "SUCCESS"}
        told = {"timestamp": 1_491_600_000_999, "results": [result]}
        if failing == "IDENTITY_FAILURE":
            raise _Wrong(
                -4, f"Failed to send message due to untrusted identities: {recipient}", {"response": told}
            )
        if failing == "UNREGISTERED_FAILURE":
            raise _Wrong(-1, f'Unregistered user "{recipient}"', {"response": told})
        if failing:
            raise _Wrong(-3, "Failed to send message", {"response": told})
        self.sent.append(params)
        return told

    def _trust(self, params: dict[str, Any]) -> Any:
        known = self.identities.get(params["recipient"], [])
        for one in known:
            if one["safetyNumber"].replace(" ", "") == params.get("verifiedSafetyNumber"):
                one["trustLevel"] = "TRUSTED_VERIFIED"
                for envelope in self.untrusted.pop(params["recipient"], []):
                    self._hand_out({"account": ACCOUNT, "envelope": envelope})
                return {}
        raise _Wrong(-1, "Failed to set the trust for this number, make sure the number is correct.")


class _Wrong(Exception):
    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.code = code
        self.data = data


def _require_account(params: dict[str, Any]) -> None:
    if params.pop("account", "") != ACCOUNT:
        raise _Wrong(-32602, "Method requires valid account parameter")


@contextlib.contextmanager
def signal_daemon(folder: Path, *, manual: bool = True, several: bool = False) -> Iterator[Daemon]:
    """Run the double at a socket in a folder of its own."""
    daemon = Daemon(folder, manual=manual, several=several)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.bind(str(daemon.path))
        listening.listen()

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    threading.Thread(target=daemon.attend, args=(connection,), daemon=True).start()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield daemon
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def _identity(source: str, number: int) -> dict[str, Any]:
    return {
        "number": None,
        "uuid": source,
        "fingerprint": f"{number:064x}",
        "safetyNumber": " ".join(f"{number * 11111 + part:05d}" for part in range(12)),
        "trustLevel": "TRUSTED_UNVERIFIED",
        "addedTimestamp": 1_491_600_000_000 + number,
    }


def _write(lines: Any, told: dict[str, Any]) -> None:
    with contextlib.suppress(OSError, ValueError):
        lines.write(json.dumps(told).encode() + b"\n")

"""Signal as a channel, through a signal-cli daemon that runs on this computer, by its JSON-RPC.

    signal-cli -a +15550100 daemon --socket /run/user/1000/signal.sock --receive-mode=manual

1. The daemon is asked for messages (`subscribeReceive`) and hands over one after another. It does not ask whether we
   kept one: what is between it and this desk when this desk is killed is lost. With `--receive-mode=on-start` it
   also throws away what comes while no desk listens, so that the desk then asks for the other mode.
2. People are known by their account id (`sourceUuid`), not by their number; number and profile name are not kept.
3. Attachments lie in clear in the daemon's folder. They are taken from there once sealed here, and then removed.
4. A changed safety number stops the answer, until a member has compared the new one with the person.
5. An answer that was cut off between question and reply may have gone: that is said, and it is not repeated.

Method names, parameters and error numbers are those of signal-cli's manual page signal-cli-jsonrpc(5) and sources.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from leeward.base.limits import TEXT_MOST
from leeward.base.say import Message, say, say_count
from leeward.domain.intake.report import tidy
from leeward.office.channels.errors import (
    AnswerLater,
    AnswerRefused,
    AnswerUnsure,
    BadSettings,
    ChannelAway,
    IdentityChanged,
)
from leeward.office.channels.port import NOT_TAKEN, Attached, Incoming, Outgoing, Take
from leeward.office.channels.rpc import Refusal, Rpc
from leeward.office.channels.settings import SignalSettings

UNTRUSTED_KEY = -4
USER_ERROR = -1
METHOD_NOT_FOUND = -32601
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NUMBER = re.compile(r"\+[0-9]{5,16}")
_STORED = re.compile(r"[A-Za-z0-9_-]{1,100}(?:\.[A-Za-z0-9]{1,10})?")
_FILE_MOST = 64 * 1024 * 1024
_FILES_MOST = 40
_FOR_GOOD = frozenset({"UNREGISTERED_FAILURE", "INVALID_PRE_KEY_FAILURE"})


class SignalChannel:
    """One Signal account of ours."""

    name = "signal"
    repeats_safely = False
    pause = 0.0

    def __init__(self, settings: SignalSettings, *, timeout: float = 30.0) -> None:
        self._settings = settings
        self._timeout = timeout
        self._rpc: Rpc | None = None
        self.account = settings.account
        self.receives_by_itself = False  # the daemon was started in the mode that loses messages (1)
        self.left_out = 0  # messages to groups: an answer would go to one person, and the group would wait
        self.heard: set[str] = set()  # handles that wrote, or tried to under a new key, since somebody looked
        self._subscribed = False
        self._named: dict[str, Any] = {}  # which account is meant, if the daemon has several

    def check(self) -> Message:
        """Ask the daemon for its version, and whether it has our account."""
        self._open()  # without asking for messages: they would be handed to this question, and lost with it
        version = _text(_dict(self._call("version", {})).get("version"))[:40]
        if self._named:
            accounts = rpc_list(self._call("listAccounts", None))
            if not any(self.account in one.values() for one in accounts):
                raise BadSettings(
                    say("The daemon knows no account {account}.", account=self.account),
                    kept=say("Nothing was changed."),
                    next_step=say("Register or link it with signal-cli first."),
                )
        return say("signal-cli {version} answers for {account}.", version=version, account=self.account)

    def fetch(self, take: Take, *, wait: float = 0.0) -> int:
        """Hand over what has come."""
        rpc = self._open()
        count = 0
        if not self._subscribed:
            self._subscribed = True
            self._knows("subscribeReceive", self._named)
        try:
            while (params := rpc.next_notification(wait if not count else 0.0)) is not None:
                count += self._take_one(params, take)
        except OSError as error:
            raise self._lost(error) from error
        return count

    def send(self, answer: Outgoing) -> None:
        """Hand an answer to the daemon."""
        if not (_UUID.fullmatch(answer.handle) or _NUMBER.fullmatch(answer.handle)):
            raise AnswerRefused(
                say("This contact's address cannot be written to."),
                kept=say("Your answer is saved here."),
                next_step=say("Reach them in another way."),
            )
        rpc = self._open()
        try:
            result = rpc.call("send", {**self._named, "recipient": [answer.handle], "message": answer.text})
        except Refusal as refusal:
            raise _why_not(refusal) from refusal
        except OSError as error:  # 5
            self.close()
            raise AnswerUnsure(say("The connection to signal-cli broke while it was sending.")) from error
        for one in rpc_list(_dict(result).get("results")):
            kind = _text(one.get("type"))
            if kind == "IDENTITY_FAILURE":
                raise _identity_changed()
            if kind in _FOR_GOOD:
                raise AnswerRefused(say("The server will not take this answer ({why}).", why=kind))
            if kind != "SUCCESS":
                raise _not_now(kind)

    def remark(self) -> Message | None:
        """Return what the daemon does that loses messages, or how many messages to groups were let be."""
        if self.receives_by_itself:
            return say(
                "signal-cli fetches by itself: what comes while this desk is closed is lost. Start it with "
                "--receive-mode=manual."
            )
        if self.left_out:
            return say_count(
                "{n} message to a group was left out: an answer would go to one person only.",
                "{n} messages to groups were left out: an answer would go to one person only.",
                self.left_out,
            )
        return None

    def safety_number(self, handle: str) -> str:
        """Return the safety number shared with somebody now, "" if there is none yet."""
        identities = rpc_list(self._call("listIdentities", {"number": handle}))
        newest = max(identities, key=lambda one: _number(one.get("addedTimestamp")), default={})
        return " ".join(_text(newest.get("safetyNumber")).split())[:100]

    def trust(self, handle: str, safety_number: str) -> None:
        """Believe a key, once its safety number was compared with the person."""
        digits = safety_number.replace(" ", "")
        self._call("trust", {"recipient": handle, "verifiedSafetyNumber": digits})

    def close(self) -> None:
        """Let go of the connection."""
        if self._rpc is not None:
            self._rpc.close()
            self._rpc = None

    # one message

    def _take_one(self, params: dict[str, Any], take: Take) -> int:
        wrapped = params.get("result")
        if "subscription" not in params and not isinstance(wrapped, dict):
            self.receives_by_itself = True  # 1
        event = _dict(wrapped) if isinstance(wrapped, dict) else params
        envelope = _dict(event.get("envelope"))
        data = _dict(envelope.get("dataMessage")) or _dict(
            _dict(envelope.get("editMessage")).get("dataMessage")
        )
        if _text(_dict(event.get("exception")).get("type")) == "UntrustedIdentityException" and not data:
            self.heard.add(
                _handle(envelope)
            )  # the daemon keeps what it could not trust, and reads it afterwards
            return 0
        if self._named and event.get("account") not in (None, self.account):
            return 0  # for another account of the same daemon
        if _dict(data.get("groupInfo")):
            self.left_out += 1
            return 0
        attachments = rpc_list(data.get("attachments"))[:_FILES_MOST]
        text = tidy(_text(data.get("message")))
        if not text and not attachments:
            return 0  # a receipt, somebody typing, a reaction: nothing that waits for us
        handle = _handle(envelope)
        files = self._files(attachments, handle)
        if len(files) < len(attachments):
            text = f"{text}\n\n{NOT_TAKEN}".strip()
        take(
            Incoming(
                handle=handle,
                text=text[:TEXT_MOST],
                files=tuple(files.values()),
                reference=str(_number(data.get("timestamp") or envelope.get("timestamp"))),
                cut=len(text) > TEXT_MOST,
            )
        )
        self.heard.add(handle)
        self._sweep(files)  # 3
        return 1

    def _files(self, attachments: list[dict[str, Any]], handle: str) -> dict[str, Attached]:
        """Return the attachments that can be had, by the name under which the daemon keeps them."""
        found: dict[str, Attached] = {}
        for one in attachments:
            stored = _text(one.get("id"))
            fits = _number(one.get("size")) <= _FILE_MOST
            body = self._bytes_of(stored, handle) if fits and stored not in found else None
            if body is not None:
                name = _text(one.get("filename")) or "attachment"
                found[stored] = Attached(name, _text(one.get("contentType")), body)
        return found

    def _bytes_of(self, stored: str, handle: str) -> bytes | None:
        if not _STORED.fullmatch(stored):  # it becomes a file's name: nothing else may
            return None
        path = Path(self._settings.attachments) / stored if self._settings.attachments else None
        if path is not None:
            try:
                return path.read_bytes() if path.stat().st_size <= _FILE_MOST else None
            except OSError:
                return None
        try:
            got = _dict(self._call("getAttachment", {"id": stored, "recipient": handle}))
            return base64.b64decode(_text(got.get("data")), validate=True)
        except (BadSettings, binascii.Error):
            return None

    def _sweep(self, taken: Iterable[str]) -> None:
        for stored in taken if self._settings.attachments else ():
            (Path(self._settings.attachments) / stored).unlink(missing_ok=True)

    # the daemon

    def _open(self) -> Rpc:
        if self._rpc is not None:
            return self._rpc
        try:
            rpc = self._rpc = Rpc(self._settings.socket, timeout=self._timeout)
            self._subscribed = False
        except OSError as error:
            raise self._lost(error) from error
        self._named = {"account": self.account} if self._knows("listAccounts", {}) else {}
        return rpc

    def _knows(self, method: str, params: dict[str, Any]) -> bool:
        """Call a method that a daemon may not have in its mode; tell whether it does."""
        try:
            self._open().call(method, params)
        except Refusal as refusal:
            if refusal.code != METHOD_NOT_FOUND:
                raise _refused(refusal) from refusal
            return False
        except OSError as error:
            raise self._lost(error) from error
        return True

    def _call(self, method: str, params: dict[str, Any] | None) -> Any:  # noqa: ANN401 - JSON
        """Ask about our account; with None about the daemon itself."""
        rpc = self._open()
        try:
            return rpc.call(method, {} if params is None else {**self._named, **params})
        except Refusal as refusal:
            raise _refused(refusal) from refusal
        except OSError as error:
            raise self._lost(error) from error

    def _lost(self, error: OSError) -> ChannelAway:
        self.close()
        why = error.strerror or str(error) or type(error).__name__
        return ChannelAway(
            say("The signal-cli daemon does not answer ({why}).", why=why[:200]),
            kept=say("Nothing is lost: what came waits with Signal, and what you wrote is saved here."),
            next_step=say("It is tried again by itself. See whether signal-cli runs on this computer."),
        )


def _refused(refusal: Refusal) -> BadSettings:
    return BadSettings(say("signal-cli refuses: {why}.", why=refusal.why), kept=say("Nothing was lost."))


def rpc_list(value: object) -> list[dict[str, Any]]:
    """Return the objects of a JSON array; [] for anything else."""
    return [_dict(one) for one in value] if isinstance(value, list) else []


def _why_not(refusal: Refusal) -> AnswerRefused | IdentityChanged | AnswerLater:
    """Say what an error of `send` means; what became of each recipient stands in its data."""
    response = _dict(_dict(refusal.data).get("response"))
    kinds = {_text(one.get("type")) for one in rpc_list(response.get("results"))}
    if refusal.code == UNTRUSTED_KEY or "IDENTITY_FAILURE" in kinds:
        return _identity_changed()
    if refusal.code == USER_ERROR or kinds & _FOR_GOOD:
        return AnswerRefused(
            say("The server will not take this answer ({why}).", why=refusal.why),
            kept=say("Your answer is saved here."),
            next_step=say("Look at the address, or reach them in another way."),
        )
    return _not_now(refusal.why)


def _not_now(why: str) -> AnswerLater:
    return AnswerLater(
        say("The server asks us to wait ({why}).", why=why),
        kept=say("Your answer is saved here."),
        next_step=say("It is tried again by itself."),
    )


def _identity_changed() -> IdentityChanged:
    return IdentityChanged(
        say("Their safety number changed: a new phone, or somebody else's."),
        kept=say("Your answer was not sent. It is saved here."),
        next_step=say("Compare the new number with them by voice, and say so under Channels."),
    )


def _handle(envelope: dict[str, Any]) -> str:
    account = _text(envelope.get("sourceUuid")).lower()
    if _UUID.fullmatch(account):
        return account  # 2
    number = _text(envelope.get("sourceNumber"))
    return number if _NUMBER.fullmatch(number) else ""


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def _number(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0

"""Debian's real Firefox, set as Tor Browser's security levels set it, driven over Marionette (its own remote control).

    with run_firefox(folder, relay_url, SAFER) as firefox:
        firefox.go("/?lang=ru")
        firefox.fill("#text", "...")
        firefox.click("#send")
        firefox.wait("#words")

The relay is visited as an onion, through a SOCKS proxy of our own which takes that one name to the relay, refuses every
other, and remembers all of them. Marionette works beside the page, so it also works where pages may run no script.
Profile, home and temporary folder are the test's own: everything that the browser leaves anywhere lies in `folder`.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import socketserver
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self

import psutil  # type: ignore[import-untyped]
import pytest
from tests.support.marks import unpacked

ONION = "leewardexampleleewardexampleleewardexampleleewardexample.onion"
HOME = f"http://{ONION}"
ESCAPE = "\ue00c"
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
SOON = 30.0
_CARELESS_FIELD = """document.getElementById("careless")?.remove();
document.body.append(Object.assign(document.createElement("textarea"), { id: "careless" }));
"""
_WRITE_DOWN = """const [done] = arguments;
const load = (name) => ChromeUtils.importESModule(`resource:///modules/sessionstore/${name}.sys.mjs`)[name];
(async () => {
  await load("SessionStore").promiseAllWindowsRestored;
  await load("TabStateFlusher").flushWindow(window);
  await load("SessionSaver").run();
})().then(() => done(null), done);
"""

Preferences = Mapping[str, bool | int | str]

# What Tor Browser sets at every level, as far as a page can tell.
TOR: Preferences = {
    "browser.privatebrowsing.autostart": True,
    "browser.cache.disk.enable": False,
    "browser.formfill.enable": False,
    "privacy.resistFingerprinting": True,
    "privacy.firstparty.isolate": True,
    "dom.securecontext.allowlist_onions": True,
    "dom.serviceWorkers.enabled": False,
    "dom.storage.enabled": False,  # stricter than Tor Browser: the page must not want it
    "dom.indexedDB.enabled": False,
    "media.peerconnection.enabled": False,
    "media.navigator.enabled": False,
    "permissions.memory_only": True,
    "signon.rememberSignons": False,
    "network.http.referer.hideOnionSource": True,
}
# Its level "Safer": no fast compiler, no WebAssembly, fewer formats; sound and film only after a click.
SAFER: Preferences = {
    **TOR,
    "javascript.options.ion": False,
    "javascript.options.baselinejit": False,
    "javascript.options.native_regexp": False,
    "javascript.options.asmjs": False,
    "javascript.options.wasm": False,
    "mathml.disabled": True,
    "gfx.font_rendering.graphite.enabled": False,
    "gfx.font_rendering.opentype_svg.enabled": False,
    "webgl.disabled": True,
    "media.webaudio.enabled": False,
    "media.webm.enabled": False,
    "media.autoplay.default": 5,
    "media.autoplay.blocking_policy": 2,
}
# Its level "Safest": no script, no drawings, no sound.
SAFEST: Preferences = {
    **SAFER,
    "javascript.enabled": False,
    "svg.disabled": True,
    "media.ogg.enabled": False,
    "media.mp4.enabled": False,
}
# A Firefox that was never told to be careful, and writes down what it may as often as it can.
CARELESS: Preferences = {
    "browser.sessionstore.resume_from_crash": True,
    "browser.sessionstore.privacy_level": 0,
    "browser.sessionstore.postdata": -1,
    "browser.formfill.enable": True,
    "signon.rememberSignons": True,
    "browser.cache.disk.enable": True,
    "browser.cache.disk_cache_ssl": True,
    "browser.pagethumbnails.capturing_disabled": False,
    "places.history.enabled": True,
}
_EACH: Preferences = {
    "network.proxy.type": 1,
    "network.proxy.socks": "127.0.0.1",
    "network.proxy.socks_version": 5,
    "network.proxy.socks_remote_dns": True,
    "network.proxy.allow_hijacking_localhost": True,
    "network.proxy.no_proxies_on": "",
    "network.dns.blockDotOnion": False,
    "intl.accept_languages": "ru, en",
    "services.settings.server": "data:,#none/v1",  # what the browser itself would ask of its makers
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "extensions.update.enabled": False,
    "extensions.systemAddon.update.enabled": False,
    "media.gmp-manager.updateEnabled": False,
    "media.gmp-manager.url.override": "data:,",
    "marionette.port": 0,
}


def find_firefox() -> str:
    """Return the path of a Firefox (FIREFOX, or one on the PATH); fail, never skip, if there is none."""
    found = os.environ.get("FIREFOX") or shutil.which("firefox-esr") or shutil.which("firefox")
    if found is None:
        pytest.fail(
            "This test needs Firefox and found none. On Debian: apt-get install firefox-esr. "
            "Elsewhere: set FIREFOX to the path of one.",
            pytrace=False,
        )
    return found


class Refused(Exception):
    """What Firefox says when it does not do what it was told."""


class Firefox:
    """One Firefox with one window."""

    def __init__(self, process: subprocess.Popen[bytes], profile: Path, asked: list[tuple[str, int]]) -> None:
        self.process = process
        self._profile = profile
        self.asked = asked  # every name and port that anything in it wanted to reach
        self._wire = socket.create_connection(("127.0.0.1", _port(profile, process)), 60)
        self._file = self._wire.makefile("rb")
        self._count = 0
        self._read()
        self.ask("WebDriver:NewSession", capabilities={"alwaysMatch": {"unhandledPromptBehavior": "accept"}})

    def _read(self) -> Any:
        length = b""
        while (one := self._file.read(1)) != b":":
            if not one:
                raise Refused("Firefox has gone")
            length += one
        return json.loads(self._file.read(int(length)))

    def ask(self, command: str, **parameters: Any) -> Any:
        """Do one command of Marionette; raises Refused."""
        self._count += 1
        message = json.dumps([0, self._count, command, parameters]).encode()
        self._wire.sendall(str(len(message)).encode() + b":" + message)
        _, _, error, result = self._read()
        if error is not None:
            raise Refused(f"{command}: {error['error']}: {error['message']}")
        return result.get("value") if isinstance(result, dict) and "value" in result else result

    def go(self, path: str = "/") -> None:
        """Open a page of the onion, or any whole address."""
        self.ask("WebDriver:Navigate", url=path if "://" in path or ":" in path else HOME + path)

    def back(self) -> None:
        """Press Back."""
        self.ask("WebDriver:Back")

    def all(self, css: str) -> list[str]:
        """Return handles of all elements, in order."""
        return [one[_ELEMENT] for one in self.ask("WebDriver:FindElements", using="css selector", value=css)]

    def one(self, css: str) -> str:
        """Return the handle of an element; raises Refused if it is not there."""
        found = self.ask("WebDriver:FindElement", using="css selector", value=css)
        return str(found[_ELEMENT])

    def shown(self, css: str) -> bool:
        """Tell whether the element is there and can be seen."""
        try:
            return self.seen(self.one(css))
        except Refused:
            return False

    def seen(self, element: str) -> bool:
        """Tell whether an element, given by its handle, can be seen."""
        return bool(self.ask("WebDriver:IsElementDisplayed", id=element))

    def wait(self, css: str, seconds: float = SOON) -> None:
        """Wait until an element can be seen."""
        end = time.monotonic() + seconds
        while not self.shown(css):
            assert time.monotonic() < end, f"{css} did not come:\n{self.text('body')}"
            time.sleep(0.05)

    def wait_text(self, css: str, text: str, seconds: float = SOON) -> None:
        """Wait until the element says something."""
        end = time.monotonic() + seconds
        while not (self.shown(css) and text in self.text(css)):
            assert time.monotonic() < end, f"{text!r} did not come:\n{self.text('body')}"
            time.sleep(0.05)

    def text(self, css: str) -> str:
        """Return what an element shows."""
        return str(self.ask("WebDriver:GetElementText", id=self.one(css)))

    def texts(self, css: str) -> list[str]:
        """Return what each of several elements shows."""
        return [str(self.ask("WebDriver:GetElementText", id=one)) for one in self.all(css)]

    def value(self, css: str, name: str = "value") -> Any:
        """Return a property of an element."""
        return self.ask("WebDriver:GetElementProperty", id=self.one(css), name=name)

    def fill(self, css: str, text: str) -> None:
        """Type into a field, key by key; for a field of files, choose one by its path."""
        self.ask("WebDriver:ElementSendKeys", id=self.one(css), text=text)

    def click(self, css: str) -> None:
        """Click on an element."""
        self.ask("WebDriver:ElementClick", id=self.one(css))

    def press(self, *keys: str) -> None:
        """Press keys, one after another, wherever the focus is."""
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self.ask("WebDriver:PerformActions", actions=[{"type": "key", "id": "keys", "actions": actions}])

    def run(self, script: str, *arguments: Any) -> Any:
        """Run a script in the page (where scripts may run); returns what it returns."""
        return self.ask("WebDriver:ExecuteScript", script=script, args=list(arguments), sandbox=None)

    def write_down(self) -> None:
        """Have it write to the disk now what it writes every few seconds so that it can go on after a crash.

        It has done so when a field that we add to the page, which does not ask to be left out, is there.
        """
        token = str(time.monotonic_ns())
        note = self._profile / "sessionstore-backups" / "recovery.jsonlz4"
        end = time.monotonic() + SOON
        self.run(_CARELESS_FIELD)
        self.fill("#careless", token)
        while not (note.exists() and any(token.encode() in one for one in unpacked(note.read_bytes()))):
            assert time.monotonic() < end, "Firefox wrote nothing down"
            self.ask("Marionette:SetContext", value="chrome")
            self.ask("WebDriver:ExecuteAsyncScript", script=_WRITE_DOWN, args=[])
            self.ask("Marionette:SetContext", value="content")

    @property
    def url(self) -> str:
        """The address of the page."""
        return str(self.ask("WebDriver:GetCurrentURL"))

    @property
    def source(self) -> str:
        """The page as it stands, as text."""
        return str(self.ask("WebDriver:GetPageSource"))

    def cpu_seconds(self) -> float:
        """Return how long all its processes have computed so far."""
        main = psutil.Process(self.process.pid)
        spent = 0.0
        for process in [main, *main.children(recursive=True)]:
            with contextlib.suppress(psutil.Error):
                spent += sum(process.cpu_times()[:2])
        return spent

    def close(self) -> None:
        """Quit as a person does, so that it tidies up and writes what it wants to write."""
        with contextlib.suppress(Refused, OSError):
            self.ask("Marionette:Quit", flags=["eAttemptQuit"])
        self._file.close()
        self._wire.close()


class _Line(socketserver.BaseRequestHandler):
    """One connection through the proxy."""

    server: Proxy

    def _take(self, size: int) -> bytes:
        taken = b""
        while len(taken) < size and (more := self.request.recv(size - len(taken))):
            taken += more
        return taken

    def handle(self) -> None:
        with contextlib.suppress(OSError, IndexError):
            self._take(self._take(2)[1])
            self.request.sendall(b"\x05\x00")
            kind = self._take(4)[3]
            name = (
                self._take(self._take(1)[0]).decode()
                if kind == 3
                else self._take(4 if kind == 1 else 16).hex()
            )
            self.server.asked.append((name, int.from_bytes(self._take(2), "big")))
            if name != ONION:
                self.request.sendall(b"\x05\x02\x00\x01" + bytes(6))  # not allowed
                return
            with socket.create_connection(("127.0.0.1", self.server.target)) as onward:
                self.request.sendall(b"\x05\x00\x00\x01" + bytes(6))
                threading.Thread(target=_copy, args=(onward, self.request), daemon=True).start()
                _copy(self.request, onward)


class Proxy(socketserver.ThreadingTCPServer):
    """SOCKS5 to one onion and nowhere else."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, target: int) -> None:
        super().__init__(("127.0.0.1", 0), _Line)
        self.target = target
        self.asked: list[tuple[str, int]] = []

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while chunk := source.recv(65536):
            target.sendall(chunk)
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def run_firefox(folder: Path, relay: str, preferences: Preferences) -> Iterator[Firefox]:
    """Run a Firefox with a new profile below `folder` until the block ends; `relay` is where the onion leads."""
    for name in ("profile", "home", "tmp"):
        (folder / name).mkdir(parents=True)
    with Proxy(int(relay.rstrip("/").rsplit(":", 1)[1])) as proxy:
        wanted = {**_EACH, "network.proxy.socks_port": proxy.server_address[1], **preferences}
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in wanted.items()]
        (folder / "profile" / "user.js").write_text("\n".join(lines))
        process = _start(folder)
        try:
            firefox = Firefox(process, folder / "profile", proxy.asked)
            try:
                yield firefox
            finally:
                firefox.close()
                process.wait(60)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()


def _start(folder: Path) -> subprocess.Popen[bytes]:
    environment = {
        **{name: value for name, value in os.environ.items() if "proxy" not in name.lower()},
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
        "MOZ_HEADLESS": "1",
        "MOZ_CRASHREPORTER_DISABLE": "1",
        "MOZ_REMOTE_SETTINGS_DEVTOOLS": "1",  # lets services.settings.server be heard
    }
    command = [
        find_firefox(),
        "--marionette",
        "--remote-allow-system-access",
        "--no-remote",
        "--profile",
        str(folder / "profile"),
    ]
    with (folder / "said.txt").open("wb") as said:
        return subprocess.Popen(command, stdout=said, stderr=said, cwd=folder / "home", env=environment)


def _port(profile: Path, process: subprocess.Popen[bytes]) -> int:
    """Return where Marionette listens, once it does."""
    note = profile / "MarionetteActivePort"
    end = time.monotonic() + 60
    while time.monotonic() < end:
        assert process.poll() is None, "Firefox did not start"
        if note.exists() and (text := note.read_text()):
            return int(text)
        time.sleep(0.05)
    raise AssertionError("Firefox did not listen")

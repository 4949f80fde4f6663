"""The machine around a relay: logs, memory that reaches a disk, the clock, the unit it runs in. See deployment.py."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from leeward.relay.deployment import Finding, Host, Level

_UNIT_FOLDERS = ("etc/systemd/system", "run/systemd/system", "usr/lib/systemd/system", "lib/systemd/system")
_WANTED = {
    "StandardOutput": ("null",),
    "LimitCORE": ("0",),
    "MemorySwapMax": ("0",),
    "NoNewPrivileges": ("yes", "true", "1"),
    "ProtectSystem": ("strict",),
    "PrivateTmp": ("yes", "true", "1"),
}
_WHY = {
    "StandardOutput": "What a program prints, journald keeps on the disk.",
    "LimitCORE": "A crash would write the program's memory to the disk.",
    "MemorySwapMax": "The program's memory could be written to swap.",
    "NoNewPrivileges": "A fault in the relay could become a fault of the machine.",
    "ProtectSystem": "A fault in the relay could change the system.",
    "PrivateTmp": "Other programs could see or plant its temporary files.",
}
_SCORE_MOST = 2.0
_WEB_SERVERS = ("nginx", "apache2", "httpd", "caddy", "haproxy", "lighttpd")


def check_host(folder: Path, unit: str, host: Host) -> Iterator[Finding]:
    """Yield what is found about the machine."""
    yield from _clock(host)
    yield from _unit(unit, host)
    yield from _journal(host)
    yield from _tor_log(host)
    yield from _web_servers(host)
    yield from _cores(host)
    yield from _swap(host)
    yield from _tmp(host)
    yield from _disk(folder, host)


def _clock(host: Host) -> Iterator[Finding]:
    told = host.run(["timedatectl", "show", "--property=NTPSynchronized", "--value"])
    by_file = host.there("/run/systemd/timesync/synchronized")
    if (told is not None and told.strip() == "yes") or by_file:
        yield Finding("clock.set", Level.GOOD, "The clock is kept by the network's time.")
        return
    level = Level.UNKNOWN if told is None else Level.WRONG
    yield Finding(
        "clock.set",
        level,
        "Nothing here says that the clock is kept by the network's time.",
        "Tor refuses to work when the clock is off by hours, and mail expires by it.",
        "apt install systemd-timesyncd && timedatectl set-ntp true; or chrony with NTS.",
    )


def _unit(unit: str, host: Host) -> Iterator[Finding]:
    text = unit_text(unit, host)
    if text is None:
        yield Finding(
            "unit.there",
            Level.LOOK,
            f"There is no systemd unit {unit}.",
            "Then nothing keeps the relay away from the rest of the machine, and its output may be kept somewhere.",
            "Install deploy/leeward-relay.service, or use deploy/Containerfile.",
        )
        return
    said = dict(re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE))
    for key, good in _WANTED.items():
        value = said.get(key, "").strip()
        if value in good:
            yield Finding(f"unit.{key}", Level.GOOD, f"The unit says {key}={value}.")
        else:
            mend = f"Put {key}={good[0]} into the unit, then: systemctl daemon-reload && systemctl restart {unit}"
            yield Finding(
                f"unit.{key}", Level.WRONG, f"The unit does not say {key}={good[0]}.", _WHY[key], mend
            )
    user = said.get("User", "").strip()
    if not user or user == "root":
        yield Finding(
            "unit.User",
            Level.WRONG,
            "The unit runs the relay as root.",
            "A fault in it hands over the whole machine.",
            "Put User=leeward into the unit.",
        )
    yield from _score(unit, host)


def unit_text(unit: str, host: Host) -> str | None:
    """Return a unit's text with its drop-ins, None if it is nowhere."""
    for folder in _UNIT_FOLDERS:
        text = host.read(f"{folder}/{unit}.service")
        if text is not None:
            drops = sorted((host.root / folder / f"{unit}.service.d").glob("*.conf"))
            return "\n".join([text, *(path.read_text(errors="replace") for path in drops)])
    return None


def _score(unit: str, host: Host) -> Iterator[Finding]:
    told = host.run(["systemd-analyze", "security", "--no-pager", f"{unit}.service"]) or ""
    found = re.search(r"Overall exposure level for .*: ([0-9.]+)", told)
    if not found:
        yield Finding(
            "unit.score", Level.UNKNOWN, "systemd-analyze could not be asked how exposed the unit is."
        )
    elif float(found[1]) < _SCORE_MOST:
        yield Finding(
            "unit.score", Level.GOOD, f"systemd-analyze gives the unit {found[1]} of 10 (less is better)."
        )
    else:
        yield Finding(
            "unit.score",
            Level.WRONG,
            f"systemd-analyze gives the unit {found[1]} of 10; ours has less than {_SCORE_MOST}.",
            "What the unit does not forbid, a fault in the relay may do.",
            f"Compare it with deploy/leeward-relay.service: systemd-analyze security {unit}",
        )


def _journal(host: Host) -> Iterator[Finding]:
    text = "\n".join(
        part
        for part in (host.read("/etc/systemd/journald.conf"), *_drops(host, "etc/systemd/journald.conf.d"))
        if part
    )
    said = dict(re.findall(r"^\s*(\w+)=(\S*)", text, re.MULTILINE))
    if said.get("Storage", "auto") in {"volatile", "none"} or not host.there("/var/log/journal"):
        yield Finding("journal.kept", Level.GOOD, "The journal is in memory only.")
        return
    yield Finding(
        "journal.kept",
        Level.LOOK,
        "The journal is kept on the disk.",
        "The relay writes nothing into it, but the machine does: logins, with addresses and times.",
        "Storage=volatile in /etc/systemd/journald.conf, then remove /var/log/journal.",
    )


def _drops(host: Host, folder: str) -> Iterator[str]:
    for path in sorted((host.root / folder).glob("*.conf")):
        yield path.read_text(encoding="utf-8", errors="replace")


def _tor_log(host: Host) -> Iterator[Finding]:
    texts = [host.read("/etc/tor/torrc"), *_drops(host, "etc/tor/torrc.d")]
    text = "\n".join(part for part in texts if part)
    if not text:
        yield Finding("tor.log", Level.UNKNOWN, "Tor's settings were not found here.")
        return
    lines = [line.split("#")[0].strip().lower() for line in text.splitlines()]
    chatty = [line for line in lines if re.match(r"log\s+(debug|info)\b", line) or line == "safelogging 0"]
    if chatty:
        yield Finding(
            "tor.log",
            Level.WRONG,
            f"Tor is told to write down more than it should: {chatty[0]}",
            "Such a log shows when circuits were made.",
            "Take the line out of torrc; “Log notice syslog” is enough, and SafeLogging 1.",
        )
    else:
        yield Finding("tor.log", Level.GOOD, "Tor writes no addresses down.")


def _web_servers(host: Host) -> Iterator[Finding]:
    found = [
        name for name in _WEB_SERVERS if host.there(f"/usr/sbin/{name}") or host.there(f"/usr/bin/{name}")
    ]
    if found:
        yield Finding(
            "proxy.log",
            Level.LOOK,
            f"A web server is on this machine too ({', '.join(found)}).",
            "If it stands before the relay, its access log holds what the relay refuses to keep: addresses and times.",
            "Switch its log off for this site (nginx: access_log off; error_log /dev/null crit;), or take it away.",
        )


def _cores(host: Host) -> Iterator[Finding]:
    pattern = (host.read("/proc/sys/kernel/core_pattern") or "").strip()
    if not pattern:
        yield Finding("core.pattern", Level.UNKNOWN, "It could not be read what becomes of core dumps.")
    elif pattern in {"|/bin/false", "|/usr/bin/false", "/dev/null"}:
        yield Finding("core.pattern", Level.GOOD, "No program of this machine leaves a core dump.")
    else:
        yield Finding(
            "core.pattern",
            Level.LOOK,
            f"A crash of a program on this machine is written down ({pattern[:80]}).",
            "The relay refuses it for itself. Tor, which holds the key of your address, may not.",
            "echo 'kernel.core_pattern=|/bin/false' > /etc/sysctl.d/50-no-cores.conf && sysctl --system",
        )


def _swap(host: Host) -> Iterator[Finding]:
    text = host.read("/proc/swaps")
    if text is None:
        yield Finding("swap.off", Level.UNKNOWN, "It could not be read whether there is swap.")
        return
    used = [line.split()[0] for line in text.splitlines()[1:] if line.strip()]
    bare = [name for name in used if "zram" not in name and not _encrypted(Path(name).name, host)]
    if bare:
        yield Finding(
            "swap.off",
            Level.WRONG,
            f"Memory may be written to {bare[0]} in clear.",
            "Swap outlives a restart: whoever takes the disk reads what was in memory.",
            "swapoff -a, and take the line out of /etc/fstab; or encrypt it with a key made at each start.",
        )
    else:
        yield Finding("swap.off", Level.GOOD, "No memory reaches a disk in clear.")


def _tmp(host: Host) -> Iterator[Finding]:
    mounts = [line.split() for line in (host.read("/proc/mounts") or "").splitlines()]
    if not mounts:
        yield Finding("tmp.memory", Level.UNKNOWN, "It could not be read what /tmp is.")
    elif any(len(line) > 2 and line[1] == "/tmp" and line[2] == "tmpfs" for line in mounts):  # noqa: S108 - only its name
        yield Finding("tmp.memory", Level.GOOD, "Temporary files are in memory.")
    else:
        yield Finding(
            "tmp.memory",
            Level.LOOK,
            "Temporary files are on the disk.",
            "The relay puts nothing there, and the libraries under it should not; in memory it would not matter.",
            "systemctl enable --now tmp.mount",
        )


def _disk(folder: Path, host: Host) -> Iterator[Finding]:
    try:
        device = folder.stat().st_dev
    except OSError:
        return
    name = f"{os.major(device)}:{os.minor(device)}"
    if not host.there(f"/sys/dev/block/{name}"):
        yield Finding(
            "disk.sealed", Level.UNKNOWN, "It could not be found out whether the disk is encrypted."
        )
    elif _encrypted(name, host, by_number=True):
        yield Finding("disk.sealed", Level.GOOD, "The disk under the folder is encrypted.")
    else:
        yield Finding(
            "disk.sealed",
            Level.LOOK,
            "The disk under the folder does not look encrypted (dm-crypt).",
            "Everything that people wrote is sealed; Tor's key, which is your address, lies on the disk in clear.",
            "Install the machine on an encrypted disk. It must then be unlocked by hand after a restart.",
        )


def _encrypted(name: str, host: Host, *, by_number: bool = False, depth: int = 4) -> bool:
    """Tell whether a block device, or every one below it, is dm-crypt."""
    folder = host.root / ("sys/dev/block" if by_number else "sys/class/block") / name
    try:
        uuid = (folder / "dm/uuid").read_text()
    except OSError:
        uuid = ""
    if uuid.startswith("CRYPT-"):
        return True
    below = list((folder / "slaves").glob("*")) if depth else []
    return bool(below) and all(_encrypted(path.name, host, depth=depth - 1) for path in below)

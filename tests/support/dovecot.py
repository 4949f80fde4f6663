"""A real Dovecot on loopback: its own configuration and mailboxes in a temporary folder.

    with dovecot(make_certificate(tmp_path)) as post:
        post.deliver(b"From: a@example.org\\r\\n\\r\\nHello")

Started in the foreground, ended by its own process id.
"""

from __future__ import annotations

import contextlib
import getpass
import grp
import imaplib
import os
import pwd
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.support.certificates import Pair
from tests.support.ports import free_port

DOVECOT = shutil.which("dovecot") or "/usr/sbin/dovecot"
PASSWORD = "correct-horse"  # of every user; each one has a mailbox of their own

_CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
default_internal_user = {internal}
default_internal_group = {group}
default_login_user = {login}
ssl = required
ssl_cert = <{certificate}
ssl_key = <{key}
disable_plaintext_auth = yes
auth_mechanisms = plain
mail_location = maildir:{folder}/mail/%u
first_valid_uid = 0
first_valid_gid = 0
passdb {{
  driver = static
  args = password={{plain}}{password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/home/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
auth_failure_delay = 0
service auth {{
  client_limit = 300
}}
default_client_limit = 64
default_process_limit = 20
"""


class Post(NamedTuple):
    """A running mail server."""

    folder: Path
    imap: int
    imaps: int
    certificate: str
    user: str = "hotline"

    def deliver(self, raw: bytes, folder: str = "INBOX", flags: str = "") -> None:
        """Put a letter into the mailbox, as it is."""
        with self._inside() as inside:
            code, told = inside.append(folder, flags, "", raw)
            assert code == "OK", told

    def letters(self) -> list[bytes]:
        """Return the flags of every letter that is there."""
        with self._inside() as inside:
            count = inside.select("INBOX")[1][0]
            if not int(count or 0):
                return []
            found = inside.fetch("1:*", "(FLAGS)")[1]
            return [line for line in found if isinstance(line, bytes)]

    def count_anew(self) -> None:
        """Have the mailbox numbered anew, as after a restore: UIDVALIDITY changes, the letters stay."""
        box = self.folder / "mail" / self.user
        for name in ("dovecot-uidlist", "dovecot.index", "dovecot.index.log", "dovecot.index.cache"):
            (box / name).unlink(missing_ok=True)
        for path in box.glob("dovecot-uidvalidity*"):
            path.unlink()
        time.sleep(1.1)  # UIDVALIDITY is a second

    @contextlib.contextmanager
    def _inside(self) -> Iterator[imaplib.IMAP4_SSL]:
        context = ssl.create_default_context(cadata=self.certificate)
        with imaplib.IMAP4_SSL("127.0.0.1", self.imaps, ssl_context=context, timeout=20) as inside:
            inside.login(self.user, PASSWORD)
            yield inside


@contextlib.contextmanager
def dovecot(pair: Pair) -> Iterator[Post]:
    """Run a Dovecot until the end of the block, in a folder that its own users may enter; pytest's are private."""
    home = Path(tempfile.mkdtemp(prefix="leeward-post-"))
    home.chmod(0o711)
    for name in ("run", "state", "mail", "home"):
        (home / name).mkdir(parents=True)
    imap, imaps = free_port(), free_port()
    me = getpass.getuser()
    system = os.geteuid() == 0
    config = home / "dovecot.conf"
    config.write_text(
        _CONFIG.format(
            folder=home,
            internal="dovecot" if system else me,
            login="dovenull" if system else me,
            group=grp.getgrgid(pwd.getpwnam("dovecot").pw_gid if system else os.getgid()).gr_name,
            user="dovecot" if system else me,
            certificate=pair.certificate,
            key=pair.key,
            password=PASSWORD,
            imap=imap,
            imaps=imaps,
        )
    )
    if system:
        shutil.chown(home / "mail", "dovecot")
        shutil.chown(home / "home", "dovecot")
    process = subprocess.Popen(
        [DOVECOT, "-F", "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        _wait_for(imaps, process, home / "dovecot.log")
        yield Post(home, imap, imaps, pair.text)
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
        shutil.rmtree(home)


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(200):
        if process.poll() is not None:
            break
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    told = log.read_text() if log.exists() else ""
    raise RuntimeError(f"dovecot did not start: {told}")

"""A certificate for 127.0.0.1 and localhost, made with openssl for one test run."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import NamedTuple


class Pair(NamedTuple):
    """A certificate and its key, both PEM files."""

    certificate: Path
    key: Path

    @property
    def text(self) -> str:
        return self.certificate.read_text()


def make_certificate(folder: Path, name: str = "localhost") -> Pair:
    """Make a self-signed certificate that is good for a week."""
    pair = Pair(folder / f"{name}.crt", folder / f"{name}.key")
    subprocess.run(
        [
            *(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
            ),
            *("-keyout", str(pair.key), "-out", str(pair.certificate), "-days", "7", "-subj", f"/CN={name}"),
            *("-addext", f"subjectAltName=DNS:{name},IP:127.0.0.1"),
            *("-addext", "basicConstraints=critical,CA:TRUE"),
        ],
        check=True,
        capture_output=True,
        timeout=30,
    )
    return pair

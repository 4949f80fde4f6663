"""`leeward form` says whose a form is, and refuses a changed one."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.hotline import CHANCE, make_card

from leeward.cli.main import main
from leeward.front.assets import load_built
from leeward.front.card import check_card
from leeward.front.offline import print_statement, render_form
from leeward.seal.keys import make_identity
from leeward.seal.signing import make_signing_key


def test_it_names_the_key_and_refuses_a_changed_byte(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card = check_card(make_card(make_identity(CHANCE), "ab" * 16, "cd" * 32))
    key = make_signing_key(CHANCE)
    plain = render_form(card, load_built())
    path = tmp_path / "form.html"
    path.write_bytes(plain + print_statement(key.verify_key(), key.sign("form", plain)))
    fingerprint = key.verify_key().fingerprint()
    assert main(["form", str(path)]) == 0
    assert fingerprint in capsys.readouterr().out.replace(" ", "")
    assert main(["form", str(path), "--fingerprint", fingerprint.upper()]) == 0
    assert main(["form", str(path), "--fingerprint", "a" * 26]) == 1
    path.write_bytes(path.read_bytes().replace(b"<h1", b"<h2", 1))
    assert main(["form", str(path)]) == 3
    assert "one byte was changed" in capsys.readouterr().err
    assert main(["form", str(tmp_path / "none.html")]) == 3

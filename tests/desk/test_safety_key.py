"""Safety, this computer: whether a security key is in use, and which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.authenticator import Authenticator
from tests.support.touching import Person

from leeward.office import security_key
from leeward.office.session import Session

if TYPE_CHECKING:
    from tests.desk.conftest import Browser

HERE = "/safety/computer"


def test_the_page_says_whether_one_is_in_use(browser: Browser, session: Session) -> None:
    assert "The passphrase alone opens this vault now." in browser.get(HERE).text
    for number, name in enumerate(("blue <b>", "drawer")):
        person = Person(Authenticator())
        security_key.add(session, name, person, devices=person.devices)
        page = browser.get(HERE).text
        assert ("There is only one." in page) == (number == 0)
    assert "blue &lt;b&gt;" in page
    assert "drawer" in page
    assert "whichever passphrase is given" in page
    for name in ("blue <b>", "drawer"):
        security_key.remove(session, name)
    assert "The passphrase alone opens this vault now." in browser.get(HERE).text

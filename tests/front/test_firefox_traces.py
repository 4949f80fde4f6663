"""What an ordinary Firefox, set to write down all that it may, keeps of a visit: our address, and nothing else."""

from __future__ import annotations

import time

from tests.support.firefox import CARELESS, ONION
from tests.support.marks import files_below, in_files, search_for
from tests.support.street import Street


def test_even_while_writing_nothing_of_it_is_on_the_disk(street: Street) -> None:
    firefox = street.device(CARELESS)
    attached = street.file(5000)
    firefox.go("/")
    firefox.fill("#text", street.marks.new("text"))
    firefox.fill("#picker", str(attached))
    firefox.click("#letter details summary")
    for name in ("where", "when", "phrase", "note"):
        firefox.fill(f"#safe-{name}", street.marks.new(name))
    firefox.write_down()
    assert street.left_behind() == []
    firefox.click("#send")
    firefox.wait("#code li")
    street.words = firefox.texts("#code li")
    firefox.write_down()
    assert street.left_behind() == []
    firefox.go("/")
    firefox.click("#come-back")
    firefox.wait("#typed")
    firefox.fill("#typed", " ".join(street.words))
    firefox.write_down()
    assert street.left_behind() == []

    firefox.go("/plain?lang=ru")
    firefox.fill("#plain-text", street.marks.new("text"))
    firefox.fill("#plain-files", str(attached))
    firefox.fill("#plain-words", " ".join(street.words))
    firefox.write_down()
    assert street.left_behind() == []
    firefox.click('[action="/plain/send"] .go')
    firefox.wait("#code li")
    firefox.write_down()
    written = in_files(
        files_below(*street.folder.glob("device-*/profile/sessionstore-backups")), search_for(ONION)
    )
    assert written  # that somebody was here is there: the page says so
    street.end()


def test_the_search_finds_what_a_page_without_such_care_leaves(street: Street) -> None:
    firefox = street.device(CARELESS)
    firefox.go("/")
    firefox.run(
        "for (const one of document.querySelectorAll('#letter, #text')) one.removeAttribute('autocomplete')"
    )
    firefox.fill("#text", street.marks.new("text"))
    firefox.write_down()
    found = street.left_behind()
    assert any("sessionstore" in path for path, _ in found), found
    image = "document.body.append(Object.assign(new Image(), {src: arguments[0]}))"
    firefox.run(image, "http://another.invalid/")  # the policy of our page refuses it
    firefox.go("about:blank")
    firefox.run(image, "http://elsewhere.invalid/")  # no policy here: the proxy hears of it
    end = time.monotonic() + 20
    while "elsewhere.invalid" not in {name for name, _ in firefox.asked}:
        assert time.monotonic() < end, firefox.asked
        time.sleep(0.05)
    assert {name for name, _ in firefox.asked} == {ONION, "elsewhere.invalid"}

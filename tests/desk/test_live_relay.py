"""From the relay to the page: the way a report takes in life, with every part real."""

from __future__ import annotations

import re
import time
from pathlib import Path

from tests.desk.conftest import Browser, Served
from tests.support.reporter import Reporter, item_id
from tests.support.teams import found, real_relay

from leeward.office.intake import take_in
from leeward.office.sync import Syncer
from leeward.office.team import hotline_of
from leeward.sync.client import RelayClient


def until(seen: str, browser: Browser, path: str, seconds: float) -> float:
    """Look until the words are on the page; return how long it took."""
    began = time.monotonic()
    while seen not in browser.get(path).text:
        assert time.monotonic() - began < seconds, f"“{seen}” did not come"
        time.sleep(0.05)
    return time.monotonic() - began


def test_a_report_is_on_the_page_within_two_seconds_and_the_answer_in_both_boxes(tmp_path: Path) -> None:
    with real_relay(tmp_path / "relay") as address:
        anna = found(tmp_path / "anna", RelayClient(address))
        syncer = Syncer(anna.session, RelayClient(address), take_in=take_in)
        served = Served(anna.session, syncer)
        browser = Browser(served)
        outside = RelayClient(address)
        syncer.start()
        try:
            until("In step with the relay", browser, "/inbox", 10)
            hotline, reporter = hotline_of(anna.session), Reporter(anna.session)
            for way in (reporter.way, reporter.alarm_way):
                outside.make_box(way.box, way.read, way.write)
            outside.append(hotline.box, hotline.write, item_id(), reporter.first("меня отпустили вчера"))
            until("меня отпустили вчера", browser, "/inbox", 2)
            contact = re.findall(r'href="/inbox/([a-z2-7]{26})"', browser.get("/inbox").text)[0]
            browser.post(f"/inbox/{contact}/answer", {"text": "Мы прочитали."})
            for way, alarm in ((reporter.way, False), (reporter.alarm_way, True)):
                listing = outside.list_items(way.box, way.read, after=0, wait=5)
                assert (
                    reporter.read(listing.items[0].untrusted_sealed, alarm=alarm)["text"] == "Мы прочитали."
                )
        finally:
            served.stop()
            syncer.stop()
            outside.close()
            browser.client.close()
            anna.session.vault.close()

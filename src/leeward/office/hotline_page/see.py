"""What the desk's page about the intake page shows, gathered."""

from __future__ import annotations

import msgspec

from leeward.base.say import say
from leeward.domain.intake.page_watch import PageAlarm, PageBuild, open_alarm
from leeward.domain.intake.questions import Gate
from leeward.office.errors import NoRelayYet, OfficeError
from leeward.office.hotline_page import arrive, gate, questionnaire, renewal, watch
from leeward.office.hotline_page.alarms import all_alarms
from leeward.office.hotline_page.form import MadeForm, made_form
from leeward.office.hotline_page.keeper import keeper_of, mean_minutes
from leeward.office.hotline_page.rendered import SUMS
from leeward.office.relay import relay_address, relay_of
from leeward.office.session import Session

_DAY_MS = 24 * 3_600_000


class NoSuchAlarm(OfficeError):
    """There is no such alarm on this desk."""

    code = "hotline.no-such-alarm"


class Part(msgspec.Struct, frozen=True):
    """One address of the page: our hash of it, when it was last compared, and what was found."""

    url: str
    sha256: str
    at: int
    found: str  # "", "same", "old", "build", "differs"


class Standing(msgspec.Struct, frozen=True):
    """Everything on the page. Moments are milliseconds; 0 is never."""

    address: str
    own_address: str  # as the member set it
    relay: str  # the relay's own address
    mean_minutes: int
    open_alarms: list[PageAlarm]
    settled: list[PageAlarm]
    looked_at: int
    away_since: int
    why: str
    parts: list[Part]
    compared: int  # parts found to be ours within a day
    old: bool  # the page shows an earlier card of ours
    looking: bool
    whole: str  # the page's one hash
    builds: list[PageBuild]
    gate: Gate | None
    gate_due: bool
    unpublished: bool
    form: MadeForm | None
    card: renewal.Renewal | None  # None where this desk does not hold the hotline
    waiting: int  # letters that the relay still lacks


def gather(session: Session) -> Standing:
    """Return how the intake page stands."""
    state, page = watch.state_of(session), watch.our_page(session)
    alarms = all_alarms(session)
    has_intake = bool(session.vault.compartments("intake"))
    keeper = keeper_of(session)
    files = {**page.files, SUMS: page.whole} if page is not None else {}
    looked = {url: state.pages.get(url, watch.Looked()) for url in files}
    beginnings = [one for url, one in state.pages.items() if url.startswith("/ ")]
    parts = [Part(url, digest, looked[url].at, looked[url].found) for url, digest in sorted(files.items())]
    recent = session.now() - _DAY_MS
    form = made_form(session)
    return Standing(
        address=watch.page_address(session),
        own_address=watch.chosen_address(session),
        relay=relay_address(session.vault)[0],
        mean_minutes=mean_minutes(session),
        open_alarms=[one for one in alarms if open_alarm(one)],
        settled=[one for one in alarms if not open_alarm(one)],
        looked_at=state.at,
        away_since=state.away_since,
        why=state.why,
        parts=parts,
        compared=sum(one.found == "same" and one.at > recent for one in looked.values()),
        old=any(one.found == "old" for one in [*looked.values(), *beginnings]),
        looking=keeper is not None and keeper.looking,
        whole=page.whole if page is not None else "",
        builds=watch.other_builds(session),
        gate=gate.gate_of(session) if has_intake else None,
        gate_due=gate.gate_due(session),
        unpublished=has_intake and questionnaire.unpublished(session),
        form=form,
        card=renewal.standing(session),
        waiting=arrive.waiting(session),
    )


def closed_to_strangers(session: Session) -> bool:
    """Tell whether only people with words can write now."""
    return bool(session.vault.compartments("intake")) and gate.gate_of(session).known_only


def bring_in(session: Session, untrusted: bytes, *, away: bool = False) -> arrive.Arrived:
    """Take in an envelope, over this desk's relay if it has one that is not known to be `away`."""
    if away:
        return arrive.bring_in(session, None, untrusted)
    try:
        relay = relay_of(session)
    except NoRelayYet:
        return arrive.bring_in(session, None, untrusted)
    return arrive.bring_in(session, relay, untrusted)


def bytes_found(session: Session, alarm_id: str) -> bytes:
    """Return the bytes that differed."""
    alarm = session.get(PageAlarm, alarm_id)
    if alarm is None:
        raise NoSuchAlarm(say("There is no such alarm."), kept=say("Nothing was changed."))
    return alarm.bytes_found

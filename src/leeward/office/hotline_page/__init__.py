"""The public side of the hotline: what its page asks, whether it is really ours, who may write, the offline form."""

from leeward.domain.intake.page_watch import last_seen
from leeward.front.offline import FORM_MOST
from leeward.office.hotline_page.alarms import first_seen, open_alarms, settle_alarm
from leeward.office.hotline_page.arrive import ENVELOPE_MOST
from leeward.office.hotline_page.form import NAME as FORM_NAME
from leeward.office.hotline_page.form import NotOurForm, make_form, whose_form
from leeward.office.hotline_page.gate import set_gate
from leeward.office.hotline_page.keeper import MEAN_MINUTES, keeper_of, set_mean_minutes
from leeward.office.hotline_page.renewal import confirm as confirm_card
from leeward.office.hotline_page.renewal import draft as draft_card
from leeward.office.hotline_page.renewal import make as make_card
from leeward.office.hotline_page.see import Standing, bring_in, bytes_found, closed_to_strangers, gather
from leeward.office.hotline_page.watch import set_page_address

__all__ = [
    "ENVELOPE_MOST",
    "FORM_MOST",
    "FORM_NAME",
    "MEAN_MINUTES",
    "NotOurForm",
    "Standing",
    "bring_in",
    "bytes_found",
    "closed_to_strangers",
    "confirm_card",
    "draft_card",
    "first_seen",
    "gather",
    "keeper_of",
    "last_seen",
    "make_card",
    "make_form",
    "open_alarms",
    "set_gate",
    "set_mean_minutes",
    "set_page_address",
    "settle_alarm",
    "whose_form",
]

"""Intake: who turned to us, what they wrote, how urgent it is, and whether we believe it."""

from leeward.domain.intake.names import PSEUDONYMS, choose_pseudonym
from leeward.domain.intake.queue import Line, Vetted, in_order, in_time, line_of, vetted
from leeward.domain.intake.records import Check, Contact, Damaged, Draft, Letter, Voice, WayBack
from leeward.domain.intake.report import Report, ReportMalformed, read_report
from leeward.domain.intake.words import (
    CHANNEL,
    DEVICE,
    NEED_TOLD,
    OUTCOME,
    RANK,
    RELATION,
    URGENCY,
    VETTING,
    VETTING_STEP,
)

__all__ = [
    "CHANNEL",
    "DEVICE",
    "NEED_TOLD",
    "OUTCOME",
    "PSEUDONYMS",
    "RANK",
    "RELATION",
    "URGENCY",
    "VETTING",
    "VETTING_STEP",
    "Check",
    "Contact",
    "Damaged",
    "Draft",
    "Letter",
    "Line",
    "Report",
    "ReportMalformed",
    "Vetted",
    "Voice",
    "WayBack",
    "choose_pseudonym",
    "in_order",
    "in_time",
    "line_of",
    "read_report",
    "vetted",
]

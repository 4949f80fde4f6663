"""In which kind of circle a record must lie to be believed.

Whoever holds one circle's key can write anything into it, a record with the id of another circle's among it. What is
edited is written back to where it was found; so a legal name, or an answer to somebody in danger, must never be taken
from a wider or other circle than its own.
"""

from __future__ import annotations

from collections.abc import Mapping

HOMES: Mapping[str, str] = {
    "team": "team",
    "member": "team",
    "hotline": "intake",
    "page_card": "intake",
    "contact": "intake",
    "voice": "intake",
    "message": "intake",
    "check": "intake",
    "draft": "intake",
    "damaged": "intake",
    "question": "intake",
    "questionnaire": "intake",
    "gate": "intake",
    "page_alarm": "team",
    "page_build": "team",
    "offline_form": "team",
    "phrase": "intake",
    "look": "intake",
    "shift": "team",
    "erasure": "team",
    "erased": "team",
    "kept_longer": "team",
    "retention": "team",
    "recovery_set": "team",
    "recovery_agreed": "team",
    "recovery_words": "team",
    "recovery_rehearsal": "team",
    "came_back": "team",
    "away": "team",
    "watch": "team",
    "channel": "intake",
    "delivery": "intake",
    "safety-number": "intake",
    "case": "case",
    "person": "case",
    "rhythm": "case",
    "check_in": "case",
    "identity": "identity",
    "place_address": "address",
    "export": "team",
    "way_out": "beds",
    "destination": "beds",
    "consulate_day": "beds",
    "visa_rules": "beds",
    "visa_rule_by_hand": "beds",
    "plan": "beds",
    "seat": "beds",
    "slot": "beds",
    "grant": "beds",
    "payment": "beds",
    "rate": "beds",
    "hours": "team",
    "partner": "team",
    "referral": "case",
    "reception_key": "reception",
    "received": "reception",
}
"""Kind of record to kind of compartment. Kinds that are not named may lie wherever people work on them."""

"""Words for the fields and codes of records outside casework, as a history tells them."""

from __future__ import annotations

from collections.abc import Mapping

from leeward.base.say import Message, say
from leeward.office import casework_history as casework

_FIELDS: Mapping[str, Message] = {
    "legal_name": say("legal name"),
    "name_in_passport": say("name as in the passport"),
    "other_names": say("other names"),
    "born": say("born on"),
    "birthplace": say("birthplace"),
    "national_number": say("national number"),
    "phone": say("phone"),
    "address": say("address"),
    "how_to_enter": say("how to get in"),
    "owner": say("owner"),
    "rent": say("rent"),
    "sealed": say("what is sealed for two"),
    "code_name": say("code name"),
    "rules": say("rules of the house"),
    "leaving": say("how everyone gets out"),
    "swept": say("last sweep"),
    "knows_ids": say("who knows the address"),
    "retired_at": say("given up"),
    "exposed_since": say("since"),
    "label": say("label"),
    "paragraphs": say("the words"),
    "told_on": say("told on"),
    "sentence": say("sentence"),
    "elements": say("what it asserts"),
    "standard": say("standard"),
    "reasons": say("reasons"),
    "ask": say("what is asked"),
    "claim_ids": say("claims in it"),
    "account_ids": say("accounts in it"),
    "with_names": say("with names"),
    "name": say("name"),
    "role": say("role"),
    "languages": say("languages"),
    "on_duty_until": say("on duty until"),
    "urgency": say("how urgent"),
    "vetting": say("vetting"),
    "place_told": say("the place they told"),
    "safe_where": say("where it is safe to answer"),
    "safe_when": say("when it is safe to answer"),
    "safe_device": say("their device"),
    "safe_note": say("what to mind when answering"),
}
INSIDE = casework.QUIET | {
    "sha256",
    "size",
    "kept",
    "file",
    "translations",
    "source_id",
    "address_id",
    "address_compartment_id",
    "made_at",
    "withheld",
    "position",
    "asks",
    "answers",
    "acts",
    "of_id",
    "split_id",
    "openings",
    "secret",
    "reply",
    "heard",
}
"""What the program keeps for itself."""


def field_word(field: str) -> Message:
    """Return what a field is called; one that has no word is a detail."""
    return _FIELDS.get(field) or casework.FIELDS.get(field) or say("a detail")


def value_word(kind: str, field: str, value: object, names: Mapping[str, str]) -> Message:
    """Return a value as a person says it; `names` are the members' by id."""
    if field == "paragraphs" and isinstance(value, list):
        value = " ".join(str(one.get("text", "")) for one in value if isinstance(one, dict))
    return casework.shown(kind, field, value, names)

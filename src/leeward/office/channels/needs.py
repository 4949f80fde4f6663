"""What channels put on Today: answers that did not go out, keys that changed, and a channel that stands still."""

from __future__ import annotations

from leeward.base.say import Message, say
from leeward.domain.intake import Contact
from leeward.domain.intake.channels import Delivery
from leeward.domain.today import Need, Urgency
from leeward.office.channels.safety import changed_numbers
from leeward.office.intake.needs import shown_name
from leeward.office.session import Session


def stuck(session: Session) -> list[Delivery]:
    """Return the answers of which a member must say what happens to them, newest first."""
    return [one for one in session.find(Delivery) if one.state in {"refused", "unsure", "identity", "held"}]


def needs_now(session: Session) -> list[Need]:
    """Return the lines of Today that come from channels."""
    needs = []
    for delivery in stuck(session):
        contact = session.get(Contact, delivery.contact_id)
        if contact is not None:
            needs.append(
                Need(
                    urgency=Urgency.LATE,
                    tag=say("Not sent"),
                    what=say("An answer to {who} did not go out", who=shown_name(contact)),
                    why=why_stuck(delivery),
                    since=delivery.at,
                    action=say("Look at it"),
                    href="/channels#answers",
                )
            )
    for known in changed_numbers(session):
        contact = session.get(Contact, known.contact_id)
        if contact is not None:
            needs.append(
                Need(
                    urgency=Urgency.EXPOSED,
                    tag=say("New key"),
                    what=say("The safety number of {who} changed", who=shown_name(contact)),
                    why=say("It may be a new phone, or somebody else who holds theirs."),
                    since=known.new_at,
                    action=say("Compare it"),
                    href="/channels#numbers",
                )
            )
    return needs


def why_stuck(delivery: Delivery) -> Message:
    """Return why an answer did not go out, and what to do."""
    if delivery.state == "unsure":
        return say("The desk stopped while it was being sent. Ask them, or send it again.")
    if delivery.state == "identity":
        return say("It waits until somebody has compared their safety number.")
    if delivery.state == "held":
        return say("They may be in other hands since it was written, and it leads to a place.")
    return say("The server will not take it. Reach them in another way.")

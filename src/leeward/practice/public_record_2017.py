"""The public record of spring 2017 as a practice set: published facts only, restated; survivors are never named.

Everything goes into the `record` compartment. Ids are derived, so that loading twice gives one record, on any desk.
The data stands beside this module (public_record_2017.toml), readable by people, with its own rules on top.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from importlib.resources import files
from typing import Any

from leeward.base.ids import derive_id
from leeward.domain.appeals.procedures import due_day, rule_on
from leeward.domain.appeals.records import Institution, Reply, Submission
from leeward.domain.findings.records import Claim, Inquiry, Source, Support
from leeward.domain.findings.terms import Access, Derivation, Element
from leeward.domain.testimony.records import Account, Paragraph
from leeward.domain.typed import Typed, write_new
from leeward.office.session import Session

NAME = {"en": "The public record of spring 2017", "ru": "Публикации весны 2017 года"}
_HOW = {"self": "experienced", "accused": "told"}


def load_public_record(session: Session) -> int:
    """Write the set into this desk's record; return how many records were new."""
    record = session.compartment_of("record")
    new = [typed for typed in public_record() if session.vault.get(typed.id) is None]
    for kind in (Inquiry, Source, Account, Claim, Support, Institution, Submission, Reply):
        mine = [typed for typed in new if isinstance(typed, kind)]
        if mine:
            session.commit(record, *(write_new(typed) for typed in mine))
    return len(new)


def public_record() -> list[Typed]:
    """Return every record of the set, with derived ids."""
    data = tomllib.loads(files("leeward.practice").joinpath("public_record_2017.toml").read_text("utf-8"))
    return [
        Inquiry(id=record_id("inquiry"), name=NAME),
        *_sources(data["source"]),
        *_claims(data["claim"]),
        *_supports(data["for"], data["against"]),
        *_appeals(data["institution"], data["submission"]),
    ]


def record_id(key: str) -> str:
    """Return the id of an entry of the data file, such as "S1", "C8", "A7"."""
    return derive_id("public-record-2017", key)


def _sources(rows: list[dict[str, Any]]) -> Iterable[Typed]:
    for row in rows:
        account_id = record_id(f"{row['key']}/account")
        publication = row.get("publication_ru", row["publication"])
        russian = {"label": row["label_ru"], "description": row["description_ru"], "publication": publication}
        yield Source(
            id=record_id(row["key"]),
            inquiry_id=record_id("inquiry"),
            label=row["label"],
            description=row["description"],
            relation=row["relation"],
            publication=row["publication"],
            stated_on=row["stated_on"],
            wording=row["text"],
            account_id=account_id,
            derives_from_ids=tuple(record_id(key) for key in row.get("derives_from", ())),
            derivation=Derivation.RETELLING,
            organisation=row.get("organisation", ""),
            unchecked=row.get("unchecked", False),
            translations={"ru": russian},
        )
        paragraph = Paragraph(
            text=row["text"],
            language="en",
            how_known=_HOW.get(row["relation"], "told"),
            folded=row.get("folded", False),
            translations={"ru": row["text_ru"]},
        )
        yield Account(
            id=account_id,
            source_id=record_id(row["key"]),
            label=row["label"],
            relation=row["relation"],
            told_on=row["stated_on"],
            language="en",
            paragraphs=(paragraph,),
            published_in=row["publication"],
            unchecked=row.get("unchecked", False),
            translations={"ru": {"label": row["label_ru"], "published_in": publication}},
        )


def _claims(rows: list[dict[str, Any]]) -> Iterable[Typed]:
    for position, row in enumerate(rows, start=1):
        yield Claim(
            id=record_id(row["key"]),
            inquiry_id=record_id("inquiry"),
            sentence={"en": row["en"], "ru": row["ru"]},
            elements={Element(name): value for name, value in row["elements"].items()},
            translations={"ru": row["elements_ru"]},
            position=position,
            act_type=row.get("act_type", ""),
            unchecked=row.get("unchecked", False),
        )


def _supports(rows: list[dict[str, Any]], denials: list[dict[str, Any]]) -> Iterable[Typed]:
    for row in rows:
        for access in Access:
            for source in row.get(access, ()):
                yield Support(
                    id=record_id(f"{row['claim']}/{row['element']}/{source}"),
                    claim_id=record_id(row["claim"]),
                    source_id=record_id(source),
                    element=Element(row["element"]),
                    access=access,
                    depth=1 if access == Access.HEARSAY else 0,
                )
    for denial in denials:
        for claim in denial["claims"]:
            yield Support(
                id=record_id(f"{claim}/against/{denial['source']}"),
                claim_id=record_id(claim),
                source_id=record_id(denial["source"]),
                element=Element.WHAT,
                against=True,
                explanation=denial["explanation"],
                translations={"ru": {"explanation": denial["explanation_ru"]}},
            )


def _appeals(institutions: list[dict[str, Any]], rows: list[dict[str, Any]]) -> Iterable[Typed]:
    for row in institutions:
        fields = {name: value for name, value in row.items() if name != "key"}
        yield Institution(id=record_id(row["key"]), **fields)
    for row in rows:
        rule = rule_on(row["procedure"], row["sent_on"])
        due = due_day(rule, row["sent_on"]) if rule else ""
        yield Submission(
            id=record_id(row["key"]),
            institution_id=record_id(row["to"]),
            inquiry_id=record_id("inquiry"),
            procedure=row["procedure"],
            title=row["title"],
            ask=row["ask"],
            channel="known",
            state="sent",
            sent_on=row["sent_on"],
            due_on=due,
            due_why=rule.source if rule and due else "",
            due_unchecked=bool(due and rule and not rule.checked),
            follows_id=record_id(row["follows"]) if "follows" in row else "",
            translations={"ru": {"title": row["title_ru"], "ask": row["ask_ru"]}},
        )
        for number, reply in enumerate(row.get("replies", ())):
            yield Reply(
                id=record_id(f"{row['key']}/reply/{number}"),
                submission_id=record_id(row["key"]),
                institution_id=record_id(row["to"]),
                on=reply["on"],
                reply_kind=reply["reply_kind"],
                summary=reply["summary"],
                reference=reply.get("reference", ""),
                unchecked=reply.get("unchecked", False),
                translations={"ru": {"summary": reply["summary_ru"]}},
            )

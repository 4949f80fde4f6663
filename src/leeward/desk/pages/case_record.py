"""The tabs Testimony and Files of a case, and the files' addresses: kept sealed, shown only when asked for."""

from __future__ import annotations

import asyncio
import queue
from collections.abc import Iterator, Mapping
from urllib.parse import unquote

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from leeward.base.errors import LeewardError
from leeward.base.say import say
from leeward.desk.forms import clean
from leeward.desk.pages.case_tabs import CaseTab, register
from leeward.desk.posted import refused, taken
from leeward.desk.render import done, form_of, office_of
from leeward.desk.strangers import stranger_response
from leeward.domain.cases.case import Case
from leeward.domain.evidence.custody import BrokenLink, CustodyEvent
from leeward.domain.evidence.records import EvidenceItem
from leeward.domain.evidence.terms import EVIDENCE_KIND, SENSITIVITY
from leeward.domain.testimony.records import Account, Act
from leeward.office import evidence, release, testimony
from leeward.office.casework_base import require, require_case
from leeward.office.casework_views import names
from leeward.office.files import keep_file
from leeward.office.session import Session

_PICTURES = {"image/jpeg", "image/png", "image/webp", "image/gif"}


class Exhibit(msgspec.Struct, frozen=True):
    """One piece of evidence as the tab shows it."""

    item: EvidenceItem
    custody: list[CustodyEvent]
    broken: BrokenLink | None
    picture: bool


class Heard(msgspec.Struct, frozen=True):
    """One account as the tab shows it."""

    account: Account
    acts: list[Act]


def _testimony(session: Session, case: Case, _query: Mapping[str, str]) -> Mapping[str, object]:
    accounts = testimony.accounts_of(session, case.id)
    return {
        "heard": [Heard(account, testimony.acts_of(session, account.id)) for account in accounts],
        "released": release.releases_with(session, case.id),
    }


def _files(session: Session, case: Case, _query: Mapping[str, str]) -> Mapping[str, object]:
    exhibits = [
        Exhibit(
            item,
            evidence.custody_of(session, item.id),
            evidence.broken_link(session, item),
            item.file is not None and item.media_type in _PICTURES,
        )
        for item in evidence.evidence_of(session, case.id)
    ]
    return {"exhibits": exhibits, "kinds": EVIDENCE_KIND, "sensitivities": SENSITIVITY, "who": names(session)}


register(
    CaseTab(
        key="testimony",
        word=say("Testimony"),
        template="record/tab_testimony.html",
        context=_testimony,
        count=lambda session, case: len(testimony.accounts_of(session, case.id)),
    )
)
register(
    CaseTab(
        key="files",
        word=say("Files"),
        template="record/tab_files.html",
        context=_files,
        count=lambda session, case: len(evidence.evidence_of(session, case.id)),
    )
)


async def upload(request: Request) -> Response:
    """Keep a file as evidence: from the socket into sealed pieces, nothing written in clear on the way."""
    session, case_id = office_of(request), request.path_params["case"]
    name = clean(unquote(request.headers.get("leeward-name", "")), 200) or "file"
    media_type = clean(request.headers.get("leeward-type", ""), 100) or "application/octet-stream"
    chunks: queue.Queue[bytes | None] = queue.Queue(maxsize=8)
    keeping = asyncio.ensure_future(
        run_in_threadpool(_keep, session, case_id, _drain(chunks), name, media_type)
    )
    try:
        async for chunk in request.stream():
            await _offer(chunks, chunk, keeping)
        await _offer(chunks, b"", keeping)
        await run_in_threadpool(chunks.put, None)
        await keeping
    except ClientDisconnect:
        await run_in_threadpool(chunks.put, None)
        raise
    except LeewardError as error:
        return refused(request, error)
    return taken()


async def _offer(chunks: queue.Queue[bytes | None], chunk: bytes, keeping: asyncio.Future[str]) -> None:
    while not keeping.done():
        try:
            chunks.put_nowait(chunk)
        except queue.Full:
            await asyncio.sleep(0.005)
        else:
            return


def _drain(chunks: queue.Queue[bytes | None]) -> Iterator[bytes]:
    while (chunk := chunks.get()) is not None:
        if chunk:
            yield chunk


def _keep(session: Session, case_id: str, chunks: Iterator[bytes], name: str, media_type: str) -> str:
    case = require_case(session, case_id)
    file = keep_file(session, case.compartment, chunks, name=name, media_type=media_type)
    kind = "photo" if media_type in _PICTURES else "document"
    item = EvidenceItem(
        id="",
        title=f"{EVIDENCE_KIND[kind].en} {len(evidence.evidence_of(session, case_id)) + 1}",
        evidence_kind=kind,
    )
    return evidence.attach_evidence(session, case_id, file, item, why="")


def look(request: Request) -> Response:
    """Give a file's bytes: known pictures to look at, all else to save. It is written into the chain."""
    inline = request.query_params.get("look") == "1"
    item, plain = evidence.open_evidence(office_of(request), request.path_params["id"])
    assert item.file is not None
    return stranger_response(item.file, plain, inline=inline)


def describe(request: Request) -> Response:
    """Say what it is, in neutral words."""
    form, session = form_of(request), office_of(request)
    item = require(session, EvidenceItem, request.path_params["id"])
    evidence.describe(
        session,
        item.id,
        title=form.line("title"),
        evidence_kind=form.code("evidence_kind", EVIDENCE_KIND, item.evidence_kind),
        sensitivity=form.code("sensitivity", SENSITIVITY, item.sensitivity),
        origin=form.line("origin"),
        acquired_how=form.line("acquired_how"),
    )
    return done(request, f"/people/{item.case_id}?tab=files", say("Written down."))


def verify(request: Request) -> Response:
    """Read every byte again and compare."""
    session = office_of(request)
    item = require(session, EvidenceItem, request.path_params["id"])
    same = evidence.verify_evidence(session, item.id)
    said = (
        say("Every byte is the same.")
        if same
        else say("The bytes are NOT the same. It is written into the chain.")
    )
    return done(request, f"/people/{item.case_id}?tab=files", said)


routes = [
    Route("/record/case/{case:str}/files", upload, methods=["POST"]),
    Route("/record/evidence/{id:str}", look),
    Route("/record/evidence/{id:str}/describe", describe, methods=["POST"]),
    Route("/record/evidence/{id:str}/verify", verify, methods=["POST"]),
]

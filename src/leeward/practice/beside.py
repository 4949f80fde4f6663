"""What is laid beside the accounts: relatives, a photograph, a denial; what was signed; who was asked and answered."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from leeward.domain.appeals.procedures import due_day, rule_on
from leeward.domain.appeals.records import Institution, Reply, Submission
from leeward.domain.evidence.records import EvidenceItem
from leeward.domain.findings.grade import Weighing
from leeward.domain.findings.records import Claim, Finding, Source, Support
from leeward.domain.findings.terms import Access, Grade
from leeward.practice.moment import DAY, HOUR, Script
from leeward.practice.testimonies import Telling, day_of

HELD, BEATEN, CURRENT, LURED = range(4)  # the claims of one site, in their order


def write_beside(script: Script, telling: Telling) -> None:
    """Plan all of it; without accounts there is nothing to lay it beside."""
    if not telling.sources:
        return
    _others(script, telling)
    _signed(script, telling)
    _asked(script, telling)


def _others(script: Script, telling: Telling) -> None:
    """Others who know it in another way, and one who denies it: explained for one claim, not yet for another."""
    ident, now = script.chance.make_id, script.now
    first, second = (telling.claims[site.id] for site in telling.sites[:2])
    photo = EvidenceItem(
        id=ident(),
        title=script.say(("Photograph of a back", "Фотография спины")),
        evidence_kind="photo",
        origin=script.say(("a doctor, on the day of release", "врач, в день освобождения")),
        sha256=f"{script.chance.random.getrandbits(256):064x}",
        sensitivity="graphic",
    )
    mother = _source(script, telling, "A mother", "Мать", "relative", 16)
    sister = _source(script, telling, "A sister", "Сестра", "relative", 12)
    trace = _source(script, telling, "Photograph", "Фотография", "official", 14, evidence_id=photo.id)
    denial = _source(script, telling, "Tamrak police", "Полиция Тамрака", "accused", 9)
    gossip = _source(script, telling, "A neighbour", "Сосед", "helper", 11)
    script.write(now - 15 * DAY, "documenter", "record", photo)
    why = script.say(
        (
            "Says only that nobody was there, and names no day. Whoever gives the orders would say the same.",
            "Говорит лишь, что никого не было, и не называет ни одного дня. То же сказали бы и отдавшие приказ.",
        )
    )
    trace_seen = Support(id="", access=Access.PHYSICAL, verified=True)
    denies = Support(id="", against=True)
    explained = Support(id="", against=True, explanation=why, explained_by=script.members["Vera"])
    new = [
        *_speaks(script, mother, first[HELD], Support(id="", access=Access.RELATIVE)),
        *_speaks(script, sister, first[LURED], Support(id="", access=Access.RELATIVE)),
        *_speaks(script, trace, first[BEATEN], trace_seen),
        *_speaks(script, gossip, second[BEATEN], Support(id="", access=Access.HEARSAY, depth=1)),
        *_speaks(script, denial, first[HELD], explained),
        *_speaks(script, denial, second[CURRENT], denies),
    ]
    telling.supports += new
    script.write(now - 8 * DAY, "documenter", "record", *new)


def _source(
    script: Script,
    telling: Telling,
    label: str,
    label_ru: str,
    relation: str,
    days: int,
    *,
    evidence_id: str = "",
) -> Source:
    at = script.now - days * DAY
    made = Source(
        id=script.chance.make_id(),
        inquiry_id=telling.inquiry.id,
        label=label,
        relation=relation,
        stated_on=day_of(at),
        evidence_id=evidence_id,
        translations={"ru": {"label": label_ru}},
    )
    telling.sources.append(made)
    script.write(at, "documenter", "record", made)
    return made


def _speaks(script: Script, source: Source, claim: Claim, how: Support) -> Iterator[Support]:
    """Return what a source says of every element of a claim, in the way of `how`."""
    for element in claim.elements:
        yield msgspec.structs.replace(
            how, id=script.chance.make_id(), claim_id=claim.id, source_id=source.id, element=element
        )


def _signed(script: Script, telling: Telling) -> None:
    """Let one claim that carries it be signed by one colleague and wait for another."""
    weigh = Weighing(telling.sources, telling.supports)
    carried = [
        claim
        for site in telling.sites
        for claim in telling.claims[site.id]
        if weigh.grade_claim(claim)[0] >= Grade.GROUNDS
    ]
    if not carried:
        return
    finding = Finding(
        id=script.chance.make_id(),
        claim_id=carried[0].id,
        standard="grounds",
        reasons=script.say(
            (
                "People who do not know each other describe one gate, one yard, one cellar; a mother waited there.",
                "Незнакомые друг с другом люди описывают одни ворота, двор, подвал; мать ждала у этих ворот.",
            )
        ),
        grade=int(weigh.grade_claim(carried[0])[0]),
        author_id=script.members["Vera"],
        signed_at=script.now - 30 * HOUR,
        asked_id=script.members["Timur"],
    )
    script.write(finding.signed_at, "documenter", "record", finding)


def _asked(script: Script, telling: Telling) -> None:
    """Two appeals: one that nobody has answered in time, one that was answered."""
    ident, now, say = script.chance.make_id, script.now, script.say
    prosecutor = Institution(
        id=ident(),
        name="Prosecutor's office in Tamrak",
        name_ru="Прокуратура Тамрака",
        institution_kind="national",
    )
    embassy = Institution(
        id=ident(), name="Embassy of Estmark", name_ru="Посольство Эстмарка", institution_kind="embassy"
    )
    script.write(now - 40 * DAY, "documenter", "record", prosecutor, embassy)
    held = telling.claims[telling.sites[0].id][HELD]
    _submission(
        script,
        telling,
        prosecutor,
        say(("To look for those who are still held", "Найти тех, кого всё ещё держат")),
        "ru-crime-report-long",
        38,
        claim_ids=(held.id,),
    )
    visas = _submission(
        script,
        telling,
        embassy,
        say(("Visas for five people in danger", "Визы для пяти человек в опасности")),
        "embassy-letter",
        21,
    )
    answer = Reply(
        id=ident(),
        submission_id=visas.id,
        institution_id=embassy.id,
        on=day_of(now - 6 * DAY),
        reply_kind="action",
        summary=say(
            (
                "Two people are seen this month; for the other three they ask for the papers of their families.",
                "Двоих примут в этом месяце; по остальным троим запросили документы родственников.",
            )
        ),
        recorded_by=script.members["Vera"],
    )
    script.write(now - 6 * DAY, "documenter", "record", answer)


def _submission(
    script: Script,
    telling: Telling,
    institution: Institution,
    title: str,
    procedure: str,
    days: int,
    *,
    claim_ids: tuple[str, ...] = (),
) -> Submission:
    sent = day_of(script.now - days * DAY)
    rule = rule_on(procedure, sent)
    due = due_day(rule, sent) if rule else ""
    made = Submission(
        id=script.chance.make_id(),
        institution_id=institution.id,
        inquiry_id=telling.inquiry.id,
        procedure=procedure,
        title=title,
        claim_ids=claim_ids,
        channel="post",
        state="sent",
        sent_on=sent,
        sent_by=script.members["Vera"],
        due_on=due,
        due_why=rule.source if rule and due else "",
        due_unchecked=bool(due and rule and not rule.checked),
    )
    script.write(script.now - days * DAY, "documenter", "record", made)
    return made

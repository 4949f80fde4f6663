"""Twenty-five invented accounts: coded acts, the sources they make, and the claims that these speak for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import msgspec

from leeward.base.ids import derive_id
from leeward.domain.findings.records import Claim, Inquiry, Source, Support
from leeward.domain.findings.terms import Access, Element
from leeward.domain.period import Period, Precision
from leeward.domain.testimony.records import Account, Act, Facility, Injury, Interview, Paragraph, Unit
from leeward.practice.cast import SITE_NAMES_RU, SITES, SITES_RU, UNIT_NAMES_RU, UNITS
from leeward.practice.moment import DAY, HOUR, Script
from leeward.practice.people import Made
from leeward.practice.phrases import HOLDING, RELEASE, SEIZURE, VIOLENCE

METHODS = ("blunt.pipe", "electric.fingers", "humiliate.words", "coerced.lure")
CLAIMS = (
    ("Men were held in {site}.", "Людей держали {site}.", Element.WHERE),
    ("Those held in {site} were beaten with pipes.", "Тех, кого держали {site}, били трубами.", Element.WHAT),
    ("Electric current was used in {site}.", "Людей пытали током {site}.", Element.WHAT),
    (
        "People held in {site} were made to lure others.",
        "Тех, кого держали {site}, заставляли выманивать других.",
        Element.WHAT,
    ),
)
CODES = ("", "blunt.pipe", "electric.fingers", "coerced.lure")


NAME = {"en": "What people told us", "ru": "Рассказанное нам"}


@dataclass(slots=True)
class Telling:
    """What the accounts made, for whatever is laid beside them."""

    inquiry: Inquiry
    sites: list[Facility]
    claims: dict[str, list[Claim]]  # by site
    sources: list[Source] = field(default_factory=list)
    supports: list[Support] = field(default_factory=list)


def write_testimonies(script: Script, people: list[Made], count: int) -> Telling:
    """Plan accounts of the first `count` people, and what the record makes of them."""
    units = [
        Unit(id=script.chance.make_id(), name=script.say((name, russian)), unit_type=kind)
        for (name, kind), russian in zip(UNITS, UNIT_NAMES_RU, strict=True)
    ]
    sites = [
        Facility(
            id=script.chance.make_id(),
            name=script.say((name, russian)),
            district=town,
            safe_label=town,
            place_type=kind,
        )
        for (name, town, kind), russian in zip(SITES, SITE_NAMES_RU, strict=True)
    ]
    inquiry = Inquiry(id=derive_id("practice-inquiry", sites[0].id), name=NAME)
    script.write(script.now - 38 * DAY, "documenter", "record", inquiry, *units, *sites)
    claims = {site.id: _claims(script, site, number, inquiry.id) for number, site in enumerate(sites)}
    telling = Telling(inquiry, sites, claims)
    for number, person in enumerate(people[:count]):
        _account(script, number, person, units, telling)
    return telling


def _claims(script: Script, site: Facility, number: int, inquiry_id: str) -> list[Claim]:
    english_name, russian_name = SITES[number][0], SITES_RU[number]
    made = [
        Claim(
            id=script.chance.make_id(),
            inquiry_id=inquiry_id,
            sentence={"en": english.format(site=english_name), "ru": russian.format(site=russian_name)},
            elements={element: site.name if element is Element.WHERE else english.format(site=english_name)},
            position=10 * number + place,
            act_type="torture" if place else "detention",
        )
        for place, (english, russian, element) in enumerate(CLAIMS)
    ]
    script.write(script.now - 30 * DAY, "documenter", "record", *made)
    return made


@dataclass(frozen=True, slots=True)
class _Told:
    """What chance gave one account."""

    person: Made
    label: str
    translations: dict[str, dict[str, str]]
    at: int
    site: Facility
    unit: Unit
    days: int
    others: int
    violence: tuple[int, ...]  # indexes of VIOLENCE


def _account(script: Script, number: int, person: Made, units: list[Unit], telling: Telling) -> None:
    chance, sites = script.chance, telling.sites
    told = _Told(
        person=person,
        label=f"Account {number + 1}",
        translations={"ru": {"label": f"Рассказ {number + 1}"}},
        site=chance.pick(sites[: 2 if number % 3 else 4]),
        unit=chance.pick(units),
        at=min(script.now - HOUR, person.opened_at + chance.hours(50, 200)),
        days=chance.between(3, 14),
        others=chance.between(8, 35),
        violence=tuple(chance.random.sample(range(len(VIOLENCE)), chance.between(1, 3))),
    )
    source_id = chance.make_id()
    account = Account(
        id=chance.make_id(),
        case_id=person.case_id,
        source_id=source_id,
        label=told.label,
        told_on=day_of(told.at),
        language="ru",
        translations=told.translations,
        paragraphs=_paragraphs(script, told, SITES[sites.index(told.site)][0]),
    )
    interview = Interview(
        id=chance.make_id(),
        case_id=person.case_id,
        account_id=account.id,
        held_on=day_of(told.at),
        interviewer_id=script.members["Vera"],
        language="ru",
        minutes=chance.between(40, 130),
    )
    acts = _acts(script, told, account.id)
    script.write(told.at, "documenter", person.circle, account, interview, *acts)
    _speaks(script, told, account, telling)


def _paragraphs(script: Script, told: _Told, site: str) -> tuple[Paragraph, ...]:
    chance = script.chance
    fill = {"site": site, "days": told.days, "people": told.others}
    texts = [(chance.pick(SEIZURE), False), (chance.pick(HOLDING), False)]
    texts += [(VIOLENCE[index], True) for index in told.violence] + [(chance.pick(RELEASE), False)]
    return tuple(
        Paragraph(
            text=russian.format(**fill),
            language="ru",
            folded=folded,
            translations={"en": english.format(**fill)},
        )
        for (english, russian), folded in texts
    )


def _acts(script: Script, told: _Told, account_id: str) -> list[Act]:
    """Return the detention, and one act for each kind of violence told of."""
    chance, site = script.chance, told.site
    held = dt.datetime.fromtimestamp((told.person.opened_at - 20 * DAY) / 1000, dt.UTC).strftime("%Y-%m")
    plain = Act(
        id=chance.make_id(),
        account_id=account_id,
        case_id=told.person.case_id,
        period=Period(start=held, end=held, precision=Precision.MONTH),
        place=site.name,
        facility_id=site.id,
        unit_id=told.unit.id,
    )
    detention = msgspec.structs.replace(
        plain,
        act_type="detention",
        place_type=site.place_type,
        duration=script.say((f"{told.days} days", f"{told.days} дн.")),
        outcome=chance.pick(("released", "released-to-family", "escaped")),
        people=told.others,
        quoted=(1,),
    )
    violence = [
        msgspec.structs.replace(
            plain,
            id=chance.make_id(),
            act_type="torture" if index < 3 else "forced-contact",
            methods=(METHODS[index],),
            repetition=chance.pick(("several", "daily", "many-daily")),
            injuries=(Injury(where="hands", what="burns"),) if index == 1 else (),
            quoted=(2 + place,),
        )
        for place, index in enumerate(told.violence)
    ]
    return [detention, *violence]


def _speaks(script: Script, told: _Told, account: Account, telling: Telling) -> None:
    """Make the account a source, and let it support what it tells of."""
    source = Source(
        id=account.source_id,
        inquiry_id=telling.inquiry.id,
        label=told.label,
        relation="self",
        stated_on=account.told_on,
        case_id=account.case_id,
        account_id=account.id,
        informant=account.case_id,
        translations=told.translations,
    )
    coded = {"", *(METHODS[index] for index in told.violence)}
    supports = [
        Support(
            id=script.chance.make_id(),
            claim_id=claim.id,
            source_id=source.id,
            element=element,
            access=Access.PARTICIPANT,
        )
        for claim, code in zip(telling.claims[told.site.id], CODES, strict=True)
        if code in coded
        for element in claim.elements
    ]
    script.write(told.at + HOUR, "documenter", "record", source, *supports)
    telling.sources.append(source)
    telling.supports += supports


def day_of(moment: int) -> str:
    """Return the day of a moment, as an ISO date."""
    return dt.datetime.fromtimestamp(moment / 1000, dt.UTC).date().isoformat()

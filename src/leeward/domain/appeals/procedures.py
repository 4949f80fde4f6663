"""Rules of reply times, as dated data with their source. Nothing here is law because it is written here.

`checked` says whether the source was read by us; a rule that was not is shown to the user as unchecked, always.
A changed rule is a new row with its first day; old submissions keep the day that their own rule gave them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import msgspec

from leeward.base.say import Versions
from leeward.domain.period import Period


class Procedure(msgspec.Struct, frozen=True, kw_only=True):
    """One rule of one procedure, from one day on."""

    code: str
    en: str
    ru: str
    reply_days: int | None = None  # None: the procedure sets no time; ours is asked for
    working_days: bool = False  # Monday to Friday; public holidays are not known here
    valid_from: str = "1900-01-01"
    source: str = ""
    checked: bool = False
    never_anonymous: bool = False  # the submitter must give a name (kept confidential)
    audience: str = ""  # of the consent vocabulary: who reads it in the end

    def label(self, language: str) -> str:
        """Return its name."""
        return self.ru if language == "ru" else self.en


_SOURCES_RU = {
    "Common practice of the special procedures: the state is asked to answer within 60 days": (
        "обычная практика специальных процедур: государство просят ответить за 60 дней"
    ),
    "E/CN.4/1992/20, annex: 90 days": "E/CN.4/1992/20, приложение: 90 дней",
    "Methods of work: 60 days": "методы работы: 60 дней",
    "Requests are handled on working days; ask again if a removal is nearer than one working day": (
        "просьбы рассматривают по рабочим дням; если до высылки меньше рабочего дня, просите ещё раз"
    ),
    "Article 144 of the code of criminal procedure: 3 days, up to 10 or 30 if extended": (
        "статья 144 уголовно-процессуального кодекса: 3 дня, с продлением до 10 или 30"
    ),
    "Article 144 of the code of criminal procedure: at most 30 days": (
        "статья 144 уголовно-процессуального кодекса: не больше 30 дней"
    ),
}
"""Of the rules that set a time. A submission keeps the English; it is shown in the reader's language."""


def why_in_words(due_why: str) -> Versions:
    """Return where the day of a submission comes from, in both languages; what is no rule of ours stays as it is."""
    if due_why == "agreed":
        return Versions(en="their own promise", ru="их собственное обещание")
    return Versions(en=due_why, ru=_SOURCES_RU.get(due_why, due_why))


PROCEDURES: tuple[Procedure, ...] = (
    Procedure(
        code="un-communication",
        en="UN special procedures: communication to the state",
        ru="Спецпроцедуры ООН: сообщение государству",
        reply_days=60,
        source="Common practice of the special procedures: the state is asked to answer within 60 days",
        never_anonymous=True,
        audience="un-government",
    ),
    Procedure(
        code="un-confidential",
        en="UN special procedures: information in confidence",
        ru="Спецпроцедуры ООН: конфиденциальная информация",
        never_anonymous=True,
        audience="un",
        source="The common form; no time is set for information",
        checked=True,
    ),
    Procedure(
        code="un-wgad",
        en="UN working group on arbitrary detention",
        ru="Рабочая группа ООН по произвольным задержаниям",
        reply_days=90,
        valid_from="1992-01-01",
        source="E/CN.4/1992/20, annex: 90 days",
        checked=True,
        audience="un-government",
    ),
    Procedure(
        code="un-wgad",
        en="UN working group on arbitrary detention",
        ru="Рабочая группа ООН по произвольным задержаниям",
        reply_days=60,
        valid_from="2016-07-12",
        source="Methods of work: 60 days",
        audience="un-government",
    ),
    Procedure(
        code="un-wgeid",
        en="UN working group on disappearances",
        ru="Рабочая группа ООН по исчезновениям",
        source="The reporting page names no time for the state's answer",
        checked=True,
        audience="un-government",
    ),
    Procedure(
        code="echr-application",
        en="European Court of Human Rights: application",
        ru="ЕСПЧ: жалоба",
        source="No time is set for a judgment",
        checked=True,
        audience="court",
    ),
    Procedure(
        code="echr-rule-39",
        en="European Court of Human Rights: interim measure",
        ru="ЕСПЧ: обеспечительная мера",
        reply_days=1,
        working_days=True,
        audience="court",
        source="Requests are handled on working days; ask again if a removal is nearer than one working day",
    ),
    Procedure(
        code="ru-crime-report",
        en="Russia: report of a crime, first decision",
        ru="Россия: сообщение о преступлении, решение",
        reply_days=3,
        source="Article 144 of the code of criminal procedure: 3 days, up to 10 or 30 if extended",
        audience="national",
    ),
    Procedure(
        code="ru-crime-report-long",
        en="Russia: report of a crime, the longest check",
        ru="Россия: сообщение о преступлении, продлённая проверка",
        reply_days=30,
        source="Article 144 of the code of criminal procedure: at most 30 days",
        audience="national",
    ),
    Procedure(
        code="embassy-letter",
        en="embassy: letter of support",
        ru="посольство: письмо поддержки",
        source="No time is set; agree one and write it down",
        checked=True,
        audience="embassy",
    ),
    Procedure(
        code="osce-moscow",
        en="OSCE: Moscow Mechanism",
        ru="ОБСЕ: Московский механизм",
        source="Invoked by states, not by us; the time is set by the mandate",
        checked=True,
        audience="un-public",
    ),
    Procedure(
        code="open-letter",
        en="open letter or request to speak out",
        ru="открытое письмо или просьба выступить",
        source="No time is set",
        checked=True,
        audience="public",
    ),
)


def codes() -> list[Procedure]:
    """Return the newest rule of every procedure, in the table's order."""
    newest: dict[str, Procedure] = {}
    for rule in PROCEDURES:
        held = newest.get(rule.code)
        if held is None or rule.valid_from >= held.valid_from:
            newest[rule.code] = rule
    return list(newest.values())


def rule_on(code: str, day: str, rules: Iterable[Procedure] = PROCEDURES) -> Procedure | None:
    """Return the rule of a procedure in force on an ISO day; None if there is none."""
    in_force = [rule for rule in rules if rule.code == code and rule.valid_from <= day]
    return max(in_force, key=lambda rule: rule.valid_from, default=None)


def due_day(rule: Procedure, sent_on: str) -> str:
    """Return the ISO day on which an answer is due; "" if the procedure sets no time. The day of sending is day 0.

    A vague day of sending ("2017-04") counts from its last possible day: nobody is called late too early.
    """
    bounds = Period(start=sent_on, end=sent_on).bounds()
    if rule.reply_days is None or bounds is None:
        return ""
    day = bounds[1]
    if not rule.working_days:
        return (day + dt.timedelta(days=rule.reply_days)).isoformat()
    left = rule.reply_days
    while left:
        day += dt.timedelta(days=1)
        left -= day.weekday() < 5
    return day.isoformat()

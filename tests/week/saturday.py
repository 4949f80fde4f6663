"""Saturday: a clinic is asked for help, with exactly what was allowed, sealed to a key that two people vouch for."""

from __future__ import annotations

import hashlib
from pathlib import Path

from tests.week.life import Life

from leeward.base.ports import SystemChance
from leeward.seal.envelope import decrypt
from leeward.seal.keys import make_identity

CLINIC = "Лечебница у порта"  # practice has a clinic of its own


def a_second_colleague_compares_the_key(life: Life) -> None:
    """Mila writes the key down; Timur types what was read to him over a call."""
    life.comes(5, 11)
    key = make_identity(SystemChance())
    line = key.recipient().string()
    mila, timur = life.mila, life.timur
    mila.to("Защита")
    mila.follow("Партнёры")
    new = mila.open("Добавить партнёра")
    new.write("Название организации", CLINIC)
    new.choose("Кто это", "врачи")
    new.write("Их ключ age", line)
    new.press("Сохранить")
    mila.sees(CLINIC)
    timur.comes_to("/safety/partners", CLINIC)
    mine = timur.part("section", CLINIC)
    compare = mine.open("Сверить по телефону")
    compare.write("Что вы слышите", hashlib.sha256(line.encode()).hexdigest()[:32])
    timur.picture("sat-compare")
    compare.press("Мне прочли именно это")
    timur.part("section", CLINIC).sees("Тимур")
    mila.sees("Тимур")
    mila.picture("sat-partners")
    life.keep(key=key)


def they_allow_it(life: Life) -> None:
    """What may go is asked first, for this audience alone."""
    timur = life.timur
    timur.at(f"/people/{life['case']}?tab=consent")
    timur.choose("Что", "для помощи")
    timur.choose("Для кого", "врачи")
    timur.tick("разрешено")
    timur.tick("Объяснено, чем это может обернуться")
    timur.press("Записать")
    timur.sees("разрешено")
    timur.picture("sat-consent")


def the_clinic_is_asked(life: Life) -> None:
    """Chosen, read as they will read it, sealed, saved; it opens with their key and holds no more than was chosen."""
    timur = life.timur
    timur.at(f"/people/{life['case']}?tab=work")
    ask = timur.open("Попросить партнёра или передать дело")
    ask.choose("Кто", CLINIC)
    ask.choose("Зачем", "помочь с тем, что нужно")
    ask.choose("Для чего", "врач: рука")
    ask.choose("На каком языке", "русский")
    ask.press("Выбрать, что они получат")
    timur.picture("sat-choose")
    timur.tick("О какой помощи речь")
    timur.write("Что мы им пишем", "Просим принять в понедельник.")
    timur.press("Показать, что они прочтут")
    timur.part("#paper").sees("врач: рука")
    timur.picture("sat-referral")
    with timur.page.expect_download() as coming:
        timur.part("#make").press("Запечатать и сохранить файл", stays=True)
    paper = decrypt(Path(coming.value.path()).read_bytes(), [life["key"]]).decode()
    assert "врач: рука" in paper
    assert "Брат обещал" not in paper
    assert life["name"] not in paper
    timur.at(f"/people/{life['case']}?tab=work")
    timur.part("#referrals").sees(CLINIC)
    timur.part("#referrals").follow(CLINIC)
    timur.choose("Их ответ", "приня")
    timur.write("Их словами", "Ждём в понедельник в десять.")
    timur.part("#after").press("Записать")
    timur.sees("Ждём в понедельник")
    timur.picture("sat-answer")
    timur.at(f"/people/{life['case']}?tab=work")
    need = timur.part("#needs li.row", "врач: рука")
    need.part(".acts").choose("Состояние", "договорились")
    need.part(".acts").press("Записать")
    timur.part("#needs li.row", "врач: рука").sees("до 8 апр.")


DAYS = (a_second_colleague_compares_the_key, they_allow_it, the_clinic_is_asked)

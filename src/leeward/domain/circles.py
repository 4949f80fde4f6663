"""The kinds of need-to-know circles, in words."""

from __future__ import annotations

from leeward.domain.vocabulary import Term, Vocabulary

ERRANDS = (
    "errands"  # held by every device like the team's own, but things can be erased in it (office/errands.py)
)
RECEPTION = (
    "reception"  # held by whoever has the hotline: the keys to which partners seal, and what came of it
)

CIRCLE = Vocabulary(
    "circle",
    Term("team", "The team itself", "Сама группа", "Members, devices, duty, places without addresses."),
    Term("intake", "The hotline", "Горячая линия", "Contacts, messages, vetting."),
    Term("beds", "Beds", "Ночлег", "Which case sleeps where and when; no names."),
    Term("record", "The record", "Свидетельства", "Accounts without names, claims, findings, appeals."),
    Term(ERRANDS, "Errands", "Поручения", "Tasks and lists that belong to no case."),
    Term(
        RECEPTION, "What partners send", "От партнёров", "The key that partners seal to; that something came."
    ),
    Term("case", "A person", "Человек", "One person's case."),
    Term("address", "An address", "Адрес", "Where one place is."),
    Term("identity", "A legal identity", "Личные данные", "One person's legal name and papers."),
)

"""What the work is called where others may look: on paper, in a telephone's calendar. Words that say nothing."""

from __future__ import annotations

from leeward.domain.vocabulary import Term, Vocabulary

OUTSIDE = Vocabulary(
    "outside",
    Term("check_in", "Call", "Звонок"),
    Term("task", "Errand", "Дело"),
    Term("need", "Errand", "Дело"),
    Term("leg", "Ride", "Поездка"),
    Term("visa_application", "Office", "Учреждение"),
    Term("travel_document", "Paper", "Документ"),
    Term("medical_appointment", "Visit", "Визит"),
    Term("medication", "Pharmacy", "Аптека"),
    Term("in", "Moves in", "Заезд"),
    Term("out", "Moves out", "Выезд"),
)

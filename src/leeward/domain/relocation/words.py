"""The words of relocation."""

from __future__ import annotations

from leeward.domain.vocabulary import Term, Vocabulary

EXPOSURE = Vocabulary(
    "exposure",
    Term("clean", "clean", "чисто", "Nobody who should not know the address knows it."),
    Term("doubtful", "doubtful", "сомнительно", "Something was odd; nobody new is brought here."),
    Term("exposed", "exposed", "раскрыто", "Somebody who should not know it knows it; everyone leaves."),
)
STAY = Vocabulary(
    "stay",
    Term("planned", "planned", "запланировано"),
    Term("there", "there", "на месте"),
    Term("left", "left", "выезд состоялся"),
    Term("called-off", "called off", "отменено"),
)
MODE = Vocabulary(
    "mode",
    Term("train", "train", "поезд"),
    Term("plane", "plane", "самолёт"),
    Term("bus", "bus", "автобус"),
    Term("car", "car", "машина"),
    Term("taxi", "taxi", "такси"),
    Term("ferry", "ferry", "паром"),
    Term("foot", "on foot", "пешком"),
)
LEG_STATE = Vocabulary(
    "leg-state",
    Term("planned", "planned", "запланировано"),
    Term("booked", "booked", "билеты есть"),
    Term("under-way", "under way", "в пути"),
    Term("arrived", "arrived", "добрались"),
    Term("aborted", "broken off", "прервано"),
)
PAPER = Vocabulary(
    "paper",
    Term("passport", "passport", "внутренний паспорт"),
    Term("travel-passport", "travel passport", "загранпаспорт"),
    Term("birth-certificate", "birth certificate", "свидетельство о рождении"),
    Term("medical-record", "medical record", "медицинская карта"),
    Term("power-of-attorney", "power of attorney", "доверенность"),
    Term("consent-to-leave", "consent for a child to leave", "согласие на выезд ребёнка"),
    Term("refugee-paper", "refugee paper", "документ беженца"),
    Term("other", "other", "другое"),
)
HELD = Vocabulary(
    "held",
    Term("with-them", "with them", "на руках"),
    Term("with-us", "with us", "у нас"),
    Term("with-relatives", "with relatives", "у родственников"),
    Term("taken", "taken from them", "отобран"),
    Term("applied", "applied for", "подано заявление"),
    Term("none", "there is none", "нет"),
)
VISA_KIND = Vocabulary(
    "visa-kind",
    Term("humanitarian", "humanitarian", "гуманитарная"),
    Term("tourist", "tourist", "туристическая"),
    Term("work", "work", "рабочая"),
    Term("study", "study", "учебная"),
    Term("invitation", "by invitation", "по приглашению"),
    Term("transit", "transit", "транзитная"),
    Term("none-needed", "no visa needed", "виза не нужна"),
)
VISA_STAGE = Vocabulary(
    "visa-stage",
    Term("thought-of", "thought of", "обсуждается"),
    Term("asked", "the embassy was asked", "запрос в посольство"),
    Term("gathering", "papers are gathered", "собираем документы"),
    Term("appointment", "appointment made", "назначен приём"),
    Term("submitted", "submitted", "подано"),
    Term("granted", "granted", "выдана"),
    Term("refused", "refused", "отказ"),
    Term("dropped", "dropped", "решили не подавать"),
)
VISA_RULE = Vocabulary(
    "visa-rule",
    Term("free", "no visa needed", "виза не нужна"),
    Term("on-arrival", "visa on arrival", "виза по прибытии"),
    Term("e-visa", "visa by Internet", "электронная виза"),
    Term("eta", "permit by Internet", "электронное разрешение"),
    Term("required", "visa needed", "нужна виза"),
    Term("closed", "not let in", "не впускают"),
)

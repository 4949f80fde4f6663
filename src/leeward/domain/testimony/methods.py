"""Methods of torture and ill-treatment, as a tree in our own words.

`maps` gives where each stands in the Istanbul Protocol's list (IP:n, the n-th group of the list as our domain paper
numbers it; the paragraph of the 2022 edition was not re-checked). Never read the list to a survivor as questions:
a suggestion taints what is told. It is for coding, after the telling.
"""

from __future__ import annotations

from leeward.domain.vocabulary import Term, Vocabulary


def _group(number: int, code: str, en: str, ru: str, note: str, *members: tuple[str, str, str]) -> list[Term]:
    maps = (f"IP:{number}",)
    head = Term(code, en, ru, note, maps=maps)
    return [head, *(Term(f"{code}.{tail}", e, r, parent=code, maps=maps) for tail, e, r in members)]


METHODS = Vocabulary(
    "method",
    *_group(
        1,
        "blunt",
        "blows",
        "удары",
        "Force without an edge, by hand or with a thing.",
        ("fist", "punches and slaps", "удары руками"),
        ("kick", "kicks, also in boots", "удары ногами, в том числе в обуви"),
        ("pipe", "blows with a pipe or hose", "удары трубой или шлангом"),
        ("stick", "blows with a stick or truncheon", "удары палкой или дубинкой"),
        ("whip", "blows with a wire, belt or whip", "удары проводом, ремнём или плетью"),
        ("fall", "thrown down or from a height", "сбрасывание, бросание"),
    ),
    *_group(
        2,
        "head",
        "blows to head or ears",
        "удары по голове или ушам",
        "Aimed at the head; both ears at once is one form.",
    ),
    *_group(
        3,
        "soles",
        "beating of soles or palms",
        "избиение по стопам или ладоням",
        "The same place, again and again.",
    ),
    *_group(
        4,
        "posture",
        "hanging and forced postures",
        "подвешивание и вынужденные позы",
        "The body's own weight or position is what hurts.",
        ("hang", "hanging", "подвешивание"),
        ("stretch", "stretching", "растягивание"),
        (
            "forced",
            "made to stand, squat or kneel for long",
            "долгое стояние, сидение на корточках или на коленях",
        ),
        ("bound", "bound for long", "долгое связывание"),
    ),
    *_group(
        5,
        "burn",
        "burns",
        "ожоги",
        "By anything hot or caustic.",
        ("cigarette", "with a cigarette", "сигаретой"),
        ("object", "with a hot object", "раскалённым предметом"),
        ("liquid", "with a hot or caustic liquid", "горячей или едкой жидкостью"),
    ),
    *_group(
        6,
        "electric",
        "electric shocks",
        "электрический ток",
        "Say where on the body and what device, as told.",
        ("fingers", "through fingers or toes", "через пальцы рук или ног"),
        ("ears", "through ears or head", "через уши или голову"),
        ("genitals", "through the genitals", "через половые органы"),
        ("baton", "with a stun device", "электрошокером"),
    ),
    *_group(
        7,
        "air",
        "keeping from breathing",
        "лишение воздуха",
        "With water or without.",
        ("water", "with water", "водой"),
        ("bag", "with a bag or mask", "пакетом или маской"),
        ("choke", "choking", "сдавливание горла"),
    ),
    *_group(
        8, "crush", "crushing", "сдавливание", "Fingers, limbs or back pressed, trodden on or rolled over."
    ),
    *_group(
        9,
        "pierce",
        "stabbing, cutting, shooting",
        "колющие, режущие, огнестрельные ранения",
        "Also things driven under the nails.",
    ),
    *_group(
        10,
        "chemical",
        "irritants in wounds or eyes",
        "раздражающие вещества в раны или глаза",
        "Salt, pepper, fuel and the like.",
    ),
    *_group(
        11,
        "sexual",
        "sexual violence",
        "сексуальное насилие",
        "Coded only as far as the teller wishes.",
        ("threat", "threat of it", "угроза"),
        ("naked", "made to undress", "принудительное раздевание"),
        ("touch", "touching or blows to the genitals", "прикосновения или удары по половым органам"),
        ("rape", "rape, also with a thing", "изнасилование, в том числе предметом"),
        ("others", "made to do it with others", "принуждение к действиям с другими"),
    ),
    *_group(
        12,
        "removal",
        "loss of a part of the body",
        "лишение части тела",
        "Fingers, nails, teeth, limbs, organs.",
    ),
    *_group(
        13,
        "drugs",
        "drugs against the will",
        "препараты против воли",
        "Sedating, paralysing or altering the mind.",
    ),
    *_group(
        14,
        "conditions",
        "conditions of detention",
        "условия содержания",
        "What the place itself does.",
        ("crowd", "too many in one room", "слишком много людей в одном помещении"),
        ("alone", "alone for long", "долгая изоляция"),
        ("dirt", "dirt, no toilet", "грязь, нет туалета"),
        ("food", "bad or little food or water", "плохая или скудная еда, вода"),
        ("cold", "heat or cold", "жара или холод"),
    ),
    *_group(
        15,
        "deprive",
        "keeping from what one needs",
        "лишение необходимого",
        "Sleep, food, water, light, sense of time.",
        ("sleep", "of sleep", "сна"),
        ("food", "of food or water", "еды или воды"),
        ("sight", "of sight, by hood or blindfold", "зрения, мешком или повязкой"),
        ("contact", "of any contact", "всякой связи"),
    ),
    *_group(
        16,
        "humiliate",
        "humiliation",
        "унижение",
        "Words and acts meant to degrade.",
        ("words", "by insults", "оскорблениями"),
        ("hate", "for who one is or believes", "за то, кто человек есть или во что верит"),
        ("shave", "by shaving", "обриванием"),
        ("parade", "before others", "перед другими"),
        ("film", "by filming", "съёмкой"),
    ),
    *_group(
        17,
        "threats",
        "threats",
        "угрозы",
        "Also a mock execution.",
        ("death", "of death", "смертью"),
        ("family", "against family", "семье"),
        ("outing", "of telling the family", "рассказать семье"),
        ("more", "of more torture", "новыми пытками"),
        ("mock", "mock execution", "имитация казни"),
    ),
    *_group(18, "animals", "animals", "животные", "Set on the person, or used to frighten."),
    *_group(
        19,
        "mind",
        "breaking trust and will",
        "подрыв доверия и воли",
        "Made to betray, made helpless, contradictory orders.",
    ),
    *_group(20, "taboo", "breaking of a taboo", "нарушение табу", "Against faith, custom or shame."),
    *_group(
        21,
        "coerced",
        "made to act against others or oneself",
        "принуждение к действиям",
        "Naming others, hurting others, breaking own things.",
        ("names", "made to name others", "принуждение назвать других"),
        ("lure", "made to lure others", "принуждение выманивать других"),
        ("hurt", "made to hurt others", "принуждение причинять боль другим"),
    ),
    *_group(
        22,
        "witness",
        "made to see or hear others tortured",
        "принуждение видеть или слышать пытки других",
        "In the same room or through a wall.",
    ),
    *_group(23, "medicine", "kept from medicine", "лишение лекарств", "Daily medicine above all."),
    *_group(24, "money", "extortion or ransom", "вымогательство или выкуп", "From the person or the family."),
    *_group(25, "other", "another way, in words", "иное, словами", "Write it in the note of the act."),
)


def method_label(code: str, language: str) -> str:
    """Return a method so that it is understood alone: "electric shocks: through fingers or toes"."""
    if code not in METHODS or not METHODS[code].parent:
        return METHODS.label(code, language)
    own, parent = METHODS[code].label(language), METHODS[METHODS[code].parent].label(language)
    alike = own.split()[0].casefold().rstrip("s") in parent.casefold()
    return own if alike else f"{parent}: {own}"

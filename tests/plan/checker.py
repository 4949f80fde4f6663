"""A checker of plans, written from docs/plan-format.md alone: plain dictionaries, plain loops, slow and obvious.

It imports nothing of ours on purpose. Whoever doubts a plan can run it: python tests/plan/checker.py INSTANCE PLAN
"""

from __future__ import annotations

import json
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

Json = dict[str, Any]
Pair = tuple[Json, Json]  # a party, and its line in the plan


def check(instance: Json, plan: Json) -> tuple[list[str], int]:
    """Return every broken rule as a sentence that begins with the rule's number, and the plan's points."""
    wrong: list[str] = []
    pairs = _pairs(instance, plan, wrong)
    if wrong:
        return wrong, 0
    for rule in (_stays, _beds, _states, _needs, _apart, _departures, _passports, _visas, _escorts, _money):
        rule(instance, pairs, wrong)
    _fixed(pairs, wrong)
    points = sum(party_points(instance, party, line) for party, line in pairs)
    if "points" in plan:
        _numbers(plan, points, wrong)
    return wrong, points


def _by_id(rows: list[Json]) -> dict[str, Json]:
    return {row["id"]: row for row in rows}


def _pairs(instance: Json, plan: Json, wrong: list[str]) -> list[Pair]:
    """Match lines and parties; every id that a line names must exist, or the rules cannot be looked at."""
    lines = plan["parties"]
    ids = [line["id"] for line in lines]
    parties = _by_id(instance["parties"])
    wrong += [f"0: {party} is not in the plan" for party in parties if party not in ids]
    wrong += [f"0: {one} is in the plan {ids.count(one)} times" for one in set(ids) if ids.count(one) > 1]
    wrong += [f"0: {one} is not in the instance" for one in ids if one not in parties]
    known = {name: _by_id(instance[name]) for name in ("places", "countries", "departures", "members")}
    for line in lines:
        named = [("places", stay["place"]) for stay in line["stays"]]
        named += [("departures", line["departure"]), ("members", line["escort"])]
        named += [("members", line["visa_escort"])]
        named += [("countries", line["visa"]["country"])] if line["visa"] else []
        for kind, one in named:
            if one is not None and one not in known[kind]:
                wrong.append(f"0: {line['id']} names {one}, which is not among the {kind}")
        if line["visa"] and not 0 <= line["visa"]["day"] < instance["nights"]:
            wrong.append(f"8: the appointment of {line['id']} is outside the horizon")
        departure = known["departures"].get(line["departure"])
        if departure and not 0 <= departure["day"] < instance["nights"]:
            wrong.append(f"6: {line['id']} departs outside the horizon")
        for stay in line["stays"]:
            if not 0 <= stay["first"] <= stay["last"] < instance["nights"]:
                wrong.append(f"1: a stay of {line['id']} is empty or outside the horizon")
    return [] if wrong else [(parties[line["id"]], line) for line in lines]


def _end(instance: Json, line: Json) -> int:
    """Return the first night that the party does not sleep with us or outside any more."""
    if line["departure"] is None:
        return int(instance["nights"])
    return int(_by_id(instance["departures"])[line["departure"]]["day"])


def _place_on(line: Json, night: int) -> str | None:
    for stay in line["stays"]:
        if stay["first"] <= night <= stay["last"]:
            return str(stay["place"])
    return None


def _at_state(instance: Json, party: Json) -> str | None:
    """Return the state of the place in which the party is already, or None."""
    if party["at"] is None:
        return None
    return str(_by_id(instance["places"])[party["at"]]["state"])


def _stays(instance: Json, pairs: list[Pair], wrong: list[str]) -> None:
    for party, line in pairs:
        who, stays, end = party["id"], line["stays"], _end(instance, line)
        for before, after in pairwise(stays):
            if after["first"] != before["last"] + 1:
                wrong.append(f"1: the stays of {who} leave a hole, overlap or are out of order")
            if after["place"] == before["place"]:
                wrong.append(f"1: two stays of {who} one after the other are in one place")
        if len(stays) > 2:
            wrong.append(f"1: {who} has more than two stays")
        if stays and stays[0]["first"] < party["from_day"]:
            wrong.append(f"1: {who} stays before its first day")
        if stays and stays[-1]["last"] != end - 1:
            wrong.append(f"1: the last stay of {who} does not end on the night before it leaves")
        inside = _at_state(instance, party) in ("clean", "doubtful")
        if inside and end > party["from_day"] and (not stays or stays[0]["first"] != party["from_day"]):
            wrong.append(f"1: {who} is in a place already and would be outside")


def _beds(instance: Json, pairs: list[Pair], wrong: list[str]) -> None:
    for place in instance["places"]:
        for night in range(instance["nights"]):
            sleeping = 0
            for party, line in pairs:
                for stay in line["stays"]:
                    if stay["place"] == place["id"] and stay["first"] <= night <= stay["last"]:
                        sleeping += len(party["people"])
            if sleeping > place["beds"][night]:
                wrong.append(f"2: {sleeping} people in {place['id']} on night {night}")


def _states(instance: Json, pairs: list[Pair], wrong: list[str]) -> None:
    places = _by_id(instance["places"])
    for party, line in pairs:
        for number, stay in enumerate(line["stays"]):
            state = places[stay["place"]]["state"]
            if state == "exposed":
                wrong.append(f"3: {party['id']} stays in {stay['place']}, which is exposed")
            stayed_on = number == 0 and party["at"] == stay["place"] and stay["first"] == party["from_day"]
            if state == "doubtful" and not stayed_on:
                wrong.append(f"3: {party['id']} comes to {stay['place']}, which is doubtful")


def _needs(instance: Json, pairs: list[Pair], wrong: list[str]) -> None:
    places = _by_id(instance["places"])
    for party, line in pairs:
        for stay in line["stays"]:
            missing = [need for need in party["needs"] if need not in places[stay["place"]]["has"]]
            if missing:
                wrong.append(f"4: {party['id']} needs {missing}, which {stay['place']} does not have")


def _apart(instance: Json, pairs: list[Pair], wrong: list[str]) -> None:
    lines = {party["id"]: line for party, line in pairs}
    for one, other in instance["apart"]:
        left, right = lines[one], lines[other]
        for night in range(instance["nights"]):
            place = _place_on(left, night)
            if place is not None and place == _place_on(right, night):
                wrong.append(f"5: {one} and {other} are both in {place} on night {night}")
        if left["departure"] is not None and left["departure"] == right["departure"]:
            wrong.append(f"5: {one} and {other} are both on {left['departure']}")


def _departures(instance: Json, pairs: list[Pair], wrong: list[str]) -> None:
    departures = _by_id(instance["departures"])
    for party, line in pairs:
        if line["departure"] is None:
            continue
        departure = departures[line["departure"]]
        if departure["day"] < party["ready_day"] or departure["day"] < party["from_day"]:
            wrong.append(f"6: {party['id']} departs before it is ready")
        avoided = [tag for tag in departure["tags"] if tag in party["avoid"]]
        if avoided:
            wrong.append(f"6: {party['id']} avoids {avoided}, which {departure['id']} has")
    for departure in instance["departures"]:
        on_it = sum(len(party["people"]) for party, line in pairs if line["departure"] == departure["id"])
        if on_it > departure["seats"]:
            wrong.append(f"6: {on_it} people on {departure['id']}")


def _passports(instance: Json, pairs: list[Pair], wrong: list[str]) -> None:
    countries, departures = _by_id(instance["countries"]), _by_id(instance["departures"])
    for party, line in pairs:
        days = []
        if line["departure"] is not None:
            departure = departures[line["departure"]]
            days.append(departure["day"] + countries[departure["country"]]["passport_days"])
        if line["visa"] is not None:
            days.append(line["visa"]["day"])
        ends = [person["passport_until"] for person in party["people"]]
        if any(end is not None and day > end for end in ends for day in days):
            wrong.append(f"7: a passport of {party['id']} ends too early")


def _without_visa(instance: Json, party: Json, line: Json) -> list[Json]:
    """Return the people of the party who need a planned visa for the departure of their line."""
    if line["departure"] is None:
        return []
    departure = _by_id(instance["departures"])[line["departure"]]
    country = _by_id(instance["countries"])[departure["country"]]
    for held in party["visas"]:
        if held["country"] == country["id"] and held["from"] <= departure["day"] <= held["to"]:
            return []
    return [person for person in party["people"] if person["passport"] in country["visa_for"]]


def _visas(instance: Json, pairs: list[Pair], wrong: list[str]) -> None:
    _slots(instance, pairs, wrong)
    countries, departures = _by_id(instance["countries"]), _by_id(instance["departures"])
    for party, line in pairs:
        who, visa = party["id"], line["visa"]
        needing = _without_visa(instance, party, line)
        if needing and visa is None:
            wrong.append(f"8: {who} needs a visa and has none")
        if visa is None:
            continue
        if not needing:
            wrong.append(f"8: {who} has a visa planned that it does not need")
            continue
        departure = departures[line["departure"]]
        country = countries[visa["country"]]
        if country["id"] != departure["country"]:
            wrong.append(f"8: the visa of {who} is for another country")
        if visa["day"] < party["from_day"]:
            wrong.append(f"8: the appointment of {who} is before its first day")
        ready = visa["day"] + country["lead_days"]
        if not ready <= departure["day"] <= ready + country["valid_days"]:
            wrong.append(f"8: the visa of {who} is not good on the day of departure")


def _slots(instance: Json, pairs: list[Pair], wrong: list[str]) -> None:
    for country in instance["countries"]:
        for day in range(instance["nights"]):
            taken = 0
            for party, line in pairs:
                if line["visa"] == {"country": country["id"], "day": day}:
                    taken += len(_without_visa(instance, party, line))
            if taken and taken > country["slots"][day]:
                wrong.append(f"8: {taken} people at {country['id']} on day {day}")


def _escorts(instance: Json, pairs: list[Pair], wrong: list[str]) -> None:
    departures = _by_id(instance["departures"])
    members = _by_id(instance["members"])
    for party, line in pairs:
        departure = departures.get(line["departure"])
        wanted = departure is not None and (party["escort"] or departure["escort"])
        at_visa = line["visa"] is not None and party["escort"]
        for name, is_wanted in (("escort", wanted), ("visa_escort", at_visa)):
            if is_wanted and line[name] is None:
                wrong.append(f"9: {party['id']} has no {name}")
            if not is_wanted and line[name] is not None:
                wrong.append(f"9: {party['id']} has the {name} {line[name]} and needs none")
            if line[name] is not None and not members[line[name]]["escorts"]:
                wrong.append(f"9: {line[name]} does not escort")
    for member in instance["members"]:
        _member(instance, pairs, member, wrong)


def _member(instance: Json, pairs: list[Pair], member: Json, wrong: list[str]) -> None:
    spent = [0] * instance["nights"]
    for departure in instance["departures"]:
        both = (departure["id"], member["id"])
        together = sum((line["departure"], line["escort"]) == both for _party, line in pairs)
        if together > departure["escort_parties"]:
            wrong.append(f"9: {member['id']} accompanies {together} parties on {departure['id']}")
        if together:
            for day in range(departure["day"], departure["day"] + departure["escort_days"]):
                if day < instance["nights"]:
                    spent[day] += departure["escort_minutes"]
    countries = _by_id(instance["countries"])
    for _party, line in pairs:
        if line["visa"] is not None and line["visa_escort"] == member["id"]:
            spent[line["visa"]["day"]] += countries[line["visa"]["country"]]["escort_minutes"]
    for day, minutes in enumerate(spent):
        if minutes > member["minutes"][day]:
            wrong.append(f"9: {member['id']} spends {minutes} minutes on day {day}")


def _money(instance: Json, pairs: list[Pair], wrong: list[str]) -> None:
    places, departures = _by_id(instance["places"]), _by_id(instance["departures"])
    countries = _by_id(instance["countries"])
    spent: dict[str, int] = {}
    for party, line in pairs:
        size = len(party["people"])
        for stay in line["stays"]:
            place = places[stay["place"]]
            nights = stay["last"] - stay["first"] + 1
            spent[place["line"]] = spent.get(place["line"], 0) + place["cents"] * size * nights
        if line["departure"] is not None:
            departure = departures[line["departure"]]
            spent[departure["line"]] = spent.get(departure["line"], 0) + departure["cents"] * size
        if line["visa"] is not None:
            country = countries[line["visa"]["country"]]
            people = len(_without_visa(instance, party, line))
            spent[country["line"]] = spent.get(country["line"], 0) + country["cents"] * people
    budget = {one["id"]: one["cents"] for one in instance["lines"]}
    for name, cents in spent.items():
        if cents > budget.get(name, 0):
            wrong.append(f"10: {cents} cents on line {name}")


def _fixed(pairs: list[Pair], wrong: list[str]) -> None:
    for party, line in pairs:
        who, fixed = party["id"], party["fixed"]
        exactly = ("departure", "stays", "visa", "escort", "visa_escort")
        other = [name for name in exactly if fixed[name] and line[name] != fixed[name]]
        if other:
            wrong.append(f"11: {other} of {who} fixed otherwise")
        if line["departure"] in fixed["not_departures"]:
            wrong.append(f"11: {who} must not take {line['departure']}")
        for stay in line["stays"]:
            if fixed["places"] and stay["place"] not in fixed["places"]:
                wrong.append(f"11: {who} may not stay in {stay['place']}")
            if stay["place"] in fixed["not_places"]:
                wrong.append(f"11: {who} must not stay in {stay['place']}")


def party_points(instance: Json, party: Json, line: Json) -> int:
    """Return the points of one party: see "Points" of the page."""
    weights, end = instance["weights"], _end(instance, line)
    points = 0
    for person in party["people"]:
        for night in range(party["from_day"], end):
            inside = _place_on(line, night) is not None
            points += person["risk"] * (weights["sheltered"] if inside else 100)
        if line["departure"] is None:
            points += person["risk"] * 100 * weights["tail_nights"]
        points += weights["move"] * _moves(instance, party, line)
        gone = end if line["departure"] is not None else instance["nights"] + weights["tail_nights"]
        points += weights["late"] * max(0, gone - (party["from_day"] + instance["wait_bound"]))
        points += weights["change"] * _changes(party, line)
    return points


def _moves(instance: Json, party: Json, line: Json) -> int:
    places = [stay["place"] for stay in line["stays"]]
    if places and _at_state(instance, party) in ("clean", "doubtful"):
        places.insert(0, party["at"])
    return sum(before != after for before, after in pairwise(places))


def _changes(party: Json, line: Json) -> int:
    promised = party["promised"]
    if promised is None:
        return 0
    first = line["stays"][0]["place"] if line["stays"] else None
    promised_first = promised["stays"][0]["place"] if promised["stays"] else None
    now = (line["departure"], line["visa"], first)
    before = (promised["departure"], promised["visa"], promised_first)
    return sum(new != old for new, old in zip(now, before, strict=True))


def _numbers(plan: Json, points: int, wrong: list[str]) -> None:
    if plan["points"] != points:
        wrong.append(f"0: the plan says {plan['points']} points and has {points}")
    if plan["bound"] > points:
        wrong.append(f"0: the bound {plan['bound']} is above the points")
    if abs(plan["gap"] - (plan["points"] - plan["bound"]) / max(plan["points"], 1)) > 1e-6:
        wrong.append(f"0: the gap {plan['gap']} does not follow from points and bound")
    if plan["status"] not in ("optimal", "feasible", "stopped"):
        wrong.append(f"0: there is no status {plan['status']}")


def main() -> None:
    """Check the plan in one file against the instance in another."""
    instance, plan = (json.loads(Path(name).read_text("utf-8")) for name in sys.argv[1:3])
    wrong, points = check(instance, plan)
    print("\n".join(wrong) or f"Every rule is kept: {points} points.")  # noqa: T201 - this is a command
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()

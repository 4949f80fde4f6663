"""The practice operation is what it says, the same for a seed, and holds no real place or name."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import msgspec
import pytest
from tests.support.relay_simulator import RelaySimulator

from leeward.domain.appeals.records import Reply, Submission
from leeward.domain.appeals.states import state_of
from leeward.domain.findings.grade import Weighing
from leeward.domain.findings.records import Claim, Finding, Inquiry, Source, Support
from leeward.domain.findings.signing import Standing, standing_of
from leeward.domain.findings.terms import Grade
from leeward.domain.intake import Letter, Shift, captured_by, warned
from leeward.domain.openings import Opening
from leeward.domain.recovery import Rehearsal
from leeward.domain.release.records import Release
from leeward.domain.relocation.beds import Stay, in_exposed
from leeward.domain.relocation.places import Place
from leeward.domain.typed import T
from leeward.front.pages import known_languages
from leeward.ledger.model import Op
from leeward.office import appeals, conflicts, findings, intake, recovery, release, retention, taken_tasks
from leeward.office.hotline_page import questionnaire
from leeward.office.inquiries import shelf
from leeward.office.intake.phrases import on_shelf
from leeward.office.intake.watch import called
from leeward.practice.moment import Script
from leeward.practice.operation import Size, make_operation
from leeward.practice.team import PracticeTeam

NOW = 1_491_600_000_000


def made(seed: int = 2017, people: int = 40, **more: object) -> Script:
    size = Size(people=people, requests=people + 20, accounts=5 * people // 8)
    return make_operation(seed=seed, now=NOW, desks={}, size=size, **more)  # type: ignore[arg-type]


def kinds(script: Script) -> Counter[str]:
    return Counter({kind: len(ids) for kind, ids in _ids(script).items()})


def _ids(script: Script) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for moment in script.moments:
        for change in moment.changes:
            found.setdefault(change.kind, set()).add(change.record)
    return found


def test_it_has_forty_people_six_places_nine_staff_sixty_requests_and_25_accounts() -> None:
    counted = kinds(made())
    assert counted["case"] == 40
    assert counted["place"] == 6
    assert counted["member"] == 9
    assert counted["contact"] == 60
    assert counted["account"] == 25
    assert counted["stay"] == 40


def test_the_same_seed_makes_the_same_operation_and_another_seed_another() -> None:
    assert made().in_order() == made().in_order()
    assert made(seed=1).in_order() != made(seed=2).in_order()


@pytest.mark.parametrize("people", [0, 1, 7, 200])
def test_it_can_be_made_at_any_size(people: int) -> None:
    counted = kinds(made(people=people))
    assert counted["case"] == people
    assert counted["contact"] == people + 20


def test_something_is_late_one_place_is_exposed_and_two_people_are_in_it() -> None:
    script = made()
    fields: dict[str, dict[str, dict[str, object]]] = {}
    for moment in script.in_order():
        for change in moment.changes:
            fields.setdefault(change.kind, {}).setdefault(change.record, {})[change.field] = change.value
    places = [
        Place(id=ident, exposure=str(values.get("exposure", "clean")))
        for ident, values in fields["place"].items()
    ]
    stays = [
        Stay(
            id=ident,
            place_id=str(values["place_id"]),
            case_id=str(values["case_id"]),
            first_night=str(values["first_night"]),
            last_night=str(values.get("last_night", "")),
            state=str(values["state"]),
        )
        for ident, values in fields["stay"].items()
    ]
    exposed = in_exposed(places, "2017-04-07", stays)
    assert [len(people) for people in exposed.values()] == [2]
    late = [
        task
        for task in fields["task"].values()
        if 0 < int(str(task.get("due", 0))) < NOW and "done_at" not in task
    ]
    assert late
    assert any(
        int(str(one["due"])) < NOW - 3_600_000 and "answered_at" not in one
        for one in fields["check_in"].values()
    )


def test_nothing_happens_after_the_moment_it_is_left_to_the_reader() -> None:
    assert max(moment.at for moment in made().moments) <= NOW


def test_it_speaks_russian_too() -> None:
    texts = {str(change.value) for moment in made(language="ru").moments for change in moment.changes}
    assert "Письмо в клинику" in texts
    assert "Letter for the clinic" not in texts


def typed(script: Script, kind: type[T]) -> list[T]:
    """Return what the script makes of one kind, as the record of a desk would show it."""
    fields: dict[str, dict[str, object]] = {}
    for moment in script.in_order():
        for change in moment.changes:
            if change.kind == kind.kind:
                of_one = fields.setdefault(change.record, {})
                several = change.op is Op.ADD
                had = of_one.get(change.field, ())
                of_one[change.field] = (*had, change.value) if several else change.value  # type: ignore[misc]
    return [msgspec.convert({**values, "id": ident}, kind) for ident, values in fields.items()]


@pytest.mark.parametrize("seed", [2017, 1, 2, 3])
def test_the_record_shows_several_grades_and_one_finding_waits_for_its_second_reader(seed: int) -> None:
    script = made(seed=seed)
    weigh = Weighing(typed(script, Source), typed(script, Support))
    claims = {claim.id: claim for claim in typed(script, Claim)}
    grades = {weigh.grade_claim(claim)[0] for claim in claims.values()}
    assert {Grade.REPORTED, Grade.CORROBORATED, Grade.GROUNDS} <= grades
    (inquiry,) = typed(script, Inquiry)
    assert {claim.inquiry_id for claim in claims.values()} == {inquiry.id}
    assert {source.inquiry_id for source in weigh.sources.values()} == {inquiry.id}
    (finding,) = typed(script, Finding)
    assert standing_of(finding, weigh.grade_claim(claims[finding.claim_id])[0]) == Standing.WAITS
    assert finding.author_id == script.members["Vera"]
    assert finding.asked_id == script.members["Timur"]
    against = [support for support in typed(script, Support) if support.against]
    assert {bool(support.explanation) for support in against} == {True, False}


def test_one_appeal_is_overdue_and_one_was_answered() -> None:
    script = made()
    replies = typed(script, Reply)
    today = dt.datetime.fromtimestamp(NOW / 1000, dt.UTC).date().isoformat()
    states = sorted(
        state_of(one, [r for r in replies if r.submission_id == one.id], today).state
        for one in typed(script, Submission)
    )
    assert states == ["overdue", "replied"]


def test_one_release_is_made_with_what_people_allow_and_held_back_where_they_do_not(
    tmp_path: Path,
) -> None:
    passphrases = {"operator": "one", "coordinator": "two", "documenter": "three"}
    with PracticeTeam(tmp_path, passphrases, work_factor=2) as team:
        relay = RelaySimulator().door()
        team.play(relay, seed=2017, people=20, language="ru", progress=lambda _done, _of: None)
        timur = team.desks["coordinator"]
        (one,) = timur.find(Release)
        assert (one.state, one.checked_by) == ("made", "")
        assert one.told_ids
        assert one.withheld
        assert {str(need.tag) for need in release.needs_now(timur)} == {"Second reader"}
        assert len(findings.needs_now(timur)) == 1
        assert len(appeals.needs_now(timur)) == 1
        assert {inquiry.said("ru") for inquiry in shelf(timur).inquiries} == {
            "Рассказанное нам",
            "Публикации весны 2017 года",
        }


def test_its_page_offers_every_language_that_the_page_speaks(tmp_path: Path) -> None:
    with PracticeTeam(tmp_path, {"operator": "one"}, work_factor=2) as team:
        offered = team.card()["languages"]
        assert offered[:2] == ["ru", "en"]
        assert sorted(offered) == known_languages()


def test_the_hotline_shows_a_night_of_work_and_begins_calmly(tmp_path: Path) -> None:
    passphrases = {"operator": "one", "coordinator": "two", "documenter": "three"}
    with PracticeTeam(tmp_path, passphrases, work_factor=2) as team:
        relay = RelaySimulator().door()
        team.play(relay, seed=2017, people=20, language="en", progress=lambda _done, _of: None)
        mila, timur = team.desks["operator"], team.desks["coordinator"]
        for desk in (mila, timur):
            assert intake.counts(desk) == intake.Counts(waiting=5, alarms=0)
            assert called(desk) is None
        lines = intake.queue(mila)
        letters = mila.find(Letter)
        waiting = [line for line in lines if line.waiting_since]
        assert {one.path for one in letters if one.answers} == {"page", "offline"}
        assert "plain" in {one.path for one in letters}
        assert {intake.holder_of(mila, line) for line in waiting} == {"", mila.member_id, timur.member_id}
        (forced,) = [line for line in lines if line.captured_since]
        assert captured_by([forced.contact], forced.captured_since) == {timur.member_id}
        assert warned([forced.contact], forced.captured_since) == set(forced.contact.linked_ids)
        assert [one.cover for one in letters if one.sensitive] == [
            "Thank you for writing. There is no news for now."
        ]
        assert [len(line.parts) for line in lines if line.parts] == [1]
        assert sorted(line.contact.heap for line in intake.heap(mila)) == ["hostile", "spam", "spam", "spam"]
        assert [line.contact.ended_done_by for line in lines if line.ended_at] == [mila.member_id]
        (version,) = questionnaire.versions(mila)
        assert [sorted(one.text) for one in version.questions] == [["en", "ru"]] * 3
        assert not questionnaire.unpublished(mila)
        assert questionnaire.notice_due(mila) is None
        assert {shift.line for shift in mila.find(Shift)} == {1, 2}
        assert on_shelf(timur, "answer")[0].words["ru"].version == 2
        ends = [line.contact.vetting_until - mila.now() for line in lines if line.contact.vetting_until]
        assert 0 < min(ends) < 25 * 3_600_000


def test_the_team_took_care_and_left_one_thing_to_settle(tmp_path: Path) -> None:
    passphrases = {"operator": "one", "coordinator": "two", "documenter": "three"}
    with PracticeTeam(tmp_path, passphrases, work_factor=2) as team:
        relay = RelaySimulator().door()
        team.play(relay, seed=7, people=12, language="ru", progress=lambda _done, _of: None)
        mila, timur = team.desks["operator"], team.desks["coordinator"]
        for session in team.desks.values():
            circle = recovery.circle_now(session)
            assert circle is not None
            assert (circle.needed, len(circle.holders)) == (2, 3)
        days = [(mila.now() - one.at) / 86_400_000 for one in mila.find(Rehearsal)]
        assert [round(one) for one in days] == [12]
        assert len(taken_tasks.drills(mila)) == 1
        assert [one.reason for one in timur.find(Opening)] == ["visit"]
        assert 8 < (min(one.at for one in retention.coming(mila)) - mila.now()) / 86_400_000 < 9.1
        assert [one.field for one in conflicts.list_conflicts(mila)] == ["place_told"]
        assert [one.field for one in conflicts.list_conflicts(timur)] == ["place_told"]

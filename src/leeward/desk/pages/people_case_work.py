"""What the case page shows at a glance, and its tab of needs, tasks, doctors and signs of life."""

from __future__ import annotations

from leeward.desk.pages.checkins import checkins_shown
from leeward.desk.pages.referrals import referrals_shown
from leeward.domain.cases import work
from leeward.domain.cases.case import Case
from leeward.domain.cases.words import CHECK_IN, NEED, NEED_STATUS, PRIORITY
from leeward.domain.cases.work import Need, Task
from leeward.domain.money import Rate
from leeward.office import caseload, casework_closing
from leeward.office.case_glance import glance_at
from leeward.office.casework_base import today, tonight
from leeward.office.casework_views import Facts
from leeward.office.relocation import holds_beds, places_for
from leeward.office.relocation_journeys import papers_of
from leeward.office.session import Session

_DONE_SHOWN = 20


def glance_shown(session: Session, case: Case, facts: Facts) -> dict[str, object]:
    """Return what people/glance.html and people/closing.html need."""
    night = tonight(session)
    return {
        "glance": glance_at(session, case, facts),
        "loads": caseload.loads(session),
        "still_open": casework_closing.still_open(session, case.id),
        "beds_for": places_for(session, case, night) if case.living and holds_beds(session) else [],
        "night": night,
        "NEED": NEED,
        "NEED_STATUS": NEED_STATUS,
        "PRIORITY": PRIORITY,
        "CHECK_IN": CHECK_IN,
    }


def work_shown(session: Session, case: Case) -> dict[str, object]:
    """Return what people/tab_work.html needs."""
    now = session.now()
    tasks = session.find(Task, case_id=case.id)
    by_id = {task.id: task for task in tasks}
    waits = {task.id: work.waits_for(task, by_id) for task in tasks}
    needs, papers = session.find(Need, case_id=case.id), papers_of(session, case.id)
    met = sorted((one for one in needs if not one.unmet), key=lambda one: one.requested_at)
    done = sorted((one for one in tasks if not one.open), key=lambda one: -(one.done_at or one.dropped_at))
    ordered = work.in_order([task for task in tasks if task.open], now)
    return {
        "tasks": sorted(ordered, key=lambda task: bool(waits[task.id])),
        "done_tasks": done[:_DONE_SHOWN],
        "waits": waits,
        "needs": [*work.most_urgent(needs, now), *met],
        "currencies": _currencies(session, needs),
        "visits": sorted(papers.visits, key=lambda one: (bool(one.done_at), one.at, one.id)),
        "medicines": [one for one in papers.medicines if not one.ended_at],
        "ended_medicines": [one for one in papers.medicines if one.ended_at],
        "today_iso": today(session),
        **checkins_shown(session, case),
        **referrals_shown(session, case),
    }


def _currencies(session: Session, needs: list[Need]) -> list[tuple[str, str]]:
    """Return euro, and every currency of which a rate is known or in which something was paid."""
    others = {one.currency for one in session.find(Rate)} | {one.currency for one in needs}
    return [(code, code) for code in ("EUR", *sorted(others - {"", "EUR"}))]

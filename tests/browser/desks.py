"""A desk in every state that it can show, for tests and pictures."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from forecasts.models import Question, Role, Topic, User
from forecasts.services.absences import record_absence
from forecasts.services.assignments import assign_questions, assign_reviewers
from forecasts.services.evidence import collect_evidence
from forecasts.services.questions import amend_question
from forecasts.services.snoozes import snooze_questions
from forecasts.services.verdicts import give_verdict
from mail.arming import arm_prompts
from tests.factories import make_question, make_user, resolve

DAY = timedelta(days=1)
DUE = (
    "Will a cease-fire hold along the whole front line until the end of January?",
    "Will the central bank cut its rate at the January meeting?",
    "Will the parliament pass the budget before the recess?",
    "Will the grain corridor reopen for commercial ships?",
    "Will the court strike down the electoral law?",
)


@dataclass
class Desk:
    """People, and one question for each state."""

    reviewer: User
    lead: User
    due: list[Question]
    early: Question
    impasse: Question
    resolved: Question
    snoozed: Question


def fill_desk() -> Desk:
    """One reviewer with five questions of theirs, and others in every other state."""
    now = datetime.now(UTC)
    reviewer = make_user(Role.REVIEWER, username="ana", time_zone="Europe/Berlin")
    lead = make_user(Role.LEAD, username="lea")
    others = [make_user(Role.REVIEWER, username=name) for name in ("ben", "cleo")]
    topics = [Topic.objects.create(slug=n.lower(), name=n) for n in ("Economy", "Law", "War")]
    due = [
        make_question(
            title=title, topics=[topics[number % 3]], deadline=now - (2 + 3 * number) * DAY,
            resolution_criteria="Two agencies report it, and neither side denies it within a day.",
            required_verdicts=1 + number % 2,
        )
        for number, title in enumerate(DUE)
    ]  # fmt: skip
    amend_question(
        question=due[0], changes={"resolution_criteria": "Three agencies report it."},
        reason="Two of them share a desk.", by=lead, as_of=now - DAY,
    )  # fmt: skip
    collect_evidence(
        question=due[0], by=others[0], links=["https://example.org/front-line"], as_of=now
    )
    impasse = make_question(title="Did the two sides sign?", required_verdicts=2)
    for user, answer in zip(others, ("yes", "no"), strict=True):
        give_verdict(
            question=impasse, reviewer=user, answer=answer, known_at=now - DAY,
            links=[f"https://example.org/{answer}"], note="Two agencies report it.", as_of=now,
        )  # fmt: skip
    resolved = make_question(title="Did the strike end?")
    resolve(resolved, as_of=now)
    snoozed = make_question(title="Will the audit be published?")
    snooze_questions(
        questions=[snoozed], kind="not_knowable", reason="The office is closed.", by=lead, as_of=now
    )
    early = make_question(title="Will the bridge open this year?", deadline=now + 200 * DAY)
    assign_reviewers(as_of=now)
    assign_questions(
        questions=due, reviewer=reviewer, by=lead, reason="You know the region.", as_of=now
    )
    arm_prompts(as_of=now)
    today = reviewer.local_date(now)
    record_absence(
        user=reviewer, starts_on=today + 30 * DAY, ends_on=today + 40 * DAY, by=reviewer, as_of=now
    )
    return Desk(reviewer, lead, due, early, impasse, resolved, snoozed)

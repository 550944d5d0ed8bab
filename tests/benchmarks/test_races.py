"""Races: run for a few people, and told apart where something goes wrong."""

import re
from argparse import Namespace
from collections import Counter

import pytest

from benchmarks.race_contests import CONTESTS, Contest
from benchmarks.races import Tally, raced
from forecasts.models import Resolution, Role
from forecasts.services.resolutions import correct_resolution
from tests.factories import AFTER, DEADLINE, LINKS, make_question, make_user, resolve

BY_NAME = {contest.name: contest for contest in CONTESTS}


def test_a_round_of_each_contest_ends_as_it_has_to() -> None:
    table = raced("sqlite", Namespace(rounds=1, people=4))

    rows = [re.split(r" *\| *", line)[1:-1] for line in table.splitlines()[2:]]
    # Contest, rounds, succeeded, errors, faults.
    assert [[*row[:3], *row[4:6]] for row in rows] == [
        [contest.name, "1", str(contest.winners(4) * contest.n_questions), "0", "0"]
        for contest in CONTESTS
    ]


def test_errors_are_told_from_refusals() -> None:
    tally = Tally(2, Counter({"ok": 1, "busy": 2, "!IntegrityError: x": 3}), Counter({"bad": 1}))

    assert (tally.n_refused, tally.errors) == (2, {"!IntegrityError: x": 3})
    assert tally.row("all") == (
        "| all | 2 | 1 | 2: 2 busy | 3 IntegrityError: x | 1 times bad | 0.00 s |"
    )


@pytest.mark.django_db
def test_faults_are_found() -> None:
    contest: Contest = BY_NAME["verdicts where one decides"]
    question = make_question()
    resolve(question)
    assert contest.faults([question], n_ok=1, n_people=4) == []

    correct_resolution(
        question=question, lead=make_user(Role.LEAD), answer="no", known_at=DEADLINE, links=LINKS,
        reason="Misread", as_of=AFTER,
    )  # fmt: skip

    assert Resolution.objects.count() == 2
    assert contest.faults([question], n_ok=2, n_people=4) == ["2 succeeded", "2 rulings"]

"""The worked example of docs/scoring.md, recomputed from the document itself."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import expit, logit

from forecasts.scoring import TrackRecords, to_ppm
from forecasts.scoring.paired_comparisons import paired_difference
from forecasts.scoring.places import places
from forecasts.scoring.sequential_tests import sequential_test
from forecasts.track_files import read_track_file
from forecasts.track_files.scores import score_track_file
from tests.scoring.singles import score_track_record

DOCUMENT = (Path(__file__).parents[2] / "docs" / "scoring.md").read_text(encoding="utf-8")
EXAMPLE = DOCUMENT.partition("## A worked example")[2]
DAY_0 = datetime(2026, 1, 1, tzinfo=UTC)
QUESTIONS = "| question | deadline | known | came |"
SAID = "| expert | question | day | said |"
BY_EXPERT = "| expert | field | by hand | value |"
OF_ALL = "| population | by hand | value |"
PLACES = "| expert | place | by hand |"
COMPARED = "| Ada and Ben | by hand | value |"
STEP = "| a | b = .25 | b = .5 | b = .75 | b = 1 | b = 1.5 | b = 2 | b = 3 |"


def table(header: str) -> list[list[str]]:
    """Return the cells of the rows below a header, of every table that has it."""
    rows = []
    for part in EXAMPLE.split(f"\n{header}")[1:]:
        lines = part.splitlines()[2:]
        rows += lines[: lines.index("")] if "" in lines else lines
    return [[cell.strip(" `") for cell in row.strip("|").split(" | ")] for row in rows]


def number(cell: str) -> float:
    return float(cell.replace("\N{MINUS SIGN}", "-"))


def as_shown(cell: str) -> Any:
    """Return what equals a value that rounds to the cell, or is the cell where that is whole."""
    value = json.loads(cell)
    is_exact = isinstance(value, str | int)
    return value if is_exact else pytest.approx(value, rel=0, abs=6e-6)


def example() -> TrackRecords:
    rows = []
    for question, row in enumerate(table("| cluster | deadline | said | allows | came |")):
        cluster, deadline, said, allows, came = row
        low, high = (to_ppm(bound) for bound in allows.split("\N{EN DASH}"))
        outcome = {"yes": 1, "no": 0}[came]
        rows.append((to_ppm(said), low, high, outcome, ord(cluster), 0, int(deadline), question))
    return TrackRecords.of_one(rows)


def moment(day: str) -> str:
    return (DAY_0 + timedelta(days=int(day))).isoformat()


@cache
def three_experts() -> dict[str, Any]:
    """Return the scores of the second example as score_file gives them."""
    asked = {name: rest for name, *rest in table(QUESTIONS)}
    lines = ["expert,question,probability,outcome,forecast_at,open_at,deadline,known_at"]
    for expert, question, day, said in table(SAID):
        deadline, known, came = asked[question]
        times = ",".join(moment(one) for one in (day, "0", deadline, known))
        lines.append(f"{expert},{question},{said},{came},{times}")
    track = read_track_file(f"{line}\n" for line in lines)
    found = score_track_file(track, as_of=None, seed=None)
    return {"experts": dict(found.experts), "population": found.population}


def losses_at_the_end(expert: str) -> dict[str, float]:
    """Return (p - y)² of the last number on each question."""
    came = {question: answer == "yes" for question, *_, answer in table(QUESTIONS)}
    said = {question: said for one, question, _, said in table(SAID) if one == expert}
    return {question: (float(p) - came[question]) ** 2 for question, p in said.items()}


def at(summary: dict[str, Any], name: str) -> Any:
    for key in name.split("."):
        summary = summary[key]
    return summary


def names(summary: dict[str, Any], prefix: str = "") -> Iterator[str]:
    for key, value in summary.items():
        if isinstance(value, dict) and key != "undefined":
            yield from names(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"


def explained() -> set[str]:
    return set(re.findall(r"`([a-z0-9_.]+)`", DOCUMENT))


@pytest.mark.parametrize(("name", "shown"), [row[::2] for row in table("| field | by hand |")])
def test_number_worked_by_hand_is_the_number_computed(name: str, shown: str) -> None:
    summary = score_track_record(example(), band=False)

    assert at(summary, name) == as_shown(shown)


@pytest.mark.parametrize(("expert", "name", "_", "shown"), table(BY_EXPERT))
def test_number_of_three_experts_is_the_number_computed(
    expert: str, name: str, _: str, shown: str
) -> None:
    assert at(three_experts()["experts"][expert], name) == as_shown(shown)


@pytest.mark.parametrize(("name", "_", "shown"), table(OF_ALL))
def test_figure_of_the_population_is_the_one_computed(name: str, _: str, shown: str) -> None:
    assert at(three_experts()["population"]["real"], name) == as_shown(shown)


def test_places_worked_by_hand_are_those_computed() -> None:
    skills = [three_experts()["experts"][row[0]]["skill"] for row in table(PLACES)]

    value, error = (np.array([one[name] for one in skills]) for name in ("relative", "relative_se"))

    assert places(value, error).tolist() == [int(row[1]) for row in table(PLACES)]


def test_comparison_of_two_experts_is_the_one_computed() -> None:
    ada, ben = losses_at_the_end("Ada"), losses_at_the_end("Ben")
    shared = sorted(set(ada) & set(ben))
    own, others = (np.array([one[question] for question in shared]) for one in (ada, ben))

    found = paired_difference(own, others, np.arange(len(shared)))

    shown = {name: as_shown(value) for name, _, value in table(COMPARED)}
    assert {name: found[name] for name in shown} == shown


def test_step_of_the_sequential_test_is_the_one_computed() -> None:
    slopes = [number(cell.removeprefix("b = ")) for cell in STEP.strip("| ").split(" | ")[1:]]
    cells = np.array([[number(cell) for cell in row] for row in table(STEP)])
    shown = float(re.findall(r"the 35 is E = ([\d.]+)", " ".join(EXAMPLE.split()))[0])

    rivals = expit(cells[:, :1] + np.array(slopes) * logit(0.8)) / 0.8

    assert cells[:, 1:] == pytest.approx(rivals, rel=0, abs=6e-5)
    assert rivals.mean() == pytest.approx(shown, rel=0, abs=6e-6)
    found = sequential_test(np.array([to_ppm("0.8")]), np.array([1]))
    assert found["e_value"] == pytest.approx(rivals.mean(), rel=1e-12)


def test_right_certainties_are_alarmed_about_when_the_document_says() -> None:
    text = " ".join(DOCUMENT.split())
    shown = int(re.findall(r"after (\d+) such forecasts the alarm", text)[0])
    zeros = np.zeros(shown, dtype=np.int64)

    assert sequential_test(zeros, zeros)["alarm"]
    assert not sequential_test(zeros[1:], zeros[1:])["alarm"]


def test_example_is_read_whole() -> None:
    record = example()

    headers = ("| field | by hand |", QUESTIONS, SAID, BY_EXPERT, OF_ALL, PLACES, COMPARED, STEP)
    assert record.ppm.size == 8
    assert [len(table(header)) for header in headers] == [35, 3, 8, 21, 6, 3, 4, 5]


def test_document_explains_every_field() -> None:
    scores = three_experts()

    shown = {*names(scores["experts"]["Ada"]), *names(score_track_record(example()))}
    of_all = scores["population"]["real"]
    figures = {key for one in of_all.values() for key in one}
    assert shown | figures | {"population", *of_all} <= explained()


def test_document_explains_every_column_of_the_tables() -> None:
    summary = score_track_record(example())

    rows = (summary["bins"][0], summary["values"][0], summary["corp"]["curve"][0])
    assert {name for row in rows for name in row} | {"x", "lower", "upper"} <= explained()


def test_document_explains_every_part_of_the_breakdowns() -> None:
    breakdowns = three_experts()["experts"]["Ada"]["breakdowns"].values()
    parts = [part for kind in breakdowns for part in kind]

    assert {name for part in parts for name in names(part)} <= explained()


def test_document_names_every_field_of_a_comparison() -> None:
    assert set(paired_difference(np.ones(1), np.zeros(1), np.arange(1))) <= explained()

"""The header: which columns there may be, and how they may be written."""

import pytest

from tests.track_files.files import problems_of, read, read_bytes


def test_order_case_and_blanks_of_the_header_are_free() -> None:
    track = read(" Outcome ,PROBABILITY,question,Expert\nno,0.2,Rain?,Ann\n")

    assert track.experts == ["Ann"]
    assert track.questions == ["Rain?"]
    assert track.statements.ppm.tolist() == [200_000]


def test_prob_is_accepted_for_probability() -> None:
    track = read("expert,question,prob,outcome\nAnn,Rain?,0.2,no\n")

    assert track.statements.ppm.tolist() == [200_000]


def test_byte_order_mark_is_accepted() -> None:
    track = read_bytes(b"\xef\xbb\xbfexpert,question,prob,outcome\nAnn,Rain?,0.2,no\n")

    assert track.experts == ["Ann"]


@pytest.mark.parametrize(
    "content",
    [b"", b"\n\n", b"\xef\xbb\xbf", b"expert,question,probability,outcome\n"],
    ids=["nothing", "blank lines", "byte order mark", "header only"],
)
def test_empty_file_is_an_empty_track_record(content: bytes) -> None:
    track = read_bytes(content)

    assert (track.experts, track.questions, track.topics) == ([], [], [])
    assert len(track.statements) == len(track.facts) == track.is_synthetic.size == 0


@pytest.mark.parametrize(
    ("header", "problems"),
    [
        (
            "expert,question,probability,outcome,recorded",
            ["line 1: there is no column 'recorded'; did you mean \"recorded_at\"?"],
        ),
        (
            "expret,question,probability,outcome",
            [
                "line 1: there is no column 'expret'; did you mean \"expert\"?",
                "line 1, expert: this column is missing",
            ],
        ),
        (
            "expert,question,probability,outcome,outcome",
            ["line 1, outcome: is given 2 times; give it once"],
        ),
        (
            "expert,question,prob,probability,outcome",
            ['line 1, probability: is given as "prob" too; give one of them'],
        ),
        ("expert,question,prob,outcome,", ["line 1: a column has no name"]),
        (
            "expert;question;prob;outcome",
            ["line 1: columns are separated by ';'; save it with commas"],
        ),
    ],
)
def test_wrong_header_is_refused_with_the_nearest_right_one(
    header: str, problems: list[str]
) -> None:
    assert problems_of(header + "\nAnn,Rain?,0.2,no\n") == problems


def test_unknown_column_like_no_other_lists_all() -> None:
    (problem,) = problems_of("expert,question,probability,outcome,xyzzy\n")

    assert problem.startswith("line 1: there is no column 'xyzzy'; there are expert, question, ")
    assert problem.endswith("synthetic, conditions")

"""Lines: what is no CSV or no text is refused with its place, and all of it together."""

from io import BytesIO

import pytest

from forecasts.track_files import BadRowsError, read_track_file, text_lines
from forecasts.track_files.blocks import SIZE
from forecasts.track_files.problems import MOST_KEPT
from forecasts.track_files.streams import _LONGEST_LINE
from tests.track_files.files import problems_of, problems_of_rows, read, read_bytes

HEADER = "expert,question,probability,outcome\n"


def test_quoted_line_breaks_and_blank_lines_do_not_shift_line_numbers() -> None:
    text = HEADER + '\nAnn,"Will it\r\nrain\n?",0.5,no\n\nBob,Rain?,2,no\n'

    assert problems_of(text) == ["line 7, probability: 2 is outside [0, 1]"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system_are_read(end: str) -> None:
    text = (HEADER + "Ann,Rain?,0.5,no\nBob,Rain?,2,no\n").replace("\n", end)

    assert problems_of(text.encode()) == ["line 3, probability: 2 is outside [0, 1]"]


def test_line_numbers_hold_beyond_the_first_block() -> None:
    good = [f"Ann,{number},0.5,no\n" for number in range(2 * SIZE)]
    good[5] = 'Ann,"two\nlines",0.5,no\n'

    assert problems_of(HEADER + "".join(good) + "Ann,Rain?,2,no\n") == [
        f"line {2 * SIZE + 3}, probability: 2 is outside [0, 1]"
    ]


def test_all_problems_are_told_together_in_order_of_lines() -> None:
    text = HEADER + 'Ann,,2,maybe\nBob,Rain?,0.5\nCid,Rain?,0.5,no,\n"D"an,Rain?\nEve,Rain?,,no\n'

    assert problems_of(text) == [
        "line 2, outcome: 'maybe' is none of yes, 1, true, no, 0, false, ambiguous, annulled",
        "line 2, probability: 2 is outside [0, 1]",
        "line 2, question: is empty",
        "line 3: has 3 cells; the header has 4",
        "line 4: has 5 cells; the header has 4",
        "line 5: is no CSV: ',' expected after '\"'",
        "line 6, probability: is empty",
    ]


def test_quote_that_never_ends_is_refused_where_it_begins() -> None:
    text = HEADER + 'Ann,Rain?,0.5,no\n"Bob,Rain?,0.5,no\nCid,Rain?,0.5,no\n'

    assert problems_of(text) == ["line 3: is no CSV: unexpected end of data"]


def test_broken_header_is_not_looked_for_below() -> None:
    assert problems_of('"expert"s,question\nAnn,Rain?,0.5,no\n') == [
        "line 1: is no CSV: ',' expected after '\"'"
    ]


def test_only_the_first_thousand_problems_are_kept_and_the_rest_counted() -> None:
    rows = "".join(f"Ann,{number},2,maybe\n" for number in range(3_000))

    with pytest.raises(BadRowsError) as refused:
        read(HEADER + rows)

    assert refused.value.total == 6_000
    assert [problem.line for problem in refused.value.problems] == [
        2 + place // 2 for place in range(MOST_KEPT)
    ]
    assert str(refused.value).endswith("\nand 5,000 more")


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_other_encodings_than_utf8_are_refused_with_the_byte(encoding: str) -> None:
    problems = problems_of((HEADER + "Zoë,Rain?,0.5,no\n").encode(encoding))

    if encoding == "latin-1":
        assert problems == ["line 2, expert: byte 0xEB is not UTF-8; save the file as UTF-8"]
    else:
        assert problems == ["line 1: byte 0xFF is not UTF-8; save the file as UTF-8"]


def test_nul_byte_is_refused() -> None:
    text = HEADER + "A\0nn,Rain?,0.5,no\n"

    assert problems_of(text) == ["line 2, expert: holds a NUL byte"]


def test_cells_have_at_most_300_characters() -> None:
    text = HEADER + f"{'a' * 300},Rain?,0.5,no\n{'b' * 301},Rain?,0.5,no\n"

    assert problems_of(text) == ["line 3, expert: is 301 characters long; at most 300"]


def test_lists_of_topics_have_at_most_10000_characters() -> None:
    rows = ({"topic": "a" * 10_000}, {"question": "Snow?", "topic": "a" * 10_001})

    assert problems_of_rows(*rows) == ["line 3, topic: is 10,001 characters long; at most 10,000"]


def test_cell_of_ten_megabytes_is_refused() -> None:
    huge = "x" * 10_000_000

    problems = problems_of((HEADER + f"{huge},Rain?,0.5,no\nBob,Rain?,2,no\n").encode())

    assert problems == [
        "line 2: is no CSV: field larger than field limit (131072)",
        "line 3, probability: 2 is outside [0, 1]",
    ]


def test_file_without_line_breaks_is_not_held_in_memory() -> None:
    lines = list(text_lines(BytesIO(b"x" * (3 * _LONGEST_LINE) + b"\nnext\n")))

    assert [len(line) for line in lines] == [_LONGEST_LINE, len("next\n")]


def test_progress_is_told_how_many_rows_were_read() -> None:
    told: list[int] = []
    rows = [f"Ann,{number},0.5,no\n" for number in range(SIZE)]

    read_track_file([HEADER, *rows], progress=told.append)

    assert told == [SIZE - 1, SIZE]


def test_names_are_stripped_and_normalized() -> None:
    track = read_bytes((HEADER + " Zoe\u0308 ,Rain?,0.5,no\nZo\u00eb,Snow?,0.5,no\n").encode())

    assert track.experts == ["Zo\u00eb"]

"""The table in the terminal."""

from typing import Any

from forecasts.track_files.tables import WIDTH, readable, score_table, text_width

FULL: dict[str, Any] = {
    "n": 1_234_567,
    "n_clusters": 120,
    "tier": "provisional",
    "brier": {"value": 0.123456, "ci95": [0.1, 0.2]},
    "log_score": {"nats": 0.4},
    "skill": {"relative": -0.0123},
    "score_test": {"p_value": 1e-9},
    "ece": {"value": 0.05, "floor": 0.04},
}
EMPTY: dict[str, Any] = {
    "n": 0,
    "n_clusters": 0,
    "tier": "none",
    "brier": {"value": None, "ci95": None},
    "skill": {"relative": None},
    "ece": {"value": 0.05, "floor": None},
}


def table(**experts: dict[str, Any]) -> list[str]:
    return score_table(experts.items()).split("\n")


def test_experts_are_sorted_and_what_is_undefined_is_a_dash() -> None:
    lines = table(Zoe=EMPTY, Ann=FULL)

    assert lines[2].split() == [
        *("Ann", "1234567", "120", "provisional", "0.123", "0.100–0.200"),  # noqa: RUF001
        *("0.400", "-0.012", "<.001", "0.050/0.040"),
    ]
    assert lines[3].split() == ["Zoe", "0", "0", "none", *["–"] * 6]  # noqa: RUF001


def test_every_line_fits_the_terminal_and_columns_are_aligned() -> None:
    lines = table(**{"Ann": FULL, "日本銀行" * 9: FULL, "محمد": FULL, "e\u0301" * 50: FULL})

    widths = {text_width(line) for line in lines[:6]}
    assert len(widths) == 1
    assert max(map(text_width, lines)) <= WIDTH


def test_name_from_right_to_left_is_isolated() -> None:
    assert table(محمد=EMPTY)[2].startswith("\u2068محمد\u2069")


def test_control_characters_are_replaced() -> None:
    assert readable("A\x1b[31m\u202eB\n") == "A\ufffd[31m\ufffdB\ufffd"
    assert "\x1b" not in "".join(table(**{"A\x1b[2J": EMPTY}))


def test_empty_track_record_says_so() -> None:
    assert table() == ["No forecasts."]

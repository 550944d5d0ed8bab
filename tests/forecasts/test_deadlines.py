"""How deadlines are written."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from forecasts.templatetags.deadlines import deadline


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 1, 1, tzinfo=UTC), "end of 31 December 2025 (UTC)"),
        (datetime(2026, 1, 1, 9, 5, tzinfo=UTC), "1 January 2026, 09:05 UTC"),
        (
            datetime(2026, 1, 1, 2, tzinfo=timezone(timedelta(hours=2))),
            "end of 31 December 2025 (UTC)",
        ),
    ],
)
def test_midnight_is_the_end_of_the_day_before(moment: datetime, expected: str) -> None:
    assert deadline(moment) == expected

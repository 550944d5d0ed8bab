"""Limits hold exactly, say until when, and keep nobody's address."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import Settings

from forecasts.exceptions import LimitReachedError
from forecasts.models import Usage
from forecasts.networks import network_of
from forecasts.services.limits import count_usage, forget_usages
from tests.forecasts.test_races import at_once

DAY = timedelta(days=1)
NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
MIDNIGHT = datetime(2026, 3, 4, tzinfo=UTC)


def use(subject: str = "192.0.2.7/32", as_of: datetime = NOON, most: int = 2) -> None:
    count_usage(purpose="test", subject=subject, most=most, per=DAY, as_of=as_of)


@pytest.mark.django_db
def test_limit_holds_until_the_period_ends() -> None:
    use()
    use()

    with pytest.raises(LimitReachedError) as refused:
        use()

    assert refused.value.facts == {"most": 2, "starts_at": MIDNIGHT - DAY, "retry_at": MIDNIGHT}
    use(as_of=MIDNIGHT)


@pytest.mark.django_db
def test_each_subject_and_purpose_has_its_own_count() -> None:
    use(most=1)

    use("192.0.2.8/32", most=1)
    count_usage(purpose="other", subject="192.0.2.7/32", most=1, per=DAY, as_of=NOON)

    assert list(Usage.objects.values_list("n", flat=True)) == [1, 1, 1]


@pytest.mark.django_db
def test_nothing_stored_names_the_subject_or_joins_two_days() -> None:
    use()
    use(as_of=MIDNIGHT)

    first, second = Usage.objects.order_by("ends_at")

    assert "192" not in first.key + second.key
    assert first.key != second.key
    assert len(first.key) == 64


@pytest.mark.django_db
def test_counts_of_the_past_are_forgotten() -> None:
    use()
    use(as_of=MIDNIGHT)

    assert forget_usages(as_of=MIDNIGHT) == 1
    assert Usage.objects.get().ends_at == MIDNIGHT + DAY


@pytest.mark.django_db(transaction=True)
def test_of_fifty_at_once_exactly_the_limit_passes() -> None:
    results = at_once(*[lambda: use(most=10)] * 50)

    assert results == Counter({"ok": 10, "limit_reached": 40})
    assert Usage.objects.get().n == 10


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7/32"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7/32"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "unknown"),
        ("192.0.2.7:80", "unknown"),
        ("<script>", "unknown"),
    ],
)
def test_network_of_an_address(address: str, network: str) -> None:
    assert network_of({"REMOTE_ADDR": address}) == network


@pytest.mark.parametrize(
    ("forwarded", "is_behind", "network"),
    [
        ("198.51.100.1", False, "192.0.2.7/32"),
        ("198.51.100.1", True, "198.51.100.1/32"),
        ("203.0.113.9, 198.51.100.1", True, "198.51.100.1/32"),
        ("198.51.100.1, ", True, "unknown"),
        ("", True, "192.0.2.7/32"),
    ],
)
def test_only_the_proxys_own_hop_is_believed(
    settings: Settings, forwarded: str, is_behind: bool, network: str
) -> None:
    settings.BEHIND_PROXY = is_behind
    meta = {"REMOTE_ADDR": "192.0.2.7", "HTTP_X_FORWARDED_FOR": forwarded}

    assert network_of(meta) == network

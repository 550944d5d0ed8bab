"""docs/api/reference.md tells the truth about filters, orders and fates."""

import re
from typing import Any

import pytest

from api.urls import urlpatterns
from forecasts.selectors.fates import Fate
from tools.environments import ROOT

pytestmark = pytest.mark.once

TEXT = (ROOT / "docs" / "api" / "reference.md").read_text()
ROWS = [
    [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
    for line in TEXT.splitlines()
    if line.startswith("| `")
]
LISTS: dict[str, Any] = {
    "experts/": "experts",
    "experts/{slug}/forecasts/": "expert-forecasts",
    "questions/": "questions",
    "forecasts/": "forecasts",
    "sources/": "sources",
    "topics/": "topics",
    "lexicons/": "lexicons",
    "unscorable-statements/": "unscorable-statements",
    "exports/": "exports",
}


def names_in(cell: str) -> set[str]:
    return set(re.findall(r"`-?([^`]+)`", cell))


@pytest.mark.parametrize("address", LISTS)
def test_filters_and_orders_are_all_named(address: str) -> None:
    view: Any = next(path for path in urlpatterns if path.name == LISTS[address]).callback
    _, filters, orders = next(row for row in ROWS if len(row) == 3 and row[0] == f"`{address}`")

    filterset = view.cls.filterset_class
    assert names_in(filters) == set(filterset.base_filters if filterset else ())
    assert names_in(orders) == set(view.cls.orderings)


def test_fates_are_all_explained() -> None:
    explained = {name for row in ROWS if len(row) == 2 for name in names_in(row[0])}

    assert explained >= set(Fate.values)


def test_every_address_is_listed() -> None:
    paths = {
        re.sub(r"<\w+:(\w+)>", r"{\1}", str(path.pattern)).replace("{pk}", "{id}")
        for path in urlpatterns
    } - {""}

    assert [path for path in paths if path not in TEXT] == []

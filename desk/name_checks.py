"""Experts whom the names in a form may stand for already."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError

from desk.ids import id_of
from forecasts.models import Expert
from forecasts.models.fields import validate_readable
from forecasts.selectors.likenesses import LONGEST_NAME, Likeness, experts_like_each

LOOKED_AT = "looked_at"
MOST_NAMES = 20


@dataclass(frozen=True, slots=True)
class NameCheck:
    """The experts with the nearest names, and what cannot be a name."""

    likenesses: list[Likeness]
    refused: list[str]
    name: str
    """The one that was typed first; empty where none was."""

    @property
    def summary(self) -> str:
        """How many there are."""
        if self.refused:
            return self.refused[0]
        if not self.name:
            return "No name yet."
        n = len(self.likenesses)
        if not n:
            return "Nobody recorded has a name like this."
        return "1 expert has a name like this." if n == 1 else f"{n} experts have names like this."

    def missed(self, looked_at: list[str]) -> list[Likeness]:
        """Those that whoever sent the form was not shown."""
        seen = {id_of(text) for text in looked_at}
        return [row for row in self.likenesses if row.expert.pk not in seen]


def names_in(typed: Mapping[str, Any]) -> list[str]:
    """The name and the other names in a form as it was sent."""
    others = (f"aliases-{number}-name" for number in range(MOST_NAMES))
    names = (str(typed.get(field, "")).strip() for field in ("name", *others))
    return list(dict.fromkeys(filter(None, names)))


def check_of_names(names: list[str], *, synthetic: bool) -> NameCheck:
    """Who may be meant by them; the nearest first, each once."""
    refused = [message for name in names for message in _refusals(name)]
    if refused or not names:
        return NameCheck([], refused, name="")
    nearest: dict[Expert, Likeness] = {}
    for rows in experts_like_each(names, synthetic=synthetic).values():
        for row in rows:
            if row.expert not in nearest or nearest[row.expert].score < row.score:
                nearest[row.expert] = row
    return NameCheck(sorted(nearest.values(), key=lambda row: -row.score), [], names[0])


def _refusals(name: str) -> list[str]:
    if len(name) > LONGEST_NAME:
        return [f"A name has at most {LONGEST_NAME} characters; this has {len(name):,}."]
    try:
        validate_readable(name)
    except ValidationError as error:
        return error.messages
    return []
